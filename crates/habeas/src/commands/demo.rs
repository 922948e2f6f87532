//! `habeas demo`: a vault of invented people with a known truth.

use crate::{
    commands::{init, serve},
    demo,
    desk::Desk,
    failure::{Exit, Failure},
    opening::Opener,
    output::Output,
};
use habeas_vault::{InitOptions, KdfCost, Passphrase, Vault};
use std::path::{Path, PathBuf};

/// The passphrase of every demo vault. The people in it are invented, so it is no secret.
pub const PASSPHRASE: &str = "invented people in an invented country";

/// Make a vault of invented people with a known truth, link and estimate it, then serve it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to make [default: habeas-demo, or the first free habeas-demo-2, -3 …]
    dir: Option<PathBuf>,
    /// Draws the same country again
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// About how many records the lists hold
    #[arg(long, default_value_t = demo::world::DEFAULT_RECORDS)]
    records: u64,
    /// Do not serve the pages
    #[arg(long)]
    no_serve: bool,
    /// Only write the lists as plain CSV with the true person in the last column; no vault
    #[arg(long)]
    lists_only: bool,
    #[command(flatten)]
    pages: serve::Pages,
}

/// Runs the command.
pub fn run(args: Args, out: &Output) -> Result<Exit, Failure> {
    let world = demo::draw(args.seed, args.records)?;
    let dir = args.dir.unwrap_or_else(free_folder);
    if args.lists_only {
        let written = demo::write_lists(&world, &dir)?;
        out.result(&written, || format!("wrote {} lists into {}", world.lists().len(), dir.display()))?;
        out.next(format_args!("habeas link files {}/*.csv --truth true_person --out clusters.csv", dir.display()));
        return Ok(Exit::Ok);
    }
    let (desk, found) = make(&dir, &world, args.seed, out)?;
    out.result(&found.json, || found.text)?;
    out.talk(format_args!("\nThe vault is in {}; its passphrase is: {PASSPHRASE}", dir.display()));
    if args.no_serve {
        out.next(format_args!("habeas serve --vault {}", dir.display()));
        return Ok(Exit::Ok);
    }
    serve::serve(desk, Opener::of(&dir), &args.pages, out)
}

/// Makes the vault of a country in a new folder, fills, links and estimates it.
///
/// # Errors
/// [`Failure`] where the folder cannot be made.
pub fn make(dir: &Path, world: &demo::world::World, seed: u64, out: &Output) -> Result<(Desk, demo::Found), Failure> {
    let options = InitOptions {
        name: "demo".into(),
        founder: "Demo".into(),
        device: init::device_name(),
        kdf: KdfCost::demo(),
        now_ms: init::now_ms(),
    };
    let vault = Vault::init(dir, &Passphrase::new(PASSPHRASE), options);
    let desk = Desk::new(vault.map_err(|error| init::init_failure(dir, error))?);
    let found = demo::fill(&desk, world, seed, out)?;
    Ok((desk, found))
}

/// A folder that does not exist yet, so that the demo can be run twice.
pub fn free_folder() -> PathBuf {
    let first = PathBuf::from("habeas-demo");
    let more = (2..).map(|n| PathBuf::from(format!("habeas-demo-{n}")));
    std::iter::once(first).chain(more).find(|dir| !dir.exists()).expect("there is always a next number")
}
