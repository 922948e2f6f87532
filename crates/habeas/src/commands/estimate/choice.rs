//! The method and its settings, as the command line names them.

use crate::failure::Failure;
use clap::{Args, ValueEnum};
use habeas_stats::{
    BicSettings, Bootstrap, ChaoForm, ChaoSettings, DgaSettings, Grid, IndependenceSettings, LcmcrSettings,
    LogLinearModel, LogLinearSettings, Method, NhoiSettings, PriorOnTotal, Seed, StepwiseSettings, WalkSettings,
};

/// The method and its settings
#[derive(Debug, Clone, Args)]
pub struct Choice {
    /// The method
    #[arg(long, value_enum, default_value_t = MethodName::Dga)]
    method: MethodName,
    /// Seed of the run; kept with the result
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// dga: prior weight per cell [default: 2^-lists]
    #[arg(long)]
    delta: Option<f64>,
    /// dga: shape and scale of a gamma–Poisson prior on the total [default: 1/N]
    #[arg(long, num_args = 2, value_names = ["SHAPE", "SCALE"])]
    prior_gamma: Option<Vec<f64>>,
    /// Least number of undocumented on an equally spaced grid [default: every number, up to where the tail ends]
    #[arg(long)]
    grid_from: Option<u64>,
    /// Greatest number of undocumented on the grid
    #[arg(long)]
    grid_to: Option<u64>,
    /// Points of the grid
    #[arg(long)]
    grid_points: Option<usize>,
    /// chao: form of the bound
    #[arg(long, value_enum, default_value_t = Form::Bound)]
    form: Form,
    /// loglinear: interactions by number or name of their lists, such as 12,13,23 or A:B,B:C [default: none]
    #[arg(long)]
    terms: Option<String>,
    /// stepwise: an interaction enters while its p is below this
    #[arg(long, value_name = "P", default_value_t = 0.02)]
    entry: f64,
    /// bic: most lists in an interaction [default: any number up to 5 lists, 2 beyond]
    #[arg(long)]
    order: Option<usize>,
    /// loglinear, stepwise, bic: replicates of the bootstrap [default: 1000, up to 16000 where a limit lies far out]
    #[arg(long, value_name = "R")]
    bootstrap: Option<usize>,
    /// dga with more than 6 lists: steps of each walk over graphs after which the run ends
    #[arg(long, value_name = "N", default_value_t = WalkSettings::default().max_steps)]
    walk_steps: usize,
    /// lcmcr: most classes; those that the data do not need stay empty
    #[arg(long, value_name = "K", default_value_t = LcmcrSettings::default().n_classes)]
    classes: usize,
    /// lcmcr: shape and rate of the gamma prior of alpha, which spreads people over the classes [default: 0.25 0.25]
    #[arg(long, num_args = 2, value_names = ["SHAPE", "RATE"])]
    prior_alpha: Option<Vec<f64>>,
    /// lcmcr: draws above this many times the documented are left out and counted
    #[arg(long, default_value_t = LcmcrSettings::default().cap)]
    cap: u64,
    /// lcmcr: independent chains that must agree; dga with more than 6 lists: independent walks
    #[arg(long, default_value_t = LcmcrSettings::default().n_chains)]
    chains: usize,
    /// lcmcr: rounds after which the run ends, settled or not [default: 16000, fewer with many lists]
    #[arg(long)]
    rounds: Option<usize>,
    /// nhoi: the interaction that no data can test; 1 is none
    #[arg(long, default_value_t = NhoiSettings::default().xi)]
    xi: f64,
    /// nhoi: two lists, such as A:B, whose odds ratio the interaction is [default: that of all lists together]
    #[arg(long, value_name = "A:B")]
    pair: Option<String>,
    /// nhoi: draws of the probabilities of the combinations of lists
    #[arg(long, default_value_t = NhoiSettings::default().n_draws)]
    draws: usize,
}

/// Methods
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MethodName {
    /// The lists are independent: the foil, never the answer
    Independence,
    /// One log-linear model, by its interactions
    Loglinear,
    /// The log-linear model that stepwise selection finds
    Stepwise,
    /// The log-linear model with the least BIC
    Bic,
    /// Averaging over decomposable graphs of dependence between lists
    Dga,
    /// Latent classes: groups of people within which the lists are independent
    Lcmcr,
    /// The interaction of all lists together, as you choose it
    Nhoi,
    /// Chao's lower bound
    Chao,
}

/// Forms of Chao's bound
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Form {
    /// The plain bound
    Bound,
    /// Bias-corrected
    BiasCorrected,
    /// As log-linear model of heterogeneity
    Mh,
    /// As log-linear model of heterogeneity and list effects
    Mth,
}

impl Choice {
    /// The seed.
    pub fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    /// The method for a table with these lists and so many people.
    pub fn method(&self, lists: &[String], n_documented: u64) -> Result<Method, Failure> {
        let grid = if self.grid_from.is_some() || self.grid_to.is_some() || self.grid_points.is_some() {
            Grid::points(self.grid_from, self.grid_to, self.grid_points, n_documented)
        } else {
            Grid::Adaptive
        };
        let bootstrap = Bootstrap { replicates: self.bootstrap };
        Ok(match self.method {
            MethodName::Independence => Method::Independence(IndependenceSettings { grid }),
            MethodName::Loglinear => Method::LogLinear(LogLinearSettings { terms: self.terms(lists)?, bootstrap }),
            MethodName::Stepwise => Method::Stepwise(StepwiseSettings { entry_p: self.entry, bootstrap }),
            MethodName::Bic => Method::Bic(BicSettings { order: self.order, bootstrap, ..BicSettings::default() }),
            MethodName::Dga => {
                let prior = match self.prior_gamma.as_deref() {
                    Some([shape, scale]) => PriorOnTotal::GammaPoisson { shape: *shape, scale: *scale },
                    _ => PriorOnTotal::InverseTotal,
                };
                let walks = WalkSettings { n_walks: self.chains, max_steps: self.walk_steps };
                Method::Dga(DgaSettings { delta: self.delta, grid, prior, walks, ..DgaSettings::default() })
            }
            MethodName::Lcmcr => {
                let plain = LcmcrSettings::default();
                let (alpha_shape, alpha_rate) = match self.prior_alpha.as_deref() {
                    Some([shape, rate]) => (*shape, *rate),
                    _ => (plain.alpha_shape, plain.alpha_rate),
                };
                Method::Lcmcr(LcmcrSettings {
                    n_classes: self.classes,
                    alpha_shape,
                    alpha_rate,
                    cap: self.cap,
                    n_chains: self.chains,
                    max_rounds: self.rounds,
                    ..plain
                })
            }
            MethodName::Nhoi => {
                Method::Nhoi(NhoiSettings { xi: self.xi, pair: self.pair(lists)?, n_draws: self.draws })
            }
            MethodName::Chao => Method::Chao(ChaoSettings {
                form: match self.form {
                    Form::Bound => ChaoForm::Bound,
                    Form::BiasCorrected => ChaoForm::BiasCorrected,
                    Form::Mh => ChaoForm::Mh,
                    Form::Mth => ChaoForm::Mth,
                },
            }),
        })
    }

    /// Two lists by name, however they were named on the command line.
    fn pair(&self, lists: &[String]) -> Result<Option<[String; 2]>, Failure> {
        let Some(pair) = &self.pair else { return Ok(None) };
        let remedy = "--pair A:B names two lists of the table, or --pair 12 lists 1 and 2";
        let model = LogLinearModel::parse(pair, lists).map_err(|error| Failure::usage(error, remedy))?;
        match model.interactions() {
            [set] if set.count_ones() == 2 => {
                let mut names = (0..lists.len()).filter(|list| set >> list & 1 == 1).map(|list| lists[list].clone());
                Ok(names.next().zip(names.next()).map(|(first, second)| [first, second]))
            }
            _ => Err(Failure::usage("--pair names no pair of lists", remedy)),
        }
    }

    /// The interactions by the names of their lists: they stay what they are when empty lists are left out.
    fn terms(&self, lists: &[String]) -> Result<Vec<Vec<String>>, Failure> {
        let Some(terms) = &self.terms else { return Ok(Vec::new()) };
        let model = LogLinearModel::parse(terms, lists).map_err(|error| {
            Failure::usage(error, "--terms 12,13 means lists 1 and 2, lists 1 and 3; or by name: --terms A:B,A:C")
        })?;
        let names =
            |set: u32| (0..lists.len()).filter(move |list| set >> list & 1 == 1).map(|list| lists[list].clone());
        Ok(model.generators().into_iter().map(|set| names(set).collect()).collect())
    }
}
