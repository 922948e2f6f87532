//! Posteriors of n₀ whose logarithm is a signed sum of lnΓ terms, for one model or for a mixture of many.
//!
//! Independence and the averaging over decomposable graphs both have this form: every model is a signed sum of a few
//! shared rows lnΓ(n₀ + u) − lnΓ(n₀ + v). The rows are computed once per grid point, each model is a sum of rows,
//! and everything is normalised by log-sum-exp. A coarse pass over all models finds those that matter.

use std::ops::{ControlFlow, RangeInclusive};

use crate::{
    posterior::{Posterior, width},
    progress::Progress,
    refusal::SettingsProblem,
    special::{Shifted, add_exp, compensated_sum, ln_gamma_ratio},
};

/// A surviving model is summed from where its curve, seen at the points of the coarse pass, comes within this many more
/// nats of mattering: between two points the curve may be higher than at both.
const RANGE_MARGIN_NATS: f64 = 15.0;

/// Models whose maximum lies this many nats below the best are left out: together they weigh less than 10⁻¹⁵.
const NEGLIGIBLE_NATS: f64 = 45.0;

/// Every integer up to n is a cell of its own, but no more than this many (the posterior is smooth at that scale).
const MAX_SINGLE_CELLS: u64 = 100_000;

/// Beyond the integers, a cell is at first this part of its distance from 0 wide; more means more cells in the tail.
const CELLS_PER_DISTANCE: u64 = 64;

/// The default grid never ends below this n₀ unless the tail beyond is lighter than [`TAIL_TOLERANCE`].
const FARTHEST: u64 = 100_000_000;

/// The default grid ends where the mass beyond is below this.
const TAIL_TOLERANCE: f64 = 1e-9;

/// A cell with noticeable mass is cut until width² · (|curvature| + slope²) of the log density is below this: then the
/// error of any value of the distribution function stays below 10⁻⁶.
const MAX_BEND: f64 = 4e-4;

/// The most points of an equally spaced grid, 800 MB of cells; the adaptive grid needs far fewer.
const MAX_POINTS: usize = 20_000_000;

/// A survey takes every integer up to here, then cells 1/64 of their distance wide up to this many times n.
const SURVEY_SINGLE: u64 = 128;
const SURVEY_REACH: u64 = 1_000;

/// Grid points evaluated together: 63 rows of 128 values stay in the second-level cache.
const BLOCK: usize = 128;

/// Which values of n₀ are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Grid {
    /// Every integer up to n, then cells that adapt to the posterior, up to where the tail is negligible.
    #[default]
    Adaptive,
    /// Equally spaced values of n₀, rounded to integers, as other programs use them.
    Points {
        /// First n₀.
        from: u64,
        /// Last n₀.
        to: u64,
        /// How many points, at least 2; at most one per integer is used.
        points: usize,
    },
}

impl Grid {
    /// Builds an equally spaced grid; what is not given is n₀ = 1, 30 n, and one point per integer up to 60,000.
    pub fn points(from: Option<u64>, to: Option<u64>, points: Option<usize>, n_documented: u64) -> Self {
        let from = from.unwrap_or(1);
        let to = to.unwrap_or_else(|| n_documented.saturating_mul(30));
        let integers = usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(usize::MAX);
        Self::Points { from, to, points: points.unwrap_or_else(|| integers.min(60_000)) }
    }

    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        match *self {
            Self::Points { from, to, points } if points < 2 || to <= from || to > 1_000_000_000 => {
                Some(SettingsProblem::Grid)
            }
            Self::Points { points, .. } if points > MAX_POINTS => Some(SettingsProblem::Grid),
            _ => None,
        }
    }
}

/// One shared term: lnΓ(n₀ + upper) − lnΓ(n₀ + lower) + constant, with the same `lower` for all rows of a mixture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) upper: f64,
    pub(crate) constant: f64,
}

/// One model: a constant and signed rows.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) constant: f64,
    pub(crate) terms: Vec<(u16, f64)>,
}

/// ln p(n₀, model | data) up to one constant, for all models.
#[derive(Clone, Debug)]
pub(crate) struct Mixture {
    pub(crate) n_documented: u64,
    pub(crate) lower: f64,
    pub(crate) rows: Vec<Row>,
    pub(crate) models: Vec<Model>,
    /// The part common to all models: lnΓ(n₀ + common_upper) − lnΓ(n₀ + 1) + common_slope · n₀.
    pub(crate) common_upper: f64,
    pub(crate) common_slope: f64,
}

/// The normalised posterior of a mixture.
#[derive(Clone, Debug)]
pub(crate) struct Solved {
    /// Cells of n₀.
    pub(crate) cells: Vec<RangeInclusive<u64>>,
    /// Mass per cell.
    pub(crate) mass: Vec<f64>,
    /// Weight per model; 0 for those left out.
    pub(crate) weights: Vec<f64>,
    /// Estimated mass beyond the last cell.
    pub(crate) beyond: f64,
}

impl Solved {
    /// The posterior on the axis of N.
    pub(crate) fn posterior(&self, n_documented: u64) -> Posterior {
        let cells = self.cells.iter().map(|cell| cell.start() + n_documented..=cell.end() + n_documented).collect();
        Posterior::Grid { cells, mass: self.mass.clone() }
    }
}

impl Mixture {
    /// Normalises the posterior over the whole grid and all models; `None` when the progress hook says stop.
    pub(crate) fn solve(&self, grid: Grid, progress: &mut dyn Progress) -> Option<Solved> {
        match grid {
            Grid::Adaptive => self.solve_adaptive(progress),
            Grid::Points { from, to, points } => {
                let cells = equally_spaced(from, to, points);
                let (scan, _) = self.scan(&cells);
                let sums = self.sum_models(&cells, &scan, progress)?;
                Some(sums.normalised(cells, 0.0))
            }
        }
    }

    /// The posterior of one model alone, on given cells.
    pub(crate) fn posterior_of_model(&self, model: usize, cells: &[RangeInclusive<u64>]) -> Posterior {
        let rows = self.rows_at(cells, &self.rows_of(&[model]));
        let mut logs = vec![0.0; cells.len()];
        self.curve(model, &rows, cells.len(), &mut logs);
        let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mass: Vec<f64> =
            logs.iter().zip(cells).map(|(log, cell)| libm::exp(log - peak) * width(cell) as f64).collect();
        let total = compensated_sum(mass.iter().copied());
        let mass = mass.iter().map(|part| part / total).collect();
        let cells = cells.iter().map(|c| c.start() + self.n_documented..=c.end() + self.n_documented).collect();
        Posterior::Grid { cells, mass }
    }

    /// e such that the weight of a model falls like n₀^e far out (for a prior that is a power of N).
    pub(crate) fn tail_exponent(&self, model: usize) -> f64 {
        let terms = self.models[model].terms.iter();
        terms.map(|&(row, sign)| sign * (self.rows[usize::from(row)].upper - self.lower)).sum::<f64>()
            + self.common_upper
            - 1.0
    }

    fn solve_adaptive(&self, progress: &mut dyn Progress) -> Option<Solved> {
        let cells = first_cells(self.n_documented);
        let (scan, added) = self.scan(&cells);
        let mut cells = cut_around(&cells, &added);
        loop {
            let sums = self.sum_models(&cells, &scan, progress)?;
            let parts = sums.parts_needed(&cells);
            if parts.iter().all(|&parts| parts == 1) {
                return Some(self.cut_tail(sums, cells));
            }
            cells = split(&cells, |idx| parts[idx]);
        }
    }

    /// Ends the grid where what lies beyond is negligible; otherwise says how much lies beyond its last cell.
    fn cut_tail(&self, sums: Sums, cells: Vec<RangeInclusive<u64>>) -> Solved {
        let last = cells.last().map_or(0, |cell| *cell.end()) as f64;
        let end_density = sums.density.last().copied().unwrap_or(0.0);
        let steepness = sums.end_slope(&cells);
        // For a power law w(x) ~ x^e the mass beyond x is w(x)·x/(−e − 1).
        let beyond = if steepness < -1.0 { end_density * last / (-steepness - 1.0) } else { end_density * last };
        let mut solved = sums.normalised(cells, beyond);
        let mut beyond = solved.beyond;
        let mut keep = solved.mass.len();
        while keep > 1 && beyond + solved.mass[keep - 1] < TAIL_TOLERANCE {
            beyond += solved.mass[keep - 1];
            keep -= 1;
        }
        solved.cells.truncate(keep);
        solved.mass.truncate(keep);
        let total = compensated_sum(solved.mass.iter().copied());
        solved.mass.iter_mut().for_each(|mass| *mass /= total);
        solved.beyond = beyond;
        solved
    }

    /// Follows every model over a few hundred points: which models matter, and where. Points are added around peaks
    /// until no peak can hide between two of them; the added points are given back.
    fn scan(&self, cells: &[RangeInclusive<u64>]) -> (Scan, Vec<u64>) {
        let mut points = thinned(cells);
        let mut added = Vec::new();
        loop {
            let (scan, unresolved) = self.scan_points(&points);
            if unresolved.is_empty() {
                return (scan, added);
            }
            let more: Vec<u64> = unresolved.iter().flat_map(|&gap| between(points[gap], points[gap + 1])).collect();
            added.extend(&more);
            points.extend(more);
            points.sort_unstable();
        }
    }

    /// One pass over given points; also the gaps (by the index of their left point) in which a peak may hide.
    fn scan_points(&self, points: &[u64]) -> (Scan, Vec<usize>) {
        let cells: Vec<RangeInclusive<u64>> = points.iter().map(|&point| point..=point).collect();
        let all: Vec<u16> = (0..self.rows.len() as u16).collect();
        let rows = self.rows_at(&cells, &all);
        let mut curve = vec![0.0; cells.len()];
        let mut peaks = Vec::with_capacity(self.models.len());
        let mut best = f64::NEG_INFINITY;
        for model in 0..self.models.len() {
            self.curve(model, &rows, cells.len(), &mut curve);
            let (at, value) = argmax(&curve);
            best = best.max(value);
            peaks.push((at, value, peak_bound(&curve, &cells, at)));
        }
        let mut unresolved = Vec::new();
        let mut survivors = Vec::new();
        for (model, &(at, value, bound)) in peaks.iter().enumerate() {
            if bound < best - NEGLIGIBLE_NATS {
                continue;
            }
            if bound - value > 1.0 {
                let gaps = at.saturating_sub(1)..(at + 1).min(points.len() - 1);
                unresolved.extend(gaps.filter(|&gap| points[gap + 1] - points[gap] > 1));
            }
            self.curve(model, &rows, cells.len(), &mut curve);
            let matters = |log: &f64| *log > best - NEGLIGIBLE_NATS - RANGE_MARGIN_NATS;
            let first = curve.iter().position(matters).unwrap_or(at).saturating_sub(1);
            let last = (curve.iter().rposition(matters).unwrap_or(at) + 1).min(points.len() - 1);
            survivors.push(Survivor { model, range: points[first]..=points[last] });
        }
        unresolved.sort_unstable();
        unresolved.dedup();
        (Scan { best, survivors }, unresolved)
    }

    /// Sums the surviving models at every cell where they matter.
    fn sum_models(&self, cells: &[RangeInclusive<u64>], scan: &Scan, progress: &mut dyn Progress) -> Option<Sums> {
        let mut density = vec![0.0; cells.len()];
        let mut weights = vec![0.0; self.models.len()];
        let mut logs = [0.0; BLOCK];
        let mut masses = [0.0; BLOCK];
        for (block, densities) in cells.chunks(BLOCK).zip(density.chunks_mut(BLOCK)) {
            let ends = *block[0].start()..=*block[block.len() - 1].end();
            let active: Vec<usize> = scan
                .survivors
                .iter()
                .filter(|survivor| survivor.range.start() <= ends.end() && ends.start() <= survivor.range.end())
                .map(|survivor| survivor.model)
                .collect();
            let rows = if active.is_empty() { Vec::new() } else { self.rows_at(block, &self.rows_of(&active)) };
            let mut widths = [0.0; BLOCK];
            block.iter().zip(&mut widths).for_each(|(cell, w)| *w = width(cell) as f64);
            for model in active {
                let logs = &mut logs[..block.len()];
                self.curve(model, &rows, block.len(), logs);
                logs.iter_mut().for_each(|log| *log -= scan.best);
                let masses = &mut masses[..block.len()];
                masses.fill(0.0);
                add_exp(logs, masses);
                let mut weight = 0.0;
                for ((sum, &mass), &w) in densities.iter_mut().zip(masses.iter()).zip(&widths) {
                    *sum += mass;
                    weight += mass * w;
                }
                weights[model] += weight;
            }
            if progress.advance(block.len(), cells.len()) == ControlFlow::Break(()) {
                return None;
            }
        }
        Some(Sums { density, weights })
    }

    /// The rows that the given models use, ascending.
    fn rows_of(&self, models: &[usize]) -> Vec<u16> {
        let mut used = vec![false; self.rows.len()];
        for &model in models {
            self.models[model].terms.iter().for_each(|&(row, _)| used[usize::from(row)] = true);
        }
        (0..self.rows.len() as u16).filter(|&row| used[usize::from(row)]).collect()
    }

    /// Row-major values of the needed rows (others stay 0) at the middle of each cell, the common part last.
    fn rows_at(&self, cells: &[RangeInclusive<u64>], needed: &[u16]) -> Vec<f64> {
        let n_cells = cells.len();
        let mut values = vec![0.0; (self.rows.len() + 1) * n_cells];
        for (idx, cell) in cells.iter().enumerate() {
            let x = (*cell.start() as f64 + *cell.end() as f64) / 2.0;
            let lower = Shifted::new(x + self.lower);
            for &row in needed {
                let Row { upper, constant } = self.rows[usize::from(row)];
                values[usize::from(row) * n_cells + idx] = lower.ratio_from(x + upper) + constant;
            }
            values[self.rows.len() * n_cells + idx] = ln_gamma_ratio(x, self.common_upper, 1.0) + self.common_slope * x;
        }
        values
    }

    /// A quick look at any model that is made of the rows, on cells that all models share.
    pub(crate) fn survey(&self) -> Survey<'_> {
        let farthest = self.n_documented.saturating_mul(SURVEY_REACH).min(1 << 52);
        let cells = widening_cells(SURVEY_SINGLE, farthest);
        let all: Vec<u16> = (0..self.rows.len() as u16).collect();
        let ln_widths = cells.iter().map(|cell| libm::log(width(cell) as f64)).collect();
        let ln_middles = cells.iter().map(|cell| libm::log1p(middle(cell))).collect();
        let rows = self.rows_at(&cells, &all);
        Survey { mixture: self, rows, ln_widths, ln_middles }
    }

    /// ln p(n₀, model) along the cells whose rows were computed.
    fn curve(&self, model: usize, rows: &[f64], n_cells: usize, logs: &mut [f64]) {
        self.curve_of(&self.models[model], rows, n_cells, logs);
    }

    fn curve_of(&self, Model { constant, terms }: &Model, rows: &[f64], n_cells: usize, logs: &mut [f64]) {
        let row = |idx: usize| &rows[idx * n_cells..(idx + 1) * n_cells];
        for (log, common) in logs.iter_mut().zip(row(self.rows.len())) {
            *log = common + constant;
        }
        for &(idx, sign) in terms {
            for (log, value) in logs.iter_mut().zip(row(usize::from(idx))) {
                *log += sign * value;
            }
        }
    }
}

/// Rows along a few hundred cells, for comparing very many models by their weight.
pub(crate) struct Survey<'a> {
    mixture: &'a Mixture,
    rows: Vec<f64>,
    ln_widths: Vec<f64>,
    ln_middles: Vec<f64>,
}

/// What a survey says about one model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Surveyed {
    /// ln of its weight, up to the constant common to all models.
    pub(crate) ln_weight: f64,
    /// The mean of ln(n₀ + 1) under it.
    pub(crate) mean_ln: f64,
}

impl Survey<'_> {
    /// Sums the density of a model over the cells, each as dense as its middle.
    pub(crate) fn of(&self, model: &Model) -> Surveyed {
        let n_cells = self.ln_widths.len();
        let mut logs = vec![0.0; n_cells];
        self.mixture.curve_of(model, &self.rows, n_cells, &mut logs);
        logs.iter_mut().zip(&self.ln_widths).for_each(|(log, width)| *log += width);
        let (_, peak) = argmax(&logs);
        logs.iter_mut().for_each(|log| *log -= peak);
        let mut masses = vec![0.0; n_cells];
        add_exp(&logs, &mut masses);
        let total: f64 = masses.iter().sum();
        let mean_ln = masses.iter().zip(&self.ln_middles).map(|(mass, ln)| mass * ln).sum::<f64>() / total;
        Surveyed { ln_weight: peak + libm::log(total), mean_ln }
    }
}

/// What the coarse pass found.
struct Scan {
    best: f64,
    survivors: Vec<Survivor>,
}

/// A model that matters, and the n₀ between which it does.
struct Survivor {
    model: usize,
    range: RangeInclusive<u64>,
}

/// Unnormalised density per integer of n₀, and weight per model.
struct Sums {
    density: Vec<f64>,
    weights: Vec<f64>,
}

impl Sums {
    /// Turns densities into masses that sum to 1, each corrected for the bend of the density within its cell.
    fn normalised(self, cells: Vec<RangeInclusive<u64>>, beyond: f64) -> Solved {
        let mut mass: Vec<f64> = (0..cells.len())
            .map(|idx| {
                let w = width(&cells[idx]) as f64;
                let middle = self.density[idx];
                // Σ of f over the cell = w·f(middle) + (w³ − w)/24·f″ + …; never more than a tenth, as a guard.
                let bend =
                    if w > 1.0 { second_derivative(&self.density, &cells, idx) * (w * w - 1.0) / 24.0 } else { 0.0 };
                w * (middle + bend.clamp(-0.1 * middle, 0.1 * middle))
            })
            .collect();
        let total = compensated_sum(mass.iter().copied());
        mass.iter_mut().for_each(|part| *part /= total);
        let total_weight = compensated_sum(self.weights.iter().copied());
        let weights = self.weights.iter().map(|weight| weight / total_weight).collect();
        Solved { cells, mass, weights, beyond: beyond / total }
    }

    /// Into how many parts each cell must be cut.
    fn parts_needed(&self, cells: &[RangeInclusive<u64>]) -> Vec<u64> {
        /// Cells with less mass than this are left as they are.
        const NOTICEABLE: f64 = 1e-9;
        /// More parts at once would cut cells that the next round finds smooth.
        const MOST_PARTS: f64 = 16.0;
        let total: f64 = self.density.iter().zip(cells).map(|(d, cell)| d * width(cell) as f64).sum();
        (0..cells.len())
            .map(|idx| {
                let w = width(&cells[idx]) as f64;
                // A neighbour's mass counts too: a peak may lie between two middles.
                let around = idx.saturating_sub(1)..=(idx + 1).min(cells.len() - 1);
                let densest = around.map(|near| self.density[near]).fold(0.0, f64::max);
                if w == 1.0 || densest * w < NOTICEABLE * total {
                    return 1;
                }
                let parts = libm::ceil(libm::sqrt(self.bend(cells, idx) / MAX_BEND)).clamp(1.0, MOST_PARTS);
                (parts as u64).min(width(&cells[idx]))
            })
            .collect()
    }

    /// width² · (|curvature| + slope²) of the log density at a cell.
    fn bend(&self, cells: &[RangeInclusive<u64>], idx: usize) -> f64 {
        if idx == 0 || idx + 1 >= cells.len() {
            return 0.0;
        }
        let w = width(&cells[idx]) as f64;
        let log = |at: usize| libm::log(self.density[at].max(1e-300));
        let (left, right) =
            (middle(&cells[idx]) - middle(&cells[idx - 1]), middle(&cells[idx + 1]) - middle(&cells[idx]));
        let (rise_left, rise_right) = ((log(idx) - log(idx - 1)) / left, (log(idx + 1) - log(idx)) / right);
        let curvature = 2.0 * (rise_right - rise_left) / (left + right);
        let slope = rise_left.abs().max(rise_right.abs());
        w * w * (curvature.abs() + slope * slope)
    }

    /// d ln density / d ln n₀ at the end of the grid.
    fn end_slope(&self, cells: &[RangeInclusive<u64>]) -> f64 {
        let last = cells.len() - 1;
        if last == 0 || self.density[last] <= 0.0 {
            return f64::NEG_INFINITY;
        }
        libm::log(self.density[last] / self.density[last - 1])
            / libm::log(middle(&cells[last]) / middle(&cells[last - 1]))
    }
}

fn middle(cell: &RangeInclusive<u64>) -> f64 {
    (*cell.start() as f64 + *cell.end() as f64) / 2.0
}

fn second_derivative(values: &[f64], cells: &[RangeInclusive<u64>], idx: usize) -> f64 {
    if idx == 0 || idx + 1 >= cells.len() {
        return 0.0;
    }
    let (left, right) = (middle(&cells[idx]) - middle(&cells[idx - 1]), middle(&cells[idx + 1]) - middle(&cells[idx]));
    2.0 * ((values[idx + 1] - values[idx]) / right - (values[idx] - values[idx - 1]) / left) / (left + right)
}

fn argmax(values: &[f64]) -> (usize, f64) {
    values
        .iter()
        .copied()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, here| if here.1 > best.1 { here } else { best })
}

/// How high a curve that bends downwards around its highest point could rise between that point and its neighbours.
fn peak_bound(curve: &[f64], cells: &[RangeInclusive<u64>], at: usize) -> f64 {
    let slope = |from: usize| (curve[from + 1] - curve[from]) / (middle(&cells[from + 1]) - middle(&cells[from]));
    let between = |left: usize| {
        // The tangent from outside on the left meets the one from outside on the right.
        let gap = middle(&cells[left + 1]) - middle(&cells[left]);
        let rising = if left > 0 { slope(left - 1) } else { return curve[at] };
        let falling = if left + 2 < curve.len() { slope(left + 1) } else { return curve[at] };
        if gap <= 1.0 || rising <= 0.0 || falling >= 0.0 {
            return curve[at];
        }
        let step = ((curve[left + 1] - falling * gap - curve[left]) / (rising - falling)).clamp(0.0, gap);
        curve[left] + rising * step
    };
    let left = if at > 0 { between(at - 1) } else { curve[at] };
    let right = if at + 1 < curve.len() { between(at) } else { curve[at] };
    left.max(right).max(curve[at])
}

/// Every integer up to n, then cells that widen with the distance.
fn first_cells(n_documented: u64) -> Vec<RangeInclusive<u64>> {
    let single = n_documented.clamp(CELLS_PER_DISTANCE, MAX_SINGLE_CELLS);
    widening_cells(single, FARTHEST.max(n_documented.saturating_mul(1000)).min(1 << 52))
}

/// Every integer up to `single`, then cells that widen with the distance.
fn widening_cells(single: u64, farthest: u64) -> Vec<RangeInclusive<u64>> {
    let mut cells: Vec<RangeInclusive<u64>> = (0..=single).map(|n| n..=n).collect();
    let mut next = single + 1;
    while next <= farthest {
        let end = next + (next / CELLS_PER_DISTANCE).max(1) - 1;
        cells.push(next..=end);
        next = end + 1;
    }
    cells
}

fn split(cells: &[RangeInclusive<u64>], parts: impl Fn(usize) -> u64) -> Vec<RangeInclusive<u64>> {
    let mut finer = Vec::with_capacity(cells.len());
    for (idx, cell) in cells.iter().enumerate() {
        let (w, parts) = (width(cell), parts(idx).min(width(cell)));
        let cut = |part: u64| cell.start() + (u128::from(w) * u128::from(part) / u128::from(parts)) as u64;
        finer.extend((0..parts).map(|part| cut(part)..=cut(part + 1) - 1));
    }
    finer
}

fn equally_spaced(from: u64, to: u64, points: usize) -> Vec<RangeInclusive<u64>> {
    let step = (to - from) as f64 / (points - 1) as f64;
    // Rounding half to even, as the programs do whose figures this grid reproduces.
    let mut values: Vec<u64> =
        (0..points).map(|idx| (from as f64 + step * idx as f64).round_ties_even() as u64).collect();
    values.dedup();
    values.into_iter().map(|n| n..=n).collect()
}

/// Middles of cells for the coarse pass, each at least a sixteenth farther out than the one before.
fn thinned(cells: &[RangeInclusive<u64>]) -> Vec<u64> {
    let mut kept: Vec<u64> = Vec::new();
    for cell in cells {
        let middle = cell.start().midpoint(*cell.end());
        if kept.last().is_none_or(|last| middle - last > last / 16) {
            kept.push(middle);
        }
    }
    kept.extend(cells.last().map(|last| *last.end()).filter(|last| kept.last() != Some(last)));
    kept
}

/// Up to seven integers strictly between two, equally spaced.
fn between(left: u64, right: u64) -> impl Iterator<Item = u64> {
    let parts = (right - left).min(8);
    (1..parts).map(move |part| left + (right - left) * part / parts)
}

/// Makes each of the points a cell of its own.
fn cut_around(cells: &[RangeInclusive<u64>], points: &[u64]) -> Vec<RangeInclusive<u64>> {
    let mut points = points.to_vec();
    points.sort_unstable();
    points.dedup();
    let mut points = points.into_iter().peekable();
    let mut finer = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut start = *cell.start();
        while let Some(point) = points.next_if(|point| point <= cell.end()) {
            if point > start {
                finer.push(start..=point - 1);
            }
            finer.push(point..=point);
            start = point + 1;
        }
        if start <= *cell.end() {
            finer.push(start..=*cell.end());
        }
    }
    finer
}
