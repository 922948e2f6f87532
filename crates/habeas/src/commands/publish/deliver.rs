//! `habeas publish deliver`: who was given a copy, so that they can be told when the release is withdrawn.

use super::{
    bundle,
    releases::{manifest_hash, of_number},
    today,
};
use crate::{
    commands::{init::now_ms, report::write_whole},
    desk::{Desk, publishing::publish_failure},
    failure::{Exit, Failure},
    output::Output,
};
use age::x25519;
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
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    file: Option<PathBuf>,
    /// Make the copy: into this file, marked as theirs, sealed so that only the keys open it
    #[arg(long, value_name = "FILE", requires = "key")]
    bundle: Option<PathBuf>,
    /// A key of the recipient, as age makes it: age1…; may be given several times
    #[arg(long, value_name = "KEY", value_parser = bundle::key, requires = "bundle")]
    key: Vec<x25519::Recipient>,
}

impl Deliver {
    /// The whole of a release, handed to somebody.
    pub fn whole(number: u64, to: String, why: String) -> Self {
        Self { number, to, why, file: None, bundle: None, key: Vec::new() }
    }
}

/// Notes a copy, and makes it where a bundle is asked for; the hash of what was handed over.
pub fn delivered(desk: &Desk, args: Deliver, out: &Output) -> Result<String, Failure> {
    let info = of_number(desk, args.number)?;
    if !info.published || info.withdrawn.is_some() {
        let what = format!("R{:04} is not published, or was withdrawn", args.number);
        return Err(Failure::new(Exit::FoundProblems, what, "see: habeas publish list"));
    }
    let sealed = match &args.bundle {
        Some(path) if path.exists() => {
            let failure = Failure::usage("the file is there", "name a file that is new");
            return Err(failure.at(path.display().to_string()));
        }
        Some(_) => Some(bundle::seal(&bundle::copy(desk, &info, &args.to, out)?, &args.key)?),
        None => None,
    };
    let handed_over = match (&args.file, &sealed) {
        (_, Some(sealed)) => sha256(sealed),
        (Some(path), None) => sha256(&std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?),
        (None, None) => manifest_hash(&info.release),
    };
    // Noted first: a copy that nobody knows of must not be anywhere.
    let delivery =
        Delivery { release: info.id, recipient: args.to, on: today()?, sha256: handed_over.clone(), why: args.why };
    desk.keep(Right::Publish, |vault| vault.note_delivery(delivery, now_ms()).map_err(publish_failure))?;
    if let (Some(path), Some(sealed)) = (args.bundle, sealed) {
        write_whole(&path, &sealed).map_err(|error| Failure::file("written", &path, &error))?;
        desk.note_export("bundle", &[path])?;
    }
    Ok(handed_over)
}

/// `habeas publish deliver`.
pub fn deliver(desk: &Desk, args: Deliver, out: &Output) -> Result<Exit, Failure> {
    let number = args.number;
    let handed_over = delivered(desk, args, out)?;
    let object = json!({ "schema": 1, "number": number, "sha256": handed_over });
    out.result(&object, || format!("noted who has a copy of R{number:04}, sha256 {handed_over}"))?;
    Ok(Exit::Ok)
}
