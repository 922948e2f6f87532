//! The form of a claim: of what, what, in which words, who says so. The words are chosen in the text; nothing is recorded that
//! does not stand there, and what was typed stays on the page until it is.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        incident,
        layout::{self, Section},
        query::{self, Pairs, segment},
        reader::Reader,
        router::{html_page, page, refuse},
    },
    queue::around,
    refused, typed,
};
use crate::{
    commands::claims::{AddArgs, ContentArgs, FigureArgs, Kind, PassageArgs, StanceArgs, Step, typed_date},
    desk::{
        Book, Desk,
        coding::{self, Uncoded},
    },
    failure::Failure,
};
use axum::{
    extract::Query as Parameters,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clap::ValueEnum;
use habeas_core::{
    Assertion, AssertionId, Basis, EntityKind, EventKind, Grade, Matter, Measure, Modality, PartialDate, Polarity,
    Predicate, Quote, QuoteError, Sensitivity, Source, Topic, Unit,
};
use habeas_publish::ui::{Link, Piece, Quotation, datum, quotation};
use maud::{Markup, html};
use std::{ops::Range, sync::Arc};

/// Bytes at most of words that are typed instead of chosen.
const LONGEST_QUOTE: usize = 4_000;

/// Names that the field for what it is about offers.
const MOST_NAMES: usize = 60;

/// Kinds that a claim can be about.
const KINDS: [EntityKind; 9] = [
    EntityKind::Mention,
    EntityKind::Act,
    EntityKind::Incident,
    EntityKind::Action,
    EntityKind::Party,
    EntityKind::Place,
    EntityKind::Proceeding,
    EntityKind::Case,
    EntityKind::Series,
];

/// Matters that a form can say; the others are said by their own buttons.
fn matters() -> impl Iterator<Item = Matter> {
    let own = [Matter::Handle, Matter::Review, Matter::Question, Matter::Answer, Matter::Assigned, Matter::Resolution];
    Matter::ALL.iter().copied().filter(move |matter| !own.contains(matter))
}

fn predicates() -> impl Iterator<Item = Predicate> {
    let of_event = |kind: &EventKind| {
        [
            Predicate::Event(*kind),
            Predicate::EventDate(*kind),
            Predicate::EventPlace(*kind),
            Predicate::Perpetrator(*kind),
        ]
    };
    Predicate::PLAIN.iter().copied().chain(EventKind::ALL.iter().flat_map(of_event))
}

/// Which source, which of its words, and which claim is put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    source: String,
    /// Bytes of the text as a browser counts them; see [`stored`].
    span: Option<(usize, usize)>,
    corrects: Option<AssertionId>,
    nothing: bool,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a value that it does not know.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self {
            source: query::value(pairs, "source")?.ok_or(PageError::Parameter { name: "source" })?,
            span: query::known(pairs, "span", read_span)?,
            corrects: query::known(pairs, "corrects", |text| text.parse().ok())?,
            nothing: query::value(pairs, "nothing")?.is_some(),
        })
    }
}

fn read_span(text: &str) -> Option<(usize, usize)> {
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?)).filter(|(from, to)| from < to)
}

/// The range in the stored text of a range that a browser counted: it reads the two signs of a Windows line end as one.
fn stored(text: &str, shown: (usize, usize)) -> Option<Range<usize>> {
    let (mut counted, mut start) = (0, None);
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if counted == shown.0 && start.is_none() {
            start = Some(at);
        }
        if counted == shown.1 {
            return Some(start?..at).filter(|range| text.get(range.clone()).is_some());
        }
        counted += usize::from(byte != b'\r' || text.as_bytes().get(at + 1) != Some(&b'\n'));
    }
    None
}

/// What the form shows.
pub struct View {
    source: Arc<Source>,
    passage: Option<(Vec<Piece>, Range<usize>)>,
    names: Vec<String>,
    fields: Pairs,
    problem: Option<Problem>,
    nothing: bool,
}

enum Problem {
    Field(&'static str),
    Refused(Box<Failure>),
}

/// Reads what the form begins with.
///
/// # Errors
/// [`PageError::NotFound`] where there is no such source.
pub fn load(desk: &Desk, query: &Query) -> Result<View, PageError> {
    let book = desk.book()?;
    let source = book.sources.iter().find(|source| source.key == query.source).ok_or(PageError::NotFound)?.clone();
    let known = query.corrects.and_then(|id| book.get(id)).filter(|one| book.shows(one));
    let text = desk.shown_text(&source)?;
    let range = match query.span {
        Some(span) => Some(stored(&text, span).ok_or(PageError::Parameter { name: "span" })?),
        None => known.and_then(|one| one.quotes.first()).filter(|quote| quote.source == source.id).map(bytes_of),
    };
    let passage = range.map(|range| (around(&text, range.clone(), vec![range.clone()]), range));
    let fields = known.map(|one| fields_of(&book, one)).unwrap_or_default();
    Ok(View { names: names(&book, &source), source, passage, fields, problem: None, nothing: query.nothing })
}

fn bytes_of(quote: &Quote) -> Range<usize> {
    quote.range.start as usize..quote.range.end as usize
}

/// Names of what this source speaks of already, those of its last claims first.
fn names(book: &Book, source: &Source) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for one in book.assertions.iter().rev().filter(|one| one.quotes.iter().any(|quote| quote.source == source.id)) {
        let name = book.name(one.about);
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() == MOST_NAMES {
            break;
        }
    }
    names
}

/// A claim as the form would have been filled in.
fn fields_of(book: &Book, one: &Assertion) -> Pairs {
    let about = book.name(one.about);
    let (kind, name) = about.split_once(':').unwrap_or((one.about.kind.code(), ""));
    let kind_of_speaker = one.said_by.as_ref().and_then(|said| {
        Kind::value_variants().iter().find(|kind| habeas_core::SpeakerKind::from(**kind) == said.speaker.kind)
    });
    let mut fields: Vec<(&str, String)> = vec![
        ("kind", kind.to_owned()),
        ("name", name.to_owned()),
        ("topic", one.topic.code()),
        ("is", coding::typed(book, one).unwrap_or_default()),
        ("by", one.said_by.as_ref().map(|said| said.speaker.name.clone()).unwrap_or_default()),
        ("by-kind", kind_of_speaker.map(|kind| kind_code(*kind)).unwrap_or_default()),
        ("polarity", one.polarity.code().to_owned()),
        ("modality", one.modality.code().to_owned()),
        ("basis", one.basis.code().to_owned()),
        ("said-at", one.said_at.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("valid", one.valid.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("grade", one.grade.map(Grade::code).unwrap_or_default()),
        ("sensitivity", one.sensitivity.code().to_owned()),
        ("corrects", one.id.to_string()),
    ];
    if let Some(count) = one.count() {
        fields.push(("measure", count.measure.code().to_owned()));
        fields.push(("unit", count.unit.code().to_owned()));
        fields.push(("period", count.period.as_ref().map(ToString::to_string).unwrap_or_default()));
    }
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn kind_code(kind: Kind) -> String {
    kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Shows the form.
pub async fn get(desk: Desk, reader: Reader, Parameters(pairs): Parameters<Pairs>) -> Response {
    match Query::read(&pairs) {
        Ok(query) => page(desk, reader, move |desk| load(desk, &query), render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// The claim as typed.
fn args(fields: &[(String, String)], source: &str, text: &str) -> Result<AddArgs, Problem> {
    let of = |name| typed(fields, name);
    let optional = |name| Some(of(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let date = |name: &'static str| -> Result<Option<PartialDate>, Problem> {
        optional(name).map(|text| typed_date(&text).map_err(|_| Problem::Field(name))).transpose()
    };
    fn code<T>(text: &str, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(Problem::Field(name)) }
    }
    let needed = |name: &'static str| optional(name).ok_or(Problem::Field(name));
    let kind = code(of("kind"), "kind", EntityKind::from_code)?.ok_or(Problem::Field("kind"))?;
    let span = match optional("at") {
        Some(at) => vec![read_span(&at).map(|(from, to)| from..to).ok_or(Problem::Field("quote"))?],
        None => Vec::new(),
    };
    let quote = if span.is_empty() { vec![as_stored(of("quote"), text)] } else { Vec::new() };
    if quote.iter().any(|words| words.is_empty() || words.len() > LONGEST_QUOTE) {
        return Err(Problem::Field("quote"));
    }
    let occurrence = optional("occurrence").map(|n| n.parse().map_err(|_| Problem::Field("occurrence"))).transpose()?;
    if let [words] = quote.as_slice() {
        match Quote::find(habeas_core::SourceId([0; 16]), text, words, occurrence) {
            Err(QuoteError::Several { .. } | QuoteError::NoSuchOccurrence { .. }) => {
                return Err(Problem::Field("occurrence"));
            }
            Err(_) => return Err(Problem::Field("quote")),
            Ok(_) => {}
        }
    }
    let by_kind = code(of("by-kind"), "by-kind", |text| Kind::from_str(text, false).ok())?;
    Ok(AddArgs {
        about: format!("{}:{}", kind.code(), needed("name")?),
        topic: needed("topic")?,
        named: None,
        content: ContentArgs {
            value: optional("is"),
            words_only: !of("words-only").is_empty() && optional("is").is_none(),
            degree: optional("degree"),
            holds: None,
            precision: None,
            document_year: false,
            antecedent: false,
            figure: FigureArgs {
                measure: code(of("measure"), "measure", Measure::from_code)?,
                unit: code(of("unit"), "unit", Unit::from_code)?.unwrap_or(Unit::Individual),
                or: Vec::new(),
                subgroup: String::new(),
                period: date("period")?,
                period_antecedent: false,
                place: None,
                as_of: None,
                stock: false,
                exhaustive: false,
                definition: String::new(),
                part_of: Vec::new(),
                in_addition_to: Vec::new(),
                compared_with: Vec::new(),
            },
        },
        passage: PassageArgs { source: Some(source.to_owned()), quote, occurrence, span },
        stance: StanceArgs {
            by: optional("by"),
            by_kind: by_kind.unwrap_or(Kind::Organisation),
            via: Vec::new(),
            polarity: code(of("polarity"), "polarity", Polarity::from_code)?.unwrap_or(Polarity::Affirms),
            modality: code(of("modality"), "modality", Modality::from_code)?.unwrap_or(Modality::Stated),
            basis: code(of("basis"), "basis", Basis::from_code)?.unwrap_or(Basis::NotStated),
            said_at: date("said-at")?,
            valid: date("valid")?,
            grade: code(of("grade"), "grade", Grade::from_code)?,
            sensitivity: code(of("sensitivity"), "sensitivity", Sensitivity::from_code)?,
        },
        propose: !of("propose").is_empty(),
        corrects: optional("corrects"),
    })
}

/// Words as typed, with the line ends that the text has.
fn as_stored(words: &str, text: &str) -> String {
    let plain = words.replace("\r\n", "\n");
    if text.contains(&plain) { plain } else { plain.replace('\n', "\r\n") }
}

/// Records the claim, or shows the form again with what was typed.
pub async fn add(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let taken = tokio::task::spawn_blocking(move || -> Result<Result<String, View>, PageError> {
        let key = Key::of(&fields)?;
        let source = query::value(&fields, "source")?.ok_or(PageError::Parameter { name: "source" })?;
        let view = load(&desk, &Query { source: source.clone(), span: None, corrects: None, nothing: false })?;
        let text = desk.shown_text(&view.source)?;
        let problem = match args(&fields, &source, &text) {
            Err(problem) => problem,
            Ok(args) => match desk.code(&[Step::Add(Box::new(args))], |_| true, key.0) {
                Ok(ids) => {
                    let book = desk.book()?;
                    let claim = ids.iter().filter_map(|id| book.get(*id)).find(|one| coding::is_claim(one));
                    return Ok(Ok(claim.map_or_else(|| "/claims".into(), |one| format!("/claims/{}", one.id))));
                }
                Err(Uncoded::Refused(failure)) => Problem::Refused(failure),
                Err(Uncoded::Changed) => return Err(PageError::Bug),
            },
        };
        let range = read_span(typed(&fields, "at")).map(|(from, to)| from..to);
        let range = range.filter(|range| text.get(range.clone()).is_some());
        let passage = range.map(|range| (around(&text, range.clone(), vec![range.clone()]), range));
        Ok(Err(View { passage, problem: Some(problem), fields, ..view }))
    });
    match taken.await {
        Ok(Ok(Ok(address))) => Redirect::to(&address).into_response(),
        Ok(Ok(Err(view))) => html_page(StatusCode::UNPROCESSABLE_ENTITY, render(&reader, &view)),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Draws the form.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let own = format!("/sources/{}", segment(&view.source.key));
    let wrong = match &view.problem {
        Some(Problem::Field(name)) => Some(*name),
        _ => None,
    };
    let body = html! {
        header.pagehead {
            p.note { a href="/claims" { (reader.t("claims")) } " › " a href=(own) { (datum(&view.source.title)) } }
            h1 { (reader.t("claim-new")) } p.lead { (reader.t("claim-new-lead")) }
        }
        @if view.nothing { p.said role="status" { (reader.t("claims-nothing-found")) } }
        @match &view.problem {
            Some(Problem::Refused(failure)) => { (refused(reader, failure)) }
            Some(Problem::Field(name)) => { div #problem.said role="alert" {
                p { a href={ "#f-" (name) } { (reader.t(&format!("claim-wrong-{name}"))) } } p { (reader.t("nothing-recorded")) }
            } }
            None => {}
        }
        form.claim method="post" action="/claims/new" data-typed="" {
            (forms::token(reader)) (hidden("key", &Key::fresh().hex())) (hidden("source", &view.source.key))
            @let corrects = typed(&view.fields, "corrects");
            @if !corrects.is_empty() { (hidden("corrects", corrects)) }
            (words(reader, view, wrong, &own))
            fieldset { legend { (reader.t("claim-about")) }
                (select(reader, view, wrong, "kind", KINDS.iter().map(|kind| (kind.code().to_owned(), reader.t(&format!("entity-{}", kind.code()))))))
                (input(reader, view, wrong, "name", Some("names")))
                datalist #names { @for name in &view.names { option value=(name.split_once(':').map_or(name.as_str(), |(_, name)| name)) { (name) } } }
            }
            fieldset { legend { (reader.t("claim-what")) } (topics(reader, view, wrong)) (input(reader, view, wrong, "is", None))
                p.note { (reader.t("claim-is-note")) }
                details { summary { (reader.t("claim-figure")) }
                    (select(reader, view, wrong, "measure", blank().chain(Measure::ALL.iter().map(|one| (one.code().to_owned(), reader.t(&format!("measure-{}", one.code())))))))
                    (select(reader, view, wrong, "unit", Unit::ALL.iter().map(|one| plain(reader, "unit", one.code()))))
                    (input(reader, view, wrong, "period", None))
                }
            }
            fieldset { legend { (reader.t("claim-says")) }
                (input(reader, view, wrong, "by", None))
                (select(reader, view, wrong, "by-kind", blank().chain(Kind::value_variants().iter().map(|kind| plain(reader, "speaker", &kind_code(*kind))))))
                details { summary { (reader.t("claim-how")) }
                    (select(reader, view, wrong, "polarity", Polarity::ALL.iter().map(|one| plain(reader, "polarity", one.code()))))
                    (select(reader, view, wrong, "modality", Modality::ALL.iter().map(|one| plain(reader, "modality", one.code()))))
                    (select(reader, view, wrong, "basis", Basis::ALL.iter().rev().map(|one| plain(reader, "basis", one.code()))))
                    (input(reader, view, wrong, "said-at", None)) (input(reader, view, wrong, "valid", None)) (input(reader, view, wrong, "grade", None))
                    (select(reader, view, wrong, "sensitivity", blank().chain(Sensitivity::ALL.iter().map(|one| plain(reader, "private", one.code())))))
                }
            }
            p.under {
                button.btn.go { (reader.t("claim-record")) }
                label.tick { input type="checkbox" name="propose" value="1" checked[!typed(&view.fields, "propose").is_empty()]; span { (reader.t("claim-propose")) } }
            }
        }
    };
    layout::page(reader, &reader.t("claim-new"), Some(Section::Sources), &body)
}

fn words(reader: &Reader, view: &View, wrong: Option<&str>, own: &str) -> Markup {
    html! {
        @match &view.passage {
            Some((parts, range)) => {
                (quotation(&Quotation {
                    id: "passage".into(),
        sid: view.source.key.clone(),
                    who: view.source.said_by.speaker.name.clone(),
                    source: view.source.title.clone(),
                    at: Link { text: view.source.file_name.clone(), href: reader.href(own) },
                    parts: vec![parts.clone()],
                    ..Quotation::default()
                }))
                (hidden("at", &format!("{}-{}", range.start, range.end)))
            }
            None => { fieldset { legend { (reader.t("claim-words-of")) }
                p.note { (reader.t("claim-quote-note")) " " a href=(own) target="_blank" { (datum(&view.source.title)) } }
                p.field.whole { label for="f-quote" { (reader.t("claim-f-quote")) }
                    textarea #f-quote name="quote" rows="3" dir="auto" required maxlength=(LONGEST_QUOTE) aria-invalid=[(wrong == Some("quote")).then_some("true")] { (typed(&view.fields, "quote")) } }
                (input(reader, view, wrong, "occurrence", None))
            } }
        }
    }
}

/// Nothing chosen.
fn blank() -> std::iter::Once<(String, String)> {
    std::iter::once((String::new(), "–".to_owned()))
}

/// A code with its words, where there are some.
fn plain(reader: &Reader, family: &str, code: &str) -> (String, String) {
    (code.to_owned(), reader.find(&format!("{family}-{code}")).unwrap_or_else(|| code.to_owned()))
}

fn input(reader: &Reader, view: &View, wrong: Option<&str>, name: &'static str, list: Option<&str>) -> Markup {
    let id = format!("f-{name}");
    html! { p.field.grow {
        label for=(id) { (reader.t(&format!("claim-f-{name}"))) }
        input id=(id) name=(name) value=(typed(&view.fields, name)) list=[list] required[name == "name"] aria-invalid=[(wrong == Some(name)).then_some("true")] dir="auto" autocomplete="off" maxlength="200";
    } }
}

fn select(
    reader: &Reader,
    view: &View,
    wrong: Option<&str>,
    name: &'static str,
    options: impl Iterator<Item = (String, String)>,
) -> Markup {
    let (id, chosen) = (format!("f-{name}"), typed(&view.fields, name));
    html! { p.field {
        label for=(id) { (reader.t(&format!("claim-f-{name}"))) }
        select id=(id) name=(name) aria-invalid=[(wrong == Some(name)).then_some("true")] { @for (code, words) in options { option value=(code) selected[code == chosen] { (words) } } }
    } }
}

fn topics(reader: &Reader, view: &View, wrong: Option<&str>) -> Markup {
    let chosen = typed(&view.fields, "topic");
    let option = |topic: Topic| {
        let code = topic.code();
        html! { option value=(code) selected[code == chosen] { (incident::topic(reader, topic)) } }
    };
    html! { p.field {
        label for="f-topic" { (reader.t("claim-f-topic")) }
        select #f-topic name="topic" aria-invalid=[(wrong == Some("topic")).then_some("true")] {
            optgroup label=(reader.t("topics-person")) { @for predicate in predicates() { (option(Topic::Person(predicate))) } }
            optgroup label=(reader.t("topics-matter")) { @for matter in matters() { (option(Topic::Of(matter))) } }
        }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_found_where_it_stands_whatever_the_line_ends() {
        let unix = "one\ntwo کریم";
        assert_eq!(stored(unix, (4, 7)), Some(4..7));
        assert_eq!(&unix[stored(unix, (8, 16)).unwrap()], "کریم");
        let windows = "one\r\ntwo\r\nthree";
        assert_eq!(&windows[stored(windows, (4, 7)).unwrap()], "two");
        assert_eq!(&windows[stored(windows, (8, 13)).unwrap()], "three");
        assert_eq!(stored(unix, (9, 16)), None, "it cuts a letter");
        assert_eq!(stored(unix, (4, 99)), None);
    }

    #[test]
    fn words_that_were_typed_take_the_line_ends_of_the_text() {
        assert_eq!(as_stored("a\r\nb", "x a\nb"), "a\nb");
        assert_eq!(as_stored("a\r\nb", "x a\r\nb"), "a\r\nb");
    }
}
