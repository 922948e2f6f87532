//! Assertions in the vault: recorded in one commit, sealed so that each can be erased alone and all of a source with it.

use crate::{
    catalog::{Homes, note_home},
    format::v1::{Clear, EntryKind, assertion::StoredAssertion},
    keys::ItemId,
    log::Statement,
    vault::{Vault, VaultError, clear_of, compartment_of},
};
use habeas_core::{Assertion, AssertionId, Compartment, EntityId, Matter, Record, Right, SourceId, Topic};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

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

    /// All assertions, in the order of the log, whatever readers have decided about them.
    pub fn assertions(&self) -> &Arc<Vec<Assertion>> {
        self.catalog.asserted.all()
    }

    /// The records that mentions of sources that stand make, in the order of their first assertions.
    pub fn mentions(&self) -> &[Record] {
        self.catalog.mentions()
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
        let mut beside = Homes::default();
        drafts.iter().for_each(|one| note_home(&mut beside, one));
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
            homes.push(self.catalog.asserted.home(one, &beside).filter(stands));
        }
        let mut items: BTreeMap<SourceId, (ItemId, Compartment, u32)> = BTreeMap::new();
        let mut statements = Vec::with_capacity(drafts.len());
        for (one, home) in drafts.into_iter().zip(homes) {
            let (item, clear) = match home {
                None => (self.statements_item()?, Clear::default()),
                Some(source) => {
                    let (item, compartment, n) = match items.entry(source) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(free) => {
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

    /// A fresh item in the compartment of a source.
    fn item_of_source(&mut self, source: SourceId) -> Result<(ItemId, Compartment), VaultError> {
        let known = self.catalog.source(source).map_err(|_| VaultError::Unknown { what: "source" })?;
        let compartment = compartment_of(known.source.kind);
        let item = self.log.fresh_id()?;
        self.new_items(compartment, &[item])?;
        Ok((item, compartment))
    }
}
