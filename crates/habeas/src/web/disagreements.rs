//! The rows behind one line of «how often the lists disagree»: both records of each person, word beside word.

use super::{
    error::PageError,
    layout::{self, Section},
    query::{self, address, segment},
    reader::Reader,
    words,
};
use crate::desk::{Desk, figures::Disagreeing};
use habeas_core::{Agreement, Claim, PersonId, Predicate, Record, RecordId};
use habeas_publish::ui::datum;
use habeas_vault::ComparedKey;
use maud::{Markup, html};
use std::collections::HashMap;

/// Pairs of records on one page.
const PER_PAGE: usize = 50;

/// Which question of which two lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    question: Predicate,
    lists: [String; 2],
    after: Option<ComparedKey>,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError`] where the question is none, or `after` is no id.
    pub fn read(question: &str, left: String, right: String, pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self {
            question: Predicate::from_code(question).ok_or(PageError::NotFound)?,
            lists: [left, right],
            after: query::known(pairs, "after", |text| {
                let (agreement, person) = text.split_once('-')?;
                Some((agreement.parse().ok()?, person.parse().ok()?))
            })?,
        })
    }
}

/// The address of the rows behind one field of two lists.
pub fn href(question: Predicate, lists: &[String; 2]) -> String {
    format!("/stats/disagreements/{}/{}/{}", segment(&question.code()), segment(&lists[0]), segment(&lists[1]))
}

/// Two records that disagree.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    agreement: Agreement,
    person: PersonId,
    sides: [(Record, Vec<Claim>); 2],
}

/// One page of pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    query: Query,
    titles: [String; 2],
    n_compared: u64,
    n_rows: u64,
    pairs: Vec<Pair>,
    next: Option<ComparedKey>,
}

/// Reads one page of pairs.
///
/// # Errors
/// [`PageError::NotFound`] where the two lists were not compared on this question.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let figures = desk.figures()?;
    let same = |field: &&crate::desk::figures::FieldDisagreement| {
        field.predicate == query.question && field.lists == query.lists
    };
    let field = figures.disagreements.iter().find(same).ok_or(PageError::NotFound)?;
    let mut shown = desk.disagreeing(query.question, &query.lists, query.after, PER_PAGE + 1)?;
    let more = shown.len() > PER_PAGE;
    shown.truncate(PER_PAGE);
    let next = shown.last().map(|(key, _)| *key).filter(|_| more);
    let ids: Vec<RecordId> = shown.iter().flat_map(|(_, row)| [row.left, row.right]).collect();
    let records: HashMap<RecordId, Record> = desk.records(&ids)?.into_iter().map(|one| (one.id, one)).collect();
    let persons = desk.person_ids(&ids)?;
    let pairs = shown.iter().zip(persons.iter().step_by(2));
    let title = |key: &String| {
        let source = figures.sources.iter().find(|source| source.key == *key);
        source.map_or_else(|| key.clone(), |source| source.title.clone())
    };
    Ok(View {
        titles: [title(&query.lists[0]), title(&query.lists[1])],
        n_compared: field.n_compared,
        n_rows: field.n_contradicts + field.n_differs,
        pairs: pairs.filter_map(|((_, row), person)| pair(&records, *person, query.question, row)).collect(),
        next,
        query,
    })
}

fn pair(records: &HashMap<RecordId, Record>, person: PersonId, question: Predicate, row: &Disagreeing) -> Option<Pair> {
    let side = |id| {
        let record = records.get(&id)?;
        let claims = record.claims.iter().filter(|claim| claim.predicate == question).cloned().collect();
        Some((record.clone(), claims))
    };
    Some(Pair { agreement: row.agreement, person, sides: [side(row.left)?, side(row.right)?] })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let title = words::question(reader, view.query.question);
    let own = href(view.query.question, &view.query.lists);
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/stats#disagreements")) { (reader.t("stats-title")) } }
            h1 { (title) }
            p.lead { (reader.n("disagree-rows-lead", &[("n", view.n_rows), ("all", view.n_compared)])) }
        }
        div.scroll tabindex="0" role="group" aria-label=(title) { table.list {
            caption.vh { (title) }
            thead { tr {
                th scope="col" { (reader.t("case-file")) }
                @for list in &view.titles { th scope="col" { (datum(list)) } }
                th scope="col" { (reader.t("agreement")) }
            } }
            tbody { @for pair in &view.pairs { tr {
                th scope="row" { a href=(reader.to(format!("/cases/{}#q-{}", pair.person, view.query.question.code().replace('.', "-")))) { code { (pair.person.short()) } } }
                @for (record, claims) in &pair.sides { td { (side(reader, record, claims)) } }
                @let (stand, tone) = words::agreement(reader, pair.agreement);
                td { span class=(tone.class()) { (stand) } }
            } } }
        } }
        nav.pages aria-label=(reader.t("pages")) {
            @if view.query.after.is_some() { a.btn href=(reader.to(own.as_str())) { (reader.t("first-page")) } }
            @if let Some(next) = view.next { a.btn rel="next" href=(reader.to(address(&own, &[("after", &format!("{}-{}", next.0, next.1))]))) { (reader.t("next-page")) } }
        }
    };
    layout::page(reader, &title, Some(Section::Stats), &body)
}

fn side(reader: &Reader, record: &Record, claims: &[Claim]) -> Markup {
    html! {
        @for claim in claims {
            span.say { (datum(&record.words(claim))) }
            @if let Some(value) = words::value(reader, claim).filter(|value| *value != record.words(claim)) { span.aside { "= " (datum(&value)) } }
        }
        a.at href=(reader.to(format!("/sources/{}/{}", segment(&record.source.key), record.number()))) { bdi { (words::entry(reader, record)) } }
    }
}
