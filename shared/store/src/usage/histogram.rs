//! How long calls took, in classes that are each a fifth wider than the one before, so that quantiles can be estimated
//! from sums.

/// Classes to the doubling of a latency.
const STEPS: f64 = 4.0;

/// Counts by class of latency. Class `n` reaches from `2^(n/4)` to `2^((n+1)/4)` milliseconds, the last one to any.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram([i64; Self::CLASSES]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; Self::CLASSES])
    }
}

impl Histogram {
    /// Up to two minutes.
    pub const CLASSES: usize = 68;

    pub fn count(&mut self, latency_ms: i64) {
        let class = ((latency_ms.max(1) as f64).log2() * STEPS + 1e-9) as usize;
        self.0[class.min(Self::CLASSES - 1)] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }

    pub(crate) fn set(&mut self, class: usize, count: i64) {
        self.0[class] = count;
    }

    /// Classes that have counts.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (usize, i64)> {
        self.0.iter().copied().enumerate().filter(|(_, count)| *count != 0)
    }

    /// The latency in milliseconds that this share (0 to 1) of all calls did not exceed: within its class by rank. `None`
    /// without calls. At most a fifth off.
    pub fn quantile(&self, share: f64) -> Option<i64> {
        let all: i64 = self.0.iter().sum();
        let rank = (share * all as f64).max(f64::MIN_POSITIVE);
        let mut below = 0.0;
        for (class, count) in self.classes() {
            let count = count as f64;
            if below + count >= rank {
                let within = (rank - below) / count;
                return Some(((class as f64 + within) / STEPS).exp2().round() as i64);
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn quantiles_are_at_most_a_fifth_off_and_nothing_has_none() {
        let mut all = Histogram::default();
        assert_eq!(all.quantile(0.5), None);
        for latency in 1..=1000 {
            all.count(latency);
        }
        for (share, exact) in [(0.5, 500.0), (0.95, 950.0), (0.05, 50.0)] {
            let estimate = all.quantile(share).expect("an estimate") as f64;
            assert!((estimate / exact - 1.0).abs() < 0.2, "{share}: {estimate}");
        }
        let (mut one, mut long) = (Histogram::default(), Histogram::default());
        one.count(0);
        long.count(i64::MAX);
        assert_eq!(one.quantile(0.95), Some(1));
        assert!(long.quantile(0.5).expect("an estimate") > 100_000);
    }
}
