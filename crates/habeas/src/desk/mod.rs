//! The desk: one open vault with the views that commands and pages read.
//!
//! This is the one layer that hands anything out: the vault is reached by naming a right, and whoever opened it has that
//! right by their role or gets nothing. The vault's index finds and counts, its log tells: lists and figures come from the
//! index, what a case file shows is read from the log. Only jobs that compute over all records hold them in memory, and
//! only while they run.

pub mod asserted;
pub mod book;
pub mod coding;
mod counting;
pub mod crosstab;
mod earlier;
pub mod editions;
pub mod estimating;
pub mod exporting;
pub mod figures;
pub mod importing;
pub mod incidents;
mod indexing;
pub mod jobs;
pub mod linking;
pub mod named;
mod persons;
pub mod placemap;
pub mod places;
pub mod publishing;
mod reading;
pub mod redacting;
mod refusal;
pub mod reported;
mod resting;
pub mod reviewing;
mod saved;
mod searching;
pub mod shown;
mod snapshot;
pub mod standing;
mod team;
pub mod tray;

pub use book::{Book, Settled};
pub use counting::{Facet, Facets};
pub use earlier::Point;
pub use refusal::vault_failure;
pub use saved::{LONGEST_NAME, Saved};
pub use searching::{CasePage, CaseQuery, CaseRow};
pub use snapshot::{Person, Snapshot};

use crate::{
    commands::init::now_ms,
    failure::Failure,
    listing::{table_failure, worker},
    rights::{Denied, Need},
};
use figures::{FieldDisagreement, Tables};
use habeas_core::{Compartment, Judgement, RecordId, Right, Role, Source, UserId};
use habeas_intake::{
    limits::Limits,
    page::Page,
    table::{Kind, TableError},
};
use habeas_vault::{AuditEntry, AuditEvent, DeviceInfo, LinkRun, MemberInfo, Notice, Vault};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, Weak},
};

/// Kind of stored result that marks a vault of invented people and holds their truth.
pub const DEMO_TRUTH: &str = "demo-truth";

/// Kind of stored result of `estimate run`.
pub const ESTIMATE_RUN: &str = "estimate-run";

/// One open vault and whoever opened it. Clones share it; with the last one the vault closes and its keys are wiped.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    /// Where this is an earlier state: the vault as it is, for what is written about reading.
    present: Option<Arc<Inner>>,
    who: Arc<Who>,
}

/// The member who opened a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their id.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
}

struct Inner {
    vault: Mutex<Vault>,
    /// Work that needs all records shares them while it runs; with the last of it they are gone.
    snapshot: Mutex<Weak<Snapshot>>,
    /// One at a time brings the index of persons up to the log.
    indexing: Mutex<()>,
    facets: counting::Kept,
    figures: Mutex<Option<Arc<Figures>>>,
    link_run: resting::Resting<Option<Arc<LinkRun>>>,
    reviewing: reviewing::Kept,
    coding: coding::Kept,
    crosstabs: crosstab::Crosstabs,
    place_map: placemap::Kept,
    places: places::Kept,
    jobs: jobs::Jobs,
    tray: tray::Tray,
    book: Mutex<Option<Arc<Book>>>,
    context: Mutex<Option<Arc<reading::Context>>>,
    earlier: earlier::Kept,
}

/// Everything that tables show.
#[derive(Debug)]
pub struct Figures {
    /// Documented counts.
    pub tables: Tables,
    /// Overlap of lists.
    pub overlap: Overlap,
    /// How often two lists disagree, by field.
    pub disagreements: Vec<FieldDisagreement>,
    /// Sources in log order.
    pub sources: Vec<Arc<Source>>,
    /// Records in all.
    pub n_records: u64,
    /// Persons in all.
    pub n_persons: u64,
    /// Persons with accounts that contradict each other.
    pub n_contradicted: u64,
    /// Records that came in after the last linkage.
    pub n_unlinked: u64,
}

/// How many persons are on which lists.
#[derive(Debug, Clone, Default)]
pub struct Overlap {
    /// Keys of the lists.
    pub lists: Vec<String>,
    /// Persons on each list.
    pub sizes: Vec<u64>,
    /// Persons on both of two lists; the diagonal holds the sizes.
    pub pairwise: Vec<Vec<u64>>,
    /// Persons on exactly one list, on exactly two …
    pub on_exactly: Vec<u64>,
    /// Persons per combination of lists, as a mask over `lists`.
    pub histories: Vec<(u32, u64)>,
}

impl Overlap {
    /// The keys of the lists in a mask.
    pub fn names_of(&self, mask: u32) -> Vec<&str> {
        let on = |idx: &usize| mask >> idx & 1 == 1;
        (0..self.lists.len()).filter(on).map(|idx| self.lists[idx].as_str()).collect()
    }

    /// Of lists, and of how many persons are on each combination of them.
    fn new(lists: Vec<String>, histories: BTreeMap<u32, u64>) -> Self {
        let n = lists.len();
        let (mut pairwise, mut on_exactly) = (vec![vec![0; n]; n], vec![0; n]);
        for (mask, count) in &histories {
            on_exactly[mask.count_ones() as usize - 1] += count;
            for i in (0..n).filter(|i| mask >> i & 1 == 1) {
                for j in (0..n).filter(|j| mask >> j & 1 == 1) {
                    pairwise[i][j] += count;
                }
            }
        }
        let sizes = (0..n).map(|i| pairwise[i][i]).collect();
        Self { lists, sizes, pairwise, on_exactly, histories: histories.into_iter().collect() }
    }
}

/// One stored estimate.
#[derive(Debug, Clone)]
pub struct StoredEstimate {
    /// When it was made, milliseconds since 1970.
    pub at_ms: i64,
    /// As printed.
    pub json: serde_json::Value,
}

impl Desk {
    /// A desk over an open vault, for the member who opened it.
    pub fn new(vault: Vault) -> Self {
        let user = vault.me();
        let name = vault.members().find(|member| member.user == user).map(|member| member.name.clone());
        let who = Who { user, name: name.unwrap_or_default(), role: vault.role() };
        Self::for_member(vault, who)
    }

    /// A desk over an open vault for a given member.
    pub fn for_member(vault: Vault, who: Who) -> Self {
        let inner = Inner {
            vault: Mutex::new(vault),
            snapshot: Mutex::default(),
            indexing: Mutex::default(),
            facets: counting::Kept::default(),
            figures: Mutex::default(),
            link_run: resting::Resting::default(),
            reviewing: reviewing::Kept::default(),
            coding: coding::Kept::default(),
            crosstabs: crosstab::Crosstabs::default(),
            place_map: placemap::Kept::default(),
            places: places::Kept::default(),
            jobs: jobs::Jobs::default(),
            tray: tray::Tray::default(),
            book: Mutex::default(),
            context: Mutex::default(),
            earlier: earlier::Kept::default(),
        };
        Self { inner: Arc::new(inner), present: None, who: Arc::new(who) }
    }

    /// Who opened the vault.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The vault itself, for what every member may do to their own way in, or ask of the folder.
    pub fn of_member<T>(&self, work: impl FnOnce(&mut Vault) -> Result<T, Failure>) -> Result<T, Failure> {
        work(&mut self.opened())
    }

    /// The vault alone, where this is its only desk.
    pub fn into_vault(self) -> Option<Vault> {
        let inner = Arc::into_inner(self.inner)?;
        Some(inner.vault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Everybody who takes part or has taken part.
    pub fn members(&self) -> Vec<MemberInfo> {
        self.opened().members().cloned().collect()
    }

    /// The compartments whose keys a member holds.
    pub fn compartments_of(&self, user: UserId) -> Result<Vec<Compartment>, Failure> {
        self.opened().compartments_of(user).map_err(vault_failure)
    }

    /// Every device that has written.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        self.opened().devices().cloned().collect()
    }

    /// Keeps an estimate beside the record; one about the past is shown and not kept.
    pub fn keep_estimate(&self, json: &serde_json::Value) -> Result<(), Failure> {
        let mut vault = self.vault(Right::Judge)?;
        if vault.is_read_only() {
            return Ok(());
        }
        vault.put_estimate(ESTIMATE_RUN, &json.to_string(), now_ms()).map_err(vault_failure)
    }

    /// Writes into the audit what has left the vault in clear, in which files.
    pub fn note_export(&self, what: &str, files: &[std::path::PathBuf]) -> Result<(), Failure> {
        let mut vault = self.of_now();
        if vault.is_read_only() || files.is_empty() {
            return Ok(());
        }
        let about = [("export", what.to_owned()), ("files", files.len().to_string())];
        vault.audit(AuditEvent::new("exported", about), now_ms()).map_err(vault_failure)
    }

    /// Whether whoever opened the vault has a right.
    pub fn may(&self, right: Right) -> bool {
        self.who.role.may(right)
    }

    /// The vault itself, for what changes it and needs a right. Views are made anew afterwards.
    pub fn change<T>(&self, right: Right, change: impl FnOnce(&mut Vault) -> Result<T, Failure>) -> Result<T, Failure> {
        let (result, has_erased) = {
            let mut vault = self.vault(right)?;
            let n_erasures = vault.erasures().len();
            (change(&mut vault)?, vault.erasures().len() != n_erasures)
        };
        if has_erased {
            self.inner.earlier.forget();
        }
        *lock(&self.inner.snapshot) = Weak::new();
        self.inner.facets.forget();
        *lock(&self.inner.figures) = None;
        self.inner.link_run.forget();
        self.inner.reviewing.forget();
        *lock(&self.inner.book) = None;
        *lock(&self.inner.context) = None;
        self.inner.crosstabs.forget();
        self.inner.place_map.forget();
        Ok(result)
    }

    /// The vault itself, for what needs a right and changes no view, such as an estimate that is kept beside the record.
    pub fn keep<T>(&self, right: Right, keep: impl FnOnce(&mut Vault) -> Result<T, Failure>) -> Result<T, Failure> {
        keep(&mut *self.vault(right)?)
    }

    /// All records and persons in memory, for jobs that compute over all of them; no page needs it.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Failure> {
        self.ask(Right::Cases)?;
        let mut kept = lock(&self.inner.snapshot);
        if let Some(snapshot) = kept.upgrade() {
            return Ok(snapshot);
        }
        let clusters = self.last_run()?.map(|run| clusters_of(&run)).unwrap_or_default();
        let settlements = self.settlements()?;
        let vault = self.opened();
        let mut records = Vec::with_capacity(vault.n_records() as usize);
        vault.for_each_record(|record| records.push(record)).map_err(vault_failure)?;
        let mut joined = Snapshot::new(records, vault.sources().to_vec(), |id| clusters.get(&id).copied());
        joined.settlements = settlements;
        let snapshot = Arc::new(joined);
        *kept = Arc::downgrade(&snapshot);
        Ok(snapshot)
    }

    /// Stored estimates, newest first.
    pub fn estimates(&self) -> Result<Vec<StoredEstimate>, Failure> {
        let vault = self.vault(Right::Tables)?;
        let stored = vault.estimates().iter().rev().filter(|stored| stored.kind == ESTIMATE_RUN);
        let parsed = stored.filter_map(|stored| {
            Some(StoredEstimate { at_ms: stored.recorded_ms, json: serde_json::from_str(&stored.json).ok()? })
        });
        Ok(parsed.collect())
    }

    /// Judgements in log order.
    pub fn judgements(&self) -> Result<Vec<Judgement>, Failure> {
        Ok(self.vault(Right::Cases)?.judgements().to_vec())
    }

    /// The last run of the linkage, read once.
    pub fn latest_link_run(&self) -> Result<Option<Arc<LinkRun>>, Failure> {
        self.ask(Right::Cases)?;
        self.last_run()
    }

    fn last_run(&self) -> Result<Option<Arc<LinkRun>>, Failure> {
        let read = || -> Result<_, Failure> {
            Ok(self.opened().latest_link_run().map_err(vault_failure)?.map(|(_, run)| Arc::new(run)))
        };
        Ok(self.inner.link_run.get(read)?.as_ref().clone())
    }

    /// The original file of a source, whose hash is right.
    pub fn original_of(&self, source: &Source) -> Result<Vec<u8>, Failure> {
        self.vault(Right::Cases)?.original(source.id).map_err(vault_failure)
    }

    /// The text of an article or testimony: of a plain text its bytes, of anything else what the parse worker reads.
    pub fn text_of(&self, source: &Source) -> Result<String, Failure> {
        let bytes = self.original_of(source)?;
        let page = Page::open(&bytes, &source.file_name, &Limits::default(), Some(&worker()?));
        match page {
            Ok(page) if page.kind != Kind::Text => Ok(page.rendition.text().to_owned()),
            Ok(_) | Err(TableError::Empty { .. }) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => Err(table_failure(error, &source.file_name).leaving("The original is kept.")),
        }
    }

    /// What was done in this vault, in log order.
    pub fn audit(&self) -> Result<Vec<AuditEntry>, Failure> {
        Ok(self.vault(Right::Audit)?.audit_entries().to_vec())
    }

    /// The newest of the audit, the latest first, and how much was done in all.
    pub fn audit_newest(&self, limit: usize) -> Result<(Vec<AuditEntry>, u64), Failure> {
        let vault = self.vault(Right::Audit)?;
        let entries = vault.audit_entries();
        let n = entries.iter().map(|entry| u64::from(entry.times)).sum();
        Ok((entries.iter().rev().take(limit).cloned().collect(), n))
    }

    /// Sources in log order.
    pub fn sources(&self) -> Result<Vec<Arc<Source>>, Failure> {
        Ok(self.vault(Right::Cases)?.sources().to_vec())
    }

    /// What opening found and settled.
    pub fn notices(&self) -> Vec<Notice> {
        self.opened().notices().to_vec()
    }

    /// The vault's name.
    pub fn vault_name(&self) -> String {
        self.opened().name().to_owned()
    }

    /// Whether all people in this vault are invented.
    pub fn is_demo(&self) -> bool {
        self.demo_truth().is_some()
    }

    /// The known truth of a demo vault.
    pub fn demo_truth(&self) -> Option<serde_json::Value> {
        let vault = self.opened();
        let stored = vault.estimates().iter().rev().find(|stored| stored.kind == DEMO_TRUTH)?;
        serde_json::from_str(&stored.json).ok()
    }

    /// Whether whoever opened the vault has a right, or what they lack.
    pub fn ask(&self, right: Right) -> Result<(), Denied> {
        Need::Right(right).check(self.who.role)
    }

    /// The vault, for what needs a right.
    fn vault(&self, right: Right) -> Result<MutexGuard<'_, Vault>, Denied> {
        self.ask(right)?;
        Ok(self.opened())
    }

    /// The vault as it is, also where this is an earlier state.
    fn of_now(&self) -> MutexGuard<'_, Vault> {
        lock(&self.present.as_ref().unwrap_or(&self.inner).vault)
    }

    /// The vault, for what every member may know.
    fn opened(&self) -> MutexGuard<'_, Vault> {
        lock(&self.inner.vault)
    }
}

/// A panic in another thread is our bug; what it held was only read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn clusters_of(run: &LinkRun) -> HashMap<RecordId, u32> {
    run.record_ids.iter().copied().zip(run.partition.cluster_of().iter().copied()).collect()
}
