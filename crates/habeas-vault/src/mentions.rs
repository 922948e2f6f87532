//! The records that assertions make of mentions. The index holds which there are and their numbers; a record is made when it
//! is asked for, from the assertions about its mention and about what was done to it.

use crate::{
    index::{AssertionRef, MentionRow, Wanted},
    vault::{Vault, VaultError},
};
use habeas_core::{
    Assertion, AssertionId, Entity, EntityId, EntityKind, Matter, MentionRecord, Origin, Record, RecordId, SourceId,
    Topic, mention_records, standings,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Vault {
    /// The records of the mentions of sources that stand, in the order of their first assertions.
    pub fn mentions(&self) -> Result<Vec<Record>, VaultError> {
        let mut made: HashMap<RecordId, Record> = HashMap::new();
        let standing = self.index.mentions(None)?.into_iter().filter(|(_, source, _)| self.stands(*source));
        let standing: Vec<_> = standing.collect();
        let sources: BTreeSet<SourceId> = standing.iter().map(|(_, source, _)| *source).collect();
        for source in sources {
            made.extend(self.mentions_from(source)?.0.into_iter().map(|made| (made.record.id, made.record)));
        }
        Ok(standing.into_iter().filter_map(|(id, ..)| made.remove(&RecordId(id))).collect())
    }

    /// Ids of the same, in the same order.
    pub(crate) fn mention_ids(&self) -> Result<Vec<RecordId>, VaultError> {
        let standing = self.index.mentions(None)?.into_iter().filter(|(_, source, _)| self.stands(*source));
        Ok(standing.map(|(id, ..)| RecordId(id)).collect())
    }

    /// Passes the records of mentions that are wanted to `visit`, source by source.
    pub(crate) fn each_mention_of(
        &self,
        mut wanted: impl FnMut(RecordId) -> bool,
        mut visit: impl FnMut(Record),
    ) -> Result<(), VaultError> {
        let mut sources: BTreeMap<SourceId, BTreeSet<RecordId>> = BTreeMap::new();
        for (id, source, _) in self.index.mentions(None)? {
            if self.stands(source) && wanted(RecordId(id)) {
                sources.entry(source).or_default().insert(RecordId(id));
            }
        }
        for (source, ids) in sources {
            self.mentions_of(source)?.into_iter().filter(|record| ids.contains(&record.id)).for_each(&mut visit);
        }
        Ok(())
    }

    /// The records of the mentions of a source, if it stands, in the order of their numbers.
    pub fn mentions_of(&self, source: SourceId) -> Result<Vec<Record>, VaultError> {
        if !self.stands(source) {
            return Ok(Vec::new());
        }
        let mut records: Vec<Record> = self.mentions_from(source)?.0.into_iter().map(|made| made.record).collect();
        records.sort_by_key(Record::number);
        Ok(records)
    }

    /// The record of one mention of a source that stands.
    pub(crate) fn mention(&self, id: RecordId) -> Result<Option<Record>, VaultError> {
        let Some((_, source, number)) = self.index.mentions_between(id.0, id.0, 1)?.pop() else { return Ok(None) };
        if !self.stands(source) {
            return Ok(None);
        }
        let about = Entity { kind: EntityKind::Mention, id: EntityId(id.0) };
        let (records, _) = self.records_of_mentions(BTreeSet::from([about]))?;
        let mut records = records.into_iter().map(|made| made.record);
        Ok(records.find(|record| record.id == id).map(|mut record| {
            // Alone it would be the first of its source.
            if let Origin::Text { mention, .. } = &mut record.origin {
                *mention = number;
            }
            record
        }))
    }

    /// The mention at an address.
    pub(crate) fn mention_at(&self, key: &str, number: u64) -> Result<Option<Record>, VaultError> {
        let Some(source) = self.source_of_key(key).map(|source| source.id) else { return Ok(None) };
        let rows = self.index.mentions(Some(source))?;
        let id = rows.into_iter().find(|(_, _, nth)| *nth == number).map(|(id, ..)| RecordId(id));
        id.map_or(Ok(None), |id| self.mention(id))
    }

    /// Ids of mentions of sources that stand, between two.
    pub(crate) fn mentions_between(
        &self,
        first: RecordId,
        last: RecordId,
        limit: usize,
    ) -> Result<Vec<RecordId>, VaultError> {
        let rows = self.index.mentions_between(first.0, last.0, limit)?.into_iter();
        Ok(rows.filter(|(_, source, _)| self.stands(*source)).map(|(id, ..)| RecordId(id)).collect())
    }

    /// Makes the mentions anew of sources whose assertions, or what readers say of these, have changed.
    pub(crate) fn settle_mentions(&mut self) -> Result<(), VaultError> {
        let unsettled = self.index.unsettled()?;
        let known: BTreeSet<SourceId> = self.catalog.sources.iter().map(|known| known.source.id).collect();
        let settled = self.index.sources_settled()?;
        if !unsettled.is_empty() || known != settled {
            let touched = self.mentions_touched(&unsettled)?;
            // What is said of a source may arrive before the source, from another office.
            let mut sources: BTreeSet<SourceId> = known.difference(&settled).copied().collect();
            for mention in &touched {
                let row = self.index.mentions_between(mention.id.0, mention.id.0, 1)?.pop();
                sources.extend(row.map(|(_, source, _)| source));
                let about = self.said_of(*mention)?;
                sources.extend(about.iter().filter_map(|one| one.source));
            }
            for source in sources {
                self.settle_source(source, &touched)?;
            }
            // A row of a list may be of a case that people have named.
            let touched: Vec<[u8; 16]> = touched.iter().map(|mention| mention.id.0).collect();
            self.index.note_changed(&touched)?;
            self.index.settle_mentions(&known)?;
        }
        self.n_mentions = self.index.n_mentions()?.into_iter().collect();
        Ok(())
    }

    fn settle_source(&mut self, source: SourceId, touched: &BTreeSet<Entity>) -> Result<(), VaultError> {
        let (made, refs) = self.mentions_from(source)?;
        let rows = made.iter().filter_map(|made| {
            let Origin::Text { mention, .. } = &made.record.origin else { return None };
            Some(MentionRow { id: made.record.id.0, number: *mention, first: *refs.get(&made.first)? })
        });
        let rows: Vec<MentionRow> = rows.collect();
        let known = self.index.mentions(Some(source))?;
        let known: BTreeMap<[u8; 16], u64> = known.into_iter().map(|(id, _, number)| (id, number)).collect();
        let now: BTreeMap<[u8; 16], u64> = rows.iter().map(|row| (row.id, row.number)).collect();
        let ids: BTreeSet<[u8; 16]> = known.keys().chain(now.keys()).copied().collect();
        let is_touched = |id: &[u8; 16]| touched.contains(&Entity { kind: EntityKind::Mention, id: EntityId(*id) });
        let changed = ids.into_iter().filter(|id| known.get(id) != now.get(id) || is_touched(id));
        Ok(self.index.replace_mentions(source, &rows, &changed.collect::<Vec<_>>())?)
    }

    /// The mentions whose record may be another because of some assertions.
    fn mentions_touched(&self, unsettled: &[AssertionRef]) -> Result<BTreeSet<Entity>, VaultError> {
        let mut touched = BTreeSet::new();
        let mut acts: BTreeSet<Entity> = BTreeSet::new();
        let mut open: Vec<AssertionRef> = unsettled.to_vec();
        let mut seen: BTreeSet<AssertionId> = BTreeSet::new();
        while let Some(one) = open.pop() {
            if !seen.insert(one.id) {
                continue;
            }
            // A correction changes how the earlier one stands, and a review that of what it is about.
            let earlier = one.supersedes.map(Wanted::Id);
            let reviewed = (one.about.kind == EntityKind::Assertion).then_some(Wanted::Id(AssertionId(one.about.id.0)));
            let wanted: Vec<Wanted<'_>> = earlier.into_iter().chain(reviewed).collect();
            if !wanted.is_empty() {
                open.extend(self.find_assertions(&wanted)?);
            }
            match one.about.kind {
                EntityKind::Mention => drop(touched.insert(one.about)),
                EntityKind::Act => drop(acts.insert(one.about)),
                _ => {}
            }
            touched.extend(one.target.filter(|target| target.kind == EntityKind::Mention));
        }
        for act in acts {
            let said = self.find_assertions(&[Wanted::About(act)])?;
            touched.extend(said.into_iter().filter_map(victim));
        }
        Ok(touched)
    }

    /// The records of the mentions of a source, with where the assertions stand that were read.
    fn mentions_from(
        &self,
        source: SourceId,
    ) -> Result<(Vec<MentionRecord>, HashMap<AssertionId, AssertionRef>), VaultError> {
        let mut mentions = BTreeSet::new();
        let mut acts = BTreeSet::new();
        for one in self.find_assertions(&[Wanted::Quoting(source)])? {
            match one.about.kind {
                EntityKind::Mention => drop(mentions.insert(one.about)),
                EntityKind::Act => drop(acts.insert(one.about)),
                _ => {}
            }
        }
        let acts: Vec<Wanted<'_>> = acts.into_iter().map(Wanted::About).collect();
        mentions.extend(self.find_assertions(&acts)?.into_iter().filter_map(victim));
        let (mut records, refs) = self.records_of_mentions(mentions)?;
        // Mentions of another source that this one speaks of as well.
        records.retain(|made| made.record.source.id == source);
        Ok((records, refs))
    }

    fn records_of_mentions(
        &self,
        mentions: BTreeSet<Entity>,
    ) -> Result<(Vec<MentionRecord>, HashMap<AssertionId, AssertionRef>), VaultError> {
        let mut said = Vec::new();
        for mention in mentions {
            said.extend(self.said_of(mention)?);
        }
        let refs = self.with_standing(said)?;
        let assertions: Vec<Assertion> = self.read_assertions(&refs)?;
        let sources: Vec<_> = self.catalog.sources.iter().map(|known| known.source.clone()).collect();
        let records = mention_records(&assertions, &standings(assertions.iter()), &sources);
        Ok((records, refs.into_iter().map(|one| (one.id, one)).collect()))
    }

    /// What is said of a mention, and of the acts that were done to it.
    fn said_of(&self, mention: Entity) -> Result<Vec<AssertionRef>, VaultError> {
        let done = self.find_assertions(&[Wanted::LeadingTo(mention)])?;
        let acts = done.into_iter().filter(|one| victim(*one).is_some()).map(|one| Wanted::About(one.about));
        let wanted: Vec<Wanted<'_>> = acts.chain([Wanted::About(mention)]).collect();
        self.find_assertions(&wanted)
    }

    fn stands(&self, source: SourceId) -> bool {
        self.catalog.standing_sources.iter().any(|known| known.id == source)
    }
}

/// The mention to which an act was done.
fn victim(one: AssertionRef) -> Option<Entity> {
    let of_act = one.about.kind == EntityKind::Act && one.topic == Topic::Of(Matter::Victim);
    one.target.filter(|target| of_act && target.kind == EntityKind::Mention)
}
