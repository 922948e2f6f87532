//! What it takes to make persons of very many scored pairs: time and the most memory that the process ever held.
//!
//!     cargo bench -p habeas-link --bench partition -- [PAIRS [THREADS]]
//!
//! Invented: persons of five records that stand far apart, as in five lists one behind the other, each two of them in favour;
//! and two pairs against for each three in favour, between records of different persons.

// What was measured is printed.
#![allow(clippy::print_stdout)]

use habeas_core::{MatchWeight, ScoredPair};
use habeas_link::{Constraints, Evidence, partition};
use std::{num::NonZeroUsize, time::Instant};

/// Records of one person, so ten pairs in favour.
const RECORDS_EACH: u32 = 5;
/// Pairs of one person, those against included: so many of each record.
const PAIRS_EACH: usize = 16;

/// The pairs of `n_persons` persons, sorted.
fn pairs(n_persons: u32) -> Vec<ScoredPair> {
    let n_records = n_persons * RECORDS_EACH;
    let mut pairs = Vec::with_capacity(n_persons as usize * (PAIRS_EACH + 1));
    for left in 0..n_records {
        let own = (left / n_persons + 1..RECORDS_EACH).map(|list| (left % n_persons + list * n_persons, 9.0));
        // Another person of the next list: one for each record, and a second for every fifth.
        let far = (left % n_persons).wrapping_mul(2_654_435_761) % n_persons;
        let others = (0..1 + u32::from(left % RECORDS_EACH == 0)).map(|n| ((far + n) % n_persons, -4.0));
        let others =
            others.map(|(person, bits)| (person + (left / n_persons + 1).min(RECORDS_EACH - 1) * n_persons, bits));
        let mut row: Vec<(u32, f64)> = own.collect();
        for (right, bits) in others {
            if right > left && row.iter().all(|(known, _)| *known != right) {
                row.push((right, bits));
            }
        }
        row.sort_unstable_by_key(|(right, _)| *right);
        pairs.extend(row.into_iter().map(|(right, bits)| ScoredPair::new(left, right, MatchWeight(bits))));
    }
    pairs
}

/// The most memory that the process ever held, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(str::trim);
    line.unwrap_or("not told by this system").to_owned()
}

fn main() {
    let args: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let n_pairs = args.first().copied().unwrap_or(1_000_000);
    let threads = args.get(1).copied().and_then(NonZeroUsize::new);
    let threads = threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let n_persons = u32::try_from(n_pairs / PAIRS_EACH).expect("fewer pairs than 2^36");
    let pairs = pairs(n_persons);
    println!("{} pairs between {} records: {} for the pairs", pairs.len(), n_persons * RECORDS_EACH, peak());
    let evidence = Evidence {
        n_records: (n_persons * RECORDS_EACH) as usize,
        pairs: &pairs,
        judgements: &Constraints::default(),
        cut: MatchWeight(0.0),
        weigh: &|_, _| MatchWeight(-9.0),
    };
    let begun = Instant::now();
    let found = partition(&evidence, threads).partition;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(found.n_clusters(), n_persons as usize, "each person is found");
    println!("{} persons with {threads} threads: {seconds:.1} s, {} at most", found.n_clusters(), peak());
}
