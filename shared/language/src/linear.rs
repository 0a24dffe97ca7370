//! Linear algebra of small systems.

use crate::models::dot;

/// Solves `A x = b` for each `b` of `right`, in place. `matrix` is symmetric and positive definite, `size` squared values; its lower half becomes
/// Cholesky's factor. `None` if it is not positive definite.
pub fn solve(matrix: &mut [f32], size: usize, right: &mut [Vec<f32>]) -> Option<()> {
    for row in 0..size {
        let (above, mine) = matrix.split_at_mut(row * size);
        for column in 0..=row {
            let known = if column == row {
                dot(&mine[..column], &mine[..column])
            } else {
                dot(&mine[..column], &above[column * size..column * size + column])
            };
            let value = mine[column] - known;
            mine[column] = if column < row {
                value / above[column * size + column]
            } else if value > 0.0 {
                value.sqrt()
            } else {
                return None;
            };
        }
    }
    for values in right {
        for row in 0..size {
            let known = dot(&matrix[row * size..row * size + row], &values[..row]);
            values[row] = (values[row] - known) / matrix[row * size + row];
        }
        // The transpose's rows are columns here: each solved value is taken out of those above, row by row.
        for row in (0..size).rev() {
            let solved = values[row] / matrix[row * size + row];
            values[row] = solved;
            for (value, factor) in values[..row].iter_mut().zip(&matrix[row * size..]) {
                *value -= factor * solved;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn a_system_is_solved_and_an_indefinite_one_refused() {
        let mut matrix = vec![4.0, 2.0, 2.0, 3.0];
        let mut right = [vec![8.0, 7.0]];
        solve(&mut matrix, 2, &mut right).unwrap();
        assert!((right[0][0] - 1.25).abs() < 1e-6 && (right[0][1] - 1.5).abs() < 1e-6);
        assert!(solve(&mut [1.0, 2.0, 2.0, 1.0], 2, &mut []).is_none());
    }
}
