//! What letters cost in one table, learnt from the table itself, without labels.
//!
//! Two records of one day that share a word of the name, and have one more word each, mostly speak of one person whose other
//! name is spelt differently, or of people whose names are nothing alike. The alignments of such words are tabulated by
//! expectation and maximisation over all edits that make one of the other, as a memoryless transducer does
//! `[ristad1998]`; what is written for one another more often than letters meet by chance costs less. What is declared
//! counts as so many observations, and nothing becomes dearer than it: a list that shows no habit of some ear may meet it
//! in the next row.

use super::{FORM_END, Rows, TokenRole, Tokens, mix, token_id};
use crate::kernel::{CAPACITY, LETTERS, LetterCosts, Packed};
use std::collections::BTreeMap;

/// Keys that are looked at: of a larger table a share chosen by what the keys say.
const MOST_KEYS: usize = 200_000;
/// Records under one key from which it is of a crowd: nobody knows who is whose.
const CROWD: usize = 8;
/// Share of the longer word's letters by which two words differ at most to be spellings of one name.
const MOST_APART: f32 = 0.34;
/// Letters of a word from which it teaches.
const LEAST_LETTERS: usize = 3;
/// Distinct pairs of words from which costs are learnt, and that are looked at.
const LEAST_PAIRS: usize = 200;
const MOST_PAIRS: usize = 4_000;
/// Rounds of expectation and maximisation; the costs are rounded to eighths and stand still after these.
const ROUNDS: usize = 5;
/// What is declared of an edit counts as so many that were seen by chance.
const DECLARED: f64 = 20.0;

/// Distinct pairs of words that are likely spellings of one name, in an order that does not depend on reading. `days` are
/// the single days that a record tells of.
pub(super) fn spelt_differently<D: Iterator<Item = i32>>(
    tokens: &Tokens,
    names: &Rows,
    n_records: usize,
    days: impl Fn(u32) -> D,
) -> Vec<(Packed, Packed)> {
    let words = |record: u32| {
        let counts = |word: &&u32| **word != FORM_END && TokenRole::of(**word) != TokenRole::Optional;
        let mut words: Vec<u32> = names.get(record).iter().filter(counts).map(|word| token_id(*word) as u32).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let hash = |token: u32| {
        let letters = tokens.get(token as usize).letters.order();
        mix(letters as u64 ^ mix((letters >> 64) as u64))
    };
    // Mostly two words and a day or two.
    let one_of = (4 * n_records / MOST_KEYS).max(1) as u64;
    let mut keys: Vec<(u64, u32)> = Vec::new();
    for record in 0..n_records as u32 {
        for day in days(record) {
            let keyed = words(record).into_iter().map(|word| (mix(hash(word) ^ mix(i64::from(day) as u64)), record));
            keys.extend(keyed.filter(|(key, _)| key % one_of == 0));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    let declared = LetterCosts::default();
    let mut found: BTreeMap<u64, (Packed, Packed)> = BTreeMap::new();
    for together in keys.chunk_by(|a, b| a.0 == b.0).filter(|together| (2..CROWD).contains(&together.len())) {
        for (i, (_, first)) in together.iter().enumerate() {
            let first = words(*first);
            for (_, second) in &together[i + 1..] {
                let second = words(*second);
                let left = |these: &[u32], others: &[u32]| -> Option<u32> {
                    let mut left = these.iter().filter(|word| !others.contains(word));
                    left.next().filter(|_| left.next().is_none()).copied()
                };
                let Some((a, b)) = left(&first, &second).zip(left(&second, &first)) else { continue };
                let (x, y) = (tokens.get(a as usize).letters, tokens.get(b as usize).letters);
                let longer = x.len().max(y.len()) as f32;
                let teaches = x.len().min(y.len()) >= LEAST_LETTERS
                    && (x.first() ^ y.first()) & 0x80 == 0
                    && declared.letters_apart(x, y) <= MOST_APART * longer;
                if teaches {
                    found.insert(mix(hash(a) ^ hash(b)), if x.order() < y.order() { (x, y) } else { (y, x) });
                }
            }
        }
    }
    found.into_values().take(MOST_PAIRS).collect()
}

/// How often edits are expected in the pairs, and letters stand in their words.
struct Counts {
    /// By the two letters, whichever comes first; on the diagonal letters that stay.
    changed: Vec<f64>,
    left_out: Vec<f64>,
    letters: Vec<f64>,
}

/// Costs from pairs of words that are likely spellings of one name; the declared ones where there are too few.
pub(super) fn learn(pairs: &[(Packed, Packed)]) -> LetterCosts {
    let declared = LetterCosts::default();
    if pairs.len() < LEAST_PAIRS {
        return declared;
    }
    // Only the letters that occur, numbered.
    let mut codes: Vec<u8> = pairs.iter().flat_map(|(a, b)| [a, b]).flat_map(|word| letters_of(*word)).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut number = [0usize; LETTERS];
    codes.iter().enumerate().for_each(|(i, code)| number[usize::from(*code)] = i);
    let n = codes.len();
    let numbered = |word: Packed| -> Vec<usize> { letters_of(word).map(|code| number[usize::from(code)]).collect() };
    let pairs: Vec<(Vec<usize>, Vec<usize>)> = pairs.iter().map(|(a, b)| (numbered(*a), numbered(*b))).collect();
    let mut letters = vec![1.0; n];
    pairs.iter().flat_map(|(a, b)| a.iter().chain(b)).for_each(|letter| letters[*letter] += 1.0);
    let all: f64 = letters.iter().sum();
    letters.iter_mut().for_each(|n| *n /= all);

    // Begun with what is declared: most letters stay.
    let odds = |i: usize, j: usize| LetterCosts::odds(declared.changed(codes[i], codes[j]));
    let start = |i: usize, j: usize| if i == j { 20.0 * letters[i] } else { letters[i] * letters[j] * odds(i, j) };
    let mut counts = Counts {
        changed: (0..n * n).map(|at| start(at / n, at % n)).collect(),
        left_out: (0..n).map(|i| letters[i] * LetterCosts::odds(declared.left_out(codes[i]))).collect(),
        letters,
    };
    for _ in 0..ROUNDS {
        counts = expected(&pairs, &counts);
    }

    let letters = &counts.letters;
    let edits = |i: usize, j: usize| counts.changed[i * n + j] + counts.changed[j * n + i];
    let off_diagonal = || (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
    let n_changed: f64 = off_diagonal().map(|(i, j)| edits(i, j)).sum();
    let by_chance: f64 = off_diagonal().map(|(i, j)| letters[i] * letters[j]).sum();
    let n_left_out: f64 = counts.left_out.iter().sum();
    let mut costs = declared.clone();
    for (i, j) in off_diagonal() {
        let chance = n_changed * letters[i] * letters[j] / by_chance;
        let known = odds(i, j);
        let seen = (edits(i, j) + DECLARED * known) / (chance + DECLARED);
        costs.learn_changed(codes[i], codes[j], seen.max(known));
    }
    for i in 0..n {
        let chance = n_left_out * letters[i];
        let known = LetterCosts::odds(declared.left_out(codes[i]));
        let seen = (counts.left_out[i] + DECLARED * known) / (chance + DECLARED);
        costs.learn_left_out(codes[i], seen.max(known));
    }
    costs
}

fn letters_of(word: Packed) -> impl Iterator<Item = u8> {
    (0..word.len()).map(move |i| word.letter(i))
}

/// One round: the edits that are expected where those of `before` are as likely as they were often.
fn expected(pairs: &[(Vec<usize>, Vec<usize>)], before: &Counts) -> Counts {
    let n = before.letters.len();
    let total: f64 = before.changed.iter().sum::<f64>() + 2.0 * before.left_out.iter().sum::<f64>();
    let changed = |i: usize, j: usize| before.changed[i * n + j] / total;
    let left_out = |i: usize| before.left_out[i] / total;
    let mut counts = Counts { changed: vec![1e-6; n * n], left_out: vec![1e-6; n], letters: before.letters.clone() };
    for (a, b) in pairs {
        // Probability of all ways that lead to a cell, and from it to the end.
        let (mut to, mut from) = ([[0f64; CAPACITY + 1]; CAPACITY + 1], [[0f64; CAPACITY + 1]; CAPACITY + 1]);
        to[0][0] = 1.0;
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                let mut here = to[i][j];
                here += if i > 0 { to[i - 1][j] * left_out(a[i - 1]) } else { 0.0 };
                here += if j > 0 { to[i][j - 1] * left_out(b[j - 1]) } else { 0.0 };
                here += if i > 0 && j > 0 { to[i - 1][j - 1] * changed(a[i - 1], b[j - 1]) } else { 0.0 };
                to[i][j] = here;
            }
        }
        from[a.len()][b.len()] = 1.0;
        let whole = to[a.len()][b.len()];
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                let mut here = from[i][j];
                if i < a.len() {
                    let way = left_out(a[i]) * from[i + 1][j];
                    counts.left_out[a[i]] += to[i][j] * way / whole;
                    here += way;
                }
                if j < b.len() {
                    let way = left_out(b[j]) * from[i][j + 1];
                    counts.left_out[b[j]] += to[i][j] * way / whole;
                    here += way;
                }
                if i < a.len() && j < b.len() {
                    let way = changed(a[i], b[j]) * from[i + 1][j + 1];
                    counts.changed[a[i] * n + b[j]] += to[i][j] * way / whole;
                    here += way;
                }
                from[i][j] = here;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{ListInfo, Table, TableBuilder};
    use habeas_core::{Claim, Date, EventKind, NameAsGiven, PartialDate, Passage, Predicate, Value};

    /// Words of an invented alphabet's corner, some of which a second writer spells with `x` for `m` and without `r`.
    fn spelt_by_two(n: usize) -> Vec<(Packed, Packed)> {
        let syllables = ["ma", "ro", "ti", "len", "sur", "dam", "ber", "kol", "nim", "gar"];
        let word = |i: usize| format!("{}{}{}", syllables[i % 10], syllables[i / 10 % 10], syllables[i / 100 % 10]);
        let by_second = |word: &str| word.replace('m', "x").replace('r', "");
        let pairs = (0..n).map(|i| (word(i * 7), by_second(&word(i * 7)))).filter(|(a, b)| a != b);
        pairs.map(|(a, b)| (Packed::new(&a), Packed::new(&b))).collect()
    }

    #[test]
    fn what_two_writers_keep_writing_for_one_another_becomes_cheap_and_nothing_else() {
        let (declared, learnt) = (LetterCosts::default(), learn(&spelt_by_two(900)));
        assert!(declared.changed(b'm', b'x') == 8 && learnt.changed(b'm', b'x') <= 3, "{}", learnt.changed(b'm', b'x'));
        assert!(learnt.left_out(b'r') < declared.left_out(b'r'));
        assert_eq!(learnt.changed(b'x', b'm'), learnt.changed(b'm', b'x'), "the same from both sides");
        assert_eq!(learnt.changed(b'l', b't'), 8, "nobody writes the one for the other");
        assert_eq!(learnt.changed(b'q', b'j'), declared.changed(b'q', b'j'), "letters that do not occur");
        let apart = |costs: &LetterCosts| costs.letters_apart(Packed::new("marosur"), Packed::new("xaosu"));
        assert!(apart(&learnt) < 0.7 * apart(&declared));
    }

    /// Two lists of the same people and days; the second writes what `writer` makes of the second name.
    fn two_lists(writer: impl Fn(&str) -> String) -> Table {
        let list = |key: &str| ListInfo { key: key.into(), names_once: true, is_list: true };
        let mut builder = TableBuilder::new(vec![list("a"), list("b")]);
        for i in 0..700usize {
            let day = Date::new(1990 + (i % 20) as i16, 1 + (i % 12) as i8, 1 + (i % 28) as i8).unwrap();
            let syllables = ["ma", "ro", "ti", "len", "sur", "dam", "ber", "kol", "nim", "gar"];
            let second =
                format!("{}{}{}", syllables[i * 7 % 10], syllables[i * 7 / 10 % 10], syllables[i * 7 / 100 % 10]);
            for (of, second) in [(0, second.clone()), (1, writer(&second))] {
                let cells = [format!("Given{}x {second}", (b'a' + (i % 26) as u8) as char), day.to_string()];
                let whole = |column| Passage::whole_cell(&cells, column).unwrap();
                let name = Value::Name(NameAsGiven::unassigned(&cells[0]));
                let taken = Predicate::EventDate(EventKind::Taken);
                let claims = [
                    Claim::stated(Predicate::Name, name, whole(0)),
                    Claim::stated(taken, Value::Date(PartialDate::day(day)), whole(1)),
                ];
                builder.push(of, &[], &cells, &claims);
            }
        }
        builder.finish()
    }

    #[test]
    fn a_table_teaches_the_habit_of_its_writer_and_one_without_a_habit_teaches_none() {
        let habit = two_lists(|word| word.replace('m', "x"));
        let cost = |table: &Table| table.letter_costs().changed(b'm', b'x');
        assert!(cost(&habit) <= 3, "{:?}", habit.letter_costs().learnt());
        let learnt = habit.letter_costs().learnt();
        assert_eq!((learnt[0].letter, learnt[0].other, learnt[0].declared), ('x', Some('m'), 1.0));
        let none = two_lists(str::to_owned);
        assert_eq!(cost(&none), 8);
    }

    #[test]
    fn few_words_teach_nothing() {
        assert_eq!(learn(&spelt_by_two(60)), LetterCosts::default());
    }
}
