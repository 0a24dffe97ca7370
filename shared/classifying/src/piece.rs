//! What one text came to: the unit that is kept in the cache, and of which answers are made.

use std::sync::Arc;
use std::time::Instant;

use common::ApiError;
use contract::classification::{ConfidenceMethod, Definition, Evidence, TagLabel};
use language::{Language, Method, Prepared, Scores};
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, failed, in_time};
use crate::resolve::{billed, labels};
use crate::work::{Operation, Work};

/// Texts between two looks at the clock.
const CHUNK: usize = 64;

/// The labels of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// One, or of tags any number.
    pub labels: Vec<TagLabel>,
    pub tokens: u32,
    pub method: ConfidenceMethod,
}

/// What has to be known to make pieces, apart from the texts.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub work: Arc<Work>,
    pub deadline: Instant,
}

/// Works on texts, in their order.
pub(crate) async fn make(
    engine: Arc<Engine>,
    recipe: Recipe,
    texts: Vec<String>,
) -> Result<Vec<Piece>, ApiError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let keeper = engine.clone();
    engine.run(move |language| pieces(language, &keeper, &recipe, &texts)).await
}

fn pieces(
    language: &Language,
    engine: &Engine,
    recipe: &Recipe,
    texts: &[String],
) -> Result<Vec<Piece>, ApiError> {
    in_time(recipe.deadline)?;
    let work = &recipe.work;
    let definition = &work.resolved.definition;
    let prepared = prepared(language, engine, work)?;
    let overhead: u32 = overhead(language, definition);
    let mut pieces = Vec::with_capacity(texts.len());
    for chunk in texts.chunks(CHUNK) {
        in_time(recipe.deadline)?;
        let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
        let scores = language.classify(&prepared, &chunk).map_err(failed)?;
        for (text, scores) in chunk.into_iter().zip(scores) {
            pieces.push(piece(language, &prepared, work, (text, &scores), overhead)?);
        }
    }
    Ok(pieces)
}

/// Tokens of all that is billed with each text.
pub(crate) fn overhead(language: &Language, definition: &Definition) -> u32 {
    billed(definition).map(|text| language.tokens(text)).fold(0, u32::saturating_add)
}

fn prepared(language: &Language, engine: &Engine, work: &Work) -> Result<Arc<Prepared>, ApiError> {
    let resolved = &work.resolved;
    let make = || language.prepare(&labels(&resolved.definition), work.tier);
    let prepared = engine.prepared(resolved.key(work.tier)?, make)?;
    Ok(match resolved.calibration(work.tier) {
        Some(fitted) => Arc::new(Prepared::clone(&prepared).calibrated(fitted)),
        None => prepared,
    })
}

fn piece(
    language: &Language,
    prepared: &Prepared,
    work: &Work,
    (text, scores): (&str, &Scores),
    overhead: u32,
) -> Result<Piece, ApiError> {
    let chosen = match work.operation {
        Operation::Classify => vec![scores.best()],
        Operation::Tag => {
            // Why not the model's own comparison: what is compared is what is shown.
            let mut tags = scores.tags(0.0);
            tags.retain(|(_, confidence)| shown(*confidence) >= work.threshold);
            tags
        }
    };
    let mut labels = Vec::with_capacity(chosen.len());
    for (index, confidence) in chosen {
        let label = work.resolved.definition.labels.get(index).cloned().unwrap_or_default();
        let evidence = if work.explain { Some(evidence(language, prepared, text, index)?) } else { None };
        labels.push(TagLabel { label, confidence: shown(confidence), evidence });
    }
    let method = match prepared.method() {
        Method::Similarity => ConfidenceMethod::Similarity,
        Method::Fitted => ConfidenceMethod::Fitted,
    };
    Ok(Piece { labels, tokens: scores.tokens.saturating_add(overhead), method })
}

fn evidence(
    language: &Language,
    prepared: &Prepared,
    text: &str,
    label: usize,
) -> Result<Vec<Evidence>, ApiError> {
    let parts = language.explain(prepared, text, label).map_err(failed)?;
    let part = |part: language::Evidence| Evidence {
        text: text.chars().skip(part.start).take(part.end.saturating_sub(part.start)).collect(),
        start: part.start,
        end: part.end,
        weight: shown(part.weight),
    };
    Ok(parts.into_iter().map(part).collect())
}

/// Four decimals.
pub(crate) fn shown(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}
