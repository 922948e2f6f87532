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
use habeas_vault::{Delivery, ReleaseInfo};
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

/// A release of which copies may be handed over.
fn handed_out(desk: &Desk, number: u64) -> Result<ReleaseInfo, Failure> {
    let info = of_number(desk, number)?;
    if info.published && info.withdrawn.is_none() {
        return Ok(info);
    }
    let what = format!("the release «R{number:04}» is not published, or was withdrawn");
    Err(Failure::new(Exit::FoundProblems, what, "see: habeas publish list"))
}

/// Notes who has a copy: first of all, since a copy that nobody knows of must not be anywhere.
fn note(desk: &Desk, info: &ReleaseInfo, to: String, why: String, sha256: String) -> Result<(), Failure> {
    let delivery = Delivery { release: info.id, recipient: to, on: today()?, sha256, why };
    desk.keep(Right::Publish, |vault| vault.note_delivery(delivery, now_ms()).map_err(publish_failure)).map(drop)
}

/// Makes the copy of a recipient, marked as theirs and sealed to their keys, and notes that they have it.
pub fn sealed(
    desk: &Desk,
    number: u64,
    to: &str,
    why: &str,
    keys: &[x25519::Recipient],
    out: &Output,
) -> Result<Vec<u8>, Failure> {
    let info = handed_out(desk, number)?;
    let sealed = bundle::seal(&bundle::copy(desk, &info, to, out)?, keys)?;
    note(desk, &info, to.to_owned(), why.to_owned(), sha256(&sealed))?;
    Ok(sealed)
}

/// Notes a copy, and makes it where a bundle is asked for; the hash of what was handed over.
pub fn delivered(desk: &Desk, args: Deliver, out: &Output) -> Result<String, Failure> {
    let Deliver { number, to, why, file, bundle, key } = args;
    if let Some(path) = bundle {
        if path.exists() {
            let failure = Failure::usage("the file is there", "name a file that is new");
            return Err(failure.at(path.display().to_string()));
        }
        let sealed = sealed(desk, number, &to, &why, &key, out)?;
        write_whole(&path, &sealed).map_err(|error| Failure::file("written", &path, &error))?;
        desk.note_export("bundle", &[path])?;
        return Ok(sha256(&sealed));
    }
    let info = handed_out(desk, number)?;
    let handed_over = match &file {
        Some(path) => sha256(&std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?),
        None => manifest_hash(&info.release),
    };
    note(desk, &info, to, why, handed_over.clone())?;
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
