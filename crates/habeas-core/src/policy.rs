//! Conflicts and how people settle them: accounts stay side by side, and a number that is made of them bears the id of the
//! policy that made it.
//!
//! A policy is `resolve.<kind>@<version>`: `range` keeps everything between the least low and the greatest high,
//! `majority` takes the number that most independent sources state, `source-order` a declared order of sources, `team`
//! what named people decided in writing. None of them makes an account disappear.

use crate::vocabulary::vocabulary;
use crate::{
    Assertion, AssertionId, Bounds, Content, Entity, Groups, OriginOf, SourceId, Ties, Topic, Truth, Value, fold,
    groups,
};
use std::collections::{BTreeMap, BTreeSet};

vocabulary!(
    /// Kind of policy.
    PolicyKind {
        /// Least low to greatest finite high.
        Range = "range",
        /// The number that most independent sources state.
        Majority = "majority",
        /// The first source of a declared order.
        SourceOrder = "source-order",
        /// What named people decided.
        Team = "team",
    }
);

/// Version of the rules below; raised whenever the same accounts may give another number.
pub const POLICY_VERSION: u32 = 1;

/// How a conflict is to be settled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Everything between the least low and the greatest high.
    Range,
    /// The number that most independent sources state; a tie is no result.
    Majority,
    /// The first of these sources that speaks.
    SourceOrder(Vec<SourceId>),
    /// The account that people chose.
    Team(AssertionId),
}

/// A decision of people, kept as an assertion: which policy settles which question, and the accounts that they had seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Which question of the subject.
    pub topic: Topic,
    /// How.
    pub policy: Policy,
    /// Version of the rules.
    pub version: u32,
    /// Why, in words.
    pub why: String,
    /// The accounts of the set when it was decided; a new one makes the resolution stale.
    pub seen: Vec<AssertionId>,
}

/// Accounts of one question that cannot all be true.
#[derive(Debug, Clone)]
pub struct ConflictSet<'a> {
    /// Of what they speak.
    pub about: Entity,
    /// The question.
    pub topic: Topic,
    /// The accounts, in the order given.
    pub accounts: Vec<&'a Assertion>,
    /// Accounts that a later one of the same speaker replaces.
    pub superseded: Vec<&'a Assertion>,
    /// Whether definitions differ, so that no single number can be meant.
    pub definitions_differ: bool,
}

/// What a policy makes of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// `resolve.majority@1`.
    pub policy_id: String,
    /// The number; absent where the policy gives none (a tie, definitions that differ, an account that is no number).
    pub bounds: Option<Bounds>,
    /// The account that was taken, by policies that take one.
    pub taken: Option<AssertionId>,
    /// Accounts that leave the top open.
    pub n_open: usize,
    /// How many independent sources speak for it, of how many.
    pub support: (usize, usize),
}

impl Policy {
    /// Its kind.
    pub fn kind(&self) -> PolicyKind {
        match self {
            Self::Range => PolicyKind::Range,
            Self::Majority => PolicyKind::Majority,
            Self::SourceOrder(_) => PolicyKind::SourceOrder,
            Self::Team(_) => PolicyKind::Team,
        }
    }

    /// The id that goes with every number that it made.
    pub fn id(&self) -> String {
        format!("resolve.{}@{POLICY_VERSION}", self.kind().code())
    }
}

/// The questions whose accounts cannot all be true, of assertions that count. Of one speaker only the latest account is
/// compared with those of others, where it is certain which is the latest.
pub fn conflicts<'a>(counting: &[&'a Assertion], ties: &Ties) -> Vec<ConflictSet<'a>> {
    accounts_by_question(counting)
        .into_iter()
        .map(|((about, topic, _), accounts)| set_of(about, topic, accounts, ties))
        .filter(|set| {
            let pairs =
                set.accounts.iter().enumerate().flat_map(|(i, a)| set.accounts[i + 1..].iter().map(move |b| (a, b)));
            pairs.into_iter().any(|(a, b)| at_one_time(a, b) && !compatible(a, b))
        })
        .collect()
}

/// The accounts of one question, whether or not they are in conflict. Where `like` is a figure, those of its kind whose period
/// may be the same: «that same year» may be either of two.
pub fn accounts_of<'a>(
    counting: &[&'a Assertion],
    about: Entity,
    topic: Topic,
    like: Option<&Assertion>,
    ties: &Ties,
) -> ConflictSet<'a> {
    let wanted = like.map(|like| (what_is_counted(like), like));
    let accounts = counting.iter().copied().filter(|one| {
        let same = one.about == about && one.topic == topic && one.is_tallied();
        same && wanted.as_ref().is_none_or(|(kind, like)| *kind == what_is_counted(one) && times_may_meet(one, like))
    });
    set_of(about, topic, accounts.collect(), ties)
}

type QuestionKey = (Entity, Topic, String);

fn accounts_by_question<'a>(counting: &[&'a Assertion]) -> BTreeMap<QuestionKey, Vec<&'a Assertion>> {
    let mut questions: BTreeMap<QuestionKey, Vec<&'a Assertion>> = BTreeMap::new();
    for one in counting.iter().filter(|one| one.topic.is_one_valued() && one.is_tallied()) {
        questions.entry((one.about, one.topic, kind_of_figure(one))).or_default().push(one);
    }
    questions
}

/// Figures of one subject conflict only where they count the same at the same time.
fn kind_of_figure(one: &Assertion) -> String {
    one.count().map_or(String::new(), |count| {
        let day = |date: &Option<crate::PartialDate>| date.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{}|{}|{}", what_is_counted(one), day(&count.period), day(&count.as_of))
    })
}

/// Measure, unit, subgroup, and whether it is a flow or a stock; empty for what is no figure.
fn what_is_counted(one: &Assertion) -> String {
    let parts = |count: &crate::CountValue| {
        [count.measure.code(), count.unit.code(), &count.subgroup, count.flow.code()].join("|")
    };
    one.count().map_or(String::new(), parts)
}

fn times_may_meet(one: &Assertion, other: &Assertion) -> bool {
    let meet = |a: &Option<crate::PartialDate>, b: &Option<crate::PartialDate>| match (a, b) {
        (Some(a), Some(b)) => a == b || a.same(b) != Truth::False,
        (None, None) => true,
        _ => false,
    };
    match (one.count(), other.count()) {
        (Some(one), Some(other)) => meet(&one.period, &other.period) && meet(&one.as_of, &other.as_of),
        _ => true,
    }
}

fn set_of<'a>(about: Entity, topic: Topic, accounts: Vec<&'a Assertion>, ties: &Ties) -> ConflictSet<'a> {
    let replaced = |one: &Assertion| {
        accounts.iter().any(|other| {
            let later = match (&one.said_at, &other.said_at) {
                (Some(ours), Some(theirs)) => ours.before(theirs) == Truth::True,
                _ => false,
            };
            later && ties.origin(one) == ties.origin(other)
        })
    };
    let (superseded, accounts): (Vec<&Assertion>, Vec<&Assertion>) =
        accounts.iter().copied().partition(|one| replaced(one));
    let definitions: BTreeSet<&str> =
        accounts.iter().filter_map(|one| one.count()).map(|count| count.definition.as_str()).collect();
    ConflictSet { about, topic, definitions_differ: definitions.len() > 1, accounts, superseded }
}

fn at_one_time(a: &Assertion, b: &Assertion) -> bool {
    match (&a.valid, &b.valid) {
        (Some(a), Some(b)) => a.same(b) != Truth::False,
        _ => true,
    }
}

/// Whether both can be true. What nobody could read, and what is said to be unknown, conflicts with nothing.
pub fn compatible(a: &Assertion, b: &Assertion) -> bool {
    match (&a.content, &b.content) {
        (Content::Count(a), Content::Count(b)) => a.bounds().may_be_same(&b.bounds()),
        (Content::Value(Value::Date(a)), Content::Value(Value::Date(b))) => a.same(b) != Truth::False,
        (Content::Value(Value::Place(a)), Content::Value(Value::Place(b))) => {
            crate::script_of(&a.text()) != crate::script_of(&b.text()) || a.shares_word(b)
        }
        (Content::Value(Value::Words), _) | (_, Content::Value(Value::Words)) => true,
        (Content::Value(a), Content::Value(b)) => a == b,
        (Content::Code(a), Content::Code(b)) => a.starts_with(b.as_str()) || b.starts_with(a.as_str()),
        (Content::Text(a), Content::Text(b)) => fold(a) == fold(b),
        _ => true,
    }
}

impl ConflictSet<'_> {
    /// Whether an account has come in since a resolution was decided.
    pub fn makes_stale(&self, resolution: &Resolution) -> bool {
        self.accounts.iter().chain(&self.superseded).any(|account| !resolution.seen.contains(&account.id))
    }

    /// Ids of all accounts.
    pub fn ids(&self) -> Vec<AssertionId> {
        self.accounts.iter().chain(&self.superseded).map(|account| account.id).collect()
    }
}

/// Applies a policy to the accounts of a question.
pub fn resolve(set: &ConflictSet<'_>, policy: &Policy, ties: &Ties) -> Resolved {
    let groups = groups(&set.accounts, ties);
    let bounds_of = |one: &Assertion| one.count().map(|count| count.bounds());
    let n_open = set.accounts.iter().filter_map(|one| bounds_of(one)).filter(|bounds| bounds.high.is_none()).count();
    let mut resolved = Resolved { policy_id: policy.id(), bounds: None, taken: None, n_open, support: (0, groups.n()) };
    if set.definitions_differ && !matches!(policy, Policy::Team(_)) {
        return resolved;
    }
    let take = |resolved: &mut Resolved, idx: Option<usize>| {
        let Some(one) = idx.map(|idx| set.accounts[idx]) else { return };
        (resolved.taken, resolved.bounds) = (Some(one.id), bounds_of(one));
        resolved.support.0 = 1;
    };
    match policy {
        Policy::Range => {
            let all: Vec<Bounds> = set.accounts.iter().filter_map(|one| bounds_of(one)).collect();
            let low = all.iter().filter_map(|bounds| bounds.low.or(bounds.best)).min();
            let high = all.iter().filter_map(|bounds| bounds.high.or(bounds.best)).max();
            if low.is_some() || high.is_some() {
                resolved.bounds = Some(Bounds { low, best: low.filter(|_| low == high && n_open == 0), high });
            }
            resolved.support.0 = groups.n();
        }
        Policy::Majority => {
            let Some((n, support)) = most_stated(set, &groups) else { return resolved };
            (resolved.bounds, resolved.support.0) = (Some(Bounds::exactly(n)), support);
        }
        Policy::SourceOrder(order) => {
            let from = |source: &SourceId| {
                set.accounts.iter().position(|one| one.quotes.iter().any(|quote| quote.source == *source))
            };
            take(&mut resolved, order.iter().find_map(from));
        }
        Policy::Team(chosen) => take(&mut resolved, set.accounts.iter().position(|one| one.id == *chosen)),
    }
    resolved
}

/// The number that more origins state than any other, with how many they are. An origin that states two has both.
fn most_stated(set: &ConflictSet<'_>, groups: &Groups) -> Option<(u64, usize)> {
    let mut stated: BTreeMap<u64, BTreeSet<&OriginOf>> = BTreeMap::new();
    for (origin, members) in &groups.groups {
        for n in members.iter().filter_map(|idx| set.accounts[*idx].count()?.stated) {
            stated.entry(n).or_default().insert(origin);
        }
    }
    let most = stated.values().map(BTreeSet::len).max()?;
    let mut leading = stated.iter().filter(|(_, origins)| origins.len() == most);
    let (n, _) = leading.next()?;
    leading.next().is_none().then_some((*n, most))
}

#[cfg(test)]
mod tests;
