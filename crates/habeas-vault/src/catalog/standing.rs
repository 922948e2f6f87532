//! What stands when everything that is recorded is taken together: sources and imports that count, contradictions
//! between offices, and one hash over all of it.

use super::{Catalog, ERASURE_FOLLOWED, ImportInfo, ImportState, KnownImport, KnownSource};
use crate::format::v1::{codes::Code, statement::AuditEvent};
use habeas_core::{AssertionId, ImportId, SourceId};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// Two statements that cannot both be meant. Both stay; people settle it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// One key names several sources with different files.
    SameKey {
        /// The key.
        key: String,
        /// The sources, in the order of the log.
        sources: Vec<SourceId>,
    },
    /// One file was imported into one list in two places. The first import counts.
    SameFileTwice {
        /// Key of the list.
        key: String,
        /// The one that counts.
        counts: ImportId,
        /// The one that does not.
        passed_over: ImportId,
        /// Whether it was read by the same mapping, so that nothing is lost.
        same_mapping: bool,
    },
}

impl Catalog {
    /// Derives what stands from what is recorded.
    pub(crate) fn restate(&mut self) {
        self.conflicts.clear();
        self.pass_over_repeated_imports();
        self.restate_editions();
        self.publication.consents.restate();
        let mut files: HashSet<(&str, &str)> = HashSet::new();
        let mut standing: Vec<Arc<habeas_core::Source>> = Vec::new();
        let mut by_key: BTreeMap<&str, Vec<SourceId>> = BTreeMap::new();
        for known in self.sources.iter().filter(|known| self.stands(known)) {
            if files.insert((&known.source.key, &known.source.sha256)) {
                standing.push(Arc::clone(&known.source));
                by_key.entry(&known.source.key).or_default().push(known.source.id);
            }
        }
        let clashes = by_key.into_iter().filter(|(_, sources)| sources.len() > 1);
        let clashes: Vec<Conflict> =
            clashes.map(|(key, sources)| Conflict::SameKey { key: key.to_owned(), sources }).collect();
        self.conflicts.extend(clashes);
        self.standing_sources = standing;
        let finished = self.imports.iter().filter(|import| import.passed_over.is_none()).filter_map(|import| {
            let (finished, undone) = match &import.state {
                ImportState::Finished { finished, .. } => (finished, None),
                ImportState::Undone { finished, at_ms, why, .. } => (finished, Some((*at_ms, why.clone()))),
                _ => return None,
            };
            let n_erased = self.erased.n_leaves(&import.id.0);
            Some(ImportInfo {
                id: import.id,
                source: Arc::clone(&self.source(import.source).ok()?.source),
                begun_ms: import.begun_ms,
                n_records: finished.n_records.saturating_sub(n_erased),
                n_erased,
                summary: finished.summary.clone(),
                edition: finished.edition.clone(),
                undone,
            })
        });
        self.finished_imports = finished.collect();
    }

    /// Of several standing imports of one file into one list the first in the order of the log counts: their records have
    /// the same ids.
    fn pass_over_repeated_imports(&mut self) {
        let mut first: HashMap<(String, String), usize> = HashMap::new();
        for i in 0..self.imports.len() {
            self.imports[i].passed_over = None;
            if !matches!(self.imports[i].state, ImportState::Finished { .. }) {
                continue;
            }
            let Ok(known) = self.source(self.imports[i].source) else { continue };
            let (key, sha256) = (known.source.key.clone(), known.source.sha256.clone());
            let counts = *first.entry((key.clone(), sha256)).or_insert(i);
            if counts != i {
                let counts = &self.imports[counts];
                let same_mapping = counts.mapping_tag == self.imports[i].mapping_tag;
                let (counts, passed_over) = (counts.id, self.imports[i].id);
                self.imports[i].passed_over = Some(counts);
                self.conflicts.push(Conflict::SameFileTwice { key, counts, passed_over, same_mapping });
            }
        }
    }

    /// A source stands when it was recorded by itself and not taken back, or an import of it stands.
    pub(super) fn stands(&self, known: &KnownSource) -> bool {
        let id = known.source.id;
        let by_itself = known.by_itself && !self.retracted.contains(&known.entry);
        by_itself || self.imports.iter().any(|import| import.source == id && import.counts())
    }

    /// One hash over everything that stands: the same for all who hold the same statements and the same keys, in whatever
    /// order they came. `asserted` are the ids of the assertions that count as statements, in their order.
    pub fn state_hash(&self, asserted: &[AssertionId]) -> [u8; 32] {
        let mut hash = Sha256::new().chain_update(b"habeas/1 state");
        let mut say = |parts: &[&[u8]]| {
            for part in parts {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        };
        for source in &self.standing_sources {
            say(&[b"source", &source.id.0, source.key.as_bytes(), source.sha256.as_bytes()]);
        }
        for import in &self.imports {
            let state: u8 = match (&import.state, import.passed_over) {
                (ImportState::Open, _) => 0,
                (ImportState::Finished { .. }, None) => 1,
                (ImportState::Finished { .. }, Some(_)) => 2,
                (ImportState::Undone { .. }, _) => 3,
                (ImportState::Abandoned, _) => 4,
            };
            say(&[b"import", &import.id.0, &[state], &import.begun.cursor.chain]);
        }
        for judgement in &self.recorded_judgements {
            say(&[b"judgement", &judgement.id.0]);
        }
        for (pair, standing) in habeas_core::standing(&self.recorded_judgements) {
            say(&[b"pair", &pair.smaller().0, &pair.larger().0, format!("{standing:?}").as_bytes()]);
        }
        for id in asserted {
            say(&[b"assertion", &id.0]);
        }
        for (run, _) in &self.link_runs {
            say(&[b"run", &run.id.0]);
        }
        for known in self.kept_places() {
            say(&[b"places", &known.list.id]);
        }
        for estimate in &self.estimates {
            say(&[b"estimate", estimate.kind.as_bytes(), estimate.json.as_bytes()]);
        }
        // Who has followed an erasure is a fact about devices: it may not have travelled to all yet.
        for entry in self.audit.iter().filter(|entry| entry.event.code != ERASURE_FOLLOWED) {
            let AuditEvent { code, about } = &entry.event;
            for _ in 0..entry.times {
                say(&[b"audit", code.as_bytes(), &entry.user.0]);
                about.iter().for_each(|(name, value)| say(&[name.as_bytes(), value.as_bytes()]));
            }
        }
        for member in self.people.members() {
            let role = member.role.map_or(0, |role| role.number());
            say(&[b"member", &member.user.0, member.name.as_bytes(), &role.to_le_bytes()]);
        }
        for (device, last) in self.people.cuts() {
            say(&[b"removed", &device, &last.to_le_bytes()]);
        }
        for (item, leaf) in self.erased.targets() {
            say(&[b"erased", &item, &leaf.map_or(u64::MAX, u64::from).to_le_bytes()]);
        }
        for consent in self.publication.consents.iter() {
            say(&[b"consent", &consent.id.0]);
        }
        for known in &self.publication.releases {
            let state = [u8::from(known.published), u8::from(known.withdrawn.is_some()), known.approvals.len() as u8];
            say(&[b"release", &known.id, &state]);
        }
        for entry in &self.retracted {
            say(&[b"retracted", entry]);
        }
        for (position, entry) in &self.not_counted {
            say(&[b"not counted", &position.device, &position.cursor.seq.to_le_bytes(), entry]);
        }
        hash.finalize().into()
    }
}

impl KnownImport {
    /// Whether its records count.
    pub fn counts(&self) -> bool {
        self.passed_over.is_none() && matches!(self.state, ImportState::Finished { .. })
    }
}
