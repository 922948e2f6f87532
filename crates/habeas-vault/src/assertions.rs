//! Assertions in the vault: recorded in one commit, sealed so that each can be erased alone and all of a source with it,
//! found by the index and read from the log.

use crate::{
    feed::Position,
    format::v1::{Body, Clear, CommitHead, Entry, EntryKind, assertion::StoredAssertion},
    index::{AssertingFrame, AssertionRef, AssertionRow, Wanted},
    keys::ItemId,
    log::Statement,
    vault::{Vault, VaultError, clear_of, compartment_of},
};
use habeas_core::{
    Assertion, AssertionId, Compartment, Content, Entity, EntityId, EntityKind, Matter, Right, SourceId, Topic,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map};

/// Why assertions are not recorded.
#[derive(Debug, thiserror::Error)]
pub enum AssertError {
    /// The content is not of the kind that its topic takes.
    #[error("this is no content for «{topic}»")]
    NotOfTopic {
        /// Code of the topic.
        topic: String,
    },
    /// Words are quoted from a source that does not stand.
    #[error("there is no source with the id that is quoted")]
    NoSuchSource,
    /// The vault refuses.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// A fresh id for an entity that nobody has spoken of.
    pub fn mint_entity(&mut self) -> Result<EntityId, VaultError> {
        Ok(EntityId(self.log.fresh_id()?))
    }

    /// A fresh id for an assertion, so that others of the same commit can name it.
    pub fn mint_assertion(&mut self) -> Result<AssertionId, VaultError> {
        Ok(AssertionId(self.log.fresh_id()?))
    }

    /// All assertions, in the order of the log, whatever readers have decided about them. Everything is read and held.
    pub fn assertions(&self) -> Result<Vec<Assertion>, VaultError> {
        self.read_assertions(&self.find_assertions(&[Wanted::All])?)
    }

    /// Where the assertions stand that are wanted, in the order of the log, each once. Nothing is read. What was said of a
    /// row before a later edition of its list changed it is said of the record that stands in its place.
    pub fn find_assertions(&self, wanted: &[Wanted<'_>]) -> Result<Vec<AssertionRef>, VaultError> {
        let editions = &self.catalog.editions;
        if editions.is_empty() {
            return Ok(self.index.assertions(wanted)?);
        }
        let mut widened = wanted.to_vec();
        for one in wanted {
            match one {
                Wanted::About(entity) => widened.extend(editions.before(*entity).into_iter().map(Wanted::About)),
                Wanted::LeadingTo(entity) => {
                    widened.extend(editions.before(*entity).into_iter().map(Wanted::LeadingTo))
                }
                _ => {}
            }
        }
        let mut found = self.index.assertions(&widened)?;
        for one in &mut found {
            one.about = editions.now(one.about);
            one.target = one.target.map(|target| editions.now(target));
        }
        Ok(found)
    }

    /// Reads assertions, in the order given. What can no longer be opened is left out.
    pub fn read_assertions(&self, wanted: &[AssertionRef]) -> Result<Vec<Assertion>, VaultError> {
        let mut read = Vec::with_capacity(wanted.len());
        for frame in wanted.chunk_by(|left, right| left.position == right.position) {
            let position = &frame[0].position;
            let plaintext = self.log.read(position)?;
            let commit = self.log.commit(position, &plaintext)?;
            let mut opener = self.log.opener();
            for one in frame {
                let Some(entry) = commit.entries.get(one.entry as usize) else { continue };
                let stored: Option<StoredAssertion> = self.log.body(&mut opener, position, entry)?;
                read.extend(stored.map(|stored| {
                    let mut one = stored.of(entry.id, commit.head.recorded_ms, commit.head.user);
                    one.about = self.catalog.editions.now(one.about);
                    if let Content::Entity(entity, _) = &mut one.content {
                        *entity = self.catalog.editions.now(*entity);
                    }
                    one
                }));
            }
        }
        Ok(read)
    }

    /// Adds to assertions what decides how they stand: what is said about each, and all corrections before and after it.
    pub fn with_standing(&self, found: Vec<AssertionRef>) -> Result<Vec<AssertionRef>, VaultError> {
        self.with_what_follows(found, |one| {
            [Some(about(one)), Some(Wanted::Superseding(one.id)), one.supersedes.map(Wanted::Id)]
        })
    }

    /// Adds what is said about each: reviews with their reasons, questions, answers, and what is said about these.
    pub(crate) fn with_talk(&self, found: Vec<AssertionRef>) -> Result<Vec<AssertionRef>, VaultError> {
        self.with_what_follows(found, |one| [Some(about(one)), None, None])
    }

    fn with_what_follows(
        &self,
        found: Vec<AssertionRef>,
        follows: impl Fn(&AssertionRef) -> [Option<Wanted<'static>>; 3],
    ) -> Result<Vec<AssertionRef>, VaultError> {
        let mut all: HashMap<AssertionId, AssertionRef> = HashMap::new();
        let mut open = found;
        while !open.is_empty() {
            let mut wanted = Vec::with_capacity(open.len() * 2);
            for one in open.drain(..) {
                if all.insert(one.id, one).is_none() {
                    wanted.extend(follows(&one).into_iter().flatten());
                }
            }
            open = self.find_assertions(&wanted)?;
            open.retain(|one| !all.contains_key(&one.id));
        }
        let mut all: Vec<AssertionRef> = all.into_values().collect();
        all.sort_unstable();
        Ok(all)
    }

    /// Records assertions, all or none. Their ids are minted by the caller; time and author are those of the commit.
    ///
    /// # Errors
    /// [`AssertError`] where a content is none for its topic, a quoted source does not stand, or the vault refuses; a
    /// resolution needs the right to judge.
    pub fn add_assertions(&mut self, drafts: Vec<Assertion>, now_ms: i64) -> Result<(), AssertError> {
        self.require(Right::Code)?;
        if drafts.is_empty() {
            return Ok(());
        }
        let standing: BTreeSet<SourceId> = self.catalog.standing_sources.iter().map(|known| known.id).collect();
        let stands = |source: &SourceId| standing.contains(source);
        let mut beside: HashMap<Entity, SourceId> = HashMap::new();
        for one in &drafts {
            if let Some(quote) = one.quotes.first() {
                beside.entry(one.about).or_insert(quote.source);
                beside.entry(Entity::assertion(one.id)).or_insert(quote.source);
            }
        }
        let mut homes: Vec<Option<SourceId>> = Vec::with_capacity(drafts.len());
        for one in &drafts {
            if !one.topic.accepts(&one.content) {
                return Err(AssertError::NotOfTopic { topic: one.topic.code() });
            }
            if one.topic == Topic::Of(Matter::Resolution) {
                self.require(Right::Judge)?;
            }
            if one.quotes.iter().any(|quote| !stands(&quote.source)) {
                return Err(AssertError::NoSuchSource);
            }
            let home = match one.quotes.first() {
                Some(quote) => Some(quote.source),
                None if one.about.kind == EntityKind::Source => Some(SourceId(one.about.id.0)),
                None => self.home_of(one.about)?.or_else(|| beside.get(&one.about).copied()),
            };
            let home = home.filter(stands);
            // What is said about it in one stroke goes where it goes.
            if let Some(home) = home {
                beside.entry(Entity::assertion(one.id)).or_insert(home);
            }
            homes.push(home);
        }
        let mut items: BTreeMap<SourceId, (ItemId, Compartment, u32)> = BTreeMap::new();
        let mut statements = Vec::with_capacity(drafts.len());
        for (one, home) in drafts.into_iter().zip(homes) {
            let (item, clear) = match home {
                None => (self.statements_item()?, Clear::default()),
                Some(source) => {
                    let (item, compartment, n) = match items.entry(source) {
                        btree_map::Entry::Occupied(known) => known.into_mut(),
                        btree_map::Entry::Vacant(free) => {
                            let (item, compartment) = self.item_of_source(source)?;
                            free.insert((item, compartment, 0))
                        }
                    };
                    let clear = Clear { leaf: Some(*n), ..clear_of(*compartment) };
                    *n += 1;
                    (*item, clear)
                }
            };
            let id = one.id.0;
            statements.push(Statement::new(id, EntryKind::Assertion, item, clear, &StoredAssertion(one)));
        }
        Ok(self.record(now_ms, statements)?)
    }

    /// The source of the first words that are quoted of an entity, or the list whose row it is: what is said of it without a
    /// quote is sealed and erased with that. Talk about an assertion goes where the assertion goes.
    pub(crate) fn home_of(&self, mut about: Entity) -> Result<Option<SourceId>, VaultError> {
        // Talk about talk is an answer to a question; a circle leads nowhere.
        for _ in 0..DEEPEST_TALK {
            let is_talk = about.kind == EntityKind::Assertion;
            let of_it = if is_talk { Wanted::Id(AssertionId(about.id.0)) } else { Wanted::About(about) };
            let found = self.find_assertions(&[of_it])?;
            let quoted = found.iter().find_map(|one| one.source);
            match found.first().filter(|_| is_talk && quoted.is_none()) {
                Some(unquoted) => about = unquoted.about,
                None => return quoted.map_or_else(|| self.source_of_row(about), |source| Ok(Some(source))),
            }
        }
        Ok(None)
    }

    /// What is said without words of a source about rows of its list.
    pub(crate) fn said_of_rows(&self, source: SourceId) -> Result<Vec<AssertionRef>, VaultError> {
        let mut found = Vec::new();
        for one in self.find_assertions(&[Wanted::Unquoted(EntityKind::Mention)])? {
            if self.source_of_row(one.about)? == Some(source) {
                found.push(one);
            }
        }
        Ok(found)
    }

    /// The keys that assertions are sealed under, of those that can be erased alone.
    pub(crate) fn keys_of_assertions(&self, wanted: &[AssertionRef]) -> Result<Vec<(ItemId, Option<u32>)>, VaultError> {
        let mut keys = Vec::with_capacity(wanted.len());
        let mut open: Option<(Position, Vec<u8>)> = None;
        for one in wanted {
            if open.as_ref().is_none_or(|(position, _)| *position != one.position) {
                open = Some((one.position, self.log.read(&one.position)?));
            }
            let Some((position, plaintext)) = &open else { continue };
            let commit = self.log.commit(position, plaintext)?;
            // What no source is erased with is sealed with the statements, which stay.
            let entry = commit.entries.get(one.entry as usize).filter(|entry| entry.clear.leaf.is_some());
            keys.extend(entry.map(|entry| (entry.item, entry.clear.leaf)));
        }
        Ok(keys)
    }

    /// Lets what was just asserted count in the index, and mentions follow it.
    pub(crate) fn follow_recorded(&mut self, position: &Position) -> Result<(), VaultError> {
        let verdict = self.catalog.verdict(&self.log.user.id(), position);
        let frames = self.index.asserting_at(position)?;
        self.index.set_verdicts(&frames.iter().map(|frame| (frame.no, verdict)).collect::<Vec<_>>())?;
        self.settle_mentions()
    }

    /// A fresh item in the compartment of a source.
    fn item_of_source(&mut self, source: SourceId) -> Result<(ItemId, Compartment), VaultError> {
        let known = self.catalog.source(source).map_err(|_| VaultError::Unknown { what: "source" })?;
        let compartment = compartment_of(known.source.kind);
        let item = self.log.fresh_id()?;
        self.new_items(compartment, &[item])?;
        Ok((item, compartment))
    }
}

/// How many assertions about assertions are followed to what they speak of.
const DEEPEST_TALK: usize = 16;

/// What is said about an assertion.
fn about(one: &AssertionRef) -> Wanted<'static> {
    Wanted::About(Entity::assertion(one.id))
}

/// What the index keeps of assertions that were just recorded.
pub(crate) fn recorded_assertions(
    position: &Position,
    head: &CommitHead,
    taken: &[(Entry<'_>, Vec<u8>)],
) -> Option<AssertingFrame> {
    let statements = || taken.iter().enumerate().filter(|(_, (entry, _))| entry.kind == EntryKind::Assertion);
    let rows = statements().filter_map(|(i, (entry, body))| {
        let one = StoredAssertion::from_padded(body).ok()?.of(entry.id, head.recorded_ms, head.user);
        Some(AssertionRow::of(i as u32, &one))
    });
    let rows: Vec<AssertionRow> = rows.collect();
    let mut items: Vec<ItemId> = statements().map(|(_, (entry, _))| entry.item).collect();
    items.sort_unstable();
    items.dedup();
    let (whole, lamport, user) = (rows.len() == taken.len(), head.lamport, head.user);
    let frame = AssertingFrame { lamport, position: *position, user, whole, items, rows };
    (!frame.rows.is_empty()).then_some(frame)
}
