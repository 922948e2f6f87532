//! Case files and figures as JSON and as text for a terminal. Every value keeps its address.

use super::Overlap;
use super::figures::{Category, Table, Tables};
use habeas_core::{Account, Agreement, CaseFile, Claim, Decided, Happening, Label, Polarity, Question, Record, Value};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The word for an agreement in JSON.
pub fn agreement_code(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::OneAccount => "one-account",
        Agreement::Same => "same",
        Agreement::Compatible => "compatible",
        Agreement::Differs => "differs",
        Agreement::Contradicts => "contradicts",
    }
}

fn agreement_words(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::OneAccount => "one account",
        Agreement::Same => "all say the same",
        Agreement::Compatible => "the accounts can all be true",
        Agreement::Differs => "the accounts differ in words",
        Agreement::Contradicts => "THE ACCOUNTS CONTRADICT EACH OTHER",
    }
}

/// The value of a claim as it is read, where it is more than its words.
pub fn value_text(claim: &Claim) -> Option<String> {
    plain_value(&claim.value)
}

/// A value as it is read, where it is more than its words.
pub fn plain_value(value: &Value) -> Option<String> {
    Some(match value {
        Value::Words | Value::Occurred => return None,
        Value::Name(name) => name.text(),
        Value::Date(date) => date.to_string(),
        Value::Place(place) => match place.point {
            Some(point) => format!("{} ({:.4}, {:.4})", place.text(), point.latitude, point.longitude),
            None => place.text(),
        },
        Value::Sex(sex) => sex.code().to_owned(),
        Value::Age(age) if age.low == age.high => age.low.to_string(),
        Value::Age(age) => format!("{}–{}", age.low, age.high),
        Value::Fate(fate) => fate.code().to_owned(),
        Value::Whereabouts(whereabouts) => whereabouts.code().to_owned(),
        Value::Acknowledgement(acknowledgement) => acknowledgement.code().to_owned(),
        Value::Register(register) => register.code().to_owned(),
    })
}

/// A claim with its words, its reading, who says so and where exactly.
pub fn claim_json(record: &Record, claim: &Claim) -> Json {
    json!({
        "question": claim.predicate.code(),
        "words": record.words(claim),
        "value": value_text(claim),
        "polarity": claim.polarity.code(),
        "modality": claim.modality.code(),
        "said_by": record.said_by(claim).speaker.name,
        "source": record.source.key,
        "record": record.address().to_string(),
        "where": record.place_of(claim),
    })
}

fn question_json(question: &Question<'_>) -> Json {
    let readings: Vec<Json> = question
        .readings
        .iter()
        .map(|reading| {
            let accounts: Vec<Json> =
                reading.accounts.iter().map(|account| claim_json(account.record, account.claim)).collect();
            json!({ "letter": reading.letter.to_string(), "accounts": accounts })
        })
        .collect();
    json!({
        "question": question.predicate.code(),
        "agreement": agreement_code(question.agreement),
        "readings": readings,
        "decided": question.decided.as_ref().map(decided_json),
    })
}

fn decided_json(decided: &Decided<'_>) -> Json {
    match decided {
        Decided::Disputed(n) => json!({ "disputed": n }),
        Decided::By(settlement) => json!({
            "policy": settlement.policy.id(),
            "taken": settlement.taken.record.address().to_string(),
            "words": settlement.taken.words(),
            "why": settlement.why,
            "by": settlement.by.to_string(),
            "at_ms": settlement.at_ms,
            "stale": settlement.is_stale,
        }),
    }
}

fn decided_text(decided: &Decided<'_>) -> String {
    match decided {
        Decided::Disputed(n) => format!("{n} people have decided differently: none of it holds until they agree"),
        Decided::By(settlement) => {
            let (policy, taken) = (settlement.policy.id(), settlement.taken.record.address());
            let stale = if settlement.is_stale { "; an account has come in since: decide again" } else { "" };
            format!("settled: {taken} is taken  [{policy}: {}]{stale}", settlement.why)
        }
    }
}

fn label_codes(labels: &[Label]) -> Vec<&'static str> {
    labels.iter().map(|label| label.code()).collect()
}

/// A whole case file.
pub fn case_json(case: &CaseFile<'_>) -> Json {
    let records: Vec<Json> = case
        .records
        .iter()
        .map(|record| {
            json!({
                "record": record.address().to_string(),
                "id": record.id.to_string(),
                "source": record.source.key,
                "title": record.source.title,
                "edition": record.source.edition,
                "file": record.source.file_name,
                "sha256": record.source.sha256,
            })
        })
        .collect();
    let happenings: Vec<Json> = case
        .happenings
        .iter()
        .map(|happening| {
            json!({
                "event": happening.kind.code(),
                "agreement": agreement_code(happening.agreement),
                "dates": happening.dates.iter().map(|a| claim_json(a.record, a.claim)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "schema": 1,
        "person": case.person.to_string(),
        "names": case.names(),
        "labels": label_codes(&case.labels),
        "disputed": case.is_disputed(),
        "elements": elements_json(case),
        "contradictions": case.contradictions().map(|q| q.predicate.code()).collect::<Vec<_>>(),
        "records": records,
        "questions": case.questions.iter().map(question_json).collect::<Vec<_>>(),
        "timeline": happenings,
    })
}

/// How the elements of an enforced disappearance stand, and what they amount to.
fn elements_json(case: &CaseFile<'_>) -> Json {
    let elements = case.elements();
    json!({
        "deprivation": elements.deprivation.code(),
        "state": elements.state.code(),
        "concealment": elements.concealment.code(),
        "qualification": elements.qualification().code(),
    })
}

/// A whole case file for a terminal.
pub fn case_text(case: &CaseFile<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}   {}", case.person.short(), case.names().join("  "));
    let disputed = if case.is_disputed() { "  (disputed)" } else { "" };
    let _ = writeln!(out, "status: {}{disputed}", label_codes(&case.labels).join(" / "));
    let elements = case.elements();
    let stands = [elements.deprivation, elements.state, elements.concealment].map(|stand| stand.code());
    let qualification = elements.qualification().code();
    let _ = writeln!(
        out,
        "elements: deprivation {}, the State {}, concealment {}: {qualification}",
        stands[0], stands[1], stands[2]
    );
    let records: Vec<String> = case.records.iter().map(|record| record.address().to_string()).collect();
    let _ = writeln!(out, "records: {}", records.join("  "));
    for question in &case.questions {
        let _ = writeln!(out, "\n{} — {}", question.predicate.code(), agreement_words(question.agreement));
        for reading in &question.readings {
            for account in &reading.accounts {
                let _ = writeln!(out, "  {} {}", reading.letter, account_line(account));
            }
        }
        if let Some(decided) = &question.decided {
            let _ = writeln!(out, "  {}", decided_text(decided));
        }
    }
    let dated: Vec<&Happening<'_>> = case.happenings.iter().filter(|happening| !happening.dates.is_empty()).collect();
    if !dated.is_empty() {
        let _ = writeln!(out, "\ntimeline");
        for happening in dated {
            let mut dates: Vec<String> = happening.dates.iter().filter_map(|a| value_text(a.claim)).collect();
            dates.dedup();
            let _ = writeln!(out, "  {}: {}", happening.kind.code(), dates.join(" | "));
        }
    }
    out
}

fn account_line(account: &Account<'_>) -> String {
    let words = account.words();
    let denies = if account.claim.polarity == Polarity::Denies { "denies: " } else { "" };
    let reading = match value_text(account.claim) {
        Some(value) if value != words => format!(" = {value}"),
        _ => String::new(),
    };
    let speaker = &account.record.said_by(account.claim).speaker.name;
    format!("{denies}«{words}»{reading}   [{speaker}; {}]", account.record.place_of(account.claim))
}

/// What stands between the categories of several dimensions.
pub const BETWEEN_CATEGORIES: &str = " · ";
const DISPUTED: &str = "disputed: ";
const NOT_STATED: &str = "not stated";

/// The words of a category.
pub fn category_text(category: &Category) -> String {
    match category {
        Category::Is(words) => words.clone(),
        Category::Disputed(words) => format!("{DISPUTED}{words}"),
        Category::Unknown => NOT_STATED.into(),
    }
}

/// The category whose words these are.
pub fn category_of_text(text: &str) -> Category {
    match text.strip_prefix(DISPUTED) {
        Some(words) => Category::Disputed(words.to_owned()),
        None if text == NOT_STATED => Category::Unknown,
        None => Category::Is(text.to_owned()),
    }
}

fn table_json(table: &Table) -> Json {
    let rows: Vec<Json> = table
        .rows
        .iter()
        .map(|(category, n)| {
            let kind = match category {
                Category::Is(_) => "is",
                Category::Disputed(_) => "disputed",
                Category::Unknown => "unknown",
            };
            json!({ "category": category_text(category), "kind": kind, "persons": n })
        })
        .collect();
    json!({ "policy": table.policy, "rows": rows })
}

/// The standing tables.
pub fn tables_json(tables: &Tables) -> Json {
    json!({
        "n_documented": tables.n_documented,
        "by_year": table_json(&tables.by_year),
        "by_place": table_json(&tables.by_place),
        "by_sex": table_json(&tables.by_sex),
    })
}

/// Overlap of lists.
pub fn overlap_json(overlap: &Overlap) -> Json {
    let histories: Vec<Json> =
        overlap.histories.iter().map(|(mask, n)| json!({ "lists": overlap.names_of(*mask), "persons": n })).collect();
    json!({
        "lists": overlap.lists,
        "sizes": overlap.sizes,
        "pairwise": overlap.pairwise,
        "on_exactly": overlap.on_exactly,
        "histories": histories,
    })
}

/// Overlap of lists for a terminal.
pub fn overlap_text(overlap: &Overlap) -> String {
    let mut out = String::new();
    for (idx, list) in overlap.lists.iter().enumerate() {
        let shared: Vec<String> = overlap
            .lists
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != idx)
            .map(|(other, key)| format!("{} with {key}", overlap.pairwise[idx][other]))
            .collect();
        let _ = writeln!(out, "  {list}: {} persons; {}", overlap.sizes[idx], shared.join(", "));
    }
    for (i, n) in overlap.on_exactly.iter().enumerate() {
        let _ = writeln!(out, "  {n} persons on exactly {}", i + 1);
    }
    out
}
