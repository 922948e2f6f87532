//! Which pairs people are asked about, and what they decide: shared by `habeas review` and the pages.
//!
//! A decision changes no view before the next linkage, so nothing that the desk keeps is made anew after one. A pair is
//! identified by the ids of its records; that a page shows a state which no longer holds is found by [`pair_state`].

mod agreement;
mod queue;

pub use agreement::Measured;
pub use queue::{Asked, Queue};

use super::{Desk, linking::Prepared, lock, resting::Resting, vault_failure};
use crate::{commands::init::now_ms, failure::Failure};
use habeas_core::{Judgement, JudgementId, Record, RecordId, RecordPair, Right, Standing, Verdict, standing};
use habeas_link::Explanation;
use habeas_vault::{JudgementDraft, Vault};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
};

/// What the desk keeps for reviewing until records or the linkage change.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) queue: Resting<Queue>,
    pub(super) prepared: Resting<Prepared>,
    /// Pairs whose weights were shown since the vault was opened: a judgement on one of them says so.
    weights_shown: Mutex<HashSet<RecordPair>>,
}

impl Kept {
    /// Drops what was made of records and the last linkage.
    pub(super) fn forget(&self) {
        self.queue.forget();
        self.prepared.forget();
    }
}

/// A decision that is about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The pair.
    pub pair: RecordPair,
    /// The answer.
    pub verdict: Verdict,
    /// Who decides.
    pub by: String,
    /// Why, in words; may be empty where nothing is overruled.
    pub why: String,
}

/// Why a decision was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// Something was decided about the pair since its state was read.
    #[error("the pair was decided since it was shown")]
    Changed,
    /// One of the records no longer stands.
    #[error("a record of the pair no longer stands")]
    Gone,
    /// It takes back what its author decided before, and says no reason.
    #[error("a decision that overrules an earlier one needs a reason")]
    OverrulesWithoutReason,
    /// It parts what the last linkage made one person, and says no reason.
    #[error("a decision that parts one person needs a reason")]
    PartsWithoutReason,
    /// The vault refused.
    #[error("the decision could not be written: {}", .0.what)]
    Vault(Box<Failure>),
}

impl From<Failure> for Undecided {
    fn from(failure: Failure) -> Self {
        Self::Vault(Box::new(failure))
    }
}

/// A group of decisions that were made in one stroke; a single one is a group of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stroke {
    /// The decisions, in log order; never empty.
    pub judgements: Vec<Judgement>,
}

/// Marks the reasons of decisions that were made in one stroke; what follows is the stroke's own number.
const STROKE: &str = " [together ";

/// The number of the stroke that was made under a key.
fn stroke_number(key: [u8; 16]) -> String {
    key[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The words of a reason, and the stroke that it was given in.
pub fn reason_and_stroke(why: &str) -> (&str, Option<&str>) {
    match why.rsplit_once(STROKE) {
        Some((words, number)) => (words, number.strip_suffix(']')),
        None => (why, None),
    }
}

/// What is known of a pair, as a short mark: it changes with every decision about the pair.
pub fn pair_state(judgements: &[Judgement], pair: RecordPair) -> String {
    let mut hash = Sha256::new();
    for judgement in judgements.iter().filter(|judgement| judgement.pair == pair) {
        hash.update(judgement.id.0);
    }
    short_mark(hash)
}

/// The first digits of a digest.
pub(super) fn short_mark(hash: Sha256) -> String {
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Decisions that were not taken back, in the order in which they were made. One that was replaced by its author stands
/// among them: it is what they said first.
pub fn not_taken_back(judgements: &[Judgement]) -> impl DoubleEndedIterator<Item = &Judgement> {
    let revoked: HashSet<JudgementId> = judgements.iter().filter_map(|judgement| judgement.revokes).collect();
    judgements.iter().filter(move |one| one.revokes.is_none() && !revoked.contains(&one.id))
}

/// Decisions that stand: neither taken back nor replaced by their author.
pub fn standing_ones(judgements: &[Judgement]) -> Vec<&Judgement> {
    let given: Vec<&Judgement> = not_taken_back(judgements).collect();
    let replaced: HashSet<JudgementId> = given.iter().flat_map(|one| one.replaces.iter().copied()).collect();
    given.into_iter().filter(|one| !replaced.contains(&one.id)).collect()
}

/// The last decision of one author on a pair that stands.
pub fn own_decision<'j>(judgements: &'j [Judgement], pair: RecordPair, by: &str) -> Option<&'j Judgement> {
    not_taken_back(judgements).rfind(|one| one.pair == pair && one.by == by)
}

impl Desk {
    /// Records a decision; a repetition writes nothing. `seen` is the state in which the pair was shown ([`pair_state`]),
    /// where it was shown; `key` makes a write that is retried one write.
    ///
    /// # Errors
    /// [`Undecided`]; then nothing was written.
    pub fn decide(
        &self,
        decision: Decision,
        seen: Option<&str>,
        key: Option<[u8; 16]>,
    ) -> Result<JudgementId, Undecided> {
        let parts = decision.verdict == Verdict::Different && self.is_one_person(decision.pair)?;
        let saw_weights = lock(&self.inner.reviewing.weights_shown).contains(&decision.pair);
        self.keep(Right::Judge, |vault| Ok(decide(vault, decision, seen, key, parts, saw_weights)))?
    }

    /// Records decisions about several pairs in one stroke; `why` is the reason of all. A repetition with the same key
    /// writes what is missing.
    ///
    /// # Errors
    /// [`Failure`] where the vault refuses.
    pub fn decide_together(
        &self,
        verdicts: &[(RecordPair, Verdict)],
        by: &str,
        why: &str,
        key: [u8; 16],
    ) -> Result<(), Failure> {
        let shown = lock(&self.inner.reviewing.weights_shown).clone();
        self.keep(Right::Judge, |vault| {
            for (n, (pair, verdict)) in verdicts.iter().enumerate() {
                let own_key: [u8; 32] = Sha256::new().chain_update(key).chain_update(n.to_be_bytes()).finalize().into();
                let draft = JudgementDraft {
                    pair: *pair,
                    verdict: *verdict,
                    by: by.to_owned(),
                    why: format!("{why}{STROKE}{}]", stroke_number(key)),
                    saw_weights: shown.contains(pair),
                    revokes: None,
                };
                let own_key = own_key.first_chunk().copied();
                vault.add_judgement(draft, own_key, now_ms()).map_err(vault_failure)?;
            }
            Ok(())
        })
    }

    /// Whether a stroke was made under a key, whole or in part.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn is_done(&self, key: [u8; 16], by: &str) -> Result<bool, Failure> {
        let number = stroke_number(key);
        let judgements = self.judgements()?;
        Ok(judgements.iter().any(|one| one.by == by && reason_and_stroke(&one.why).1 == Some(&number)))
    }

    /// Takes a decision of `by` back, or their last one, with all that were made in the same stroke. What was taken back
    /// already stays so, and nothing is written.
    ///
    /// # Errors
    /// [`Failure`] where `by` has no such decision or the vault refuses.
    pub fn take_back(&self, by: &str, which: Option<JudgementId>) -> Result<Option<Stroke>, Failure> {
        self.keep(Right::Judge, |vault| {
            let judgements = vault.judgements().to_vec();
            let own = |id: JudgementId| judgements.iter().any(|one| one.id == id && one.by == by);
            if which.is_some_and(|id| !own(id)) {
                return Err(Failure::usage("this reviewer made no such decision", "see: habeas review stats"));
            }
            let strokes = strokes(&judgements, by);
            let named = |stroke: &&Stroke| which.is_none_or(|id| stroke.judgements.iter().any(|one| one.id == id));
            let Some(stroke) = strokes.iter().rev().find(named) else { return Ok(None) };
            for one in &stroke.judgements {
                let draft = JudgementDraft {
                    pair: one.pair,
                    verdict: one.verdict,
                    by: by.to_owned(),
                    why: "undone".into(),
                    saw_weights: false,
                    revokes: Some(one.id),
                };
                vault.add_judgement(draft, None, now_ms()).map_err(vault_failure)?;
            }
            Ok(Some(stroke.clone()))
        })
    }

    /// The last decisions of one author that stand, the newest first.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn last_decisions(&self, by: &str, count: usize) -> Result<Vec<Stroke>, Failure> {
        Ok(strokes(&self.judgements()?, by).into_iter().rev().take(count).collect())
    }

    /// Pairs on which people do not agree, each with the decisions that stand.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn disputes(&self) -> Result<Vec<(RecordPair, Vec<Judgement>)>, Failure> {
        let judgements = self.judgements()?;
        let disputed = standing(&judgements).into_iter().filter(|(_, how)| *how == Standing::Disputed);
        let mut found: BTreeMap<RecordPair, Vec<Judgement>> = disputed.map(|(pair, _)| (pair, Vec::new())).collect();
        for one in standing_ones(&judgements) {
            if let Some(decisions) = found.get_mut(&one.pair) {
                decisions.push(one.clone());
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The two records of a pair, that with the smaller id first; nothing where either no longer stands.
    ///
    /// # Errors
    /// [`Failure`] where the vault cannot be read.
    pub fn records_of_pair(&self, pair: RecordPair) -> Result<Option<[Record; 2]>, Failure> {
        let wanted = [pair.smaller(), pair.larger()];
        let records = self.vault(Right::Cases)?.records_of(&wanted).map_err(vault_failure)?;
        let of = |id: RecordId| records.iter().find(|record| record.id == id).cloned();
        Ok(of(wanted[0]).zip(of(wanted[1])).map(|(smaller, larger)| [smaller, larger]))
    }

    /// Why the last linkage weighs a pair as it does; nothing where it did not have both records. Whoever judges the pair
    /// afterwards has seen it, and the judgement says so.
    ///
    /// # Errors
    /// [`Failure`] where nothing was linked yet or the vault cannot be read.
    pub fn explain(&self, pair: RecordPair) -> Result<Option<Explanation>, Failure> {
        let run = self.last_run_or_say()?;
        let model = habeas_link::from_toml(&run.model_toml)
            .map_err(|error| Failure::new(crate::failure::Exit::Failed, error, "run `habeas link run` again"))?;
        let prepared = self.prepared()?;
        let idx = |id| prepared.record_ids.iter().position(|other| *other == id).map(|idx| idx as u32);
        let (Some(a), Some(b)) = (idx(pair.smaller()), idx(pair.larger())) else { return Ok(None) };
        lock(&self.inner.reviewing.weights_shown).insert(pair);
        Ok(Some(habeas_link::explain(&prepared.table, &model, a, b)))
    }

    /// All records as the linkage compares them; made once while it is used.
    fn prepared(&self) -> Result<Arc<Prepared>, Failure> {
        self.inner.reviewing.prepared.get(|| self.keep(Right::Cases, |vault| super::linking::prepare(vault)))
    }

    /// Whether the last linkage made one person of both records.
    fn is_one_person(&self, pair: RecordPair) -> Result<bool, Failure> {
        let Some(run) = self.latest_link_run()? else { return Ok(false) };
        let cluster = |id: RecordId| {
            let idx = run.record_ids.iter().position(|known| *known == id)?;
            run.partition.cluster_of().get(idx).copied()
        };
        Ok(cluster(pair.smaller()).is_some_and(|of| Some(of) == cluster(pair.larger())))
    }
}

fn decide(
    vault: &mut Vault,
    decision: Decision,
    seen: Option<&str>,
    key: Option<[u8; 16]>,
    parts: bool,
    saw_weights: bool,
) -> Result<JudgementId, Undecided> {
    let Decision { pair, verdict, by, why } = decision;
    let both = vault.records_of(&[pair.smaller(), pair.larger()]).map_err(vault_failure)?;
    if both.len() != 2 {
        return Err(Undecided::Gone);
    }
    let own = own_decision(vault.judgements(), pair, &by);
    if seen.is_some_and(|seen| seen != pair_state(vault.judgements(), pair)) {
        // The same answer once more, as from a double click, is what already stands.
        return match own {
            Some(own) if own.verdict == verdict => Ok(own.id),
            _ => Err(Undecided::Changed),
        };
    }
    if why.trim().is_empty() {
        if own.is_some_and(|own| own.verdict != verdict) {
            return Err(Undecided::OverrulesWithoutReason);
        }
        if parts {
            return Err(Undecided::PartsWithoutReason);
        }
    }
    let draft = JudgementDraft { pair, verdict, by, why, saw_weights, revokes: None };
    Ok(vault.add_judgement(draft, key, now_ms()).map_err(vault_failure)?)
}

/// The decisions of one author that stand, by stroke, in log order.
fn strokes(judgements: &[Judgement], by: &str) -> Vec<Stroke> {
    let mut strokes: Vec<Stroke> = Vec::new();
    for one in standing_ones(judgements).into_iter().filter(|one| one.by == by) {
        let number = reason_and_stroke(&one.why).1;
        match strokes.last_mut() {
            Some(last) if number.is_some() && reason_and_stroke(&last.judgements[0].why).1 == number => {
                last.judgements.push(one.clone());
            }
            _ => strokes.push(Stroke { judgements: vec![one.clone()] }),
        }
    }
    strokes
}
