//! Which value each field gets: the best first, no value twice.

use crate::pairs::{Candidate, Span};

/// A candidate with a lower score is no answer: null is.
pub(crate) const ENOUGH: f32 = 0.56;

/// For each field its candidate, or none.
pub(crate) fn assign(mut candidates: Vec<Candidate>, fields: usize) -> Vec<Option<Candidate>> {
    candidates.retain(|candidate| candidate.score >= ENOUGH);
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| first(a).cmp(&first(b))));
    let mut chosen: Vec<Option<Candidate>> = vec![None; fields];
    let mut taken: Vec<(Span, serde_json::Value)> = Vec::new();
    for candidate in candidates {
        if chosen[candidate.leaf].is_some() {
            continue;
        }
        let is_taken = |span: &Span| taken.iter().any(|(other, _)| other.overlaps(span));
        if !candidate.shares && candidate.spans.iter().any(is_taken) {
            continue;
        }
        if !candidate.shares {
            taken.extend(candidate.spans.iter().map(|span| (*span, candidate.value.clone())));
        }
        let leaf = candidate.leaf;
        chosen[leaf] = Some(candidate);
    }
    chosen
}

fn first(candidate: &Candidate) -> usize {
    candidate.spans.first().map_or(usize::MAX, |span| span.cell)
}
