//! The methods that can be asked for, with their settings and the sentence that each one assumes.

use std::borrow::Cow;

use crate::{
    capture::Need,
    diagnostics::Value,
    estimators::{
        Grid,
        chao::{self, ChaoForm, ChaoSettings},
        dga::{self, DgaSettings, PriorOnTotal},
        independence::{self, IndependenceSettings},
        lcmcr::{self, LcmcrSettings},
        loglinear::{self, BicSettings, LogLinearSettings, StepwiseSettings},
        nhoi::{self, NhoiSettings},
    },
    refusal::SettingsProblem,
};

/// From more lists on a search for the least BIC takes seconds.
const MANY_LISTS_FOR_BIC: usize = 8;

/// The seed of a run: all random numbers come from it. Deterministic methods only carry it along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Seed(pub u64);

/// A method with all its settings.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// Independence of the lists: the foil.
    Independence(IndependenceSettings),
    /// Decomposable graph averaging.
    Dga(DgaSettings),
    /// Latent classes.
    Lcmcr(LcmcrSettings),
    /// The untestable interaction as a knob.
    Nhoi(NhoiSettings),
    /// Chao's lower bound.
    Chao(ChaoSettings),
    /// One log-linear model, named by whoever asks.
    LogLinear(LogLinearSettings),
    /// The log-linear model that stepwise selection finds.
    Stepwise(StepwiseSettings),
    /// The log-linear model with the least BIC.
    Bic(BicSettings),
}

/// What a method takes for granted, in the words that are printed beside every figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption(Cow<'static, str>);

impl Assumption {
    /// The sentence.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Method {
    /// Independence with default settings.
    pub fn independence() -> Self {
        Self::Independence(IndependenceSettings::default())
    }

    /// Decomposable graph averaging with default settings.
    pub fn dga() -> Self {
        Self::Dga(DgaSettings::default())
    }

    /// Latent classes with default settings.
    pub fn lcmcr() -> Self {
        Self::Lcmcr(LcmcrSettings::default())
    }

    /// No highest-order interaction.
    pub fn nhoi() -> Self {
        Self::Nhoi(NhoiSettings::default())
    }

    /// Chao's bound in its plain form.
    pub fn chao() -> Self {
        Self::Chao(ChaoSettings::default())
    }

    /// Stepwise selection with default settings.
    pub fn stepwise() -> Self {
        Self::Stepwise(StepwiseSettings::default())
    }

    /// The least BIC with default settings.
    pub fn bic() -> Self {
        Self::Bic(BicSettings::default())
    }

    /// The name, as in the command line.
    pub fn name(&self) -> &'static str {
        self.need().method
    }

    /// What the method needs of a table.
    pub fn need(&self) -> Need {
        match self {
            Self::Independence(_) => independence::NEED,
            Self::Dga(_) => dga::NEED,
            Self::Lcmcr(_) => lcmcr::NEED,
            Self::Nhoi(_) => nhoi::NEED,
            Self::Chao(_) => chao::NEED,
            Self::LogLinear(_) => loglinear::NEED,
            Self::Stepwise(_) => loglinear::NEED_STEPWISE,
            Self::Bic(_) => loglinear::NEED_BIC,
        }
    }

    /// What the method assumes.
    pub fn assumption(&self) -> Assumption {
        let sentence = match self {
            Self::Nhoi(NhoiSettings { xi, pair: None, .. }) => {
                return Assumption(
                    format!("the interaction of all lists together is {xi}, which no data can test").into(),
                );
            }
            Self::Nhoi(NhoiSettings { xi, pair: Some([first, second]), .. }) => {
                let sentence = format!("the odds ratio of the pair {first}, {second} is {xi}, which no data can test");
                return Assumption(sentence.into());
            }
            Self::Independence(_) => {
                "being on one list says nothing about being on another, and everyone had the same chance per list"
            }
            Self::Dga(_) => {
                "lists depend on one another only in patterns without a closed ring; people within a stratum are alike \
                 otherwise"
            }
            Self::Lcmcr(_) => {
                "people fall into a few groups; within a group the lists are independent; every group left enough traces \
                 to be seen"
            }
            Self::Chao(_) => "at least; the lists work in a similar way",
            Self::LogLinear(_) => "interactions between lists that the model does not name are zero",
            Self::Stepwise(_) | Self::Bic(_) => "interactions that the data do not demand are zero",
        };
        Assumption(sentence.into())
    }

    /// Whether the figure is only a lower bound.
    pub fn is_bound(&self) -> bool {
        matches!(self, Self::Chao(_))
    }

    /// Whether it gives a distribution of the total, which can be averaged over links and added over strata.
    pub fn has_posterior(&self) -> bool {
        matches!(self, Self::Independence(_) | Self::Dga(_) | Self::Lcmcr(_) | Self::Nhoi(_))
    }

    /// The values of n₀ that are looked at; methods that draw have no grid to be cut.
    pub(crate) fn grid(&self) -> Grid {
        match self {
            Self::Independence(settings) => settings.grid,
            Self::Dga(settings) => settings.grid,
            _ => Grid::Adaptive,
        }
    }

    pub(crate) fn settings_problem(&self) -> Option<SettingsProblem> {
        match self {
            Self::Independence(settings) => settings.grid.problem(),
            Self::Dga(settings) => settings.problem(),
            Self::Lcmcr(settings) => settings.problem(),
            Self::Nhoi(settings) => settings.problem(),
            Self::Chao(_) => None,
            Self::LogLinear(settings) => settings.bootstrap.problem(),
            Self::Stepwise(settings) => settings.problem(),
            Self::Bic(settings) => settings.problem(),
        }
    }

    /// The method on a table with other lists: a model that was named loses the terms whose lists are gone.
    pub(crate) fn on_lists(&self, lists: &[String]) -> Self {
        match self {
            Self::LogLinear(settings) => {
                let remains = |term: &&Vec<String>| term.iter().all(|list| lists.contains(list));
                let terms = settings.terms.iter().filter(remains).cloned().collect();
                Self::LogLinear(LogLinearSettings { terms, ..settings.clone() })
            }
            other => other.clone(),
        }
    }

    /// Whether its figure may stand as an answer: neither a bound, nor the foil, nor the consequence of a number that was
    /// chosen.
    pub(crate) fn is_admissible(&self) -> bool {
        !matches!(self, Self::Independence(_) | Self::Chao(_) | Self::Nhoi(_))
    }

    /// Whether it takes seconds rather than milliseconds for a table with this many lists.
    pub(crate) fn is_slow(&self, n_lists: usize) -> bool {
        match self {
            Self::Lcmcr(_) => true,
            Self::Dga(_) => n_lists > dga::MAX_LISTS_ENUMERATED,
            Self::Bic(_) => n_lists > MANY_LISTS_FOR_BIC,
            _ => false,
        }
    }

    /// All settings, defaults too, for a table with this many lists.
    pub fn settings(&self, n_lists: usize) -> Vec<(String, Value)> {
        let entries = match self {
            Self::Independence(settings) => vec![("grid", grid(settings.grid))],
            Self::Dga(settings) => {
                let mut entries = vec![
                    ("delta", settings.delta_for(n_lists).into()),
                    ("edge_probability", settings.edge_probability.into()),
                    ("prior_on_total", prior(settings.prior)),
                    ("grid", grid(settings.grid)),
                ];
                if n_lists > dga::MAX_LISTS_ENUMERATED {
                    entries.extend(settings.walks.as_values());
                }
                entries
            }
            Self::Lcmcr(settings) => settings.as_values(n_lists),
            Self::Nhoi(settings) => settings.as_values(),
            Self::Chao(settings) => vec![(
                "form",
                match settings.form {
                    ChaoForm::Bound => "bound",
                    ChaoForm::BiasCorrected => "bias_corrected",
                    ChaoForm::Mh => "mh",
                    ChaoForm::Mth => "mth",
                }
                .into(),
            )],
            Self::LogLinear(settings) => vec![
                ("terms", Value::list(settings.terms.iter().map(|lists| lists.join(":")))),
                ("bootstrap", settings.bootstrap.as_value()),
            ],
            Self::Stepwise(settings) => {
                vec![("entry_p", settings.entry_p.into()), ("bootstrap", settings.bootstrap.as_value())]
            }
            Self::Bic(settings) => vec![
                ("order", settings.order_for(n_lists).into()),
                ("models_in_bootstrap", settings.n_bootstrapped.into()),
                ("bootstrap", settings.bootstrap.as_value()),
            ],
        };
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn grid(grid: Grid) -> Value {
    match grid {
        Grid::Adaptive => "adaptive".into(),
        Grid::Points { from, to, points } => {
            Value::map([("from", from.into()), ("to", to.into()), ("points", points.into())])
        }
    }
}

fn prior(prior: PriorOnTotal) -> Value {
    match prior {
        PriorOnTotal::InverseTotal => "1/N".into(),
        PriorOnTotal::GammaPoisson { shape, scale } => {
            Value::map([("gamma_poisson_shape", shape.into()), ("gamma_poisson_scale", scale.into())])
        }
    }
}
