//! Within a limit of memory the same is found, and what cannot be done is refused before any work.

use crate::invented::{Entry, list, table, three_lists};
use habeas_core::MatchWeight;
use habeas_link::{
    Bounded, Constraints, EngineFailure, InMemory, LinkError, LinkOptions, Linkage, Model, OpenEngine, PairError,
    Scored, Scratch, Table, Watch, guess_model, link_on,
};
use proptest::prelude::*;
use std::{
    num::NonZeroUsize,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Scratch that counts what it was given.
#[derive(Default)]
struct Shelf {
    parts: Mutex<Vec<Vec<u8>>>,
    n_given: AtomicUsize,
}

impl Scratch for Shelf {
    fn append(&self, part: usize, bytes: &[u8]) -> Result<(), EngineFailure> {
        let mut parts = self.parts.lock().unwrap();
        let n = parts.len().max(part + 1);
        parts.resize(n, Vec::new());
        parts[part].extend_from_slice(bytes);
        self.n_given.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(())
    }

    fn read(&self, part: usize) -> Result<Vec<u8>, EngineFailure> {
        Ok(self.parts.lock().unwrap().get(part).cloned().unwrap_or_default())
    }
}

/// A disk that is full.
struct Full;

impl Scratch for Full {
    fn append(&self, _: usize, _: &[u8]) -> Result<(), EngineFailure> {
        Err(EngineFailure::new(std::io::Error::from(std::io::ErrorKind::StorageFull)))
    }

    fn read(&self, _: usize) -> Result<Vec<u8>, EngineFailure> {
        Ok(Vec::new())
    }
}

fn scored(engines: &dyn OpenEngine, model: &Model, floor: f64, n_threads: usize) -> Scored {
    let engine = engines.open(model, NonZeroUsize::new(n_threads).unwrap(), &Watch::none()).unwrap();
    engine.pairs_above(model, MatchWeight(floor), &Watch::none()).unwrap()
}

fn whole(engines: &dyn OpenEngine) -> Result<Linkage, LinkError> {
    link_on(engines, None, &Constraints::default(), &LinkOptions::default(), &Watch::none())
}

fn near_names() -> impl Strategy<Value = Vec<Entry>> {
    let entry = ("[ab]{3}", "[cd]{3}", prop::option::of(1950i16..1953), "[xy]{3}", 0u16..2)
        .prop_map(|(given, family, born, place, list)| Entry { given, family, born, place, list, ..Entry::default() });
    prop::collection::vec(entry, 2..40)
}

proptest! {
    #[test]
    fn pairs_that_went_through_scratch_are_those_that_were_kept_in_memory(entries in near_names(), floor in -20.0..8.0) {
        let table = table(&[list("a", true), list("b", false)], &entries);
        let model = guess_model(&table);
        let shelf = Shelf::default();
        let bounded = Bounded::new(&table, Bounded::least_memory(&table), &shelf);
        let kept = scored(&InMemory(&table), &model, floor, 2);
        prop_assert_eq!(&scored(&bounded, &model, floor, 1), &kept);
        prop_assert_eq!(kept.n_candidates > 0, shelf.n_given.load(Ordering::Relaxed) > 0);
    }
}

#[test]
fn a_linkage_within_its_least_memory_is_the_same_as_without_a_limit() {
    let (lists, entries) = three_lists(900, 61);
    let table: Table = table(&lists, &entries);
    let free = whole(&InMemory(&table)).unwrap();
    let shelf = Shelf::default();
    let bounded = whole(&Bounded::new(&table, Bounded::least_memory(&table), &shelf)).unwrap();
    assert!(shelf.n_given.load(Ordering::Relaxed) as u64 >= 9 * free.n_candidates, "every pair went through scratch");
    assert_eq!(
        (&bounded.pairs, &bounded.partition, &bounded.rules, bounded.n_candidates),
        (&free.pairs, &free.partition, &free.rules, free.n_candidates)
    );
}

#[test]
fn with_room_for_all_blocks_nothing_goes_to_scratch() {
    let (lists, entries) = three_lists(300, 62);
    let table = table(&lists, &entries);
    let bounded = whole(&Bounded::new(&table, Bounded::least_memory(&table) + 10_000_000, &Full)).unwrap();
    assert_eq!(bounded.pairs, whole(&InMemory(&table)).unwrap().pairs);
}

#[test]
fn too_little_memory_is_refused_before_any_work_with_what_is_needed() {
    let (lists, entries) = three_lists(300, 63);
    let table = table(&lists, &entries);
    let refused = whole(&Bounded::new(&table, 10_000_000, &Full));
    let needed = Bounded::least_memory(&table);
    assert_eq!(refused, Err(LinkError::Pairs { source: PairError::Memory { needed, allowed: 10_000_000 } }));
    let words = PairError::Memory { needed: 64_200_001, allowed: 10_000_000 }.to_string();
    assert_eq!(words, "linking these records needs 65 MB of memory, and 10 MB are allowed");
}

#[test]
fn a_disk_that_is_full_ends_the_linkage() {
    let (lists, entries) = three_lists(300, 64);
    let table = table(&lists, &entries);
    let ended = whole(&Bounded::new(&table, Bounded::least_memory(&table), &Full));
    assert!(matches!(ended, Err(LinkError::Pairs { source: PairError::Engine(_) })), "{ended:?}");
}
