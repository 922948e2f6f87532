//! Mentions as records: what assertions say of a person in one source, in the form that linkage and case files read.
//!
//! Only accepted assertions with words in the mention's own source become claims, and only somebody to whom something is
//! said to have been done becomes a record: a spokesman who is named is no victim. Acts whose victim a mention is add what
//! happened, when, where and by whom.

use crate::{
    Assertion, AssertionId, CellSpan, Claim, Content, Entity, EntityKind, EventKind, ImportId, Matter, Origin, Passage,
    Predicate, Record, RecordId, Source, Stand, Topic, Value, Vocabulary, counting,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

/// The import of records that no import brought: assertions of people.
pub const BY_HAND: ImportId = ImportId([0; 16]);

/// The record of a mention, with the first assertion that makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionRecord {
    /// The record.
    pub record: Record,
    /// The assertion by whose place mentions are ordered.
    pub first: AssertionId,
}

/// The records of all mentions, in the order in which their first assertions stand.
///
/// `sources` are those that stand: what rests on another one is left out. A mention's number is its place among those of
/// its source.
pub fn mention_records(
    assertions: &[Assertion],
    stands: &BTreeMap<AssertionId, Stand>,
    sources: &[Arc<Source>],
) -> Vec<MentionRecord> {
    let known: HashMap<Entity, &Arc<Source>> =
        sources.iter().map(|source| (Entity::source(source.id), source)).collect();
    let counting = counting(assertions, stands);
    let mut order: Vec<Entity> = Vec::new();
    let mut said: HashMap<Entity, Vec<(Topic, Value, &Assertion)>> = HashMap::new();
    let mut seen = BTreeSet::new();
    let acts = acts(&counting);
    for one in &counting {
        for (mention, topic, value) in person_facts(one, &acts) {
            if seen.insert(mention) {
                order.push(mention);
            }
            said.entry(mention).or_default().push((topic, value, one));
        }
    }
    let mut numbers: HashMap<Entity, u64> = HashMap::new();
    let records = order.into_iter().filter_map(|mention| {
        let said = &said[&mention];
        let quote = said.iter().find_map(|(_, _, one)| one.quotes.first())?;
        let home = Entity::source(quote.source);
        let source = known.get(&home)?;
        let number = numbers.entry(home).or_default();
        *number += 1;
        let happened = said.iter().any(|(topic, ..)| is_done_to_a_person(*topic));
        let first = said.first().map(|(_, _, one)| one.id)?;
        happened.then(|| MentionRecord { record: record(mention, source, *number, said), first })
    });
    records.collect()
}

/// The victims and the kind of event of each act.
type Acts = BTreeMap<Entity, (Vec<Entity>, Option<EventKind>)>;

fn acts(counting: &[&Assertion]) -> Acts {
    let mut acts: Acts = BTreeMap::new();
    for one in counting.iter().filter(|one| one.about.kind == EntityKind::Act && one.is_tallied()) {
        match (one.topic, &one.content) {
            (Topic::Of(Matter::Victim), Content::Entity(victim, _)) if victim.kind == EntityKind::Mention => {
                acts.entry(one.about).or_default().0.push(*victim);
            }
            (Topic::Of(Matter::Category), Content::Code(code)) => {
                let kind = &mut acts.entry(one.about).or_default().1;
                *kind = kind.or(event_of(code));
            }
            _ => {}
        }
    }
    acts
}

/// The event that an act of a category is to its victim.
fn event_of(category: &str) -> Option<EventKind> {
    let within = |wider| Vocabulary::Category.is_within(category, wider);
    match category {
        "produced-in-court" => Some(EventKind::ProducedInCourt),
        "release" => Some(EventKind::Released),
        "escape" => Some(EventKind::Escaped),
        "body-found" => Some(EventKind::FoundDead),
        _ if within("0301") => Some(EventKind::Taken),
        _ if within("0101") => Some(EventKind::Killed),
        _ => None,
    }
}

/// What assertions that count say of persons, directly or by the acts done to them.
pub(crate) fn person_facts_of<'a>(counting: &[&'a Assertion]) -> Vec<(Entity, Topic, &'a Assertion)> {
    let acts = acts(counting);
    let facts = counting
        .iter()
        .flat_map(|one| person_facts(one, &acts).into_iter().map(move |(mention, topic, _)| (mention, topic, *one)));
    facts.collect()
}

/// What an assertion says of persons: of the mention that it is about, or of the victims of its act.
fn person_facts(one: &Assertion, acts: &Acts) -> Vec<(Entity, Topic, Value)> {
    let value = match &one.content {
        Content::Value(value) => value.clone(),
        _ => Value::Words,
    };
    match one.topic {
        Topic::Person(_) if one.about.kind == EntityKind::Mention => vec![(one.about, one.topic, value)],
        Topic::Of(matter) if one.about.kind == EntityKind::Act => {
            let Some((victims, Some(kind))) = acts.get(&one.about) else { return Vec::new() };
            let (predicate, value) = match matter {
                Matter::Category => (Predicate::Event(*kind), Value::Occurred),
                Matter::When => (Predicate::EventDate(*kind), value),
                Matter::Where => (Predicate::EventPlace(*kind), value),
                Matter::PerpetratorParty => (Predicate::Perpetrator(*kind), Value::Words),
                _ => return Vec::new(),
            };
            victims.iter().map(|victim| (*victim, Topic::Person(predicate), value.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether it says that something was done to a person, or what became of them.
pub(crate) fn is_done_to_a_person(topic: Topic) -> bool {
    let Topic::Person(predicate) = topic else { return false };
    matches!(
        predicate,
        Predicate::Event(_)
            | Predicate::EventDate(_)
            | Predicate::EventPlace(_)
            | Predicate::Perpetrator(_)
            | Predicate::Fate
            | Predicate::Whereabouts
            | Predicate::Acknowledgement
            | Predicate::Register
            | Predicate::Element(_)
    )
}

/// The record of one mention: its cells are the quoted places of the source, each once, in the order of the text.
fn record(mention: Entity, source: &Arc<Source>, number: u64, said: &[(Topic, Value, &Assertion)]) -> Record {
    let own = |one: &Assertion| -> Vec<(Range<u32>, String)> {
        let quotes = one.quotes.iter().filter(|quote| quote.source == source.id);
        quotes.map(|quote| (quote.range.clone(), quote.words.clone())).collect()
    };
    let mut places: Vec<(Range<u32>, String)> = said.iter().flat_map(|(_, _, one)| own(one)).collect();
    places.sort_by_key(|(range, _)| (range.start, range.end));
    places.dedup_by(|(a, _), (b, _)| a == b);
    let cells: Vec<String> = places.iter().map(|(_, words)| words.clone()).collect();
    let claims = said.iter().filter_map(|(topic, value, one)| {
        let Topic::Person(predicate) = *topic else { return None };
        let columns =
            own(one).into_iter().filter_map(|(range, _)| places.iter().position(|(place, _)| *place == range));
        let spans: Vec<CellSpan> = columns
            .map(|column| CellSpan { column: column as u16, start: 0, end: cells[column].len() as u32 })
            .collect();
        let passage = Passage::new(&cells, &spans).ok()?;
        Some(Claim {
            predicate,
            value: value.clone(),
            polarity: one.polarity,
            modality: one.modality,
            said_by: one.said_by.clone().map(Box::new),
            passage,
        })
    });
    Record {
        id: RecordId(mention.id.0),
        source: Arc::clone(source),
        import: BY_HAND,
        origin: Origin::Text { spans: places.iter().map(|(range, _)| range.clone()).collect(), mention: number },
        claims: claims.collect(),
        cells,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::tests::{Said, entity};
    use crate::{Attribution, NameAsGiven, Review, SourceId, SourceKind, SpeakerKind, case_file, standings};

    fn article() -> Arc<Source> {
        Arc::new(Source {
            id: SourceId([200; 16]),
            key: "article".into(),
            kind: SourceKind::Article,
            title: String::new(),
            said_by: Attribution::direct("not stated", SpeakerKind::Unnamed),
            edition: String::new(),
            sha256: String::new(),
            file_name: "article.txt".into(),
            names_once: false,
            compiled_from: vec![],
            header: vec![],
        })
    }

    fn records(all: &[Assertion]) -> Vec<Record> {
        mention_records(all, &standings(all), &[article()]).into_iter().map(|made| made.record).collect()
    }

    /// A lawyer who was shot, as an article tells it.
    fn told() -> Vec<Assertion> {
        let (lawyer, act, spokesman) =
            (entity(EntityKind::Mention, 1), entity(EntityKind::Act, 2), entity(EntityKind::Mention, 3));
        let mut said = Said::of(lawyer);
        let name = |text: &str| Content::Value(Value::Name(NameAsGiven::unassigned(text)));
        let source = article().id;
        vec![
            said.say(Topic::Person(Predicate::Name), name("Orhan Tesk")).from(source).done(),
            said.about(act).say(Topic::Of(Matter::Victim), Content::Entity(lawyer, None)).from(source).done(),
            said.say(Topic::Of(Matter::Category), Content::Code("01010102".into())).from(source).done(),
            said.date("when", "[2016-08-08,2022-08-08]").from(source).by("the police").done(),
            said.about(spokesman).say(Topic::Person(Predicate::Name), name("Imra Vell")).from(source).done(),
        ]
    }

    #[test]
    fn a_victim_of_an_act_is_a_record_and_whoever_is_only_named_is_none() {
        let all = told();
        let records = records(&all);
        let [record] = &records[..] else { panic!("{} records", records.len()) };
        assert_eq!(record.address().to_string(), "article:1");
        let case = case_file(&[record]);
        assert_eq!(case.names(), ["Orhan Tesk"]);
        let when = case.question(Predicate::EventDate(EventKind::Killed)).expect("a date of the killing");
        let account = when.accounts().next().expect("one account");
        assert_eq!(
            (account.words().as_str(), record.said_by(account.claim).speaker.name.as_str()),
            ("abc", "the police")
        );
    }

    #[test]
    fn a_proposed_claim_adds_nobody_to_any_count() {
        let mut all = told();
        all.iter_mut().for_each(|one| one.review = Review::Proposed);
        assert!(records(&all).is_empty());
    }

    #[test]
    fn a_source_that_no_longer_stands_takes_what_rests_on_it_along() {
        let all = told();
        assert!(mention_records(&all, &standings(&all), &[]).is_empty());
    }
}
