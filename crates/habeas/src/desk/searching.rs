//! The search over persons: what the index keeps of a case file, kept up with the log, and asked by words and filters.

use super::{Book, Desk, figures, shown, vault_failure};
use crate::failure::Failure;
use habeas_core::{
    AssertionId, CaseFile, CaseNames, Cases, Date, Entity, EntityId, EntityKind, EventKind, Label, Matter, PersonId,
    Predicate, Record, RecordId, Right, Topic, Value, case_file, cases, fold, parse_edtf,
};
use habeas_vault::{CaseLine, Joint, LinkRun, PersonFilter, PersonRow, Wanted};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which case files.
#[derive(Debug, Clone, Default)]
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
    /// How many match in all.
    pub n_total: u64,
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
            places: query.place.iter().cloned().collect(),
            within: within.unwrap_or_default(),
            label: query.label.clone(),
            source: query.source.clone(),
            only_contradicted: query.only_contradicted,
        };
        let vault = self.vault(Right::Cases)?;
        let page = vault.search_persons(&filter, after, query.limit).map_err(vault_failure)?;
        let n_total = vault.count_persons(&filter).map_err(vault_failure)?;
        Ok(CasePage {
            rows: page.hits.into_iter().map(|hit| case_row(hit.row)).collect(),
            n_total,
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

    /// Which cases people have named, of all persons.
    fn case_names(&self) -> Result<CaseNames, Failure> {
        let concerned: Vec<Entity> = {
            let vault = self.opened();
            let find = |wanted: &[Wanted<'_>]| vault.find_assertions(wanted).map_err(vault_failure);
            let mut concerned: Vec<Entity> = Vec::new();
            let actor = Wanted::On(Topic::Of(Matter::Actor), Some(EntityKind::Case));
            concerned.extend(find(&[actor])?.into_iter().filter_map(|one| one.target));
            let part_of = |kind| Wanted::On(Topic::Of(Matter::PartOf), Some(kind));
            for one in find(&[part_of(EntityKind::Act), part_of(EntityKind::Assertion)])? {
                match one.about.kind {
                    _ if one.target.is_none_or(|target| target.kind != EntityKind::Case) => {}
                    EntityKind::Act => {
                        concerned.extend(find(&[Wanted::About(one.about)])?.into_iter().filter_map(|one| one.target));
                    }
                    _ => {
                        let claim = AssertionId(one.about.id.0);
                        concerned.extend(find(&[Wanted::Id(claim)])?.into_iter().map(|claim| claim.about));
                    }
                }
            }
            concerned
        };
        if concerned.is_empty() {
            return Ok(CaseNames::default());
        }
        Ok(CaseNames::of(&self.book_about(&concerned)?.counting()))
    }

    /// Brings the index of persons up to the log: all of it after a linkage, the persons of changed mentions otherwise.
    pub fn index_persons_if_stale(&self) -> Result<(), Failure> {
        if !self.opened().index_is_stale_for_persons().map_err(vault_failure)? {
            return self.follow_mentions();
        }
        let run = self.last_run()?;
        let snapshot = self.all()?;
        let (weighed, names) = (run.as_deref().map(Weighed::of).unwrap_or_default(), self.case_names()?);
        let rows = snapshot.persons.iter().map(|person| person_row(&snapshot.case_of(person), &weighed, &names));
        self.opened().index_persons(rows).map_err(vault_failure)?;
        Ok(())
    }

    /// Makes anew what the index keeps of persons whose mentions have come, changed or gone.
    fn follow_mentions(&self) -> Result<(), Failure> {
        let changed = self.opened().mentions_changed().map_err(vault_failure)?;
        if changed.is_empty() {
            return Ok(());
        }
        let (run, names) = (self.last_run()?, self.case_names()?);
        let cluster_of: HashMap<RecordId, u32> = run.as_deref().map(super::clusters_of).unwrap_or_default();
        let mut groups: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
        let mut gone: BTreeSet<PersonId> = BTreeSet::new();
        let vault = self.opened();
        for id in changed {
            let mut group = BTreeSet::from([id]);
            if let (Some(run), Some(cluster)) = (&run, cluster_of.get(&id)) {
                let together = run.record_ids.iter().filter(|other| cluster_of.get(other) == Some(cluster));
                group.extend(together);
            }
            for known in group.clone() {
                if let Some(indexed) = vault.indexed_person(known).map_err(vault_failure)? {
                    gone.insert(indexed.person);
                    group.extend(indexed.records);
                }
            }
            let first = group.first().copied().unwrap_or(id);
            groups.entry(first).or_default().extend(group);
        }
        let weighed = run.as_deref().map(Weighed::of).unwrap_or_default();
        let mut rows = Vec::with_capacity(groups.len());
        for group in groups.values() {
            let ids: Vec<RecordId> = group.iter().copied().collect();
            let records: Vec<Record> = vault.records_of(&ids).map_err(vault_failure)?;
            if !records.is_empty() {
                rows.push(person_row(&case_file(&records.iter().collect::<Vec<_>>()), &weighed, &names));
            }
        }
        drop(vault);
        let stay: BTreeSet<PersonId> = rows.iter().map(|row| row.person).collect();
        let gone: Vec<PersonId> = gone.difference(&stay).copied().collect();
        self.opened().update_persons(&rows, &gone).map_err(vault_failure)
    }
}

/// How the last linkage weighed pairs of records that it took for one person.
#[derive(Default)]
struct Weighed {
    pairs: HashMap<RecordId, Vec<(RecordId, f32)>>,
}

impl Weighed {
    fn of(run: &LinkRun) -> Self {
        let cluster_of = run.partition.cluster_of();
        let mut pairs: HashMap<RecordId, Vec<(RecordId, f32)>> = HashMap::new();
        let same =
            |pair: &&habeas_core::ScoredPair| cluster_of.get(pair.left as usize) == cluster_of.get(pair.right as usize);
        for pair in run.pairs.iter().filter(same) {
            let (left, right) = (run.record_ids[pair.left as usize], run.record_ids[pair.right as usize]);
            pairs.entry(left).or_default().push((right, pair.weight.0 as f32));
        }
        Self { pairs }
    }

    /// The strongest pairs among the records of a case.
    fn joints(&self, case: &CaseFile<'_>) -> Vec<Joint> {
        let place = |id: RecordId| {
            let at = case.records.iter().position(|record| record.id == id)?;
            u16::try_from(at).ok()
        };
        let pairs = case.records.iter().filter_map(|record| Some((record.id, self.pairs.get(&record.id)?)));
        let mut joints: Vec<Joint> = pairs
            .flat_map(|(left, others)| others.iter().map(move |(right, weight)| (left, *right, *weight)))
            .filter_map(|(left, right, weight)| Some(Joint { records: [place(left)?, place(right)?], weight }))
            .collect();
        joints.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        joints.truncate(MOST_JOINTS);
        joints
    }
}

/// Joints that are kept of one person.
const MOST_JOINTS: usize = 12;

/// A year, or a span of years: `2014`, `2014..2016`.
fn years_of(text: &str) -> Result<(i16, i16), Failure> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(Failure::usage("this is not a year", "give four digits, such as 2014, or two years: 2014..2016")),
    }
}

/// What the index keeps of a case file, to find and list it.
fn person_row(case: &CaseFile<'_>, weighed: &Weighed, names: &CaseNames) -> PersonRow {
    let mut search: Vec<String> = Vec::new();
    for record in &case.records {
        for claim in &record.claims {
            match &claim.value {
                Value::Name(name) => search.push(fold(&name.text())),
                Value::Place(place) => search.push(fold(&place.text())),
                _ if matches!(claim.predicate, Predicate::Alias | Predicate::FatherName | Predicate::ListNumber) => {
                    search.push(fold(&record.words(claim)));
                }
                _ => {}
            }
        }
    }
    let mut classes: Vec<String> = search.iter().flat_map(|text| text.split(' ')).flat_map(spellings).collect();
    search.append(&mut classes);
    search.sort();
    search.dedup();
    let mut sources: Vec<String> = case.records.iter().map(|record| record.source.key.clone()).collect();
    sources.sort();
    sources.dedup();
    let (mut spans, mut places) = (Vec::new(), Vec::new());
    for claim in case.records.iter().flat_map(|record| &record.claims) {
        match (claim.predicate, &claim.value) {
            (Predicate::EventDate(EventKind::Taken | EventKind::LastSeen), Value::Date(date)) => {
                spans.extend(date.readings().map(|span| day_bounds(span.earliest, span.latest)));
            }
            (Predicate::EventPlace(_), Value::Place(place)) => places.extend(place.parts.iter().map(|part| fold(part))),
            _ => {}
        }
    }
    let told = cases(&case.records, names).all;
    let lines: Vec<CaseLine> = told
        .iter()
        .map(|one| {
            let file = case_file(&one.records.iter().collect::<Vec<_>>());
            CaseLine { taken: taken_text(&file), labels: label_codes(&file.labels) }
        })
        .collect();
    // Each case has a label of its own: whoever was released and taken again is not «disputed».
    let mut labels: Vec<String> = lines.iter().flat_map(|line| line.labels.iter().cloned()).collect();
    labels.sort();
    labels.dedup();
    PersonRow {
        person: case.person,
        name: case.names().join(BETWEEN_NAMES),
        search_text: search.join(" "),
        taken: taken_text(case),
        year: match figures::year(case) {
            figures::Category::Is(year) => year.parse().ok(),
            _ => None,
        },
        place: match figures::place(case) {
            figures::Category::Is(place) => place,
            _ => String::new(),
        },
        labels: if lines.len() > 1 { labels } else { label_codes(&case.labels) },
        spans,
        places,
        cases: lines,
        sources,
        n_records: case.records.len() as u32,
        n_contradictions: case.contradictions().count() as u32,
        records: case.records.iter().map(|record| record.id).collect(),
        joints: weighed.joints(case),
    }
}

fn label_codes(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|label| label.code().to_owned()).collect()
}

/// When a person was taken, one text for each reading.
fn taken_text(case: &CaseFile<'_>) -> String {
    let taken = case.question(Predicate::EventDate(EventKind::Taken)).into_iter().flat_map(|question| {
        question.readings.iter().filter_map(|reading| shown::value_text(reading.accounts[0].claim))
    });
    taken.collect::<Vec<_>>().join(" | ")
}

/// The tokens of a word's spelling classes, which no word of a name is: those of the linkage, of two consonants or more.
fn spellings(word: &str) -> Vec<String> {
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
fn day_bounds(first: Option<Date>, last: Option<Date>) -> (i32, i32) {
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
const BETWEEN_NAMES: &str = " / ";

fn labels_of(codes: &[String]) -> Vec<Label> {
    codes.iter().filter_map(|code| Label::from_code(code)).collect()
}

fn case_row(row: PersonRow) -> CaseRow {
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
