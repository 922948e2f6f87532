//! The book of a few entities: only what is said about them, what hangs on them, and what decides how that stands is read.
//!
//! It is folded like the whole book, so what it says of these entities is the same. What hangs together across the vault
//! (copies, publishers, names of parties, decisions) is read once and kept until the vault changes.

use super::{Book, Desk, lock, vault_failure};
use crate::failure::Failure;
use habeas_core::{
    AddedTerm, Assertion, AssertionId, CaseFile, Content, Entity, EntityKind, Matter, Policy, Record, Right,
    Settlements, SourceId, Stand, Topic, Vocabulary, case_file, fold, standings,
};
use habeas_vault::{AssertionRef, Vault, Wanted};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What any book needs, whatever it is about.
#[derive(Default)]
pub struct Context {
    assertions: BTreeMap<AssertionRef, Assertion>,
    settlements: Settlements,
}

/// What hangs together across the vault, and is therefore read whole.
const CONTEXT: [Wanted<'_>; 10] = [
    Wanted::On(Topic::Of(Matter::AddedTerm), None),
    Wanted::On(Topic::Of(Matter::Same), Some(EntityKind::Party)),
    Wanted::On(Topic::Of(Matter::SpeaksFor), None),
    Wanted::On(Topic::Of(Matter::SameParty), None),
    Wanted::On(Topic::Of(Matter::Called), Some(EntityKind::Party)),
    Wanted::On(Topic::Of(Matter::Handle), Some(EntityKind::Party)),
    Wanted::On(Topic::Of(Matter::DerivedFrom), None),
    Wanted::On(Topic::Of(Matter::Publisher), None),
    Wanted::On(Topic::Of(Matter::Handle), Some(EntityKind::Source)),
    Wanted::On(Topic::Of(Matter::Resolution), None),
];

impl Desk {
    /// The book of some entities with all that hangs on them: acts done to a person, acts and parts of an incident.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn book_about(&self, of: &[Entity]) -> Result<Book, Failure> {
        self.ask(Right::Cases)?;
        self.book_behind(of)
    }

    /// The same for what the desk itself makes of it, whoever asks.
    pub(super) fn book_behind(&self, of: &[Entity]) -> Result<Book, Failure> {
        let context = self.context()?;
        let vault = self.opened();
        let family = family(&vault, of)?;
        let about: Vec<Wanted<'_>> = family.iter().map(|entity| Wanted::About(*entity)).collect();
        let said = vault.find_assertions(&about).map_err(vault_failure)?;
        let mut found = vault.with_standing(said).map_err(vault_failure)?;
        let named: BTreeSet<Entity> = found.iter().filter_map(|one| one.target).chain(family).collect();
        found.extend(handles(&vault, named)?);
        let claims: BTreeSet<Entity> = found.iter().map(|one| Entity::assertion(one.id)).collect();
        found.extend(handles(&vault, claims)?);
        let mut read = read(&vault, found)?;
        // A figure names others: what it is a part of, what it adds to.
        let others: Vec<AssertionId> = read.values().flat_map(others_named).collect();
        let others: Vec<Wanted<'_>> = others.into_iter().map(Wanted::Id).collect();
        let mut more = vault.find_assertions(&others).map_err(vault_failure)?;
        more.retain(|one| !read.contains_key(one));
        if !more.is_empty() {
            more = vault.with_standing(more).map_err(vault_failure)?;
            more.extend(handles(&vault, more.iter().map(|one| Entity::assertion(one.id)).collect())?);
            read.extend(self::read(&vault, more)?);
        }
        Ok(self.book_of(&vault, &context, read, of))
    }

    /// The book of one entity by its name: `kind:handle`, or `kind:` and digits of its id. None where nobody has spoken of it.
    pub fn book_named(&self, name: &str) -> Result<(Book, Option<Entity>), Failure> {
        let named = {
            let vault = self.vault(Right::Cases)?;
            let (kind, handle) = name.split_once(':').unwrap_or((name, ""));
            let Some(kind) = EntityKind::from_code(kind) else {
                // The book says what a name has to be.
                let empty = Book::new(Arc::default(), Vec::new(), false);
                let entity = empty.entity(name)?;
                return Ok((empty, entity));
            };
            let folded = fold(handle);
            let mut wanted = vec![Wanted::Named(kind, &folded)];
            let is_id = handle.len() >= 6 && handle.bytes().all(|byte| byte.is_ascii_hexdigit());
            let digits = handle.to_lowercase();
            wanted.extend(is_id.then_some(Wanted::IdBeginning(kind, &digits)));
            let found = vault.find_assertions(&wanted).map_err(vault_failure)?;
            let bearing =
                vault.sources().iter().filter(|source| kind == EntityKind::Source && fold(&source.key) == folded);
            let bearing: Vec<Entity> = bearing.map(|source| Entity::source(source.id)).collect();
            self.book_of(&vault, &Context::default(), read(&vault, found)?, &bearing).entity(name)?
        };
        let of: Vec<Entity> = named.into_iter().collect();
        Ok((self.book_about(&of)?, named))
    }

    /// The book of all places, with their names and what they lie in.
    pub fn book_of_places(&self) -> Result<Book, Failure> {
        let on = |matter| Wanted::On(Topic::Of(matter), Some(EntityKind::Place));
        self.book_on(&[Matter::Called, Matter::Handle, Matter::PartOf, Matter::Same].map(on))
    }

    /// The terms that people have added to a vocabulary of this vault.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn added_terms(&self, vocabulary: Vocabulary) -> Result<Vec<AddedTerm>, Failure> {
        let book = self.book_on(&[Wanted::On(Topic::Of(Matter::AddedTerm), None)])?;
        Ok(book.terms().iter().filter(|term| term.vocabulary == vocabulary).cloned().collect())
    }

    /// The book of what is said on a few matters, and of what decides how that stands.
    pub(super) fn book_on(&self, wanted: &[Wanted<'_>]) -> Result<Book, Failure> {
        let vault = self.vault(Right::Cases)?;
        let said = vault.find_assertions(wanted).map_err(vault_failure)?;
        let found = vault.with_standing(said).map_err(vault_failure)?;
        let read = read(&vault, found)?;
        Ok(self.book_of(&vault, &Context::default(), read, &[]))
    }

    /// How people have settled questions of case files.
    pub(super) fn settlements(&self) -> Result<Settlements, Failure> {
        Ok(self.context()?.settlements.clone())
    }

    /// The case file of a person, with what people have decided about it. `records` are those of the person in log order.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn case_of<'r>(&self, records: &'r [Record]) -> Result<CaseFile<'r>, Failure> {
        self.ask(Right::Cases)?;
        Ok(self.context()?.settlements.settle(case_file(&records.iter().collect::<Vec<_>>())))
    }

    fn book_of(
        &self,
        vault: &Vault,
        context: &Context,
        mut all: BTreeMap<AssertionRef, Assertion>,
        also: &[Entity],
    ) -> Book {
        all.extend(context.assertions.iter().map(|(place, one)| (*place, one.clone())));
        let assertions: Vec<Assertion> = all.into_values().collect();
        let mut spoken_of: BTreeSet<SourceId> = also.iter().map(|entity| SourceId(entity.id.0)).collect();
        for one in &assertions {
            spoken_of.extend(one.quotes.iter().map(|quote| quote.source));
            spoken_of
                .extend([Some(one.about), one.leads_to()].into_iter().flatten().map(|entity| SourceId(entity.id.0)));
        }
        let sources = vault.sources().iter().filter(|source| spoken_of.contains(&source.id)).cloned().collect();
        Book::new(Arc::new(assertions), sources, self.may(Right::Code))
    }

    fn context(&self) -> Result<Arc<Context>, Failure> {
        let mut kept = lock(&self.inner.context);
        if let Some(context) = kept.as_ref() {
            return Ok(Arc::clone(context));
        }
        let vault = self.opened();
        let mut found = vault.find_assertions(&CONTEXT).map_err(vault_failure)?;
        let decided: Vec<AssertionRef> =
            found.iter().filter(|one| one.topic == Topic::Of(Matter::Resolution)).copied().collect();
        // The year of a document is settled by the accounts that a decision took and saw.
        let decisions = vault.read_assertions(&decided).map_err(vault_failure)?;
        let seen: Vec<AssertionId> = decisions
            .iter()
            .filter_map(|one| match &one.content {
                Content::Resolution(resolution) => match &resolution.policy {
                    Policy::Team(chosen) => Some(std::iter::once(*chosen).chain(resolution.seen.iter().copied())),
                    _ => None,
                },
                _ => None,
            })
            .flatten()
            .collect();
        let seen: Vec<Wanted<'_>> = seen.into_iter().map(Wanted::Id).collect();
        found.extend(vault.find_assertions(&seen).map_err(vault_failure)?);
        found.sort_unstable();
        found.dedup();
        let found = vault.with_standing(found).map_err(vault_failure)?;
        let assertions = read(&vault, found)?;
        let stands = standings(assertions.values());
        let counts = |one: &&Assertion| stands.get(&one.id).is_some_and(Stand::counts);
        let settlements = Settlements::of(&assertions.values().filter(counts).collect::<Vec<_>>());
        Ok(Arc::clone(kept.insert(Arc::new(Context { assertions, settlements }))))
    }
}

/// Reads assertions, each beside its place in the order of the log.
fn read(vault: &Vault, mut found: Vec<AssertionRef>) -> Result<BTreeMap<AssertionRef, Assertion>, Failure> {
    found.sort_unstable();
    found.dedup();
    let read = vault.read_assertions(&found).map_err(vault_failure)?;
    let places: BTreeMap<AssertionId, AssertionRef> = found.into_iter().map(|one| (one.id, one)).collect();
    Ok(read.into_iter().filter_map(|one| Some((*places.get(&one.id)?, one))).collect())
}

/// Other assertions that one names in its content.
fn others_named(one: &Assertion) -> Vec<AssertionId> {
    match &one.content {
        Content::Count(count) => count.relations.iter().map(|(_, other)| *other).collect(),
        Content::Ratio(ratio) => vec![ratio.of, ratio.to],
        _ => Vec::new(),
    }
}

/// Everything that hangs on some entities, as [`super::standing::family`] finds it in a whole book.
fn family(vault: &Vault, of: &[Entity]) -> Result<BTreeSet<Entity>, Failure> {
    let mut family: BTreeSet<Entity> = of.iter().copied().collect();
    let mut open: Vec<Entity> = of.to_vec();
    while let Some(entity) = open.pop() {
        let leading = vault.find_assertions(&[Wanted::LeadingTo(entity)]).map_err(vault_failure)?;
        for one in leading {
            if matches!(one.topic, Topic::Of(Matter::Victim | Matter::PartOf | Matter::Actor))
                && family.insert(one.about)
            {
                open.push(one.about);
            }
        }
    }
    Ok(family)
}

/// The assertions that name some entities.
fn handles(vault: &Vault, of: BTreeSet<Entity>) -> Result<Vec<AssertionRef>, Failure> {
    let wanted: Vec<Wanted<'_>> = of.into_iter().map(Wanted::About).collect();
    let mut found = vault.find_assertions(&wanted).map_err(vault_failure)?;
    found.retain(|one| one.topic == Topic::Of(Matter::Handle));
    Ok(found)
}
