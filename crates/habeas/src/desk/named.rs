//! Names in a text, of any language, that persons of the vault go by. Nothing is recorded: whether they are these persons is
//! for people and for the linkage.

use super::{
    Desk,
    searching::{CaseRow, case_row, spellings},
    vault_failure,
};
use crate::failure::Failure;
use habeas_core::{Right, Source, fold, fold_tokens};
use habeas_vault::{PersonFilter, PersonPage};
use std::{collections::HashMap, ops::Range};

/// Words of a text at most, a long report's; what lies behind them is not looked at, which is told.
const MOST_WORDS: usize = 50_000;
/// Words of a name at most.
const LONGEST_NAME: usize = 5;
/// Persons that are told of one name; how many more there are is not counted.
const MOST_PERSONS: usize = 5;
/// Persons that are asked for at a time, and how often: the words of a name may be other people's places and fathers.
const PAGE: usize = 50;
const MOST_PAGES: usize = 20;

/// Names of a text that persons of the vault go by.
#[derive(Debug, Clone, Default)]
pub struct NamesInText {
    /// The names, in the order in which they stand there first.
    pub names: Vec<NameInText>,
    /// Whether the text goes on behind the words that were looked at.
    pub is_cut: bool,
}

/// A name in a text, and who goes by it.
#[derive(Debug, Clone)]
pub struct NameInText {
    /// As the text writes it first.
    pub words: String,
    /// Where it stands, in bytes of the text.
    pub ranges: Vec<Range<usize>>,
    /// Persons who go by it, those who are written so first.
    pub persons: Vec<Bearer>,
    /// Whether there are more of them.
    pub more: bool,
}

/// A person who goes by a name of a text.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The person.
    pub row: CaseRow,
    /// Whether the name is written so in a list; else in another spelling or script.
    pub as_written: bool,
}

impl Desk {
    /// Names of two words or more that persons of the vault go by, in any script and spelling. Where a text has capital
    /// letters, the words of a name begin with one.
    fn names_in(&self, text: &str) -> Result<NamesInText, Failure> {
        self.ask(Right::Cases)?;
        self.index_persons_if_stale()?;
        let mut words = words(text);
        let is_cut = words.len() > MOST_WORDS;
        words.truncate(MOST_WORDS);
        let mut search = Search { desk: self, known: HashMap::new(), found: HashMap::new() };
        let mut names: Vec<NameInText> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut at = 0;
        while at < words.len() {
            let Some((n, (persons, more))) = search.longest(text, &words[at..])? else {
                at += 1;
                continue;
            };
            let range = words[at].start..words[at + n - 1].end;
            let place = *places.entry(fold(&text[range.clone()])).or_insert_with(|| {
                names.push(NameInText { words: text[range.clone()].to_owned(), ranges: Vec::new(), persons, more });
                names.len() - 1
            });
            names[place].ranges.push(range);
            at += n;
        }
        Ok(NamesInText { names, is_cut })
    }

    /// Finds names of two words or more in the text of a source that persons of the vault go by, in any script and
    /// spelling, less those who are recorded from this very text.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases, or where the text cannot be read.
    pub fn names_in_source(&self, source: &Source) -> Result<NamesInText, Failure> {
        let mut found = self.names_in(&self.text_of(source)?)?;
        let here =
            |bearer: &Bearer| bearer.row.n_records == 1 && bearer.row.sources.iter().all(|key| *key == source.key);
        found.names.iter_mut().for_each(|name| name.persons.retain(|bearer| !here(bearer)));
        found.names.retain(|name| !name.persons.is_empty());
        Ok(found)
    }
}

type Found = (Vec<Bearer>, bool);

/// Looks names up, each once.
struct Search<'d> {
    desk: &'d Desk,
    /// Whether anybody's words hold this one.
    known: HashMap<String, bool>,
    found: HashMap<String, Found>,
}

impl Search<'_> {
    /// The longest name that begins with these words, as a number of words, and who goes by it.
    fn longest(&mut self, text: &str, words: &[Range<usize>]) -> Result<Option<(usize, Found)>, Failure> {
        let mut longest = None;
        for n in 1..=words.len().min(LONGEST_NAME) {
            let last = &words[n - 1];
            if n > 1 && !text[words[n - 2].end..last.start].chars().all(|c| matches!(c, ' ' | '\u{a0}' | '-' | '‐')) {
                break;
            }
            if !self.may_be_of_a_name(&text[last.clone()])? {
                break;
            }
            if n > 1 {
                let found = self.persons(&text[words[0].start..last.end])?;
                if found.0.is_empty() {
                    break;
                }
                longest = Some((n, found));
            }
        }
        Ok(longest)
    }

    fn may_be_of_a_name(&mut self, word: &str) -> Result<bool, Failure> {
        // Scripts without capitals have no lower case either.
        if word.chars().next().is_none_or(|first| first.is_lowercase() || first.is_numeric()) {
            return Ok(false);
        }
        let folded = fold(word);
        if let Some(known) = self.known.get(&folded) {
            return Ok(*known);
        }
        let known = !self.ask(&folded, None, 1)?.hits.is_empty();
        self.known.insert(folded, known);
        Ok(known)
    }

    /// Persons with all of these words. The vault is held for one question only: other people work on.
    fn ask(&self, words: &str, after: Option<i64>, limit: usize) -> Result<PersonPage, Failure> {
        let words = fold_tokens(words);
        let spellings = words.iter().map(|word| spellings(word)).collect();
        let filter = PersonFilter { spellings, words, ..PersonFilter::default() };
        self.desk.vault(Right::Cases)?.search_persons(&filter, after, limit).map_err(vault_failure)
    }

    fn persons(&mut self, name: &str) -> Result<Found, Failure> {
        let folded = fold(name);
        if let Some(found) = self.found.get(&folded) {
            return Ok(found.clone());
        }
        // The index also finds by words of places and relatives: a name is one only where one name of the person has all
        // of its words.
        let asked = fold_tokens(&folded);
        let bearer = |row: CaseRow| {
            let names: Vec<Vec<String>> = row.names.iter().map(|name| fold_tokens(name)).collect();
            let by = |alike: fn(&str, &str) -> bool| names.iter().any(|name| holds(name, &asked, alike));
            let as_written = by(|a, b| a == b);
            (as_written || by(sounds_alike)).then_some(Bearer { row, as_written })
        };
        let (mut bearers, mut after): (Vec<Bearer>, _) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.ask(&folded, after, PAGE)?;
            bearers.extend(page.hits.into_iter().filter_map(|hit| bearer(case_row(hit.row))));
            after = page.next;
            if after.is_none() || bearers.len() > MOST_PERSONS {
                break;
            }
        }
        bearers.sort_by_key(|bearer| !bearer.as_written);
        let more = bearers.len() > MOST_PERSONS || after.is_some();
        bearers.truncate(MOST_PERSONS);
        self.found.insert(folded, (bearers.clone(), more));
        Ok((bearers, more))
    }
}

/// Whether a name has a word of its own for each that is asked for.
fn holds(name: &[String], asked: &[String], alike: fn(&str, &str) -> bool) -> bool {
    let mut left: Vec<&String> = name.iter().collect();
    asked.iter().all(|word| {
        let found = left.iter().position(|own| alike(own, word));
        found.map(|at| left.swap_remove(at)).is_some()
    })
}

/// Whether two words are of one spelling class, or written alike.
fn sounds_alike(a: &str, b: &str) -> bool {
    let classes = spellings(b);
    a == b || spellings(a).iter().any(|class| classes.contains(class))
}

/// The words of a text, in bytes: letters and digits with the marks and apostrophes between them.
fn words(text: &str) -> Vec<Range<usize>> {
    let within =
        |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{200c}');
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| within(*c)) {
        match found.last_mut() {
            Some(word) if word.end == at => word.end = at + c.len_utf8(),
            _ => found.push(at..at + c.len_utf8()),
        }
    }
    found.retain(|word| text[word.clone()].chars().any(char::is_alphabetic));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script_keep_their_marks_and_places() {
        let text = "Sana'a: «زاہد مَری» 12, D’Arc";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word]).collect();
        assert_eq!(found, ["Sana'a", "زاہد", "مَری", "D’Arc"]);
    }

    #[test]
    fn each_word_that_is_asked_for_needs_one_of_its_own() {
        let tokens = |text: &str| fold_tokens(text);
        let exact = |name: &str, asked: &str| holds(&tokens(name), &tokens(asked), |a, b| a == b);
        assert!(exact("Lal Jan Murad", "Murad Lal") && !exact("Lal Jan", "Lal Lal"));
        let alike = |name: &str, asked: &str| holds(&tokens(name), &tokens(asked), sounds_alike);
        assert!(alike("Kareem Osto", "Karim Osto") && !alike("Kareem Osto", "Karim Murad"));
    }
}
