//! The arithmetic of the checks, on numbers alone.

use super::{Hint, Outcome};
use crate::{Bounds, Ratio, Trend};

/// Parts against a whole; `exhaustive` when the parts are said to be all of it.
///
/// Fails by Σ low − high of the whole where the parts are too many, by Σ high − low of the whole (negative) where
/// exhaustive parts are too few.
pub fn sum_against(whole: &Bounds, parts: &[Bounds], exhaustive: bool) -> Outcome {
    let sum = Bounds::sum(parts);
    let signed = |a: u64, b: u64| i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(i64::MAX);
    let most = whole.high;
    if let (Some(low), Some(high)) = (sum.low, most)
        && low > high
    {
        return Outcome::FailsBy(signed(low, high));
    }
    if let (true, Some(high), Some(low)) = (exhaustive, sum.high, whole.low)
        && high < low
    {
        return Outcome::FailsBy(signed(high, low));
    }
    let settled = |bounds: &Bounds| bounds.low.is_some() && bounds.low == bounds.high;
    let holds = match exhaustive {
        true => settled(whole) && settled(&sum),
        false => matches!((sum.high, whole.low), (Some(high), Some(low)) if high <= low),
    };
    if holds { Outcome::Holds } else { Outcome::CannotTell }
}

/// Received less disposed against pending. `new` and `done` are the month's own, where they are told: a difference that is
/// one of them says which figure is a month old.
pub fn stock(
    received: u64,
    disposed: u64,
    pending: u64,
    new: Option<u64>,
    done: Option<u64>,
) -> (Outcome, Option<Hint>) {
    let wide = |n: u64| i128::from(n);
    let difference = wide(pending) - (wide(received) - wide(disposed));
    if difference == 0 {
        return (Outcome::Holds, None);
    }
    let hint = if new.is_some_and(|new| difference == wide(new)) {
        Hint::ReceivedIsOlder
    } else if done.is_some_and(|done| difference == -wide(done)) {
        Hint::DisposedIsOlder
    } else {
        Hint::Unexplained
    };
    (Outcome::FailsBy(i64::try_from(difference).unwrap_or(i64::MAX)), Some(hint))
}

/// «Rises (falls) every year since» against exact figures by year, in order. Fails at the first step that goes the other
/// way or stands still, with the two years; a year that is missing leaves it open.
pub fn trend(points: &[(i16, u64)], claim: &Trend) -> (Outcome, Option<(i16, i16)>) {
    let points: Vec<(i16, u64)> = points.iter().copied().filter(|(year, _)| *year >= claim.since).collect();
    for pair in points.windows(2) {
        let [(from, before), (to, after)] = pair else { continue };
        let along = if claim.rises { after > before } else { after < before };
        if !along {
            let difference = i128::from(*after) - i128::from(*before);
            return (Outcome::FailsBy(i64::try_from(difference).unwrap_or(i64::MAX)), Some((*from, *to)));
        }
    }
    let whole = points.len() > 1
        && points.first().is_some_and(|(year, _)| *year == claim.since)
        && points.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
    (if whole { Outcome::Holds } else { Outcome::CannotTell }, None)
}

/// A percentage as printed against the two figures, at the printed precision; fails by units of its last decimal.
pub fn ratio(of: u64, to: u64, claim: &Ratio) -> Outcome {
    if to == 0 {
        return Outcome::CannotTell;
    }
    let decimals = u32::from(claim.decimals.min(2));
    // One unit of the last printed decimal, in hundredths of a per cent.
    let unit = 10i128.pow(2 - decimals);
    let part = if claim.is_change { i128::from(of) - i128::from(to) } else { i128::from(of) };
    // Rounded half away from zero, as prints do.
    let (top, bottom) = (part * 10_000 * 2, i128::from(to) * unit * 2);
    let rounded = (top + top.signum() * i128::from(to) * unit) / bottom;
    let printed = i128::from(claim.basis_points) / unit;
    match i64::try_from(printed - rounded).unwrap_or(i64::MAX) {
        0 => Outcome::Holds,
        d => Outcome::FailsBy(d),
    }
}
