//! Releases as they stand: list, difference, check by files alone, withdrawal, policy.

use super::{
    Plan, Reason, What,
    compose::{self, Composed},
    folder, plan,
};
use crate::{
    commands::init::now_ms,
    desk::{
        Desk,
        publishing::{Policy, publish_failure},
    },
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::Right;
use habeas_publish::release;
use habeas_vault::{Named, Release, ReleaseInfo};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::PathBuf,
};

/// How a release stands, as a code.
pub fn state_of(info: &ReleaseInfo, all: &[ReleaseInfo]) -> &'static str {
    let replaced = || all.iter().any(|later| later.published && later.release.supersedes == Some(info.release.number));
    match (&info.withdrawn, info.published) {
        (Some(_), _) => "withdrawn",
        (None, true) if replaced() => "superseded",
        (None, true) => "published",
        (None, false) if info.release.two_persons && info.approvals.is_empty() => "proposed",
        (None, false) => "approved",
    }
}

pub fn list(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let releases = desk.releases()?;
    let state = |info: &ReleaseInfo| state_of(info, &releases);
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

pub fn diff(desk: &Desk, what: &What, out: &Output) -> Result<Exit, Failure> {
    let releases = desk.releases()?;
    let planned = plan(desk, what, String::new())?;
    let Some(last) = releases.iter().find(|info| Some(info.release.number) == planned.supersedes) else {
        return Err(Failure::usage("nothing of this kind was published yet", "see: habeas publish check"));
    };
    let plan = Plan { checkpoint: last.release.checkpoint.clone(), ..planned };
    let composed = compose::compose(desk, &plan, out)?;
    let Difference { persons_added, persons_removed, added, removed, changed } =
        Difference::between(&last.release, &composed);
    let object = json!({
        "schema": 1, "against": last.release.number,
        "persons": { "added": persons_added, "removed": persons_removed },
        "files": { "added": added, "removed": removed, "changed": changed },
    });
    out.result(&object, || {
        format!(
            "against R{:04}: {persons_added} persons more, {persons_removed} fewer; {} files new, {} gone, {} changed",
            last.release.number,
            added.len(),
            removed.len(),
            changed.len()
        )
    })?;
    Ok(Exit::Ok)
}

/// What a release changes against another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Persons named in it and not in the other.
    pub persons_added: usize,
    /// Persons named in the other and not in it.
    pub persons_removed: usize,
    /// Files by path.
    pub added: Vec<String>,
    /// Files by path.
    pub removed: Vec<String>,
    /// Files by path.
    pub changed: Vec<String>,
}

impl Difference {
    /// Between a release and what would stand in its place.
    pub fn between(last: &Release, composed: &Composed) -> Self {
        fn lines(manifest: &str) -> BTreeMap<&str, &str> {
            manifest.lines().filter_map(|line| line.split_once("  ")).map(|(hash, path)| (path, hash)).collect()
        }
        let now = release::manifest(&composed.files);
        let (before, after) = (lines(&last.manifest), lines(&now));
        let owned = |path: &&str| (*path).to_owned();
        let persons = |named: &[Named]| named.iter().map(|named| named.person).collect::<BTreeSet<_>>();
        let (was, is) = (persons(&last.named), persons(&composed.named));
        let changed = after.iter().filter(|(path, hash)| before.get(*path).is_some_and(|old| old != *hash));
        Self {
            persons_added: is.difference(&was).count(),
            persons_removed: was.difference(&is).count(),
            added: after.keys().filter(|path| !before.contains_key(*path)).map(owned).collect(),
            removed: before.keys().filter(|path| !after.contains_key(*path)).map(owned).collect(),
            changed: changed.map(|(path, _)| owned(path)).collect(),
        }
    }
}

pub fn verify(dir: &std::path::Path, key: Option<&str>, out: &Output) -> Result<Exit, Failure> {
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

/// Records that a release is withdrawn; who has a copy of it.
pub fn withdrawn(desk: &Desk, number: u64, reason: Reason) -> Result<Vec<String>, Failure> {
    let info = of_number(desk, number)?;
    desk.keep(Right::Publish, |vault| {
        vault.withdraw_release(info.id, reason.code(), now_ms()).map_err(publish_failure)
    })?;
    Ok(info.deliveries.into_iter().map(|delivery| delivery.recipient).collect())
}

/// `habeas publish withdraw`.
pub fn withdraw(desk: &Desk, number: u64, reason: Reason, out: &Output) -> Result<Exit, Failure> {
    let recipients = withdrawn(desk, number, reason)?;
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

pub fn policy(desk: &Desk, set: Option<PathBuf>, out: &Output) -> Result<Exit, Failure> {
    if let Some(path) = set {
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
        Policy::read(&text).map_err(|failure| failure.at(path.display().to_string()))?;
        desk.keep(Right::Keep, |vault| vault.set_publication_policy(&text, now_ms()).map_err(publish_failure))?;
    }
    let policy = desk.publication_policy()?;
    out.result(&json!({ "schema": 1, "sha256": policy.sha256, "policy": policy.text }), || policy.text.clone())?;
    Ok(Exit::Ok)
}

pub fn of_number(desk: &Desk, number: u64) -> Result<ReleaseInfo, Failure> {
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

pub fn manifest_hash(release: &Release) -> String {
    habeas_publish::files::sha256(release.manifest.as_bytes())
}
