//! `habeas publish deliver`: who was given a copy, so that they can be told when the release is withdrawn.

use super::{
    releases::{manifest_hash, of_number},
    today,
};
use crate::{
    commands::init::now_ms,
    desk::{Desk, publishing::publish_failure},
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::Right;
use habeas_publish::files::sha256;
use habeas_vault::Delivery;
use serde_json::json;
use std::path::PathBuf;

/// A copy that was handed over
#[derive(Debug, clap::Args)]
pub struct Deliver {
    /// Number of the release
    number: u64,
    /// Who has the copy; told again when the release is withdrawn
    #[arg(long, value_name = "WORDS")]
    to: String,
    /// Why it was handed over
    #[arg(long, value_name = "WORDS", default_value = "")]
    why: String,
    /// The file that was handed over [default: the whole release]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Deliver {
    /// The whole of a release, handed to somebody.
    pub fn whole(number: u64, to: String, why: String) -> Self {
        Self { number, to, why, file: None }
    }
}

/// Notes a copy; the hash of what was handed over.
pub fn delivered(desk: &Desk, args: Deliver) -> Result<String, Failure> {
    let info = of_number(desk, args.number)?;
    if !info.published || info.withdrawn.is_some() {
        let what = format!("R{:04} is not published, or was withdrawn", args.number);
        return Err(Failure::new(Exit::FoundProblems, what, "see: habeas publish list"));
    }
    let handed_over = match &args.file {
        Some(path) => sha256(&std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?),
        None => manifest_hash(&info.release),
    };
    let delivery =
        Delivery { release: info.id, recipient: args.to, on: today()?, sha256: handed_over.clone(), why: args.why };
    desk.keep(Right::Publish, |vault| vault.note_delivery(delivery, now_ms()).map_err(publish_failure))?;
    Ok(handed_over)
}

/// `habeas publish deliver`.
pub fn deliver(desk: &Desk, args: Deliver, out: &Output) -> Result<Exit, Failure> {
    let number = args.number;
    let handed_over = delivered(desk, args)?;
    let object = json!({ "schema": 1, "number": number, "sha256": handed_over });
    out.result(&object, || format!("noted who has a copy of R{number:04}, sha256 {handed_over}"))?;
    Ok(Exit::Ok)
}
