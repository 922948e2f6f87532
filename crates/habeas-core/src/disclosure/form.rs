//! What bodies of the United Nations ask of a case, field by field, and how soon a case must reach them.
//!
//! The fields of the working group follow its published note on submissions: six elements without which it takes no case,
//! and what helps beside them. Those of the committee follow its guidance of 2021 on requests for urgent action
//! (CED/C/4/Rev.1), by which the identity of authors is always confidential, so that it does not ask for it. Forms are
//! revised: whoever submits compares them with the form in force.

use crate::vocabulary::vocabulary;
use crate::{Agreement, CaseFile, Date, Element, EventKind, PartialDate, Predicate, Question, Value};

vocabulary!(
    /// The body and procedure that a submission is for.
    Form {
        /// The Working Group on Enforced or Involuntary Disappearances.
        Wgeid = "wgeid",
        /// The Committee on Enforced Disappearances, urgent action under article 30 of the convention.
        Ced = "ced",
    }
);

/// Who answers a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The case file, by any of these questions.
    Case(&'static [Predicate]),
    /// Whoever submits, under this key.
    Submitter(&'static str),
}

/// One field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormField {
    /// Its number, in the order of the form.
    pub number: &'static str,
    /// What is asked.
    pub asked: &'static str,
    /// Whether a case without it is not dealt with.
    pub is_minimum: bool,
    /// Who answers.
    pub by: AnsweredBy,
    /// Where an answer may be had that is missing.
    pub whence: &'static str,
}

const TAKEN: EventKind = EventKind::Taken;
const SEEN: EventKind = EventKind::LastSeen;

const NAME: AnsweredBy = AnsweredBy::Case(&[Predicate::Name, Predicate::Alias, Predicate::MarriedName]);
const MARKS: AnsweredBy =
    AnsweredBy::Case(&[Predicate::FatherName, Predicate::MotherName, Predicate::IdentityDocument]);
const BIRTH: AnsweredBy = AnsweredBy::Case(&[Predicate::Age, Predicate::BirthDate]);
const LIFE: AnsweredBy = AnsweredBy::Case(&[Predicate::Occupation, Predicate::Nationality, Predicate::BirthPlace]);
const HOME: AnsweredBy = AnsweredBy::Case(&[Predicate::Residence]);
const WHEN: AnsweredBy = AnsweredBy::Case(&[Predicate::EventDate(TAKEN), Predicate::EventDate(SEEN)]);
const WHERE: AnsweredBy = AnsweredBy::Case(&[Predicate::EventPlace(TAKEN), Predicate::EventPlace(SEEN)]);
const HELD: AnsweredBy =
    AnsweredBy::Case(&[Predicate::EventPlace(EventKind::HeldAt), Predicate::EventDate(EventKind::HeldAt)]);
const FORCES: AnsweredBy = AnsweredBy::Case(&[Predicate::Perpetrator(TAKEN), Predicate::Element(Element::State)]);
const SAID: AnsweredBy = AnsweredBy::Case(&[Predicate::Acknowledgement, Predicate::Element(Element::Concealment)]);
const STEPS: AnsweredBy = AnsweredBy::Case(&[
    Predicate::Register,
    Predicate::Event(EventKind::Reported),
    Predicate::EventDate(EventKind::Reported),
]);
const ACCOUNT: AnsweredBy = AnsweredBy::Case(&[Predicate::Remarks]);

const FAMILY: &str = "ask the family";
const WITNESS: &str = "ask the family and whoever saw it";
const PAPERS: &str = "copies of petitions, complaints and answers: ask the family and their lawyer";
const OWN: &str = "the file of --by";

const fn field(
    number: &'static str,
    asked: &'static str,
    is_minimum: bool,
    by: AnsweredBy,
    whence: &'static str,
) -> FormField {
    FormField { number, asked, is_minimum, by, whence }
}

const WGEID: &[FormField] = &[
    field("1", "name", true, NAME, FAMILY),
    field("1.1", "father's name or another mark of identity", false, MARKS, "identity papers, with the family"),
    field("1.2", "sex", false, AnsweredBy::Case(&[Predicate::Sex]), FAMILY),
    field("1.3", "age or date of birth", false, BIRTH, "identity papers, with the family"),
    field("1.4", "occupation, nationality, place of birth", false, LIFE, FAMILY),
    field("1.5", "where the person lived", false, HOME, FAMILY),
    field("2", "date of the taking, month and year at least", true, WHEN, WITNESS),
    field("3", "place of the taking, or where last seen", true, WHERE, WITNESS),
    field("3.1", "where seen since, such as in detention", false, HELD, "ask whoever was held there and was released"),
    field("4", "forces held to be responsible", true, FORCES, WITNESS),
    field("4.1", "what happened", false, ACCOUNT, WITNESS),
    field("4.2", "what authorities say", false, SAID, "answers of police, courts and ministries"),
    field("4.3", "who saw it, by relation and not by name", false, AnsweredBy::Submitter("witnesses"), OWN),
    field("5", "steps that the family has taken", true, STEPS, PAPERS),
    field("5.1", "where no steps were taken, why", false, AnsweredBy::Submitter("no_steps"), OWN),
    field("6", "who submits", true, AnsweredBy::Submitter("name"), OWN),
    field("6.1", "address of whoever submits", true, AnsweredBy::Submitter("address"), OWN),
    field("6.2", "telephone or e-mail", false, AnsweredBy::Submitter("reached_at"), OWN),
    field("6.3", "relation to the person", false, AnsweredBy::Submitter("relation"), OWN),
    field(
        "6.4",
        "whether the family agrees that an organisation submits",
        true,
        AnsweredBy::Submitter("family_agrees"),
        OWN,
    ),
    field("6.5", "whether contact with the family can be kept", true, AnsweredBy::Submitter("keeps_contact"), OWN),
    field(
        "6.6",
        "whether the submitter's identity is to be kept confidential",
        true,
        AnsweredBy::Submitter("confidential"),
        OWN,
    ),
    field("6.7", "reprisals that are feared or were suffered", false, AnsweredBy::Submitter("reprisals"), OWN),
    field("7", "other procedures that the case was brought to", false, AnsweredBy::Submitter("other_procedures"), OWN),
    field("8", "annexes, as copies: petitions, statements, a photograph", false, AnsweredBy::Submitter("annexes"), OWN),
    field("9", "place, date and signature", false, AnsweredBy::Submitter("signed"), OWN),
];

const CED: &[FormField] = &[
    field(
        "1",
        "State party: where it happened, or whose national the person is",
        true,
        AnsweredBy::Submitter("state"),
        OWN,
    ),
    field("2", "name", true, NAME, FAMILY),
    field("2.1", "father's name or another mark of identity", false, MARKS, "identity papers, with the family"),
    field("2.2", "sex", false, AnsweredBy::Case(&[Predicate::Sex]), FAMILY),
    field("2.3", "age or date of birth", false, BIRTH, "identity papers, with the family"),
    field("2.4", "occupation, nationality, place of birth", false, LIFE, FAMILY),
    field("3", "date of the taking, month and year at least", true, WHEN, WITNESS),
    field("3.1", "place of the taking, or where last seen", true, WHERE, WITNESS),
    field("3.2", "what happened", true, ACCOUNT, WITNESS),
    field("3.3", "forces held to be responsible", true, FORCES, WITNESS),
    field("3.4", "where seen since, such as in detention", false, HELD, "ask whoever was held there and was released"),
    field("4", "bodies of the State that the case was put to, and what they did", true, STEPS, PAPERS),
    field("4.1", "what authorities say", false, SAID, "answers of police, courts and ministries"),
    field("4.2", "where it was put to none, why", false, AnsweredBy::Submitter("no_steps"), OWN),
    field(
        "5",
        "other international procedures that examine the case",
        true,
        AnsweredBy::Submitter("other_procedures"),
        OWN,
    ),
    field("6", "who submits", true, AnsweredBy::Submitter("name"), OWN),
    field("6.1", "address of whoever submits", true, AnsweredBy::Submitter("address"), OWN),
    field("6.2", "telephone or e-mail", false, AnsweredBy::Submitter("reached_at"), OWN),
    field(
        "6.3",
        "relation to the person, or leave to act for the family",
        true,
        AnsweredBy::Submitter("relation"),
        OWN,
    ),
    field("6.4", "reprisals that are feared or were suffered", false, AnsweredBy::Submitter("reprisals"), OWN),
    field("7", "measures of protection that are asked for, and why", false, AnsweredBy::Submitter("protection"), OWN),
    field("8", "annexes, as copies", false, AnsweredBy::Submitter("annexes"), OWN),
    field("9", "place, date and signature", false, AnsweredBy::Submitter("signed"), OWN),
];

impl Form {
    /// Its fields, in its order.
    pub fn fields(self) -> &'static [FormField] {
        match self {
            Self::Wgeid => WGEID,
            Self::Ced => CED,
        }
    }
}

/// How a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldStand {
    /// Nobody answers it.
    Missing,
    /// No answer is as exact as the form wants it.
    TooVague,
    /// Answers contradict each other; all of them are told.
    Disputed,
    /// Answered.
    Answered,
}

impl FieldStand {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooVague => "too-vague",
            Self::Disputed => "disputed",
            Self::Answered => "answered",
        }
    }

    /// How a field stands by its answers: how many there are, the values among them, and whether they contradict.
    pub fn of<'v>(n_answers: usize, values: impl Iterator<Item = &'v Value>, contradicts: bool) -> Self {
        let mut dates = values.filter_map(|value| match value {
            Value::Date(date) => Some(date),
            _ => None,
        });
        let mut dated = false;
        let exact = dates.any(|date| {
            dated = true;
            in_one_month(date)
        });
        match () {
            () if n_answers == 0 => Self::Missing,
            () if dated && !exact => Self::TooVague,
            () if contradicts => Self::Disputed,
            () => Self::Answered,
        }
    }
}

fn in_one_month(date: &PartialDate) -> bool {
    let month = |day: Date| (day.year(), day.month());
    date.earliest().zip(date.latest()).is_some_and(|(first, last)| month(first) == month(last))
}

/// How many accounts of a case answer a field, and how it stands; none for what only the submitter can say.
pub fn stand_of(case: &CaseFile<'_>, field: &FormField) -> Option<(usize, FieldStand)> {
    let AnsweredBy::Case(predicates) = field.by else { return None };
    let questions: Vec<&Question<'_>> = predicates.iter().filter_map(|predicate| case.question(*predicate)).collect();
    let n: usize = questions.iter().map(|question| question.accounts().count()).sum();
    let values = questions.iter().flat_map(|question| question.accounts()).map(|account| &account.claim.value);
    let contradicts = questions.iter().any(|question| question.agreement == Agreement::Contradicts);
    Some((n, FieldStand::of(n, values, contradicts)))
}

/// Months after which a case is no longer urgent for the working group.
const URGENT_MONTHS: i32 = 3;
/// Months after which it is not brought up between sessions either, even with an urgent one.
const BETWEEN_SESSIONS_MONTHS: i32 = 12;

/// By which of its procedures the working group takes a case that it receives on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The urgent one: at most three months have passed.
    Urgent {
        /// The last day on which it is surely received in time.
        until: Date,
    },
    /// Depends on the day, which no account tells closely enough.
    MayBeUrgent {
        /// The last day on which it may still be received in time, by the latest account.
        until: Date,
    },
    /// The standard one.
    Standard {
        /// Whether it may go between sessions where an urgent case is connected with it.
        between_sessions: bool,
    },
    /// No account gives a date.
    Undated,
}

impl Urgency {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Urgent { .. } => "urgent",
            Self::MayBeUrgent { .. } => "may-be-urgent",
            Self::Standard { .. } => "standard",
            Self::Undated => "undated",
        }
    }
}

/// By which procedure a case is taken that is received on a day, by all dates that accounts give of the disappearance.
pub fn urgency<'d>(dates: impl IntoIterator<Item = &'d PartialDate>, received: Date) -> Urgency {
    let months = |day: Date, months: i32| day.checked_add(jiff::Span::new().months(months)).unwrap_or(day);
    let urgent_since = months(received, -URGENT_MONTHS);
    // The ends of months: the day by which it is surely in time is never one that has passed.
    let until = |day: Date| months(day, URGENT_MONTHS).max(received);
    let (mut earliest, mut latest) = (None::<Date>, None::<Date>);
    for date in dates {
        if let Some((first, last)) = date.earliest().zip(date.latest()) {
            earliest = Some(earliest.map_or(first, |known| known.min(first)));
            latest = Some(latest.map_or(last, |known| known.max(last)));
        }
    }
    let Some((earliest, latest)) = earliest.zip(latest) else { return Urgency::Undated };
    if earliest >= urgent_since {
        Urgency::Urgent { until: until(earliest) }
    } else if latest >= urgent_since {
        Urgency::MayBeUrgent { until: until(latest) }
    } else {
        Urgency::Standard { between_sessions: latest >= months(received, -BETWEEN_SESSIONS_MONTHS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_case_is_urgent_for_three_months_counted_from_the_earliest_day_that_an_account_allows() {
        let day = |y, m, d| PartialDate::day(date(y, m, d));
        let april = PartialDate::month(2026, 4).unwrap();
        let of = |dates: &[PartialDate], y, m, d| urgency(dates, date(y, m, d)).code();
        let table = [
            (vec![day(2026, 4, 10)], (2026, 7, 10), "urgent"),
            (vec![day(2026, 4, 10)], (2026, 7, 11), "standard"),
            // The last day of a short month.
            (vec![day(2025, 11, 30)], (2026, 2, 28), "urgent"),
            (vec![day(2025, 11, 30)], (2026, 3, 1), "standard"),
            (vec![april.clone()], (2026, 7, 1), "urgent"),
            (vec![april.clone()], (2026, 7, 2), "may-be-urgent"),
            (vec![april.clone()], (2026, 7, 31), "may-be-urgent"),
            (vec![april.clone()], (2026, 8, 1), "standard"),
            (vec![day(2026, 1, 3), day(2026, 4, 10)], (2026, 7, 1), "may-be-urgent"),
            (vec![], (2026, 7, 1), "undated"),
        ];
        for (dates, (y, m, d), expected) in table {
            assert_eq!(of(&dates, y, m, d), expected, "{dates:?} received {y}-{m}-{d}");
        }
        assert_eq!(
            urgency(&[day(2025, 4, 10)], date(2026, 4, 10)),
            Urgency::Standard { between_sessions: true },
            "within a year it may go with an urgent one"
        );
        assert_eq!(urgency(&[day(2025, 4, 10)], date(2026, 4, 11)), Urgency::Standard { between_sessions: false });
    }

    proptest! {
        #[test]
        fn waiting_never_makes_a_case_more_urgent(from in 0i32..2_000, width in 0i32..90, wait in 0i32..400) {
            let start = date(2020, 1, 1);
            let at = |days: i32| start.checked_add(jiff::Span::new().days(days)).unwrap();
            let date = PartialDate::between(Some(at(from)), Some(at(from + width)), crate::Precision::Day);
            let dates = [date.unwrap()];
            let rank = |urgency: Urgency| match urgency {
                Urgency::Urgent { .. } => 0,
                Urgency::MayBeUrgent { .. } => 1,
                Urgency::Standard { between_sessions: true } => 2,
                Urgency::Standard { between_sessions: false } => 3,
                Urgency::Undated => 4,
            };
            let (now, later) = (urgency(&dates, at(from + width)), urgency(&dates, at(from + width + wait)));
            prop_assert!(rank(now) <= rank(later));
        }
    }

    #[test]
    fn fields_of_a_form_have_numbers_of_their_own_and_say_where_to_ask() {
        for form in Form::ALL {
            let mut numbers: Vec<&str> = form.fields().iter().map(|field| field.number).collect();
            assert!(form.fields().iter().all(|field| !field.asked.is_empty() && !field.whence.is_empty()));
            assert!(form.fields().iter().any(|field| field.is_minimum));
            numbers.sort_unstable();
            let n = numbers.len();
            numbers.dedup();
            assert_eq!(numbers.len(), n, "{}", form.code());
        }
    }
}
