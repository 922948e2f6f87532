//! Case files: what all sources say of one person, question by question, side by side.
//!
//! A contradiction is a value, not an error. Nothing here decides which account is right, and nothing is dropped.

use crate::{
    Attribution, Axes, Claim, Element, Elements, EventKind, Fate, Label, PersonId, Polarity, Predicate, Record, Script,
    Settlements, Truth, Value, fold, label, script_of,
};
use std::collections::HashSet;

/// How the accounts of one question stand to each other; the worst of all pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Agreement {
    /// Only one account, or a question that is not compared.
    OneAccount,
    /// All say the same.
    Same,
    /// They can all be true: a month and a day in it, a town and its district, a name in two scripts.
    Compatible,
    /// They differ in words, and it cannot be told from the words whether both can be true.
    Differs,
    /// They cannot all be true.
    Contradicts,
}

/// One source's answer.
#[derive(Debug, Clone, Copy)]
pub struct Account<'r> {
    /// The record that holds the words.
    pub record: &'r Record,
    /// The claim.
    pub claim: &'r Claim,
}

/// Accounts that say the same, under one letter.
#[derive(Debug, Clone)]
pub struct Reading<'r> {
    /// A, B, C … in the order in which they were recorded.
    pub letter: char,
    /// The accounts; never empty.
    pub accounts: Vec<Account<'r>>,
}

/// One question of a case file with every answer.
#[derive(Debug, Clone)]
pub struct Question<'r> {
    /// The question.
    pub predicate: Predicate,
    /// Answers, grouped.
    pub readings: Vec<Reading<'r>>,
    /// How they stand to each other.
    pub agreement: Agreement,
    /// How people have decided about it, where [`crate::Settlements`] were asked.
    pub decided: Option<crate::Decided<'r>>,
}

/// Something that happened, with all that is said of when; one per kind of event.
#[derive(Debug, Clone)]
pub struct Happening<'r> {
    /// What.
    pub kind: EventKind,
    /// Accounts of the date; may be empty where only the event itself is claimed.
    pub dates: Vec<Account<'r>>,
    /// Whether the dates contradict each other.
    pub agreement: Agreement,
}

/// The case file of one person: a view, made anew each time.
#[derive(Debug, Clone)]
pub struct CaseFile<'r> {
    /// The person.
    pub person: PersonId,
    /// The person's records, the founding one first.
    pub records: Vec<&'r Record>,
    /// Questions in the order of the vocabulary, only those that some source answers.
    pub questions: Vec<Question<'r>>,
    /// Labels, one per distinct combination that some source gives; more than one = disputed.
    pub labels: Vec<Label>,
    /// What happened, in drawing order.
    pub happenings: Vec<Happening<'r>>,
    /// What people have decided about it, which also settles the questions of each case in it.
    pub(crate) settled_by: Settlements,
}

/// Folds the records of one person into a case file. `records` is in log order and not empty.
pub fn case_file<'r>(records: &[&'r Record]) -> CaseFile<'r> {
    let mut predicates: Vec<Predicate> = records.iter().flat_map(|r| r.claims.iter().map(|c| c.predicate)).collect();
    predicates.sort();
    predicates.dedup();
    let questions: Vec<Question<'r>> = predicates.into_iter().map(|predicate| question(records, predicate)).collect();
    CaseFile {
        person: PersonId::from(records[0].id),
        records: records.to_vec(),
        labels: labels(records),
        happenings: happenings(&questions),
        questions,
        settled_by: Settlements::default(),
    }
}

impl<'r> CaseFile<'r> {
    /// The question about a predicate, if any source answers it.
    pub fn question(&self, predicate: Predicate) -> Option<&Question<'r>> {
        self.questions.iter().find(|question| question.predicate == predicate)
    }

    /// Whether the status is disputed: several labels, or accounts of one axis that cannot all be true.
    pub fn is_disputed(&self) -> bool {
        const AXES: [Predicate; 3] = [Predicate::Fate, Predicate::Whereabouts, Predicate::Acknowledgement];
        let contradicted = |question: &&Question<'_>| question.agreement == Agreement::Contradicts;
        self.labels.len() > 1
            || self.questions.iter().filter(contradicted).any(|question| AXES.contains(&question.predicate))
    }

    /// How the elements of an enforced disappearance stand. That the person was taken is deprivation of liberty, and an
    /// authority that denies or hides it conceals.
    pub fn elements(&self) -> Elements {
        let said = self.questions.iter().flat_map(|question| question.accounts());
        Elements::of(said.filter_map(|account| {
            let polarity = account.claim.polarity;
            match (account.claim.predicate, &account.claim.value) {
                (Predicate::Element(element), _) => Some((element, polarity)),
                (Predicate::Event(EventKind::Taken) | Predicate::EventDate(EventKind::Taken), _) => {
                    Some((Element::Deprivation, polarity))
                }
                (
                    _,
                    Value::Acknowledgement(crate::Acknowledgement::Denied | crate::Acknowledgement::NeverHeldClaimed),
                ) => Some((Element::Concealment, polarity)),
                _ => None,
            }
        }))
    }

    /// Questions whose accounts cannot all be true, and that nobody has settled.
    pub fn contradictions(&self) -> impl Iterator<Item = &Question<'r>> {
        self.questions.iter().filter(|question| question.is_open_contradiction())
    }

    /// Names on record, one for each script, the earliest recorded first.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<(Script, String)> = Vec::new();
        let accounts = self.question(Predicate::Name).into_iter().flat_map(Question::accounts);
        for name in accounts.map(|account| account.name()) {
            let script = script_of(&name);
            if names.iter().all(|(known, _)| *known != script) {
                names.push((script, name));
            }
        }
        names.into_iter().map(|(_, name)| name).collect()
    }
}

impl<'r> Question<'r> {
    /// All accounts, reading by reading.
    pub fn accounts(&self) -> impl Iterator<Item = Account<'r>> + '_ {
        self.readings.iter().flat_map(|reading| reading.accounts.iter().copied())
    }
}

impl Account<'_> {
    /// The words of the source.
    pub fn words(&self) -> String {
        self.record.words(self.claim)
    }

    /// The name as given, or the words where the value is no name.
    pub fn name(&self) -> String {
        match &self.claim.value {
            Value::Name(name) => name.text(),
            _ => self.words(),
        }
    }
}

fn question<'r>(records: &[&'r Record], predicate: Predicate) -> Question<'r> {
    let mut readings: Vec<Reading<'r>> = Vec::new();
    let mut agreement = Agreement::OneAccount;
    for record in records {
        for claim in record.claims.iter().filter(|claim| claim.predicate == predicate) {
            let account = Account { record, claim };
            let mut same = None;
            for (i, reading) in readings.iter().enumerate() {
                let found = relation(reading.accounts[0], account);
                agreement = agreement.max(found);
                if found == Agreement::Same && same.is_none() {
                    same = Some(i);
                }
            }
            match same {
                Some(i) => readings[i].accounts.push(account),
                None => readings.push(Reading { letter: letter(readings.len()), accounts: vec![account] }),
            }
        }
    }
    let compared =
        !matches!(predicate, Predicate::ListNumber | Predicate::Remarks | Predicate::Attribute | Predicate::Alias);
    let agreement = if compared { agreement } else { Agreement::OneAccount };
    Question { predicate, readings, agreement, decided: None }
}

fn letter(index: usize) -> char {
    char::from(b'A' + (index.min(25)) as u8)
}

/// How two accounts of one question stand to each other.
pub fn relation(ours: Account<'_>, theirs: Account<'_>) -> Agreement {
    let opposed = (ours.claim.polarity == Polarity::Affirms) != (theirs.claim.polarity == Polarity::Affirms);
    let values = values_relation(ours, theirs);
    match (opposed, values) {
        (true, Agreement::Same | Agreement::Compatible) => Agreement::Contradicts,
        // To deny one date says nothing about another.
        (true, _) => Agreement::Compatible,
        (false, values) => values,
    }
}

fn values_relation(ours: Account<'_>, theirs: Account<'_>) -> Agreement {
    let same_or = |same: bool, otherwise| if same { Agreement::Same } else { otherwise };
    match (&ours.claim.value, &theirs.claim.value) {
        (Value::Date(a), Value::Date(b)) => match a.same(b) {
            _ if a == b => Agreement::Same,
            Truth::True => Agreement::Same,
            Truth::Unknown => Agreement::Compatible,
            Truth::False => Agreement::Contradicts,
        },
        (Value::Sex(a), Value::Sex(b)) => same_or(a == b, Agreement::Contradicts),
        (Value::Age(a), Value::Age(b)) => {
            // One year apart is one age on two days of one year.
            let meet = a.low <= b.high + 1 && b.low <= a.high + 1;
            same_or(a == b, if meet { Agreement::Compatible } else { Agreement::Contradicts })
        }
        (Value::Place(a), Value::Place(b)) if script_of(&a.text()) == script_of(&b.text()) => {
            let otherwise = if a.shares_word(b) { Agreement::Compatible } else { Agreement::Differs };
            same_or(fold(&a.text()) == fold(&b.text()), otherwise)
        }
        (Value::Place(_), Value::Place(_)) => Agreement::Compatible,
        (Value::Fate(a), Value::Fate(b)) => same_or(a == b, fates(*a, *b)),
        (Value::Whereabouts(a), Value::Whereabouts(b)) => {
            let unknown = [a, b].contains(&&crate::Whereabouts::Unknown);
            same_or(a == b, if unknown { Agreement::Differs } else { Agreement::Contradicts })
        }
        (Value::Acknowledgement(a), Value::Acknowledgement(b)) => {
            let silent =
                [a, b].iter().any(|v| matches!(v, crate::Acknowledgement::None | crate::Acknowledgement::Silent));
            same_or(a == b, if silent { Agreement::Compatible } else { Agreement::Contradicts })
        }
        // Each register has an axis of its own: two words of two registers never contradict.
        (Value::Register(a), Value::Register(b)) => same_or(a == b, Agreement::Compatible),
        (Value::Occurred, Value::Occurred) => Agreement::Same,
        _ => words_relation(&ours.name(), &theirs.name()),
    }
}

fn fates(a: Fate, b: Fate) -> Agreement {
    let dead = |fate| matches!(fate, Fate::DeadReported | Fate::DeadIdentified);
    let alive = |fate| matches!(fate, Fate::AliveReported | Fate::AliveConfirmed);
    if (dead(a) && alive(b)) || (alive(a) && dead(b)) {
        Agreement::Contradicts
    } else if (dead(a) && dead(b)) || (alive(a) && alive(b)) {
        Agreement::Compatible
    } else {
        Agreement::Differs
    }
}

/// Names and other words: equal after folding whatever the order, one inside the other, or different.
fn words_relation(ours: &str, theirs: &str) -> Agreement {
    let (a, b) = (fold(ours), fold(theirs));
    if a == b {
        return Agreement::Same;
    }
    if script_of(ours) != script_of(theirs) {
        return Agreement::Compatible;
    }
    let (mut a, mut b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    a.sort_unstable();
    b.sort_unstable();
    if a == b || a.concat() == b.concat() {
        Agreement::Same
    } else if a.iter().all(|word| b.contains(word)) || b.iter().all(|word| a.contains(word)) {
        Agreement::Compatible
    } else {
        Agreement::Differs
    }
}

/// One label for each distinct combination of axes that a speaker of a record gives; those who say nothing add none. Of a
/// death the most exact label stays: that somebody is reported dead disputes no identified body.
fn labels(records: &[&Record]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for record in records {
        let mut speakers: Vec<&Attribution> = record.claims.iter().map(|claim| record.said_by(claim)).collect();
        let mut seen = HashSet::new();
        speakers.retain(|speaker| seen.insert(*speaker));
        labels.extend(speakers.into_iter().filter_map(|speaker| axes(record, speaker)).map(|axes| label(&axes)));
    }
    labels.sort();
    labels.dedup();
    const DEATHS: [Label; 3] = [Label::KilledInReportedEncounter, Label::FoundDead, Label::ReportedDead];
    if let Some(exact) = DEATHS.into_iter().find(|death| labels.contains(death)) {
        labels.retain(|label| *label == exact || !DEATHS.contains(label));
    }
    if labels.is_empty() { vec![Label::Missing] } else { labels }
}

fn axes(record: &Record, speaker: &Attribution) -> Option<Axes> {
    let mut axes = Axes::default();
    let own = |claim: &&Claim| claim.polarity == Polarity::Affirms && record.said_by(claim) == speaker;
    for claim in record.claims.iter().filter(own) {
        match &claim.value {
            Value::Fate(fate) => axes.fate = Some(*fate),
            Value::Whereabouts(whereabouts) => axes.whereabouts = Some(*whereabouts),
            Value::Acknowledgement(acknowledgement) => axes.acknowledgement = Some(*acknowledgement),
            Value::Date(_) | Value::Occurred => match claim.predicate {
                Predicate::Event(kind) | Predicate::EventDate(kind) => match kind {
                    EventKind::Released => axes.released = true,
                    EventKind::Escaped => axes.escaped = true,
                    EventKind::Remanded => axes.remanded = true,
                    EventKind::ProducedInCourt => axes.produced_in_court = true,
                    // Whoever says that somebody was killed reports a death.
                    EventKind::Killed | EventKind::FoundDead => axes.fate = axes.fate.or(Some(Fate::DeadReported)),
                    _ => {}
                },
                _ => {}
            },
            _ => {}
        }
    }
    let stated = Axes { remanded: false, produced_in_court: false, ..axes };
    (stated != Axes::default()).then_some(axes)
}

fn happenings<'r>(questions: &[Question<'r>]) -> Vec<Happening<'r>> {
    let mut happenings: Vec<Happening<'r>> = Vec::new();
    for kind in EventKind::ALL {
        let find = |predicate| questions.iter().find(|question| question.predicate == predicate);
        let dated = find(Predicate::EventDate(*kind));
        if dated.is_some() || find(Predicate::Event(*kind)).is_some() {
            happenings.push(Happening {
                kind: *kind,
                dates: dated.into_iter().flat_map(Question::accounts).collect(),
                agreement: dated.map_or(Agreement::OneAccount, |question| question.agreement),
            });
        }
    }
    happenings.sort_by_key(|happening| {
        let dates = happening.dates.iter().filter_map(|account| match &account.claim.value {
            Value::Date(date) => Some(date.drawing_key()),
            _ => None,
        });
        let first = dates.min();
        (first.is_none(), first)
    });
    happenings
}

#[cfg(test)]
pub(crate) mod tests;
