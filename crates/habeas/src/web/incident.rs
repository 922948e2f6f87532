//! Incidents, acts, actions, places and parties, and one of them: every claim about it with its words, who says it and how it
//! stands, what others make of the same question, and when it happened by each account.

use super::{
    error::PageError,
    layout::{self, Section, empty},
    query::segment,
    reader::Reader,
};
use crate::desk::{Book, Desk, asserted, standing};
use habeas_core::{
    AddedTerm, Assertion, Bounds, Content, Entity, EntityKind, Matter, PartialDate, Stand, Takes, Topic, Vocabulary,
};
use habeas_publish::ui::{Cell, Chip, Head, Link, Moment, Row, Table, datum, table, timeline};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds that have pages of their own: persons have case files, sources their pages.
pub const KINDS: [EntityKind; 8] = [
    EntityKind::Incident,
    EntityKind::Act,
    EntityKind::Action,
    EntityKind::Proceeding,
    EntityKind::Case,
    EntityKind::Series,
    EntityKind::Party,
    EntityKind::Place,
];

/// The address of an entity's page; none of those without one.
pub fn href(reader: &Reader, entity: Entity) -> Option<String> {
    KINDS.contains(&entity.kind).then(|| reader.href(format!("/entities/{}", segment(&entity.to_string())))).flatten()
}

/// One entity of the list.
struct Listed {
    entity: Entity,
    name: String,
    n_claims: u64,
    n_proposed: u64,
    disputed: bool,
}

/// All entities of the kinds above, each with its number of claims.
pub struct List {
    groups: Vec<(EntityKind, Vec<Listed>)>,
}

/// Reads the list.
///
/// # Errors
/// [`PageError`] where the vault cannot be read.
pub fn load_list(desk: &Desk) -> Result<List, PageError> {
    let book = desk.book()?;
    let disputed: BTreeSet<Entity> = book.conflicts().iter().map(|set| set.about).collect();
    let groups = KINDS.into_iter().map(|kind| {
        let mut rows: BTreeMap<Entity, Listed> = BTreeMap::new();
        for one in book.assertions.iter().filter(|one| one.about.kind == kind && is_shown(one)) {
            let entity = one.about;
            let row = rows.entry(entity).or_insert_with(|| {
                let (name, disputed) = (handle(&book, entity), disputed.contains(&entity));
                Listed { entity, name, n_claims: 0, n_proposed: 0, disputed }
            });
            row.n_claims += 1;
            row.n_proposed += u64::from(book.waits(one));
        }
        let mut rows: Vec<Listed> = rows.into_values().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        (kind, rows)
    });
    Ok(List { groups: groups.filter(|(_, rows)| !rows.is_empty()).collect() })
}

/// The name without its kind.
fn handle(book: &Book, entity: Entity) -> String {
    let name = book.name(entity);
    name.split_once(':').map_or_else(|| name.clone(), |(_, handle)| handle.to_owned())
}

fn is_shown(one: &Assertion) -> bool {
    !matches!(one.topic, Topic::Of(Matter::Handle | Matter::Review | Matter::Resolution))
}

/// Draws the list.
pub fn render_list(reader: &Reader, view: &List) -> Markup {
    let draw = |kind: EntityKind, rows: &[Listed]| {
        let title = reader.t(&format!("entity-{}", kind.code()));
        let list = Table {
            caption: title.clone(),
            head: vec![
                Head::words(reader.t("name")),
                Head::figures(reader.t("claims")),
                Head::figures(reader.t("review-proposed")),
                Head::words(reader.t("agreement")),
            ],
            rows: rows
                .iter()
                .map(|row| Row {
                    key: None,
                    head: Cell::Link(Link { text: row.name.clone(), href: href(reader, row.entity) }),
                    cells: vec![
                        Cell::Number(row.n_claims),
                        Cell::Number(row.n_proposed),
                        Cell::Text(if row.disputed { reader.t("agreement-contradicts") } else { String::new() }),
                    ],
                })
                .collect(),
            ..Table::default()
        };
        html! { section { h2 { (title) } (table(&list)) } }
    };
    let body = html! {
        header.pagehead { h1 { (reader.t("entities")) } p.lead { (reader.t("entities-lead")) } }
        @if reader.may_open("/reported") { p { a href=(reader.to("/reported")) { (reader.t("reported-figures")) } } }
        @if view.groups.is_empty() { (empty(&reader.t("entities-none"), Some("habeas claims add"))) }
        @for (kind, rows) in &view.groups { (draw(*kind, rows)) }
    };
    layout::page(reader, &reader.t("entities"), Some(Section::Cases), &body)
}

/// One claim as the page shows it.
pub struct Said {
    one: Assertion,
    /// With the year of its document put in.
    date: Option<PartialDate>,
    target: Option<(Entity, String)>,
    /// The value as commands print it, for what has no form of its own here.
    printed: String,
    words: Vec<(String, String)>,
    speaker: String,
    notes: Vec<String>,
    counts: bool,
    shows: bool,
}

impl Said {
    /// Who says it, through whom; empty where it is the source itself.
    pub fn speaker(&self) -> &str {
        &self.speaker
    }

    /// How it is put, where that is more than a plain statement.
    pub fn manner(&self) -> impl Iterator<Item = &str> {
        let plain = [self.one.polarity.code(), self.one.modality.code()];
        self.notes.iter().map(String::as_str).filter(move |note| plain.contains(note))
    }

    /// The words, each with its place.
    pub fn words(&self) -> &[(String, String)] {
        &self.words
    }
}

/// One question whose accounts cannot all be true, and what is made of them.
struct Contested {
    topic: Topic,
    bounds: Option<Bounds>,
    taken: String,
    policy: String,
}

/// One line of the timeline.
struct Happened {
    of: String,
    topic: Topic,
    dates: Vec<PartialDate>,
    disputed: bool,
    ongoing: bool,
}

/// One entity.
pub struct View {
    entity: Entity,
    name: String,
    said: Vec<Said>,
    contested: Vec<Contested>,
    happened: Vec<Happened>,
    family: Vec<(Entity, String)>,
}

/// Reads one entity.
///
/// # Errors
/// [`PageError::NotFound`] where nobody has spoken of it.
pub fn load(desk: &Desk, id: &str) -> Result<View, PageError> {
    let entity: Entity = id.parse().map_err(|_| PageError::NotFound)?;
    let book = desk.book_about(&[entity])?;
    let own = book.assertions.iter().filter(|one| one.about == entity && is_shown(one));
    let said: Vec<Said> = own.map(|one| claim(&book, one)).collect();
    if said.is_empty() || !KINDS.contains(&entity.kind) {
        return Err(PageError::NotFound);
    }
    let sets = book.conflicts();
    let contested = sets.iter().filter(|set| set.about == entity).map(|set| {
        let resolved = book.resolved(set);
        let taken = resolved.taken.and_then(|id| book.get(id)).map(|one| asserted::content_text(&book, one));
        let (support, of) = resolved.support;
        Contested {
            topic: set.topic,
            bounds: resolved.bounds,
            taken: taken.unwrap_or_default(),
            policy: format!("{} · {support}/{of}", resolved.policy_id),
        }
    });
    let happened = standing::moments(&book, &[entity]).into_iter().map(|moment| Happened {
        of: handle(&book, moment.about),
        topic: moment.topic,
        dates: moment.accounts.iter().filter(|one| book.shows(one)).filter_map(|one| book.date(one)).collect(),
        disputed: moment.disputed,
        ongoing: moment.is_ongoing(),
    });
    let mut family = standing::family(&book, &[entity]);
    family.retain(|other| *other != entity);
    Ok(View {
        name: handle(&book, entity),
        contested: contested.collect(),
        happened: happened.collect(),
        family: family.into_iter().map(|other| (other, book.name(other))).collect(),
        entity,
        said,
    })
}

/// A claim with its words, as far as whoever reads may see them.
pub fn claim(book: &Book, one: &Assertion) -> Said {
    let stand = book.stand(one.id);
    let shows = book.shows(one);
    let mut notes: Vec<String> = vec![one.polarity.code().into(), one.modality.code().into()];
    notes.retain(|note| note != "affirms" && note != "stated");
    match stand {
        Some(stand) if stand.superseded_by.is_some() => notes.push("superseded".into()),
        Some(stand) if stand.taken_back_by.is_some() => notes.push("taken-back".into()),
        Some(stand) if stand.review != habeas_core::Review::Accepted => notes.push(stand.review.code().into()),
        Some(_) => {}
        None => notes.push("source-taken-back".into()),
    }
    let speaker = one.said_by.as_ref().map(|said| {
        let chain: Vec<&str> =
            std::iter::once(&said.speaker).chain(&said.relayed_by).map(|who| who.name.as_str()).collect();
        chain.join(" → ")
    });
    let words = one.quotes.iter().filter(|_| shows).map(|quote| {
        (quote.words.clone(), format!("{}:{}–{}", book.source_key(quote.source), quote.range.start, quote.range.end))
    });
    Said {
        date: book.date(one),
        target: one.leads_to().map(|entity| (entity, book.name(entity))),
        printed: asserted::content_text(book, one),
        words: words.collect(),
        speaker: speaker.unwrap_or_default(),
        notes,
        counts: stand.is_some_and(Stand::counts),
        shows,
        one: one.clone(),
    }
}

/// The value of a claim in the reader's language.
pub fn value(reader: &Reader, said: &Said) -> String {
    if !said.shows {
        return reader.t("secret");
    }
    let coded = |code: &str| match said.one.topic.takes() {
        Takes::Code(vocabulary) | Takes::Entity(_, Some(vocabulary)) => term(reader, vocabulary, code),
        _ => code.to_owned(),
    };
    match (&said.one.content, &said.date, &said.target) {
        (_, Some(date), _) => super::words::date(reader, date),
        (Content::Entity(_, degree), _, Some((_, name))) => match degree {
            Some(degree) => format!("{name} · {}", coded(degree)),
            None => name.clone(),
        },
        (Content::Code(code), ..) => coded(code),
        (Content::Count(count), ..) => {
            let measure = reader.t(&format!("measure-{}", count.measure.code()));
            let mut parts = vec![format!("{measure}: {}", bounds(reader, &count.bounds()))];
            parts.extend((!count.subgroup.is_empty()).then(|| count.subgroup.clone()));
            parts.extend(count.period.iter().chain(&count.as_of).map(|date| super::words::date(reader, date)));
            parts.join(" · ")
        }
        _ => said.printed.clone(),
    }
}

/// A term in the reader's language.
pub fn term(reader: &Reader, vocabulary: Vocabulary, code: &str) -> String {
    let label = vocabulary.term(code).map(|term| if reader.lang.dir() == "rtl" { term.ur } else { term.en });
    label.map_or_else(|| code.to_owned(), str::to_owned)
}

/// The label of a term that people have added, in the reader's language where it has one.
pub fn added_term<'t>(reader: &Reader, term: &'t AddedTerm) -> &'t str {
    if reader.lang.dir() == "rtl" && !term.ur.is_empty() { &term.ur } else { &term.en }
}

/// Bounds in the reader's language.
pub fn bounds(reader: &Reader, bounds: &Bounds) -> String {
    let one = |key: &str, n: u64| reader.n(key, &[("n", n)]);
    match (bounds.low, bounds.best, bounds.high) {
        (Some(low), _, Some(high)) if low == high => habeas_publish::ui::grouped(low),
        (Some(low), _, Some(high)) => reader.n("bounds-between", &[("low", low), ("high", high)]),
        (Some(low), _, None) => one("bounds-or-more", low),
        (None, Some(best), Some(high)) if best == high => one("bounds-nearly", best),
        (None, Some(best), _) => one("bounds-about", best),
        (None, None, Some(high)) => one("bounds-up-to", high),
        (None, None, None) => reader.t("not-stated"),
    }
}

/// The words of a topic in the reader's language.
pub fn topic(reader: &Reader, topic: Topic) -> String {
    match topic {
        Topic::Person(predicate) => super::words::question(reader, predicate),
        Topic::Of(matter) => reader.t(&format!("topic-{}", matter.code())),
    }
}

/// A note on how a claim is put or how it stands.
pub fn note(reader: &Reader, code: &str) -> String {
    ["polarity", "modality", "review"]
        .iter()
        .find_map(|family| reader.find(&format!("{family}-{code}")))
        .unwrap_or_else(|| code.to_owned())
}

/// Draws one entity.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let moments: Vec<Moment> = view
        .happened
        .iter()
        .map(|happened| Moment {
            when: happened.dates.iter().map(|date| super::words::date(reader, date)).collect(),
            precision: if happened.ongoing { reader.t("ongoing") } else { String::new() },
            what: format!("{} · {}", happened.of, topic(reader, happened.topic)),
            contested: happened.disputed,
            chips: Vec::<Chip>::new(),
            more: None,
        })
        .collect();
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/entities")) { (reader.t("entities")) } " › " (reader.t(&format!("entity-{}", view.entity.kind.code()))) }
            h1 { (datum(&view.name)) }
        }
        @if !moments.is_empty() { section { h2 { (reader.t("timeline")) } (timeline(&moments)) } }
        @if !view.contested.is_empty() {
            section { h2 { (reader.t("conflicts")) } ul.claims { @for one in &view.contested { li {
                b { (topic(reader, one.topic)) } ": "
                @match &one.bounds { Some(made) => { (bounds(reader, made)) } None => { (datum(&one.taken)) } }
                " " code { (one.policy) }
            } } } }
        }
        section { h2 { (reader.t("claims")) } (claims(reader, &view.said)) }
        @if !view.family.is_empty() {
            section { h2 { (reader.t("belongs-to-it")) } ul.claims { @for (entity, name) in &view.family {
                li { a href=[href(reader, *entity)] { (datum(name)) } }
            } } }
        }
    };
    layout::page(reader, &view.name, Some(Section::Cases), &body)
}

fn claims(reader: &Reader, said: &[Said]) -> Markup {
    let list = Table {
        caption: reader.t("claims"),
        head: vec![
            Head::words(reader.t("question")),
            Head::words(reader.t("read-as")),
            Head::words(reader.t("words-as-written")),
            Head::words(reader.t("said-by")),
            Head::words(reader.t("review")),
        ],
        rows: said
            .iter()
            .map(|one| Row {
                key: None,
                head: Cell::Text(topic(reader, one.one.topic)),
                cells: vec![
                    match one.target.as_ref().filter(|_| one.shows).and_then(|(entity, _)| href(reader, *entity)) {
                        Some(href) => Cell::Link(Link { text: value(reader, one), href: Some(href) }),
                        None => Cell::Words(value(reader, one)),
                    },
                    match one.words.first() {
                        Some(_) => {
                            let all = one.words.iter().map(|(words, at)| format!("«{words}» {at}"));
                            Cell::Words(all.collect::<Vec<_>>().join(" · "))
                        }
                        None => Cell::Absent(reader.t("not-stated")),
                    },
                    Cell::Words(one.speaker.clone()),
                    Cell::Text(standing_note(reader, one)),
                ],
            })
            .collect(),
        ..Table::default()
    };
    table(&list)
}

pub fn standing_note(reader: &Reader, one: &Said) -> String {
    let mut notes: Vec<String> = one.notes.iter().map(|code| note(reader, code)).collect();
    if !one.counts {
        notes.push(reader.t("does-not-count"));
    }
    notes.join(" · ")
}
