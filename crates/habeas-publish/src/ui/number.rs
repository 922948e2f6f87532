//! Numbers as text: groups of three digits, shares as percentages.

/// Writes a count with its digits in groups of three, by a narrow space that does not break: `12 270`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Writes `part` of `whole` as a percentage with one decimal; «–» where there is no whole.
///
/// A share that is not all and not nothing never reads `100 %` or `0.0 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let share = part as f64 / whole as f64 * 100.0;
    if part > 0 && share < 0.05 {
        "<0.1%".to_owned()
    } else if part < whole && share >= 99.95 {
        ">99.9%".to_owned()
    } else {
        format!("{share:.1}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_share_is_not_rounded_to_nothing() {
        let cases = [(1, 5000, "<0.1%"), (4999, 5000, ">99.9%"), (5000, 5000, "100.0%"), (0, 7, "0.0%"), (1, 0, "–")];
        for (part, whole, expected) in cases {
            assert_eq!(percent(part, whole), expected);
        }
    }

    proptest! {
        #[test]
        fn grouping_changes_no_digit(n: u64) {
            let shown = grouped(n);
            let groups: Vec<&str> = shown.split('\u{202f}').collect();
            prop_assert_eq!(groups.concat(), n.to_string());
            prop_assert!(groups[1..].iter().all(|group| group.len() == 3));
        }
    }
}
