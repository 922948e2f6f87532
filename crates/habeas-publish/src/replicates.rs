//! Replicates for statisticians: the same persons under many draws of the linkage, so that doubt about links reaches every
//! number that others compute. No name, no id, no place below the published level, and nothing that joins two replicates.
//!
//! Counts of capture histories by stratum are the plain form. Rows, one for each person, are refused unless every row is
//! like enough others in every replicate ([`Risk`]).

use crate::{files::OutputFiles, sheets::formula_safe};
use serde_json::json;
use std::collections::BTreeMap;

/// Persons who are alike in all that is told share a group of at least so many rows.
pub const LEAST_GROUP: u64 = 5;
/// Share of distinct combinations among rows, at most, in per cent: the chance of naming the row of somebody who is known
/// to be on a list, averaged over all rows.
pub const MOST_RISK_PERCENT: f64 = 3.0;

/// What a replicate tells of one person: strata and the lists that hold them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Combination {
    /// A category for each dimension.
    pub strata: Vec<String>,
    /// For each list, whether it holds the person.
    pub on: Vec<bool>,
}

/// One draw: how many persons there are of each combination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replicate {
    /// Persons by combination.
    pub counts: BTreeMap<Combination, u64>,
}

/// How well the rows of a replicate hide among each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risk {
    /// Persons in the smallest group.
    pub least_group: u64,
    /// Distinct combinations among rows, in per cent.
    pub percent: f64,
}

impl Replicate {
    /// How well its rows hide among each other.
    pub fn risk(&self) -> Risk {
        let n: u64 = self.counts.values().sum();
        let percent = if n == 0 { 0.0 } else { self.counts.len() as f64 * 100.0 / n as f64 };
        Risk { least_group: self.counts.values().copied().min().unwrap_or(0), percent }
    }
}

/// Why rows do not leave.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum TooRisky {
    /// A group is too small.
    #[error(
        "in replicate {replicate} {least_group} persons share all that is told, at least {LEAST_GROUP} are asked for"
    )]
    Group {
        /// Its number, from 1.
        replicate: usize,
        /// Persons in the smallest group.
        least_group: u64,
    },
    /// All groups together are too small.
    #[error(
        "in replicate {replicate} the chance of naming a row is {percent:.1} %, at most {MOST_RISK_PERCENT} % are allowed"
    )]
    Overall {
        /// Its number, from 1.
        replicate: usize,
        /// Distinct combinations among rows, in per cent.
        percent: f64,
    },
}

/// What stands beside the replicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicateCard {
    /// Dimensions of the strata.
    pub dimensions: Vec<String>,
    /// Number of lists; they are told by number.
    pub n_lists: usize,
    /// SHA-256 of the model that the linkage was drawn from.
    pub model_sha256: String,
    /// The seed.
    pub seed: u64,
}

/// Writes counts, one file for each replicate, in the form that `habeas estimate table` reads.
pub fn write_counts(replicates: &[Replicate], card: &ReplicateCard, folder: &str) -> OutputFiles {
    let mut files = OutputFiles::default();
    for (number, replicate) in (1..).zip(replicates) {
        let mut out = csv::Writer::from_writer(Vec::new());
        let heads = card.dimensions.iter().cloned().chain(lists(card)).chain(["count".to_owned()]);
        out.write_record(heads).expect("memory takes every line");
        for (combination, count) in &replicate.counts {
            let cells = cells(combination).chain([count.to_string()]);
            out.write_record(cells).expect("memory takes every line");
        }
        files.put(format!("{folder}counts-{number:04}.csv"), out.into_inner().expect("memory takes every line"));
    }
    dictionary(&mut files, replicates.len(), card, "count", folder);
    files
}

/// Writes rows, one for each person, in an order that tells nothing.
///
/// # Errors
/// [`TooRisky`] where rows of any replicate do not hide well enough.
pub fn write_rows(replicates: &[Replicate], card: &ReplicateCard, folder: &str) -> Result<OutputFiles, TooRisky> {
    for (number, replicate) in (1..).zip(replicates) {
        let Risk { least_group, percent } = replicate.risk();
        if least_group < LEAST_GROUP {
            return Err(TooRisky::Group { replicate: number, least_group });
        }
        if percent > MOST_RISK_PERCENT {
            return Err(TooRisky::Overall { replicate: number, percent });
        }
    }
    let mut files = OutputFiles::default();
    for (number, replicate) in (1..).zip(replicates) {
        let mut out = csv::Writer::from_writer(Vec::new());
        let heads = ["replica".to_owned(), "match_group_id".to_owned()];
        out.write_record(heads.into_iter().chain(card.dimensions.iter().cloned()).chain(lists(card)))
            .expect("memory takes every line");
        // Sorted by what is told: the number of a row says nothing that the row does not.
        let rows = replicate.counts.iter().flat_map(|(row, n)| std::iter::repeat_n(row, *n as usize));
        for (id, row) in (1..).zip(rows) {
            let head = [number.to_string(), format!("{number}-{id}")];
            out.write_record(head.into_iter().chain(cells(row))).expect("memory takes every line");
        }
        files.put(format!("{folder}rows-{number:04}.csv"), out.into_inner().expect("memory takes every line"));
    }
    dictionary(&mut files, replicates.len(), card, "row", folder);
    Ok(files)
}

fn lists(card: &ReplicateCard) -> impl Iterator<Item = String> {
    (1..=card.n_lists).map(|number| format!("list_{number}"))
}

fn cells(combination: &Combination) -> impl Iterator<Item = String> {
    let strata = combination.strata.iter().map(|words| formula_safe(words));
    strata.chain(combination.on.iter().map(|on| u8::from(*on).to_string()))
}

fn dictionary(files: &mut OutputFiles, n: usize, card: &ReplicateCard, unit: &str, folder: &str) {
    let object = json!({
        "schema": 1,
        "unit": unit,
        "replicates": n,
        "dimensions": card.dimensions,
        "lists": card.n_lists,
        "model_sha256": card.model_sha256,
        "seed": card.seed,
        "columns": {
            "list_N": "1 where list N holds the person, 0 where not; lists are told by number",
            "count": "persons of this combination in this draw of the linkage",
            "match_group_id": "number of the row in its replicate; the same number in two replicates is nobody",
        },
        "use": "estimate with each file, then combine the results: habeas estimate table, habeas estimate combine",
    });
    files.put(format!("{folder}dictionary.json"), format!("{object:#}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn replicate(rows: &[(&str, &[bool], u64)]) -> Replicate {
        let counts =
            rows.iter().map(|(year, on, n)| (Combination { strata: vec![(*year).to_owned()], on: on.to_vec() }, *n));
        Replicate { counts: counts.collect() }
    }

    fn card() -> ReplicateCard {
        ReplicateCard { dimensions: vec!["year".into()], n_lists: 2, model_sha256: String::new(), seed: 1 }
    }

    #[test]
    fn counts_are_read_back_by_the_estimators_own_reader() {
        let files = write_counts(&[replicate(&[("2014", &[true, false], 3), ("2015", &[true, true], 9)])], &card(), "");
        let text = String::from_utf8(files.get("counts-0001.csv").unwrap().bytes.clone()).unwrap();
        assert_eq!(text, "year,list_1,list_2,count\n2014,1,0,3\n2015,1,1,9\n");
    }

    #[test]
    fn rows_that_stand_out_do_not_leave_in_any_replicate() {
        let safe = replicate(&[("2014", &[true, false], 200), ("2014", &[true, true], 90)]);
        let alone = replicate(&[("2014", &[true, false], 289), ("2014", &[true, true], 1)]);
        let spread = replicate(&[("2014", &[true, false], 20), ("2014", &[true, true], 20)]);
        assert!(write_rows(std::slice::from_ref(&safe), &card(), "").is_ok());
        assert_eq!(
            write_rows(&[safe.clone(), alone], &card(), ""),
            Err(TooRisky::Group { replicate: 2, least_group: 1 })
        );
        assert_eq!(write_rows(&[safe, spread], &card(), ""), Err(TooRisky::Overall { replicate: 2, percent: 5.0 }));
        assert!(write_rows(&[Replicate::default()], &card(), "").is_err(), "nobody hides among nobody");
    }

    proptest! {
        #[test]
        fn whatever_leaves_as_rows_is_like_enough_others(counts in prop::collection::vec(0u64..400, 1..8)) {
            let rows = counts.iter().enumerate().filter(|(_, n)| **n > 0);
            let counts = rows.map(|(i, n)| (Combination { strata: vec![i.to_string()], on: vec![true] }, *n)).collect();
            let replicate = Replicate { counts };
            let card = ReplicateCard { n_lists: 1, ..card() };
            if let Ok(files) = write_rows(std::slice::from_ref(&replicate), &card, "") {
                let text = String::from_utf8(files.get("rows-0001.csv").unwrap().bytes.clone()).unwrap();
                let mut groups: BTreeMap<String, u64> = BTreeMap::new();
                for line in text.lines().skip(1) {
                    *groups.entry(line.splitn(3, ',').nth(2).unwrap().to_owned()).or_default() += 1;
                }
                prop_assert!(groups.values().all(|n| *n >= LEAST_GROUP));
                prop_assert_eq!(groups.values().sum::<u64>(), replicate.counts.values().sum::<u64>());
            }
        }
    }
}
