//! How people have settled questions of a person's case file whose accounts cannot all be true.
//!
//! A decision is a resolution about one of the person's records. What it calls accounts are records: the one that is taken,
//! and those that were seen. The accounts stay; a table that needs one answer takes that of the decision, and the policies of
//! the tables say so.

use crate::{
    Account, Agreement, Assertion, AssertionId, CaseFile, Content, EntityKind, Matter, Policy, Predicate, Question,
    RecordId, Resolution, Topic, UserId,
};
use std::collections::{BTreeMap, HashMap};

/// One decision that holds.
#[derive(Debug, Clone)]
pub struct Settlement<'r> {
    /// The decision.
    pub decision: AssertionId,
    /// Who made it last.
    pub by: UserId,
    /// When, in milliseconds of Unix time.
    pub at_ms: i64,
    /// Why.
    pub why: String,
    /// By which policy.
    pub policy: Policy,
    /// The account that is taken.
    pub taken: Account<'r>,
    /// Whether an account has come in since: it has to be decided again, and nothing holds until then.
    pub is_stale: bool,
}

/// How people have decided about one question.
#[derive(Debug, Clone)]
pub enum Decided<'r> {
    /// All who decided took one reading.
    By(Settlement<'r>),
    /// So many people took different readings: nothing holds until they agree.
    Disputed(usize),
}

/// The decisions of a vault about questions of case files.
#[derive(Debug, Clone, Default)]
pub struct Settlements {
    /// By record and question, in the order of the log.
    made: HashMap<(RecordId, Predicate), Vec<Decision>>,
}

#[derive(Debug, Clone)]
struct Decision {
    id: AssertionId,
    by: UserId,
    at_ms: i64,
    resolution: Resolution,
}

impl Settlements {
    /// Reads them from assertions that count, in the order of the log.
    pub fn of(counting: &[&Assertion]) -> Self {
        let mut made: HashMap<(RecordId, Predicate), Vec<Decision>> = HashMap::new();
        for one in counting.iter().filter(|one| one.topic == Topic::Of(Matter::Resolution)) {
            if let (EntityKind::Mention, Content::Resolution(resolution)) = (one.about.kind, &one.content)
                && let (Some(record), Topic::Person(predicate)) = (one.about.record(), resolution.topic)
            {
                let (by, at_ms) = (one.recorded_by, one.recorded_ms);
                let decision = Decision { id: one.id, by, at_ms, resolution: resolution.clone() };
                made.entry((record, predicate)).or_default().push(decision);
            }
        }
        Self { made }
    }

    /// Notes in a case file how its questions are settled.
    pub fn settle<'r>(&self, mut case: CaseFile<'r>) -> CaseFile<'r> {
        if !self.made.is_empty() {
            let records: Vec<RecordId> = case.records.iter().map(|record| record.id).collect();
            case.questions.iter_mut().for_each(|question| question.decided = self.decided(question, &records));
            case.settled_by = self.about(&case);
        }
        case
    }

    /// Those about the questions of a case file.
    fn about(&self, case: &CaseFile<'_>) -> Self {
        let asked = |record: RecordId| case.questions.iter().map(move |question| (record, question.predicate));
        let keys = case.records.iter().flat_map(|record| asked(record.id));
        Self { made: keys.filter_map(|key| Some((key, self.made.get(&key)?.clone()))).collect() }
    }

    fn decided<'r>(&self, question: &Question<'r>, records: &[RecordId]) -> Option<Decided<'r>> {
        let made = records.iter().filter_map(|record| self.made.get(&(*record, question.predicate))).flatten();
        let mut all: Vec<&Decision> = made.collect();
        all.sort_by_key(|decision| (decision.at_ms, decision.id));
        // A person's later decision stands in place of their earlier one.
        let by_person: BTreeMap<UserId, (&Decision, char, Account<'r>)> = all
            .into_iter()
            .filter_map(|decision| {
                let (letter, account) = taken(question, &decision.resolution)?;
                Some((decision.by, (decision, letter, account)))
            })
            .collect();
        let mut readings: Vec<char> = by_person.values().map(|(_, letter, _)| *letter).collect();
        readings.dedup();
        if readings.len() > 1 {
            return Some(Decided::Disputed(by_person.len()));
        }
        let (last, _, taken) = by_person.into_values().max_by_key(|(decision, ..)| (decision.at_ms, decision.id))?;
        let Resolution { policy, why, seen, .. } = &last.resolution;
        let unseen = |account: Account<'_>| !seen.contains(&account_id(account.record.id));
        Some(Decided::By(Settlement {
            decision: last.id,
            by: last.by,
            at_ms: last.at_ms,
            why: why.clone(),
            policy: policy.clone(),
            taken,
            is_stale: question.accounts().any(unseen),
        }))
    }
}

/// A record as the account that a decision of a case file names.
pub fn account_id(record: RecordId) -> AssertionId {
    AssertionId(record.0)
}

/// The account that a decision takes, with the letter of its reading; none where it takes none of this question.
fn taken<'r>(question: &Question<'r>, resolution: &Resolution) -> Option<(char, Account<'r>)> {
    let lettered = || {
        question.readings.iter().flat_map(|reading| reading.accounts.iter().map(|account| (reading.letter, *account)))
    };
    match &resolution.policy {
        Policy::Team(chosen) => lettered().find(|(_, account)| account_id(account.record.id) == *chosen),
        Policy::SourceOrder(order) => order.iter().find_map(|source| {
            let of_source: Vec<_> = lettered().filter(|(_, account)| account.record.source.id == *source).collect();
            // A source that says two things of one question decides nothing.
            let one_reading = of_source.iter().all(|(letter, _)| *letter == of_source[0].0);
            of_source.first().copied().filter(|_| one_reading)
        }),
        Policy::Range | Policy::Majority => None,
    }
}

impl<'r> Question<'r> {
    /// The account that people took, where their decision holds.
    pub fn taken(&self) -> Option<Account<'r>> {
        match &self.decided {
            Some(Decided::By(settlement)) if !settlement.is_stale => Some(settlement.taken),
            _ => None,
        }
    }

    /// Whether the accounts cannot all be true, and nobody has settled them.
    pub fn is_open_contradiction(&self) -> bool {
        self.agreement == Agreement::Contradicts && self.taken().is_none()
    }

    /// The accounts that a table goes by: the one that people took, or all.
    pub fn going_by(&self) -> Vec<Account<'r>> {
        self.taken().map_or_else(|| self.accounts().collect(), |taken| vec![taken])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::tests::Said;
    use crate::case::tests::{record, taken as on};
    use crate::{CaseNames, Entity, EntityId, EventKind, Record, SourceId, Value, case_file, cases, parse_edtf};
    use std::sync::Arc;

    const WHEN: Predicate = Predicate::EventDate(EventKind::Taken);
    const COMMITTEE: SourceId = SourceId([1; 16]);
    const FAMILIES: SourceId = SourceId([2; 16]);

    fn row(id: u8, source: SourceId, day: &str) -> Record {
        let mut row = record(id, "list", &[on(day)]);
        Arc::make_mut(&mut row.source).id = source;
        row
    }

    fn decide(said: &mut Said, about: u8, policy: Policy, seen: &[u8], by: u8) -> Assertion {
        let seen = seen.iter().map(|id| AssertionId([*id; 16])).collect();
        let resolution = Resolution { topic: Topic::Person(WHEN), policy, version: 1, why: "so".into(), seen };
        let about = Entity { kind: EntityKind::Mention, id: EntityId([about; 16]) };
        let mut one = said.about(about).say(Topic::Of(Matter::Resolution), Content::Resolution(resolution)).done();
        one.recorded_by = UserId([by; 16]);
        one
    }

    fn take(record: u8) -> Policy {
        Policy::Team(AssertionId([record; 16]))
    }

    /// The record whose account is taken, how many accounts there are, and how many contradictions are open.
    fn told(records: &[Record], decisions: &[&Assertion]) -> (Option<u8>, usize, usize) {
        let case = Settlements::of(decisions).settle(case_file(&records.iter().collect::<Vec<_>>()));
        let question = case.question(WHEN).expect("all say when");
        let taken = question.taken().map(|account| account.record.id.0[0]);
        (taken, question.accounts().count(), case.contradictions().count())
    }

    #[test]
    fn a_decision_takes_one_account_and_all_stay_until_another_comes_in_or_somebody_disagrees() {
        let rows = [row(1, COMMITTEE, "2014-05-01"), row(2, FAMILIES, "2015-05-03")];
        assert_eq!(told(&rows, &[]), (None, 2, 1));
        let mut said = Said::default();
        let first = decide(&mut said, 1, take(2), &[1, 2], 1);
        assert_eq!(told(&rows, &[&first]), (Some(2), 2, 0), "both accounts stay");
        let other = decide(&mut said, 2, take(1), &[1, 2], 2);
        assert_eq!(told(&rows, &[&first, &other]), (None, 2, 1), "two people who differ settle nothing");
        let changed = decide(&mut said, 1, take(1), &[1, 2], 1);
        assert_eq!(told(&rows, &[&first, &other, &changed]), (Some(1), 2, 0), "one may change their mind");
        let unaware = decide(&mut said, 1, take(1), &[1], 1);
        assert_eq!(told(&rows, &[&unaware]), (None, 2, 1), "an account came in since");
        let of_others = decide(&mut said, 1, take(7), &[1, 2], 1);
        assert_eq!(told(&rows, &[&of_others]), (None, 2, 1), "another person's record is none of theirs");
    }

    #[test]
    fn a_declared_order_takes_the_first_source_that_speaks_with_one_voice() {
        let rows = [row(1, COMMITTEE, "2014-05-01"), row(2, FAMILIES, "2015-05-03"), row(3, FAMILIES, "2015-06-01")];
        let taken = |order: Vec<SourceId>| {
            let decision = decide(&mut Said::default(), 1, Policy::SourceOrder(order), &[1, 2, 3], 1);
            told(&rows, &[&decision]).0
        };
        assert_eq!(taken(vec![FAMILIES, COMMITTEE]), Some(1), "the families' list says two things");
        assert_eq!(taken(vec![SourceId([9; 16])]), None);
    }

    #[test]
    fn a_decision_about_a_person_settles_the_case_that_its_account_is_of_and_no_other() {
        let released = |day| (Predicate::EventDate(EventKind::Released), Value::Date(parse_edtf(day).unwrap()), day);
        let rows = [
            record(1, "committee", &[on("2011-03-04"), released("2012-05-06")]),
            record(2, "families", &[on("2011-03-09"), released("2012-05-06")]),
            record(3, "committee", &[on("2014-07-08")]),
            record(4, "families", &[on("2014-07-09")]),
        ];
        let all: Vec<&Record> = rows.iter().collect();
        let found = cases(&all, &CaseNames::default());
        let mut said = Said::default();
        let first = decide(&mut said, 1, take(2), &[1, 2, 3, 4], 1);
        let second = decide(&mut said, 3, take(4), &[1, 2, 3, 4], 2);
        let taken = |decisions: &[&Assertion]| -> Vec<Option<u8>> {
            let whole = Settlements::of(decisions).settle(case_file(&all));
            let files = found.all.iter().map(|one| one.file(&whole));
            files.map(|file| Some(file.question(WHEN)?.taken()?.record.id.0[0])).collect()
        };
        assert_eq!(taken(&[]), [None, None]);
        assert_eq!(taken(&[&first]), [Some(2), None]);
        assert_eq!(taken(&[&first, &second]), [Some(2), Some(4)], "two people who speak of two cases do not differ");
    }
}
