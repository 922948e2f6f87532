//! From the claims of one record after the other to columns.

use super::{
    DateEntry, ListInfo, NameField, PlaceField, Rows, Table, TextColumn, TokenRole,
    dictionary::PlaceWords,
    form::{self, Form},
    mix, pack_event,
    rows::{RecordStore, StoredRecord, most_bits},
    spelling, stable_hash,
    words::Words,
};
use habeas_core::{Age, Claim, NameAsGiven, NameRole, PlaceAsGiven, Polarity, Predicate, Sex, Value, fold};
use std::collections::HashMap;

/// Words of one form of a name that are kept; nobody has more, hostile input does.
const MOST_TOKENS: usize = 10;
/// Forms of one person's name in one record that are kept.
const MOST_FORMS: usize = 4;
/// Words of places of one record that are kept.
const MOST_PLACE_WORDS: usize = 24;
/// Dates of events of one record that are kept.
const MOST_EVENTS: usize = 8;
/// Bytes of a text beyond which the rest is not compared.
const MOST_TEXT: usize = 256;
/// Columns without a meaning of their own that are kept, in the order in which they first appear.
const MOST_TEXT_COLUMNS: usize = 64;

/// Fills a [`Table`] from a stream of records.
#[derive(Debug)]
pub struct TableBuilder {
    table: Table,
    columns: Columns,
    text_index: HashMap<String, usize>,
    ages: Vec<Option<Age>>,
    content: Vec<u64>,
    words: Words,
}

/// What the record store is made of, column by column.
#[derive(Debug, Default)]
struct Columns {
    names: [Rows; 5],
    places: [Rows; 3],
    events: Rows,
    joined: Rows,
    sex: Vec<u8>,
    birth: Vec<u32>,
}

#[derive(Default)]
struct Draft {
    forms: [Vec<Form>; 5],
    sex: u8,
    birth: u32,
    events: Vec<u32>,
    age: Option<Age>,
    places: [Vec<u32>; 3],
    documents: Vec<u32>,
    texts: Vec<(usize, u32)>,
    joined: Vec<u32>,
    content: u64,
}

impl Columns {
    /// Stores all records in the canonical order of the table.
    fn store(&self, table: &Table) -> RecordStore {
        let mut store = RecordStore::new(table.n_records());
        let mut texts = Vec::with_capacity(table.texts.len());
        for record in table.canonical.iter().copied() {
            let [own, father, mother, mother_family, alias] = self.names.each_ref().map(|rows| rows.get(record));
            let [event, birth, residence] = self.places.each_ref().map(|rows| rows.get(record));
            let bits = |i: usize| {
                let tokens = &table.tokens[i];
                most_bits(self.names[i].get(record), |word| tokens.get(super::token_id(word)).bits)
            };
            let (events, joined) = (self.events.get(record), self.joined.get(record));
            texts.clear();
            texts.extend(table.texts.iter().map(|column| column.rows.get(record).first().map_or(0, |value| value + 1)));
            let stored = StoredRecord {
                list: table.list_of[record as usize],
                sex: self.sex[record as usize],
                birth: self.birth[record as usize],
                name_bits: std::array::from_fn(bits),
                segments: [own, father, mother, mother_family, alias, event, birth, residence, events, joined],
                texts: &texts,
            };
            store.put(record, &stored);
        }
        store
    }
}

impl Draft {
    /// Adds to the fingerprint of what the record says, whatever the order of its claims.
    fn say(&mut self, field: u64, value: u64) {
        self.content = self.content.wrapping_add(mix(mix(field) ^ value));
    }
}

impl TableBuilder {
    /// An empty table of these lists.
    pub fn new(lists: Vec<ListInfo>) -> Self {
        let table = Table {
            lists,
            list_of: Vec::new(),
            store: RecordStore::default(),
            tokens: Default::default(),
            dates: super::Dates::default(),
            place_words: Default::default(),
            texts: Vec::new(),
            documents: TextColumn::new("identity document".to_owned(), 0),
            canonical: Vec::new(),
            content: Vec::new(),
        };
        Self {
            table,
            columns: Columns::default(),
            text_index: HashMap::new(),
            ages: Vec::new(),
            content: Vec::new(),
            words: Words::default(),
        }
    }

    /// Number of records so far.
    pub fn n_records(&self) -> usize {
        self.table.list_of.len()
    }

    /// Adds one record of the list with this index; the record itself is not kept.
    ///
    /// `header` labels the columns that `claims` point into; what a claim denies is left out.
    ///
    /// # Panics
    /// When `list` is not an index of the lists given to [`TableBuilder::new`].
    pub fn push(&mut self, list: u16, header: &[String], cells: &[String], claims: &[Claim]) {
        assert!(usize::from(list) < self.table.lists.len(), "the list is one of the table's lists");
        let mut draft = Draft::default();
        // Surnames from the mother's side and by marriage explain words of the person's own name, which must be there.
        let explains = |claim: &&Claim| matches!(claim.predicate, Predicate::MotherFamilyName | Predicate::MarriedName);
        let affirmed = || claims.iter().filter(|claim| claim.polarity == Polarity::Affirms);
        for claim in affirmed().filter(|claim| !explains(claim)).chain(affirmed().filter(explains)) {
            self.read(&mut draft, header, cells, claim);
        }
        let [own, .., alias] = &mut draft.forms;
        form::settle(own, alias, &self.words);
        let (table, columns) = (&mut self.table, &mut self.columns);
        table.list_of.push(list);
        for (field, rows) in columns.names.iter_mut().enumerate() {
            rows.push(form::numbered(&draft.forms[field], field, &mut self.words, &mut table.tokens[field]));
        }
        for form in &draft.forms[NameField::Own as usize] {
            draft.joined.extend(form::joined_keys(form, &self.words));
        }
        columns.joined.push(draft.joined.iter().copied());
        columns.sex.push(draft.sex);
        columns.birth.push(draft.birth);
        draft.events.sort_unstable();
        draft.events.dedup();
        draft.events.truncate(MOST_EVENTS);
        columns.events.push(draft.events.iter().copied());
        for (rows, words) in columns.places.iter_mut().zip(&mut draft.places) {
            words.sort_unstable();
            words.dedup();
            words.truncate(MOST_PLACE_WORDS);
            rows.push(words.iter().copied());
        }
        draft.documents.sort_unstable();
        draft.documents.dedup();
        table.documents.rows.push(draft.documents.iter().copied());
        for (i, column) in table.texts.iter_mut().enumerate() {
            column.rows.push(draft.texts.iter().filter(|(of, _)| *of == i).map(|(_, value)| *value).take(1));
        }
        self.ages.push(draft.age);
        self.content.push(draft.content);
        self.words.keep_within_bounds();
    }

    /// Counts how common every value is and closes the table.
    pub fn finish(mut self) -> Table {
        let n_records = self.n_records();
        self.births_from_ages();
        let Self { mut table, mut columns, content, .. } = self;
        for (tokens, rows) in table.tokens.iter_mut().zip(&columns.names) {
            tokens.count(rows, n_records);
        }
        table.place_words = std::array::from_fn(|i| PlaceWords::number(&mut columns.places[i], n_records));
        table.texts.iter_mut().for_each(|column| column.count(n_records));
        table.documents.count(n_records);
        let (mut births, mut events) = (vec![0f32; table.dates.len()], vec![0f32; table.dates.len()]);
        for birth in columns.birth.iter().filter(|number| **number > 0) {
            births[*birth as usize - 1] += 1.0;
        }
        for event in &columns.events.values {
            events[super::unpack_event(*event).1 as usize - 1] += 1.0;
        }
        let to_bits = |counts: Vec<f32>| counts.into_iter().map(|n| super::dictionary::bits(n, n_records)).collect();
        (table.dates.birth_bits, table.dates.event_bits) = (to_bits(births), to_bits(events));
        table.dates.forget_index();
        // Namesakes next to each other, then by all that is said.
        let own = &table.tokens[NameField::Own as usize];
        let lists: Vec<u64> = table.lists.iter().map(|list| stable_hash(list.key.as_bytes())).collect();
        let order = |record: u32| {
            let first = columns.names[NameField::Own as usize].get(record).first();
            let first = first.map(|word| own.get(super::token_id(*word)).eastern);
            (first, content[record as usize], lists[usize::from(table.list_of[record as usize])])
        };
        table.canonical = (0..n_records as u32).collect();
        table.canonical.sort_by_cached_key(|record| order(*record));
        let dates = |record: u32| {
            let births = Some(columns.birth[record as usize]).filter(|birth| *birth > 0);
            let events = columns.events.get(record).iter().map(|event| super::unpack_event(*event).1);
            births.into_iter().chain(events).filter_map(|date| table.dates.entry(date)).filter(|date| date.width() == 0)
        };
        let (own, names) = (&table.tokens[NameField::Own as usize], &columns.names[NameField::Own as usize]);
        let letters = spelling::learn(&spelling::spelt_differently(own, names, n_records, |record| {
            dates(record).map(|date| date.first)
        }));
        for (tokens, rows) in table.tokens.iter_mut().zip(&columns.names) {
            tokens.letters = letters.clone();
            tokens.count_neighbours(rows, &table.canonical);
        }
        table.store = columns.store(&table);
        table.texts.iter_mut().for_each(TextColumn::forget_rows);
        table.content = content.into_iter().map(|content| content as u32).collect();
        table
    }

    /// Where no birth is given, an age at a dated event gives it within a year.
    fn births_from_ages(&mut self) {
        let columns = &mut self.columns;
        for (record, age) in self.ages.iter().enumerate() {
            let (Some(age), 0) = (age, columns.birth[record]) else { continue };
            let events = columns.events.get(record as u32).iter();
            let dated = events.filter_map(|event| self.table.dates.entry(super::unpack_event(*event).1));
            // The earliest event is the one that ages are told for.
            let Some(event) = dated.filter(|date| date.is_bounded()).min_by_key(|date| (date.first, date.last)) else {
                continue;
            };
            let years = |n: u16| (f64::from(n) * 365.25) as i32;
            let birth = DateEntry::between(event.first - years(age.high + 1) + 1, event.last - years(age.low));
            columns.birth[record] = self.table.dates.number(birth);
        }
    }

    fn read(&mut self, draft: &mut Draft, header: &[String], cells: &[String], claim: &Claim) {
        match (&claim.predicate, &claim.value) {
            (Predicate::Name, Value::Name(name)) => {
                self.read_name(draft, NameField::Own, name);
                let fathers = name.role(NameRole::Father);
                if !fathers.is_empty() {
                    self.read_name(draft, NameField::Father, &NameAsGiven::unassigned(fathers));
                }
            }
            (Predicate::Alias, Value::Name(name)) => {
                let n_words = self.words.of_name(&name.text(), MOST_TOKENS).len();
                let field = if n_words >= 2 { NameField::Own } else { NameField::Alias };
                self.read_name(draft, field, name);
            }
            (Predicate::FatherName, Value::Name(name)) => self.read_name(draft, NameField::Father, name),
            (Predicate::MotherName, Value::Name(name)) => self.read_name(draft, NameField::Mother, name),
            (Predicate::MotherFamilyName, Value::Name(name)) => {
                self.read_name(draft, NameField::MotherFamily, name);
                self.read_optional(draft, name);
            }
            (Predicate::MarriedName, Value::Name(name)) => self.read_optional(draft, name),
            (Predicate::Sex, Value::Sex(sex)) => {
                draft.sex = match sex {
                    Sex::Female => 1,
                    Sex::Male => 2,
                    Sex::Other => 3,
                };
                draft.say(1, u64::from(draft.sex));
            }
            (Predicate::Age, Value::Age(age)) => {
                draft.age = draft.age.or(Some(*age));
                draft.say(2, u64::from(age.low) << 16 | u64::from(age.high));
            }
            (Predicate::BirthDate, Value::Date(date)) if draft.birth == 0 => {
                let entry = DateEntry::new(date);
                draft.say(3, date_content(&entry));
                draft.birth = self.table.dates.number(entry);
            }
            (Predicate::EventDate(kind), Value::Date(date)) => {
                let entry = DateEntry::new(date);
                draft.say(4 + *kind as u64, date_content(&entry));
                draft.events.push(pack_event(*kind, self.table.dates.number(entry)));
            }
            (Predicate::BirthPlace, Value::Place(place)) => self.read_place(draft, PlaceField::Birth, place),
            (Predicate::Residence, Value::Place(place)) => self.read_place(draft, PlaceField::Residence, place),
            (Predicate::EventPlace(_), Value::Place(place)) => self.read_place(draft, PlaceField::Event, place),
            (Predicate::IdentityDocument, _) => {
                if let Some(number) = document_number(&words(cells, claim)) {
                    draft.say(40, stable_hash(number.as_bytes()));
                    draft.documents.push(self.table.documents.number(&number, &number));
                }
            }
            (Predicate::Occupation, _) => self.read_text(draft, "occupation", &words(cells, claim)),
            (Predicate::Nationality, _) => self.read_text(draft, "nationality", &words(cells, claim)),
            (Predicate::Attribute, _) => {
                let label = header.get(usize::from(claim.passage.first().column)).map(|label| self.words.label(label));
                if let Some(label) = label.filter(|label| !label.is_empty()) {
                    self.read_text(draft, &label, &words(cells, claim));
                }
            }
            _ => {}
        }
    }

    fn read_name(&mut self, draft: &mut Draft, field: NameField, name: &NameAsGiven) {
        if draft.forms[field as usize].len() == MOST_FORMS {
            return;
        }
        let mut form = Form::default();
        for part in &name.parts {
            let role = match part.role {
                NameRole::Given => TokenRole::Given,
                NameRole::Family => TokenRole::Family,
                NameRole::Unassigned => TokenRole::Unassigned,
                NameRole::Honorific => continue,
                // Beside a person's own name these only explain words; a father's name alone is all there is to compare.
                NameRole::MotherFamily | NameRole::Married | NameRole::Father if field == NameField::Own => {
                    TokenRole::Optional
                }
                NameRole::MotherFamily | NameRole::Married | NameRole::Father => TokenRole::Unassigned,
            };
            for (word, follows_mark) in self.words.of_name(&part.text, MOST_TOKENS) {
                let role = if follows_mark { TokenRole::Optional } else { role };
                draft.say(50 + field as u64, self.words.get(word).hash ^ role as u64);
                form.push((word, role));
            }
        }
        form.truncate(MOST_TOKENS);
        if !form.is_empty() {
            draft.forms[field as usize].push(form);
        }
    }

    /// Surnames that may stand in the other record's name belong to the last form of the person's own.
    fn read_optional(&mut self, draft: &mut Draft, name: &NameAsGiven) {
        let words = self.words.of_name(&name.text(), MOST_TOKENS);
        for (word, _) in words.into_iter().take(3) {
            draft.say(60, self.words.get(word).hash);
            if let Some(form) = draft.forms[NameField::Own as usize].last_mut() {
                form.push((word, TokenRole::Optional));
            }
        }
    }

    fn read_place(&mut self, draft: &mut Draft, field: PlaceField, place: &PlaceAsGiven) {
        for part in &place.parts {
            for key in self.words.of_place(part, MOST_PLACE_WORDS) {
                draft.say(30 + field as u64, *key);
                draft.places[field as usize].push(*key as u32);
            }
        }
    }

    fn read_text(&mut self, draft: &mut Draft, label: &str, text: &str) {
        let known = self.text_index.get(label).copied();
        let number = known.and_then(|column| self.table.texts[column].number_as_written(text));
        if let (Some(column), Some((number, hash))) = (known, number) {
            draft.say(stable_hash(label.as_bytes()), hash);
            draft.texts.push((column, number));
            return;
        }
        let written = text;
        let mut text = fold(text);
        if text.is_empty() {
            return;
        }
        if text.len() > MOST_TEXT {
            let end = (0..=MOST_TEXT).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            text.truncate(end);
        }
        let column = match known {
            Some(column) => column,
            None if self.table.texts.len() == MOST_TEXT_COLUMNS => return,
            None => {
                self.table.texts.push(TextColumn::new(label.to_owned(), self.table.list_of.len()));
                self.text_index.insert(label.to_owned(), self.table.texts.len() - 1);
                self.table.texts.len() - 1
            }
        };
        draft.say(stable_hash(label.as_bytes()), stable_hash(text.as_bytes()));
        draft.texts.push((column, self.table.texts[column].number(&text, written)));
    }
}

fn words(cells: &[String], claim: &Claim) -> String {
    let spans: Vec<&str> = claim.passage.spans().filter_map(|span| span.of(cells)).collect();
    spans.join(" ")
}

/// The signs of a document's number; `None` where a spreadsheet has damaged it (`3.52E+12`) or nothing is left.
fn document_number(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let damaged = upper.contains("E+") && upper.bytes().any(|b| b.is_ascii_digit());
    let folded = fold(text).replace(' ', "");
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    // A kind of document before the number (`DNI`, `LE`) is often left out; five digits and more stand alone.
    let number = if digits.len() >= 5 { digits } else { folded };
    (!damaged && number.len() >= 3 && number.bytes().any(|b| b.is_ascii_digit())).then_some(number)
}

fn date_content(entry: &DateEntry) -> u64 {
    mix(entry.first as u64 ^ mix(entry.last as u64 ^ mix(entry.other.0 as u64)))
}
