//! What people decide about pairs: append-only, revocable, each with its author and reason.

use crate::{JudgementId, RecordId};
use std::collections::{BTreeMap, HashSet};

/// Two records, smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordPair {
    smaller: RecordId,
    larger: RecordId,
}

impl RecordPair {
    /// A pair of two different records; `None` for a record with itself.
    pub fn new(a: RecordId, b: RecordId) -> Option<Self> {
        (a != b).then(|| Self { smaller: a.min(b), larger: a.max(b) })
    }

    /// The record with the smaller id.
    pub fn smaller(&self) -> RecordId {
        self.smaller
    }

    /// The record with the larger id.
    pub fn larger(&self) -> RecordId {
        self.larger
    }
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The records speak of one person.
    Same,
    /// They speak of two.
    Different,
    /// It cannot be told.
    Undecided,
}

impl Verdict {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Undecided => "undecided",
        }
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Same, Self::Different, Self::Undecided].into_iter().find(|verdict| verdict.code() == code)
    }
}

/// One decision of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Its id.
    pub id: JudgementId,
    /// The pair.
    pub pair: RecordPair,
    /// The decision.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Why, in words.
    pub why: String,
    /// Whether the model's weights were on the screen.
    pub saw_weights: bool,
    /// The judgement that this one takes back, if it does; then `verdict` says nothing.
    pub revokes: Option<JudgementId>,
}

/// How a pair stands after all judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All who decided say so.
    Agreed(Verdict),
    /// Some say same, some different: not merged, to be settled by people.
    Disputed,
}

/// Folds judgements, in any order, to how each pair stands. Revoked ones no longer count; of one person's several
/// decisions on a pair the last one given (in the order of the slice) counts.
pub fn standing(judgements: &[Judgement]) -> BTreeMap<RecordPair, Standing> {
    let revoked: HashSet<JudgementId> = judgements.iter().filter_map(|j| j.revokes).collect();
    let mut latest: BTreeMap<(RecordPair, &str), Verdict> = BTreeMap::new();
    for judgement in judgements.iter().filter(|j| j.revokes.is_none() && !revoked.contains(&j.id)) {
        latest.insert((judgement.pair, &judgement.by), judgement.verdict);
    }
    let mut pairs: BTreeMap<RecordPair, Standing> = BTreeMap::new();
    for ((pair, _), verdict) in latest {
        let merged = match pairs.get(&pair) {
            None | Some(Standing::Agreed(Verdict::Undecided)) => Standing::Agreed(verdict),
            Some(Standing::Agreed(before)) if *before == verdict || verdict == Verdict::Undecided => {
                Standing::Agreed(*before)
            }
            Some(_) => Standing::Disputed,
        };
        pairs.insert(pair, merged);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgement(id: u8, verdict: Verdict, by: &str, revokes: Option<u8>) -> Judgement {
        let pair = RecordPair::new(RecordId([1; 16]), RecordId([2; 16])).unwrap();
        let revokes = revokes.map(|id| JudgementId([id; 16]));
        Judgement {
            id: JudgementId([id; 16]),
            pair,
            verdict,
            by: by.into(),
            why: String::new(),
            saw_weights: false,
            revokes,
        }
    }

    fn stands(judgements: &[Judgement]) -> Option<Standing> {
        standing(judgements).values().next().copied()
    }

    #[test]
    fn opposed_judgements_make_a_pair_disputed() {
        let both = [judgement(1, Verdict::Same, "a", None), judgement(2, Verdict::Different, "b", None)];
        assert_eq!(stands(&both), Some(Standing::Disputed));
    }

    #[test]
    fn a_revoked_judgement_no_longer_counts() {
        let all = [
            judgement(1, Verdict::Same, "a", None),
            judgement(2, Verdict::Different, "b", None),
            judgement(3, Verdict::Undecided, "b", Some(2)),
        ];
        assert_eq!(stands(&all), Some(Standing::Agreed(Verdict::Same)));
        assert_eq!(stands(&all[1..]), None);
    }

    #[test]
    fn a_person_may_change_their_mind() {
        let both = [judgement(1, Verdict::Same, "a", None), judgement(2, Verdict::Different, "a", None)];
        assert_eq!(stands(&both), Some(Standing::Agreed(Verdict::Different)));
    }

    #[test]
    fn one_who_cannot_tell_overrules_nobody() {
        let both = [judgement(1, Verdict::Undecided, "b", None), judgement(2, Verdict::Same, "a", None)];
        assert_eq!(stands(&both), Some(Standing::Agreed(Verdict::Same)));
    }

    #[test]
    fn a_record_makes_no_pair_with_itself() {
        assert_eq!(RecordPair::new(RecordId([1; 16]), RecordId([1; 16])), None);
    }
}
