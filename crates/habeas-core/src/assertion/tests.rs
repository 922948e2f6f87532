//! Assertions as tests say them, and how they stand after what readers decide.

use super::*;
use crate::{Bound, Bounds, CountRelation, EntityId, Flow, Predicate, SpeakerKind, parse_edtf};
use proptest::prelude::*;

/// Makes assertions, each with an id of its own, all of one subject unless told otherwise.
#[derive(Default)]
pub(crate) struct Said {
    n: u8,
    subject: Option<Entity>,
}

/// One assertion in the making.
pub(crate) struct Saying(pub Assertion);

pub(crate) fn entity(kind: EntityKind, id: u8) -> Entity {
    Entity { kind, id: EntityId([id; 16]) }
}

impl Said {
    pub fn of(subject: Entity) -> Self {
        Self { n: 0, subject: Some(subject) }
    }

    pub fn about(&mut self, subject: Entity) -> &mut Self {
        self.subject = Some(subject);
        self
    }

    pub fn say(&mut self, topic: Topic, content: Content) -> Saying {
        self.n += 1;
        let subject = self.subject.unwrap_or(entity(EntityKind::Mention, 1));
        let quote = Quote { source: SourceId([self.n; 16]), range: 0..3, words: "abc".into() };
        Saying(Assertion {
            id: AssertionId([self.n; 16]),
            recorded_ms: i64::from(self.n),
            recorded_by: UserId([1; 16]),
            about: subject,
            topic,
            content,
            quotes: vec![quote],
            polarity: Polarity::Affirms,
            modality: Modality::Stated,
            basis: Basis::NotStated,
            said_by: None,
            said_at: None,
            valid: None,
            grade: None,
            sensitivity: topic.sensitivity(),
            review: Review::Accepted,
            made_by: MadeBy::Person,
            supersedes: None,
        })
    }

    pub fn date(&mut self, topic: &str, edtf: &str) -> Saying {
        let kind = self.subject.map_or(EntityKind::Mention, |subject| subject.kind);
        let topic = Topic::from_code(topic, kind).expect("a topic of the test");
        self.say(topic, Content::Value(Value::Date(parse_edtf(edtf).expect("a date of the test"))))
    }

    pub fn count(&mut self, measure: Measure, bound: Bound, n: u64) -> Saying {
        let count = CountValue::new(measure, bound, Some(n), None).expect("a count of the test");
        self.say(Topic::Of(Matter::Count), Content::Count(Box::new(count)))
    }
}

impl Saying {
    pub fn done(self) -> Assertion {
        self.0
    }

    pub fn by(mut self, speaker: &str) -> Self {
        self.0.said_by = Some(Attribution::direct(speaker, SpeakerKind::Organisation));
        self
    }

    pub fn at(mut self, edtf: &str) -> Self {
        self.0.said_at = Some(parse_edtf(edtf).expect("a date of the test"));
        self
    }

    pub fn from(mut self, source: SourceId) -> Self {
        self.0.quotes[0].source = source;
        self
    }

    fn figure(mut self, change: impl FnOnce(&mut CountValue)) -> Self {
        if let Content::Count(count) = &mut self.0.content {
            change(count);
        }
        self
    }

    pub fn period(self, edtf: &str) -> Self {
        self.figure(|count| count.period = Some(parse_edtf(edtf).expect("a date of the test")))
    }

    pub fn stock(self, edtf: &str) -> Self {
        self.figure(|count| {
            count.flow = Flow::Stock;
            count.as_of = Some(parse_edtf(edtf).expect("a date of the test"));
        })
    }

    pub fn month(self, edtf: &str) -> Self {
        self.figure(|count| count.as_of = Some(parse_edtf(edtf).expect("a date of the test")))
    }

    pub fn subgroup(self, words: &str) -> Self {
        self.figure(|count| count.subgroup = words.into())
    }

    pub fn exhaustive(self) -> Self {
        self.figure(|count| count.exhaustive = true)
    }

    pub fn part_of(self, whole: &Assertion) -> Self {
        let whole = whole.id;
        self.figure(|count| count.relations.push((CountRelation::PartOf, whole)))
    }

    pub fn between(self, low: u64, high: u64) -> Self {
        self.figure(|count| {
            (count.bound, count.stated) = (Bound::Between, None);
            count.readings = vec![Bounds { low: Some(low), best: None, high: Some(high) }];
        })
    }
}

fn review(said: &mut Said, of: AssertionId, review: Review, by: u8) -> Assertion {
    said.about(Entity::assertion(of));
    let mut one = said.say(Topic::Of(Matter::Review), Content::Review(review, "read again".into())).done();
    one.recorded_by = UserId([by; 16]);
    one
}

#[test]
fn a_proposal_changes_nothing_until_a_person_accepts_it() {
    let mut said = Said::of(entity(EntityKind::Incident, 9));
    let mut proposed = said.count(Measure::Killed, Bound::Exact, 5).done();
    proposed.review = Review::Proposed;
    assert!(!standings([&proposed])[&proposed.id].counts());
    let accepted = review(&mut said, proposed.id, Review::Accepted, 2);
    let stand = &standings([&proposed, &accepted])[&proposed.id];
    assert!(stand.counts() && stand.has_second_reader(proposed.recorded_by));
}

#[test]
fn readers_who_decide_against_each_other_make_a_conflict_and_the_last_word_of_one_reader_counts() {
    let mut said = Said::of(entity(EntityKind::Incident, 9));
    let one = said.count(Measure::Killed, Bound::Exact, 5).done();
    let no = review(&mut said, one.id, Review::Rejected, 2);
    assert_eq!(standings([&one, &no])[&one.id].review, Review::Conflict);
    let yes = review(&mut said, one.id, Review::Accepted, 2);
    assert_eq!(standings([&one, &no, &yes])[&one.id].review, Review::Accepted);
}

#[test]
fn a_correction_that_is_only_proposed_corrects_nothing_and_circles_hold_nothing() {
    let mut said = Said::of(entity(EntityKind::Incident, 9));
    let mut old = said.count(Measure::Killed, Bound::Exact, 5).done();
    let mut new = said.count(Measure::Killed, Bound::Exact, 6).done();
    new.supersedes = Some(old.id);
    assert_eq!(standings([&old, &new])[&old.id].superseded_by, Some(new.id));
    new.review = Review::Proposed;
    assert!(standings([&old, &new])[&old.id].counts());
    new.review = Review::Accepted;
    old.supersedes = Some(new.id);
    let stands = standings([&old, &new]);
    assert!(stands[&old.id].counts() && stands[&new.id].counts(), "neither corrects the other");
}

#[test]
fn what_its_speaker_takes_back_stays_and_no_longer_counts() {
    let mut said = Said::of(entity(EntityKind::Incident, 9));
    let first = said.count(Measure::Killed, Bound::Exact, 5).by("the hospital").done();
    let mut back = said.count(Measure::Killed, Bound::Exact, 5).by("the hospital").done();
    (back.polarity, back.supersedes) = (Polarity::Retracts, Some(first.id));
    let stand = &standings([&first, &back])[&first.id];
    assert_eq!((stand.taken_back_by, stand.superseded_by, stand.counts()), (Some(back.id), None, false));
}

#[test]
fn a_quotation_that_stands_twice_needs_to_say_which_one_it_is() {
    let (source, text) = (SourceId([1; 16]), "taken in ‘Kech’, seen in ‘Kech’");
    assert_eq!(Quote::find(source, text, "‘Kech’", None), Err(QuoteError::Several { n: 2 }));
    let second = Quote::find(source, text, "‘Kech’", Some(2)).unwrap();
    assert_eq!((second.range.clone(), second.holds_in(text)), (29..39, true));
    assert!(!second.holds_in(&text.replace("seen", "was seen")));
    assert_eq!(Quote::find(source, text, "‘Kech’", Some(3)), Err(QuoteError::NoSuchOccurrence { n: 2, asked: 3 }));
    assert_eq!(Quote::find(source, text, "", None), Err(QuoteError::NotFound));
    assert!(Quote::at(source, text, 9..11).is_err(), "a cut letter");
}

#[test]
fn opinions_demands_and_denials_enter_no_tally() {
    let mut said = Said::of(entity(EntityKind::Incident, 9));
    let mut one = said.count(Measure::Killed, Bound::Exact, 5).done();
    assert!(one.is_tallied());
    one.modality = Modality::Opinion;
    assert!(!one.is_tallied());
    (one.modality, one.polarity) = (Modality::Stated, Polarity::Denies);
    assert!(!one.is_tallied());
}

#[test]
fn grades_are_read_back() {
    assert_eq!(Grade::from_code("B2").map(Grade::code).as_deref(), Some("B2"));
    assert_eq!(Grade::from_code("G1").or(Grade::from_code("A7")).or(Grade::from_code("A")), None);
}

proptest! {
    #[test]
    fn how_assertions_stand_depends_on_neither_order_nor_repetition(
        verdicts in proptest::collection::vec((0u8..3, 0usize..5, 1u8..4), 0..8),
        order in any::<prop::sample::Index>(),
    ) {
        let mut said = Said::of(entity(EntityKind::Incident, 9));
        let mut all: Vec<Assertion> = (0..3).map(|_| said.count(Measure::Killed, Bound::Exact, 5).done()).collect();
        for (of, verdict, by) in verdicts {
            let verdict = Review::ALL[verdict];
            let of = all[usize::from(of)].id;
            all.push(review(&mut said, of, verdict, by));
        }
        let expected = standings(&all);
        let mut other = all.clone();
        other.extend(all.iter().cloned());
        let at = order.index(other.len());
        other.rotate_left(at);
        other.reverse();
        prop_assert_eq!(standings(&other), expected);
    }
}

#[test]
fn a_person_question_is_no_matter_of_an_incident() {
    assert_eq!(Topic::from_code("name", EntityKind::Mention), Some(Topic::Person(Predicate::Name)));
}
