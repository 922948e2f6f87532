//! Two records side by side: what each says, question by question, letter against letter.

use super::{
    super::{forms, query::segment, reader::Reader, words},
    letters,
};
use habeas_core::{Claim, EventKind, Origin, Predicate, Record};
use habeas_publish::ui::datum;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// One question with what both records say to it, in their own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    question: String,
    sides: [Vec<String>; 2],
}

/// The questions that either record answers, in the order of a case file.
pub fn rows(reader: &Reader, records: &[Record; 2]) -> Vec<Row> {
    let asked: BTreeSet<Predicate> =
        records.iter().flat_map(|record| record.claims.iter().map(|claim| claim.predicate)).collect();
    let row = |predicate: Predicate| Row {
        question: words::question(reader, predicate),
        sides: [0, 1].map(|side| said(reader, &records[side], predicate)),
    };
    in_order().filter(|predicate| asked.contains(predicate)).map(row).collect()
}

/// Who it is, then what happened, then what became of it.
pub fn in_order() -> impl Iterator<Item = Predicate> {
    let after: usize = Predicate::PLAIN.iter().position(|plain| *plain == Predicate::Fate).unwrap_or(0);
    let (who, then) = Predicate::PLAIN.split_at(after);
    let of_event = |kind: &EventKind| {
        [
            Predicate::Event(*kind),
            Predicate::EventDate(*kind),
            Predicate::EventPlace(*kind),
            Predicate::Perpetrator(*kind),
        ]
    };
    who.iter().copied().chain(EventKind::ALL.iter().flat_map(of_event)).chain(then.iter().copied())
}

/// What a record says to a question: its words, and the reading where it is more than they are.
pub fn said(reader: &Reader, record: &Record, predicate: Predicate) -> Vec<String> {
    let mut all = Vec::new();
    for claim in record.claims.iter().filter(|claim| claim.predicate == predicate) {
        let text = one(reader, record, claim);
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

fn one(reader: &Reader, record: &Record, claim: &Claim) -> String {
    let written = record.words(claim);
    let stance = words::stance(reader, claim).join(" · ");
    match (predicate_is_dated(claim.predicate), words::value(reader, claim)) {
        // Notations of dates differ for no reason; what was read can be compared.
        (true, Some(read)) => with_stance(read, &stance),
        _ => with_stance(written, &stance),
    }
}

/// Words, and that they deny, allege or hedge.
fn with_stance(words: String, stance: &str) -> String {
    if stance.is_empty() { words } else { format!("{words} ({stance})") }
}

fn predicate_is_dated(predicate: Predicate) -> bool {
    matches!(predicate, Predicate::EventDate(_) | Predicate::BirthDate)
}

/// Draws both records. Nothing here may depend on what the model thinks: no class, no order, no size.
pub fn compared(reader: &Reader, records: &[Record; 2]) -> Markup {
    html! {
        table.cmp {
            thead { tr {
                th scope="col" { span.vh { (reader.t("question")) } }
                @for record in records { th scope="col" { (heading(reader, record)) } }
            } }
            tbody { @for row in rows(reader, records) { tr {
                th scope="row" { (row.question) }
                @for side in [0, 1] { td { (answers(reader, &row.sides[side], &row.sides[1 - side])) } }
            } } }
        }
        details.rest {
            summary { (reader.t("whole-rows")) }
            div.sides { @for record in records { div {
                h3 { (heading(reader, record)) }
                (cells(reader, record))
            } } }
        }
    }
}

/// Which list and which entry; opens beside, so that the pair stays.
pub fn heading(reader: &Reader, record: &Record) -> Markup {
    let address = format!("/sources/{}/{}", segment(&record.source.key), record.number());
    html! { a href=[reader.href(address)] target="_blank" rel="noopener" { (datum(&record.source.title)) ", " (words::entry(reader, record)) } }
}

fn answers(reader: &Reader, own: &[String], others: &[String]) -> Markup {
    html! {
        @if own.is_empty() { span.silent { (reader.t("not-given")) } }
        @for answer in own { div.say { (marked(answer, letters::counterpart(answer, others))) } }
    }
}

/// Words with the letters marked that the other record writes differently.
pub fn marked(text: &str, other: Option<&str>) -> Markup {
    let Some(other) = other else { return datum(text) };
    let stretches = letters::against(text, other);
    let language = (habeas_core::script_of(text) == habeas_core::Script::Arabic).then_some("und-Arab");
    html! { bdi dir="auto" lang=[language] {
        @for stretch in stretches { @if stretch.differs { u.d { (stretch.text) } } @else { (stretch.text) } }
    } }
}

/// Everything that a record holds, as written.
fn cells(reader: &Reader, record: &Record) -> Markup {
    let name = |column: usize| match &record.origin {
        Origin::Row { .. } => record.source.header.get(column).cloned().unwrap_or_else(|| "?".into()),
        Origin::Text { .. } => reader.t("text"),
    };
    html! { dl { @for (column, cell) in record.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        div { dt { (datum(&name(column))) } dd { (datum(cell)) } }
    } } }
}

/// Reasons that can be picked; what is recorded is the words.
pub fn reasons(reader: &Reader) -> Markup {
    let all = ["names", "father", "date", "place", "document", "other-source", "too-little"];
    html! { datalist #reasons { @for reason in all { option value=(reader.t(&format!("reason-pair-{reason}"))) {} } } }
}

/// The field for a reason.
pub fn reason_field(reader: &Reader, typed: &str, required: bool) -> Markup {
    html! {
        p.field.grow {
            label for="why" { (reader.t(if required { "reason-needed" } else { "reason-optional" })) }
            input #why name="why" list="reasons" value=(typed) maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"
                required[required] aria-invalid=[required.then_some("true")];
            (reasons(reader))
        }
    }
}
