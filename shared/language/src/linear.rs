//! Linear algebra of small systems.

/// Solves `A x = b` for each row `b` of `right`, in place. `matrix` is symmetric and positive definite, `size` squared values; `None` if it is not.
/// By Cholesky's decomposition.
pub fn solve(matrix: &mut [f64], size: usize, right: &mut [Vec<f64>]) -> Option<()> {
    for column in 0..size {
        for row in column..size {
            let (above, mine) = matrix.split_at(row * size);
            let other =
                if row == column { &mine[..column] } else { &above[column * size..column * size + column] };
            let sum: f64 = mine[..column].iter().zip(other).map(|(left, right)| left * right).sum();
            let value = mine[column] - sum;
            matrix[row * size + column] = if row == column {
                if value <= 0.0 {
                    return None;
                }
                value.sqrt()
            } else {
                value / matrix[column * size + column]
            };
        }
    }
    for values in right {
        for row in 0..size {
            let known: f64 = (0..row).map(|column| matrix[row * size + column] * values[column]).sum();
            values[row] = (values[row] - known) / matrix[row * size + row];
        }
        for row in (0..size).rev() {
            let known: f64 = (row + 1..size).map(|below| matrix[below * size + row] * values[below]).sum();
            values[row] = (values[row] - known) / matrix[row * size + row];
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
        assert!((right[0][0] - 1.25).abs() < 1e-12 && (right[0][1] - 1.5).abs() < 1e-12);
        assert!(solve(&mut [1.0, 2.0, 2.0, 1.0], 2, &mut []).is_none());
    }
}
