//! The personal and family names of the invented country.
//!
//! Personal names are ordinary ones of the wider region; family names are made of syllables, so that no family of the
//! country is a real one. How often a name occurs falls with its rank, as in every country: a rare name says more.

use super::sound;
use rand::distr::{Distribution, weighted::WeightedIndex};
use rand::{
    Rng, RngExt,
    seq::{IndexedRandom, SliceRandom},
};
use std::collections::HashSet;

const MEN: &str = "\
    muHammad, aHmad, 'alI, karIm, raHIm, rasUl, naSIr, naZIr, baXIr, munIr, jamIl, xalIl, jalIl, kamAl, jamAl, \
    'ucmAn, 'umar, 'irfAn, 'imrAn, TAhir, TAriq, xAlid, zAhid, XAhid, sAjid, mAjid, wAjid, HamId, sa'Id, murAd, \
    mIrAn, sikandar, zarIf, XarIf, laTIf, HafIZ, 'azIz, fEzAn, fahIm, na'Im, wasIm, qAsim, hAXim, nAZim, 'ASim, \
    bilAl, jalAl, iqbAl, ibrAhIm, yUnus, yUsuf, idrIs, dAUd, mUsA, 'IsA, hArUn, luqmAn, sulEmAn, raHmat, 'inAyat, \
    barkat, liyAqat, XafqAt, SadAqat, bahrAm, rustam, suhrAb, mihrAb, zubEr, 'umEr, junEd, gulAb, SAbir, XAkir, \
    VAkir, nAdir, qAdir, bahAdur, saGIr, wazIr, amIr, nazar, XahbAz, XahzAd, farhAd, xurram, bAbar, akbar, aSGar, \
    anwar, sarwar, afDal, aXraf, akram, aslam, arXad, amjad, asad, rAXid, maHmUd, mas'Ud, maqbUl, manZUr, manSUr, \
    dilmurAd, lAl jAn, Xer jAn, nUr jAn, gul jAn, dost jAn, pIr jAn, mIr jAn, sAhib jAn, GulAm, dilXAd, farIdUn, \
    jAwed, kAXif, naDIr, nawAz, parwez, ramaDAn, riyAD, SalAH, tanwIr, waHId, yAsir, zamAn";

const ATTRIBUTES: &str = "\
    karIm, raHIm, raHmAn, qAdir, 'azIz, majId, HamId, waHId, wadUd, GafUr, GanI, Haq, HalIm, jabAr, laTIf, malik, \
    nabI, qayUm, razAq, sattAr, SAbUr, XakUr, salAm, bAqI, wAHid, xAliq";

const WOMEN: &str = "\
    fATima, zEnab, maryam, sakIna, xadIja, zarIna, XahnAz, nasIma, karIma, bAno, zebA, XIrIn, sAdia, ruxsAna, \
    farzAna, rubIna, SabIHa, nargis, yAsmIn, hUrI, dilbar, nAz bIbI, mAh bIbI, nUr bIbI, gul bAno, zulEXa, amIna, \
    HamIda, jamIla, salma, samIna, parI, mehr, sAra, nAzia";

const NICKNAMES: [&str; 10] = ["lAlA", "kAkA", "gulU", "XAnI", "bAbU", "jAnU", "pahlwAn", "kamU", "ustAd", "ditU"];

const HEADS: &str = "\
    bal, dur, zam, sAr, Xam, tor, kul, gar, hAr, mul, nAl, rod, lun, wAr, pand, jAt, qal, xAr, Gor, barz, dink, \
    zong, sumb, Xolk, tamp, kord, girm, hold, morz, nimb, rakX, ling, wand, polk, jamz, Cal, fIr, dAz, kelm, yAr";
const LINKS: [&str; 12] = ["", "a", "i", "u", "Al", "Ir", "Un", "ak", "in", "or", "aX", "im"];
const TAILS: &str = "\
    zE, AnI, ozE, UrI, okI, AwI, ejI, akI, UlI, wAlI, edI, rAzI, gI";

/// Families and places of the real world that a syllable game could hit; none may appear in the invented one.
const REAL_FAMILIES: &str = "\
    baloch, mengal, bugti, marri, zehri, rind, bizenjo, brahui, achakzai, kakar, jamali, magsi, khetran, langove, \
    sasoli, rakhshani, gichki, kurd, raisani, shahwani, lehri, bangulzai, hasni, yusufzai, afridi, mahsud, wazir, \
    barakzai, durrani, ghilzai, hazara, tareen, panezai, kasi, mohmand, khattak, bangash, orakzai, shinwari, \
    popalzai, noorzai, alizai, talpur, chandio, lashari, jatoi, domki, buledi, hoti, kalmati, sanjrani, notezai, \
    muhammadzai, sadozai, barzani, talabani, zamani, pandrani, jatak, sarmadi, balali, wardak, noori";

/// The words of one man's or woman's name: index into the personal names, index into the families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameOf {
    /// Personal name.
    pub given: u16,
    /// Family.
    pub family: u16,
}

/// All names of a country, with their frequencies.
#[derive(Debug)]
pub struct Names {
    given: Vec<String>,
    men: WeightedIndex<f64>,
    women: WeightedIndex<f64>,
    n_men: usize,
    families: Vec<String>,
    family: WeightedIndex<f64>,
}

impl Names {
    /// The names of a country of `n_persons` persons; families grow with the root of its size.
    pub fn new(n_persons: usize, rng: &mut impl Rng) -> Self {
        let mut given: Vec<String> = listed(MEN).map(str::to_owned).collect();
        given.extend(listed(ATTRIBUTES).map(|of| format!("'abdYl-{of}")));
        for second in ["karIm", "'umar", "nabI", "aXraf", "asad", "akram", "Hasan", "yUsuf", "qAsim", "mUsA"] {
            given.push(format!("muHammad {second}"));
            given.push(format!("GulAm {second}"));
        }
        for first in ["nabI", "rasUl", "pIr", "xudA", "qAdir", "wAHid", "imAm", "murAd", "dIn", "mIr"] {
            given.push(format!("{first} baxX"));
        }
        for first in ["dIn", "nUr", "Xer", "jAn", "gul", "dost", "wAlI", "fEz", "sultAn", "tAj"] {
            given.push(format!("{first} muHammad"));
        }
        let n_frequent = given.len();
        for name in listed(MEN).filter(|name| !name.contains([' ', '-'])) {
            for second in ["aHmad", "'alI", "xAn"].into_iter().filter(|second| *second != name) {
                given.push(format!("{name} {second}"));
            }
        }
        let n_men = given.len();
        let men = by_rank(&[n_frequent, n_men - n_frequent], rng);
        given.extend(listed(WOMEN).map(str::to_owned));
        let women = by_rank(&[given.len() - n_men], rng);
        let families = families(180 + (n_persons as f64).sqrt() as usize, rng);
        let family = by_rank(&[families.len()], rng);
        Self { given, men, women, n_men, families, family }
    }

    /// Draws a man's personal name.
    pub fn man(&self, rng: &mut impl Rng) -> u16 {
        self.men.sample(rng) as u16
    }

    /// Draws a woman's personal name.
    pub fn woman(&self, rng: &mut impl Rng) -> u16 {
        (self.n_men + self.women.sample(rng)) as u16
    }

    /// Draws a family.
    pub fn family(&self, rng: &mut impl Rng) -> u16 {
        self.family.sample(rng) as u16
    }

    /// A personal name in the notation of [`sound`].
    pub fn given(&self, index: u16) -> &str {
        &self.given[usize::from(index)]
    }

    /// A family in the notation of [`sound`].
    pub fn family_of(&self, index: u16) -> &str {
        &self.families[usize::from(index)]
    }

    /// Draws a by-name for every sixth person.
    pub fn nickname(&self, rng: &mut impl Rng) -> Option<u8> {
        rng.random_bool(1.0 / 6.0).then(|| rng.random_range(0..NICKNAMES.len()) as u8)
    }
}

/// A by-name in the notation of [`sound`].
pub fn nickname_of(index: u8) -> &'static str {
    NICKNAMES[usize::from(index)]
}

fn without_doubles(name: &str) -> Vec<char> {
    let mut letters: Vec<char> = name.chars().collect();
    letters.dedup();
    letters
}

/// The entries of a table that is kept as one text.
fn listed(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.split(", ")
}

/// Frequencies that fall with the rank to the power 0.7; within each class of so many names the ranks are dealt at
/// random, and every name of a class is more frequent than all of the next one.
fn by_rank(classes: &[usize], rng: &mut impl Rng) -> WeightedIndex<f64> {
    let n = classes.iter().sum();
    let mut weights: Vec<f64> = (1..=n).map(|rank: usize| (rank as f64).powf(-0.7)).collect();
    let mut rest = weights.as_mut_slice();
    for n_of_class in classes {
        let (class, after) = rest.split_at_mut(*n_of_class);
        class.shuffle(rng);
        rest = after;
    }
    WeightedIndex::new(weights).expect("the weights are positive and at least one")
}

fn families(wished: usize, rng: &mut impl Rng) -> Vec<String> {
    let (heads, tails): (Vec<&str>, Vec<&str>) = (listed(HEADS).collect(), listed(TAILS).collect());
    // Compared without doubled letters, which everybody spells otherwise.
    let real: HashSet<Vec<char>> = listed(REAL_FAMILIES).map(without_doubles).collect();
    // Not all combinations: the last free one would be long to find by throwing dice.
    let most = heads.len() * LINKS.len() * tails.len() / 2;
    let mut seen = HashSet::new();
    let mut families = Vec::new();
    while families.len() < wished.min(most) {
        let [head, link, tail] =
            [&heads[..], &LINKS, &tails].map(|part| *part.choose(rng).expect("the tables are not empty"));
        let notation = format!("{head}{link}{tail}");
        // Two vowels in a row would be read as one by one clerk and as two by another.
        let hiatus = !link.is_empty() && link.ends_with(['a', 'i', 'u']) && tail.starts_with(['A', 'U', 'o', 'a', 'e']);
        let written = sound::plain(&notation).to_lowercase();
        if !hiatus && !real.contains(&without_doubles(&written)) && seen.insert(written) {
            families.push(notation);
        }
    }
    families
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_family_is_an_invented_one_and_stands_once() {
        let names = Names::new(1_000_000, &mut rand_chacha::ChaCha8Rng::seed_from_u64(7));
        let written: Vec<String> = names.families.iter().map(|family| sound::plain(family).to_lowercase()).collect();
        assert!(written.len() > 1_000);
        assert_eq!(written.iter().collect::<HashSet<_>>().len(), written.len());
        let written: HashSet<Vec<char>> = written.iter().map(|family| without_doubles(family)).collect();
        assert!(listed(REAL_FAMILIES).all(|real| !written.contains(&without_doubles(real))));
    }

    #[test]
    fn every_name_can_be_written_in_both_scripts() {
        let names = Names::new(3_000, &mut rand_chacha::ChaCha8Rng::seed_from_u64(7));
        let men = &names.given[..names.n_men];
        assert_eq!(men.iter().collect::<HashSet<_>>().len(), men.len(), "a man's name stands twice");
        for name in names.given.iter().chain(&names.families).map(String::as_str).chain(NICKNAMES.iter().copied()) {
            assert_eq!(habeas_core::script_of(&sound::plain(name)), habeas_core::Script::Latin, "{name}");
            assert_eq!(habeas_core::script_of(&sound::arabic(name)), habeas_core::Script::Arabic, "{name}");
        }
    }
}
