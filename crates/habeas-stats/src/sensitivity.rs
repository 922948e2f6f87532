//! How much a figure moves when what cannot be known is chosen otherwise.

use crate::{
    capture::{CaptureHistories, EstimableHistories},
    estimate::{
        Stopped,
        fit::{Fit, Wanted, fit},
    },
    estimators::{
        dga::{DgaSettings, PriorOnTotal},
        lcmcr::LcmcrSettings,
        loglinear::{self, BicSettings, Cells, StepwiseSettings},
        nhoi::{CURVE, NhoiSettings},
    },
    method::{Method, Seed},
    progress::Progress,
    refusal::Reason,
};

/// Further shares of all people that nobody could have recorded, which no data can show `[johndrow2019]`, and the edge
/// probabilities that are tried.
const HIDDEN_SHARES: [f64; 5] = [0.0, 0.1, 0.2, 0.3, 0.5];
const EDGE_PROBABILITIES: [f64; 3] = [0.2, 0.5, 0.8];

/// The other prior on N: nearly ∝ N^−½ up to its mean at ten times the documented, then falling off. Flatter priors
/// have no normalisable posterior on the complete graph.
const OTHER_PRIOR_SHAPE: f64 = 0.5;
const OTHER_PRIOR_MEAN: f64 = 10.0;

/// Numbers of latent classes, priors of α and caps that are tried.
const CLASSES: [usize; 3] = [5, 10, 15];
const CLASS_PRIORS: [(f64, f64); 2] = [(0.25, 0.25), (1.0, 1.0)];
const CAPS: [u64; 2] = [20, 100];

/// Interactions enter the stepwise model at these levels.
const ENTRY_PS: [f64; 3] = [0.01, 0.02, 0.05];

/// Of the models that fit about as well only so many are listed as alternatives.
const MOST_MODELS: usize = 20;

/// Ratio of the totals of acceptable methods from which on none is published.
const METHODS_DISAGREE: f64 = 10.0;

/// Other choices beside the one that was made, and what each would have said.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// One entry per other choice.
    pub alternatives: Vec<Alternative>,
    /// The total if a further share of all people was unrecordable.
    pub hidden_shares: Vec<HiddenShare>,
    /// The lowest point over the figure and all alternatives, though never below the documented, who are certain.
    pub lowest: f64,
    /// The highest point over the figure and all alternatives, hidden shares apart.
    pub highest: f64,
}

/// What was chosen otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlternativeKind {
    /// Another prior weight per cell.
    Delta,
    /// Another prior probability of an edge.
    EdgeProbability,
    /// Another prior on the total.
    PriorOnTotal,
    /// Another number of latent classes.
    Classes,
    /// Another prior of how evenly people spread over the classes.
    ClassPrior,
    /// Another cap on the people on no list.
    Cap,
    /// Another interaction of all lists together, or of the pair named.
    Interaction,
    /// Another p at which interactions enter.
    EntryP,
    /// Another model that fits about as well.
    Model,
    /// One list left out.
    LeaveOneListOut,
    /// The two smallest lists counted as one.
    SmallestListsMerged,
    /// Another method.
    OtherMethod,
    /// The links between records that are probably missed.
    MissedLinks,
}

impl AlternativeKind {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::EdgeProbability => "edge_probability",
            Self::PriorOnTotal => "prior_on_total",
            Self::Classes => "classes",
            Self::ClassPrior => "class_prior",
            Self::Cap => "cap",
            Self::Interaction => "interaction",
            Self::EntryP => "entry_p",
            Self::Model => "model",
            Self::LeaveOneListOut => "leave_one_list_out",
            Self::SmallestListsMerged => "smallest_lists_merged",
            Self::OtherMethod => "other_method",
            Self::MissedLinks => "missed_links",
        }
    }
}

/// One other choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// What was chosen otherwise.
    pub kind: AlternativeKind,
    /// The choice in short: a value, a list's name, a method's name.
    pub label: String,
    /// What it says, or the code of its refusal.
    pub outcome: Result<Outcome, &'static str>,
}

/// What another choice says about the total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The point: a posterior median or a bound.
    pub point: f64,
    /// Ends of the 95 % interval, where the method gives one without resampling.
    pub interval: Option<(u64, u64)>,
    /// Whether the point is only a lower bound.
    pub is_bound: bool,
}

/// The total if a further share of all people could not have been recorded by anyone: N/(1 − share).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HiddenShare {
    /// The share.
    pub share: f64,
    /// The total including those people.
    pub n_total: f64,
}

impl Sensitivity {
    /// Tries every other choice for a method.
    pub(crate) fn of(
        histories: &EstimableHistories,
        method: &Method,
        point: f64,
        seed: Seed,
        beside: Beside,
        progress: &mut dyn Progress,
    ) -> Result<Self, Stopped> {
        let mut alternatives = Vec::new();
        for (kind, label, other) in other_settings(histories, method) {
            let outcome = outcome(fit(histories, &other, Wanted::Point(seed), progress), other.is_bound())?;
            alternatives.push(Alternative { kind, label, outcome });
        }
        alternatives.extend(other_models(histories, method, progress)?);
        for (kind, label, table) in other_tables(histories, method) {
            let method = method.on_lists(table.lists());
            let outcome = match EstimableHistories::try_from((table, method.need())) {
                Ok(table) => outcome(fit(&table, &method, Wanted::Point(seed), progress), method.is_bound())?,
                Err(refusal) => Err(refusal.code()),
            };
            alternatives.push(Alternative { kind, label, outcome });
        }
        for other in side_by_side(histories.histories().n_lists(), beside) {
            if other.name() == method.name() {
                continue;
            }
            let outcome = match histories.recheck(other.need()) {
                Ok(table) => outcome(fit(&table, &other, Wanted::Point(seed), progress), other.is_bound())?,
                Err(refusal) => Err(refusal.code()),
            };
            let label = other.name().to_owned();
            alternatives.push(Alternative { kind: AlternativeKind::OtherMethod, label, outcome });
        }
        Ok(Self::from_alternatives(alternatives, point, histories.histories().n_documented() as f64))
    }

    /// The reason to publish nothing, when the methods that may stand as an answer lie too far apart.
    pub(crate) fn methods_disagree(&self, method: &Method, point: f64) -> Option<Reason> {
        if !method.is_admissible() {
            return None;
        }
        let others = side_by_side(0, Beside::All).into_iter().filter(Method::is_admissible).filter_map(|other| {
            let of_method = |alternative: &&Alternative| {
                alternative.kind == AlternativeKind::OtherMethod && alternative.label == other.name()
            };
            Some((other.name(), self.alternatives.iter().find(of_method)?.outcome.ok()?.point))
        });
        let mut totals: Vec<(&'static str, f64)> = others.chain([(method.name(), point)]).collect();
        totals.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (lowest, highest) = (totals.first()?.1, totals.last()?.1);
        (highest > METHODS_DISAGREE * lowest).then_some(Reason::MethodsDisagree { totals })
    }

    /// Adds up the strata: each with its alternative where it has that, with its own point where the choice does not
    /// arise; refused where it is refused in a stratum. `constant` are people in no estimated stratum.
    pub(crate) fn summed(strata: &[(&Self, f64)], constant: f64, point: f64, n_documented: f64) -> Self {
        let mut keys: Vec<(AlternativeKind, &str, bool)> = Vec::new();
        for alternative in strata.iter().flat_map(|(sensitivity, _)| &sensitivity.alternatives) {
            let is_bound = alternative.outcome.is_ok_and(|outcome| outcome.is_bound);
            match keys.iter_mut().find(|key| (key.0, key.1) == (alternative.kind, alternative.label.as_str())) {
                Some(key) => key.2 |= is_bound,
                None => keys.push((alternative.kind, &alternative.label, is_bound)),
            }
        }
        let alternatives = keys.into_iter().map(|(kind, label, is_bound)| {
            let of_stratum = |(sensitivity, own): &(&Self, f64)| {
                let same = |alternative: &&Alternative| (alternative.kind, alternative.label.as_str()) == (kind, label);
                let found = sensitivity.alternatives.iter().find(same);
                found.map_or(Ok(*own), |alternative| alternative.outcome.map(|outcome| outcome.point))
            };
            let sum = strata.iter().try_fold(constant, |sum, stratum| Ok(sum + of_stratum(stratum)?));
            let outcome = sum.map(|point| Outcome { point, interval: None, is_bound });
            Alternative { kind, label: label.to_owned(), outcome }
        });
        Self::from_alternatives(alternatives.collect(), point, n_documented)
    }

    /// Gathers the range of alternatives that were computed elsewhere, around the point of the figure itself.
    pub(crate) fn from_alternatives(alternatives: Vec<Alternative>, point: f64, n_documented: f64) -> Self {
        let points = || alternatives.iter().filter_map(|a| a.outcome.ok()).map(|o| o.point).chain([point]);
        let lowest = points().fold(f64::INFINITY, f64::min).max(n_documented.min(point));
        let highest = points().fold(0.0, f64::max);
        let hidden_shares = HIDDEN_SHARES.map(|share| HiddenShare { share, n_total: point / (1.0 - share) }).into();
        Self { alternatives, hidden_shares, lowest, highest }
    }
}

/// A refusal of another choice is told by its code; only the wish to stop is passed on.
pub(crate) fn outcome(fit: Result<Fit, Stopped>, is_bound: bool) -> Result<Result<Outcome, &'static str>, Stopped> {
    match fit {
        Ok(fit) => Ok(Ok(Outcome { point: fit.point, interval: fit.interval_95(), is_bound })),
        Err(Stopped::Refused(refusal)) => Ok(Err(refusal.code())),
        Err(Stopped::Interrupted) => Err(Stopped::Interrupted),
    }
}

/// Which methods stand beside the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Those that take milliseconds: for many tables at once.
    Quick,
    /// Latent classes too, which take seconds.
    All,
}

/// The methods that are shown side by side for a table with this many lists.
fn side_by_side(n_lists: usize, beside: Beside) -> Vec<Method> {
    /// Beyond, trying every model would take longer than all the rest.
    const MAX_LISTS_BIC: usize = 5;
    let order = (n_lists >= MAX_LISTS_BIC).then_some(2);
    let bic = (n_lists <= MAX_LISTS_BIC).then(|| Method::Bic(BicSettings { order, ..BicSettings::default() }));
    let classes = (beside == Beside::All).then(Method::lcmcr);
    let methods = [Method::dga()].into_iter().chain(classes).chain([Method::stepwise()]).chain(bic);
    methods.chain([Method::independence(), Method::chao()]).collect()
}

/// Log-linear models that fit about as well as the one that was named or chosen.
fn other_models(
    histories: &EstimableHistories,
    method: &Method,
    progress: &mut dyn Progress,
) -> Result<Vec<Alternative>, Stopped> {
    let table = histories.histories();
    let order = match method {
        Method::Bic(settings) => settings.order_for(table.n_lists()),
        Method::LogLinear(_) | Method::Stepwise(_) => 2,
        _ => return Ok(Vec::new()),
    };
    let ranking = loglinear::bic::rank(&Cells::of(table), order, progress).ok_or(Stopped::Interrupted)?;
    let close = ranking.within(loglinear::CLOSE_BIC).take(MOST_MODELS);
    let alternative = |ranked: &loglinear::Ranked| Alternative {
        kind: AlternativeKind::Model,
        label: ranked.model.in_words(table.lists()),
        outcome: Ok(Outcome { point: ranked.n_total, interval: None, is_bound: false }),
    };
    Ok(close.map(alternative).collect())
}

/// What is chosen otherwise, to what, and the method that results.
type OtherChoice = (AlternativeKind, String, Method);

/// The settings of the method that nobody can know better.
fn other_settings(histories: &EstimableHistories, method: &Method) -> Vec<OtherChoice> {
    let chosen = match method {
        Method::Dga(chosen) => chosen,
        Method::Stepwise(chosen) => {
            let others = ENTRY_PS.into_iter().filter(|&p| p != chosen.entry_p);
            let other = |entry_p: f64| Method::Stepwise(StepwiseSettings { entry_p, ..*chosen });
            return others.map(|p| (AlternativeKind::EntryP, p.to_string(), other(p))).collect();
        }
        Method::Lcmcr(chosen) => return other_classes(chosen),
        Method::Nhoi(chosen) => {
            let others = CURVE.into_iter().filter(|&xi| xi != chosen.xi);
            let other = |xi: f64| Method::Nhoi(NhoiSettings { xi, ..chosen.clone() });
            return others.map(|xi| (AlternativeKind::Interaction, xi.to_string(), other(xi))).collect();
        }
        _ => return Vec::new(),
    };
    let table = histories.histories();
    let n_lists = table.n_lists();
    let smallest = 0.5_f64.powi(n_lists as i32);
    let deltas = [smallest, 2.0 * smallest, 0.5, 1.0]
        .into_iter()
        .filter(|&d| d != chosen.delta_for(n_lists))
        .map(|d| (AlternativeKind::Delta, d.to_string(), Method::Dga(DgaSettings { delta: Some(d), ..*chosen })));
    let edges = EDGE_PROBABILITIES.into_iter().filter(|&p| p != chosen.edge_probability).map(|p| {
        let settings = DgaSettings { edge_probability: p, ..*chosen };
        (AlternativeKind::EdgeProbability, p.to_string(), Method::Dga(settings))
    });
    let (label, prior) = match chosen.prior {
        PriorOnTotal::InverseTotal => {
            let mean = OTHER_PRIOR_MEAN * table.n_documented() as f64;
            let prior = PriorOnTotal::GammaPoisson { shape: OTHER_PRIOR_SHAPE, scale: mean / OTHER_PRIOR_SHAPE };
            (format!("gamma–Poisson, shape {OTHER_PRIOR_SHAPE}, mean {mean}"), prior)
        }
        PriorOnTotal::GammaPoisson { .. } => ("1/N".to_owned(), PriorOnTotal::InverseTotal),
    };
    let priors = [(AlternativeKind::PriorOnTotal, label, Method::Dga(DgaSettings { prior, ..*chosen }))];
    deltas.chain(edges).chain(priors).collect()
}

/// Other numbers of classes, priors of the classes and caps that nobody can know to be worse.
fn other_classes(chosen: &LcmcrSettings) -> Vec<OtherChoice> {
    let classes = CLASSES
        .map(|n_classes| (AlternativeKind::Classes, n_classes.to_string(), LcmcrSettings { n_classes, ..*chosen }));
    let priors = CLASS_PRIORS.map(|(alpha_shape, alpha_rate)| {
        let label = format!("alpha ~ Gamma({alpha_shape}, {alpha_rate})");
        (AlternativeKind::ClassPrior, label, LcmcrSettings { alpha_shape, alpha_rate, ..*chosen })
    });
    let caps = CAPS.map(|cap| (AlternativeKind::Cap, cap.to_string(), LcmcrSettings { cap, ..*chosen }));
    let others = classes.into_iter().chain(priors).chain(caps).filter(|(.., other)| other != chosen);
    others.map(|(kind, label, other)| (kind, label, Method::Lcmcr(other))).collect()
}

/// The lists to leave out one at a time: all of them, or the largest few where each takes seconds.
pub(crate) fn lists_worth_leaving_out(histories: &EstimableHistories, method: &Method) -> Vec<usize> {
    /// So many where each takes seconds: the figure hangs most on the largest.
    const MOST_WHERE_SLOW: usize = 6;
    let sizes = &histories.overlap().sizes;
    let mut lists: Vec<usize> = (0..sizes.len()).collect();
    if method.is_slow(sizes.len()) && sizes.len() > MOST_WHERE_SLOW {
        lists.sort_by_key(|&list| (std::cmp::Reverse(sizes[list]), list));
        lists.truncate(MOST_WHERE_SLOW);
        lists.sort_unstable();
    }
    lists
}

/// The same people seen through other lists.
fn other_tables(histories: &EstimableHistories, method: &Method) -> Vec<(AlternativeKind, String, CaptureHistories)> {
    let table = histories.histories();
    let sizes = &histories.overlap().sizes;
    let mut others: Vec<_> = lists_worth_leaving_out(histories, method)
        .into_iter()
        .map(|list| (AlternativeKind::LeaveOneListOut, table.lists()[list].clone(), table.without_list(list)))
        .collect();
    let mut by_size: Vec<usize> = (0..table.n_lists()).collect();
    by_size.sort_by_key(|&list| (sizes[list], list));
    let mut merged = by_size[..2].to_vec();
    merged.sort_unstable();
    let label = merged.iter().map(|&list| table.lists()[list].as_str()).collect::<Vec<_>>().join("+");
    let mut groups: Vec<Vec<usize>> = by_size[2..].iter().map(|&list| vec![list]).collect();
    groups.push(merged);
    groups.sort();
    others.push((AlternativeKind::SmallestListsMerged, label, table.regrouped(&groups)));
    others
}
