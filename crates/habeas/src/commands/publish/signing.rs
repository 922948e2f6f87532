//! What stands against a release, who signs it, and the building of what was signed.

use super::{
    Plan, Profile, What, compose,
    compose::Composed,
    folder,
    objection::Objection,
    plan,
    releases::{Difference, manifest_hash, of_number},
};
use crate::{
    commands::init::now_ms,
    desk::{Desk, publishing::publish_failure},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::{Date, PersonId, RecordId, Right};
use habeas_publish::{
    gate::{Finding, Gravity},
    release,
};
use habeas_vault::{Release, ReleaseInfo};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

/// What stands against a release: what its composing found, and the gate's findings.
fn objections(desk: &Desk, composed: &Composed) -> Result<Vec<Objection>, Failure> {
    let stands = |finding: &&Finding| finding.gravity == Gravity::Leak || composed.looked.is_none();
    let found = composed.findings.iter().filter(stands).cloned().map(Objection::Found);
    let mut objections: Vec<Objection> = composed.objections.iter().cloned().chain(found).collect();
    if composed.profile == Profile::Site && composed.n_named == 0 && desk.has_answers()? {
        objections.push(Objection::NobodyNamed);
    }
    Ok(objections)
}

/// Persons whom a published release names and whose consent no longer opens what it tells.
fn ended(desk: &Desk, day: Date) -> Result<Vec<Objection>, Failure> {
    let snapshot = desk.snapshot()?;
    let now = |person: PersonId| snapshot.person_of(RecordId(person.0)).map(|person| person.id);
    let mut releases: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
    let standing = desk.releases()?;
    let replaced: BTreeSet<u64> =
        standing.iter().filter(|info| info.published).filter_map(|info| info.release.supersedes).collect();
    let named = standing.iter().flat_map(|info| &info.release.named).filter_map(|named| now(named.person));
    let book = desk.consents_of(&named.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())?;
    for info in standing.iter().filter(|info| info.published && info.withdrawn.is_none()) {
        // What a later release stands in the place of is no longer the one that readers find.
        if replaced.contains(&info.release.number) && info.deliveries.is_empty() {
            continue;
        }
        for named in &info.release.named {
            let Release { audience, purpose, .. } = info.release;
            let open = now(named.person).is_some_and(|person| {
                named.groups.iter().all(|group| book.state(person, *group, audience, purpose, day).opens())
            });
            if !open {
                releases.entry(info.release.number).or_insert((0, info.deliveries.len())).0 += 1;
            }
        }
    }
    let ended = releases.into_iter().map(|(release, (persons, copies))| Objection::Ended {
        persons,
        release,
        copies: copies as u64,
    });
    Ok(ended.collect())
}

/// What a check tells: what would leave, and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The number that the release would bear.
    pub number: u64,
    /// Its files.
    pub n_files: usize,
    /// Their bytes.
    pub n_bytes: usize,
    /// Who would be named.
    pub n_named: usize,
    /// Small counts that are withheld, and counts withheld for their sake.
    pub n_withheld: [usize; 2],
    /// Codes of tables that are left out.
    pub left_out: Vec<String>,
    /// Terms that were searched for.
    pub n_terms: usize,
    /// What it changes against the release that it would stand in the place of.
    pub difference: Option<Difference>,
    /// What stands against it.
    pub objections: Vec<Objection>,
    /// What to know beside it.
    pub notes: Vec<Objection>,
}

/// Composes a release and says what would leave, and what stands against it; changes nothing.
pub fn checked(desk: &Desk, what: &What, out: &Output) -> Result<Checked, Failure> {
    let plan = plan(desk, what, "0000000000000000".into())?;
    let composed = compose::compose(desk, &plan, out)?;
    let mut objections = objections(desk, &composed)?;
    objections.extend(ended(desk, plan.made_on)?);
    let releases = desk.releases()?;
    let last = releases.iter().find(|info| Some(info.release.number) == plan.supersedes);
    Ok(Checked {
        difference: last.map(|last| Difference::between(&last.release, &composed)),
        number: plan.number,
        n_files: composed.files.iter().count(),
        n_bytes: composed.files.n_bytes(),
        n_named: composed.n_named,
        n_withheld: [composed.n_small, composed.n_beside],
        left_out: composed.left_out,
        n_terms: composed.n_terms,
        objections,
        notes: composed.notes,
    })
}

/// `habeas publish check`.
pub fn check(desk: &Desk, what: &What, out: &Output) -> Result<Exit, Failure> {
    let checked = checked(desk, what, out)?;
    let [small, beside] = checked.n_withheld;
    let lines = |all: &[Objection]| all.iter().map(Objection::to_string).collect::<Vec<_>>();
    checked.left_out.iter().for_each(|code| compose::tell_left_out(code, out));
    let object = json!({
        "schema": 1,
        "number": checked.number,
        "files": checked.n_files,
        "bytes": checked.n_bytes,
        "named": checked.n_named,
        "withheld": { "small": small, "beside": beside },
        "tables_left_out": checked.left_out,
        "terms": checked.n_terms,
        "objections": lines(&checked.objections),
        "notes": lines(&checked.notes),
    });
    out.result(&object, || {
        let lines = checked.objections.iter().chain(&checked.notes);
        let mut text = lines.fold(String::new(), |text, line| format!("{text}{line}\n"));
        let _ = writeln!(
            text,
            "{} files, {} persons named, {} counts withheld ({small} of them small); searched for {} protected terms",
            checked.n_files,
            checked.n_named,
            small + beside,
            checked.n_terms
        );
        text
    })?;
    if checked.objections.is_empty() {
        out.next("habeas publish build DIR");
        return Ok(Exit::Ok);
    }
    Ok(Exit::FoundProblems)
}

/// Composes and refuses what may not leave.
pub fn composed_clean(desk: &Desk, plan: &Plan, out: &Output) -> Result<Composed, Failure> {
    let composed = compose::compose(desk, plan, out)?;
    let objections = objections(desk, &composed)?;
    if let Some(first) = objections.first() {
        objections.iter().take(20).for_each(|one| out.talk(one));
        let what = format!("places stand against this release: «{}»", objections.len());
        return Err(Failure::new(Exit::FoundProblems, what, "see all of them with: habeas publish check")
            .at(first.to_string())
            .leaving("Nothing has left."));
    }
    Ok(composed)
}

pub fn propose(desk: &Desk, what: &What, out: &Output) -> Result<ReleaseInfo, Failure> {
    let policy = desk.publication_policy()?;
    let checkpoint = desk.keep(Right::Publish, |vault| {
        vault.make_checkpoint().map(|checkpoint| checkpoint.id()).map_err(opening::open_error)
    })?;
    let plan = plan(desk, what, checkpoint)?;
    let composed = composed_clean(desk, &plan, out)?;
    composed.left_out.iter().for_each(|code| compose::tell_left_out(code, out));
    let manifest = release::manifest(&composed.files);
    let note = release::note(plan.number, &manifest);
    let draft = Release {
        number: plan.number,
        profile: plan.recipe_of_profile(),
        audience: plan.audience(),
        purpose: plan.purpose(),
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

/// Composes a proposed release anew and holds it to what was proposed, byte for byte.
pub fn again(desk: &Desk, info: &ReleaseInfo, out: &Output) -> Result<Composed, Failure> {
    let consents_since = desk.keep(Right::Publish, |vault| Ok(vault.consents_since(info.recorded_ms).count()))?;
    let stale = |what: String| {
        Err(Failure::new(Exit::FoundProblems, what, "propose it anew: habeas publish propose")
            .leaving("Nothing has left."))
    };
    if consents_since > 0 {
        return stale(format!("consents were recorded after this release was proposed: «{consents_since}»"));
    }
    let composed = composed_clean(desk, &Plan::of(&info.release)?, out)?;
    if release::manifest(&composed.files) != info.release.manifest {
        return stale("the vault has changed since this release was proposed: its bytes would be others".into());
    }
    Ok(composed)
}

/// Makes the bytes of a proposed release anew and signs them as the second person; the hash of the manifest.
pub fn approved(desk: &Desk, number: u64, out: &Output) -> Result<String, Failure> {
    let info = of_number(desk, number)?;
    again(desk, &info, out)?;
    let note = release::note(number, &info.release.manifest);
    desk.keep(Right::Publish, |vault| vault.approve_release(info.id, &note, now_ms()).map_err(publish_failure))?;
    Ok(manifest_hash(&info.release))
}

/// `habeas publish approve`.
pub fn approve(desk: &Desk, number: u64, out: &Output) -> Result<Exit, Failure> {
    let hash = approved(desk, number, out)?;
    out.result(&json!({ "schema": 1, "number": number, "approved": hash }), || {
        format!("approved R{number:04}, manifest {hash}")
    })?;
    out.next(format_args!("habeas publish build DIR --release {number}"));
    Ok(Exit::Ok)
}

/// A release that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its number.
    pub number: u64,
    /// Its files.
    pub n_files: usize,
    /// Their bytes.
    pub n_bytes: usize,
    /// Who is named.
    pub n_named: usize,
    /// The hash of its manifest.
    pub manifest_sha256: String,
    /// The keys that signed.
    pub keys: Vec<String>,
}

/// Builds a release into a folder: whole or not at all.
pub fn built(
    desk: &Desk,
    dir: &Path,
    what: &What,
    number: Option<u64>,
    allow_git: bool,
    out: &Output,
) -> Result<Built, Failure> {
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
    let (note, signed) = signatures(desk, &info)?;
    let needed = if info.release.two_persons { 2 } else { 1 };
    if signed.len() < needed {
        let what = format!("not everybody who has to has signed the release «R{number:04}»");
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
    Ok(Built {
        number,
        n_files: composed.files.iter().count(),
        n_bytes: composed.files.n_bytes(),
        n_named: composed.n_named,
        manifest_sha256: manifest_hash(&info.release),
        keys: signed.iter().map(|(name, public, _)| release::verifier_key(name, public)).collect(),
    })
}

/// Name, public key and signature of each who has signed.
type Signatures = Vec<(String, [u8; 32], String)>;

/// What is signed of a release, and by whom.
fn signatures(desk: &Desk, info: &ReleaseInfo) -> Result<(String, Signatures), Failure> {
    let note = release::note(info.release.number, &info.release.manifest);
    let signed = desk.keep(Right::Publish, |vault| Ok(vault.release_signatures(info, &note)))?;
    Ok((note, signed))
}

/// The signed note of a release.
pub fn signed(desk: &Desk, info: &ReleaseInfo) -> Result<String, Failure> {
    let (note, signed) = signatures(desk, info)?;
    Ok(release::signed_note(&note, &signed))
}

/// `habeas publish build`.
pub fn build(
    desk: &Desk,
    dir: &Path,
    what: &What,
    number: Option<u64>,
    allow_git: bool,
    out: &Output,
) -> Result<Exit, Failure> {
    let Built { number, n_files, n_bytes, n_named, manifest_sha256, keys } =
        built(desk, dir, what, number, allow_git, out)?;
    let object = json!({
        "schema": 1,
        "number": number,
        "dir": dir,
        "files": n_files,
        "bytes": n_bytes,
        "named": n_named,
        "manifest_sha256": manifest_sha256,
        "keys": keys,
    });
    out.result(&object, || {
        format!(
            "built R{number:04} in {}: {n_files} files, {n_named} persons named, manifest {manifest_sha256}",
            dir.display()
        )
    })?;
    out.next(format_args!("habeas publish verify {}", dir.display()));
    Ok(Exit::Ok)
}
