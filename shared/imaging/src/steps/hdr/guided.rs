//! Smoothing that stops at edges: the guided filter of He, Sun and Tang ("Guided Image Filtering", 2010), in the fast
//! form of He and Sun (2015): its coefficients are found on the small sketch and interpolated for each pixel.

use super::sketch::Grid;

/// What is smoothed is, around each cell, `slope * guide + offset`.
#[derive(Debug, Clone)]
pub(super) struct Affine {
    pub slope: Vec<f32>,
    pub offset: Vec<f32>,
}

/// For [`Window::guided`]: what varies by less than a sixteenth is smoothed away.
pub(super) const SMOOTHNESS: f32 = 0.004;

/// Box filters of one radius over cells that count as `weights` say.
pub(super) struct Window<'a> {
    grid: Grid,
    radius: usize,
    weights: &'a [f32],
    /// Sum of the weights in each cell's window.
    totals: Vec<f32>,
}

impl<'a> Window<'a> {
    pub(super) fn new(grid: Grid, radius: usize, weights: &'a [f32]) -> Self {
        // A window that went round further than half way would count cells twice.
        let radius = if grid.wraps { radius.min((grid.width - 1) / 2) } else { radius };
        let totals = sums(grid, radius, weights);
        Self { grid, radius, weights, totals }
    }

    /// Weighted mean of each cell's window; 0 where nothing counts.
    pub(super) fn means(&self, values: impl Iterator<Item = f32>) -> Vec<f32> {
        let weighted: Vec<f32> = values.zip(self.weights).map(|(value, weight)| value * weight).collect();
        let mut means = sums(self.grid, self.radius, &weighted);
        for (mean, total) in means.iter_mut().zip(&self.totals) {
            *mean /= total.max(1e-6);
        }
        means
    }

    /// `input` made smooth, but for the edges of `guide`; what varies by less than the root of `smoothness` is no edge.
    pub(super) fn guided(&self, guide: &[f32], input: &[f32], smoothness: f32) -> Affine {
        let guide_means = self.means(guide.iter().copied());
        let input_means = self.means(input.iter().copied());
        let squares = self.means(guide.iter().map(|value| value * value));
        let products = self.means(guide.iter().zip(input).map(|(guide, input)| guide * input));
        let mut slopes = Vec::with_capacity(guide.len());
        let mut offsets = Vec::with_capacity(guide.len());
        for index in 0..guide.len() {
            let (guide, input) = (guide_means[index], input_means[index]);
            let variance = (squares[index] - guide * guide).max(0.0);
            let slope = (products[index] - guide * input) / (variance + smoothness);
            slopes.push(slope);
            offsets.push(input - slope * guide);
        }
        Affine { slope: self.means(slopes.into_iter()), offset: self.means(offsets.into_iter()) }
    }
}

impl Affine {
    pub(super) fn apply(&self, guide: &[f32]) -> Vec<f32> {
        let pairs = self.slope.iter().zip(&self.offset);
        guide.iter().zip(pairs).map(|(guide, (slope, offset))| slope * guide + offset).collect()
    }
}

/// Sums over square windows, which end at the grid's edges or go round. Running sums, in double precision, so that their
/// differences are exact enough.
fn sums(grid: Grid, radius: usize, values: &[f32]) -> Vec<f32> {
    let mut across: Vec<f64> = Vec::with_capacity(values.len());
    let mut before = vec![0.0_f64; grid.width + 1];
    for row in values.chunks_exact(grid.width) {
        let mut sum = 0.0;
        for (before, value) in before[1..].iter_mut().zip(row) {
            sum += f64::from(*value);
            *before = sum;
        }
        across.extend((0..grid.width).map(|x| window_sum(&before, x, radius, grid.wraps)));
    }
    let mut down = Vec::with_capacity(values.len());
    let mut columns = vec![0.0_f64; grid.width];
    let row = |y: usize| &across[y * grid.width..(y + 1) * grid.width];
    for y in 0..radius.min(grid.height) {
        columns.iter_mut().zip(row(y)).for_each(|(sum, value)| *sum += value);
    }
    for y in 0..grid.height {
        if y + radius < grid.height {
            columns.iter_mut().zip(row(y + radius)).for_each(|(sum, value)| *sum += value);
        }
        if y > radius {
            columns.iter_mut().zip(row(y - radius - 1)).for_each(|(sum, value)| *sum -= value);
        }
        down.extend(columns.iter().map(|sum| *sum as f32));
    }
    down
}

/// `before` has the sums of all values before each place, and that of all.
fn window_sum(before: &[f64], at: usize, radius: usize, wraps: bool) -> f64 {
    let width = before.len() - 1;
    let (first, end) = (at.saturating_sub(radius), (at + radius + 1).min(width));
    let mut sum = before[end] - before[first];
    if wraps {
        sum += before[width] - before[width - (radius - radius.min(at))];
        sum += before[(at + radius + 1).saturating_sub(width)];
    }
    sum
}

/// The lowest value of each cell's square window.
pub(super) fn lowest(grid: Grid, radius: usize, values: &[f32]) -> Vec<f32> {
    let width = grid.width;
    let radius = if grid.wraps { radius.min((width - 1) / 2) } else { radius };
    let mut across = vec![f32::INFINITY; values.len()];
    let mut longer = vec![f32::INFINITY; width + 2 * radius];
    for (row, target) in values.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        longer[radius..radius + width].copy_from_slice(row);
        if grid.wraps {
            longer[..radius].copy_from_slice(&row[width - radius..]);
            longer[radius + width..].copy_from_slice(&row[..radius]);
        }
        for window in longer.windows(width) {
            lower(target, window);
        }
    }
    let mut down = vec![f32::INFINITY; values.len()];
    for (y, target) in down.chunks_exact_mut(width).enumerate() {
        for row in across.chunks_exact(width).take(y + radius + 1).skip(y.saturating_sub(radius)) {
            lower(target, row);
        }
    }
    down
}

fn lower(target: &mut [f32], values: &[f32]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target = if value < target { *value } else { *target };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: usize, height: usize, wraps: bool) -> Grid {
        Grid { width, height, wraps }
    }

    fn values(count: usize) -> Vec<f32> {
        (0..count).map(|index| ((index * 37 + 11) % 64) as f32 / 64.0).collect()
    }

    /// The cells of a window, one by one.
    fn window(grid: Grid, radius: usize, values: &[f32], cell: usize) -> Vec<f32> {
        let (x, y) = ((cell % grid.width) as i64, (cell / grid.width) as i64);
        let (radius, width, height) = (radius as i64, grid.width as i64, grid.height as i64);
        let mut found = Vec::new();
        for (row, column) in
            (y - radius..=y + radius).flat_map(|y| (x - radius..=x + radius).map(move |x| (y, x)))
        {
            let column = if grid.wraps { column.rem_euclid(width) } else { column };
            if (0..height).contains(&row) && (0..width).contains(&column) {
                found.push(values[(row * width + column) as usize]);
            }
        }
        found
    }

    #[test]
    fn running_sums_and_lowest_values_are_those_of_the_windows() {
        for (width, height, radius, wraps) in
            [(9, 7, 2, false), (9, 7, 2, true), (5, 1, 2, true), (1, 6, 3, false), (4, 3, 9, false)]
        {
            let (grid, values) = (grid(width, height, wraps), values(width * height));
            let (sums, lowest) = (sums(grid, radius, &values), lowest(grid, radius, &values));
            for cell in 0..values.len() {
                let window = window(grid, radius, &values, cell);
                assert!((sums[cell] - window.iter().sum::<f32>()).abs() < 1e-5, "{width}x{height} {cell}");
                assert_eq!(lowest[cell], window.iter().copied().fold(f32::INFINITY, f32::min));
            }
        }
    }

    #[test]
    fn a_step_stays_and_ripples_go() {
        let grid = grid(60, 20, false);
        let guide: Vec<f32> = (0..60 * 20)
            .map(|cell| if cell % 60 < 30 { 0.1 } else { 0.8 } + if cell % 2 == 0 { 0.02 } else { -0.02 })
            .collect();
        let weights = vec![1.0; guide.len()];
        let smooth = Window::new(grid, 6, &weights).guided(&guide, &guide, 0.01).apply(&guide);
        for x in [2, 20, 40, 57] {
            let ripple = (smooth[10 * 60 + x] - smooth[10 * 60 + x + 1]).abs();
            assert!(ripple < 0.015, "{x}: {ripple}");
        }
        assert!(smooth[10 * 60 + 31] - smooth[10 * 60 + 28] > 0.6);
    }

    #[test]
    fn cells_that_do_not_count_leave_no_trace() {
        let grid = grid(20, 5, false);
        let mut guide = vec![0.4; 100];
        let mut weights = vec![1.0; 100];
        (50..60).for_each(|cell| (guide[cell], weights[cell]) = (0.0, 0.0));
        let smooth = Window::new(grid, 3, &weights).guided(&guide, &guide, 0.01).apply(&guide);
        assert!(
            smooth.iter().zip(&weights).all(|(value, weight)| *weight == 0.0 || (value - 0.4).abs() < 1e-4)
        );
    }
}
