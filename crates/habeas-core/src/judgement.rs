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
    /// The same person's judgements on the pair that were known when this one was given: it stands in their place.
    pub replaces: Vec<JudgementId>,
}

/// How a pair stands after all judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All who decided say so.
    Agreed(Verdict),
    /// Some say same, some different: not merged, to be settled by people.
    Disputed,
}

/// Folds judgements, in any order, to how each pair stands. Neither revoked nor replaced ones count. What one person
/// decided in two places without knowing of the other decision stands side by side like the decisions of two.
pub fn standing(judgements: &[Judgement]) -> BTreeMap<RecordPair, Standing> {
    let author: BTreeMap<JudgementId, &str> = judgements.iter().map(|j| (j.id, j.by.as_str())).collect();
    let revoked: HashSet<JudgementId> = judgements.iter().filter_map(|j| j.revokes).collect();
    let given: Vec<&Judgement> =
        judgements.iter().filter(|j| j.revokes.is_none() && !revoked.contains(&j.id)).collect();
    // Nobody replaces what another person has decided.
    let own = |j: &Judgement, id: &JudgementId| author.get(id) == Some(&j.by.as_str());
    let replaced: HashSet<JudgementId> =
        given.iter().flat_map(|j| j.replaces.iter().filter(|id| own(j, id)).copied()).collect();
    let counted = given.iter().filter(|j| !replaced.contains(&j.id));
    let verdicts = counted.map(|j| (j.pair, j.verdict)).collect::<std::collections::BTreeSet<_>>();
    let mut pairs: BTreeMap<RecordPair, Standing> = BTreeMap::new();
    for (pair, verdict) in verdicts {
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
            replaces: Vec::new(),
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
        let mut both = [judgement(1, Verdict::Same, "a", None), judgement(2, Verdict::Different, "a", None)];
        both[1].replaces = vec![JudgementId([1; 16])];
        assert_eq!(stands(&both), Some(Standing::Agreed(Verdict::Different)));
        both.reverse();
        assert_eq!(stands(&both), Some(Standing::Agreed(Verdict::Different)), "in any order");
    }

    #[test]
    fn taking_back_a_change_of_mind_brings_back_what_was_decided_before() {
        let mut all = vec![
            judgement(1, Verdict::Same, "a", None),
            judgement(2, Verdict::Different, "a", None),
            judgement(3, Verdict::Undecided, "a", Some(2)),
        ];
        all[1].replaces = vec![JudgementId([1; 16])];
        assert_eq!(stands(&all), Some(Standing::Agreed(Verdict::Same)));
    }

    #[test]
    fn what_one_person_decided_in_two_places_unknowing_is_disputed() {
        let both = [judgement(1, Verdict::Same, "a", None), judgement(2, Verdict::Different, "a", None)];
        assert_eq!(stands(&both), Some(Standing::Disputed));
    }

    #[test]
    fn nobody_replaces_the_judgement_of_another() {
        let mut both = [judgement(1, Verdict::Same, "a", None), judgement(2, Verdict::Different, "b", None)];
        both[1].replaces = vec![JudgementId([1; 16])];
        assert_eq!(stands(&both), Some(Standing::Disputed));
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
