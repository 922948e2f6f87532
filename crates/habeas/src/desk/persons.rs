//! One person at a time: only their records are read from the log.

use super::{Desk, vault_failure};
use crate::failure::Failure;
use habeas_core::{CaseFile, MatchWeight, PersonId, Record, RecordId, Right, SourceId};
use habeas_vault::PersonRow;
use std::collections::HashMap;

impl Desk {
    /// The records of a person, read from the log. `id` is a person's id or its beginning, or a record's address.
    pub fn records_of_person(&self, id: &str) -> Result<Vec<Record>, Failure> {
        let record = match id.split_once(':') {
            Some((key, number)) => {
                let vault = self.vault(Right::Cases)?;
                let number = number.parse().ok();
                let record = number.map(|number| vault.record_at(key, number)).transpose().map_err(vault_failure)?;
                record.flatten().map(|record| record.id)
            }
            None if id.len() < 6 => None,
            None => {
                let vault = self.vault(Right::Cases)?;
                match *vault.record_ids_beginning(id, 10).map_err(vault_failure)? {
                    [one] => Some(one),
                    [] => None,
                    ref several => {
                        let what = format!("{} records or more have ids that begin with «{id}»", several.len());
                        return Err(Failure::usage(what, "give more digits of the id"));
                    }
                }
            }
        };
        let records = record.map(|record| self.person_of(record)).transpose()?.unwrap_or_default();
        if records.is_empty() {
            let remedy = "find one with: habeas case search WORDS";
            return Err(Failure::usage("no case file has this id or address", remedy));
        }
        Ok(records)
    }

    /// The record at an address, `list:row` or `article:mention`.
    pub fn record_at(&self, address: &str) -> Result<RecordId, Failure> {
        let missing = || {
            let remedy = "an address is LIST:ROW, as shown by `habeas case show`; row 1 is the first below the header";
            Failure::usage(format_args!("there is no record «{address}»"), remedy)
        };
        let (key, number) = address.split_once(':').ok_or_else(missing)?;
        let number = number.parse().map_err(|_| missing())?;
        let record = self.vault(Right::Cases)?.record_at(key, number).map_err(vault_failure)?;
        record.map(|record| record.id).ok_or_else(missing)
    }

    /// The records of the person that a record belongs to, in log order; none where the record does not stand. Reads only
    /// these.
    pub fn person_of(&self, record: RecordId) -> Result<Vec<Record>, Failure> {
        self.ask(Right::Cases)?;
        let mut ids = vec![record];
        let indexed = {
            let vault = self.opened();
            let current = !vault.index_is_stale_for_persons().map_err(vault_failure)?
                && vault.mentions_changed().map_err(vault_failure)?.is_empty();
            current.then(|| vault.indexed_person(record)).transpose().map_err(vault_failure)?.flatten()
        };
        if let Some(indexed) = indexed {
            ids = indexed.records;
        } else if let Some(run) = self.last_run()?
            && let Some(idx) = run.record_ids.iter().position(|known| *known == record)
        {
            let cluster_of = run.partition.cluster_of();
            let together = run.record_ids.iter().zip(cluster_of).filter(|(_, cluster)| **cluster == cluster_of[idx]);
            ids = together.map(|(id, _)| *id).collect();
        }
        let records = self.opened().records_of(&ids).map_err(vault_failure)?;
        Ok(if records.iter().any(|known| known.id == record) { records } else { Vec::new() })
    }

    /// How the last linkage weighed pairs of the records of a case, the strongest first, with their places in it.
    pub fn joints_of(&self, case: &CaseFile<'_>) -> Result<Vec<(MatchWeight, [usize; 2])>, Failure> {
        self.index_persons_if_stale()?;
        let Some(first) = case.records.first() else { return Ok(Vec::new()) };
        let indexed = self.vault(Right::Cases)?.indexed_person(first.id).map_err(vault_failure)?;
        let Some(indexed) = indexed else { return Ok(Vec::new()) };
        let place = |nth: u16| {
            let id = indexed.records.get(usize::from(nth))?;
            case.records.iter().position(|record| record.id == *id)
        };
        let joints = indexed.joints.iter().filter_map(|joint| {
            let [left, right] = joint.records;
            Some((MatchWeight(f64::from(joint.weight)), [place(left)?, place(right)?]))
        });
        Ok(joints.collect())
    }

    /// Number of records of each source.
    pub fn record_counts(&self) -> Result<HashMap<SourceId, u64>, Failure> {
        self.vault(Right::Cases)?.record_counts().map_err(vault_failure)
    }

    /// Those of these records that stand, in log order.
    pub fn records(&self, ids: &[RecordId]) -> Result<Vec<Record>, Failure> {
        self.vault(Right::Cases)?.records_of(ids).map_err(vault_failure)
    }

    /// The persons of some records, in their order.
    pub fn person_ids(&self, records: &[RecordId]) -> Result<Vec<PersonId>, Failure> {
        self.index_persons_if_stale()?;
        let vault = self.vault(Right::Cases)?;
        let person = |record: &RecordId| {
            let indexed = vault.indexed_person(*record).map_err(vault_failure)?;
            Ok(indexed.map_or_else(|| PersonId::from(*record), |indexed| indexed.person))
        };
        records.iter().map(person).collect()
    }

    /// Records of a list, from a number on; at most so many.
    pub fn rows_from(&self, key: &str, number: u64, limit: usize) -> Result<Vec<Record>, Failure> {
        self.vault(Right::Cases)?.records_from(key, number, limit).map_err(vault_failure)
    }

    /// The last record of a list before a number.
    pub fn row_before(&self, key: &str, number: u64) -> Result<Option<Record>, Failure> {
        self.vault(Right::Cases)?.record_before(key, number).map_err(vault_failure)
    }

    /// The records that people made of the mentions of a source, in the order of their numbers.
    pub fn mentions_of(&self, source: SourceId) -> Result<Vec<Record>, Failure> {
        self.vault(Right::Cases)?.mentions_of(source).map_err(vault_failure)
    }

    /// Persons of at least so many records, those of the most first, after a number of records and a person, with how many
    /// they are in all.
    pub fn largest_persons(
        &self,
        least: u32,
        after: Option<(u32, PersonId)>,
        limit: usize,
    ) -> Result<(Vec<PersonRow>, u64), Failure> {
        self.index_persons_if_stale()?;
        let vault = self.vault(Right::Cases)?;
        let rows = vault.largest_persons(least, after, limit).map_err(vault_failure)?;
        Ok((rows, vault.count_larger_persons(least).map_err(vault_failure)?))
    }

    /// The address of a record that stands; empty where it does not.
    pub fn address(&self, id: RecordId) -> Result<String, Failure> {
        let records = self.vault(Right::Cases)?.records_of(&[id]).map_err(vault_failure)?;
        Ok(records.first().map(|record| record.address().to_string()).unwrap_or_default())
    }
}
