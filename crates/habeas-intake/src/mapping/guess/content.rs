//! What the words of a column look like, as shares of those that say something.

use crate::values::{DateRule, NullWords, OrderEvidence, Placeholder, decide_order, read_age, read_date, read_sex};
use std::collections::HashMap;

/// Words that say nothing, with the number of columns that must hold them: a short word may be a name in one.
pub(super) const NULL_CANDIDATES: &[(&str, usize)] = &[
    ("-", 1),
    ("--", 1),
    ("---", 1),
    ("?", 1),
    (".", 1),
    ("n/a", 1),
    ("#N/A", 1),
    ("#REF!", 1),
    ("#VALUE!", 1),
    ("#NULL!", 1),
    ("NA", 2),
    ("N.A.", 1),
    ("null", 1),
    ("nan", 2),
    ("s/d", 1),
    ("unknown", 1),
    ("not known", 1),
    ("not available", 1),
    ("no data", 1),
    ("sin datos", 1),
    ("sin datos fecha", 1),
    ("sin datos lugar", 1),
    ("sin información", 1),
    ("No hay información.", 1),
    ("dato resguardado", 1),
    ("desconocido", 1),
    ("no consta", 1),
    ("inconnu", 1),
    ("sans données", 1),
    ("desconhecido", 1),
    ("sem dados", 1),
    ("não informado", 1),
    ("غير معروف", 1),
    ("مجهول", 1),
    ("نامشخص", 1),
    ("نامعلوم", 1),
    ("معلوم نہیں", 1),
];

/// What the words of a column look like. Shares are of the cells that say something.
#[derive(Debug)]
pub(super) struct Profile<'s> {
    /// Cells.
    pub n_cells: usize,
    /// Cells that say something.
    pub n: usize,
    /// Different words, with how often they stand there.
    pub distinct: HashMap<&'s str, usize>,
    pub date: f64,
    /// Bare years.
    pub year: f64,
    /// Whole numbers of up to three digits.
    pub small_number: f64,
    /// Numbers with decimals.
    pub decimal: f64,
    pub url: f64,
    pub sex: f64,
    pub age: f64,
    /// 0, 1, yes, no.
    pub flag: f64,
    /// A date, then blanks, then other words.
    pub date_place: f64,
    /// Letters, a comma, letters.
    pub comma: f64,
    /// Two blanks inside.
    pub two_blanks: f64,
    /// Words of letters only, two to six of them.
    pub name_like: f64,
    /// Mean number of words.
    pub mean_words: f64,
    /// Evidence for the order of day and month.
    pub order: OrderEvidence,
    /// Exact days, and how many of them are the first of a month, and 1 January.
    pub days: [usize; 3],
}

impl<'s> Profile<'s> {
    pub fn new(cells: impl Iterator<Item = &'s str>, null: &[String]) -> Self {
        let null = NullWords::new(null.iter().map(String::as_str));
        let (mut n_cells, mut distinct) = (0, HashMap::new());
        for cell in cells {
            n_cells += 1;
            if !null.contains(cell) {
                *distinct.entry(cell).or_insert(0) += 1;
            }
        }
        let n: usize = distinct.values().sum();
        let share = |holds: &dyn Fn(&str) -> bool| {
            let count: usize = distinct.iter().filter(|(words, _)| holds(words)).map(|(_, count)| count).sum();
            if n == 0 { 0.0 } else { count as f64 / n as f64 }
        };
        let rule = DateRule::default();
        let is_date = |words: &str| words.len() <= 40 && read_date(words, &rule).is_ok();
        let is_year =
            |words: &str| words.len() == 4 && words.parse::<u16>().is_ok_and(|year| (1800..2100).contains(&year));
        let n_words: usize = distinct.iter().map(|(words, count)| words.split_whitespace().count() * count).sum();
        let dates: Vec<(&str, usize)> = distinct.iter().map(|(words, count)| (first_part(words), *count)).collect();
        let mut days = [0; 3];
        for (words, count) in &dates {
            let date = read_date(words, &rule).ok().filter(|_| words.len() <= 40);
            if let Some(day) =
                date.and_then(|read| read.date.earliest().filter(|_| read.date.latest() == read.date.earliest()))
            {
                days[0] += count;
                days[1] += if day.day() == 1 { *count } else { 0 };
                days[2] += if day.day_of_year() == 1 { *count } else { 0 };
            } else if let Some((_, 1)) = ambiguous_first(words) {
                // `01/03/1976` in a column whose order is not known yet.
                days[0] += count;
                days[1] += count;
            } else if ambiguous_first(words).is_some() {
                days[0] += count;
            }
        }
        Self {
            date: share(&is_date),
            year: share(&is_year),
            small_number: share(&|words| words.len() <= 3 && words.bytes().all(|b| b.is_ascii_digit())),
            decimal: share(&|words| words.contains(['.', ',']) && words.replace(',', ".").parse::<f64>().is_ok()),
            url: share(&|words| {
                words.starts_with("http://") || words.starts_with("https://") || words.starts_with("www.")
            }),
            sex: share(&|words| read_sex(words).is_some()),
            age: share(&|words| read_age(words).is_ok()),
            flag: share(&|words| {
                matches!(
                    words.to_lowercase().as_str(),
                    "0" | "1"
                        | "yes"
                        | "no"
                        | "si"
                        | "sí"
                        | "oui"
                        | "non"
                        | "true"
                        | "false"
                        | "sim"
                        | "não"
                        | "y"
                        | "n"
                )
            }),
            date_place: share(&|words| {
                words.split_once("  ").is_some_and(|(date, place)| {
                    (is_date(date.trim()) || null.contains(date)) && place.chars().any(char::is_alphabetic)
                })
            }),
            comma: share(&|words| words.split_once([',', '،']).is_some_and(|(a, b)| letters(a) && letters(b))),
            two_blanks: share(&|words| words.split_once("  ").is_some_and(|(a, b)| letters(a) && letters(b))),
            name_like: share(&|words| letters(words) && (2..=6).contains(&words.split_whitespace().count())),
            mean_words: if n == 0 { 0.0 } else { n_words as f64 / n as f64 },
            order: decide_order(dates.iter().map(|(words, _)| *words)),
            days,
            n_cells,
            n,
            distinct,
        }
    }

    /// Share of cells that say something.
    pub fn filled(&self) -> f64 {
        if self.n_cells == 0 { 0.0 } else { self.n as f64 / self.n_cells as f64 }
    }

    /// Whether hardly two cells have the same words.
    pub fn is_unique(&self) -> bool {
        self.n > 0 && self.distinct.len() * 100 >= self.n * 99
    }

    /// A day that stands for its month or year, where it stands far too often.
    ///
    /// One day in 30.4 is a first of a month. More than 6 % of them, and at least four standard deviations above chance,
    /// are not left to it; of 1 January likewise more than 2 %.
    pub fn placeholder(&self) -> Option<Placeholder> {
        let [n, firsts, new_years] = self.days.map(|count| count as f64);
        let beyond = |count: f64, chance: f64, least: f64| {
            let deviation = (n * chance * (1.0 - chance)).sqrt();
            n >= 30.0 && count > least * n && count > n * chance + 4.0 * deviation
        };
        if beyond(new_years, 1.0 / 365.25, 0.02) && new_years * 2.0 > firsts {
            Some(Placeholder::FirstOfYear)
        } else if beyond(firsts, 12.0 / 365.25, 0.06) {
            Some(Placeholder::FirstOfMonth)
        } else {
            None
        }
    }
}

/// What stands before two blanks: the date, where date and place are in one cell.
fn first_part(words: &str) -> &str {
    words.split("  ").next().unwrap_or_default().trim()
}

/// First and second figure of a date whose order is open, if it could be a day of either.
fn ambiguous_first(words: &str) -> Option<(u32, u32)> {
    let mut parts = words.split(['/', '-', '.']);
    let first: u32 = parts.next()?.parse().ok()?;
    let second: u32 = parts.next()?.parse().ok()?;
    let year = parts.next()?;
    (first <= 31 && second <= 12 && matches!(year.len(), 2 | 4)).then_some((second, first))
}

fn letters(words: &str) -> bool {
    let words = words.trim();
    !words.is_empty()
        && words.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || ".,'’-()´`\u{200C}".contains(c))
        && words.chars().any(char::is_alphabetic)
}
