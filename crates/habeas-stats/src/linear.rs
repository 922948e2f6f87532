//! The little linear algebra that the estimators need, on square matrices stored row by row.

/// Solves A·x = b for a symmetric, positive definite A of order `b.len()` by Cholesky's method, in place: `b` becomes x
/// and the lower triangle of `a` its factor. Only the lower triangle of `a` is read.
///
/// `None` when A is not positive definite within rounding; `a` and `b` are then spoilt.
pub(crate) fn solve_positive_definite(a: &mut [f64], b: &mut [f64]) -> Option<()> {
    /// A pivot below this share of its diagonal entry is rounding.
    const LEAST_PIVOT: f64 = 1e-13;
    let n = b.len();
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        let diagonal = row[i];
        for j in 0..i {
            let other = &above[j * n..=j * n + j];
            let known: f64 = row[..j].iter().zip(other).map(|(x, y)| x * y).sum();
            row[j] = (row[j] - known) / other[j];
        }
        let pivot = diagonal - row[..i].iter().map(|x| x * x).sum::<f64>();
        // Also false for NaN.
        if !(pivot > LEAST_PIVOT * diagonal && pivot.is_finite()) {
            return None;
        }
        row[i] = libm::sqrt(pivot);
    }
    for i in 0..n {
        let row = &a[i * n..=i * n + i];
        let known: f64 = row[..i].iter().zip(b.iter()).map(|(x, y)| x * y).sum();
        b[i] = (b[i] - known) / row[i];
    }
    for i in (0..n).rev() {
        b[i] /= a[i * n + i];
        let solved = b[i];
        for j in 0..i {
            b[j] -= a[i * n + j] * solved;
        }
    }
    Some(())
}

/// A basis of the vectors that every row is orthogonal to, one vector per element; empty when the rows have full rank.
///
/// Meant for rows of small integers, where a reduced entry below 10⁻⁹ is a zero that rounding has blurred.
pub(crate) fn null_space(mut rows: Vec<Vec<f64>>, width: usize) -> Vec<Vec<f64>> {
    const ZERO: f64 = 1e-9;
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..width {
        let rank = pivots.len();
        let best = (rank..rows.len()).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
        let Some(best) = best.filter(|&row| rows[row][column].abs() > ZERO) else { continue };
        rows.swap(rank, best);
        let pivot = std::mem::take(&mut rows[rank]);
        let scale = 1.0 / pivot[column];
        let pivot: Vec<f64> = pivot.iter().map(|x| x * scale).collect();
        for row in rows.iter_mut().filter(|row| !row.is_empty() && row[column] != 0.0) {
            let factor = row[column];
            row.iter_mut().zip(&pivot).skip(column).for_each(|(x, p)| *x -= factor * p);
            row[column] = 0.0;
        }
        rows[rank] = pivot;
        pivots.push(column);
    }
    let free = (0..width).filter(|column| !pivots.contains(column));
    free.map(|column| {
        let mut vector = vec![0.0; width];
        vector[column] = 1.0;
        for (row, &pivot) in rows.iter().zip(&pivots) {
            vector[pivot] = -row[column];
        }
        vector
    })
    .collect()
}

/// Whether some x ≥ 0 satisfies M·x = b, by the first phase of the simplex method with Bland's rule, which cannot cycle.
pub(crate) fn has_nonnegative_solution(matrix: &[Vec<f64>], b: &[f64]) -> bool {
    const ZERO: f64 = 1e-9;
    let (n_rows, width) = (matrix.len(), matrix.first().map_or(0, Vec::len));
    // Each row with a non-negative right side, its artificial variable being basic; the last entry is the right side.
    let mut rows: Vec<Vec<f64>> = matrix
        .iter()
        .zip(b)
        .map(|(row, &b)| {
            let sign = if b < 0.0 { -1.0 } else { 1.0 };
            row.iter().chain([&b]).map(|x| sign * x).collect()
        })
        .collect();
    let mut basis: Vec<usize> = (width..width + n_rows).collect();
    // What the artificial variables still hold, as a row over the true variables; it has to fall to 0.
    let mut left: Vec<f64> = (0..=width).map(|column| rows.iter().map(|row| row[column]).sum()).collect();
    while let Some(entering) = (0..width).find(|&column| left[column] > ZERO) {
        let ratio = |row: usize| rows[row][width] / rows[row][entering];
        let leaving = (0..n_rows)
            .filter(|&row| rows[row][entering] > ZERO)
            .min_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(basis[a].cmp(&basis[b])));
        // Without a row that stops it the sum of the artificial variables could fall below 0.
        let Some(leaving) = leaving else { return true };
        let scale = 1.0 / rows[leaving][entering];
        rows[leaving].iter_mut().for_each(|x| *x *= scale);
        let pivot = rows[leaving].clone();
        for row in rows.iter_mut().enumerate().filter(|(row, _)| *row != leaving).map(|(_, row)| row).chain([&mut left])
        {
            let factor = row[entering];
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
        }
        basis[leaving] = entering;
    }
    left[width] <= ZERO * b.iter().map(|b| b.abs()).sum::<f64>().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_positive_definite_system_is_solved_and_a_singular_one_is_not() {
        let mut a = [4.0, 0.0, 2.0, 5.0];
        let mut b = [2.0, 9.0];
        // 4x + 2y = 2, 2x + 5y = 9; the upper triangle is not read.
        solve_positive_definite(&mut a, &mut b).unwrap();
        assert!((b[0] + 0.5).abs() < 1e-15 && (b[1] - 2.0).abs() < 1e-15, "{b:?}");
        assert!(solve_positive_definite(&mut [1.0, 1.0, 1.0, 1.0], &mut [1.0, 1.0]).is_none());
        assert!(solve_positive_definite(&mut [f64::NAN], &mut [1.0]).is_none());
    }

    #[test]
    fn the_null_space_is_orthogonal_to_the_rows_and_has_the_missing_dimensions() {
        let rows = vec![vec![1.0, 1.0, 0.0, 0.0], vec![1.0, 0.0, 1.0, 0.0], vec![2.0, 1.0, 1.0, 0.0]];
        let basis = null_space(rows.clone(), 4);
        assert_eq!(basis.len(), 2);
        for vector in &basis {
            for row in &rows {
                assert_eq!(row.iter().zip(vector).map(|(x, y)| x * y).sum::<f64>(), 0.0);
            }
        }
        assert!(null_space(vec![vec![1.0, 1.0], vec![1.0, -1.0]], 2).is_empty());
    }

    #[test]
    fn the_simplex_tells_a_cone_that_holds_a_point_from_one_that_does_not() {
        // x + y = 1 has a non-negative solution; x + y = −1 has none; x − y = −3 has one.
        assert!(has_nonnegative_solution(&[vec![1.0, 1.0]], &[1.0]));
        assert!(!has_nonnegative_solution(&[vec![1.0, 1.0]], &[-1.0]));
        assert!(has_nonnegative_solution(&[vec![1.0, -1.0]], &[-3.0]));
        // Two equations that contradict one another, and two that agree.
        assert!(!has_nonnegative_solution(&[vec![1.0, 1.0], vec![1.0, 1.0]], &[1.0, 2.0]));
        assert!(has_nonnegative_solution(&[vec![1.0, 1.0], vec![2.0, 2.0]], &[1.0, 2.0]));
    }
}
