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

/// The step to which an interval supports figures: two digits of its width, never finer than one.
pub fn supported_step(interval: Option<(f64, f64)>) -> f64 {
    let width = interval.map_or(0.0, |(low, high)| high - low);
    if width > 100.0 { 10f64.powf(width.log10().floor() - 1.0) } else { 1.0 }
}

/// A figure to a step; never below nought.
pub fn rounded(value: f64, step: f64) -> u64 {
    ((value / step).round() * step).max(0.0) as u64
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

    #[test]
    fn a_figure_shows_no_more_digits_than_its_interval_supports() {
        let cases = [(2_922.4, (2_810.0, 3_043.0), 2_920), (901_742.0, (896_316.0, 907_281.0), 902_000)];
        for (figure, interval, expected) in cases {
            assert_eq!(rounded(figure, supported_step(Some(interval))), expected);
        }
        assert_eq!(rounded(54.6, supported_step(Some((41.0, 77.0)))), 55);
        assert_eq!(rounded(-3.0, supported_step(None)), 0);
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
