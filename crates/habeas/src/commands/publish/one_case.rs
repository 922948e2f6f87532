//! Composes a release of one case: a submission in the form of a body of the United Nations, or the case file for lawyers.

use super::{
    Profile,
    bound::Bound,
    compose::{Composed, Plan},
    objection::Objection,
};
use crate::{
    desk::{
        Desk,
        publishing::{LinkageSpellings, Opened, Policy},
    },
    failure::{Exit, Failure},
    output::Output,
    web,
};
use habeas_core::{
    Audience, CaseFile, CaseToTell, Disclosed, DisclosureRequest, FieldStand, Form, FormField, PapersToTell, Purpose,
    SourceKind, ToldCase, Urgency, Withheld, disclose, stand_of,
};
use habeas_publish::{
    files::{OutputFiles, sha256},
    gate,
    paper::{CaseImprint, FACES, Faces, Submission, write_case, write_pictures},
    release,
    site::Words,
};
use habeas_vault::Named;
use serde_json::json;
use std::collections::BTreeSet;

/// The series that references to cases belong to: readers who are bound cannot join them with the public site.
const SERIES: &str = "bound";

/// Days left from which on to warn.
const FEW_DAYS: i32 = 7;

/// Composes a release of one case and searches it.
pub fn compose(desk: &Desk, plan: &Plan, bound: &Bound, out: &Output) -> Result<Composed, Failure> {
    let policy = desk.publication_policy()?;
    let snapshot = desk.snapshot()?;
    let person = snapshot.person_of(bound.record).ok_or_else(|| {
        Failure::new(
            Exit::FoundProblems,
            "the person of this release is no longer in the vault",
            "see: habeas case list",
        )
    })?;
    let case = snapshot.case_of(person);
    let book = desk.consents_of(&[person.id])?;
    let request = DisclosureRequest {
        audience: bound.audience,
        purpose: bound.purpose,
        on: plan.made_on,
        consents: &book,
        policy: &policy.disclosure,
    };
    let told = disclose(&CaseToTell(&case), &request).map_err(|withheld| withheld_failure(withheld, bound, &case))?;
    let reference = desk.series_key(SERIES)?.address(case.person);
    let (mut objections, mut notes) = (Vec::new(), Vec::new());
    // The same documents without answers: their words are those of the language.
    let mut plain = OutputFiles::default();
    let (faces, fonts) = web::site_fonts();
    let print_faces = faces_of_paper(&fonts)?;
    let mut files = match plan.profile {
        Profile::Wgeid | Profile::Ced => {
            let form = if plan.profile == Profile::Wgeid { Form::Wgeid } else { Form::Ced };
            let submission = Submission {
                form,
                told: &told,
                submitter: &bound.submitter,
                received: plan.made_on,
                reference: &reference,
                checkpoint: &plan.checkpoint,
                copy_for: plan.copy_for.as_deref(),
            };
            judge(&submission, &case, bound, &mut objections, &mut notes);
            if form == Form::Ced {
                objections.extend(elsewhere(desk, bound)?);
            }
            plain.put("submission.txt", submission.paper().without_answers().text());
            let (files, problem) = submission.write(&print_faces, "");
            notes.extend(problem.map(|problem| Objection::Unprinted { stem: "submission".into(), problem }));
            files
        }
        _ => {
            let readers: Vec<web::Reader> = plan.langs.iter().map(|lang| web::Reader::of_file(lang)).collect();
            let words: Vec<&dyn Words> = readers.iter().map(|reader| reader as &dyn Words).collect();
            let imprint = CaseImprint {
                reference: &reference,
                number: plan.number,
                checkpoint: &plan.checkpoint,
                made_on: plan.made_on,
                copy_for: plan.copy_for.as_deref(),
            };
            let written = write_case(&told, imprint, &words, &print_faces, "");
            for (stem, paper) in &written.papers {
                plain.put(format!("{stem}.txt"), paper.clone().without_answers().text());
            }
            let unprinted = written.unprinted.iter();
            notes.extend(
                unprinted.map(|(stem, problem)| Objection::Unprinted { stem: stem.clone(), problem: *problem }),
            );
            written.files
        }
    };
    let mut trusted: BTreeSet<String> = [sha256(faces.as_bytes())].into();
    files.put(FACES, faces);
    for (name, bytes) in fonts {
        trusted.insert(sha256(&bytes));
        files.put(format!("a/{name}"), bytes);
    }
    let pictures = desk.redacted_pictures(&bound.papers)?;
    let papers = PapersToTell { person: case.person, pictures: &pictures };
    let papers = disclose(&papers, &request).map_err(|withheld| withheld_failure(withheld, bound, &case))?;
    if write_pictures(&papers, &mut files) < pictures.len() {
        objections.push(Objection::PapersHeldBack);
    }
    let what = "one case, for the reader that it was made for and nobody else.\n\
         Each answer says who gives it and where it stands; answers that contradict stand side by side.\n\
         An answer that is not given is not known or not told";
    about(plan, bound.audience, bound.purpose, what, 1, &policy, &mut files);
    out.progress("searching every byte", 0, 1);
    let mut terms = desk.protected(&[Opened::of_case(told.get())], &policy)?;
    terms.know_words(&plain);
    terms.is_public(&reference);
    for record in &case.records {
        // A work that is public by itself; the title of a testimony may name who spoke.
        if matches!(record.source.kind, SourceKind::List | SourceKind::Article) {
            terms.is_public(&record.source.title);
        }
    }
    let findings = gate::search(&files, &terms, &LinkageSpellings, &trusted);
    out.progress("searching every byte", 1, 1);
    Ok(Composed {
        files,
        findings,
        profile: plan.profile,
        n_named: 1,
        named: vec![named(&told)],
        n_terms: terms.len(),
        n_small: 0,
        n_beside: 0,
        left_out: Vec::new(),
        recipe_json: json!({ "schema": 1, "bound": bound.json() }).to_string(),
        looked: plan.looked.clone(),
        objections,
        notes,
    })
}

/// Why nothing is told, and what to ask for.
fn withheld_failure(withheld: Withheld, bound: &Bound, case: &CaseFile<'_>) -> Failure {
    let remedy = format!(
        "ask, then: habeas consent record {} --audience {} --purpose {} …",
        case.person.short(),
        bound.audience.code(),
        bound.purpose.code()
    );
    Failure::new(Exit::FoundProblems, withheld, remedy).leaving("Nothing has left.")
}

/// The faces that documents are printed with, in the order in which a letter is looked for.
fn faces_of_paper(fonts: &[(String, Vec<u8>)]) -> Result<Faces, Failure> {
    let named = |name: &str| fonts.iter().find(|(file, _)| file.strip_suffix(".woff2") == Some(name));
    let packed = ["inter", "inter-ext", "naskh"].iter().filter_map(|name| named(name));
    Faces::unpack(packed.map(|(_, bytes)| bytes.as_slice()))
        .map_err(|error| Failure::new(Exit::Failed, error, "this is a fault of habeas: please report it"))
}

fn named(told: &Disclosed<ToldCase>) -> Named {
    Named { person: told.get().person, groups: told.grant().groups.iter().map(|(group, _)| *group).collect() }
}

/// What is missing and where to get it, what is held back, how soon it must be there, and what the body would refuse.
fn judge(
    submission: &Submission<'_>,
    case: &CaseFile<'_>,
    bound: &Bound,
    objections: &mut Vec<Objection>,
    notes: &mut Vec<Objection>,
) {
    for row in submission.checklist() {
        let field = row.field;
        let FormField { number, asked, whence, .. } = *field;
        let one = match (row.stand, stand_of(case, field)) {
            (FieldStand::Answered | FieldStand::Disputed, _) => continue,
            (FieldStand::Missing, Some((n, _))) if n > 0 => Objection::HeldBack { number, asked },
            (stand, _) => Objection::Unanswered { stand: stand.code(), number, asked, whence },
        };
        let stands_against = field.is_minimum && !bound.incomplete;
        if stands_against { &mut *objections } else { &mut *notes }.push(one);
    }
    match submission.form {
        Form::Wgeid => match submission.urgency() {
            Urgency::Urgent { until } | Urgency::MayBeUrgent { until } => {
                let days = submission.received.until(until).map_or(0, |span| span.get_days());
                let code = submission.urgency().code();
                notes.push(Objection::TimeLeft { code, days, until, soon: days <= FEW_DAYS });
            }
            other => notes.push(Objection::Procedure { code: other.code() }),
        },
        Form::Ced => {
            let latest = submission.told.get().dates_of_disappearance().filter_map(|date| date.latest()).max();
            match (bound.in_force, latest) {
                (None, _) => objections.push(Objection::NoForce),
                (Some(day), Some(latest)) if latest < day => objections.push(Objection::BeforeForce { day }),
                _ => {}
            }
        }
    }
}

/// The committee does not examine what the working group examines.
fn elsewhere(desk: &Desk, bound: &Bound) -> Result<Option<Objection>, Failure> {
    for info in desk.releases()?.iter().filter(|info| info.published && info.withdrawn.is_none()) {
        let other = Plan::of(&info.release)?;
        if other.profile == Profile::Wgeid && other.bound.is_some_and(|other| other.record == bound.record) {
            return Ok(Some(Objection::Elsewhere { release: info.release.number }));
        }
    }
    Ok(None)
}

/// What a release for readers who are bound is, for programs and for people.
pub fn about(
    plan: &Plan,
    audience: Audience,
    purpose: Purpose,
    what: &str,
    n_named: usize,
    policy: &Policy,
    files: &mut OutputFiles,
) {
    let object = json!({
        "schema": 1,
        "number": plan.number,
        "profile": plan.profile.code(),
        "audience": audience.code(),
        "purpose": purpose.code(),
        "made_on": plan.made_on.to_string(),
        "checkpoint": plan.checkpoint,
        "policy_sha256": policy.sha256,
        "two_persons": policy.disclosure.two_persons,
        "persons_named": n_named,
        "supersedes": plan.supersedes,
        "reason": if plan.reason == "consent" { "updated" } else { &plan.reason },
        "software": concat!("habeas ", env!("CARGO_PKG_VERSION")),
    });
    files.put(release::RELEASE, format!("{object:#}\n"));
    let supersedes = plan.supersedes.map(|number| format!("It stands in the place of R{number:04}.\n"));
    let text = format!(
        "Release R{:04}, {}: {what}.\n{}\n\
         To check that nothing was changed:  sha256sum -c MANIFEST.sha256   and   habeas publish verify .\n",
        plan.number,
        plan.made_on,
        supersedes.unwrap_or_default(),
    );
    files.put("README", text);
}
