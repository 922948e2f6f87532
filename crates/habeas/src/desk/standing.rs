//! How one person's case stands: each axis with who says so and since when, what is missing for a submission, and the
//! timeline with the acts that assertions tell of.

use super::{Book, asserted, shown};
use habeas_core::{
    Account, Assertion, CaseFile, Cases, Entity, EntityId, EntityKind, FieldStand, Form, Matter, Moment, Predicate,
    Topic, stand_of, timeline,
};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The axes of status, in the order in which they are shown.
const AXES: [Predicate; 4] = [Predicate::Fate, Predicate::Whereabouts, Predicate::Acknowledgement, Predicate::Register];

/// How one asked question stands.
pub struct Asked {
    /// What is asked.
    pub what: &'static str,
    /// How many accounts answer it.
    pub n_accounts: usize,
    /// Whether they contradict each other.
    pub disputed: bool,
    /// Whether the answer is too vague for the form.
    pub too_vague: bool,
}

/// What is there and what is missing for a submission to the working group.
pub fn asked_of(case: &CaseFile<'_>) -> Vec<Asked> {
    let asked = Form::Wgeid.fields().iter().filter_map(|field| {
        let (n_accounts, stand) = stand_of(case, field)?;
        Some(Asked {
            what: field.asked,
            n_accounts,
            disputed: stand == FieldStand::Disputed,
            too_vague: stand == FieldStand::TooVague,
        })
    });
    asked.collect()
}

/// The mentions among the records of a case.
pub fn mentions_of(case: &CaseFile<'_>) -> Vec<Entity> {
    case.records.iter().map(|record| Entity { kind: EntityKind::Mention, id: EntityId(record.id.0) }).collect()
}

/// Everything that hangs on some entities: acts done to them, incidents that hold these, and what is part of them.
pub fn family(book: &Book, of: &[Entity]) -> Vec<Entity> {
    let mut family: Vec<Entity> = of.to_vec();
    let counting = book.counting();
    let link = |one: &&Assertion| matches!(one.topic, Topic::Of(Matter::Victim | Matter::PartOf | Matter::Actor));
    loop {
        let grown = counting.iter().filter(|one| link(one)).filter_map(|one| {
            let to = one.leads_to()?;
            // Down from an incident to its acts, and from a person to the acts done to them; never across to others.
            (family.contains(&to) && !family.contains(&one.about)).then_some(one.about)
        });
        let mut grown: Vec<Entity> = grown.collect();
        grown.sort();
        grown.dedup();
        if grown.is_empty() {
            return family;
        }
        family.extend(grown);
    }
}

/// The moments of some entities and what hangs on them.
pub fn moments<'b>(book: &'b Book, of: &[Entity]) -> Vec<Moment<'b>> {
    let family = family(book, of);
    timeline(&book.counting(), |entity| family.contains(&entity))
}

/// Status of a case as JSON.
pub fn status_json(book: &Book, case: &CaseFile<'_>) -> Json {
    let axes: Vec<Json> = AXES
        .iter()
        .map(|axis| {
            let accounts: Vec<Json> = case
                .question(*axis)
                .into_iter()
                .flat_map(|question| {
                    question.accounts().map(|account| status_account(book, &account)).collect::<Vec<_>>()
                })
                .collect();
            let agreement =
                case.question(*axis).map_or("not-stated", |question| shown::agreement_code(question.agreement));
            json!({ "axis": axis.code(), "agreement": agreement, "accounts": accounts })
        })
        .collect();
    let elements = case.elements();
    json!({
        "schema": 1,
        "person": case.person.to_string(),
        "labels": case.labels.iter().map(|label| label.code()).collect::<Vec<_>>(),
        "disputed": case.is_disputed(),
        "axes": axes,
        "elements": {
            "deprivation": elements.deprivation.code(),
            "state": elements.state.code(),
            "concealment": elements.concealment.code(),
            "qualification": elements.qualification().code(),
        },
    })
}

/// One account of an axis; when it was said, where an assertion tells.
fn status_account(book: &Book, account: &Account<'_>) -> Json {
    let mut object = shown::claim_json(account.record, account.claim);
    let about = Entity { kind: EntityKind::Mention, id: EntityId(account.record.id.0) };
    let said = book.counting().into_iter().find(|one| {
        one.about == about && one.topic == Topic::Person(account.claim.predicate) && one.words() == account.words()
    });
    object["said_at"] = json!(said.and_then(|one| one.said_at.as_ref()).map(ToString::to_string));
    object["valid"] = json!(said.and_then(|one| one.valid.as_ref()).map(ToString::to_string));
    object
}

/// Status of a case for a terminal.
pub fn status_text(status: &Json) -> String {
    let word = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let labels: Vec<String> = status["labels"].as_array().into_iter().flatten().map(word).collect();
    let disputed = if status["disputed"] == json!(true) { "  (disputed)" } else { "" };
    let mut text = format!("{}{disputed}\n", labels.join(" / "));
    for axis in status["axes"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "{} — {}", word(&axis["axis"]), word(&axis["agreement"]));
        for account in axis["accounts"].as_array().into_iter().flatten() {
            let when = account["said_at"].as_str().map(|day| format!(", said {day}")).unwrap_or_default();
            let denies = if account["polarity"] == "affirms" {
                String::new()
            } else {
                format!("{}: ", word(&account["polarity"]))
            };
            let _ = writeln!(
                text,
                "  {denies}{} «{}»   [{}{when}; {}]",
                word(&account["value"]),
                word(&account["words"]),
                word(&account["said_by"]),
                word(&account["where"])
            );
        }
    }
    let elements = &status["elements"];
    let _ = write!(
        text,
        "deprivation {}, the State {}, concealment {}: {}",
        word(&elements["deprivation"]),
        word(&elements["state"]),
        word(&elements["concealment"]),
        word(&elements["qualification"])
    );
    text
}

/// Claims about the mentions of a case and the acts done to them.
pub fn claims_json(book: &Book, case: &CaseFile<'_>) -> Vec<Json> {
    let family = family(book, &mentions_of(case));
    let of_case = |one: &&Assertion| family.contains(&one.about) && one.topic != Topic::Of(Matter::Handle);
    book.assertions.iter().filter(of_case).map(|one| asserted::assertion_json(book, one)).collect()
}

/// The cases of a person, each with its own records, labels and elements, and what is of none that can be told.
pub fn cases_json(whole: &CaseFile<'_>, book: &Book, cases: &Cases) -> Json {
    let each = cases.all.iter().map(|one| {
        let file = one.file(whole);
        let elements = file.elements();
        json!({
            "case": one.named.map(|named| book.name(named)),
            "labels": file.labels.iter().map(|label| label.code()).collect::<Vec<_>>(),
            "disputed": file.is_disputed(),
            "qualification": elements.qualification().code(),
            "records": one.records.iter().map(|record| record.address().to_string()).collect::<Vec<_>>(),
            "timeline": shown::case_json(&file)["timeline"],
        })
    });
    each.collect()
}

/// A case file for a terminal; where the person has several cases, one after the other.
pub fn cases_text(whole: &CaseFile<'_>, book: &Book, cases: &Cases) -> String {
    if cases.all.len() < 2 {
        return shown::case_text(whole);
    }
    let each = cases.all.iter().zip(1..).map(|(one, nth)| {
        let name = one.named.map_or_else(|| format!("case {nth}"), |named| book.name(named));
        format!("── {name} of {} ──\n{}", cases.all.len(), shown::case_text(&one.file(whole)))
    });
    let mut text = each.collect::<Vec<_>>().join("\n\n");
    if !cases.undecided.is_empty() {
        let file = habeas_core::case_file(&cases.undecided.iter().collect::<Vec<_>>());
        let _ = write!(
            text,
            "\n\n── of which case cannot be told (habeas case assign case:NAME CLAIM) ──\n{}",
            shown::case_text(&file)
        );
    }
    text
}
