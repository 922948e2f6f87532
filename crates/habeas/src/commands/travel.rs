//! `habeas travel`: what is not on the machine cannot be taken from it. Nothing is hidden; it is absent.

use crate::{
    cli::{Global, one_of},
    commands::{init::now_ms, sync::copied_text},
    failure::{Exit, Failure},
    opening::{self, open_error},
    output::Output,
};
use clap::Subcommand;
use habeas_core::{Compartment, Right};
use serde_json::json;
use std::path::PathBuf;

/// Leave parts of the vault behind for a journey
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Remove the keys of compartments from this computer, after a partner has signed for all of it
    Leave {
        /// The folder through which the partner has synchronised
        folder: PathBuf,
        /// What to leave behind
        #[arg(long, value_name = "COMPARTMENT", value_delimiter = ',', required = true, value_parser = one_of(Compartment::ALL, Compartment::code))]
        compartments: Vec<Compartment>,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Bring back what was left behind
    Return {
        /// The folder through which the partner synchronises
        folder: PathBuf,
    },
    /// Say whether parts of the vault are left behind
    Status,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Leave { folder, compartments: leave, yes } => {
            let codes: Vec<&str> = leave.iter().map(|part| part.code()).collect();
            if !yes {
                let what = format!("the keys of {} leave this computer only on a clear word", codes.join(", "));
                return Err(Failure::usage(what, "say --yes; they come back with `habeas travel return FOLDER`"));
            }
            desk.keep(Right::Keep, |_| Ok(()))?;
            let vault = desk.into_vault().expect("a command has the only desk of its vault");
            let partner = vault.travel(&folder, &leave, now_ms()).map_err(open_error)?;
            let object = json!({ "schema": 1, "left": codes, "receipt_of_device": partner.to_string() });
            out.result(&object, || {
                format!("left behind: {}; device {} has signed for all of it", codes.join(", "), partner.short())
            })?;
            out.next(format_args!("habeas travel return {}  (after the journey)", folder.display()));
        }
        Command::Return { folder } => {
            let report = desk.change(Right::Copy, |vault| vault.return_from_travel(&folder).map_err(open_error))?;
            let alarms: Vec<String> = report.alarms.iter().map(ToString::to_string).collect();
            out.result(&json!({ "schema": 1, "returned": true, "alarms": alarms }), || {
                format!(
                    "received: {}{}",
                    copied_text(&report.received),
                    alarms.iter().map(|a| format!("\nALARM: {a}")).collect::<String>()
                )
            })?;
            if !alarms.is_empty() {
                return Ok(Exit::FoundProblems);
            }
            out.next("habeas verify --deep");
        }
        Command::Status => {
            let away = desk.of_member(|vault| vault.is_travelling().map_err(open_error))?;
            out.result(&json!({ "schema": 1, "travelling": away }), || {
                if away { "parts of this vault are left behind" } else { "all of this vault is here" }.to_owned()
            })?;
        }
    }
    Ok(Exit::Ok)
}
