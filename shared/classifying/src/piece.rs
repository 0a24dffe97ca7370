//! What one text came to: the unit that is kept in the cache, and of which answers are made.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::ApiError;
use contract::ErrorKind;
use contract::classification::{ConfidenceMethod, Definition, Evidence, TagLabel};
use language::{Language, Method, Prepared, Scores, Tier};
use serde::{Deserialize, Serialize};

use crate::resolve::{Resolved, billed, labels};
use crate::seen::{Looker, Seen, Viewer};
use crate::work::{Operation, Work};
use engine::{Engine, failed, in_time};

/// Texts between two looks at the clock.
const CHUNK: usize = 64;
const CHUNK_BYTES: usize = 16 * 1024;
/// Bytes of texts, labels and examples from which on work is long: half a second and more.
const LONG: usize = 16 * 1024;
/// What is left of a batch's time when the texts that were not reached are given up.
const SPARE: Duration = Duration::from_secs(3);

/// The labels of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// One, or of tags any number.
    pub labels: Vec<TagLabel>,
    /// Of text, text type, labels and descriptions.
    pub tokens: u32,
    /// Of the pictures and the document that the text was beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visual_tokens: Option<u32>,
    pub method: ConfidenceMethod,
}

/// What has to be known to make pieces, apart from the texts.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub work: Arc<Work>,
    pub seen: Option<Arc<Seen>>,
    pub deadline: Instant,
}

impl Recipe {
    /// With what is to be seen beside the texts, where there is something.
    pub async fn seeing(self, looker: Option<&Looker>, viewer: Viewer) -> Result<Self, ApiError> {
        match looker {
            Some(looker) => Ok(Self { seen: Some(Arc::new(looker.look(viewer).await?)), ..self }),
            None => Ok(self),
        }
    }

    /// What is matched with the labels: a text, and what was seen beside it.
    pub fn whole<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.seen.as_ref().map_or(Cow::Borrowed(text), |seen| Cow::Owned(seen.beside(text)))
    }
}

/// Works on texts with the local models, in their order. Of a batch that does not come to its end in time those that were not reached are
/// `None`; of anything else that is an error.
pub(crate) async fn make(
    engine: Arc<Engine>,
    recipe: Recipe,
    texts: Vec<String>,
) -> Result<Vec<Option<Piece>>, ApiError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = texts.iter().map(String::len).sum::<usize>() + size(&recipe.work.resolved.definition);
    let is_long = bytes > LONG && !recipe.work.background;
    let _turn = if is_long { Some(engine.long(&recipe.work.account).await?) } else { None };
    let keeper = engine.clone();
    engine.run(move |language| pieces(language, &keeper, &recipe, &texts)).await
}

/// Why a text has no piece.
pub(crate) fn late() -> ApiError {
    ApiError::new(ErrorKind::DeadlineExceeded)
}

/// Bytes of labels and all that is said of them.
fn size(definition: &Definition) -> usize {
    let examples = definition.examples.values().flatten();
    let all = definition.labels.iter().chain(definition.descriptions.values()).chain(examples);
    all.map(String::len).sum()
}

fn pieces(
    language: &Language,
    engine: &Engine,
    recipe: &Recipe,
    texts: &[String],
) -> Result<Vec<Option<Piece>>, ApiError> {
    in_time(recipe.deadline)?;
    let work = &recipe.work;
    let prepared = prepared(language, engine, &work.resolved, work.tier, recipe.deadline)?;
    let overhead: u32 = overhead(language, &work.resolved.definition);
    let until = recipe.deadline.checked_sub(SPARE).unwrap_or(recipe.deadline);
    let mut pieces = Vec::with_capacity(texts.len());
    for chunk in chunks(texts) {
        if work.batch && !pieces.is_empty() && Instant::now() >= until {
            pieces.resize(texts.len(), None);
            break;
        }
        in_time(recipe.deadline)?;
        let whole: Vec<Cow<'_, str>> = chunk.iter().map(|text| recipe.whole(text)).collect();
        let whole: Vec<&str> = whole.iter().map(Cow::as_ref).collect();
        let scores = language.classify(&prepared, &whole).map_err(failed)?;
        for ((text, whole), scores) in chunk.iter().zip(whole).zip(scores) {
            let seen = recipe.seen.as_ref();
            let scores =
                if seen.is_some_and(|seen| seen.is_nothing(text)) { unknown(&scores) } else { scores };
            let mut piece = piece(language, &prepared, work, (whole, &scores), overhead)?;
            if let Some(seen) = seen {
                piece.tokens = language.tokens(text).saturating_add(overhead);
                piece.visual_tokens = Some(seen.visual_tokens);
            }
            pieces.push(Some(piece));
        }
    }
    Ok(pieces)
}

/// Texts in pieces between two looks at the clock, half a second of work.
pub(crate) fn chunks<T: AsRef<str>>(texts: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = texts;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |text: &&T| {
            bytes += text.as_ref().len();
            bytes <= CHUNK_BYTES
        };
        let count = rest.iter().take(CHUNK).take_while(fits).count().max(1).min(rest.len());
        let (chunk, others) = rest.split_at(count);
        rest = others;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Where there is nothing to go by: each label as likely as the others, and none by itself.
fn unknown(scores: &Scores) -> Scores {
    let count = scores.scores.len();
    let share = if count > 1 { 1.0 / count as f32 } else { 0.0 };
    Scores { probabilities: vec![share; count], independent: vec![0.0; count], ..scores.clone() }
}

/// Tokens of all that is billed with each text.
pub(crate) fn overhead(language: &Language, definition: &Definition) -> u32 {
    billed(definition).map(|text| language.tokens(text)).fold(0, u32::saturating_add)
}

/// What the labels came to, with the confidences that an evaluation has fitted.
pub(crate) fn prepared(
    language: &Language,
    engine: &Engine,
    resolved: &Resolved,
    tier: Tier,
    deadline: Instant,
) -> Result<Arc<Prepared>, ApiError> {
    let make = || language.prepare_until(&labels(&resolved.definition), tier, Some(deadline));
    let prepared = engine.prepared(resolved.key(tier)?, make)?;
    Ok(match resolved.calibration(tier) {
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
    let mut labels = Vec::new();
    for (index, mut label) in chosen(work, scores) {
        if work.explain {
            label.evidence = Some(evidence(language, prepared, text, index)?);
        }
        labels.push(label);
    }
    let method = match prepared.method() {
        Method::Similarity => ConfidenceMethod::Similarity,
        Method::Fitted => ConfidenceMethod::Fitted,
    };
    Ok(Piece { labels, tokens: scores.tokens.saturating_add(overhead), visual_tokens: None, method })
}

/// The labels that are answered, each with its number.
pub(crate) fn chosen(work: &Work, scores: &Scores) -> Vec<(usize, TagLabel)> {
    let chosen = match work.operation {
        Operation::Classify => vec![scores.best()],
        Operation::Tag => {
            // Why not the model's own comparison: what is compared is what is shown.
            let mut tags = scores.tags(0.0);
            tags.retain(|(_, confidence)| shown(*confidence) >= work.threshold);
            tags
        }
    };
    let name = |index: usize| work.resolved.definition.labels.get(index).cloned().unwrap_or_default();
    let label = |confidence, label| TagLabel { label, confidence: shown(confidence), evidence: None };
    chosen.into_iter().map(|(index, confidence)| (index, label(confidence, name(index)))).collect()
}

pub(crate) fn evidence(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_hold_every_text_once_in_order_and_no_more_bytes_than_their_first_text_asks_for() {
        let texts: Vec<String> = [1, 10_000, 5_000, 60_000, 3].map(|length| "x".repeat(length)).to_vec();
        let sizes: Vec<Vec<usize>> =
            chunks(&texts).map(|chunk| chunk.iter().map(String::len).collect()).collect();
        assert_eq!(sizes, [vec![1, 10_000, 5_000], vec![60_000], vec![3]]);
        assert_eq!(chunks(&vec![String::new(); 130]).map(<[String]>::len).collect::<Vec<_>>(), [64, 64, 2]);
    }
}
