//! `habeas backup` and `habeas restore`: copies to fall back on, and the proof that they can be.

use crate::{
    cli::Global,
    commands::{
        init::{device_name, now_ms},
        sync::copied_text,
    },
    failure::{Exit, Failure},
    opening::{self, open_error, restore_failure},
    output::Output,
};
use habeas_core::Right;
use habeas_vault::{Vault, Way};
use serde_json::json;
use std::path::PathBuf;

/// Copy everything that is sealed, and read it back
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder; a copy that was made before is added to
    to: PathBuf,
}

/// Make a vault from a backup
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The folder of the backup
    from: PathBuf,
    /// The folder to make; it must not exist or be empty
    #[arg(required_unless_present = "drill")]
    dir: Option<PathBuf>,
    /// Only try it: check every byte, remove what was made (in DIR, or in a scratch folder), and note the day in the vault
    #[arg(long)]
    drill: bool,
    /// What your team calls this computer [default: its name on the network]
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
}

/// What the audit says of a drill.
pub const DRILL: &str = "drill";
/// What the audit says of a backup.
pub const BACKUP: &str = "backup";

/// Copies.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let report = desk.change(Right::Copy, |vault| vault.backup(&args.to, now_ms()).map_err(open_error))?;
    let root = hex(&report.root);
    out.result(&json!({ "schema": 1, "to": args.to, "root": root }), || {
        format!(
            "copied {} to {}; every byte was read back\nroot {root}",
            copied_text(&report.copied),
            args.to.display()
        )
    })?;
    out.next(format_args!("habeas restore {} --drill  (a backup is one when it was restored)", args.to.display()));
    Ok(Exit::Ok)
}

/// Restores, or tries it.
pub fn restore(args: RestoreArgs, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let passphrase = opening::passphrase(global, "passphrase: ")?;
    let device = args.device.unwrap_or_else(device_name);
    let scratch = match args.dir {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("habeas-drill-").tempdir()?),
    };
    let to = match (&args.dir, &scratch) {
        (Some(dir), _) => dir.clone(),
        (None, Some(scratch)) => scratch.path().join("vault"),
        (None, None) => return Err(Failure::usage("where to is missing", "habeas restore FROM DIR, or --drill")),
    };
    let way = Way::Passphrase { passphrase: &passphrase, key_file: opening::key_file(global)? };
    let restored =
        Vault::restore(&args.from, &to, way, &device, now_ms()).map_err(|error| restore_failure(&to, error))?;
    let roots = [hex(&restored.root_of_copy), hex(&restored.root_here)];
    let problems: Vec<String> = restored.report.damages.iter().map(ToString::to_string).collect();
    let same = roots[0] == roots[1] && problems.is_empty();
    let object = json!({
        "schema": 1,
        "drill": args.drill,
        "vault": args.dir.filter(|_| !args.drill),
        "root_of_copy": roots[0],
        "root_here": roots[1],
        "identical": same,
        "problems": problems,
    });
    drop(restored);
    if args.drill {
        std::fs::remove_dir_all(&to).map_err(|error| Failure::file("removed", &to, &error))?;
    }
    drop(scratch);
    out.result(&object, || {
        let outcome = if same { "identical" } else { "NOT identical" };
        let lines: String = problems.iter().map(|problem| format!("\n{problem}")).collect();
        format!("root of the copy  {}\nroot here         {}\n{outcome}{lines}", roots[0], roots[1])
    })?;
    if !same {
        return Ok(Exit::FoundProblems);
    }
    if !args.drill {
        out.next(format_args!("habeas verify --deep --vault {}", to.display()));
        return Ok(Exit::Ok);
    }
    // What the drill made is gone. The day is noted where there is a vault at hand.
    match opening::find(global) {
        Ok(_) => {
            let desk = opening::desk(global)?;
            desk.of_member(|vault| vault.audit(DRILL, now_ms()).map_err(crate::desk::vault_failure))?;
            out.talk("The drill is noted in the vault; what it made is gone.");
        }
        Err(_) => out.talk("What it made is gone. No vault is at hand to note the day in: name it with --vault."),
    }
    Ok(Exit::Ok)
}

/// A hash as people compare it.
fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
