//! What must not leave, and how it is found in a text.

use super::{Gravity, Reason, unpack::unpack};
use crate::files::OutputFiles;
use aho_corasick::{AhoCorasick, MatchKind};
use habeas_core::{fold, fold_tokens};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Words of one name beyond this many are not looked at: a cell of a page is no name.
const MOST_WORDS: usize = 8;

/// A name run together is looked for inside longer words from this many letters on.
const LEAST_TOGETHER: usize = 8;

/// A term with fewer letters is part of every text.
const LEAST_OF_TERM: usize = 2;

/// The same of a place: «km 4» and «C 3» stand in every workbook.
const LEAST_OF_PLACE: usize = 5;

/// Digits from which a number identifies somebody.
const LEAST_DIGITS: usize = 6;

/// Letters of a single word from which it is looked at, and never blocks: it may be a word of the language.
const LEAST_SINGLE: usize = 5;

/// What a protected term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// A person whose name may not be told here.
    Person,
    /// A relative of a person.
    Relative,
    /// A source, a witness, a member of staff.
    Source,
    /// A telephone or document number.
    Number,
    /// A place below the level that is published.
    Place,
    /// The name of a file of evidence.
    File,
    /// Words that were redacted in a document.
    Redacted,
    /// An identifier inside the vault.
    Identifier,
}

/// How one word is spelt otherwise; the linkage knows, and hands it in.
pub trait Spellings {
    /// Keys under which spellings of a folded word meet, in any script; at most two readings.
    fn keys(&self, word: &str) -> [String; 2];
    /// Whether two folded words that meet are spellings of one name.
    fn same(&self, one: &str, other: &str) -> bool;
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    kind: TermKind,
    words: Vec<String>,
}

/// Everything that must not leave.
#[derive(Debug, Clone, Default)]
pub struct ProtectedTerms {
    terms: Vec<Term>,
    known: HashSet<(TermKind, Vec<String>)>,
    common: HashSet<String>,
    public: BTreeMap<String, usize>,
}

impl ProtectedTerms {
    /// Adds a term as written. Words that fold to nothing are no term.
    pub fn add(&mut self, kind: TermKind, words: &str) {
        let mut folded = fold_tokens(words);
        folded.truncate(MOST_WORDS);
        let letters = folded.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic()).count();
        let digits = folded.iter().flat_map(|word| word.chars()).filter(char::is_ascii_digit).count();
        let least = match kind {
            TermKind::Place => LEAST_OF_PLACE,
            _ => LEAST_OF_TERM,
        };
        if (letters >= least || digits >= LEAST_DIGITS) && self.known.insert((kind, folded.clone())) {
            self.terms.push(Term { kind, words: folded });
        }
    }

    /// Takes over the words of files that hold nothing about anybody: frames, headings, categories of tables. A name of one
    /// word that is among them is a word of the language.
    pub fn know_words(&mut self, files: &OutputFiles) {
        for (path, file) in files.iter() {
            for leaf in unpack(path, &file.bytes).leaves {
                self.common.extend(words_of(&leaf.text).into_iter().map(|word| word.text));
            }
        }
    }

    /// Says that words are public by themselves wherever they stand whole: names of categories and of lists. A shorter term
    /// inside them is no find.
    pub fn is_public(&mut self, words: &str) {
        self.public.insert(words.to_owned(), usize::MAX);
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether nothing is protected.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Makes everything ready to read texts.
    pub fn reader<'t>(&'t self, spellings: &'t dyn Spellings) -> Reader<'t> {
        Reader::new(self, spellings)
    }
}

/// Something found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// How grave.
    pub gravity: Gravity,
    /// Byte of the text where it begins.
    pub offset: usize,
    /// Why.
    pub reason: Reason,
}

/// The terms in the forms in which texts are searched for them.
pub struct Reader<'t> {
    terms: &'t [Term],
    common: &'t HashSet<String>,
    public: ByFirst,
    spellings: &'t dyn Spellings,
    /// Sequences of words by their first word: the rest, and the term.
    sequences: HashMap<&'t str, Vec<(Vec<&'t str>, usize)>>,
    /// Sequences of keys by their first key: words in this order, and the term.
    spelt: HashMap<String, Vec<Spelt<'t>>>,
    /// Names run together.
    together: Option<AhoCorasick>,
    term_of_together: Vec<usize>,
    /// Digits run together.
    numbers: Option<AhoCorasick>,
    term_of_number: Vec<usize>,
    keys: HashMap<String, [String; 2]>,
}

/// A name by the keys of its words.
struct Spelt<'t> {
    keys: Vec<String>,
    words: Vec<&'t str>,
    term: usize,
}

/// A folded word and the byte where it begins.
struct Word {
    text: String,
    start: usize,
    /// Bytes in the text.
    length: usize,
}

impl<'t> Reader<'t> {
    fn new(protected: &'t ProtectedTerms, spellings: &'t dyn Spellings) -> Self {
        let mut sequences: HashMap<&str, Vec<(Vec<&str>, usize)>> = HashMap::new();
        let mut spelt: HashMap<String, Vec<Spelt<'t>>> = HashMap::new();
        let (mut together, mut term_of_together) = (Vec::new(), Vec::new());
        let (mut numbers, mut term_of_number) = (Vec::new(), Vec::new());
        let mut keys: HashMap<String, [String; 2]> = HashMap::new();
        for (idx, term) in protected.terms.iter().enumerate() {
            let digits: String = term.words.concat().chars().filter(char::is_ascii_digit).collect();
            if term.kind == TermKind::Number && digits.len() >= LEAST_DIGITS {
                numbers.push(digits);
                term_of_number.push(idx);
            }
            for order in orders(&term.words, term.kind) {
                let rest = order[1..].to_vec();
                if order.len() > 1 {
                    let joined = order.concat();
                    if joined.chars().count() >= LEAST_TOGETHER {
                        together.push(joined);
                        term_of_together.push(idx);
                    }
                    if is_name(term.kind) {
                        let each: Vec<[String; 2]> = order
                            .iter()
                            .map(|word| keys.entry((*word).to_owned()).or_insert_with(|| spellings.keys(word)).clone())
                            .collect();
                        for reading in [0, 1] {
                            let sequence: Vec<String> = each.iter().map(|keys| keys[reading].clone()).collect();
                            let known = spelt.entry(sequence[0].clone()).or_default();
                            if known.iter().all(|other| other.keys != sequence || other.words != order) {
                                known.push(Spelt { keys: sequence, words: order.clone(), term: idx });
                            }
                        }
                    }
                }
                sequences.entry(order[0]).or_default().push((rest, idx));
            }
        }
        let automaton = |patterns: &[String]| {
            let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
            built.filter(|_| !patterns.is_empty())
        };
        Self {
            terms: &protected.terms,
            common: &protected.common,
            public: by_first(&protected.public),
            spellings,
            sequences,
            spelt,
            together: automaton(&together),
            term_of_together,
            numbers: automaton(&numbers),
            term_of_number,
            keys,
        }
    }

    /// Searches a text. `ledger` holds disclosed words and how often the text may hold them.
    pub fn read(&mut self, text: &str, ledger: Option<&BTreeMap<String, usize>>) -> Vec<Hit> {
        let words = words_of(text);
        let mut settled = vec![false; words.len()];
        settle(&words, &mut settled, &mut self.public);
        if let Some(ledger) = ledger {
            settle(&words, &mut settled, &mut by_first(ledger));
        }
        let mut hits = BTreeMap::new();
        let mut note = |start: usize, gravity: Gravity, reason: Reason| {
            let known: &mut Hit = hits.entry(start).or_insert(Hit { gravity, offset: start, reason });
            if gravity < known.gravity {
                *known = Hit { gravity, offset: start, reason };
            }
        };
        for (at, word) in words.iter().enumerate() {
            for (rest, term) in self.sequences.get(word.text.as_str()).into_iter().flatten() {
                let Some(window) = words.get(at + 1..at + 1 + rest.len()) else { continue };
                let same = window.iter().zip(rest).all(|(word, wanted)| word.text == *wanted);
                let kind = self.terms[*term].kind;
                let is_word =
                    rest.is_empty() && (is_name(kind) || kind == TermKind::Place) && self.common.contains(&word.text);
                if same && !is_word && !settled[at..=at + rest.len()].iter().all(|settled| *settled) {
                    note(word.start, gravity_of(kind, &word.text, rest.len() + 1), Reason::Words(kind));
                }
            }
            if word.text.chars().count() >= LEAST_TOGETHER
                && !settled[at]
                && let Some(together) = &self.together
            {
                for found in together.find_overlapping_iter(&word.text) {
                    let kind = self.terms[self.term_of_together[found.pattern().as_usize()]].kind;
                    note(word.start, Gravity::Leak, Reason::InsideWord(kind));
                }
            }
        }
        self.read_numbers(text, &words, &settled, &mut note);
        self.read_spellings(&words, &settled, &mut note);
        hits.into_values().collect()
    }

    /// Numbers are found however their digits are grouped, but not inside longer numbers, nor across cells of a table.
    fn read_numbers(&self, text: &str, words: &[Word], settled: &[bool], note: &mut dyn FnMut(usize, Gravity, Reason)) {
        let Some(numbers) = &self.numbers else { return };
        let is_number = |at: usize| words[at].text.bytes().all(|byte| byte.is_ascii_digit()) && !settled[at];
        let goes_on = |at: usize| {
            let gap = text.get(words[at - 1].start + words[at - 1].length..words[at].start).unwrap_or("|");
            is_number(at)
                && gap.chars().all(|c| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '+' | '\u{A0}' | '\u{202F}'))
        };
        let mut at = 0;
        while at < words.len() {
            if !is_number(at) {
                at += 1;
                continue;
            }
            let end = (at + 1..words.len()).find(|at| !goes_on(*at)).unwrap_or(words.len());
            let joined: String = words[at..end].iter().map(|word| word.text.as_str()).collect();
            let mut borders = vec![0];
            words[at..end].iter().for_each(|word| borders.push(borders[borders.len() - 1] + word.text.len()));
            for found in numbers.find_overlapping_iter(&joined) {
                let begins = borders.iter().rev().find(|border| **border <= found.start()).copied().unwrap_or(0);
                // A prefix of noughts, as before the code of a country, is no other number.
                let whole = joined[begins..found.start()].bytes().all(|digit| digit == b'0');
                if whole && borders.contains(&found.end()) {
                    let kind = self.terms[self.term_of_number[found.pattern().as_usize()]].kind;
                    note(words[at].start, Gravity::Leak, Reason::Words(kind));
                }
            }
            at = end;
        }
    }

    fn read_spellings(&mut self, words: &[Word], settled: &[bool], note: &mut dyn FnMut(usize, Gravity, Reason)) {
        if self.spelt.is_empty() {
            return;
        }
        let keys: Vec<[String; 2]> = words
            .iter()
            .map(|word| match self.keys.get(&word.text) {
                Some(known) => known.clone(),
                None => {
                    let made = self.spellings.keys(&word.text);
                    self.keys.insert(word.text.clone(), made.clone());
                    made
                }
            })
            .collect();
        for at in 0..words.len() {
            for reading in [0, 1] {
                for Spelt { keys: sequence, words: order, term } in
                    self.spelt.get(&keys[at][reading]).into_iter().flatten()
                {
                    let Some(window) = keys.get(at..at + sequence.len()) else { continue };
                    let meets = window.iter().zip(sequence).all(|(keys, wanted)| keys.contains(wanted));
                    let settled = settled[at..at + sequence.len()].iter().all(|settled| *settled);
                    // Words that stand on every page may sound like a name, and are none.
                    let words_only = words[at..at + sequence.len()].iter().all(|word| self.common.contains(&word.text));
                    if !meets || settled || words_only {
                        continue;
                    }
                    let pairs = || words[at..at + sequence.len()].iter().zip(order);
                    let exact = pairs().all(|(word, wanted)| word.text == **wanted);
                    // Keys are coarse: two short names meet by chance, and only those that sound alike are held up.
                    if !exact
                        && pairs()
                            .all(|(word, wanted)| word.text == **wanted || self.spellings.same(&word.text, wanted))
                    {
                        note(words[at].start, Gravity::Leak, Reason::OtherSpelling(self.terms[*term].kind));
                    }
                }
            }
        }
    }
}

/// Names are written in more than one order; other terms in one.
fn orders(words: &[String], kind: TermKind) -> Vec<Vec<&str>> {
    let given: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut all = vec![given.clone()];
    if is_name(kind) && given.len() > 1 {
        let turns = if given.len() <= 3 { 1..given.len() } else { given.len() - 1..given.len() };
        all.extend(turns.map(|turn| [&given[turn..], &given[..turn]].concat()));
        if given.len() == 3 {
            // A middle name is left out or forgotten: first and last word still name the person.
            all.push(vec![given[0], given[2]]);
        }
    }
    all.sort();
    all.dedup();
    all
}

fn is_name(kind: TermKind) -> bool {
    matches!(kind, TermKind::Person | TermKind::Relative | TermKind::Source)
}

/// One word alone may be a word of the language; two are a name.
fn gravity_of(kind: TermKind, first: &str, n_words: usize) -> Gravity {
    let single_name = n_words == 1 && (is_name(kind) || kind == TermKind::Place);
    if single_name || (n_words == 1 && first.chars().count() < LEAST_SINGLE) { Gravity::Look } else { Gravity::Leak }
}

/// Sequences of folded words by their first, the longest first, and how often each may still stand.
type ByFirst = HashMap<String, Vec<(Vec<String>, usize)>>;

fn by_first(ledger: &BTreeMap<String, usize>) -> ByFirst {
    let mut by_first: ByFirst = HashMap::new();
    for (disclosed, times) in ledger {
        let tokens = fold_tokens(disclosed);
        if let Some(first) = tokens.first() {
            by_first.entry(first.clone()).or_default().push((tokens.clone(), *times));
        }
    }
    by_first.values_mut().for_each(|known| known.sort_by_key(|(tokens, _)| std::cmp::Reverse(tokens.len())));
    by_first
}

/// Marks as many occurrences of disclosed words as the ledger holds, the longest first.
fn settle(words: &[Word], settled: &mut [bool], by_first: &mut ByFirst) {
    for at in 0..words.len() {
        for (tokens, left) in by_first.get_mut(&words[at].text).into_iter().flatten() {
            let Some(window) = words.get(at..at + tokens.len()) else { continue };
            if *left > 0 && !settled[at] && window.iter().zip(tokens.iter()).all(|(word, token)| word.text == *token) {
                *left -= 1;
                settled[at..at + tokens.len()].iter_mut().for_each(|settled| *settled = true);
                break;
            }
        }
    }
}

/// The folded words of a text. What stands between blanks is folded by itself, so that its place is known.
fn words_of(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut take = |from: usize, to: usize| {
        let folded = fold(&text[from..to]);
        words.extend(folded.split(' ').filter(|word| !word.is_empty()).map(|word| Word {
            text: word.to_owned(),
            start: from,
            length: to - from,
        }));
    };
    for (at, c) in text.char_indices() {
        // Only what separates words for sure: joiners and marks inside a word must not cut it.
        let cuts = c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '\'' | '`'));
        match (cuts, start) {
            (true, Some(from)) => {
                take(from, at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        take(from, text.len());
    }
    words
}
