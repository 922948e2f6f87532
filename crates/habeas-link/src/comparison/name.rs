//! Names compared by aligning their words, whatever their order and roles.

use super::Outcome;
use crate::{
    kernel::{LetterCosts, Packed, jaro_winkler},
    table::{FORM_END, NameToken, TokenRole, Tokens, token_id},
};

pub(super) const OWN_LEVELS: &[&str] = &[
    "different names",
    "only the surname in common",
    "one name in common",
    "several names in common, others differ",
    "surname and a given name in common, others differ",
    "one name, which the longer name holds",
    "the longer name holds the shorter, spelt differently",
    "the longer name holds the shorter",
    "the same names, spelt differently",
    "the same names",
];

pub(super) const RELATIVE_LEVELS: &[&str] = &[
    "different names",
    "a name in common, others differ",
    "the longer name holds the shorter",
    "the same names, spelt differently",
    "the same names",
];

/// Words of one form; more are not aligned. Bit masks of aligned words rest on this.
const MOST_WORDS: usize = 16;
/// Similarity of letters from which two words are worth looking at letter by letter.
const WORTH_SPELLING: f32 = 0.75;
/// The same from which they are taken for alike where records say more than names.
const ALIKE_BESIDE_OTHERS: f32 = 0.87;
/// Share of the longer word's letters by which two words of one name differ at most.
const MOST_APART: f32 = 0.25;
/// Letters by which they differ at most, however long they are.
const MOST_LETTERS_APART: f32 = 2.0;
/// The same for words that also have one consonant skeleton.
const SAME_SKELETON: f32 = 0.5;
/// Words that another writer makes one of, at most («Nasir ud Din»).
const MOST_JOINED: usize = 3;
/// Similarity of letters from which words together are one word.
const SAME_JOINED: f32 = 0.94;
/// Consonants from which words together are one word by these alone.
const LEAST_JOINED_CONSONANTS: usize = 4;
/// Bits of an initial that fits: some ten letters begin most names.
const INITIAL_BITS: f32 = 3.0;
/// Most bits that the words of one name can add up to: names go together, so their rarity does not multiply for ever.
pub(super) const MOST_BITS: f32 = 36.0;
/// Level of a person's own names that are the same but spelt differently.
pub(super) const SPELT_DIFFERENTLY_LEVEL: u8 = 9;

/// What else may tell that two words alike are one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// All that two records say: a beginning in common is worth a look («Chris», «Christopher»), and how often such
    /// words are of one person is learnt.
    Records,
    /// Nothing: «Castillo» is not «Castro».
    Nothing,
}

/// How the words of two forms go together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Alignment {
    pub(super) n_exact: u8,
    pub(super) n_fuzzy: u8,
    /// Words of either side that have no partner and are not optional.
    pub(super) left_a: u8,
    pub(super) left_b: u8,
    given_aligned: bool,
    family_aligned: bool,
    /// Both sides have words known as given names.
    both_given: bool,
    pub(super) bits: f32,
}

/// Whether two words would be taken for one name beside what else their records say.
pub(crate) fn are_alike(costs: &LetterCosts, first: &NameToken, second: &NameToken) -> bool {
    let (x, y) = (first.letters, second.letters);
    if x.len() == 1 || y.len() == 1 || (x.first() ^ y.first()) & 0x80 != 0 {
        return false;
    }
    if first.same_class(second) {
        return true;
    }
    let similarity = jaro_winkler(x, y, WORTH_SPELLING);
    let longer = x.len().max(y.len()) as f32;
    similarity >= ALIKE_BESIDE_OTHERS
        || similarity >= WORTH_SPELLING && costs.letters_apart(x, y) <= (MOST_APART * longer).min(MOST_LETTERS_APART)
}

/// How alike two words are: bits of evidence, and a rank for choosing partners.
fn word_similarity(tokens: &Tokens, a: u32, b: u32, beside: Beside) -> Option<(f32, f32)> {
    let (first, second) = (tokens.get(token_id(a)), tokens.get(token_id(b)));
    let (x, y) = (first.letters, second.letters);
    if x.len() == 1 || y.len() == 1 {
        return (x.first() == y.first()).then_some((0.5, INITIAL_BITS.min(first.bits).min(second.bits)));
    }
    let class_bits = first.class_bits.min(second.class_bits);
    let same_class = first.same_class(second);
    // In another script no letter is equal; the skeleton is all there is.
    if (x.first() ^ y.first()) & 0x80 != 0 {
        return same_class.then_some((0.9, class_bits));
    }
    let fuzzy_bits = first.near_bits.min(second.near_bits);
    if !same_class {
        let similarity = jaro_winkler(x, y, WORTH_SPELLING);
        if beside == Beside::Records && similarity >= ALIKE_BESIDE_OTHERS {
            return Some((similarity, fuzzy_bits));
        }
        if similarity < WORTH_SPELLING {
            return None;
        }
    }
    let (apart, longer) = (tokens.letters.letters_apart(x, y), x.len().max(y.len()) as f32);
    if same_class {
        return (apart <= SAME_SKELETON * longer).then_some((2.0 - apart / longer, class_bits));
    }
    let one_name = apart <= (MOST_APART * longer).min(MOST_LETTERS_APART);
    one_name.then_some((1.0 - apart / longer, fuzzy_bits))
}

pub(super) fn align(tokens: &Tokens, a: &[u32], b: &[u32], beside: Beside) -> Alignment {
    let (a, b) = (&a[..a.len().min(MOST_WORDS)], &b[..b.len().min(MOST_WORDS)]);
    let mut found = Alignment::default();
    let (mut used_a, mut used_b) = (0u32, 0u32);
    let take = |found: &mut Alignment, i: usize, j: usize, bits: f32, exact: bool| {
        let roles = (TokenRole::of(a[i]), TokenRole::of(b[j]));
        // Two optional words that agree (both give the mother's surname) are compared in a field of their own.
        if roles != (TokenRole::Optional, TokenRole::Optional) {
            found.bits += bits;
            found.n_exact += u8::from(exact);
            found.n_fuzzy += u8::from(!exact);
        }
        found.given_aligned |= roles.0 == TokenRole::Given || roles.1 == TokenRole::Given;
        found.family_aligned |= roles.0 == TokenRole::Family || roles.1 == TokenRole::Family;
    };
    for (i, word) in a.iter().enumerate() {
        for (j, other) in b.iter().enumerate() {
            if used_b >> j & 1 == 0 && token_id(*word) == token_id(*other) {
                take(&mut found, i, j, tokens.get(token_id(*word)).bits, true);
                used_a |= 1 << i;
                used_b |= 1 << j;
                break;
            }
        }
    }
    // The best partner first, until none is left: with so few words the best assignment is nearly always this one.
    let mut partners: Vec<(f32, f32, u128, usize, usize)> = Vec::new();
    for i in (0..a.len()).filter(|i| used_a >> i & 1 == 0) {
        for j in (0..b.len()).filter(|j| used_b >> j & 1 == 0) {
            if let Some((rank, bits)) = word_similarity(tokens, a[i], b[j], beside) {
                // Ties are broken by the letters, so that neither order nor numbering matters.
                let letters = |word: u32| tokens.get(token_id(word)).letters.order();
                partners.push((rank, bits, letters(a[i]).wrapping_add(letters(b[j])), i, j));
            }
        }
    }
    partners.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)).then(y.2.cmp(&x.2)));
    for (_, bits, _, i, j) in partners {
        if used_a >> i & 1 == 0 && used_b >> j & 1 == 0 {
            take(&mut found, i, j, bits, false);
            used_a |= 1 << i;
            used_b |= 1 << j;
        }
    }
    let mut both = [(a, used_a), (b, used_b)];
    for (one, other) in [(0, 1), (1, 0)] {
        let ((words, used), (others, used_others)) = (both[one], both[other]);
        if let Some(Joined { first, n_words, as_one }) = joined_words(tokens, words, used, others, used_others) {
            found.n_fuzzy += 1;
            let bits = |word: u32| tokens.get(token_id(word)).bits;
            let of_parts: f32 = words[first..first + n_words].iter().map(|word| bits(*word)).sum();
            found.bits += tokens.get(token_id(others[as_one])).class_bits.min(of_parts);
            found.given_aligned |= TokenRole::of(words[first]) == TokenRole::Given;
            found.family_aligned |= TokenRole::of(words[first]) == TokenRole::Family;
            both[one].1 |= ((1 << n_words) - 1) << first;
            both[other].1 |= 1 << as_one;
        }
    }
    let [(_, used_a), (_, used_b)] = both;
    let missed = |used: u32, words: &[u32]| {
        let counts = |i: &usize| used >> i & 1 == 0 && TokenRole::of(words[*i]) != TokenRole::Optional;
        (0..words.len()).filter(counts).count() as u8
    };
    (found.left_a, found.left_b) = (missed(used_a, a), missed(used_b, b));
    let has_given = |words: &[u32]| words.iter().any(|word| TokenRole::of(*word) == TokenRole::Given);
    found.both_given = has_given(a) && has_given(b);
    found
}

/// Neighbouring words of one side that the other writes as one.
struct Joined {
    first: usize,
    n_words: usize,
    as_one: usize,
}

/// Finds such words («Mah Rang», «Mahrang»), by their letters or, perhaps in another script, by their consonants
/// («Abdul Rahman», «عبدالرحمن»).
fn joined_words(tokens: &Tokens, words: &[u32], used: u32, others: &[u32], used_others: u32) -> Option<Joined> {
    let token = |word: u32| tokens.get(token_id(word));
    for n_words in 2..=MOST_JOINED.min(words.len()) {
        let parts = (1u32 << n_words) - 1;
        for first in (0..=words.len() - n_words).filter(|first| used >> first & parts == 0) {
            let these = &words[first..first + n_words];
            let whole = |letters: fn(&NameToken) -> Packed, join: fn(Packed, Packed) -> Packed| {
                these[1..].iter().fold(letters(token(these[0])), |joined, word| join(joined, letters(token(*word))))
            };
            let letters = whole(|token| token.letters, Packed::joined);
            let begin = token(these[0]).consonants;
            let same = |other: &NameToken| {
                jaro_winkler(letters, other.letters, SAME_JOINED) >= SAME_JOINED
                    || other.consonants.len() >= LEAST_JOINED_CONSONANTS
                        && begin.common_prefix(other.consonants) == begin.len()
                        && whole(|token| token.consonants, Packed::joined_skeleton) == other.consonants
            };
            let as_one = (0..others.len()).find(|j| used_others >> j & 1 == 0 && same(token(others[*j])));
            if let Some(as_one) = as_one {
                return Some(Joined { first, n_words, as_one });
            }
        }
    }
    None
}

fn own_level(found: &Alignment) -> u8 {
    let n = found.n_exact + found.n_fuzzy;
    match (n, found.left_a, found.left_b) {
        (0, ..) => 1,
        (_, 0, 0) if found.n_fuzzy == 0 => 10,
        (_, 0, 0) => 9,
        // A surname alone, where both have given names that differ, is kin as often as the person.
        _ if found.both_given && !found.given_aligned => 2,
        (1, 0, _) | (1, _, 0) => 6,
        (_, 0, _) | (_, _, 0) if found.n_fuzzy == 0 => 8,
        (_, 0, _) | (_, _, 0) => 7,
        (1, ..) => 3,
        _ if found.given_aligned && found.family_aligned => 5,
        _ => 4,
    }
}

fn relative_level(found: &Alignment) -> u8 {
    match (found.n_exact + found.n_fuzzy, found.left_a, found.left_b) {
        (0, ..) => 1,
        (_, 0, 0) if found.n_fuzzy == 0 => 5,
        (_, 0, 0) => 4,
        (_, 0, _) | (_, _, 0) => 3,
        _ => 2,
    }
}

/// The best over all forms of both names: each script, each other name.
fn compare(tokens: &Tokens, a: &[u32], b: &[u32], level: fn(&Alignment) -> u8) -> Outcome {
    let mut best = Outcome::default();
    for first in a.split(|word| *word == FORM_END) {
        for second in b.split(|word| *word == FORM_END) {
            if first.is_empty() || second.is_empty() {
                continue;
            }
            let found = align(tokens, first, second, Beside::Records);
            let outcome = Outcome { level: level(&found), bits: found.bits.min(MOST_BITS) };
            if (outcome.level, outcome.bits) > (best.level, best.bits) {
                best = outcome;
            }
        }
    }
    best
}

pub(super) fn compare_own(tokens: &Tokens, a: &[u32], b: &[u32]) -> Outcome {
    compare(tokens, a, b, own_level)
}

pub(super) fn compare_relative(tokens: &Tokens, a: &[u32], b: &[u32]) -> Outcome {
    compare(tokens, a, b, relative_level)
}
