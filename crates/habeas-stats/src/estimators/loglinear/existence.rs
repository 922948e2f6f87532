//! Whether a log-linear model has a maximum likelihood estimate on a table, and whether that estimate is the only one.

use crate::linear::{has_nonnegative_solution, null_space};

use super::{cells::Cells, fit::Shape};

/// What a table lets be said about a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FitCode {
    /// The estimate exists and is unique.
    Fine,
    /// No estimate exists: the likelihood rises for ever.
    Absent,
    /// Different parameters fit equally well.
    NotIdentifiable,
    /// Both.
    AbsentAndNotIdentifiable,
}

impl FitCode {
    /// What the code means, in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Fine => "one best fit",
            Self::Absent => "no best fit exists",
            Self::NotIdentifiable => "many fits are equally good",
            Self::AbsentAndNotIdentifiable => "no best fit exists, and parameters cannot be told apart",
        }
    }

    /// 0 to 3, as in the literature.
    pub fn number(self) -> u64 {
        match self {
            Self::Fine => 0,
            Self::Absent => 1,
            Self::NotIdentifiable => 2,
            Self::AbsentAndNotIdentifiable => 3,
        }
    }
}

/// Tells whether the model of a shape can be fitted to the cells.
///
/// With A the design matrix over the cells that are alive, the estimate exists if and only if some x with all x_h > 0 has
/// Aᵀx = Aᵀn `[fienberg2012]`; only which cells are empty matters. Let the columns of N span the directions that leave
/// all occupied cells as they are, and B = A_empty·N what they do to the empty ones. By Stiemke's lemma the estimate
/// exists if and only if some x > 0 has Bᵀx = 0, and the parameters are identifiable if and only if B has full rank.
/// There are few such directions, mostly none.
pub(super) fn code(cells: &Cells, shape: &Shape) -> FitCode {
    let row = |cell: usize| -> Vec<f64> {
        shape.terms.iter().map(|&term| f64::from(u8::from(cell as u32 & term == term))).collect()
    };
    let alive = || (1..cells.counts.len()).filter(|&cell| shape.is_alive(cell));
    let occupied = alive().filter(|&cell| cells.counts[cell] > 0.0).map(row).collect();
    let directions = null_space(occupied, shape.terms.len());
    if directions.is_empty() {
        return FitCode::Fine;
    }
    // One row per direction, one column per empty cell.
    let effects: Vec<Vec<f64>> = {
        let empty: Vec<Vec<f64>> = alive().filter(|&cell| cells.counts[cell] == 0.0).map(row).collect();
        let product = |direction: &Vec<f64>, row: &Vec<f64>| direction.iter().zip(row).map(|(d, x)| d * x).sum();
        directions.iter().map(|direction| empty.iter().map(|row| product(direction, row)).collect()).collect()
    };
    let is_identifiable = null_space(transposed(&effects), directions.len()).is_empty();
    // x > 0 may be scaled to x ≥ 1, and x = 1 + y with y ≥ 0.
    let wanted: Vec<f64> = effects.iter().map(|row| -row.iter().sum::<f64>()).collect();
    match (has_nonnegative_solution(&effects, &wanted), is_identifiable) {
        (true, true) => FitCode::Fine,
        (false, true) => FitCode::Absent,
        (true, false) => FitCode::NotIdentifiable,
        (false, false) => FitCode::AbsentAndNotIdentifiable,
    }
}

fn transposed(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..rows.first().map_or(0, Vec::len)).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}
