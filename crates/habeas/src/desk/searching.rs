//! The search over persons: the index asked by words and filters.

use super::{Book, Desk, Facets, vault_failure};
use crate::failure::Failure;
use habeas_core::{
    CaseNames, Cases, Date, Entity, EntityId, EntityKind, Label, PersonId, Record, Right, cases, fold, parse_edtf,
};
use habeas_vault::{PersonFilter, PersonRow};
use std::sync::Arc;

/// Which case files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseQuery {
    /// Words that must all occur, in any script.
    pub words: String,
    /// Year, as in the tables.
    pub year: Option<String>,
    /// Only persons who may have been taken on this day or later, by some account: an extended date.
    pub from: Option<String>,
    /// Only persons who may have been taken on this day or earlier, by some account: an extended date.
    pub to: Option<String>,
    /// Place, as in the tables.
    pub place: Option<String>,
    /// A place as `place:name`: it and all that certainly lies within it.
    pub within: Option<String>,
    /// Code of a label.
    pub label: Option<String>,
    /// Key of a source.
    pub source: Option<String>,
    /// Only those that hold contradictions.
    pub only_contradicted: bool,
    /// Key of the last row of the page before.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// One page of case files.
#[derive(Debug, Clone)]
pub struct CasePage {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// How many match in all, and of which kinds they are.
    pub facets: Arc<Facets>,
    /// Key for the next page, if there is one.
    pub next: Option<String>,
}

/// One line of a list of case files.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// The person.
    pub person: PersonId,
    /// Names, one for each script.
    pub names: Vec<String>,
    /// When taken, as extended dates; empty where not said.
    pub taken: String,
    /// Widest place, as in the tables; empty where not said.
    pub place: String,
    /// Labels.
    pub labels: Vec<Label>,
    /// The cases, in the order of time: when taken, and labels.
    pub cases: Vec<(String, Vec<Label>)>,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// Number of records.
    pub n_records: u32,
    /// Number of questions whose accounts contradict each other.
    pub n_contradictions: u32,
}

impl Desk {
    /// Case files by words and filters, a page at a time. Words find other spellings and scripts too, after those that are
    /// written as asked.
    pub fn search(&self, query: &CaseQuery) -> Result<CasePage, Failure> {
        self.ask(Right::Cases)?;
        self.index_persons_if_stale()?;
        let years = query.year.as_deref().map(years_of).transpose()?;
        let places = query.place.as_deref().map(|place| self.spellings_of_place(place)).transpose()?;
        let within = query.within.as_deref().map(|name| self.names_within(name)).transpose()?;
        let after = match query.after.as_deref().map(str::parse) {
            None => None,
            Some(Ok(key)) => Some(key),
            Some(Err(_)) => {
                return Err(Failure::usage("this is no key of a page", "take the one that a page ends with"));
            }
        };
        let words = habeas_core::fold_tokens(&query.words);
        let filter = PersonFilter {
            spellings: words.iter().map(|word| spellings(word)).collect(),
            words,
            days: days_of(query.from.as_deref(), query.to.as_deref())?,
            years,
            places: places.unwrap_or_default(),
            within: within.unwrap_or_default(),
            label: query.label.clone(),
            source: query.source.clone(),
            only_contradicted: query.only_contradicted,
        };
        let facets = self.facets(&filter)?;
        let page = self.vault(Right::Cases)?.search_persons(&filter, after, query.limit).map_err(vault_failure)?;
        Ok(CasePage {
            rows: page.hits.into_iter().map(|hit| case_row(hit.row)).collect(),
            facets,
            next: page.next.map(|key| key.to_string()),
        })
    }

    /// The folded names of a place and of all that certainly lies within it.
    fn names_within(&self, name: &str) -> Result<Vec<String>, Failure> {
        let book = self.book_of_places()?;
        let place = book.entity(name)?.filter(|entity| entity.kind == EntityKind::Place);
        let missing = || Failure::usage("no place has this name", "see: habeas claims list --kind place");
        let names: Vec<String> = book.names_within(place.ok_or_else(missing)?).iter().map(|name| fold(name)).collect();
        // A place without a name holds nobody.
        Ok(if names.is_empty() { vec![String::new()] } else { names })
    }

    /// The cases of the person whose records these are, by what people have said of them or by time.
    pub fn cases_of(&self, records: &[Record]) -> Result<(Book, Cases), Failure> {
        let mention = |record: &Record| Entity { kind: EntityKind::Mention, id: EntityId(record.id.0) };
        let book = self.book_about(&records.iter().map(mention).collect::<Vec<_>>())?;
        let found = cases(&records.iter().collect::<Vec<_>>(), &CaseNames::of(&book.counting()));
        Ok((book, found))
    }
}

/// A year, or a span of years: `2014`, `2014..2016`.
fn years_of(text: &str) -> Result<(i16, i16), Failure> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(Failure::usage("this is not a year", "give four digits, such as 2014, or two years: 2014..2016")),
    }
}

/// The tokens of a word's spelling classes, which no word of a name is: those of the linkage, of two consonants or more.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let classes = habeas_link::skeleton(word);
    let mut tokens: Vec<String> = [classes.eastern, classes.arabic]
        .into_iter()
        .filter(|class| class.chars().count() >= 2 && class.chars().all(char::is_alphabetic))
        .map(|class| format!("{CLASS}{class}"))
        .collect();
    tokens.dedup();
    tokens
}

/// Begins the tokens of spelling classes: a character of no script.
const CLASS: char = '\u{e000}';

/// Days as numbers that grow with time; what is open lies before or after all days.
pub(super) fn day_bounds(first: Option<Date>, last: Option<Date>) -> (i32, i32) {
    let number = |day: Date| i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day());
    (first.map_or(i32::MIN, number), last.map_or(i32::MAX, number))
}

/// The days between two extended dates, both included, each of which may be vague or absent.
fn days_of(from: Option<&str>, to: Option<&str>) -> Result<Option<(i32, i32)>, Failure> {
    let read = |text: &str| {
        let wrong = || Failure::usage("this is not a date", "write 2014, 2014-05 or 2014-05-12");
        parse_edtf(text).map_err(|_| wrong())
    };
    let from = from.map(read).transpose()?.and_then(|date| date.earliest());
    let to = to.map(read).transpose()?.and_then(|date| date.latest());
    Ok((from.is_some() || to.is_some()).then(|| day_bounds(from, to)))
}

/// Stands between the names of a person, one for each script.
pub(super) const BETWEEN_NAMES: &str = " / ";

fn labels_of(codes: &[String]) -> Vec<Label> {
    codes.iter().filter_map(|code| Label::from_code(code)).collect()
}

pub(super) fn case_row(row: PersonRow) -> CaseRow {
    CaseRow {
        person: row.person,
        names: row.name.split(BETWEEN_NAMES).map(str::to_owned).collect(),
        taken: row.taken,
        place: row.place,
        labels: labels_of(&row.labels),
        cases: row.cases.iter().map(|line| (line.taken.clone(), labels_of(&line.labels))).collect(),
        sources: row.sources,
        n_records: row.n_records,
        n_contradictions: row.n_contradictions,
    }
}
