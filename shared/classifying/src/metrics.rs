//! How good predictions are.

use std::collections::{BTreeMap, BTreeSet};

/// Share of right answers; 0 of none.
pub(crate) fn accuracy(pairs: &[(&str, &str)]) -> f64 {
    let right = pairs.iter().filter(|(label, predicted)| label == predicted).count();
    right as f64 / pairs.len().max(1) as f64
}

/// Right label → predicted label → texts.
pub(crate) fn confusion(pairs: &[(&str, &str)]) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut confusion: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for (label, predicted) in pairs {
        *confusion.entry((*label).to_owned()).or_default().entry((*predicted).to_owned()).or_default() += 1;
    }
    confusion
}

/// The mean of the labels' F1: 2 × hits / (texts with the label + predictions of it), over all labels that are right or
/// predicted somewhere.
pub(crate) fn macro_f1(pairs: &[(&str, &str)]) -> f64 {
    let labels: BTreeSet<&str> = pairs.iter().flat_map(|(label, predicted)| [*label, *predicted]).collect();
    let f1 = |wanted: &&str| {
        let count = |fits: fn(&(&str, &str), &str) -> bool| {
            pairs.iter().filter(|pair| fits(pair, wanted)).count() as f64
        };
        let hits = count(|(label, predicted), wanted| *label == wanted && *predicted == wanted);
        let named = count(|(label, _), wanted| *label == wanted)
            + count(|(_, predicted), wanted| *predicted == wanted);
        2.0 * hits / named
    };
    labels.iter().map(f1).sum::<f64>() / labels.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_their_definitions() {
        let pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")];
        assert_eq!(accuracy(&pairs), 0.75);
        // Of a: 2 × 1 / (2 + 1); of b: 2 × 2 / (2 + 3).
        assert!((macro_f1(&pairs) - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-12);
        assert_eq!(confusion(&pairs)["a"]["b"], 1);
        assert_eq!((accuracy(&[]), macro_f1(&[])), (0.0, 0.0));
    }
}
