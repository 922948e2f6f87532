//! `habeas publish`: releases of what may leave, checked, signed, numbered, and taken back.

mod compose;
mod deliver;
mod folder;

use crate::{
    cli::Global,
    commands::init::now_ms,
    desk::{
        Desk,
        publishing::{Policy, publish_failure},
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Subcommand, ValueEnum};
use compose::{Composed, Plan};
use habeas_core::{Date, Right};
use habeas_publish::{gate::Gravity, release};
use habeas_vault::{Release, ReleaseInfo};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

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
    /// Note who was given a copy
    Deliver(deliver::Deliver),
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
    profile: Profile,
    /// Languages of the site; the first one stands at its root
    #[arg(long, value_delimiter = ',', default_value = "en", value_parser = ["en", "ur"])]
    lang: Vec<String>,
    /// Why it is made, where a release stands already
    #[arg(long, value_enum, default_value_t = Reason::NewData)]
    reason: Reason,
    /// The day that it bears [default: today]
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<Date>,
    /// Places that the check shows for a person to look at were looked at, and this is why they may leave
    #[arg(long, value_name = "WORDS")]
    looked: Option<String>,
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
    fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Tables => "tables",
            Self::Ftm => "ftm",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|profile| profile.code() == code)
    }
}

impl Reason {
    fn code(self) -> &'static str {
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
        Command::List => list(&desk, out),
        Command::Diff(what) => diff(&desk, &what, out),
        Command::Withdraw { number, reason } => withdraw(&desk, number, reason, out),
        Command::Policy { set } => policy(&desk, set, out),
        Command::Verify { .. } => Ok(Exit::Ok),
    }
}

fn manifest_hash(release: &Release) -> String {
    habeas_publish::files::sha256(release.manifest.as_bytes())
}

fn plan(desk: &Desk, what: &What, checkpoint: String) -> Result<Plan, Failure> {
    let releases = desk.releases()?;
    let last = releases.iter().rfind(|info| info.published);
    Ok(Plan {
        number: releases.iter().map(|info| info.release.number).max().unwrap_or(0) + 1,
        profile: what.profile,
        langs: what.lang.clone(),
        made_on: match what.on {
            Some(day) => day,
            None => today()?,
        },
        checkpoint,
        supersedes: last.map(|info| info.release.number),
        reason: if last.is_none() { "first".into() } else { what.reason.code().into() },
        looked: what.looked.clone(),
    })
}

/// What stands against a release, one line each; the gate's findings and consents that ended since.
fn objections(desk: &Desk, composed: &Composed) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for finding in &composed.findings {
        match finding.gravity {
            Gravity::Leak => lines.push(format!("leak      {finding}")),
            Gravity::Look if composed.looked.is_none() => {
                lines.push(format!("look      {finding}; where it may leave, say --looked WHY"));
            }
            Gravity::Look => {}
        }
    }
    if composed.profile == Profile::Site && composed.n_named == 0 {
        let book = desk.consent_book()?;
        if book.persons().next().is_some() {
            lines.push("look      consents are recorded, and none opens a name to the public memorial today".into());
        }
    }
    Ok(lines)
}

/// Persons whom a published release names and whose consent no longer opens what it tells.
fn ended(desk: &Desk, day: Date) -> Result<Vec<String>, Failure> {
    let (book, snapshot) = (desk.consent_book()?, desk.snapshot()?);
    let mut releases: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
    let standing = desk.releases()?;
    let newest = standing.iter().filter(|info| info.published).map(|info| info.release.number).max();
    for info in standing.iter().filter(|info| info.published && info.withdrawn.is_none()) {
        // What a later release stands in the place of is no longer the one that readers find.
        if Some(info.release.number) != newest && info.deliveries.is_empty() {
            continue;
        }
        for named in &info.release.named {
            let now = snapshot.person_of(habeas_core::RecordId(named.person.0)).map(|person| person.id);
            let Release { audience, purpose, .. } = info.release;
            let open = now.is_some_and(|person| {
                named.groups.iter().all(|group| book.state(person, *group, audience, purpose, day).opens())
            });
            if !open {
                releases.entry(info.release.number).or_insert((0, info.deliveries.len())).0 += 1;
            }
        }
    }
    let line = |(number, (n, deliveries)): (u64, (u64, usize))| {
        let copies = if deliveries > 0 { format!(" and {deliveries} deliveries") } else { String::new() };
        format!("consent   {n} persons named in R{number:04}{copies} no longer agree, or not to all that it tells")
    };
    Ok(releases.into_iter().map(line).collect())
}

fn check(desk: &Desk, what: &What, out: &Output) -> Result<Exit, Failure> {
    let plan = plan(desk, what, "0000000000000000".into())?;
    let composed = compose::compose(desk, &plan, out)?;
    composed.tell_left_out(out);
    let mut lines = objections(desk, &composed)?;
    lines.extend(ended(desk, plan.made_on)?);
    let object = json!({
        "schema": 1,
        "number": plan.number,
        "files": composed.files.iter().count(),
        "bytes": composed.files.n_bytes(),
        "named": composed.n_named,
        "withheld": { "small": composed.n_small, "beside": composed.n_beside },
        "tables_left_out": composed.left_out,
        "terms": composed.n_terms,
        "objections": lines,
    });
    out.result(&object, || {
        let mut text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
        let _ = writeln!(
            text,
            "{} files, {} persons named, {} counts withheld ({} of them small); searched for {} protected terms",
            composed.files.iter().count(),
            composed.n_named,
            composed.n_small + composed.n_beside,
            composed.n_small,
            composed.n_terms
        );
        text
    })?;
    if lines.is_empty() {
        out.next("habeas publish build DIR");
        return Ok(Exit::Ok);
    }
    Ok(Exit::FoundProblems)
}

/// Composes and refuses what may not leave.
fn composed_clean(desk: &Desk, plan: &Plan, out: &Output) -> Result<Composed, Failure> {
    let composed = compose::compose(desk, plan, out)?;
    let lines = objections(desk, &composed)?;
    if let Some(first) = lines.first() {
        for line in lines.iter().take(20) {
            out.talk(line);
        }
        let what = format!("{} places stand against this release, the first: {first}", lines.len());
        return Err(Failure::new(Exit::FoundProblems, what, "see all of them with: habeas publish check")
            .leaving("Nothing has left."));
    }
    Ok(composed)
}

fn propose(desk: &Desk, what: &What, out: &Output) -> Result<ReleaseInfo, Failure> {
    let policy = desk.publication_policy()?;
    let checkpoint = desk.keep(Right::Publish, |vault| {
        vault.make_checkpoint().map(|checkpoint| checkpoint.id()).map_err(opening::open_error)
    })?;
    let plan = plan(desk, what, checkpoint)?;
    let composed = composed_clean(desk, &plan, out)?;
    composed.tell_left_out(out);
    let manifest = release::manifest(&composed.files);
    let note = release::note(plan.number, &manifest);
    let draft = Release {
        number: plan.number,
        profile: plan.recipe_of_profile(),
        audience: compose::AUDIENCE,
        purpose: compose::purpose(plan.profile),
        made_on: plan.made_on,
        checkpoint: plan.checkpoint.clone(),
        manifest,
        recipe_json: composed.recipe_json.clone(),
        named: composed.named.clone(),
        supersedes: plan.supersedes,
        reason: plan.reason.clone(),
        two_persons: policy.disclosure.two_persons,
        signature: [0; 64],
    };
    let id =
        desk.keep(Right::Publish, |vault| vault.propose_release(draft, &note, now_ms()).map_err(publish_failure))?;
    let found = desk.releases()?.into_iter().find(|info| info.id == id);
    found.ok_or_else(|| Failure::new(Exit::Failed, "the release was not recorded", "run: habeas verify"))
}

fn of_number(desk: &Desk, number: u64) -> Result<ReleaseInfo, Failure> {
    let mut found: Vec<ReleaseInfo> =
        desk.releases()?.into_iter().filter(|info| info.release.number == number).collect();
    match (found.len(), found.pop()) {
        (1, Some(info)) => Ok(info),
        (0, _) => Err(Failure::usage("no release has this number", "see: habeas publish list")),
        _ => Err(Failure::new(
            Exit::FoundProblems,
            "two offices have proposed releases with this number",
            "withdraw both, and propose anew after a sync",
        )),
    }
}

/// Composes a proposed release anew and holds it to what was proposed, byte for byte.
fn again(desk: &Desk, info: &ReleaseInfo, out: &Output) -> Result<Composed, Failure> {
    let consents_since = desk.keep(Right::Publish, |vault| {
        let since =
            vault.consents().filter(|c| vault.consent_recorded_ms(c.id).is_some_and(|at| at > info.recorded_ms));
        Ok(since.count())
    })?;
    let stale = |what: String| {
        Err(Failure::new(Exit::FoundProblems, what, "propose it anew: habeas publish propose")
            .leaving("Nothing has left."))
    };
    if consents_since > 0 {
        return stale(format!("{consents_since} consents were recorded after this release was proposed"));
    }
    let composed = composed_clean(desk, &Plan::of(&info.release)?, out)?;
    if release::manifest(&composed.files) != info.release.manifest {
        return stale("the vault has changed since this release was proposed: its bytes would be others".into());
    }
    Ok(composed)
}

fn approve(desk: &Desk, number: u64, out: &Output) -> Result<Exit, Failure> {
    let info = of_number(desk, number)?;
    again(desk, &info, out)?;
    let note = release::note(number, &info.release.manifest);
    desk.keep(Right::Publish, |vault| vault.approve_release(info.id, &note, now_ms()).map_err(publish_failure))?;
    out.result(&json!({ "schema": 1, "number": number, "approved": manifest_hash(&info.release) }), || {
        format!("approved R{number:04}, manifest {}", manifest_hash(&info.release))
    })?;
    out.next(format_args!("habeas publish build DIR --release {number}"));
    Ok(Exit::Ok)
}

fn build(
    desk: &Desk,
    dir: &std::path::Path,
    what: &What,
    number: Option<u64>,
    allow_git: bool,
    out: &Output,
) -> Result<Exit, Failure> {
    folder::check_target(dir, allow_git)?;
    let two_persons = desk.publication_policy()?.disclosure.two_persons;
    let info = match number {
        Some(number) => of_number(desk, number)?,
        None if two_persons => {
            let remedy = "habeas publish propose, then approve on another device, then build --release NUMBER";
            return Err(Failure::new(Exit::FoundProblems, "the policy asks for two persons", remedy)
                .leaving("Nothing has left."));
        }
        None => propose(desk, what, out)?,
    };
    if info.withdrawn.is_some() {
        return Err(Failure::new(Exit::FoundProblems, "this release was withdrawn", "build a new one"));
    }
    let mut composed = again(desk, &info, out)?;
    let number = info.release.number;
    let note = release::note(number, &info.release.manifest);
    let signed = desk.keep(Right::Publish, |vault| Ok(vault.release_signatures(&info, &note)))?;
    let needed = if info.release.two_persons { 2 } else { 1 };
    if signed.len() < needed {
        let what = format!("{} of {needed} persons have signed R{number:04}", signed.len());
        return Err(Failure::new(
            Exit::FoundProblems,
            what,
            format!("on another device: habeas publish approve {number}"),
        )
        .leaving("Nothing has left."));
    }
    composed.files.put(release::MANIFEST, info.release.manifest.clone());
    composed.files.put(release::NOTE, release::signed_note(&note, &signed));
    folder::write(dir, &composed.files)?;
    desk.keep(Right::Publish, |vault| {
        vault.note_published(info.id, now_ms()).map_err(publish_failure)?;
        // What a public release withdraws is still somewhere: search engines and copies cannot be called back.
        Ok(())
    })?;
    desk.note_export("release", &[dir.to_owned()])?;
    let object = json!({
        "schema": 1,
        "number": number,
        "dir": dir,
        "files": composed.files.iter().count(),
        "bytes": composed.files.n_bytes(),
        "named": composed.n_named,
        "manifest_sha256": manifest_hash(&info.release),
        "keys": signed.iter().map(|(name, public, _)| release::verifier_key(name, public)).collect::<Vec<_>>(),
    });
    out.result(&object, || {
        format!(
            "built R{number:04} in {}: {} files, {} persons named, manifest {}",
            dir.display(),
            composed.files.iter().count(),
            composed.n_named,
            manifest_hash(&info.release)
        )
    })?;
    out.next(format_args!("habeas publish verify {}", dir.display()));
    Ok(Exit::Ok)
}

fn list(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let releases = desk.releases()?;
    let state = |info: &ReleaseInfo| match (&info.withdrawn, info.published) {
        (Some(_), _) => "withdrawn",
        (None, true)
            if releases
                .iter()
                .any(|later| later.published && later.release.supersedes == Some(info.release.number)) =>
        {
            "superseded"
        }
        (None, true) => "published",
        (None, false) if info.release.two_persons && info.approvals.is_empty() => "proposed",
        (None, false) => "approved",
    };
    let object = json!({ "schema": 1, "releases": releases.iter().map(|info| json!({
        "number": info.release.number, "state": state(info), "profile": info.release.profile, "made_on": info.release.made_on.to_string(),
        "checkpoint": info.release.checkpoint, "named": info.release.named.len(), "supersedes": info.release.supersedes,
        "reason": info.release.reason, "manifest_sha256": manifest_hash(&info.release), "deliveries": info.deliveries.len(),
    })).collect::<Vec<_>>() });
    out.result(&object, || {
        releases.iter().fold(String::new(), |mut text, info| {
            let Release { number, made_on, reason, .. } = &info.release;
            let _ = writeln!(
                text,
                "R{number:04}  {made_on}  {:<10} {:<10} {} persons named",
                state(info),
                reason,
                info.release.named.len()
            );
            text
        })
    })?;
    out.next("habeas publish check");
    Ok(Exit::Ok)
}

fn diff(desk: &Desk, what: &What, out: &Output) -> Result<Exit, Failure> {
    let releases = desk.releases()?;
    let Some(last) = releases.iter().rfind(|info| info.published) else {
        return Err(Failure::usage("nothing was published yet", "see: habeas publish check"));
    };
    let plan = plan(desk, what, last.release.checkpoint.clone())?;
    let composed = compose::compose(desk, &plan, out)?;
    let now = release::manifest(&composed.files);
    let lines = |manifest: &str| -> BTreeMap<String, String> {
        manifest
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(hash, path)| (path.to_owned(), hash.to_owned()))
            .collect()
    };
    let (before, after) = (lines(&last.release.manifest), lines(&now));
    let added: Vec<&String> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    let gone: Vec<&String> = before.keys().filter(|path| !after.contains_key(*path)).collect();
    let changed: Vec<&String> = after
        .iter()
        .filter(|(path, hash)| before.get(*path).is_some_and(|old| old != *hash))
        .map(|(path, _)| path)
        .collect();
    let ids = |named: &[habeas_vault::Named]| {
        named.iter().map(|named| named.person).collect::<std::collections::BTreeSet<_>>()
    };
    let (was, is) = (ids(&last.release.named), ids(&composed.named));
    let object = json!({
        "schema": 1, "against": last.release.number,
        "persons": { "added": is.difference(&was).count(), "removed": was.difference(&is).count() },
        "files": { "added": added, "removed": gone, "changed": changed },
    });
    out.result(&object, || {
        format!(
            "against R{:04}: {} persons more, {} fewer; {} files new, {} gone, {} changed",
            last.release.number,
            is.difference(&was).count(),
            was.difference(&is).count(),
            added.len(),
            gone.len(),
            changed.len()
        )
    })?;
    Ok(Exit::Ok)
}

fn verify(dir: &std::path::Path, key: Option<&str>, out: &Output) -> Result<Exit, Failure> {
    let report = release::verify(&folder::read(dir)?, key);
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let object = json!({
        "schema": 1, "number": report.number, "files": report.n_files, "signers": report.signers, "problems": problems,
    });
    out.result(&object, || {
        let mut text = String::new();
        for problem in &problems {
            let _ = writeln!(text, "wrong: {problem}");
        }
        if problems.is_empty() {
            let _ = writeln!(text, "R{:04} is whole: {} files are as they were signed", report.number, report.n_files);
        }
        for key in &report.signers {
            let _ = writeln!(text, "signed with {key}");
        }
        text
    })?;
    if problems.is_empty() {
        out.talk("Compare the keys with ones that came to you another way: who changes a folder can change its keys.");
        return Ok(Exit::Ok);
    }
    Ok(Exit::FoundProblems)
}

fn withdraw(desk: &Desk, number: u64, reason: Reason, out: &Output) -> Result<Exit, Failure> {
    let info = of_number(desk, number)?;
    desk.keep(Right::Publish, |vault| {
        vault.withdraw_release(info.id, reason.code(), now_ms()).map_err(publish_failure)
    })?;
    let recipients: Vec<&str> = info.deliveries.iter().map(|delivery| delivery.recipient.as_str()).collect();
    out.result(&json!({ "schema": 1, "withdrawn": number, "tell": recipients }), || {
        let mut text =
            format!("R{number:04} is withdrawn. Search engines, archives and copies cannot be called back.\n");
        for recipient in &recipients {
            let _ = writeln!(text, "tell {recipient}: please destroy your copy of R{number:04}");
        }
        text
    })?;
    out.next("habeas publish build DIR --reason consent");
    Ok(Exit::Ok)
}

fn policy(desk: &Desk, set: Option<PathBuf>, out: &Output) -> Result<Exit, Failure> {
    if let Some(path) = set {
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        Policy::read(&text).map_err(|failure| failure.at(path.display().to_string()))?;
        desk.keep(Right::Keep, |vault| vault.set_publication_policy(&text, now_ms()).map_err(publish_failure))?;
    }
    let policy = desk.publication_policy()?;
    out.result(&json!({ "schema": 1, "sha256": policy.sha256, "policy": policy.text }), || policy.text.clone())?;
    Ok(Exit::Ok)
}
