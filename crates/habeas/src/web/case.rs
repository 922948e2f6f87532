//! One case file: what the sources say side by side, what happened when, the passages themselves, and whose names and
//! records these are.

use super::{
    error::PageError,
    incident,
    layout::{self, Section},
    query::{self, address, segment},
    reader::Reader,
    words,
};
use crate::desk::{Book, Desk, standing};
use habeas_core::{
    Account, Agreement, Attribution, CaseFile, CellSpan, Claim, Element, Elements, Entity, EventKind, Judgement, Label,
    MatchWeight, Origin, PartialDate, PersonCase, PersonId, Predicate, Question, Record, RecordId, SourceKind, Value,
    Verdict,
};
use habeas_publish::ui::{
    AccountRow, Accounts, AccountsWords, Answer, Chip, Column, Link, Moment, Quotation, Tone, accounts, datum, pieces,
    quotation, timeline,
};
use maud::{Markup, html};

/// Which case file, and how much of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    person: PersonId,
    only_differing: bool,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError`] where the id is none, or `only` is not `differs`.
    pub fn read(id: &str, pairs: &[(String, String)]) -> Result<Self, PageError> {
        let person = id.parse().map_err(|_| PageError::NotFound)?;
        let only = query::known(pairs, "only", |text| (text == "differs").then_some(()))?;
        Ok(Self { person, only_differing: only.is_some() })
    }
}

/// A record of the case.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    record: Record,
}

/// One claim, with the record that makes it as an index into the entries.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    entry: usize,
    letter: char,
    claim: Claim,
    words: String,
}

/// One question with all that is said.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    predicate: Predicate,
    agreement: Agreement,
    n_readings: usize,
    /// The entry whose account people have taken.
    taken: Option<usize>,
    said: Vec<Said>,
}

/// One happening.
#[derive(Debug, Clone, PartialEq)]
struct Happened {
    kind: EventKind,
    agreement: Agreement,
    /// Distinct dates, the first recorded first.
    dates: Vec<PartialDate>,
    entries: Vec<usize>,
}

/// Why two records of the case are held to be one person.
#[derive(Debug, Clone, PartialEq)]
enum Reason {
    /// The linkage compared them.
    Weighed(MatchWeight),
    /// Somebody decided.
    Judged { by: String, why: String },
}

/// Two records, as indices into the entries, and why they are one person.
#[derive(Debug, Clone, PartialEq)]
struct Joint {
    entries: [usize; 2],
    reason: Reason,
}

/// Joints at most on a page; the strongest stay.
const MOST_JOINTS: usize = 12;

/// A case file as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    person: PersonId,
    names: Vec<String>,
    labels: Vec<Label>,
    entries: Vec<Entry>,
    questions: Vec<Asked>,
    happenings: Vec<Happened>,
    joints: Vec<Joint>,
    elements: Elements,
    disputed: bool,
    /// Acts and incidents that assertions tell of, with their names.
    around: Vec<(Entity, String)>,
    /// The cases, where the person has several: name, when taken, labels, whether they are disputed.
    cases: Vec<OneCase>,
    /// Places of the entries that hold claims of which the case cannot be told.
    undecided: Vec<usize>,
    only_differing: bool,
}

/// One of several cases of a person.
#[derive(Debug, Clone, PartialEq)]
struct OneCase {
    name: Option<String>,
    taken: Vec<String>,
    labels: Vec<Label>,
    disputed: bool,
    /// Places among the entries of the file.
    entries: Vec<usize>,
}

impl View {
    /// Copies what a case file shows.
    pub fn of(case: &CaseFile<'_>) -> Self {
        let entry_of = |account: &Account<'_>| {
            case.records.iter().position(|record| record.id == account.record.id).unwrap_or_default()
        };
        // Numbers on lists and columns without a meaning of their own are looked up, not read: they stand at the end.
        let looked_up =
            |predicate| matches!(predicate, Predicate::ListNumber | Predicate::Remarks | Predicate::Attribute);
        let (last, first): (Vec<_>, Vec<_>) = case.questions.iter().partition(|question| looked_up(question.predicate));
        let questions = first.into_iter().chain(last).map(|question| Asked {
            predicate: question.predicate,
            agreement: question.agreement,
            n_readings: question.readings.len(),
            taken: question.taken().map(|account| entry_of(&account)),
            said: question
                .readings
                .iter()
                .flat_map(|reading| reading.accounts.iter().map(|account| (reading.letter, account)))
                .map(|(letter, account)| Said {
                    entry: entry_of(account),
                    letter,
                    claim: account.claim.clone(),
                    words: account.words(),
                })
                .collect(),
        });
        let happenings = case.happenings.iter().map(|happening| {
            let mut dates: Vec<PartialDate> = Vec::new();
            for account in &happening.dates {
                if let Value::Date(date) = &account.claim.value
                    && !dates.contains(date)
                {
                    dates.push(date.clone());
                }
            }
            let about = |claim: &Claim| {
                [Predicate::Event(happening.kind), Predicate::EventDate(happening.kind)].contains(&claim.predicate)
            };
            let speaks = |record: &&Record| record.claims.iter().any(about);
            let entries = (0..case.records.len()).filter(|idx| speaks(&case.records[*idx])).collect();
            Happened { kind: happening.kind, agreement: happening.agreement, dates, entries }
        });
        Self {
            person: case.person,
            names: case.names(),
            labels: case.labels.clone(),
            entries: case.records.iter().map(|record| Entry { record: (*record).clone() }).collect(),
            questions: questions.collect(),
            happenings: happenings.collect(),
            joints: Vec::new(),
            elements: case.elements(),
            disputed: case.is_disputed(),
            around: Vec::new(),
            cases: Vec::new(),
            undecided: Vec::new(),
            only_differing: false,
        }
    }

    /// The first name on record, or that there is none.
    pub fn title(&self, reader: &Reader) -> String {
        self.names.first().cloned().unwrap_or_else(|| reader.t("name-not-stated"))
    }

    fn n_contradictions(&self) -> usize {
        let open = |asked: &&Asked| asked.agreement == Agreement::Contradicts && asked.taken.is_none();
        self.questions.iter().filter(open).count()
    }

    fn asked(&self, predicate: Predicate) -> Option<&Asked> {
        self.questions.iter().find(|asked| asked.predicate == predicate)
    }
}

/// Reads the case file.
///
/// # Errors
/// [`PageError::NotFound`] where no person has the id.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let records = desk.person_of(RecordId(query.person.0))?;
    if records.is_empty() {
        return Err(PageError::NotFound);
    }
    let case = desk.case_of(&records)?;
    let joints = if case.records.len() > 1 { joints(desk, &case)? } else { Vec::new() };
    let mentions = standing::mentions_of(&case);
    let (book, told) = desk.cases_of(&records)?;
    let mut around = standing::family(&book, &mentions);
    around.retain(|entity| !mentions.contains(entity));
    let around = around.into_iter().map(|entity| (entity, book.name(entity))).collect();
    let place = |record: &Record| case.records.iter().position(|known| known.id == record.id);
    let undecided = told.undecided.iter().filter_map(place).collect();
    let cases = told.all.iter().map(|one| one_case(&book, &case, one));
    let cases: Vec<OneCase> = if cases.len() > 1 { cases.collect() } else { Vec::new() };
    let mut view = View { joints, around, only_differing: query.only_differing, ..View::of(&case) };
    if !cases.is_empty() {
        // A release and a second taking are two cases, not a dispute.
        view.disputed = cases.iter().any(|one| one.disputed);
        (view.cases, view.undecided) = (cases, undecided);
        for asked in &mut view.questions {
            let of_cases = told.asks(&case, asked.predicate);
            let open = of_cases.iter().filter(|one| one.taken().is_none()).map(|one| one.agreement).max();
            let taken = of_cases.iter().find_map(Question::taken).filter(|_| open.is_none());
            asked.taken = taken.and_then(|account| place(account.record));
            asked.agreement = open.unwrap_or(asked.agreement);
        }
    }
    Ok(view)
}

fn one_case(book: &Book, whole: &CaseFile<'_>, one: &PersonCase) -> OneCase {
    let file = one.file(whole);
    let taken = file.question(Predicate::EventDate(EventKind::Taken)).into_iter().flat_map(Question::going_by);
    let mut taken: Vec<String> = taken
        .filter_map(|account| match &account.claim.value {
            Value::Date(date) => Some(date.to_string()),
            _ => None,
        })
        .collect();
    taken.dedup();
    let place = |record: &Record| whole.records.iter().position(|known| known.id == record.id);
    OneCase {
        name: one.named.map(|named| book.name(named)),
        taken,
        labels: file.labels.clone(),
        disputed: file.is_disputed(),
        entries: one.records.iter().filter_map(place).collect(),
    }
}

/// The cases of a person who has several, each with its own label.
fn several(reader: &Reader, view: &View) -> Markup {
    html! {
        section aria-labelledby="h-cases" {
            h2 #h-cases { (reader.t("cases-of-person")) }
            ol { @for one in &view.cases { li {
                @if let Some(name) = &one.name { (datum(name)) " · " }
                @for day in &one.taken { bdi { (day) } " · " }
                @for label in &one.labels { span.pill { (words::label(reader, *label)) } " " }
                @if one.disputed { span.tone.amber { (reader.t("disputed")) } " " }
                @for entry in &one.entries { (sid(*entry)) " " }
            } } }
            @if !view.undecided.is_empty() {
                p { (reader.t("case-undecided")) ": " @for entry in &view.undecided { (sid(*entry)) " " } }
            }
        }
    }
}

/// Decisions first, then comparisons of the last linkage, the strongest first.
fn joints(desk: &Desk, case: &CaseFile<'_>) -> Result<Vec<Joint>, PageError> {
    let entry = |id: RecordId| case.records.iter().position(|record| record.id == id);
    let judged = |judgement: &Judgement| {
        let entries = [entry(judgement.pair.smaller())?, entry(judgement.pair.larger())?];
        let reason = Reason::Judged { by: judgement.by.clone(), why: judgement.why.clone() };
        Some(Joint { entries, reason })
    };
    let judgements = desk.judgements()?;
    let revoked: Vec<_> = judgements.iter().filter_map(|judgement| judgement.revokes).collect();
    let standing = judgements.iter().filter(|judgement| {
        judgement.revokes.is_none() && judgement.verdict == Verdict::Same && !revoked.contains(&judgement.id)
    });
    let mut found: Vec<Joint> = standing.filter_map(judged).collect();
    let weighed = desk.joints_of(case)?.into_iter();
    found.extend(weighed.map(|(weight, entries)| Joint { entries, reason: Reason::Weighed(weight) }));
    found.truncate(MOST_JOINTS);
    Ok(found)
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    layout::page(reader, &view.title(reader), Some(Section::Cases), &body(reader, view))
}

/// Draws what page and file share.
pub fn body(reader: &Reader, view: &View) -> Markup {
    html! {
        article.case {
            (head(reader, view))
            (accounts_part(reader, view))
            div.cols {
                div.maincol {
                    @if !view.cases.is_empty() { (several(reader, view)) }
                    @if !view.happenings.is_empty() {
                        section aria-labelledby="h-time" { h2 #h-time { (reader.t("timeline")) } (happenings(reader, view)) }
                    }
                    section aria-labelledby="h-pass" {
                        h2 #h-pass { (reader.t("passages")) }
                        p.lead { (reader.t("passages-lead")) }
                        div.passages { @for idx in 0..view.entries.len() { (quotation(&quote(reader, view, idx))) } }
                    }
                }
                aside.sidecol aria-label=(reader.t("about-file")) { (elements(reader, view)) (names(reader, view)) (custody(reader, view)) }
            }
        }
        @if reader.is_demo { p.source { (reader.t("demo")) } }
    }
}

fn sid(entry: usize) -> String {
    format!("S{}", entry + 1)
}

fn record_href(reader: &Reader, record: &Record) -> Option<String> {
    reader.href(format!("/sources/{}/{}", segment(&record.source.key), record.number()))
}

fn head(reader: &Reader, view: &View) -> Markup {
    let taken = view.asked(Predicate::EventDate(EventKind::Taken));
    let mut dates: Vec<String> =
        taken.into_iter().flat_map(|asked| &asked.said).filter_map(|said| words::value(reader, &said.claim)).collect();
    dates.dedup();
    let place = view.asked(Predicate::EventPlace(EventKind::Taken)).and_then(|asked| asked.said.first());
    html! {
        header.casehead {
            div.cap {
                span { code { (view.person.short()) } }
                span { (reader.n("records-n", &[("n", view.entries.len() as u64)])) }
                @if view.n_contradictions() > 0 {
                    span { span.tone.bad { (reader.n("contradictions-n", &[("n", view.n_contradictions() as u64)])) } }
                }
            }
            div.names {
                h1 { (datum(&view.title(reader))) }
                @for name in view.names.iter().skip(1) { p.other { (datum(name)) } }
            }
            p.standing {
                @for label in &view.labels { span.pill { (words::label(reader, *label)) } }
                @if view.disputed { span { (reader.t("disputed")) } }
                @for date in dates.iter().take(3) { span { (datum(date)) } }
                @if let Some(place) = place { span { (datum(&place.words)) } }
            }
            @if !reader.is_file { div.actions { button.btn type="button" data-print="" hidden { (layout::icon(layout::PRINTER)) (reader.t("print")) } } }
        }
    }
}

/// Whether a question has accounts that do not simply agree.
fn differs(asked: &Asked) -> bool {
    asked.agreement >= Agreement::Differs
}

fn accounts_part(reader: &Reader, view: &View) -> Markup {
    let any_differs = view.questions.iter().any(differs);
    let rows: Vec<AccountRow> = view
        .questions
        .iter()
        .filter(|asked| !view.only_differing || differs(asked))
        .map(|asked| account_row(reader, view, asked))
        .collect();
    let columns = view.entries.iter().enumerate().map(|(idx, Entry { record })| Column {
        sid: sid(idx),
        who: record.source.said_by.speaker.name.clone(),
        detail: format!("{} · {}", record.source.title, words::entry(reader, record)),
        href: record_href(reader, record),
    });
    let table = Accounts {
        words: AccountsWords {
            caption: reader.t("accounts"),
            question: reader.t("question"),
            stand: reader.t("agreement"),
            silent: reader.t("silent"),
        },
        columns: columns.collect(),
        rows,
    };
    let own = format!("/cases/{}", view.person);
    html! {
        section.acc aria-labelledby="h-acc" {
            h2 #h-acc { (reader.t("accounts")) }
            p.lead { (reader.t("accounts-lead")) }
            @if any_differs && !reader.is_file {
                p.filter {
                    @if view.only_differing { a href=(reader.to(own)) { (reader.t("show-all-questions")) } }
                    @else { a href=(reader.to(address(&own, &[("only", "differs")]))) { (reader.t("only-differing")) } }
                }
            }
            (accounts(&table))
        }
    }
}

fn account_row(reader: &Reader, view: &View, asked: &Asked) -> AccountRow {
    let compared = asked.agreement != Agreement::OneAccount || asked.said.len() == 1;
    let cells = (0..view.entries.len())
        .map(|idx| {
            let own = asked.said.iter().filter(|said| said.entry == idx);
            own.map(|said| answer(reader, &view.entries[idx].record, said, compared)).collect()
        })
        .collect();
    let (stand, tone) = match asked.taken {
        Some(entry) => (format!("{}: {}", reader.t("decided-settled"), sid(entry)), Tone::Good),
        None => words::agreement(reader, asked.agreement),
    };
    let question = format!("/cases/{}/accounts/{}", view.person, asked.predicate.code());
    let note = match asked.n_readings {
        n if compared && n > 1 => reader.n("readings-n", &[("n", n as u64)]),
        _ => String::new(),
    };
    AccountRow {
        id: format!("q-{}", asked.predicate.code().replace('.', "-")),
        question: words::question(reader, asked.predicate),
        note,
        cells,
        stand: if compared { stand } else { reader.t("agreement-not-compared") },
        tone,
        href: reader.href(question).filter(|_| asked.agreement >= Agreement::Differs),
    }
}

fn answer(reader: &Reader, record: &Record, said: &Said, compared: bool) -> Answer {
    let claim = &said.claim;
    let mut notes = words::stance(reader, claim);
    if let Some(value) = words::value(reader, claim)
        && value != said.words
        && !matches!(claim.value, Value::Name(_) | Value::Place(_))
    {
        notes.push(format!("= {value}"));
    }
    if let Some(Attribution { speaker, relayed_by }) = claim.said_by.as_deref() {
        notes.push(format!("{}: {}", words::speaker_kind(reader, speaker.kind), speaker.name));
        notes.extend(relayed_by.iter().map(|by| format!("{}: {}", reader.t("relayed-by"), by.name)));
    }
    Answer {
        letter: compared.then_some(said.letter),
        words: said.words.clone(),
        notes,
        at: Link { text: words::place_in_source(reader, record, claim), href: record_href(reader, record) },
    }
}

fn happenings(reader: &Reader, view: &View) -> Markup {
    let moments: Vec<Moment> = view
        .happenings
        .iter()
        .map(|happening| {
            let contested = happening.agreement == Agreement::Contradicts;
            let precision = match happening.dates.as_slice() {
                [] => reader.t("no-date-given"),
                [one] => words::precision(reader, one.precision()),
                several => reader.n("dates-n", &[("n", several.len() as u64)]),
            };
            let question = format!("#q-{}", Predicate::EventDate(happening.kind).code().replace('.', "-"));
            Moment {
                when: happening.dates.iter().map(|date| words::date(reader, date)).collect(),
                precision,
                what: words::event(reader, happening.kind),
                contested,
                chips: happening.entries.iter().map(|idx| chip(reader, view, *idx)).collect(),
                more: contested.then(|| Link { text: reader.t("agreement-contradicts"), href: Some(question) }),
            }
        })
        .collect();
    timeline(&moments)
}

fn chip(reader: &Reader, view: &View, idx: usize) -> Chip {
    let record = &view.entries[idx].record;
    let title = format!("{}, {}", record.source.title, words::entry(reader, record));
    Chip { sid: sid(idx), title, href: Some(format!("#{}", sid(idx))) }
}

/// The words of a record, cell by cell. Of a row, cells that contradict another source are marked; of a text, all that is claimed.
fn quote(reader: &Reader, view: &View, idx: usize) -> Quotation {
    let record = &view.entries[idx].record;
    let is_row = matches!(record.origin, Origin::Row { .. });
    let said = view.questions.iter().filter(|asked| !is_row || differs(asked)).flat_map(|asked| &asked.said);
    let spans: Vec<CellSpan> =
        said.filter(|said| said.entry == idx).flat_map(|said| said.claim.passage.spans().collect::<Vec<_>>()).collect();
    let marked = |(column, cell): (usize, &String)| {
        let own = spans.iter().filter(|span| usize::from(span.column) == column);
        let marks: Vec<_> = own.map(|span| (span.start as usize..span.end as usize, None)).collect();
        pieces(cell, &marks)
    };
    let cells = record.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    Quotation {
        id: sid(idx),
        sid: sid(idx),
        who: record.source.said_by.speaker.name.clone(),
        source: record.source.title.clone(),
        at: Link { text: words::entry(reader, record), href: record_href(reader, record) },
        parts: cells.map(marked).collect(),
        separator: if is_row { " · " } else { " … " },
    }
}

fn names(reader: &Reader, view: &View) -> Markup {
    let mut known: Vec<(String, Vec<usize>)> = Vec::new();
    for said in view.asked(Predicate::Name).into_iter().flat_map(|asked| &asked.said) {
        let name = match &said.claim.value {
            Value::Name(name) => name.text(),
            _ => said.words.clone(),
        };
        match known.iter_mut().find(|(other, _)| *other == name) {
            Some((_, entries)) => entries.push(said.entry),
            None => known.push((name, vec![said.entry])),
        }
    }
    html! {
        section {
            h2 { (reader.t("identity")) }
            dl.ids { @for (name, entries) in &known {
                dt { (datum(name)) }
                dd.chips { @for idx in entries { a.chip href={ "#" (sid(*idx)) } { (sid(*idx)) } } }
            } }
            p.note { @if view.entries.len() > 1 { (reader.t("why-one-person")) } @else { (reader.t("one-record")) } }
            ul.joints { @for joint in &view.joints { li {
                @for idx in joint.entries { span.sid { (sid(idx)) } }
                @match &joint.reason {
                    Reason::Weighed(weight) => { bdi { (format!("{:.1}", weight.0)) } " " (reader.t("bits")) }
                    Reason::Judged { by, why } => { (reader.t("decided-by")) " " (datum(by)) ": " (datum(why)) }
                }
            } } }
        }
    }
}

/// The elements of an enforced disappearance, each as somebody says it or nobody, and what they amount to; and what else
/// is told of the person.
fn elements(reader: &Reader, view: &View) -> Markup {
    let Elements { deprivation, state, concealment } = view.elements;
    let rows = [(Element::Deprivation, deprivation), (Element::State, state), (Element::Concealment, concealment)];
    html! {
        section {
            h2 { (reader.t("elements")) }
            dl.ids { @for (element, stand) in rows {
                dt { (words::question(reader, Predicate::Element(element))) }
                dd { (reader.t(&format!("stand-{}", stand.code()))) }
            } }
            p.note { (reader.t(&format!("qualification-{}", view.elements.qualification().code()))) }
            @if !view.around.is_empty() && !reader.is_file {
                ul.claims { @for (entity, name) in &view.around { li { a href=[incident::href(reader, *entity)] { (datum(name)) } } } }
            }
        }
    }
}

fn custody(reader: &Reader, view: &View) -> Markup {
    html! {
        section {
            h2 { (reader.t("custody")) }
            dl.ids { @for (idx, Entry { record }) in view.entries.iter().enumerate() {
                @let source = &record.source;
                dt { span.sid { (sid(idx)) } (datum(&source.title)) }
                dd {
                    (words::source_kind(reader, source.kind))
                    @if !source.edition.is_empty() { " · " (datum(&source.edition)) }
                    @if source.kind == SourceKind::List && !source.compiled_from.is_empty() {
                        br; (reader.t("compiled-from")) " " (datum(&source.compiled_from.join(", ")))
                    }
                    br; bdi { (source.file_name) }
                    @if let Some(short) = source.sha256.get(..12) { " " code dir="ltr" title=(source.sha256) { (short) "…" } }
                }
            } }
        }
    }
}
