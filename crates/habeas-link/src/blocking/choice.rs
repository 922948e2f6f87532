//! Which rules are worth their pairs.

use super::{
    BlockingRule, Key,
    survey::{Holder, SIZE_CLASSES, Survey},
};
use crate::{em::SamePosterior, model::Model};

/// Cost of storing a key and of meeting a pair again, in comparisons of a new pair: measured on a million records.
const COST_OF_A_KEY: f64 = 0.25;
const COST_OF_MEETING: f64 = 0.04;
/// Cost of making the keys of one more rule, for each record: a larger block of a rule that is there has none.
const COST_OF_A_RULE: f64 = 0.5;
/// Comparisons that finding one more pair of one person is worth. Greater values find pairs at ever greater cost.
const WORTH_OF_A_PAIR: f64 = 4_000.0;
/// Pairs up to which it is not asked whether they are worth it, at least, at most, and for each record: a survey of a
/// part of the records sees no person who is rare in it, and so many pairs take tenths of a second.
const CHEAP_PAIRS: (f64, f64) = (50_000.0, 500_000.0);
const CHEAP_PAIRS_EACH: f64 = 20.0;
/// The part of the budget, one in so many, that records that say the very same may take.
const SHARE_OF_THE_SAME: f64 = 8.0;
/// Probability of being one person below which a pair does not count as found.
const LEAST_PROBABILITY: f64 = 0.05;

/// A chosen rule and what it is expected to bring.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleChoice {
    /// The rule.
    pub rule: BlockingRule,
    /// Pairs of one person that it holds, as a share of all that the survey's rules hold.
    pub share: f64,
    /// The share that no other chosen rule holds: what would be missed without it.
    pub only_share: f64,
    /// Candidate pairs that it holds.
    pub n_pairs: f64,
}

/// What the chosen rules find and what they miss.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// The rules, in the order in which pairs belong to them.
    pub rules: Vec<RuleChoice>,
    /// Share of the pairs of one person, among those that any rule of the survey holds, that a chosen rule holds.
    pub recall: f64,
    /// Pairs of one person that the survey expects, under all its rules.
    pub n_same: f64,
    /// Expected pairs of one person that no rule of the survey holds at all, by the pairs that rules with and without a
    /// word of the name find of each other's; `None` where one kind finds nothing.
    pub n_unseen: Option<f64>,
    /// Candidate pairs of all chosen rules.
    pub n_pairs: f64,
}

impl Survey {
    /// Chooses rules, and the blocks up to which each is used, that find most pairs of one person for a number of
    /// candidate pairs: always the one next that finds most for what it costs, until the budget is spent or another
    /// pair would cost thousands of comparisons.
    ///
    /// `model` is the estimated one: by it each surveyed pair is one person with some probability.
    pub fn choose_rules(&self, model: &Model, budget: u64, most_rules: usize) -> Coverage {
        let posterior = SamePosterior::new(model);
        let cheap_pairs = (CHEAP_PAIRS_EACH * self.n_records()).clamp(CHEAP_PAIRS.0, CHEAP_PAIRS.1);
        let same: Vec<f64> = self
            .pairs
            .iter()
            .map(|pair| Some(posterior.of(pair.vector)).filter(|p| *p >= LEAST_PROBABILITY).unwrap_or(0.0))
            .collect();
        let mut open = Open::new(self, &same);
        // Blocks of up to 2^(class) records; nothing is chosen at first.
        let mut chosen: Vec<Option<usize>> = vec![None; self.rules.len()];
        let mut order: Vec<usize> = Vec::new();
        let mut n_pairs = 0.0;
        // Records that say the very same meet in any case, if need be as a chain.
        if let Some(same) = self.rules.iter().position(|rule| rule.keys == [Key::Everything]).filter(|_| most_rules > 0)
        {
            let class = self.costs[same].affordable(budget as f64 / SHARE_OF_THE_SAME).max(1);
            order.push(same);
            chosen[same] = Some(class);
            n_pairs += self.costs[same].n_pairs[..=class].iter().sum::<f64>();
            open.cover(self, same, class);
        }
        loop {
            let mut best: Option<(f64, usize, usize, f64)> = None;
            for (rule, upto) in chosen.iter().enumerate() {
                if upto.is_none() && order.len() == most_rules {
                    continue;
                }
                let (mut found, mut fresh) = (0.0, 0.0);
                let mut cost = if upto.is_none() { COST_OF_A_RULE * self.n_records() } else { 0.0 };
                for class in 1..SIZE_CLASSES {
                    if upto.is_some_and(|upto| class <= upto) {
                        continue;
                    }
                    found += open.gain[rule][class].max(0.0) * self.scale;
                    fresh += open.n_pairs[rule][class] as f64 * self.scale;
                    let of_rule = &self.costs[rule];
                    cost += of_rule.n_keys[class] * COST_OF_A_KEY + of_rule.n_pairs[class] * COST_OF_MEETING;
                    let ratio = found / (fresh + cost + 1.0);
                    let fits = n_pairs + fresh <= budget as f64;
                    // So few pairs are compared in any case: in a small table there may be nothing to learn from.
                    let cheap = fresh > 0.0 && n_pairs + fresh <= cheap_pairs;
                    let worth_it = ratio * WORTH_OF_A_PAIR >= 1.0 || cheap;
                    if fits && worth_it && best.is_none_or(|(most, ..)| ratio > most) {
                        best = Some((ratio, rule, class, fresh));
                    }
                }
            }
            let Some((_, rule, class, fresh)) = best else { break };
            if chosen[rule].is_none() {
                order.push(rule);
            }
            chosen[rule] = Some(class);
            n_pairs += fresh;
            open.cover(self, rule, class);
        }
        self.coverage(&same, &order, &chosen, n_pairs)
    }

    fn coverage(&self, same: &[f64], order: &[usize], chosen: &[Option<usize>], n_pairs: f64) -> Coverage {
        let n_same: f64 = same.iter().sum::<f64>() * self.scale;
        let share = |n: f64| if n_same > 0.0 { n * self.scale / n_same } else { 0.0 };
        let named = |rule: &BlockingRule| rule.keys.iter().any(Key::is_of_own_name);
        let (mut by_name, mut by_others, mut by_both, mut found) = (0.0, 0.0, 0.0, 0.0);
        let (mut held, mut held_only) = (vec![0.0; self.rules.len()], vec![0.0; self.rules.len()]);
        for (i, p) in same.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let holders = self.holders(i);
            let named_one = holders.iter().any(|holder| named(&self.rules[usize::from(holder.rule)]));
            let other = holders.iter().any(|holder| !named(&self.rules[usize::from(holder.rule)]));
            by_name += if named_one { *p } else { 0.0 };
            by_others += if other { *p } else { 0.0 };
            by_both += if named_one && other { *p } else { 0.0 };
            let mut of_chosen = holders
                .iter()
                .filter(|holder| chosen[usize::from(holder.rule)].is_some_and(|upto| usize::from(holder.class) <= upto))
                .map(|holder| usize::from(holder.rule));
            let Some(first) = of_chosen.next() else { continue };
            found += p;
            held[first] += p;
            let mut alone = true;
            for rule in of_chosen {
                held[rule] += p;
                alone = false;
            }
            held_only[first] += if alone { *p } else { 0.0 };
        }
        let choice = |rule: &usize| {
            let upto = chosen[*rule].expect("every rule in the order was chosen");
            RuleChoice {
                rule: self.rules[*rule].clone().up_to(1 << upto),
                share: share(held[*rule]),
                only_share: share(held_only[*rule]),
                n_pairs: self.costs[*rule].n_pairs[..=upto].iter().sum(),
            }
        };
        // Two kinds of rules that see each pair independently of each other: as with two lists of one population.
        let all = self.scale * by_name * by_others / by_both;
        let n_unseen = (by_both > 0.0).then(|| (all - self.scale * (by_name + by_others - by_both)).max(0.0));
        Coverage { rules: order.iter().map(choice).collect(), recall: share(found), n_same, n_unseen, n_pairs }
    }
}

/// Surveyed pairs that no chosen rule holds yet, by the rules and classes of block that would.
struct Open<'s> {
    same: &'s [f64],
    covered: Vec<bool>,
    gain: Vec<[f64; SIZE_CLASSES]>,
    n_pairs: Vec<[u64; SIZE_CLASSES]>,
}

impl<'s> Open<'s> {
    fn new(survey: &Survey, same: &'s [f64]) -> Self {
        let n_rules = survey.rules.len();
        let (mut gain, mut n_pairs) = (vec![[0.0; SIZE_CLASSES]; n_rules], vec![[0; SIZE_CLASSES]; n_rules]);
        for (i, same) in same.iter().enumerate() {
            for Holder { rule, class } in survey.holders(i) {
                gain[usize::from(*rule)][usize::from(*class)] += same;
                n_pairs[usize::from(*rule)][usize::from(*class)] += 1;
            }
        }
        Self { same, covered: vec![false; same.len()], gain, n_pairs }
    }

    /// Takes out the pairs that a rule holds in blocks up to a class.
    fn cover(&mut self, survey: &Survey, rule: usize, upto: usize) {
        for i in 0..self.covered.len() {
            if self.covered[i] {
                continue;
            }
            let holders = survey.holders(i);
            if !holders.iter().any(|one| usize::from(one.rule) == rule && usize::from(one.class) <= upto) {
                continue;
            }
            self.covered[i] = true;
            for Holder { rule, class } in holders {
                self.gain[usize::from(*rule)][usize::from(*class)] -= self.same[i];
                self.n_pairs[usize::from(*rule)][usize::from(*class)] -= 1;
            }
        }
    }
}

impl Key {
    fn is_of_own_name(&self) -> bool {
        matches!(self, Self::NameWord | Self::NameTwoWords | Self::NameJoined | Self::NameInitial | Self::Everything)
    }
}
