//! Parts of a place, the most exact first, by the signs that the words are parted with.

use habeas_core::fold;

/// Abbreviations whose stop does not part one place from the next.
const ABBREVIATIONS: &[&str] = &[
    "gral", "tte", "cnel", "sta", "sto", "dpto", "depto", "prov", "avda", "pcia", "pres", "pte", "cdad", "ing", "alte",
    "brig", "dist", "capt", "sant", "mons", "cmte",
];

/// Parts the words of a place: at two blanks, else at semicolons, commas, strokes with blanks, or stops after a word.
///
/// `is_null` tells of a part whether it says nothing. What stands in brackets at the very end is more exact than the rest
/// and comes first; brackets elsewhere stay with their part.
pub fn place_parts(words: &str, is_null: impl Fn(&str) -> bool) -> Vec<String> {
    let words = words.trim();
    let (body, bracket) = closing_bracket(words);
    let pieces = if body.contains("  ") {
        body.split("  ").collect()
    } else if body.contains(';') {
        body.split(';').collect()
    } else if body.contains([',', '،']) {
        body.split([',', '،']).collect()
    } else if body.contains(" / ") {
        body.split(" / ").collect()
    } else {
        at_stops(body)
    };
    let mut parts: Vec<String> = Vec::with_capacity(pieces.len() + 1);
    for piece in bracket.into_iter().chain(pieces) {
        let piece = piece.trim();
        if !piece.is_empty() && !is_null(piece) && parts.last().is_none_or(|last| last != piece) {
            parts.push(piece.to_owned());
        }
    }
    parts
}

fn closing_bracket(words: &str) -> (&str, Option<&str>) {
    let Some(inner) = words.strip_suffix(')') else { return (words, None) };
    let mut depth = 1;
    for (at, c) in inner.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let body = inner[..at].trim_end();
            return if body.is_empty() { (words, None) } else { (body, Some(&inner[at + 1..])) };
        }
    }
    (words, None)
}

/// `LA PLATA. BS. AS.` has two parts: a stop parts only after a word of four letters or more that is no abbreviation.
fn at_stops(words: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in words.match_indices(". ") {
        let word = words[start..at].rsplit(' ').next().unwrap_or_default();
        if word.chars().count() >= 4 && !ABBREVIATIONS.contains(&fold(word).as_str()) {
            parts.push(&words[start..at]);
            start = at + 2;
        }
    }
    parts.push(&words[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_parted_by_the_signs_of_their_list() {
        for (words, expected) in [
            ("VILLA ROSA  SAN MARCOS  RIO ALTO", vec!["VILLA ROSA", "SAN MARCOS", "RIO ALTO"]),
            ("SAN MARCOS. BS. AS.", vec!["SAN MARCOS", "BS. AS."]),
            ("GRAL. VELA", vec!["GRAL. VELA"]),
            ("Calle 7, San Marcos", vec!["Calle 7", "San Marcos"]),
            ("SAN MARCOS. BS. AS. (en su casa)", vec!["en su casa", "SAN MARCOS", "BS. AS."]),
            ("ROSAS (ex VELA)  RIO ALTO", vec!["ROSAS (ex VELA)", "RIO ALTO"]),
            ("Turma / Kolm", vec!["Turma", "Kolm"]),
            ("sin datos", vec![]),
            ("(sic)", vec!["(sic)"]),
        ] {
            assert_eq!(place_parts(words, |part| part == "sin datos"), expected, "{words}");
        }
    }
}
