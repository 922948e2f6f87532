//! How well suggestions meet what people marked: precision and recall per kind, strict and lenient, and per slot of a claim.
//!
//! Lenient: spans overlap by half (intersection over union), one to one; a claim is met by type and overlap. Strict: the
//! same bytes. What labels call optional is neither rewarded nor punished. A score on texts that the rules were written on
//! forecasts nothing about others.

use super::{ActClass, Anchors, Basis, CountBound, CountClass, MarkValue, Says, SuggestedClaim, Suggestions};
use habeas_core::{Date, PartialDate};
use serde::Deserialize;
use std::{collections::BTreeMap, ops::Range};

/// Labels of one text, as its labeller wrote them (`habeas-labels/1`).
#[derive(Debug, Clone, Deserialize)]
pub struct Labels {
    /// Name of the format.
    pub format: String,
    /// What the text says of its publication.
    #[serde(default)]
    pub meta: LabelMeta,
    /// Whole lines of furniture.
    #[serde(default)]
    pub chrome: Vec<LabelSpan>,
    /// Marked words.
    #[serde(default)]
    pub mentions: Vec<LabelMention>,
    /// What the text says happened.
    #[serde(default)]
    pub claims: Vec<LabelClaim>,
}

/// Days of publication.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct LabelMeta {
    /// Last.
    pub published: Option<String>,
    /// First.
    pub first_published: Option<String>,
}

/// A span with its words, which must stand there.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelSpan {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The words.
    pub text: String,
}

/// A marked word.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelMention {
    /// `date`, `count`, `person`, `org`, `place`, `act`.
    pub kind: String,
    /// Where.
    #[serde(flatten)]
    pub span: LabelSpan,
    /// Neither rewarded nor punished.
    #[serde(default)]
    pub optional: bool,
    /// Value of a date.
    pub edtf: Option<String>,
    /// Least number.
    pub min: Option<u64>,
    /// Greatest number.
    pub max: Option<u64>,
    /// «around».
    #[serde(default)]
    pub approx: bool,
    /// No number.
    #[serde(default)]
    pub vague: bool,
    /// Type of an act.
    #[serde(rename = "type")]
    pub act: Option<String>,
    /// Class of a date, count or place.
    pub cls: Option<String>,
    /// Unit of a count.
    pub unit: Option<String>,
}

/// A labelled claim.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelClaim {
    /// What.
    #[serde(rename = "type")]
    pub act: String,
    /// Least and greatest number.
    #[serde(default)]
    pub count: Vec<Option<u64>>,
    /// When.
    pub date: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// By whom.
    pub perp: Option<String>,
    /// Who says so.
    pub source: Option<String>,
    /// A general statement.
    #[serde(default)]
    pub pattern: bool,
    /// Where it stands.
    pub spans: Vec<LabelSpan>,
}

/// Why labels cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Not JSON of the format.
    #[error("the labels are not of the format habeas-labels/1 (line {line})")]
    Format {
        /// Line of the file.
        line: usize,
    },
    /// A span whose words do not stand there.
    #[error("bytes {start} to {end} of the text are not the words that the labels give")]
    Words {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
}

impl Labels {
    /// Reads labels and checks every span against the text.
    ///
    /// # Errors
    /// [`LabelError`] for another format, or the first span whose words do not stand there.
    pub fn parse(json: &str, text: &str) -> Result<Self, LabelError> {
        let labels: Self = serde_json::from_str(json).map_err(|error| LabelError::Format { line: error.line() })?;
        if labels.format != "habeas-labels/1" {
            return Err(LabelError::Format { line: 1 });
        }
        let claims = labels.claims.iter().flat_map(|claim| &claim.spans);
        for span in labels.chrome.iter().chain(labels.mentions.iter().map(|mention| &mention.span)).chain(claims) {
            if text.get(span.start..span.end) != Some(span.text.as_str()) {
                return Err(LabelError::Words { start: span.start, end: span.end });
            }
        }
        Ok(labels)
    }

    /// The days of publication that values of the labels hang on: those of the text, else those that the labeller knew from
    /// elsewhere (the page's address), as `--published` tells them.
    pub fn anchors(&self, stated: Anchors) -> Anchors {
        let day = |words: &Option<String>| words.as_ref().and_then(|words| words.parse::<Date>().ok());
        let known = Anchors { published: day(&self.meta.published), first_published: day(&self.meta.first_published) };
        if stated.published.is_some() { stated } else { known }
    }
}

/// How many there were, how many were found, how many of those were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Labelled.
    pub expected: u64,
    /// Labelled and found.
    pub found: u64,
    /// Suggested, without what met an optional label.
    pub suggested: u64,
    /// Suggested and labelled.
    pub right: u64,
}

impl Tally {
    /// Share of the labelled that was found; none where nothing was labelled.
    pub fn recall(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.found as f64 / self.expected as f64)
    }

    /// Share of the suggested that was right; none where nothing was suggested.
    pub fn precision(&self) -> Option<f64> {
        (self.suggested > 0).then(|| self.right as f64 / self.suggested as f64)
    }

    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.suggested += other.suggested;
        self.right += other.right;
    }
}

/// Scores of one text or of several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// Mentions by kind, spans overlapping by half.
    pub lenient: BTreeMap<&'static str, Tally>,
    /// Mentions by kind, the same bytes.
    pub strict: BTreeMap<&'static str, Tally>,
    /// Values of mentions that were found, by kind; `expected` are those with a value.
    pub values: BTreeMap<&'static str, Tally>,
    /// Countable claims.
    pub claims: Tally,
    /// Slots of claims that were found: `expected` claims, `found` right ones.
    pub slots: BTreeMap<&'static str, Tally>,
    /// Claims of which every slot is right.
    pub all_slots: Tally,
    /// Claims of which type, count, date and place are right.
    pub four_slots: Tally,
}

impl Score {
    /// Adds another text's.
    pub fn add(&mut self, other: &Self) {
        for (ours, theirs) in [
            (&mut self.lenient, &other.lenient),
            (&mut self.strict, &other.strict),
            (&mut self.values, &other.values),
            (&mut self.slots, &other.slots),
        ] {
            for (kind, tally) in theirs {
                ours.entry(kind).or_default().add(tally);
            }
        }
        self.claims.add(&other.claims);
        self.all_slots.add(&other.all_slots);
        self.four_slots.add(&other.four_slots);
    }
}

/// Kinds as labels and suggestions name them.
const KINDS: [(&str, &str); 6] = [
    ("date", "date"),
    ("count", "count"),
    ("person", "person"),
    ("org", "organisation"),
    ("place", "place"),
    ("act", "act"),
];

/// Compares suggestions with labels of the same text.
pub fn score(text: &str, suggestions: &Suggestions, labels: &Labels) -> Score {
    let mut score = Score::default();
    for (label_kind, kind) in KINDS {
        let expected: Vec<&LabelMention> =
            labels.mentions.iter().filter(|mention| mention.kind == label_kind).collect();
        let suggested: Vec<_> =
            suggestions.marks.iter().filter(|mark| mark.value.kind() == kind && !has_no_label(&mark.value)).collect();
        let ranges: Vec<Range<usize>> = suggested.iter().map(|mark| mark.range.clone()).collect();
        for (strict, tallies) in [(false, &mut score.lenient), (true, &mut score.strict)] {
            let pairs = pair(&expected, &ranges, strict);
            let optional = |idx: usize| {
                pairs.iter().any(|(label, mark)| *mark == idx && expected[*label].optional)
                // Touching an optional label is no error either.
                || expected.iter().any(|label| label.optional && overlap(&ranges[idx], &(label.span.start..label.span.end)) > 0.0)
            };
            let met: Vec<_> = pairs.iter().filter(|(label, _)| !expected[*label].optional).collect();
            let n_suggested =
                (0..ranges.len()).filter(|idx| met.iter().any(|(_, mark)| mark == idx) || !optional(*idx)).count();
            tallies.insert(
                kind,
                Tally {
                    expected: expected.iter().filter(|label| !label.optional).count() as u64,
                    found: met.len() as u64,
                    suggested: n_suggested as u64,
                    right: met.len() as u64,
                },
            );
        }
        let mut values = Tally::default();
        for (label, mark) in pair(&expected, &ranges, false) {
            if let Some(right) = value_right(expected[label], &suggested[mark].value) {
                values.expected += 1;
                values.suggested += 1;
                values.found += u64::from(right);
                values.right += u64::from(right);
            }
        }
        if values.expected > 0 {
            score.values.insert(kind, values);
        }
    }
    score_claims(text, suggestions, labels, &mut score);
    score
}

/// The suggestions that labels can judge: they know no general statement and no release of anybody.
fn countable(suggestions: &Suggestions) -> Vec<&SuggestedClaim> {
    suggestions.claims.iter().filter(|claim| !claim.pattern && claim.class != ActClass::Release).collect()
}

fn has_no_label(value: &MarkValue) -> bool {
    matches!(value, MarkValue::Act(ActClass::Attack | ActClass::Release))
}

/// Pairs labels with marks, one to one, the greatest overlap first.
fn pair(labels: &[&LabelMention], marks: &[Range<usize>], strict: bool) -> Vec<(usize, usize)> {
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (l, label) in labels.iter().enumerate() {
        for (m, mark) in marks.iter().enumerate() {
            let share = overlap(mark, &(label.span.start..label.span.end));
            if share >= if strict { 1.0 } else { 0.5 } {
                all.push((share, l, m));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, l, m) in all {
        if pairs.iter().all(|(label, mark)| *label != l && *mark != m) {
            pairs.push((l, m));
        }
    }
    pairs
}

/// Intersection over union.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> f64 {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let union = (a.end - a.start) + (b.end - b.start) - shared;
    if union == 0 { 0.0 } else { shared as f64 / union as f64 }
}

/// Whether the value is right; none where the label gives none that could be compared.
fn value_right(label: &LabelMention, value: &MarkValue) -> Option<bool> {
    match value {
        MarkValue::Date(date) => {
            let expected = label.edtf.as_deref()?;
            Some(match (&date.value, &date.length) {
                (Some(value), _) => date_right(expected, value),
                (None, Some(length)) => same_length(expected, length),
                (None, None) => false,
            })
        }
        MarkValue::Count(count) if !label.vague && label.cls.as_deref() != Some("ratio") => {
            let right = count_right(&[label.min, label.max], label.approx, count);
            (label.min.is_some() || label.max.is_some()).then_some(right)
        }
        MarkValue::Act(class) => Some(label.act.as_deref()? == label_act(class.code())),
        _ => None,
    }
}

fn label_act(code: &str) -> String {
    code.replace('-', "_")
}

/// Lengths in ISO 8601; a week is seven days.
fn same_length(expected: &str, length: &str) -> bool {
    let days = |length: &str| {
        let n: u64 = length.get(1..length.len().checked_sub(1)?)?.parse().ok()?;
        Some(match length.chars().last()? {
            'W' => (7 * n, 'D'),
            unit => (n, unit),
        })
    };
    days(expected) == days(length)
}

/// A reading that begins where the label does is right; of an open label the beginning, of a month or year the whole.
fn date_right(expected: &str, value: &PartialDate) -> bool {
    let (from, to) = match expected.split_once('/') {
        Some(("..", to)) => (None, bounds(to).map(|(_, last)| last)),
        Some((from, "..")) => (bounds(from).map(|(first, _)| first), None),
        Some((from, to)) => (bounds(from).map(|(first, _)| first), bounds(to).map(|(_, last)| last)),
        None => (bounds(expected).map(|(first, _)| first), bounds(expected).map(|(_, last)| last)),
    };
    value.readings().any(|reading| match (from, to) {
        (Some(from), _) => {
            // «since December» begins somewhere in it.
            reading.earliest == Some(from)
                && (expected.contains("/..")
                    || to.is_none()
                    || reading.latest == to
                    || to.is_some() && reading.latest <= to && reading.earliest.is_some())
        }
        (None, Some(to)) => reading.latest == Some(to),
        (None, None) => false,
    })
}

fn bounds(words: &str) -> Option<(Date, Date)> {
    let mut parts = words.split('-').map(|part| part.parse::<i16>().ok());
    let year = parts.next()??;
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(month), Some(day)) => {
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(|day| (day, day))
        }
        (Some(month), None) => {
            let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        _ => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
    }
}

fn count_right(expected: &[Option<u64>], approx: bool, count: &super::TextCount) -> bool {
    let (min, max) = (expected.first().copied().flatten(), expected.get(1).copied().flatten());
    if approx {
        return count.bound != CountBound::Exact && (count.best == min || count.stated == min);
    }
    let exact = (count.low, count.high) == (min, max);
    exact || count.readings.contains(&(min, max)) || count.class == CountClass::Measure && count.stated == min
}

/// Which countable claim of the labels each countable suggestion meets: both by their place among the countable ones.
fn claim_pairs(labels: &Labels, suggestions: &Suggestions) -> Vec<(usize, usize)> {
    let expected: Vec<&LabelClaim> = labels.claims.iter().filter(|claim| !claim.pattern).collect();
    let suggested = countable(suggestions);
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (l, label) in expected.iter().enumerate() {
        for (s, claim) in suggested.iter().enumerate() {
            let share =
                label.spans.iter().map(|span| overlap(&claim.range, &(span.start..span.end))).fold(0.0, f64::max);
            // Of claims in one sentence the number tells which is which.
            let count = claim.count.as_ref().is_some_and(|slot| count_right(&label.count, false, &slot.value));
            if label.act == label_act(claim.class.code()) && share > 0.0 {
                all.push((share + f64::from(u8::from(count)), l, s));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, l, s) in all {
        if pairs.iter().all(|(label, claim)| *label != l && *claim != s) {
            pairs.push((l, s));
        }
    }
    pairs
}

fn score_claims(text: &str, suggestions: &Suggestions, labels: &Labels, score: &mut Score) {
    let expected: Vec<&LabelClaim> = labels.claims.iter().filter(|claim| !claim.pattern).collect();
    let suggested = countable(suggestions);
    let pairs = claim_pairs(labels, suggestions);
    let n = pairs.len() as u64;
    let totals = Tally { expected: expected.len() as u64, found: n, suggested: suggested.len() as u64, right: n };
    score.claims.add(&totals);
    let (mut whole, mut four) = (totals, totals);
    (whole.found, whole.right, four.found, four.right) = (0, 0, 0, 0);
    for (l, s) in pairs {
        let (label, claim) = (expected[l], suggested[s]);
        let slots = slots_right(text, label, claim);
        for (name, right) in slots {
            let tally = score.slots.entry(name).or_default();
            tally.expected += 1;
            tally.suggested += 1;
            tally.found += u64::from(right);
            tally.right += u64::from(right);
        }
        let all = slots.iter().all(|(_, right)| *right);
        let some =
            slots.iter().filter(|(name, _)| matches!(*name, "count" | "date" | "place")).all(|(_, right)| *right);
        for (tally, right) in [(&mut whole, all), (&mut four, some)] {
            tally.found += u64::from(right);
            tally.right += u64::from(right);
        }
    }
    score.all_slots.add(&whole);
    score.four_slots.add(&four);
}

/// Which slots of a claim meet its label.
fn slots_right(text: &str, label: &LabelClaim, claim: &SuggestedClaim) -> [(&'static str, bool); 5] {
    let approx = label.count.first() == label.count.get(1);
    let count = match &claim.count {
        Some(slot) => {
            count_right(&label.count, false, &slot.value) || approx && count_right(&label.count, true, &slot.value)
        }
        None => label.count.iter().flatten().count() == 0,
    };
    let date = match (&label.date, &claim.date) {
        // Words without a value say no more than a label without one.
        (None, slot) => slot.as_ref().is_none_or(|slot| slot.value.value.is_none()),
        (Some(expected), Some(slot)) => slot.value.value.as_ref().is_some_and(|value| date_right(expected, value)),
        _ => false,
    };
    let words = |range: &Range<usize>| text[range.clone()].to_lowercase();
    // A place or name is right where one contains the other: labels give them in words.
    let meets = |expected: &str, range: &Range<usize>| {
        let (expected, found) = (expected.to_lowercase(), words(range));
        expected.contains(&found) || found.contains(&expected)
    };
    let place = match (&label.place, &claim.place) {
        (None, None) => true,
        (Some(expected), Some(slot)) => meets(expected, &slot.ranges[0]),
        _ => false,
    };
    let perpetrator = match (&label.perp, &claim.perpetrator) {
        (None, None) => true,
        (Some(expected), Some(slot)) => {
            let claimed = expected.to_lowercase();
            meets(expected, &slot.range)
                || slot.value == Basis::ClaimedResponsibility && claimed.contains(&words(&slot.range))
        }
        _ => false,
    };
    // Labels name the author or somebody else; what they add in brackets explains.
    let source = label.source.as_deref().unwrap_or("author");
    let by_author = source.starts_with("author") || source.contains("count: author");
    let says = match &claim.says {
        Says::Author => by_author,
        Says::Named(slot) | Says::Unnamed(slot) => meets(source, &slot.range),
    };
    [("count", count), ("date", date), ("place", place), ("perpetrator", perpetrator), ("who-says-so", says)]
}
