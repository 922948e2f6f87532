//! `habeas publish`: releases of what may leave, checked, signed, numbered, and taken back.

mod bound;
mod bundle;
mod compose;
mod deliver;
mod folder;
mod microdata;
mod objection;
mod one_case;
mod releases;
mod signing;

use crate::{
    cli::Global,
    commands::init::now_ms,
    desk::Desk,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use bound::Bound;
pub use bound::OneCase;
pub use bundle::key as recipient_key;
use clap::{Subcommand, ValueEnum};
pub use compose::Plan;
pub use deliver::{Deliver, delivered, sealed};
pub use folder::read as read_folder;
use habeas_core::{Audience, Date};
pub use microdata::Microdata;
pub use objection::Objection;
use releases::{diff, list, policy, verify, withdraw};
pub use releases::{manifest_hash, state_of, withdrawn};
use serde_json::json;
pub use signing::{Checked, approved, built, checked, propose};
use signing::{approve, build, check};
use std::path::PathBuf;

/// Check, sign, build, compare and withdraw releases
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what would leave, and what stands against it; changes nothing
    Check(What),
    /// Propose a release for a second person to approve
    Propose(What),
    /// Approve the bytes of a proposed release: another person, on another device
    Approve {
        /// Its number
        number: u64,
    },
    /// Build a release into an empty folder: whole or not at all
    Build {
        /// The folder; it is made
        dir: PathBuf,
        #[command(flatten)]
        what: What,
        /// Build this release, proposed and approved before
        #[arg(long, value_name = "NUMBER")]
        release: Option<u64>,
        /// Build into a folder under git, whose history keeps what a later release withdraws
        #[arg(long)]
        allow_git: bool,
    },
    /// Note who was given a copy; make it as a sealed bundle
    Deliver(Deliver),
    /// Whose copy a table was that has turned up elsewhere, by the order of its rows
    Whose {
        /// Number of the release
        number: u64,
        /// The table that was found
        file: PathBuf,
    },
    /// All releases with what became of them
    List,
    /// What a release changes against the last one that was published
    Diff(What),
    /// Check a release by its files alone
    Verify {
        /// The folder
        dir: PathBuf,
        /// A key that must have signed
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
    /// Withdraw a release: says who has a copy, and how to make the next one
    Withdraw {
        /// Its number
        number: u64,
        /// Why
        #[arg(long, value_enum)]
        reason: Reason,
    },
    /// Show the policy of publication, or set it from a file
    Policy {
        /// A file with the new policy
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
    },
}

/// What leaves.
#[derive(Debug, Clone, clap::Args)]
pub struct What {
    /// Which outputs
    #[arg(long, value_enum, default_value_t = Profile::Site)]
    pub profile: Profile,
    /// Languages of the site; the first one stands at its root
    #[arg(long, value_delimiter = ',', default_value = "en", value_parser = ["en", "ur"])]
    pub lang: Vec<String>,
    /// Why it is made, where a release stands already
    #[arg(long, value_enum, default_value_t = Reason::NewData)]
    pub reason: Reason,
    /// The day that it bears [default: today]
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub on: Option<Date>,
    /// Places that the check shows for a person to look at were looked at, and this is why they may leave
    #[arg(long, value_name = "WORDS")]
    pub looked: Option<String>,
    #[command(flatten)]
    pub case: OneCase,
    #[command(flatten)]
    pub microdata: Microdata,
}

/// Which outputs
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Memorial, statistics, methods and downloads as a site
    Site,
    /// Statistics alone: a site and tables without anybody's name
    Tables,
    /// Entities for Aleph and nomenklatura
    Ftm,
    /// One case, in the form of the UN working group on enforced disappearances
    Wgeid,
    /// One case, as a request for urgent action to the UN committee on enforced disappearances
    Ced,
    /// Draws of the linkage for statisticians, without names
    Replicates,
    /// One case file, account by account, for lawyers, a court or a partner
    Case,
}

/// Why a release is made or withdrawn
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reason {
    /// More is known
    NewData,
    /// Something was wrong
    Correction,
    /// It is counted otherwise
    Method,
    /// A consent ended; in public it is called an update
    Consent,
    /// The law asks for it
    Legal,
}

impl Profile {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Tables => "tables",
            Self::Ftm => "ftm",
            Self::Wgeid => "wgeid",
            Self::Ced => "ced",
            Self::Case => "case",
            Self::Replicates => "replicates",
        }
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|profile| profile.code() == code)
    }
}

impl Reason {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NewData => "new-data",
            Self::Correction => "correction",
            Self::Method => "method",
            Self::Consent => "consent",
            Self::Legal => "legal",
        }
    }
}

/// Reads a day as it is typed.
pub fn day(typed: &str) -> Result<Date, &'static str> {
    typed.parse().map_err(|_| "a day is written 2026-03-01")
}

/// Today by the clock of this computer, in UTC.
pub fn today() -> Result<Date, Failure> {
    let days = jiff::Span::new().try_days(now_ms().div_euclid(86_400_000));
    let day = days.and_then(|days| jiff::civil::date(1970, 1, 1).checked_add(days));
    day.map_err(|_| Failure::new(Exit::Failed, "the clock of this computer shows no day", "set the clock"))
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    if let Command::Verify { dir, key } = &command {
        return verify(dir, key.as_deref(), out);
    }
    let desk = opening::desk(global)?;
    match command {
        Command::Check(what) => check(&desk, &what, out),
        Command::Propose(what) => {
            let info = propose(&desk, &what, out)?;
            let number = info.release.number;
            let object = json!({ "schema": 1, "number": number, "manifest_sha256": manifest_hash(&info.release) });
            out.result(&object, || format!("proposed R{number:04}, manifest {}", manifest_hash(&info.release)))?;
            out.next(format_args!("habeas publish approve {number}  (another person, on another device)"));
            Ok(Exit::Ok)
        }
        Command::Approve { number } => approve(&desk, number, out),
        Command::Build { dir, what, release, allow_git } => build(&desk, &dir, &what, release, allow_git, out),
        Command::Deliver(args) => deliver::deliver(&desk, args, out),
        Command::Whose { number, file } => bundle::whose(&desk, number, &file, out),
        Command::List => list(&desk, out),
        Command::Diff(what) => diff(&desk, &what, out),
        Command::Withdraw { number, reason } => withdraw(&desk, number, reason, out),
        Command::Policy { set } => policy(&desk, set, out),
        Command::Verify { .. } => Ok(Exit::Ok),
    }
}

fn plan(desk: &Desk, what: &What, checkpoint: String) -> Result<Plan, Failure> {
    let releases = desk.releases()?;
    let bound = Bound::of(desk, what)?;
    let record = bound.as_ref().map(|bound| bound.record);
    // What stands in the place of what: public releases of each other, a release of one case of one with the same purpose.
    let mut last = None;
    for info in releases.iter().filter(|info| info.published) {
        let same = match record {
            None if what.profile == Profile::Replicates => Plan::of(&info.release)?.profile == what.profile,
            None => info.release.audience == Audience::Public,
            Some(record) => {
                let other = Plan::of(&info.release)?;
                other.profile == what.profile && other.bound.is_some_and(|other| other.record == record)
            }
        };
        if same {
            last = Some(info.release.number);
        }
    }
    Ok(Plan {
        number: releases.iter().map(|info| info.release.number).max().unwrap_or(0) + 1,
        profile: what.profile,
        langs: what.lang.clone(),
        made_on: match what.on {
            Some(day) => day,
            None => today()?,
        },
        checkpoint,
        supersedes: last,
        reason: if last.is_none() { "first".into() } else { what.reason.code().into() },
        looked: what.looked.clone(),
        bound,
        microdata: Microdata::of(what),
        copy_for: None,
    })
}
