//! One command, one file. Each takes its arguments and the output, and says how the process ends.

pub mod audit;
pub mod backup;
pub mod case;
pub mod checkpoint;
pub mod claims;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod consent;
pub mod cost;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod erase;
pub mod estimate;
pub mod figures;
pub mod import;
pub mod init;
pub mod interruption;
pub mod link;
pub mod map;
pub mod passphrase;
pub mod places;
pub mod plain;
pub mod publish;
pub mod recovery;
pub mod redact;
pub mod report;
pub mod resolve;
pub mod review;
pub mod serve;
pub mod source;
pub mod sync;
pub mod tools;
pub mod travel;
pub mod user;
pub mod verify;

use crate::{
    cli::{Cli, Command, Global},
    failure::{Exit, Failure},
    output::Output,
    rights,
};

/// Runs the command that was typed; `words` as in [`rights::COMMANDS`].
pub fn run(cli: Cli, words: &str, out: &Output) -> Result<Exit, Failure> {
    let global = &Global { asked: rights::of_command(words), ..cli.global };
    match cli.command {
        Command::Demo(args) => demo::run(args, out),
        Command::Init(args) => init::run(args, global, out),
        Command::Source(command) => source::run(command, global, out),
        Command::Places(command) => places::run(command, global, out),
        Command::Map(args) => map::run(args, out),
        Command::Import(args) => import::run(args, global, out),
        Command::Claims(command) => claims::run(command, global, out),
        #[cfg(feature = "cluster")]
        Command::Cluster(command) => cluster::run(&command, out),
        Command::Link(command) => link::run(command, global, out),
        Command::Review(command) => review::run(command, global, out),
        Command::Case(command) => case::run(command, global, out),
        Command::Figures(command) => figures::run(command, global, out),
        Command::Redact(args) => redact::run(args, global, out),
        Command::Resolve(args) => resolve::run(args, global, out),
        Command::Estimate(command) => estimate::run(command, global, out),
        Command::Report(command) => report::run(command, global, out),
        Command::Consent(command) => consent::run(command, global, out),
        Command::Publish(command) => publish::run(command, global, out),
        Command::Serve(args) => serve::run(args, global, out),
        Command::Verify(args) => verify::run(args, global, out),
        Command::Checkpoint(command) => checkpoint::run(command, global, out),
        Command::Sync(args) => sync::run(args, global, out),
        Command::Join(args) => sync::join(args, global, out),
        Command::Backup(args) => backup::run(args, global, out),
        Command::Restore(args) => backup::restore(args, global, out),
        Command::Travel(command) => travel::run(command, global, out),
        Command::Erase(args) => erase::run(args, global, out),
        Command::Retract(args) => erase::retract(args, global, out),
        Command::User(command) => user::run(command, global, out),
        Command::Passphrase(command) => passphrase::run(command, global, out),
        Command::Recovery(command) => recovery::run(command, global, out),
        Command::Shares(command) => recovery::shares(command, global, out),
        Command::Audit(args) => audit::run(args, global, out),
        Command::Doctor(args) => doctor::run(args, global, out),
        Command::Completions(args) => tools::completions(args, out),
        Command::Man => tools::man(out),
        Command::ParseWorker => unreachable!("main serves the parse worker before anything else"),
    }
}
