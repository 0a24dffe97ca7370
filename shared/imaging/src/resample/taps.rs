//! Which samples a resampled one is made of, and with what weights.

use std::f64::consts::PI;

/// Half the width of the kernel, in samples of the coarser of the two grids.
pub(super) const LOBES: f64 = 3.0;

/// Weights less than this are nothing: where the grids coincide all but one are.
const NOTHING: f64 = 1e-9;

/// Contributions to each sample along one axis.
#[derive(Debug)]
pub(super) struct Taps {
    /// Of each sample: the first one it is made of.
    starts: Vec<usize>,
    /// `count` for each sample; zeros follow where it has fewer.
    weights: Vec<f32>,
    count: usize,
}

impl Taps {
    /// Lanczos3 for `length` samples over `window` (where it starts, how long it is) of `available` samples, widened where the
    /// picture shrinks. The kernel ends where the samples end, and is brought to the sum of 1.
    pub(super) fn new(available: usize, window: (f64, f64), length: usize) -> Self {
        let (start, span) = window;
        let scale = span / length as f64;
        let widened = scale.max(1.0);
        let reach = LOBES * widened;
        let turn = (PI / reach).sin_cos();
        let mut contributions: Vec<(usize, Vec<f64>)> = (0..length)
            .map(|index| {
                let centre = start + (index as f64 + 0.5) * scale;
                let first = (centre - reach + 0.5).max(0.0) as usize;
                let end = ((centre + reach + 0.5).max(0.0) as usize).min(available);
                let place = |at: usize| (at as f64 + 0.5 - centre) / widened;
                let mut angle = (PI * place(first) / LOBES).sin_cos();
                let weigh = |at: usize| {
                    let weight = lanczos(place(at), angle.0);
                    angle = turned(angle, turn);
                    weight
                };
                trimmed(first, (first..end).map(weigh).collect(), centre, available)
            })
            .collect();
        in_order(&mut contributions);
        let longest = contributions.iter().map(|(_, weights)| weights.len()).max().unwrap_or(1);
        let mut weights = vec![0.0; longest * length];
        for (target, (_, weights)) in weights.chunks_exact_mut(longest).zip(&contributions) {
            for (target, weight) in target.iter_mut().zip(weights) {
                *target = *weight as f32;
            }
        }
        Self { starts: contributions.into_iter().map(|(start, _)| start).collect(), weights, count: longest }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The first contributing sample, and the weights from there on.
    pub(super) fn of(&self, index: usize) -> (usize, &[f32]) {
        (self.starts[index], &self.weights[index * self.count..(index + 1) * self.count])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.starts.iter().copied().zip(self.weights.chunks_exact(self.count))
    }

    /// Whether every sample is one of the input, in their order.
    pub(super) fn is_identity(&self, available: usize) -> bool {
        self.len() == available
            && self.iter().enumerate().all(|(index, (start, weights))| {
                start == index && weights[0] == 1.0 && weights[1..].iter().all(|weight| *weight == 0.0)
            })
    }
}

/// No sample starts before the one ahead of it, so that what has been passed is never needed again.
fn in_order(contributions: &mut [(usize, Vec<f64>)]) {
    let mut earliest = usize::MAX;
    for (start, weights) in contributions.iter_mut().rev() {
        let missing = start.saturating_sub(earliest);
        weights.splice(..0, std::iter::repeat_n(0.0, missing));
        *start -= missing;
        earliest = *start;
    }
}

/// Without zeros at both ends, and with the sum of 1; the nearest sample where nothing is left.
fn trimmed(first: usize, mut weights: Vec<f64>, centre: f64, available: usize) -> (usize, Vec<f64>) {
    let leading = weights.iter().take_while(|weight| weight.abs() < NOTHING).count();
    weights.drain(..leading);
    while weights.last().is_some_and(|weight| weight.abs() < NOTHING) {
        weights.pop();
    }
    let sum: f64 = weights.iter().sum();
    if weights.is_empty() || sum.abs() < NOTHING {
        return ((centre.max(0.0) as usize).min(available - 1), vec![1.0]);
    }
    weights.iter_mut().for_each(|weight| *weight /= sum);
    (first + leading, weights)
}

/// Sine and cosine of the sum of two angles: much cheaper than a sine for each sample.
fn turned((sine, cosine): (f64, f64), (sine_by, cosine_by): (f64, f64)) -> (f64, f64) {
    (sine * cosine_by + cosine * sine_by, cosine * cosine_by - sine * sine_by)
}

/// sinc(x) sinc(x / 3) within three samples, by Duchon, "Lanczos Filtering in One and Two Dimensions", 1979. `third`: sin(πx / 3), but for
/// rounding.
fn lanczos(x: f64, third: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= LOBES {
        return 0.0;
    }
    // Where it is divided by next to nothing, rounding would show.
    let third = if x.abs() < 0.01 { (PI * x / LOBES).sin() } else { third };
    // The sine of three times an angle.
    let sine = third * (3.0 - 4.0 * third * third);
    LOBES * sine * third / (PI * x).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_everywhere() {
        for (available, window, length) in
            [(100, (0.0, 100.0), 33), (7, (0.5, 3.2), 50), (3, (0.0, 3.0), 1), (5, (4.5, 4.0), 9)]
        {
            let taps = Taps::new(available, window, length);
            for (start, weights) in taps.iter() {
                assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                let used = weights.iter().rposition(|weight| *weight != 0.0).unwrap();
                assert!(start + used < available, "{start} + {used} of {available}");
            }
        }
    }

    #[test]
    fn weights_are_those_of_the_kernel() {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        for (available, window, length) in
            [(2400, (0.0, 2400.0), 1000), (100, (3.3, 90.1), 7), (40, (0.0, 40.0), 977), (9, (1.0, 3.0), 4)]
        {
            let (scale, taps) = (window.1 / length as f64, Taps::new(available, window, length));
            for (index, (start, weights)) in taps.iter().enumerate() {
                let centre = window.0 + (index as f64 + 0.5) * scale;
                let kernel = (0..weights.len()).map(|tap| {
                    let x = ((start + tap) as f64 + 0.5 - centre) / scale.max(1.0);
                    if x.abs() < LOBES && start + tap < available { sinc(x) * sinc(x / LOBES) } else { 0.0 }
                });
                let kernel: Vec<f64> = kernel.collect();
                let sum: f64 = kernel.iter().sum();
                for (weight, expected) in weights.iter().zip(&kernel) {
                    assert!(
                        (f64::from(*weight) - expected / sum).abs() < 1e-7,
                        "{available} {length} {index}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_same_grid_is_left_alone() {
        assert!(Taps::new(20, (0.0, 20.0), 20).is_identity(20));
        assert!(!Taps::new(20, (0.5, 19.0), 19).is_identity(20));
        let part = Taps::new(20, (5.0, 4.0), 4);
        assert_eq!(part.of(0), (5, &[1.0][..]));
    }
}
