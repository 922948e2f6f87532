//! Combining replicates, each with its own draws of the total: by mixture, and on the log scale for comparison.
//!
//! Replicates stand for versions of the data that are equally probable, such as imputations of missing strata or draws
//! of the linkage; what lies between them is doubt about the data, what lies within them doubt about the estimate. The
//! mixture of their draws is the posterior; Rubin's rule `[rubin1987]` replaces it by a t distribution of ln n₀.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{
    capture::TableId,
    pooled::mixture,
    posterior::Posterior,
    refusal::Warning,
    special::{compensated_sum, normal_quantile},
};

/// With fewer draws than this a 95 % limit has fewer than 25 of them beyond it.
const FEW_DRAWS: usize = 1_000;

/// Draws of (documented, total), by replicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawTable {
    replicates: Vec<Vec<(u64, u64)>>,
    strata: usize,
    input: TableId,
}

/// Why a file holds no draws.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DrawsError {
    /// The file is no CSV.
    #[error("line {line} cannot be read as CSV")]
    Csv {
        /// The line, 1 being the header.
        line: u64,
    },
    /// A column is missing.
    #[error("there is no column {name}")]
    MissingColumn {
        /// Its name.
        name: &'static str,
    },
    /// A count is no whole number of people.
    #[error("line {line}: column {name} must hold a whole number, at most 2^53")]
    Count {
        /// The line, 1 being the header.
        line: u64,
        /// The column.
        name: &'static str,
    },
    /// A total below the documented.
    #[error("line {line}: the total is smaller than the number documented")]
    TotalBelowDocumented {
        /// The line, 1 being the header.
        line: u64,
    },
    /// The same draw of the same stratum twice.
    #[error("line {line}: this draw of this stratum stands here a second time")]
    Repeated {
        /// The line, 1 being the header.
        line: u64,
    },
    /// A draw lacks a stratum that others have, so that it has no total.
    #[error("the strata do not all have the same draws; a total adds draw by draw")]
    UnequalStrata,
    /// A replicate holds fewer than 2 draws.
    #[error("replicate {position} holds fewer than 2 draws")]
    TooFewDraws {
        /// Its position, from 1.
        position: usize,
    },
    /// There is no draw at all.
    #[error("there is no draw")]
    Empty,
}

/// One line of a file of draws, by replicate, draw and stratum.
type Lines = BTreeMap<(usize, String), BTreeMap<String, BTreeMap<String, (u64, u64)>>>;

impl DrawTable {
    /// Reads files with the columns `draw`, `n_documented`, `n_total`, perhaps `replicate` and `stratum`; a file without
    /// `replicate` is one replicate. Strata are added within replicate and draw.
    ///
    /// # Errors
    /// The index of the file with what is wrong with it; of the last file where draws lack over all.
    pub fn read(files: &[Vec<u8>]) -> Result<Self, (usize, DrawsError)> {
        let mut lines = Lines::new();
        for (idx, bytes) in files.iter().enumerate() {
            read_file(idx, bytes, &mut lines).map_err(|error| (idx, error))?;
        }
        let last = files.len().saturating_sub(1);
        let strata: BTreeSet<&String> =
            lines.values().flat_map(|draws| draws.values().flat_map(BTreeMap::keys)).collect();
        let strata = strata.len();
        let mut replicates = Vec::with_capacity(lines.len());
        for draws in lines.values() {
            if draws.values().any(|by_stratum| by_stratum.len() != strata) {
                return Err((last, DrawsError::UnequalStrata));
            }
            let add = |sum: (u64, u64), one: &(u64, u64)| (sum.0 + one.0, sum.1 + one.1);
            replicates.push(draws.values().map(|by_stratum| by_stratum.values().fold((0, 0), add)).collect());
        }
        let mut hash = Sha256::new();
        for ((file, replicate), draws) in &lines {
            for (draw, by_stratum) in draws {
                for (stratum, (documented, total)) in by_stratum {
                    hash.update(format!("{file}\t{replicate}\t{draw}\t{stratum}\t{documented}\t{total}\n"));
                }
            }
        }
        let table = Self { replicates, strata, input: TableId::of_digest(hash) };
        match table.replicates.iter().position(|draws: &Vec<_>| draws.len() < 2) {
            _ if table.replicates.is_empty() => Err((last, DrawsError::Empty)),
            Some(position) => Err((last, DrawsError::TooFewDraws { position: position + 1 })),
            None => Ok(table),
        }
    }

    /// Draws of (documented, total), by replicate; each replicate has at least 2.
    pub fn replicates(&self) -> &[Vec<(u64, u64)>] {
        &self.replicates
    }

    /// The number of strata that were added within each draw.
    pub fn n_strata(&self) -> usize {
        self.strata
    }

    /// SHA-256 of the draws in order.
    pub fn input(&self) -> TableId {
        self.input
    }

    /// The mean number of documented people, every replicate counting the same.
    pub fn mean_documented(&self) -> f64 {
        let mean = |draws: &Vec<(u64, u64)>| compensated_sum(draws.iter().map(|&(n, _)| n as f64)) / draws.len() as f64;
        compensated_sum(self.replicates.iter().map(mean)) / self.replicates.len() as f64
    }

    /// What must stand beside a figure from these draws; never empty.
    pub fn warnings(&self) -> Vec<Warning> {
        let draws = self.replicates.iter().map(Vec::len).sum();
        let few = (draws < FEW_DRAWS).then_some(Warning::FewDraws { draws });
        let one = (self.replicates.len() == 1).then_some(Warning::OneReplicate);
        [Warning::UnobservablePart].into_iter().chain(few).chain(one).collect()
    }

    /// The posterior of the total: the mixture of the replicates with equal weights, however many draws each has.
    pub fn mixture(&self) -> Posterior {
        let parts: Vec<Posterior> = self
            .replicates
            .iter()
            .map(|draws| Posterior::Draws { chains: vec![draws.iter().map(|&(_, total)| total).collect()] })
            .collect();
        mixture(&parts.iter().map(|part| (1.0, part)).collect::<Vec<_>>())
    }
}

fn read_file(idx: usize, bytes: &[u8], lines: &mut Lines) -> Result<(), DrawsError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|_| DrawsError::Csv { line: 1 })?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let needed = |name: &'static str| place(name).ok_or(DrawsError::MissingColumn { name });
    let (draw, documented, total) = (needed("draw")?, needed("n_documented")?, needed("n_total")?);
    let (replicate, stratum) = (place("replicate"), place("stratum"));
    for (row, record) in reader.records().enumerate() {
        let line = row as u64 + 2;
        let record = record.map_err(|_| DrawsError::Csv { line })?;
        let count = |column: usize, name: &'static str| {
            let count: u64 = record[column].parse().map_err(|_| DrawsError::Count { line, name })?;
            if count <= crate::capture::MAX_PEOPLE { Ok(count) } else { Err(DrawsError::Count { line, name }) }
        };
        let (documented, total) = (count(documented, "n_documented")?, count(total, "n_total")?);
        if total < documented {
            return Err(DrawsError::TotalBelowDocumented { line });
        }
        // Files that name their replicates may share them; a file that does not is a replicate of its own.
        let key = replicate.map_or((idx + 1, String::new()), |column| (0, record[column].to_owned()));
        let stratum = stratum.map_or(String::new(), |column| record[column].to_owned());
        let draws = lines.entry(key).or_default().entry(record[draw].to_owned()).or_default();
        if draws.insert(stratum, (documented, total)).is_some() {
            return Err(DrawsError::Repeated { line });
        }
    }
    Ok(())
}

/// What replicates say on the log scale: inputs of the rules of Rubin and of verdata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replicates {
    /// M, the number of replicates, at least 2.
    pub n_replicates: usize,
    /// Mean number of documented people.
    pub mean_documented: f64,
    /// Mean number of undocumented people, over the means of the replicates.
    pub mean_undocumented: f64,
    /// Mean over the replicates of the mean of ln n₀.
    pub mean: f64,
    /// W, the mean over the replicates of the variance of ln n₀.
    pub within: f64,
    /// B, the variance over the replicates of the mean of ln n₀.
    pub between: f64,
}

/// A total combined on the log scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined {
    /// Degrees of freedom of the t distribution; infinite when the replicates agree.
    pub degrees: f64,
    /// The mean of the documented plus the mean of the undocumented, each rounded.
    pub point: u64,
    /// Lower end of the 95 % interval.
    pub low: u64,
    /// Upper end of the 95 % interval.
    pub high: u64,
    /// Ends of the 50 % interval.
    pub half: (u64, u64),
}

impl Replicates {
    /// Summarises draws of (documented, total) per replicate; n₀ = 0 counts as 0.1.
    ///
    /// `None` with fewer than 2 replicates, or a replicate with fewer than 2 draws.
    pub fn of_draws(replicates: &[Vec<(u64, u64)>]) -> Option<Self> {
        if replicates.len() < 2 || replicates.iter().any(|draws| draws.len() < 2) {
            return None;
        }
        let n_replicates = replicates.len() as f64;
        let mean_of = |values: &[f64]| compensated_sum(values.iter().copied()) / values.len() as f64;
        let variance_of = |values: &[f64]| {
            let mean = mean_of(values);
            compensated_sum(values.iter().map(|value| (value - mean) * (value - mean))) / (values.len() - 1) as f64
        };
        let logs: Vec<Vec<f64>> = replicates
            .iter()
            .map(|draws| draws.iter().map(|&(n, total)| libm::log((total.saturating_sub(n) as f64).max(0.1))).collect())
            .collect();
        let means: Vec<f64> = logs.iter().map(|logs| mean_of(logs)).collect();
        let documented =
            replicates.iter().map(|draws| compensated_sum(draws.iter().map(|&(n, _)| n as f64)) / draws.len() as f64);
        let undocumented = replicates.iter().map(|draws| {
            compensated_sum(draws.iter().map(|&(n, total)| total.saturating_sub(n) as f64)) / draws.len() as f64
        });
        Some(Self {
            n_replicates: replicates.len(),
            mean_documented: compensated_sum(documented) / n_replicates,
            mean_undocumented: compensated_sum(undocumented) / n_replicates,
            mean: mean_of(&means),
            within: compensated_sum(logs.iter().map(|logs| variance_of(logs))) / n_replicates,
            between: variance_of(&means),
        })
    }

    /// W/B; infinite when the replicates agree.
    fn ratio(&self) -> f64 {
        if self.between > 0.0 { self.within / self.between } else { f64::INFINITY }
    }

    fn combined(&self, degrees: f64) -> Combined {
        let documented = self.mean_documented.round();
        let m = self.n_replicates as f64;
        let deviation = libm::sqrt(self.within + (1.0 + 1.0 / m) * self.between);
        let total = |log: f64| (documented + libm::exp(log).round()) as u64;
        let ends = |level: f64| {
            let spread = deviation * student_quantile(level, degrees);
            (total(self.mean - spread), total(self.mean + spread))
        };
        let point = (documented + self.mean_undocumented.round()) as u64;
        let (low, high) = ends(0.975);
        Combined { degrees, point, low, high, half: ends(0.75) }
    }
}

/// Combines replicates by Rubin's rule: df = (M−1)(1 + M/(M+1) · W/B)² `[rubin1987]`.
pub fn rubin(replicates: &Replicates) -> Combined {
    let m = replicates.n_replicates as f64;
    replicates.combined((m - 1.0) * (1.0 + m / (m + 1.0) * replicates.ratio()).powi(2))
}

/// Combines replicates by the rule of the package verdata, df = (M−1)(1 + 1/(M+1) · W/B)², for comparison only: its
/// degrees of freedom are too small.
pub fn verdata_rule(replicates: &Replicates) -> Combined {
    let m = replicates.n_replicates as f64;
    replicates.combined((m - 1.0) * (1.0 + 1.0 / (m + 1.0) * replicates.ratio()).powi(2))
}

/// A quantile above the median of Student's t, by bisection on its distribution function.
fn student_quantile(level: f64, degrees: f64) -> f64 {
    let normal = normal_quantile(level);
    if !degrees.is_finite() || degrees > 1e7 {
        return normal;
    }
    let (mut low, mut high) = (normal, 1e3);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if student_upper_tail(middle, degrees) > 1.0 - level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// P(T > t) by Simpson's rule over the angle: with t = √ν·tan φ the density becomes proportional to cos^(ν−1) φ.
fn student_upper_tail(t: f64, degrees: f64) -> f64 {
    const N_STEPS: usize = 2_000;
    let norm =
        libm::exp(libm::lgamma(0.5 * (degrees + 1.0)) - libm::lgamma(0.5 * degrees)) / libm::sqrt(std::f64::consts::PI);
    let end = libm::atan(t / libm::sqrt(degrees));
    let step = end / N_STEPS as f64;
    let density = |idx: usize| libm::exp((degrees - 1.0) * libm::log(libm::cos(step * idx as f64)));
    let weight = |idx: usize| if idx == 0 || idx == N_STEPS { 1.0 } else { 2.0 + 2.0 * (idx % 2) as f64 };
    0.5 - norm * step / 3.0 * compensated_sum((0..=N_STEPS).map(|idx| weight(idx) * density(idx)))
}
