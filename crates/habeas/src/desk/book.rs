//! The book of assertions: what people have entered, how each stands, and the names by which commands and pages speak of
//! entities and claims. Everything derived from it is a fold of the core.

use super::{Desk, lock, vault_failure};
use crate::{commands::init::now_ms, failure::Failure};
use habeas_core::{
    AddedTerm, Assertion, AssertionId, ConflictSet, Content, Entity, EntityKind, Finding, Gazetteer, Matter,
    PartialDate, Policy, Resolution, Resolved, Review, Right, Sensitivity, Source, SourceId, Stand, Takes, Ties, Topic,
    Truth, YearOf, accounts_of, check, conflicts, counting, document_years, effective_date, fold, resolve, standings,
};
use habeas_vault::AssertError;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// All assertions at one moment.
pub struct Book {
    /// In the order of the log.
    pub assertions: Arc<Vec<Assertion>>,
    /// How each stands.
    pub stands: BTreeMap<AssertionId, Stand>,
    /// Sources that stand.
    pub sources: Vec<Arc<Source>>,
    /// What hangs together.
    pub ties: Ties,
    places: HashMap<AssertionId, usize>,
    /// Places of those that count, by what they are about.
    counting: HashMap<Entity, Vec<usize>>,
    handles: BTreeMap<Entity, String>,
    /// Entities by kind and folded handle.
    named: BTreeMap<(EntityKind, String), Vec<Entity>>,
    years: BTreeMap<SourceId, i16>,
    terms: Vec<AddedTerm>,
    sees_secrets: bool,
}

/// How a conflict is settled.
pub enum Settled<'b> {
    /// By nobody: the range of all accounts is shown.
    ByNobody,
    /// By one decision.
    By(&'b Assertion, &'b Resolution),
    /// By several that differ; none of them holds until people agree.
    Disputed(Vec<&'b Assertion>),
}

impl Desk {
    /// The assertions of the vault.
    pub fn book(&self) -> Result<Arc<Book>, Failure> {
        let mut kept = lock(&self.inner.book);
        if let Some(book) = kept.as_ref() {
            self.ask(Right::Cases)?;
            return Ok(book.clone());
        }
        let vault = self.vault(Right::Cases)?;
        let assertions = Arc::new(vault.assertions().map_err(vault_failure)?);
        let book = Book::new(assertions, vault.sources().to_vec(), self.may(Right::Code));
        Ok(kept.insert(Arc::new(book)).clone())
    }

    /// A fresh id.
    pub fn mint(&self) -> Result<[u8; 16], Failure> {
        self.keep(Right::Code, |vault| vault.mint_entity().map(|id| id.0).map_err(vault_failure))
    }

    /// Records assertions, all or none.
    pub fn assert(&self, drafts: Vec<Assertion>) -> Result<(), Failure> {
        self.change(Right::Code, |vault| vault.add_assertions(drafts, now_ms()).map_err(assert_failure))
    }
}

/// Assertions that are not recorded, for people.
fn assert_failure(error: AssertError) -> Failure {
    match error {
        AssertError::Vault(error) => vault_failure(error),
        AssertError::NotOfTopic { .. } => Failure::usage(error, "see what a topic takes: habeas claims topics"),
        AssertError::NoSuchSource => Failure::usage(error, "see: habeas source list"),
    }
}

impl Book {
    /// Folds assertions.
    pub fn new(assertions: Arc<Vec<Assertion>>, sources: Vec<Arc<Source>>, sees_secrets: bool) -> Self {
        let mut stands = standings(assertions.iter());
        // What rests on a source that was taken back no longer counts; it stays readable.
        let standing: BTreeSet<SourceId> = sources.iter().map(|source| source.id).collect();
        let fallen = assertions.iter().filter(|one| one.quotes.iter().any(|quote| !standing.contains(&quote.source)));
        fallen.for_each(|one| drop(stands.remove(&one.id)));
        let counting = counting(&assertions, &stands);
        let source_refs: Vec<&Source> = sources.iter().map(Arc::as_ref).collect();
        let ties = Ties::of(counting.iter().copied(), &source_refs);
        let mut handles = BTreeMap::new();
        for one in assertions.iter().filter(|one| one.topic == Topic::Of(Matter::Handle)) {
            if let Content::Text(text) = &one.content {
                handles.entry(one.about).or_insert_with(|| text.clone());
            }
        }
        sources.iter().for_each(|source| {
            handles.entry(Entity::source(source.id)).or_insert_with(|| source.key.clone());
        });
        let mut named: BTreeMap<(EntityKind, String), Vec<Entity>> = BTreeMap::new();
        for (entity, handle) in &handles {
            named.entry((entity.kind, fold(handle))).or_default().push(*entity);
        }
        let terms = counting.iter().filter(|one| one.topic == Topic::Of(Matter::AddedTerm));
        let terms = terms.filter_map(|one| match &one.content {
            Content::Text(text) => AddedTerm::read(text),
            _ => None,
        });
        let (terms, years) = (terms.collect(), BTreeMap::new());
        let places = assertions.iter().enumerate().map(|(place, one)| (one.id, place)).collect();
        let mut about: HashMap<Entity, Vec<usize>> = HashMap::new();
        for (place, one) in assertions.iter().enumerate() {
            if stands.get(&one.id).is_some_and(Stand::counts) {
                about.entry(one.about).or_default().push(place);
            }
        }
        let mut book = Self {
            counting: about,
            assertions,
            stands,
            sources,
            ties,
            places,
            handles,
            named,
            years,
            terms,
            sees_secrets,
        };
        book.years = book.settled_years();
        book
    }

    /// The assertions that count, in the order of the log.
    pub fn counting(&self) -> Vec<&Assertion> {
        counting(&self.assertions, &self.stands)
    }

    /// Those of them that are about an entity.
    pub fn counting_about(&self, about: Entity) -> Vec<&Assertion> {
        self.counting.get(&about).into_iter().flatten().map(|place| &self.assertions[*place]).collect()
    }

    /// An assertion by its id.
    pub fn get(&self, id: AssertionId) -> Option<&Assertion> {
        self.places.get(&id).map(|place| &self.assertions[*place])
    }

    /// How an assertion stands; none where its source was taken back.
    pub fn stand(&self, id: AssertionId) -> Option<&Stand> {
        self.stands.get(&id)
    }

    /// Whether a claim was proposed by a rule and no person has said anything of it yet.
    pub fn waits(&self, one: &Assertion) -> bool {
        self.stand(one.id).is_some_and(|stand| stand.review == Review::Proposed && stand.superseded_by.is_none())
    }

    /// Whether whoever opened the vault may see what an assertion says, beside that there is one.
    pub fn shows(&self, one: &Assertion) -> bool {
        self.sees_secrets || one.sensitivity != Sensitivity::Secret
    }

    /// The name of an entity for people: kind and handle, or kind and the first digits of its id.
    pub fn name(&self, entity: Entity) -> String {
        match self.handles.get(&entity) {
            Some(handle) => format!("{}:{handle}", entity.kind.code()),
            None => entity.short(),
        }
    }

    /// The name of an assertion for people: its handle, or the first digits of its id.
    pub fn claim_name(&self, id: AssertionId) -> String {
        self.handles.get(&Entity::assertion(id)).cloned().unwrap_or_else(|| id.short())
    }

    /// An entity by `kind:handle` or `kind:digits of its id`; none where nobody has spoken of it.
    pub fn entity(&self, text: &str) -> Result<Option<Entity>, Failure> {
        let wrong = || {
            let kinds: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.code()).collect();
            let remedy = format!("write kind:name, such as incident:shrine; kinds are {}", kinds.join(", "));
            Failure::usage("this names no entity", remedy)
        };
        let (kind, name) = text.split_once(':').ok_or_else(wrong)?;
        let kind = EntityKind::from_code(kind).filter(|_| !name.is_empty()).ok_or_else(wrong)?;
        self.named(kind, name)
    }

    fn named(&self, kind: EntityKind, name: &str) -> Result<Option<Entity>, Failure> {
        let alike: &[Entity] = self.named.get(&(kind, fold(name))).map_or(&[], Vec::as_slice);
        let exact = |entity: &&Entity| self.handles.get(entity).is_some_and(|handle| handle == name);
        let mut found: Vec<Entity> = alike.iter().filter(exact).copied().collect();
        if found.is_empty() {
            found = alike.to_vec();
        }
        if found.is_empty() && name.len() >= 6 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
            let begins =
                |entity: &Entity| entity.kind == kind && entity.id.to_string().starts_with(&name.to_lowercase());
            let all: BTreeSet<Entity> = self.assertions.iter().map(|one| one.about).filter(begins).collect();
            found = all.into_iter().collect();
        }
        match found[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            // Two offices may have given one name to two: nobody chooses for them.
            _ => {
                let ids: Vec<String> = found.iter().map(Entity::short).collect();
                let what = format!("{} entities bear this name", found.len());
                Err(Failure::usage(what, format!("name one by its id: {}", ids.join(", "))))
            }
        }
    }

    /// An assertion by its handle or the beginning of its id.
    pub fn claim(&self, name: &str) -> Result<&Assertion, Failure> {
        let missing = || Failure::usage("no claim has this name or id", "see: habeas claims list");
        if let Some(entity) = self.named(EntityKind::Assertion, name)? {
            return self.get(AssertionId(entity.id.0)).ok_or_else(missing);
        }
        let begins = |one: &&Assertion| one.id.to_string().starts_with(&name.to_lowercase());
        let found: Vec<&Assertion> =
            if name.len() < 6 { Vec::new() } else { self.assertions.iter().filter(begins).collect() };
        match found[..] {
            [one] => Ok(one),
            [] => Err(missing()),
            _ => Err(Failure::usage("several claims have ids that begin so", "give more digits of the id")),
        }
    }

    /// Terms that people have added to vocabularies.
    pub fn terms(&self) -> &[AddedTerm] {
        &self.terms
    }

    /// The code of an assertion that no vocabulary holds, shipped or added to: kept, and flagged.
    pub fn unknown_term<'a>(&self, one: &'a Assertion) -> Option<&'a str> {
        let (vocabulary, code) = match (one.topic.takes(), &one.content) {
            (Takes::Code(vocabulary), Content::Code(code)) => (vocabulary, code),
            (Takes::Entity(_, Some(vocabulary)), Content::Entity(_, Some(code))) => (vocabulary, code),
            _ => return None,
        };
        let added = |term: &AddedTerm| term.vocabulary == vocabulary && term.code == *code;
        (!vocabulary.holds(code) && !self.terms.iter().any(added)).then_some(code)
    }

    /// A source by its key.
    pub fn source(&self, key: &str) -> Result<&Arc<Source>, Failure> {
        let found = self.sources.iter().find(|source| source.key == key);
        found.ok_or_else(|| Failure::usage(format_args!("there is no source «{key}»"), "see: habeas source list"))
    }

    /// The key of a source.
    pub fn source_key(&self, id: SourceId) -> &str {
        self.sources.iter().find(|source| source.id == id).map_or("(a source that does not stand)", |s| s.key.as_str())
    }

    /// Questions whose accounts cannot all be true.
    pub fn conflicts(&self) -> Vec<ConflictSet<'_>> {
        conflicts(&self.counting(), &self.ties)
    }

    /// All accounts of the question that an assertion answers.
    pub fn accounts(&self, like: &Assertion) -> ConflictSet<'_> {
        accounts_of(&self.counting_about(like.about), like.about, like.topic, Some(like), &self.ties)
    }

    /// Checks of everything that counts.
    pub fn findings(&self) -> Vec<Finding> {
        check(&self.counting(), &self.ties)
    }

    /// How people have settled a question. A person's later decision stands in place of their earlier one.
    pub fn settled(&self, set: &ConflictSet<'_>) -> Settled<'_> {
        let mut by_person: BTreeMap<habeas_core::UserId, (&Assertion, &Resolution)> = BTreeMap::new();
        for one in self.counting_about(set.about) {
            if let Content::Resolution(resolution) = &one.content
                && resolution.topic == set.topic
                && set.ids().iter().any(|id| resolution.seen.contains(id))
            {
                by_person.insert(one.recorded_by, (one, resolution));
            }
        }
        let decisions: Vec<(&Assertion, &Resolution)> = by_person.into_values().collect();
        match decisions[..] {
            [] => Settled::ByNobody,
            [(one, resolution)] => Settled::By(one, resolution),
            [(one, first), ..] if decisions.iter().all(|(_, other)| other.policy == first.policy) => {
                Settled::By(one, first)
            }
            _ => Settled::Disputed(decisions.into_iter().map(|(one, _)| one).collect()),
        }
    }

    /// What the decision, or without one the range, makes of a question.
    pub fn resolved(&self, set: &ConflictSet<'_>) -> Resolved {
        match self.settled(set) {
            Settled::By(_, resolution) => resolve(set, &resolution.policy, &self.ties),
            Settled::ByNobody | Settled::Disputed(_) => resolve(set, &Policy::Range, &self.ties),
        }
    }

    /// The date of an assertion, with the year of its document where people have settled that.
    pub fn date(&self, one: &Assertion) -> Option<PartialDate> {
        effective_date(one, &self.years)
    }

    /// The row of a table by year that a figure belongs to: of its period, or of the day of what it is about. A figure whose
    /// year may be one of two has a row of its own and is in neither.
    /// None where nobody states one.
    pub fn year_of_figure(&self, one: &Assertion) -> Option<String> {
        let period = one.count().and_then(|count| count.period.clone());
        let of_subject = || {
            let about = self.counting_about(one.about);
            let when = about.into_iter().filter(|other| other.topic == Topic::Of(Matter::When));
            let mut dates: Vec<PartialDate> = when.filter_map(|when| self.date(when)).collect();
            dates.dedup();
            // Accounts that differ leave the year open unless all lie in one.
            let labels: BTreeSet<String> = dates.iter().filter_map(year_label).collect();
            if labels.len() == 1 { labels.into_iter().next() } else { None }
        };
        match &period {
            Some(period) => year_label(period),
            None => of_subject(),
        }
    }

    /// Names of a place and of all that certainly lie within it.
    pub fn names_within(&self, wider: Entity) -> Vec<String> {
        let places = Gazetteer::of(self.counting());
        let within = places.places().filter(|place| places.within(*place, wider, None) == Truth::True);
        within
            .filter_map(|place| places.node(place))
            .flat_map(|node| node.names.iter().map(|(name, _)| name.clone()))
            .collect()
    }

    fn settled_years(&self) -> BTreeMap<SourceId, i16> {
        let counting = self.counting();
        let settled = counting.iter().filter_map(|one| match &one.content {
            Content::Resolution(resolution) => match &resolution.policy {
                Policy::Team(chosen) => Some((self.get(*chosen)?, &resolution.seen[..])),
                _ => None,
            },
            _ => None,
        });
        document_years(&counting, settled)
    }
}

/// The year or years in which something began: `2016`, `2014 or 2015`, `2010 to 2014`; none where one end is open.
fn year_label(date: &PartialDate) -> Option<String> {
    let years: Option<BTreeSet<i16>> = date
        .readings()
        .map(|span| match (span.earliest, span.latest) {
            (Some(first), Some(last)) if first.year() == last.year() => Some(first.year()),
            _ => None,
        })
        .collect();
    match (years, date.year_of()) {
        (Some(years), _) => Some(years.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")),
        (None, YearOf::Certain(year)) => Some(year.to_string()),
        (None, YearOf::Between(first, last)) => Some(format!("{first} to {last}")),
        (None, YearOf::NotStated) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::{
        Basis, Bound, CountValue, EntityId, MadeBy, Measure, Modality, Polarity, Review, SpeakerKind, UserId,
    };

    fn say(n: u8, about: Entity, topic: Matter, content: Content, by: u8) -> Assertion {
        Assertion {
            id: AssertionId([n; 16]),
            recorded_ms: i64::from(n),
            recorded_by: UserId([by; 16]),
            about,
            topic: Topic::Of(topic),
            content,
            quotes: Vec::new(),
            polarity: Polarity::Affirms,
            modality: Modality::Stated,
            basis: Basis::NotStated,
            said_by: Some(habeas_core::Attribution::direct(format!("speaker {n}"), SpeakerKind::Press)),
            said_at: None,
            valid: None,
            grade: None,
            sensitivity: Sensitivity::Public,
            review: Review::Accepted,
            made_by: MadeBy::Person,
            supersedes: None,
        }
    }

    fn incident(id: u8) -> Entity {
        Entity { kind: EntityKind::Incident, id: EntityId([id; 16]) }
    }

    fn killed(n: u64) -> Content {
        let count = CountValue::new(Measure::Killed, Bound::Exact, Some(n), None);
        Content::Count(Box::new(count.expect("an exact number")))
    }

    fn book(assertions: Vec<Assertion>) -> Book {
        Book::new(Arc::new(assertions), Vec::new(), true)
    }

    #[test]
    fn one_name_that_two_offices_gave_to_two_incidents_is_chosen_by_nobody() {
        let named = |n, of| say(n, of, Matter::Handle, Content::Text("Shrine".into()), 1);
        let known = book(vec![named(1, incident(7)), named(2, incident(8))]);
        let refused = known.entity("incident:shrine").expect_err("two bear the name");
        assert!(refused.remedy.contains("incident:07070707") && refused.remedy.contains("incident:08080808"));
        assert_eq!(known.entity("incident:070707").ok().flatten(), Some(incident(7)));
        assert_eq!(book(vec![named(1, incident(7))]).entity("incident:SHRINE").ok().flatten(), Some(incident(7)));
        assert!(known.entity("shrine").is_err() && known.entity("ghost:shrine").is_err());
    }

    #[test]
    fn two_people_who_decide_differently_settle_nothing_and_one_may_change_their_mind() {
        let accounts =
            [say(1, incident(7), Matter::Count, killed(45), 1), say(2, incident(7), Matter::Count, killed(52), 1)];
        let decide = |n, policy, by| {
            let seen = vec![accounts[0].id, accounts[1].id];
            let resolution = Resolution { topic: accounts[0].topic, policy, version: 1, why: "so".into(), seen };
            say(n, incident(7), Matter::Resolution, Content::Resolution(resolution), by)
        };
        let with = |decisions: Vec<Assertion>| {
            let known = book(accounts.iter().cloned().chain(decisions).collect());
            let resolved = known.resolved(&known.conflicts()[0]);
            (resolved.policy_id, resolved.bounds.and_then(|bounds| bounds.best))
        };
        let (first, second) = (Policy::Team(accounts[0].id), Policy::Team(accounts[1].id));
        assert_eq!(with(vec![decide(3, first.clone(), 1)]), ("resolve.team@1".into(), Some(45)));
        let disputed = with(vec![decide(3, first.clone(), 1), decide(4, second.clone(), 2)]);
        assert_eq!(disputed, ("resolve.range@1".into(), None));
        let changed = with(vec![decide(3, first, 1), decide(4, second, 1)]);
        assert_eq!(changed, ("resolve.team@1".into(), Some(52)));
    }
}
