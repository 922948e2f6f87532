//! Speed of the string kernel and of the comparison of whole records.

use habeas_core::{Claim, NameAsGiven, Passage, Predicate, Value};
use habeas_link::{
    ListInfo, MemoryEngine, PairEngine, Table, TableBuilder, Watch, guess_model,
    kernel::{Packed, jaro_winkler},
};
use std::num::NonZeroUsize;

const WORDS: [&str; 8] = ["kareem", "karim", "bakhsh", "baksh", "zoraki", "muhammad", "mehrab", "abdulrahman"];

fn main() {
    divan::main();
}

/// Invented names of two words out of 64 × 64.
fn names(n: usize) -> Table {
    let list = ListInfo { key: "bench".to_owned(), names_once: false, is_list: true };
    let mut builder = TableBuilder::new(vec![list]);
    for i in 0..n {
        let word = |i: usize| format!("{}{}", WORDS[i % 8], &WORDS[i / 8 % 8][..2]);
        let cells = [format!("{} {}", word(i * 7 % 64), word(i * 31 % 61))];
        let passage = Passage::whole_cell(&cells, 0).expect("there is one cell");
        let name = Value::Name(NameAsGiven::unassigned(cells[0].as_str()));
        builder.push(0, &[], &cells, &[Claim::stated(Predicate::Name, name, passage)]);
    }
    builder.finish()
}

#[divan::bench]
fn jaro_winkler_of_64_word_pairs(bencher: divan::Bencher) {
    let packed = WORDS.map(Packed::new);
    bencher.counter(divan::counter::ItemsCount::new(64u32)).bench(|| {
        let mut sum = 0.0;
        for a in divan::black_box(&packed) {
            for b in divan::black_box(&packed) {
                sum += jaro_winkler(*a, *b, 0.0);
            }
        }
        sum
    });
}

#[divan::bench(args = [2_000])]
fn scoring_pairs_of_names(bencher: divan::Bencher, n: usize) {
    let table = names(n);
    let model = guess_model(&table);
    let engine = MemoryEngine::new(&table, &model, NonZeroUsize::MIN);
    let n_pairs = engine.pairs_above(&model, model.cut, &Watch::none()).expect("nobody cancels").n_candidates;
    bencher
        .counter(divan::counter::ItemsCount::new(n_pairs))
        .bench(|| engine.pairs_above(&model, model.cut, &Watch::none()).expect("nobody cancels").pairs.len());
}

#[divan::bench(args = [2_000])]
fn reading_records(bencher: divan::Bencher, n: usize) {
    bencher.counter(divan::counter::ItemsCount::new(n)).bench(|| names(n).n_records());
}
