//! The words by which texts are read: acts, nouns, organisations, places, given names. Data files, whose hash goes with
//! every suggestion, so that it can be told later what was looked for.

use crate::gazetteer::{self, GazetteerError, GazetteerPlace};
use habeas_core::{Script, fold, script_of};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

const ACTS: &str = include_str!("lexicon/acts.toml");
const NOUNS: &str = include_str!("lexicon/nouns.toml");
const ORGANISATIONS: &str = include_str!("lexicon/organisations.toml");
const PLACES: &str = include_str!("lexicon/places.csv");
const REGIONS: &str = include_str!("lexicon/regions.txt");
const GIVEN_NAMES: &str = include_str!("lexicon/given_names.txt");

/// What is done to people, as texts tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActClass {
    /// Killed.
    Kill,
    /// Injured.
    Injure,
    /// Disappeared.
    Disappear,
    /// Abducted, by whomever.
    Abduct,
    /// Arrested or detained.
    Arrest,
    /// Tortured or ill-treated.
    Torture,
    /// Found dead.
    FoundDead,
    /// Released.
    Release,
    /// An attack; what it did to people is another act.
    Attack,
}

impl ActClass {
    /// All classes.
    pub const ALL: [Self; 9] = [
        Self::Kill,
        Self::Injure,
        Self::Disappear,
        Self::Abduct,
        Self::Arrest,
        Self::Torture,
        Self::FoundDead,
        Self::Release,
        Self::Attack,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Injure => "injure",
            Self::Disappear => "disappear",
            Self::Abduct => "abduct",
            Self::Arrest => "arrest",
            Self::Torture => "torture",
            Self::FoundDead => "found-dead",
            Self::Release => "release",
            Self::Attack => "attack",
        }
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NounClass {
    /// People, living or dead.
    Person,
    /// Cases, complaints, reports, events: nobody by themselves.
    Case,
    /// Things, times, measures.
    Thing,
}

/// A place of the list, with what it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPlace {
    /// Its name.
    pub name: String,
    /// Country, province, district, city, site, region, water.
    pub kind: String,
    /// Name of what it lies in; empty for a country.
    pub within: String,
}

/// Why a list of words cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    /// A file is not of its format.
    #[error("the file of {kind} cannot be read")]
    File {
        /// Which one.
        kind: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActWords {
    #[serde(default)]
    verb: Vec<String>,
    #[serde(default)]
    noun: Vec<String>,
    #[serde(default)]
    body: Vec<String>,
    #[serde(default)]
    found: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ActFile {
    #[serde(rename = "format")]
    _format: String,
    kill: ActWords,
    injure: ActWords,
    disappear: ActWords,
    abduct: ActWords,
    arrest: ActWords,
    torture: ActWords,
    found_dead: ActWords,
    release: ActWords,
    attack: ActWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NounFile {
    #[serde(rename = "format")]
    _format: String,
    person: Vec<String>,
    plural: BTreeMap<String, String>,
    both: Vec<String>,
    case: Vec<String>,
    thing: Vec<String>,
    measure: Vec<String>,
    title: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationFile {
    #[serde(rename = "format")]
    _format: String,
    head: HashSet<String>,
    force: Vec<String>,
    behind_demonym: Vec<String>,
    known: Vec<String>,
    not: HashSet<String>,
}

/// One phrase of an act: its words, its class, and whether it is a noun.
#[derive(Debug, Clone)]
pub(crate) struct ActPhrase {
    pub words: Vec<String>,
    pub class: ActClass,
    pub noun: bool,
}

/// All word lists, ready for use.
#[derive(Debug, Clone)]
pub struct Lexicon {
    pub(crate) acts: HashMap<String, Vec<ActPhrase>>,
    pub(crate) body: HashSet<String>,
    pub(crate) found: HashSet<String>,
    nouns: HashMap<String, NounClass>,
    singular: HashSet<String>,
    pub(crate) measures: HashSet<String>,
    pub(crate) titles: HashSet<String>,
    pub(crate) organisation_heads: HashSet<String>,
    pub(crate) forces: HashMap<String, Vec<Vec<String>>>,
    pub(crate) behind_demonym: HashMap<String, Vec<Vec<String>>>,
    pub(crate) known_organisations: HashMap<String, Vec<Vec<String>>>,
    pub(crate) not_organisations: HashSet<String>,
    pub(crate) places: HashMap<String, Vec<(Vec<String>, ListedPlace)>>,
    pub(crate) demonyms: HashMap<String, Vec<Vec<String>>>,
    pub(crate) given_names: HashSet<String>,
    hash: String,
}

impl Lexicon {
    /// The lists that come with the program.
    pub fn builtin() -> Self {
        Self::parse(ACTS, NOUNS, ORGANISATIONS, [PLACES, REGIONS], GIVEN_NAMES)
            .expect("a test reads the lists that come along")
    }

    /// The same lists with further places, in a form that [`gazetteer::read`] knows.
    ///
    /// # Errors
    /// [`GazetteerError`] for a file that is of none of these forms.
    pub fn with_places(self, file: &[u8]) -> Result<Self, GazetteerError> {
        let mut more = self;
        more.add_places(gazetteer::read(file)?);
        more.hash = hash(&[more.hash.as_bytes(), file]);
        Ok(more)
    }

    /// The same lists with the places that people have recorded.
    #[must_use]
    pub fn with_known(self, places: Vec<GazetteerPlace>) -> Self {
        let mut more = self;
        let names = places
            .iter()
            .flat_map(|place| std::iter::once(&place.name).chain(&place.other_names).chain([&place.within]));
        let names: Vec<&[u8]> = names.map(|name| name.as_bytes()).collect();
        more.hash = hash(&[&[more.hash.as_bytes()], &names[..]].concat());
        more.add_places(places);
        more
    }

    /// A word of a name as names of places are looked for: in lower case; where the letters have no cases, without the marks
    /// and other forms that writers and keyboards differ in.
    pub(super) fn place_word(word: &str) -> String {
        if script_of(word) == Script::Latin { word.to_lowercase() } else { fold(word) }
    }

    /// Lower-case hexadecimal SHA-256 over all lists.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    fn parse(
        acts: &str,
        nouns: &str,
        organisations: &str,
        [places, regions]: [&str; 2],
        given_names: &str,
    ) -> Result<Self, LexiconError> {
        let refused = |kind| LexiconError::File { kind };
        let act_file: ActFile = toml::from_str(acts).map_err(|_| refused("acts"))?;
        let noun_file: NounFile = toml::from_str(nouns).map_err(|_| refused("nouns"))?;
        let organisation_file: OrganisationFile =
            toml::from_str(organisations).map_err(|_| refused("organisations"))?;
        let mut lexicon = Self {
            acts: HashMap::new(),
            body: act_file.found_dead.body.iter().cloned().collect(),
            found: act_file.found_dead.found.iter().cloned().collect(),
            nouns: HashMap::new(),
            singular: noun_file.person.iter().cloned().collect(),
            measures: noun_file.measure.iter().cloned().collect(),
            titles: noun_file.title.iter().cloned().collect(),
            organisation_heads: organisation_file.head,
            forces: phrases(&organisation_file.force),
            behind_demonym: phrases(&organisation_file.behind_demonym),
            known_organisations: phrases(&organisation_file.known),
            not_organisations: organisation_file.not,
            places: HashMap::new(),
            demonyms: HashMap::new(),
            given_names: given_names
                .lines()
                .filter(|line| !line.starts_with('#'))
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect(),
            hash: hash(&[acts, nouns, organisations, places, regions, given_names].map(str::as_bytes)),
        };
        for (class, words) in [
            (ActClass::Kill, &act_file.kill),
            (ActClass::Injure, &act_file.injure),
            (ActClass::Disappear, &act_file.disappear),
            (ActClass::Abduct, &act_file.abduct),
            (ActClass::Arrest, &act_file.arrest),
            (ActClass::Torture, &act_file.torture),
            (ActClass::FoundDead, &act_file.found_dead),
            (ActClass::Release, &act_file.release),
            (ActClass::Attack, &act_file.attack),
        ] {
            lexicon.add_acts(class, &words.verb, false);
            lexicon.add_acts(class, &words.noun, true);
        }
        for phrases in lexicon.acts.values_mut() {
            // The longest phrase wins; of equal ones the verb.
            phrases.sort_by_key(|phrase| (std::cmp::Reverse(phrase.words.len()), phrase.noun));
        }
        lexicon.add_nouns(&noun_file);
        lexicon.add_places(gazetteer::read(places.as_bytes()).map_err(|_| refused("places"))?);
        lexicon.add_places(regions.lines().filter(|line| !line.starts_with('#')).flat_map(regions_of).collect());
        Ok(lexicon)
    }

    fn add_acts(&mut self, class: ActClass, phrases: &[String], noun: bool) {
        for phrase in phrases {
            let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
            self.acts.entry(words[0].clone()).or_default().push(ActPhrase { words, class, noun });
        }
    }

    fn add_nouns(&mut self, file: &NounFile) {
        let plural = |word: &str| match word.strip_suffix('y') {
            Some(stem) if !word.ends_with(['a', 'e', 'o']) && !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
            _ if word.ends_with(['s', 'x']) || word.ends_with("ch") => format!("{word}es"),
            _ => format!("{word}s"),
        };
        for (words, class) in
            [(&file.thing, NounClass::Thing), (&file.case, NounClass::Case), (&file.person, NounClass::Person)]
        {
            for word in words {
                self.nouns.insert(word.clone(), class);
                let many = file.plural.get(word).cloned().unwrap_or_else(|| plural(word));
                self.nouns.insert(many, class);
            }
        }
        for word in &file.measure {
            self.nouns.insert(word.clone(), NounClass::Thing);
        }
        for word in &file.both {
            self.nouns.insert(word.clone(), NounClass::Person);
        }
    }

    fn add_places(&mut self, places: Vec<GazetteerPlace>) {
        for place in places {
            let listed = ListedPlace { name: place.name.clone(), kind: place.kind, within: place.within };
            for name in std::iter::once(&place.name).chain(&place.other_names) {
                let words = words_of(name);
                if let Some(first) = words.first().cloned() {
                    self.places.entry(first).or_default().push((words, listed.clone()));
                }
            }
            for demonym in &place.demonyms {
                let words = words_of(demonym);
                if let Some(first) = words.first().cloned() {
                    self.demonyms.entry(first).or_default().push(words);
                }
            }
        }
        // The longest name wins.
        for entry in self.places.values_mut() {
            entry.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
    }

    /// What a number before this noun counts; none for a word that is no noun of the list.
    pub(crate) fn noun(&self, word: &str) -> Option<NounClass> {
        let whole = self.nouns.get(word);
        // «schoolchildren», «non-combatants», «co-workers»: by the last part.
        let part = || self.nouns.get(word.rsplit('-').next()?);
        // «photojournalists»: people by the end of a long word.
        let tail = || {
            let tails = (3..word.len().saturating_sub(6)).filter_map(|at| self.nouns.get(word.get(at..)?));
            tails.copied().find(|class| *class == NounClass::Person)
        };
        // «Nineteen Tiranians».
        let people = || self.demonyms.contains_key(word.strip_suffix('s')?).then_some(NounClass::Person);
        let men = || is_man(word, &["man", "woman", "men", "women"]).then_some(NounClass::Person);
        whole.or_else(part).copied().or_else(people).or_else(tail).or_else(men)
    }

    /// Whether the word is a noun for one person: listed, or told by its end («headman», «fisherwoman»).
    pub(crate) fn is_one_person(&self, word: &str) -> bool {
        self.singular.contains(word) || is_man(word, &["man", "woman"])
    }

    /// What a listed place lies in, from the nearest outwards.
    pub fn within(&self, name: &str) -> Vec<String> {
        let mut chain = Vec::new();
        let mut name = name.to_owned();
        while let Some(place) = self.listed(&name).filter(|place| !place.within.is_empty() && chain.len() < 8) {
            name = place.within.clone();
            chain.push(name.clone());
        }
        chain
    }

    /// The listed place of this name.
    pub fn listed(&self, name: &str) -> Option<&ListedPlace> {
        let words = words_of(name);
        self.places.get(words.first()?)?.iter().find(|(known, _)| *known == words).map(|(_, place)| place)
    }
}

/// «headman», «boatmen»: what ends so is somebody, but for a few words.
fn is_man(word: &str, ends: &[&str]) -> bool {
    const NOBODY: [&str; 9] =
        ["human", "german", "roman", "ottoman", "shaman", "regimen", "specimen", "abdomen", "inhuman"];
    ends.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end)) && !NOBODY.contains(&word)
}

/// The places of a line «Country kind: one, two, three».
fn regions_of(line: &str) -> Vec<GazetteerPlace> {
    let Some((head, names)) = line.split_once(": ") else { return Vec::new() };
    let (country, kind) = head.rsplit_once(' ').unwrap_or((head, "region"));
    let place = |name: &str| GazetteerPlace {
        name: name.to_owned(),
        kind: kind.to_owned(),
        within: country.to_owned(),
        ..GazetteerPlace::default()
    };
    names.split(", ").map(place).collect()
}

/// The words of a name as they are looked for.
fn words_of(name: &str) -> Vec<String> {
    name.split(' ').map(Lexicon::place_word).filter(|word| !word.is_empty()).collect()
}

fn phrases(list: &[String]) -> HashMap<String, Vec<Vec<String>>> {
    let mut by_first: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    for phrase in list {
        let words = words_of(phrase);
        by_first.entry(words[0].clone()).or_default().push(words);
    }
    for phrases in by_first.values_mut() {
        phrases.sort_by_key(|words| std::cmp::Reverse(words.len()));
    }
    by_first
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_that_come_along_are_of_their_formats() {
        let lexicon = Lexicon::parse(ACTS, NOUNS, ORGANISATIONS, [PLACES, REGIONS], GIVEN_NAMES).unwrap();
        assert_eq!(lexicon.within("Turbat"), ["Balochistan", "Pakistan"]);
        assert_eq!(lexicon.noun("policemen"), Some(NounClass::Person));
        assert_eq!(lexicon.noun("bodies"), Some(NounClass::Person));
        assert_eq!(lexicon.noun("cases"), Some(NounClass::Case));
        assert_eq!(lexicon.noun("vehicles"), Some(NounClass::Thing));
        assert_eq!(lexicon.noun("photojournalists"), Some(NounClass::Person));
        assert_eq!(lexicon.noun("kindness"), None);
    }

    #[test]
    fn every_region_lies_in_a_listed_country_and_stands_in_the_list_once() {
        let lexicon = Lexicon::builtin();
        let mut seen = HashSet::new();
        for line in REGIONS.lines().filter(|line| !line.starts_with('#')) {
            let places = regions_of(line);
            assert!(!places.is_empty(), "{line}");
            for place in places {
                assert!(lexicon.listed(&place.within).is_some(), "{} is no listed country", place.within);
                let known = PLACES.lines().any(|line| line.split(',').next() == Some(&place.name));
                assert!(!known && seen.insert(place.name.clone()), "{} stands twice", place.name);
            }
        }
    }

    #[test]
    fn further_places_change_the_hash_and_a_bad_line_is_named() {
        let plain = Lexicon::builtin();
        let more = plain
            .clone()
            .with_places(b"name,kind,within,demonym\nKesh,city,Tirania,\nTirania,country,,Tiranian\n")
            .unwrap();
        assert_ne!(plain.hash(), more.hash());
        assert_eq!(more.within("Kesh"), ["Tirania"]);
        let bad =
            Lexicon::builtin().with_places(b"name,kind,within,demonym\nOlenia,province,,\n,city,,\n").unwrap_err();
        assert_eq!(bad, GazetteerError::Line { line: 3 });
    }
}
