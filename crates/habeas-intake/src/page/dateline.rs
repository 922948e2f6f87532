//! What a text says of its own publication: «Saturday 13 January 2024, by …», «Date first published: …», «Published in …».
//!
//! Four dates are told apart and none stands in for another. Only set phrases and lines that are nothing but a date count:
//! a date inside a sentence is a date of what happened.

use super::draft::DetailKind;
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

/// A day as pages write it; what it means is read elsewhere.
const DAY: &str = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+\d{4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})";

static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)(?:date\s+)?(?:first|originally)\s+published(?:\s+(?:on|in))?\s*:?\s*({DAY})"))
});
static UPDATED: LazyLock<Regex> = LazyLock::new(|| {
    // «Updated at 11:59 a.m. ET on 3 May 2019».
    let hour = r"\s+at\s+[\d:.]{1,5}(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,4})?";
    pattern(&format!(r"(?i)(?:last\s+)?(?:updated|modified|revised)(?:{hour})?(?:\s+(?:on|at))?\s*[:–-]?\s*({DAY})"))
});
static PUBLISHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)(?:published|posted|date)(?:\s+(?:on|at)|\s+in\s+\w[\w’' ]{{1,60}}?)?\s*[:,–-]?\s*({DAY})"))
});
/// A line that is a date, perhaps with the author behind it.
static LINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)^\s*[*_>-]*\s*({DAY})\s*(?:$|[,|–—-]|\(|by\b)")));

/// A line of a page's head that ends in a date, or in its hour and whatever buttons stand behind: «By Adira Venn, Kesh,
/// April 28, 2016», «News | 28 Nov 2018 10:15 IST».
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|(\S+)\s+)(?i:({DAY}))(?:,?\s+(?:at\s+)?\d{{1,2}}[:.]\d{{2}}.{{0,30}}|\s*[,|–—(-].{{0,30}}|\s+[A-Z].{{0,30}})?\s*$"
    ))
});
/// «KESH, 28 November 2018 (Tiran Press) –», «Kesh (Tiran Press, 28 November 2018) –»: the head of a report, in the line of its first sentence.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^\s*[A-Z][\w.’'-]*(?:[ ,/]+[A-Z(][\w.’')-]*){{0,4}}(?:,?\s*\([^()]{{0,40}}[ ,–—-]+|[ ,(]+)(?i:({DAY}))\s*\)?\s*(?:\([^()]{{1,30}}\)\s*)?(?::|–|—|-)"
    ))
});
/// «date 2018-01-23 …» as saved pages begin, whatever follows.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^\s*date:?\s+({DAY})")));

/// Lines at the beginning of a text that may belong to its head.
const HEAD_LINES: usize = 8;
/// Bytes that a line of a head has at most.
const HEAD_BYTES: usize = 90;

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the pattern is a constant")
}

/// The dates that a text gives itself, in its own words.
pub(super) fn find(text: &str) -> Vec<(DetailKind, String)> {
    let mut found: Vec<(DetailKind, String)> = Vec::new();
    let push = |found: &mut Vec<(DetailKind, String)>, kind, words: &str| {
        let entry = (kind, words.trim().to_owned());
        if !found.contains(&entry) {
            found.push(entry);
        }
    };
    if let Some(day) = text.lines().next().and_then(|line| BEGINS.captures(line)?.get(1)) {
        push(&mut found, DetailKind::Published, day.as_str());
    }
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(HEAD_LINES) {
        if let Some(day) = in_head(line) {
            push(&mut found, DetailKind::Published, day);
        }
    }
    let head = text.lines().filter(|line| !line.trim().is_empty()).take(HEAD_LINES);
    if found.is_empty()
        && let Some(day) = head.filter_map(|line| DATELINE.captures(line)?.get(1)).next()
    {
        found.push((DetailKind::Published, day.as_str().to_owned()));
    }
    // Further down, a day before a dash begins an entry of a chronology.
    let below = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .nth(HEAD_LINES)
        .map_or(text.len(), |line| line.as_ptr() as usize - text.as_ptr() as usize);
    for line in text.lines().filter(|line| line.len() <= 400) {
        let in_head = (line.as_ptr() as usize - text.as_ptr() as usize) < below;
        let words = |pattern: &Regex| pattern.captures(line).and_then(|found| found.get(1)).map(|day| day.range());
        let (first, updated) = (words(&FIRST), words(&UPDATED));
        if let Some(day) = &first {
            push(&mut found, DetailKind::FirstPublished, &line[day.clone()]);
        }
        if let Some(day) = &updated {
            push(&mut found, DetailKind::Updated, &line[day.clone()]);
        }
        let other = |day: &Range<usize>| first.as_ref() != Some(day) && updated.as_ref() != Some(day);
        let published = words(&PUBLISHED)
            .filter(other)
            .or_else(|| words(&LINE).filter(|day| other(day) && (in_head || line.trim().len() == day.len())));
        if let Some(day) = published {
            // «published» inside running text is mostly about something else: only short lines speak of the page.
            if line.len() <= 160 {
                push(&mut found, DetailKind::Published, &line[day]);
            }
        }
    }
    found
}

/// The date in a short line that is no sentence.
fn in_head(line: &str) -> Option<&str> {
    const INSIDE_A_SENTENCE: [&str; 17] = [
        "on",
        "since",
        "until",
        "till",
        "of",
        "from",
        "in",
        "to",
        "and",
        "at",
        "before",
        "after",
        "by",
        "between",
        "dated",
        "updated",
        "published",
    ];
    let found = HEAD.captures(line).filter(|_| line.len() <= HEAD_BYTES && !line.to_lowercase().contains("updated"))?;
    let before = found.get(1).map_or(String::new(), |word| word.as_str().to_lowercase());
    (!INSIDE_A_SENTENCE.contains(&before.trim_end_matches([',', ':']))).then(|| found.get(2).map(|day| day.as_str()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        find(text).into_iter().map(|(kind, words)| format!("{}={words};", kind.code())).collect()
    }

    #[test]
    fn the_dates_of_publication_are_told_apart() {
        for (line, expected) in [
            (
                "Saturday 13 January 2024, by VENN Adira (Date first published: 30 December 2023).",
                "first-published=30 December 2023;published=Saturday 13 January 2024;",
            ),
            ("Published in Tiran Observer, July 12th, 2024", "published=July 12th, 2024;"),
            ("Last updated: March 3, 2021", "updated=March 3, 2021;"),
            ("Updated at 11:59 a.m. ET on 2019-06-17", "updated=2019-06-17;"),
            ("Kesh, Olenia (Tiran Press - 21st Jun, 2020 ) :Two men left.", "published=21st Jun, 2020;"),
            ("12 November 2016", "published=12 November 2016;"),
            ("29-01-2020", "published=29-01-2020;"),
            ("28 Nov 2018 | News", "published=28 Nov 2018;"),
            ("by Committee of Tirania, Kesh, April 28, 2016", "published=April 28, 2016;"),
            ("Our Correspondent December 13, 2017", "published=December 13, 2017;"),
            ("date 2018-01-23 KESH: Three men were taken, their families said.", "published=2018-01-23;"),
            ("Tiran Press, November 12, 2016 Adjust font size:", "published=November 12, 2016;"),
            ("Updated - November 28, 2021 09:19 pm IST", "updated=November 28, 2021;"),
            ("Published - October 01, 2010 03:26 pm IST - KESH", "published=October 01, 2010;"),
            ("November 12, 2016 1:31 am", "published=November 12, 2016;"),
            ("Kesh 13-May-2015", "published=13-May-2015;"),
            ("Kesh, Tirania, March 13, 2023: Three men were taken.", "published=March 13, 2023;"),
            (
                "KESH, 13 May 2015 (TPA) – Three men were taken, their families said on Friday.",
                "published=13 May 2015;",
            ),
            ("He was taken on 12 November 2016 from his home.", ""),
            ("He was taken on 12 November 2016", ""),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }
}
