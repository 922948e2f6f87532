//! The command line as it is typed. What the words mean is decided in `commands`, one file each.

use crate::{
    commands::{
        audit, backup, case, checkpoint, claims, consent, demo, doctor, erase, estimate, figures, import, init, link,
        map, passphrase, places, publish, recovery, redact, report, resolve, review, serve, source, sync, tools,
        travel, user, verify,
    },
    rights::Asked,
};
use clap::{
    ArgMatches, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::path::PathBuf;

/// Keep what sources say about people who were taken or killed; link, count, publish safely.
#[derive(Debug, Parser)]
#[command(name = "habeas", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command
    #[command(flatten)]
    pub global: Global,
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Global {
    /// The vault's folder [default: $HABEAS_VAULT, else this folder or the nearest parent that is a vault]
    #[arg(long, global = true, value_name = "DIR")]
    pub vault: Option<PathBuf>,
    /// A file whose first line is the passphrase [default: $HABEAS_PASSPHRASE_FILE, else a prompt]
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The key file that goes with the passphrase, where there is one [default: $HABEAS_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// As things stood at a checkpoint (its id) or at the end of a day (YYYY-MM-DD): case, claims, figures, report, estimate run, link clusters
    #[arg(long, global = true, value_name = "CHECKPOINT|DAY")]
    pub as_of: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// What was asked for and what it needs; without it no vault opens
    #[arg(skip)]
    pub asked: Option<&'static Asked>,
}

/// The words of the command that was typed, without options: `case show`.
pub fn words(typed: &ArgMatches) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = typed.subcommand();
    while let Some((word, below)) = rest {
        words.push(word);
        rest = below.subcommand();
    }
    words.join(" ")
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a vault of invented people with a known truth, link and estimate it, then serve it
    Demo(demo::Args),
    /// Make a new vault
    Init(init::Args),
    /// Add and inspect sources
    #[command(subcommand)]
    Source(source::Command),
    /// Keep lists of places for reading texts; nothing of them counts
    #[command(subcommand)]
    Places(places::Command),
    /// Guess what the columns of a table mean and write an editable mapping
    Map(map::Args),
    /// Import a list into the vault
    Import(import::Args),
    /// Suggest, add and review claims
    #[command(subcommand)]
    Claims(claims::Command),
    /// Find which records speak of the same person
    #[command(subcommand)]
    Link(link::Command),
    /// Lend this machine to a linkage that runs elsewhere
    #[cfg(feature = "cluster")]
    #[command(subcommand)]
    Cluster(crate::commands::cluster::Command),
    /// Decide about pairs of records
    #[command(subcommand)]
    Review(review::Command),
    /// Read case files
    #[command(subcommand)]
    Case(case::Command),
    /// Read and check what organisations state in numbers
    #[command(subcommand)]
    Figures(figures::Command),
    /// Settle accounts that cannot all be true by a named policy, with the reason
    Resolve(resolve::Args),
    /// Estimate how many people are on no list
    #[command(subcommand)]
    Estimate(estimate::Command),
    /// Write tables and case files
    #[command(subcommand)]
    Report(report::Command),
    /// Record and read what may be told about a person
    #[command(subcommand)]
    Consent(consent::Command),
    /// Check, sign, build, compare and withdraw releases
    #[command(subcommand)]
    Publish(publish::Command),
    /// Black out parts of a page of a source
    Redact(redact::Args),
    /// Serve the pages on this computer
    Serve(serve::Args),
    /// Check the vault against its own log
    Verify(verify::Args),
    /// Sign what the vault holds, for others to keep
    #[command(subcommand)]
    Checkpoint(checkpoint::Command),
    /// Exchange with others through a folder: a stick, a shared drive
    Sync(sync::Args),
    /// Begin on this computer with an invitation
    Join(sync::JoinArgs),
    /// Copy everything that is sealed, and read it back
    Backup(backup::Args),
    /// Make a vault from a backup
    Restore(backup::RestoreArgs),
    /// Leave parts of the vault behind for a journey
    #[command(subcommand)]
    Travel(travel::Command),
    /// Destroy the keys to a record or source, here and wherever it was shared
    Erase(erase::Args),
    /// Take back a judgement, linkage, estimate or source; history stays
    Retract(erase::RetractArgs),
    /// Say who takes part, and as what
    #[command(subcommand)]
    User(user::Command),
    /// Change how the vault is opened
    #[command(subcommand)]
    Passphrase(passphrase::Command),
    /// Make and use a recovery key
    #[command(subcommand)]
    Recovery(recovery::Command),
    /// Make and use shares of which several together open the vault
    #[command(subcommand)]
    Shares(recovery::Shares),
    /// Read who did what in this vault
    Audit(audit::Args),
    /// Say what protections this machine offers
    Doctor(doctor::Args),
    /// Write completions for a shell
    Completions(tools::CompletionsArgs),
    /// Write the manual page
    Man,
    /// Read foreign bytes with limits; started by habeas itself
    #[command(hide = true)]
    ParseWorker,
}

/// Reads a value of a closed vocabulary by its code.
pub fn one_of<T: Copy + Send + Sync>(
    all: &'static [T],
    code: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let codes = PossibleValuesParser::new(all.iter().map(|value| code(*value)));
    codes.try_map(move |typed| all.iter().copied().find(|value| code(*value) == typed).ok_or("no such code"))
}
