//! Coding: suggestions that wait for a person, what a person makes of them, and the way back. One stroke is recorded together
//! or not at all, under the key of its form, so that it is recorded once.

use super::{Book, Desk, lock};
use crate::{
    commands::claims::{self, Coder, Step},
    failure::Failure,
};
use habeas_core::{
    Assertion, AssertionId, Bound, Content, CountValue, Entity, EntityKind, MadeBy, Matter, Review, Right, Source,
    SourceId, Topic, UserId, Value,
};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::{Arc, Mutex},
};

/// What is kept for coding while the vault is open.
#[derive(Default)]
pub(super) struct Kept {
    /// One stroke after the other: whoever comes second sees what the first has recorded.
    pub(super) turn: Mutex<()>,
    /// The text that was shown last.
    text: Mutex<Option<(SourceId, Arc<str>)>>,
}

/// What waits for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Queue {
    /// Proposals that nobody has said anything of.
    #[default]
    Proposed,
    /// Claims that one person has accepted and no second one has read.
    SecondReading,
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 2] = [Self::Proposed, Self::SecondReading];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::SecondReading => "second-reading",
        }
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.code() == code)
    }
}

/// Claims that are read together: what one passage says of one act, with the names of those it happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub about: Entity,
    /// The source of their words.
    pub source: SourceId,
    /// From the first of their words to the last, in bytes of the text.
    pub range: Range<u32>,
    /// The claims, in the order in which they were proposed; never empty.
    pub claims: Vec<AssertionId>,
}

/// What one person recorded in one stroke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// When, milliseconds since 1970: it names the stroke.
    pub at_ms: i64,
    /// What of it holds still and can be taken back, in log order.
    pub made: Vec<AssertionId>,
}

/// Why a stroke was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum Uncoded {
    /// Somebody has said something of these claims since they were shown.
    #[error("the claims have changed since they were shown")]
    Changed,
    /// What was typed cannot be recorded, or the vault refuses.
    #[error("{}", .0.what)]
    Refused(Box<Failure>),
}

impl From<Failure> for Uncoded {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

/// Claims that wait for a reader, by source in the order of its text.
pub fn groups(book: &Book, queue: Queue, me: UserId) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    let mut by_about: HashMap<(SourceId, Entity), usize> = HashMap::new();
    let mut open: Option<usize> = None;
    for one in book.assertions.iter().filter(|one| is_claim(one) && waits_for(book, one, queue, me)) {
        let Some(first) = one.quotes.first() else { continue };
        // The names of those to whom an act was done are proposed with it.
        let beside =
            open.filter(|idx| one.about.kind == EntityKind::Mention && found[*idx].about.kind == EntityKind::Act);
        let known = by_about.get(&(first.source, one.about)).copied().or(beside);
        let idx = known.filter(|idx| found[*idx].source == first.source).unwrap_or_else(|| {
            let range = first.range.clone();
            found.push(Group { about: one.about, source: first.source, range, claims: Vec::new() });
            by_about.insert((first.source, one.about), found.len() - 1);
            found.len() - 1
        });
        let group = &mut found[idx];
        for quote in one.quotes.iter().filter(|quote| quote.source == group.source) {
            group.range = group.range.start.min(quote.range.start)..group.range.end.max(quote.range.end);
        }
        group.claims.push(one.id);
        open = Some(idx);
    }
    let rank = |id: SourceId| book.sources.iter().position(|source| source.id == id);
    found.sort_by_key(|group| (rank(group.source), group.range.start, group.claims[0]));
    found
}

/// Whether it is said of the world, not of another claim or of a name.
pub fn is_claim(one: &Assertion) -> bool {
    !matches!(
        one.topic,
        Topic::Of(
            Matter::Handle | Matter::Review | Matter::Question | Matter::Answer | Matter::Assigned | Matter::Resolution
        )
    )
}

fn waits_for(book: &Book, one: &Assertion, queue: Queue, me: UserId) -> bool {
    match queue {
        Queue::Proposed => book.waits(one),
        Queue::SecondReading => book.stand(one.id).is_some_and(|stand| {
            stand.counts()
                && !stand.accepted_by.contains(&me)
                && !stand.has_second_reader(one.recorded_by)
                && stand.accepted_by.len() == 1
        }),
    }
}

/// How claims stand, as a short mark: it changes with every word about them.
pub fn state_of(book: &Book, claims: &[AssertionId]) -> String {
    let mut hash = Sha256::new();
    for id in claims {
        hash.update(id.0);
        let Some(stand) = book.stand(*id) else { continue };
        hash.update(stand.review.code());
        stand.accepted_by.iter().for_each(|user| hash.update(user.0));
        for other in [stand.superseded_by, stand.taken_back_by] {
            hash.update(other.map_or([0; 16], |other| other.0));
        }
        hash.update(stand.open_questions.to_be_bytes());
    }
    super::reviewing::short_mark(hash)
}

/// What a person would type to say what a claim says; none for what is not typed.
pub fn typed(book: &Book, one: &Assertion) -> Option<String> {
    Some(match &one.content {
        Content::Value(Value::Date(date)) => date.to_string(),
        Content::Value(Value::Place(place)) => place.parts.join(", "),
        Content::Value(Value::Name(name)) => name.text(),
        Content::Value(Value::Sex(sex)) => sex.code().into(),
        Content::Value(Value::Age(age)) if age.low == age.high => age.low.to_string(),
        Content::Value(Value::Age(age)) => format!("{}..{}", age.low, age.high),
        Content::Value(Value::Fate(fate)) => fate.code().into(),
        Content::Value(Value::Whereabouts(place)) => place.code().into(),
        Content::Value(Value::Acknowledgement(said)) => said.code().into(),
        Content::Value(Value::Register(register)) => register.code().into(),
        Content::Value(Value::Words) => String::new(),
        Content::Value(Value::Occurred) => return None,
        Content::Text(text) | Content::Code(text) => text.clone(),
        Content::Entity(entity, None) => book.name(*entity),
        Content::Count(count) => typed_count(count)?,
        Content::Entity(_, Some(_))
        | Content::Trend(_)
        | Content::Ratio(_)
        | Content::Review(..)
        | Content::Resolution(_) => return None,
    })
}

fn typed_count(count: &CountValue) -> Option<String> {
    let bounds = count.bounds();
    Some(match (count.bound, count.stated, bounds.low.zip(bounds.high)) {
        (Bound::Vague, ..) => Bound::Vague.code().into(),
        (Bound::Between, _, Some((low, high))) => format!("{} {low} {high}", Bound::Between.code()),
        (Bound::Exact, Some(n), _) => n.to_string(),
        (bound, Some(n), _) => format!("{} {n}", bound.code()),
        _ => return None,
    })
}

/// What a member recorded last and what of it holds still, the newest first.
pub fn last_coded(book: &Book, me: UserId, count: usize) -> Vec<Coded> {
    let mine: Vec<&Assertion> = book.assertions.iter().filter(|one| one.recorded_by == me).collect();
    let mut verdicts: HashMap<AssertionId, (AssertionId, Review)> = HashMap::new();
    for one in &mine {
        if let Content::Review(review, _) = &one.content {
            verdicts.insert(AssertionId(one.about.id.0), (one.id, *review));
        }
    }
    let holds = |one: &Assertion| match &one.content {
        Content::Review(review, _) => {
            let last = verdicts.get(&AssertionId(one.about.id.0));
            *review != Review::Proposed && last.is_some_and(|(id, _)| *id == one.id) && !is_own(book, one, me)
        }
        _ => {
            let said = is_claim(one) || one.topic == Topic::Of(Matter::Resolution);
            let kept = verdicts.get(&one.id).is_none_or(|(_, review)| *review == Review::Accepted);
            said && kept && one.made_by == MadeBy::Person
        }
    };
    let mut strokes: Vec<Coded> = Vec::new();
    for one in mine.into_iter().rev() {
        if !holds(one) {
            continue;
        }
        if strokes.last().is_none_or(|stroke| stroke.at_ms != one.recorded_ms) {
            if strokes.len() == count {
                break;
            }
            strokes.push(Coded { at_ms: one.recorded_ms, made: Vec::new() });
        }
        strokes.iter_mut().next_back().expect("one was put there").made.insert(0, one.id);
    }
    strokes
}

/// Whether a review is what its author says of their own claim, as an undo does.
fn is_own(book: &Book, review: &Assertion, me: UserId) -> bool {
    let of = book.get(AssertionId(review.about.id.0));
    of.is_some_and(|of| of.recorded_by == me && of.made_by == MadeBy::Person)
}

impl Desk {
    /// The text of a source as pages show it; that of the last one is kept.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be read.
    pub fn shown_text(&self, source: &Source) -> Result<Arc<str>, Failure> {
        self.ask(Right::Cases)?;
        if let Some((id, text)) = lock(&self.inner.coding.text).as_ref()
            && *id == source.id
        {
            return Ok(text.clone());
        }
        let text: Arc<str> = self.text_of(source)?.into();
        *lock(&self.inner.coding.text) = Some((source.id, text.clone()));
        Ok(text)
    }

    /// Stores what the rules propose for a source, once; how many claims, and whether there are rules for its language.
    ///
    /// # Errors
    /// [`Failure`] where it was done before, or the text cannot be read.
    pub fn suggest_claims(&self, key: &str) -> Result<(usize, bool), Failure> {
        let _turn = lock(&self.inner.coding.turn);
        let suggested = claims::suggest_for(self, key, None, &*self.lexicon()?)?;
        Ok((suggested.ids.len(), !suggested.no_rules))
    }

    /// Records the steps of one stroke, where what was shown is `still` so; `key` makes a stroke that is sent twice one
    /// stroke.
    ///
    /// Hands out what the stroke has recorded, now or before.
    ///
    /// # Errors
    /// [`Uncoded`]; then nothing was recorded.
    pub fn code(
        &self,
        steps: &[Step],
        still: impl FnOnce(&Book) -> bool,
        key: [u8; 16],
    ) -> Result<Vec<AssertionId>, Uncoded> {
        let _turn = lock(&self.inner.coding.turn);
        let mut coder = Coder::keyed(self, key)?;
        let before = coder.recorded();
        if !before.is_empty() {
            return Ok(before);
        }
        if !still(coder.book()) {
            return Err(Uncoded::Changed);
        }
        for step in steps {
            claims::take(&mut coder, step)?;
        }
        let made = coder.into_made();
        let ids = made.iter().map(|one| one.id).collect();
        self.assert(made)?;
        Ok(ids)
    }

    /// Records that a source is made from another: a translation, a reprint, an excerpt. The two are one origin.
    ///
    /// # Errors
    /// [`Failure`] where there is no such source.
    pub fn say_made_from(&self, key: &str, original: &str, form: [u8; 16]) -> Result<(), Failure> {
        let _turn = lock(&self.inner.coding.turn);
        let mut coder = Coder::keyed(self, form)?;
        if !coder.recorded().is_empty() {
            return Ok(());
        }
        let (about, from) = (coder.book().source(key)?.id, coder.book().source(original)?.id);
        let content = Content::Entity(Entity::source(from), None);
        let one = coder.plain(Entity::source(about), Topic::Of(Matter::DerivedFrom), content)?;
        coder.push(one);
        self.assert(coder.into_made())
    }

    /// Takes back what holds still of a stroke of whoever opened the vault: verdicts are withdrawn, what they said
    /// themselves is turned down. What was taken back already stays so, and nothing is recorded.
    ///
    /// # Errors
    /// [`Failure`] where the vault refuses.
    pub fn take_claims_back(&self, at_ms: i64) -> Result<usize, Failure> {
        let _turn = lock(&self.inner.coding.turn);
        let (me, coder) = (self.who().user, Coder::new(self)?);
        let strokes = last_coded(coder.book(), me, usize::MAX);
        let Some(stroke) = strokes.into_iter().find(|stroke| stroke.at_ms == at_ms) else { return Ok(0) };
        let mut undone = Vec::new();
        let mut seen = HashSet::new();
        for one in stroke.made.iter().filter_map(|id| coder.book().get(*id)) {
            let (of, review) = match one.content {
                Content::Review(..) => (one.about, Review::Proposed),
                _ => (Entity::assertion(one.id), Review::Rejected),
            };
            if seen.insert(of) {
                let content = Content::Review(review, "undone".into());
                undone.push(coder.plain(of, Topic::Of(Matter::Review), content)?);
            }
        }
        let n = undone.len();
        self.assert(undone)?;
        Ok(n)
    }
}
