//! How many people are documented, and how many are on no list at all? Numbers in, numbers out.
//!
//! This crate sees list indices, stratum indices and counts; never a person's name, a place, a record, a file or a clock.
//! Three rules stand above all others:
//!
//! 1. **No interval without its assumption and its sensitivity.** [`Estimate`] cannot be built without them, and its
//!    numbers can only be read together with them ([`Estimate::figures`]).
//! 2. **A refusal is a result.** A number that the data do not support is never printed with a footnote.
//! 3. **Every figure names its input**: the SHA-256 of the canonical table, the method with all settings, the seed.
//!
//! ```
//! use habeas_stats::{CaptureHistories, EstimableHistories, Method, Seed, estimate};
//!
//! let lists = ["A", "B", "C"].map(String::from).to_vec();
//! let counts = [(0b001, 60), (0b010, 49), (0b100, 247), (0b011, 4), (0b101, 112), (0b110, 142), (0b111, 12)];
//! let table = CaptureHistories::new(lists, counts)?;
//! let method = Method::dga();
//! let estimable = EstimableHistories::try_from((table, method.need()))?;
//! let estimate = estimate(&estimable, &method, Seed(1))?;
//! let figures = estimate.figures();
//! assert_eq!(figures.n_documented, 626);
//! assert_eq!(figures.assumption, method.assumption().text());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ln, exp and lnΓ come from the `libm` crate, so the deterministic methods give the same bytes on every platform.

pub mod capture;
pub mod combine;
mod consistency;
pub mod convergence;
mod diagnostics;
mod estimate;
pub mod estimators;
mod linear;
mod method;
pub mod pooled;
mod posterior;
pub mod progress;
pub mod refusal;
mod sensitivity;
pub mod simulate;
mod special;
pub mod strata;
mod stream;
pub mod suppress;
pub mod tally;

/// The version that travels with every figure.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use capture::{CaptureHistories, Dependence, EstimableHistories, Need, Overlap, TableId};
pub use convergence::{Convergence, Halted, Unsettled};
pub use diagnostics::Value;
pub use estimate::{
    DecidedLinks, Estimate, Figures, IntervalFigures, Stopped, estimate, estimate_beside_all, estimate_with,
};
pub use estimators::{
    Grid,
    chao::{ChaoForm, ChaoSettings},
    dga::{DgaSettings, PriorOnTotal},
    graph_walk::WalkSettings,
    independence::IndependenceSettings,
    lcmcr::{LcmcrFit, LcmcrSettings},
    loglinear::{BicSettings, Bootstrap, LogLinearModel, LogLinearSettings, StepwiseSettings},
    nhoi::{NhoiFit, NhoiSettings},
};
pub use method::{Assumption, Method, Seed};
pub use posterior::{Interval, Posterior, TwoModes};
pub use refusal::{Reason, Refusal, SettingsProblem, Warning};
pub use sensitivity::{Alternative, AlternativeKind, HiddenShare, Outcome, Sensitivity};
