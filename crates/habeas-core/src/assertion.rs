//! Assertions: who says what of which entity, in which words, on what ground; and how each stands after all that people
//! have said about it.
//!
//! Nothing is changed or removed. A correction names what it supersedes, a speaker who takes something back is a further
//! assertion, and a review is one about an assertion. Only what a person has accepted counts.

use crate::vocabulary::vocabulary;
use crate::{
    AssertionId, Attribution, CountValue, Entity, EntityKind, Matter, Measure, Modality, PartialDate, Polarity,
    Resolution, SourceId, Topic, UserId, Value,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

vocabulary!(
    /// On what ground a speaker says something.
    Basis {
        /// Saw it.
        Witnessed = "witnessed",
        /// Was told.
        Told = "told",
        /// Rests on a document.
        Document = "document",
        /// Rests on an examination.
        Forensic = "forensic",
        /// Found by a court.
        CourtFinding = "court-finding",
        /// The perpetrators say that it was they.
        ClaimOfResponsibility = "claim-of-responsibility",
        /// Inferred from what is usual.
        Pattern = "pattern",
        /// Not told.
        NotStated = "not-stated",
    }
);
vocabulary!(
    /// How an assertion stands with its readers.
    Review {
        /// Nobody has confirmed it; it changes no number.
        Proposed = "proposed",
        /// Confirmed.
        Accepted = "accepted",
        /// Readers decided against each other.
        Conflict = "conflict",
        /// Something is still to be done.
        WorkNeeded = "work-needed",
        /// Turned down.
        Rejected = "rejected",
    }
);
vocabulary!(
    /// How private a value is; it hides the value, not its label.
    Sensitivity {
        /// May be shown to all members, and published where consent allows.
        Public = "public",
        /// For whoever reads case files.
        Restricted = "restricted",
        /// For whoever codes.
        Secret = "secret",
    }
);

/// Grades of a source (A–F) and of its information (1–6), to sort and filter by, never a weight in a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grade {
    /// 0 for A (reliable) to 5 for F (cannot be judged).
    pub source: u8,
    /// 1 (confirmed by another independent source) to 6 (cannot be judged).
    pub information: u8,
}

impl Grade {
    /// Reads `B2`.
    pub fn from_code(code: &str) -> Option<Self> {
        let [source @ b'A'..=b'F', information @ b'1'..=b'6'] = code.as_bytes() else { return None };
        Some(Self { source: source - b'A', information: information - b'0' })
    }

    /// As written: `B2`.
    pub fn code(self) -> String {
        format!("{}{}", char::from(b'A' + self.source.min(5)), self.information)
    }
}

/// By what an assertion was made, so that all that one faulty rule made can be found and made anew.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MadeBy {
    /// A person read the words.
    Person,
    /// A rule of this name and version.
    Rule(String, u32),
}

/// Words of a source: where they stand in the text that was made of it, and what they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quote {
    /// The source.
    pub source: SourceId,
    /// Bytes of its text.
    pub range: Range<u32>,
    /// The words at this place, checked when the assertion was made and whenever the source is opened.
    pub words: String,
}

/// Why words are no quotation of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// The range is no part of the text, or cuts a letter.
    #[error("bytes {start} to {end} are no part of the text")]
    OutOfText {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// The words do not occur.
    #[error("the words do not stand in the text")]
    NotFound,
    /// The words occur several times and nobody said which is meant.
    #[error("the words stand {n} times in the text")]
    Several {
        /// How often.
        n: usize,
    },
    /// There is no such occurrence.
    #[error("there are {n} occurrences of the words, not {asked}")]
    NoSuchOccurrence {
        /// How many there are.
        n: usize,
        /// Which was asked for, from 1.
        asked: usize,
    },
}

impl Quote {
    /// The words at a range of a text.
    ///
    /// # Errors
    /// [`QuoteError::OutOfText`].
    pub fn at(source: SourceId, text: &str, range: Range<usize>) -> Result<Self, QuoteError> {
        let Range { start, end } = range;
        let wrong = QuoteError::OutOfText { start, end };
        let words = text.get(start..end).filter(|words| !words.is_empty()).ok_or(wrong)?;
        let bound = |at: usize| u32::try_from(at).map_err(|_| wrong);
        Ok(Self { source, range: bound(start)?..bound(end)?, words: words.to_owned() })
    }

    /// The place of words in a text: the only one, or the one asked for, counted from 1.
    ///
    /// # Errors
    /// [`QuoteError`] where the words do not stand there, or it is not clear which place is meant.
    pub fn find(source: SourceId, text: &str, words: &str, occurrence: Option<usize>) -> Result<Self, QuoteError> {
        let places: Vec<usize> =
            if words.is_empty() { Vec::new() } else { text.match_indices(words).map(|(at, _)| at).collect() };
        let start = match (places.len(), occurrence) {
            (0, _) => return Err(QuoteError::NotFound),
            (1, None) => places[0],
            (n, None) => return Err(QuoteError::Several { n }),
            (n, Some(asked)) => {
                *asked.checked_sub(1).and_then(|at| places.get(at)).ok_or(QuoteError::NoSuchOccurrence { n, asked })?
            }
        };
        Self::at(source, text, start..start + words.len())
    }

    /// Whether the words still stand at their place.
    pub fn holds_in(&self, text: &str) -> bool {
        text.get(self.range.start as usize..self.range.end as usize) == Some(self.words.as_str())
    }
}

/// That a figure moves in one direction: «has increased every year since».
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trend {
    /// Of what.
    pub measure: Measure,
    /// Whether it is said to rise.
    pub rises: bool,
    /// First year of the claim.
    pub since: i16,
}

/// A ratio as printed, in hundredths of a per cent: 70.20 % is 7020.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// Hundredths of a per cent.
    pub basis_points: i64,
    /// Decimals as printed; recomputed values are compared at this precision.
    pub decimals: u8,
    /// The part, or the later figure of a change.
    pub of: AssertionId,
    /// The whole, or the earlier figure of a change.
    pub to: AssertionId,
    /// Whether the ratio is that of the change.
    pub is_change: bool,
}

/// What an assertion says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A value as in records; nothing but the words where nobody could read more.
    Value(Value),
    /// Words that a person typed.
    Text(String),
    /// A code of the topic's vocabulary.
    Code(String),
    /// Another entity, with a code where the topic has them (a degree of involvement, a kind of link).
    Entity(Entity, Option<String>),
    /// A figure.
    Count(Box<CountValue>),
    /// A trend.
    Trend(Trend),
    /// A ratio.
    Ratio(Ratio),
    /// A review, with the reason.
    Review(Review, String),
    /// How a conflict is settled.
    Resolution(Resolution),
}

/// One claim with its speaker: the only kind of fact there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// Its id.
    pub id: AssertionId,
    /// When it was recorded, milliseconds of UTC since 1970.
    pub recorded_ms: i64,
    /// By whom.
    pub recorded_by: UserId,
    /// Of what it speaks.
    pub about: Entity,
    /// Which question it answers.
    pub topic: Topic,
    /// The answer.
    pub content: Content,
    /// The words that it rests on; none only where a person says it of themselves (a review, a handle).
    pub quotes: Vec<Quote>,
    /// For or against.
    pub polarity: Polarity,
    /// How it is put.
    pub modality: Modality,
    /// On what ground.
    pub basis: Basis,
    /// Who says so and through whom, where that is not the source itself.
    pub said_by: Option<Attribution>,
    /// When it was said.
    pub said_at: Option<PartialDate>,
    /// When it was true.
    pub valid: Option<PartialDate>,
    /// Grades, where somebody gave them.
    pub grade: Option<Grade>,
    /// How private the value is.
    pub sensitivity: Sensitivity,
    /// How it stood when it was recorded: what a person types is accepted by them, what a rule makes is proposed.
    pub review: Review,
    /// By what it was made.
    pub made_by: MadeBy,
    /// The earlier assertion that it corrects, or takes back where its polarity says so.
    pub supersedes: Option<AssertionId>,
}

/// How one assertion stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// With its readers.
    pub review: Review,
    /// Who has accepted it, its author included.
    pub accepted_by: BTreeSet<UserId>,
    /// The accepted assertion that corrects it.
    pub superseded_by: Option<AssertionId>,
    /// The accepted assertion by which its speaker takes it back.
    pub taken_back_by: Option<AssertionId>,
    /// Questions that nobody has answered.
    pub open_questions: usize,
}

impl Stand {
    /// Whether it counts: accepted, and neither corrected nor taken back.
    pub fn counts(&self) -> bool {
        self.review == Review::Accepted && self.superseded_by.is_none() && self.taken_back_by.is_none()
    }

    /// Whether somebody other than the author has accepted it.
    pub fn has_second_reader(&self, author: UserId) -> bool {
        self.accepted_by.iter().any(|user| *user != author)
    }
}

/// How every assertion stands. The order of `assertions` and repetitions in it make no difference.
pub fn standings<'a>(assertions: impl IntoIterator<Item = &'a Assertion>) -> BTreeMap<AssertionId, Stand> {
    let all: BTreeMap<AssertionId, &Assertion> = assertions.into_iter().map(|one| (one.id, one)).collect();
    let mut ordered: Vec<&Assertion> = all.values().copied().collect();
    ordered.sort_by_key(|one| (one.recorded_ms, one.id));
    let mut verdicts: BTreeMap<AssertionId, BTreeMap<UserId, Review>> = BTreeMap::new();
    let mut questions: BTreeMap<AssertionId, i64> = BTreeMap::new();
    for one in &ordered {
        verdicts.entry(one.id).or_default().entry(one.recorded_by).or_insert(one.review);
        let target = AssertionId(one.about.id.0);
        if one.about.kind == EntityKind::Assertion && one.review == Review::Accepted {
            match (&one.content, one.topic) {
                (Content::Review(review, _), _) => {
                    verdicts.entry(target).or_default().insert(one.recorded_by, *review);
                }
                (_, Topic::Of(Matter::Question)) => *questions.entry(target).or_default() += 1,
                (_, Topic::Of(Matter::Answer)) => *questions.entry(target).or_default() -= 1,
                _ => {}
            }
        }
    }
    let mut stands: BTreeMap<AssertionId, Stand> = BTreeMap::new();
    for id in all.keys() {
        let given = &verdicts[id];
        let accepted_by = given.iter().filter(|(_, review)| **review == Review::Accepted).map(|(user, _)| *user);
        let open_questions = questions.get(id).map_or(0, |n| (*n).max(0) as usize);
        let (review, accepted_by) = (agreed(given), accepted_by.collect());
        stands.insert(*id, Stand { review, accepted_by, superseded_by: None, taken_back_by: None, open_questions });
    }
    for one in &ordered {
        let Some(earlier) = one.supersedes else { continue };
        let accepted = stands[&one.id].review == Review::Accepted;
        if !accepted || leads_back(&all, one) {
            continue;
        }
        if let Some(stand) = stands.get_mut(&earlier) {
            let by =
                if one.polarity == Polarity::Retracts { &mut stand.taken_back_by } else { &mut stand.superseded_by };
            by.get_or_insert(one.id);
        }
    }
    stands
}

/// What several readers together say: the author's proposal is no verdict; accepted against rejected is a conflict.
fn agreed(given: &BTreeMap<UserId, Review>) -> Review {
    let said: BTreeSet<Review> = given.values().copied().filter(|review| *review != Review::Proposed).collect();
    let has = |review| said.contains(&review);
    match () {
        () if said.is_empty() => Review::Proposed,
        () if has(Review::Conflict) || has(Review::Accepted) && has(Review::Rejected) => Review::Conflict,
        () if has(Review::Rejected) => Review::Rejected,
        () if has(Review::WorkNeeded) => Review::WorkNeeded,
        () => Review::Accepted,
    }
}

/// Whether corrections go round in a circle: then none of them holds.
fn leads_back(all: &BTreeMap<AssertionId, &Assertion>, from: &Assertion) -> bool {
    let mut seen = BTreeSet::from([from.id]);
    let mut next = from.supersedes;
    while let Some(id) = next {
        if !seen.insert(id) {
            return true;
        }
        next = all.get(&id).and_then(|one| one.supersedes);
    }
    false
}

impl Assertion {
    /// The words that it rests on; several places are joined by « · ».
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.quotes.iter().map(|quote| quote.words.as_str()).collect();
        words.join(" · ")
    }

    /// The figure, if it is one.
    pub fn count(&self) -> Option<&CountValue> {
        match &self.content {
            Content::Count(count) => Some(count),
            _ => None,
        }
    }

    /// The date, if it says one.
    pub fn date(&self) -> Option<&PartialDate> {
        match &self.content {
            Content::Value(Value::Date(date)) => Some(date),
            _ => None,
        }
    }

    /// The entity that it leads to, if it does.
    pub fn leads_to(&self) -> Option<Entity> {
        match &self.content {
            Content::Entity(entity, _) => Some(*entity),
            _ => None,
        }
    }

    /// Whether it may enter a tally at all: opinions, demands and denials do not.
    pub fn is_tallied(&self) -> bool {
        self.polarity == Polarity::Affirms && !matches!(self.modality, Modality::Opinion | Modality::Demand)
    }
}

/// Those assertions that count, in the order given.
pub fn counting<'a>(assertions: &'a [Assertion], stands: &BTreeMap<AssertionId, Stand>) -> Vec<&'a Assertion> {
    assertions.iter().filter(|one| stands.get(&one.id).is_some_and(Stand::counts)).collect()
}

#[cfg(test)]
pub(crate) mod tests;
