//! From case files to numbers: documented counts, overlap of lists, disagreement between lists, capture histories.
//!
//! Every figure names the policy that made it. Nothing is spread, dropped or guessed: what is not known or disputed has
//! a row of its own, and rows add up to the total.

use super::Snapshot;
use habeas_core::{
    Account, Agreement, CaseFile, CaseNames, EventKind, Predicate, Record, RecordId, Sex, Source, SourceKind, Value,
    YearOf, cases, fold, relation,
};
use std::{collections::BTreeMap, sync::Arc};

/// The policies behind the tables; their ids travel with every number.
pub const POLICY_YEAR: &str = "year.agreed@2";
/// See [`POLICY_YEAR`].
pub const POLICY_PLACE: &str = "place.first-recorded@2";
/// See [`POLICY_YEAR`].
pub const POLICY_SEX: &str = "sex.agreed@2";

/// A category of a table, in the order in which tables show them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// A category that all accounts allow, such as a year.
    Is(String),
    /// Accounts name several, such as «2014 or 2015».
    Disputed(String),
    /// No account names one.
    Unknown,
}

impl Category {
    /// Categories that are equal after folding are one, and stand in the order of their keys.
    pub fn key(&self) -> (u8, String) {
        match self {
            Self::Is(words) => (0, fold(words)),
            Self::Disputed(words) => (1, fold(words)),
            Self::Unknown => (2, String::new()),
        }
    }

    /// As the index holds it.
    pub fn code(&self) -> String {
        match self {
            Self::Is(words) => format!("={words}"),
            Self::Disputed(words) => format!("~{words}"),
            Self::Unknown => String::new(),
        }
    }

    /// Reads what [`Category::code`] wrote.
    pub fn of_code(code: &str) -> Self {
        match (code.strip_prefix('='), code.strip_prefix('~')) {
            (Some(words), _) => Self::Is(words.to_owned()),
            (_, Some(words)) => Self::Disputed(words.to_owned()),
            _ => Self::Unknown,
        }
    }

    /// The category of a place as lists of persons show it; they are never disputed.
    pub fn of_place(place: &str) -> Self {
        if place.is_empty() { Self::Unknown } else { Self::Is(place.to_owned()) }
    }
}

/// Persons per category; the categories add up to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The policy that sorted persons into categories.
    pub policy: &'static str,
    /// Category and number of persons, in order.
    pub rows: Vec<(Category, u64)>,
}

/// The three standing tables of documented persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Persons in all.
    pub n_documented: u64,
    /// By year of the event.
    pub by_year: Table,
    /// By widest part of the place.
    pub by_place: Table,
    /// By sex.
    pub by_sex: Table,
}

/// How two lists stand to each other on one field, over the persons that both name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDisagreement {
    /// The question.
    pub predicate: Predicate,
    /// Keys of the two lists.
    pub lists: [String; 2],
    /// Persons for whom both lists answer.
    pub n_compared: u64,
    /// Both say the same.
    pub n_same: u64,
    /// Both can be true.
    pub n_compatible: u64,
    /// The words differ and do not tell whether both can be true.
    pub n_differs: u64,
    /// Both cannot be true.
    pub n_contradicts: u64,
}

/// Two records of one person on a question that both answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreeing {
    /// How far they agree.
    pub agreement: Agreement,
    /// Record of the first list.
    pub left: RecordId,
    /// Record of the second list.
    pub right: RecordId,
}

/// The events whose date dates the case, the first that has one.
const DATING_EVENTS: [EventKind; 4] = [EventKind::Taken, EventKind::LastSeen, EventKind::Killed, EventKind::FoundDead];

/// The year of a person by `year.agreed@2`: what all accounts of the first dated event allow, or the one that people took. Of whoever was released and
/// taken again it is that of the first case: a release and a second taking take no disappearance out of its year.
pub fn year(case: &CaseFile<'_>) -> Category {
    let found = year_of_file(case);
    if !matches!(found, Category::Disputed(_)) {
        return found;
    }
    match &cases(&case.records, &CaseNames::default()).all[..] {
        [first, _, ..] => year_of_file(&first.file(case)),
        _ => found,
    }
}

fn year_of_file(case: &CaseFile<'_>) -> Category {
    let dated = DATING_EVENTS.iter().find_map(|kind| {
        let question = case.question(Predicate::EventDate(*kind))?;
        let years: Vec<YearOf> = question.going_by().iter().filter_map(year_of).collect();
        (!years.is_empty()).then_some(years)
    });
    let Some(years) = dated else { return Category::Unknown };
    let mut certain: Vec<i16> =
        years.iter().filter_map(|year| if let YearOf::Certain(year) = year { Some(*year) } else { None }).collect();
    certain.sort_unstable();
    certain.dedup();
    match (certain.as_slice(), years.as_slice()) {
        ([year], _) => Category::Is(year.to_string()),
        ([], [YearOf::Between(first, last), ..]) if last - first == 1 => {
            Category::Disputed(format!("{first} or {last}"))
        }
        ([], [YearOf::Between(first, last), ..]) => Category::Disputed(format!("{first} to {last}")),
        ([], _) => Category::Unknown,
        (several, _) => {
            let years: Vec<String> = several.iter().map(i16::to_string).collect();
            Category::Disputed(years.join(" or "))
        }
    }
}

fn year_of(account: &Account<'_>) -> Option<YearOf> {
    match &account.claim.value {
        Value::Date(date) => Some(date.year_of()),
        _ => None,
    }
}

/// The widest place of the event by `place.first-recorded@2`: in the words of the first account that names one, or of
/// the one that people took.
pub fn place(case: &CaseFile<'_>) -> Category {
    let accounts = DATING_EVENTS.iter().filter_map(|kind| case.question(Predicate::EventPlace(*kind)));
    accounts
        .flat_map(|question| {
            let mut accounts: Vec<Account<'_>> = question.going_by();
            accounts.sort_by_key(|account| case.records.iter().position(|record| record.id == account.record.id));
            accounts
        })
        .find_map(|account| match &account.claim.value {
            Value::Place(place) => place.widest().map(|widest| Category::Is(widest.to_owned())),
            _ => None,
        })
        .unwrap_or(Category::Unknown)
}

/// Sex by `sex.agreed@2`: what all accounts say, or the one that people took.
pub fn sex(case: &CaseFile<'_>) -> Category {
    let Some(question) = case.question(Predicate::Sex) else { return Category::Unknown };
    let mut said: Vec<&str> = question
        .going_by()
        .into_iter()
        .filter_map(|account| if let Value::Sex(sex) = account.claim.value { Some(Sex::code(sex)) } else { None })
        .collect();
    said.sort_unstable();
    said.dedup();
    match said.as_slice() {
        [] => Category::Unknown,
        [one] => Category::Is((*one).to_owned()),
        several => Category::Disputed(several.join(" or ")),
    }
}

/// The three standing tables as persons are counted into them, one after another.
#[derive(Default)]
pub struct Tally {
    years: Counter,
    places: Counter,
    sexes: Counter,
    n_documented: u64,
}

impl Tally {
    /// Counts one person.
    pub fn add(&mut self, year: Category, place: Category, sex: Category) {
        self.n_documented += 1;
        self.years.add(year);
        self.places.add(place);
        self.sexes.add(sex);
    }

    /// The tables.
    pub fn tables(self) -> Tables {
        Tables {
            n_documented: self.n_documented,
            by_year: self.years.table(POLICY_YEAR, Order::ByName),
            by_place: self.places.table(POLICY_PLACE, Order::BySize),
            by_sex: self.sexes.table(POLICY_SEX, Order::ByName),
        }
    }
}

enum Order {
    ByName,
    BySize,
}

/// Counts categories that are equal after folding under the words that came first.
#[derive(Default)]
struct Counter {
    counts: BTreeMap<(u8, String), (Category, u64)>,
}

impl Counter {
    fn add(&mut self, category: Category) {
        self.counts.entry(category.key()).or_insert((category, 0)).1 += 1;
    }

    fn table(self, policy: &'static str, order: Order) -> Table {
        let mut rows: Vec<((u8, String), (Category, u64))> = self.counts.into_iter().collect();
        if let Order::BySize = order {
            rows.sort_by_key(|((rank, words), (_, n))| (*rank, std::cmp::Reverse(*n), words.clone()));
        }
        let mut rows: Vec<(Category, u64)> = rows.into_iter().map(|(_, row)| row).collect();
        // «Not stated» has its row also where it is empty: a reader must see that nobody was left out.
        if rows.last().is_none_or(|(category, _)| *category != Category::Unknown) {
            rows.push((Category::Unknown, 0));
        }
        Table { policy, rows }
    }
}

/// How two lists speak of one person on one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The question.
    pub predicate: Predicate,
    /// Places of the two lists among all, the smaller first.
    pub lists: [usize; 2],
    /// The two records that agree best.
    pub found: Disagreeing,
}

/// How each two lists that name a person agree, by question. A list with several records of the person disagrees only
/// where none of them meets the other list.
pub fn compared(lists: &[&Arc<Source>], case: &CaseFile<'_>) -> Vec<Compared> {
    let list_of = |account: &Account<'_>| list_position(lists, account.record);
    let mut all = Vec::new();
    if case.records.len() < 2 {
        return all;
    }
    for question in case.questions.iter().filter(|question| is_compared(question.predicate)) {
        let accounts: Vec<(usize, Account<'_>)> =
            question.accounts().filter_map(|account| Some((list_of(&account)?, account))).collect();
        let mut kindest: BTreeMap<[usize; 2], Disagreeing> = BTreeMap::new();
        for (i, (ours, left)) in accounts.iter().enumerate() {
            for (theirs, right) in &accounts[i + 1..] {
                let (lists, left, right) = match ours.cmp(theirs) {
                    std::cmp::Ordering::Less => ([*ours, *theirs], left, right),
                    std::cmp::Ordering::Greater => ([*theirs, *ours], right, left),
                    std::cmp::Ordering::Equal => continue,
                };
                let found =
                    Disagreeing { agreement: relation(*left, *right), left: left.record.id, right: right.record.id };
                let known = kindest.entry(lists).or_insert(found);
                if found.agreement < known.agreement {
                    *known = found;
                }
            }
        }
        let predicate = question.predicate;
        all.extend(kindest.into_iter().map(|(lists, found)| Compared { predicate, lists, found }));
    }
    all
}

/// How often each two lists disagree, by field, over the persons that both name.
pub fn disagreements(snapshot: &Snapshot) -> Vec<FieldDisagreement> {
    let mut fields: BTreeMap<([usize; 2], Predicate), FieldDisagreement> = BTreeMap::new();
    let lists = snapshot.lists();
    snapshot.for_each_case(|case| {
        for Compared { predicate, lists: at, found } in compared(&lists, case) {
            let keys = at.map(|at| lists[at].key.clone());
            let field = fields.entry((at, predicate)).or_insert_with(|| FieldDisagreement::new(predicate, keys));
            field.count(found.agreement, 1);
        }
    });
    fields.into_values().collect()
}

/// Which of the lists a record stands on, in any edition.
pub fn list_position(lists: &[&Arc<Source>], record: &Record) -> Option<usize> {
    let source = &record.source;
    let is_of = |list: &&Arc<Source>| list.list() == source.list();
    if source.kind == SourceKind::List { lists.iter().position(is_of) } else { None }
}

/// Questions on which two lists can be said to agree or not.
fn is_compared(predicate: Predicate) -> bool {
    !matches!(
        predicate,
        Predicate::ListNumber
            | Predicate::Alias
            | Predicate::Remarks
            | Predicate::Attribute
            | Predicate::Register
            | Predicate::Event(_)
    )
}

impl FieldDisagreement {
    /// Nobody compared yet.
    pub fn new(predicate: Predicate, lists: [String; 2]) -> Self {
        Self { predicate, lists, n_compared: 0, n_same: 0, n_compatible: 0, n_differs: 0, n_contradicts: 0 }
    }

    /// Counts persons of whom the lists agree so far.
    pub fn count(&mut self, agreement: Agreement, n: u64) {
        self.n_compared += n;
        match agreement {
            Agreement::OneAccount | Agreement::Same => self.n_same += n,
            Agreement::Compatible => self.n_compatible += n,
            Agreement::Differs => self.n_differs += n,
            Agreement::Contradicts => self.n_contradicts += n,
        }
    }
}

/// For each record the bit of its list, in the order of [`Snapshot::lists`]; 0 where the source is no list. Articles and
/// testimonies enumerate nobody, so a person that only they name is in no capture history.
pub fn list_bits(snapshot: &Snapshot) -> Vec<u32> {
    let lists = snapshot.lists();
    let bit_of = |record: &Record| {
        let idx = list_position(&lists, record);
        idx.and_then(|idx| 1u32.checked_shl(idx as u32)).unwrap_or(0)
    };
    snapshot.records.iter().map(bit_of).collect()
}

/// For each person the set of lists that hold them, as bits in the order of [`Snapshot::lists`].
pub fn list_masks(snapshot: &Snapshot) -> Vec<u32> {
    let bit_of = list_bits(snapshot);
    snapshot
        .persons
        .iter()
        .map(|person| person.records.iter().fold(0, |mask, record| mask | bit_of[*record as usize]))
        .collect()
}
