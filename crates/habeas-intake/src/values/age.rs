//! Ages from words: years, months, days, spans.

use super::date::token::digit_value;
use habeas_core::{Age, fold};
use thiserror::Error;

/// Greatest age in years that is taken for one; nobody is known to have grown older than 122.
const GREATEST: u16 = 125;

/// Why words give no age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum AgeProblem {
    /// Words that are no age.
    #[error("the words are not read as an age")]
    NotRead,
    /// An age that nobody reaches, or a span that is reversed.
    #[error("nobody has such an age")]
    Impossible,
    /// «about 25»: no bounds can be given without inventing them.
    #[error("the age is given as a rough one, without bounds")]
    Rough,
}

/// Reads an age in whole years: `26`, `26 años`, `3 meses` (0), `25-30`, `minor`.
///
/// # Errors
/// [`AgeProblem`] where the words hold no age with bounds.
pub fn read_age(words: &str) -> Result<Age, AgeProblem> {
    let (mut figures, mut letters) = (Vec::new(), String::new());
    let mut in_figure = false;
    let mut fraction = false;
    for c in words.trim().chars() {
        match digit_value(c) {
            Some(_) if fraction => {}
            Some(digit) if in_figure => {
                let figure: &mut u32 = figures.last_mut().expect("a figure was begun");
                *figure = figure.checked_mul(10).and_then(|n| n.checked_add(digit)).ok_or(AgeProblem::Impossible)?;
            }
            Some(digit) => figures.push(digit),
            // `26.0`, as spreadsheets write whole numbers.
            None if matches!(c, '.' | ',') && in_figure => fraction = true,
            None => {
                fraction = false;
                letters.push(c);
            }
        }
        in_figure = digit_value(c).is_some() || fraction;
    }
    let letters = fold(&letters);
    let mut unit = Unit::Years;
    let mut rough = words.contains(['~', '?', '+']);
    for word in letters.split(' ').filter(|word| !word.is_empty()) {
        match word {
            "years" | "year" | "yrs" | "yr" | "y" | "old" | "ano" | "anos" | "ans" | "an" | "age" | "aged" | "edad"
            | "سال" | "سنہ" | "عام" | "سنوات" | "de" | "of" | "to" | "a" | "o" | "or" => {}
            "month" | "months" | "mo" | "mes" | "meses" | "mois" | "شہر" | "ماہ" | "اشہر" => {
                unit = Unit::Less
            }
            "week" | "weeks" | "semana" | "semanas" | "semaine" | "semaines" => unit = Unit::Weeks,
            "day" | "days" | "dia" | "dias" | "jour" | "jours" | "یوم" | "روز" | "دن" => unit = Unit::Days,
            "about" | "around" | "circa" | "ca" | "approx" | "aprox" | "aproximadamente" | "environ" | "cerca"
            | "تقریبا" => {
                rough = true;
            }
            "minor" | "menor" | "mineur" | "child" | "nino" | "nina" if figures.is_empty() => {
                return Ok(Age { low: 0, high: 17 });
            }
            _ => return Err(AgeProblem::NotRead),
        }
    }
    let years = |figure: u32| match unit {
        Unit::Years => figure,
        Unit::Less => figure / 12,
        Unit::Weeks => figure / 53,
        Unit::Days => figure / 366,
    };
    let (low, high) = match figures[..] {
        [age] => (years(age), years(age)),
        [low, high] => (years(low), years(high)),
        _ => return Err(AgeProblem::NotRead),
    };
    let whole = |years: u32| u16::try_from(years).ok().filter(|years| *years <= GREATEST);
    match (whole(low), whole(high)) {
        (Some(low), Some(high)) if low > high => Err(AgeProblem::Impossible),
        // «about 20 days» is less than a year all the same.
        (Some(low), Some(high)) if !rough || (high == 0 && unit != Unit::Years) => Ok(Age { low, high }),
        (Some(_), Some(_)) => Err(AgeProblem::Rough),
        _ => Err(AgeProblem::Impossible),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Years,
    Less,
    Weeks,
    Days,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_whole_years_with_bounds() {
        for (words, low, high) in [
            ("26", 26, 26),
            ("26 años", 26, 26),
            ("1 año", 1, 1),
            ("3 meses", 0, 0),
            ("18 meses", 1, 1),
            ("20 días aprox.", 0, 0),
            ("25-30", 25, 30),
            ("25 to 30 years", 25, 30),
            ("۳۵ سال", 35, 35),
            ("26.0", 26, 26),
            ("minor", 0, 17),
        ] {
            assert_eq!(read_age(words), Ok(Age { low, high }), "{words}");
        }
    }

    #[test]
    fn words_without_bounds_are_no_age() {
        for (words, problem) in [
            ("about 25", AgeProblem::Rough),
            ("~40", AgeProblem::Rough),
            ("(caut.)", AgeProblem::NotRead),
            ("young", AgeProblem::NotRead),
            ("", AgeProblem::NotRead),
            ("230", AgeProblem::Impossible),
            ("30-25", AgeProblem::Impossible),
            ("99999999999", AgeProblem::Impossible),
        ] {
            assert_eq!(read_age(words), Err(problem), "{words}");
        }
    }
}
