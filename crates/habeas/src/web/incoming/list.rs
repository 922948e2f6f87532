//! A list that waits: what was recognised, what each column was taken for and why, what becomes of the rows, then import.

use super::{
    super::{
        error::PageError,
        forms,
        guard::SignedForm,
        layout::{self, Section},
        query,
        reader::Reader,
        refusals,
        router::{html_page, refuse},
        words,
    },
    address_of, aside_form, unreadable,
};
use crate::{
    desk::{
        Desk,
        importing::{self, Imported, Preview, addresses},
        jobs::{Came, Noticed, Work},
        tray::{Settled, Waiting},
    },
    failure::Failure,
    output::Output,
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{EventKind, Right, SourceKind};
use habeas_intake::{
    limits::Limits,
    mapping::{ColumnMapping, ColumnOptions, EventPart, Field, Guess, Mapping},
    read::ImportReport,
};
use habeas_publish::ui::{datum, grouped};
use maud::{Markup, html};
use std::sync::Arc;

/// Rows that are shown as they will be understood.
const SHOWN: usize = 20;
/// Rows that are read for it: enough to see what is refused, and there at once.
const READ: u64 = 20_000;
/// Kinds of remarks of which places are shown.
const MOST_REMARKS: usize = 12;
/// Events whose date, place and perpetrator columns are offered; a mapping file can name any.
const EVENTS: [EventKind; 4] = [EventKind::Taken, EventKind::Released, EventKind::FoundDead, EventKind::Reported];

/// What the page shows.
struct View {
    waiting: Arc<Waiting>,
    settled: Settled,
    guess: Guess,
    header: Vec<String>,
    /// Kind, encoding, delimiter, sheet: what was recognised.
    recognised: Vec<(&'static str, String)>,
    /// The first words of each column.
    samples: Vec<String>,
    preview: Result<Preview, Failure>,
    /// Keys that other sources have, which are no lists.
    taken: Vec<String>,
    /// Editions of lists: key of the list, and the words for the edition.
    editions: Vec<(String, String)>,
}

fn load(desk: &Desk, waiting: Arc<Waiting>) -> Result<View, Failure> {
    let file = &waiting.file;
    let settled = waiting.settled();
    let mapping = settled.as_ref().map(|settled| &settled.mapping);
    let table = file.open(mapping, &Limits::default())?;
    let guess = file.guess(&table)?;
    let sources = desk.sources()?;
    let texts = sources.iter().filter(|source| source.kind != SourceKind::List);
    let taken: Vec<String> = texts.map(|source| source.key.clone()).collect();
    let lists = sources.iter().filter(|source| source.kind == SourceKind::List);
    let editions = lists.map(|list| (list.list().to_owned(), list.edition.trim().to_owned())).collect();
    let settled = settled
        .unwrap_or_else(|| Settled { key: free_key(&guess.mapping.list.id, &taken), mapping: guess.mapping.clone() });
    let preview = importing::preview(file, &table, &settled.mapping, SHOWN, READ);
    let header = table.header().names().to_vec();
    let sample = |column: usize| {
        let rows = preview.iter().flat_map(|preview| &preview.rows);
        let words = rows.filter_map(|row| row.cells.get(column)).filter(|cell| !cell.trim().is_empty());
        words.take(2).map(|cell| cell.chars().take(40).collect::<String>()).collect::<Vec<_>>().join(" · ")
    };
    let samples = (0..header.len()).map(sample).collect();
    let recognised = [
        ("kind", table.kind().code().to_owned()),
        ("incoming-encoding", table.encoding().map(|encoding| encoding.name().to_owned()).unwrap_or_default()),
        (
            "incoming-delimiter",
            table.delimiter().map(|delimiter| delimiter.escape_default().to_string()).unwrap_or_default(),
        ),
        ("incoming-sheet", table.sheet().to_owned()),
    ];
    let recognised = recognised.into_iter().filter(|(_, words)| !words.is_empty()).collect();
    drop(table);
    Ok(View { settled, guess, header, recognised, samples, preview, taken, editions, waiting })
}

/// A name for a list that no text has yet. A list may have it: then the file may be its next edition.
fn free_key(stem: &str, taken: &[String]) -> String {
    let plain: String = stem.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect();
    let stem = if plain.is_empty() || plain == "new" { "list".to_owned() } else { plain };
    let numbered = (2..).map(|n| format!("{stem}-{n}"));
    std::iter::once(stem.clone())
        .chain(numbered)
        .find(|key| !taken.contains(key))
        .expect("there is always a next number")
}

/// Shows the wizard.
pub async fn get(desk: Desk, reader: Reader, Path(id): Path<String>) -> Response {
    let waiting = match desk.waiting(&id) {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return refuse(&reader, &PageError::NotFound),
        Err(failure) => return refuse(&reader, &failure.into()),
    };
    let own = waiting.clone();
    match tokio::task::spawn_blocking(move || load(&desk, own)).await {
        Ok(Ok(view)) => html_page(StatusCode::OK, render(&reader, &view, None)),
        Ok(Err(failure)) => unreadable(&reader, &waiting.id, &waiting.file.name, &failure),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Takes what was settled: looks again, or imports.
pub async fn settle(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let waiting = match desk.waiting(&id) {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return refuse(&reader, &PageError::NotFound),
        Err(failure) => return refuse(&reader, &failure.into()),
    };
    let imports = query::known(&fields, "do", |text| match text {
        "import" => Some(true),
        "preview" => Some(false),
        _ => None,
    });
    let imports = match imports {
        Ok(Some(imports)) => imports,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "do" }),
        Err(error) => return refuse(&reader, &error),
    };
    let (own, own_desk) = (waiting.clone(), desk.clone());
    let taken = tokio::task::spawn_blocking(move || -> Result<Result<View, PageError>, Failure> {
        let view = load(&own_desk, own)?;
        Ok(read_settled(&view, &fields).map(|settled| View { settled, ..view }))
    });
    let view = match taken.await {
        Ok(Ok(Ok(view))) => view,
        Ok(Ok(Err(error))) => return refuse(&reader, &error),
        Ok(Err(failure)) => return unreadable(&reader, &waiting.id, &waiting.file.name, &failure),
        Err(_) => return refuse(&reader, &PageError::Bug),
    };
    waiting.settle(view.settled.clone());
    if !imports {
        return Redirect::to(&format!("{}#preview", address_of(&waiting.id, true))).into_response();
    }
    let key = &view.settled.key;
    let problem = if importing::check_key(key).is_err() { Some("incoming-key-odd") } else { name_problem(&view, key) };
    if let Some(problem) = problem {
        return html_page(StatusCode::UNPROCESSABLE_ENTITY, render(&reader, &view, Some(problem)));
    }
    let (own, settled) = (waiting.clone(), view.settled);
    let job = desk.start(Work::Import, waiting.file.name.clone(), move |desk, out| import(desk, &own, &settled, out));
    match job {
        Ok(job) => Redirect::to(&format!("/jobs/{}", job.id)).into_response(),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}

/// What keeps the file from coming in under its name: a list that is there wants to know which edition this is.
fn name_problem(view: &View, key: &str) -> Option<&'static str> {
    let edition = view.settled.mapping.list.edition.trim();
    let mut editions = view.editions.iter().filter(|(list, _)| list == key).peekable();
    if editions.peek().is_some() {
        return (edition.is_empty() || editions.any(|(_, known)| known == edition))
            .then_some("incoming-edition-wanted");
    }
    view.taken.iter().any(|known| known == key).then_some("incoming-key-taken")
}

/// The work of the job.
fn import(desk: &Desk, waiting: &Waiting, settled: &Settled, out: &Output) -> Result<Came, Failure> {
    let Settled { key, mapping } = settled;
    let table = waiting.file.open(Some(mapping), &Limits::default())?;
    let imported =
        importing::keep(&waiting.file, &table, mapping, key, None, out, |write| desk.change(Right::Code, write))?;
    desk.put_aside(&waiting.id)?;
    Ok(match imported {
        Imported::Already(_) => Came { counts: vec![("already", 1)], goes: "/sources".into(), ..Came::default() },
        Imported::New { report, header, key, edition, .. } => {
            let mut counts = counts(&report);
            if let Some(edition) = &edition {
                let gone = edition.gone.len() as u64;
                counts.extend([
                    ("continued", edition.continued),
                    ("replaced", edition.replaced),
                    ("added", edition.added),
                    ("gone", gone),
                ]);
            }
            Came {
                counts,
                remarks: noticed(&report, &header),
                goes: format!("/sources/{}", query::segment(&key)),
                ..Came::default()
            }
        }
    })
}

fn counts(report: &ImportReport) -> Vec<(&'static str, u64)> {
    vec![
        ("rows", report.rows()),
        ("accepted", report.accepted),
        ("with-remarks", report.with_remarks),
        ("set-aside", report.quarantined),
        ("skipped", report.skipped),
    ]
}

fn noticed(report: &ImportReport, header: &[String]) -> Vec<Noticed> {
    let of = |count: &habeas_intake::read::CodeCount| Noticed {
        words: count.words.to_string(),
        remedy: count.remedy.to_string(),
        n: count.n,
        first: addresses(count, header),
    };
    report.codes.values().take(MOST_REMARKS).map(of).collect()
}

/// A field as a form carries it: its code, with the event where it has one.
fn choice_code(field: Field) -> String {
    match field.event_part() {
        Some(part) if part.event != EventKind::Taken => format!("{}@{}", field.code(), part.event.code()),
        _ => field.code().to_owned(),
    }
}

fn read_choice(text: &str) -> Option<Field> {
    let (code, event) = text.split_once('@').unwrap_or((text, EventKind::Taken.code()));
    let event = EventKind::ALL.iter().copied().find(|kind| kind.code() == event)?;
    Field::from_code(code, EventPart { event, index: 1 })
}

/// What the form says, over what was settled before: a column whose field stays keeps how its words are read.
fn read_settled(view: &View, fields: &[(String, String)]) -> Result<Settled, PageError> {
    let missing = |name| PageError::Parameter { name };
    let words = |name| query::value(fields, name).map(Option::unwrap_or_default);
    let mut mapping: Mapping = view.settled.mapping.clone();
    for (i, column) in mapping.columns.iter_mut().enumerate() {
        let name = format!("c-{i}");
        let Some((_, code)) = fields.iter().find(|(known, _)| *known == name) else { continue };
        let field = read_choice(code).ok_or(missing("c-…"))?;
        if choice_code(column.field) == *code {
            continue;
        }
        let guessed = view.guess.mapping.columns.get(i).filter(|guessed| choice_code(guessed.field) == *code);
        *column = guessed.cloned().unwrap_or(ColumnMapping {
            header: column.header.clone(),
            field,
            options: ColumnOptions::default(),
        });
    }
    mapping.list.title = words("title")?;
    mapping.list.speaker = words("speaker")?;
    mapping.list.edition = words("edition")?;
    mapping.list.names_once = query::known(fields, "names-once", |text| (text == "1").then_some(()))?.is_some();
    Ok(Settled { key: words("key")?, mapping })
}

fn render(reader: &Reader, view: &View, problem: Option<&str>) -> Markup {
    let list = &view.settled.mapping.list;
    let field = |name: &str, label: &str, value: &str, hint: Option<&str>| {
        html! { p.field.grow {
            label for={ "f-" (name) } { (reader.t(label)) }
            input id={ "f-" (name) } name=(name) value=(value) dir="auto" autocomplete="off" maxlength="200" placeholder=[hint];
        } }
    };
    let body = html! {
        header.pagehead {
            p.note { a href="/sources/new" { (reader.t("incoming-title")) } }
            h1 { (datum(&view.waiting.file.name)) }
            dl.facts {
                @for (label, words) in &view.recognised { div { dt { (reader.t(label)) } dd { bdi { (words) } } } }
                div { dt { (reader.t("file")) } dd { bdi { (grouped(view.waiting.file.bytes.len().div_ceil(1024) as u64)) " KiB" } } }
            }
        }
        @if let Some(problem) = problem { p.said role="alert" { (reader.t(problem)) } }
        form.wizard method="post" action=(address_of(&view.waiting.id, true)) {
            (forms::token(reader))
            h2 { (reader.t("incoming-about")) }
            div.search {
                (field("key", "incoming-key", &view.settled.key, None))
                (field("title", "incoming-list-title", &list.title, None))
                (field("speaker", "kept-by", &list.speaker, None))
                (field("edition", "edition", &list.edition, None))
                p.field.check { label { input type="checkbox" name="names-once" value="1" checked[list.names_once]; span { (reader.t("incoming-names-once")) } } }
            }
            h2 { (reader.t("incoming-columns")) }
            p.lead { (reader.t("incoming-columns-lead")) }
            (columns(reader, view))
            div.under {
                // The first button answers Enter: it must not be the one that writes.
                button.btn name="do" value="preview" { (reader.t("incoming-look")) }
                button.btn.go name="do" value="import" { (reader.t("incoming-import")) }
            }
        }
        (preview(reader, view))
        div.under {
            a.btn href=(address_of(&view.waiting.id, false)) { (reader.t("incoming-as-text")) }
            (aside_form(reader, &view.waiting.id))
        }
    };
    layout::page(reader, &reader.t("incoming-title"), Some(Section::Sources), &body)
}

fn columns(reader: &Reader, view: &View) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("incoming-columns")) { table.list.mapping {
            caption.vh { (reader.t("incoming-columns")) }
            thead { tr {
                th scope="col" { (reader.t("incoming-column")) } th scope="col" { (reader.t("incoming-holds")) } th scope="col" { (reader.t("incoming-why")) }
            } }
            tbody { @for (i, column) in view.settled.mapping.columns.iter().enumerate() { tr {
                th scope="row" {
                    (datum(&column.header))
                    @if let Some(sample) = view.samples.get(i).filter(|sample| !sample.is_empty()) { small { (datum(sample)) } }
                }
                td { (choices(reader, i, column)) }
                td { @if let Some(reason) = view.guess.reasons.get(i) {
                    @if choice_code(column.field) != view.guess.mapping.columns.get(i).map(|guessed| choice_code(guessed.field)).unwrap_or_default() { (reader.t("incoming-chosen")) " " }
                    span lang="en" dir="ltr" { (reason.words) }
                } }
            } } }
        } }
    }
}

fn choices(reader: &Reader, i: usize, column: &ColumnMapping) -> Markup {
    let own = choice_code(column.field);
    let mut codes: Vec<String> = Vec::new();
    for code in Field::CODES {
        codes.push((*code).to_owned());
        if code.starts_with("event.") {
            codes.extend(EVENTS[1..].iter().map(|event| format!("{code}@{}", event.code())));
        }
    }
    if !codes.contains(&own) {
        codes.push(own.clone());
    }
    html! {
        select name={ "c-" (i) } aria-label=(column.header) {
            @for code in &codes { option value=(code) selected[*code == own] { (choice_words(reader, code)) } }
        }
    }
}

/// A field in words: «Date · Taken».
pub fn choice_words(reader: &Reader, code: &str) -> String {
    let (field, event) = code.split_once('@').unwrap_or((code, EventKind::Taken.code()));
    let words = reader.t(&format!("field-{}", field.replace('.', "-")));
    match EventKind::ALL.iter().find(|kind| kind.code() == event).filter(|_| field.starts_with("event.")) {
        Some(kind) => format!("{words} · {}", words::event(reader, *kind)),
        None => words,
    }
}

fn preview(reader: &Reader, view: &View) -> Markup {
    html! {
        section #preview aria-labelledby="preview-h" {
            h2 #preview-h { (reader.t("incoming-preview")) }
            @match &view.preview {
                Err(failure) => { div.said role="alert" { (refusals::say(reader, failure)) } }
                Ok(preview) => {
                    p.found { (report_line(reader, &preview.report)) }
                    @if preview.report.rows() >= READ { p.note { (reader.n("incoming-first-rows", &[("n", READ)])) } }
                    (remarks(reader, &noticed(&preview.report, &view.header)))
                    (rows(reader, preview))
                }
            }
        }
    }
}

/// How many rows become what.
pub fn report_line(reader: &Reader, report: &ImportReport) -> String {
    let numbers = [
        ("accepted", report.accepted),
        ("remarks", report.with_remarks),
        ("aside", report.quarantined),
        ("skipped", report.skipped),
    ];
    reader.n("incoming-report", &numbers)
}

/// What was noticed, with the first places: the address of a value, never the value.
pub fn remarks(reader: &Reader, noticed: &[Noticed]) -> Markup {
    html! { @if !noticed.is_empty() {
        ul.queue.remarks { @for one in noticed { li {
            p { b { bdi { (grouped(one.n)) } } " × " span lang="en" dir="ltr" { (one.words) } }
            @if !one.first.is_empty() { p.note { (reader.t("incoming-first-places")) " " span lang="en" dir="ltr" { (one.first.join("; ")) } } }
            @if !one.remedy.is_empty() { p.note { span lang="en" dir="ltr" { (one.remedy) } } }
        } } }
    } }
}

fn rows(reader: &Reader, preview: &Preview) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("incoming-preview")) { table.list {
            caption.vh { (reader.t("incoming-preview")) }
            thead { tr { th scope="col" { (reader.t("row")) } th scope="col" { (reader.t("read-as")) } } }
            tbody { @for row in &preview.rows { tr {
                th scope="row" { (row.number) }
                td { ul.claims.inline { @for claim in &row.claims { li {
                    span.note { (words::question(reader, claim.predicate)) ": " }
                    @let written = row.words(claim);
                    (datum(&written))
                    @if let Some(value) = words::value(reader, claim).filter(|value| *value != written) { " = " b { (datum(&value)) } }
                } } } }
            } } }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_words_in_every_language_and_is_read_back() {
        for lang in ["en", "ur"] {
            let reader = Reader::of_file(lang);
            for code in Field::CODES {
                assert!(!choice_words(&reader, code).contains("Unknown localization"), "{lang}: {code}");
                assert_eq!(read_choice(code).map(choice_code).as_deref(), Some(*code));
            }
        }
        assert_eq!(read_choice("event.date@released").map(choice_code).as_deref(), Some("event.date@released"));
        assert_eq!(read_choice("event.date@nonsense"), None);
        assert_eq!(read_choice("nonsense"), None);
    }

    #[test]
    fn a_list_gets_a_name_that_is_free_and_can_stand_in_an_address() {
        let taken = ["families".to_owned(), "families-2".to_owned()];
        assert_eq!(free_key("families", &taken), "families-3");
        assert_eq!(free_key("a b/c", &taken), "abc");
        assert_eq!(free_key("", &taken), "list");
        assert_eq!(free_key("new", &taken), "list");
    }
}
