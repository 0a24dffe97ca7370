//! Pieces to answers.

use std::sync::Arc;

use common::{ApiError, Cx, Quote, Request, Response};
use contract::ErrorKind;
use contract::classification::{
    CacheInfo, Classified, ClassifiedBatch, ClassifiedItem, Tagged, TaggedBatch, TaggedItem,
};
use editing::Editor;

use crate::judge::{self, Made};
use crate::piece::{Piece, Recipe, late, make};
use crate::price::priced;
use crate::seen::{Looker, Viewer};
use crate::work::Work;
use engine::Engine;

/// A piece, and whether the cache had it.
struct Found {
    piece: Piece,
    hit: bool,
}

/// All pieces of the work.
struct Pieces {
    /// Or why there is none.
    found: Vec<Result<Found, &'static str>>,
    /// What is to be kept of those made now.
    fresh: Vec<(usize, String)>,
    /// Where that is less than was quoted, or by another model.
    done: Option<Quote>,
}

/// Those that the cache has, and the others made now. Fails where there would be none at all.
async fn pieces(cx: &Cx, work: &Arc<Work>) -> Result<Pieces, ApiError> {
    let missing = work.missing(&cx.hits);
    let made = made(cx, work, &missing).await?;
    let mut all: Vec<Option<Result<Found, ApiError>>> = Vec::with_capacity(work.pieces.len());
    for piece in 0..work.pieces.len() {
        let hit = cx.hits.get(piece).and_then(Option::as_ref);
        let kept = hit.map(|hit| serde_json::from_str(&hit.value).map_err(ApiError::internal)).transpose()?;
        all.push(kept.map(|piece| Ok(Found { piece, hit: true })));
    }
    let done = done(work, &made);
    let mut fresh = Vec::with_capacity(made.len());
    for (number, made) in missing.into_iter().zip(made) {
        if let Made::Fresh(piece) = &made {
            fresh.push((number, serde_json::to_string(piece).map_err(ApiError::internal)?));
        }
        all[number] = Some(match made {
            Made::Fresh(piece) | Made::Instead(piece) => Ok(Found { piece, hit: false }),
            Made::Failed(error) => Err(error),
        });
    }
    let whole = all.into_iter().collect::<Option<Vec<_>>>();
    let whole = whole.ok_or_else(|| ApiError::internal("a piece is missing"))?;
    let is_lost = !whole.is_empty() && whole.iter().all(Result::is_err);
    let mut found = Vec::with_capacity(whole.len());
    for piece in whole {
        match piece {
            Err(error) if is_lost => return Err(error),
            piece => found.push(piece.map_err(|error| reason(&error))),
        }
    }
    Ok(Pieces { found, fresh, done })
}

async fn made(cx: &Cx, work: &Arc<Work>, missing: &[usize]) -> Result<Vec<Made>, ApiError> {
    // Why before the engine: an answer that is given again must not wait for models to load.
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let texts = missing.iter().map(|piece| work.pieces[*piece].clone()).collect();
    let engine = cx.platform.shared(Engine::new)?;
    let looker = match work.inputs.clone() {
        Some(inputs) => {
            let editor = cx.platform.shared(Editor::load)?;
            let account = work.account.clone();
            Some(Looker { engine: engine.clone(), editor, account, inputs, deadline: cx.deadline })
        }
        None => None,
    };
    let recipe = Recipe { work: work.clone(), seen: None, deadline: cx.deadline };
    match engine.clone().hosted().filter(|_| work.hosted.is_some()) {
        Some(hosted) => judge::make(engine, hosted, recipe, looker.as_ref(), texts).await,
        None => {
            let recipe = recipe.seeing(looker.as_ref(), Viewer::Local).await?;
            let made = make(engine, recipe, texts).await?.into_iter();
            Ok(made.map(|piece| piece.map_or_else(|| Made::Failed(late()), Made::Fresh)).collect())
        }
    }
}

/// Tokens of a piece with all that is beside its text.
fn all_tokens(piece: &Piece) -> u32 {
    piece.tokens.saturating_add(piece.visual_tokens.unwrap_or(0))
}

/// What was done, where the hosted model did not do all of it.
fn done(work: &Work, made: &[Made]) -> Option<Quote> {
    let by_hosted = |made: &Made| matches!(made, Made::Fresh(_));
    if made.iter().all(by_hosted) {
        return None;
    }
    let pieces = made.iter().filter_map(|made| match made {
        Made::Fresh(piece) | Made::Instead(piece) => Some(piece),
        Made::Failed(_) => None,
    });
    let tokens = pieces.clone().map(|piece| u64::from(piece.tokens)).sum::<u64>();
    // Why not of each text: they share one look.
    let visual = pieces.map(|piece| u64::from(piece.visual_tokens.unwrap_or(0))).max().unwrap_or(0);
    let model = if made.iter().any(by_hosted) { work.model() } else { &work.local };
    Some(priced(work, tokens + visual, model))
}

/// Why one text of a batch has no answer.
pub(crate) fn reason(error: &ApiError) -> &'static str {
    match error.kind {
        ErrorKind::ModelUnavailable => "the model is unavailable",
        ErrorKind::DeadlineExceeded => "the model took too long",
        _ => "the model failed",
    }
}

fn only(pieces: Vec<Result<Found, &'static str>>) -> Result<Found, ApiError> {
    let first = pieces.into_iter().next().ok_or_else(|| ApiError::internal("one text came to no piece"))?;
    first.map_err(ApiError::internal)
}

pub async fn classified(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Classified>, ApiError> {
    let Pieces { found, fresh, done } = pieces(&cx, &req.data).await?;
    let Found { mut piece, hit } = only(found)?;
    let best = (!piece.labels.is_empty()).then(|| piece.labels.swap_remove(0));
    let best = best.ok_or_else(|| ApiError::internal("a text came to no label"))?;
    let answer = Classified {
        label: best.label,
        confidence: best.confidence,
        tokens: all_tokens(&piece),
        visual_tokens: piece.visual_tokens,
        latency_ms: cx.elapsed_ms(),
        cached: hit,
        confidence_method: piece.method,
        evidence: best.evidence,
    };
    Ok(Response::from(answer).keep(fresh).done(done))
}

pub async fn tagged(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Tagged>, ApiError> {
    let Pieces { found, fresh, done } = pieces(&cx, &req.data).await?;
    let Found { piece, hit } = only(found)?;
    let answer = Tagged {
        tokens: all_tokens(&piece),
        visual_tokens: piece.visual_tokens,
        labels: piece.labels,
        latency_ms: cx.elapsed_ms(),
        cached: hit,
    };
    Ok(Response::from(answer).keep(fresh).done(done))
}

/// What each text of a batch came to. A text that stands there twice is worked on once, and the second time a hit.
fn items(work: &Work, pieces: Vec<Result<Found, &'static str>>) -> Vec<Result<Found, &'static str>> {
    let mut seen = vec![false; pieces.len()];
    let item = |item: &Result<usize, &'static str>| {
        let piece = (*item)?;
        let found = pieces[piece].as_ref().map_err(|reason| *reason)?;
        let again = std::mem::replace(&mut seen[piece], true);
        Ok(Found { piece: found.piece.clone(), hit: found.hit || again })
    };
    let mut items: Vec<_> = work.items.iter().map(item).collect();
    // Pictures and documents, which all texts share, count once: in the first text that was worked on.
    let first = items.iter().position(|item| item.as_ref().is_ok_and(|found| !found.hit));
    let first = first.or_else(|| items.iter().position(Result::is_ok));
    if let Some(Ok(found)) = first.and_then(|first| items.get_mut(first)) {
        found.piece.tokens = all_tokens(&found.piece);
    }
    items
}

pub async fn classified_batch(
    cx: Cx,
    req: Request<Arc<Work>>,
) -> Result<Response<ClassifiedBatch>, ApiError> {
    let Pieces { found, fresh, done } = pieces(&cx, &req.data).await?;
    let results: Vec<ClassifiedItem> = items(&req.data, found).into_iter().map(classified_item).collect();
    let answer = ClassifiedBatch {
        total_tokens: results.iter().map(|item| u64::from(item.tokens)).sum(),
        results,
        latency_ms: cx.elapsed_ms(),
    };
    Ok(Response::from(answer).keep(fresh).done(done))
}

fn classified_item(item: Result<Found, &'static str>) -> ClassifiedItem {
    let (found, error) = (item.as_ref().ok(), item.as_ref().err());
    let best = found.and_then(|found| found.piece.labels.first());
    ClassifiedItem {
        label: best.map(|best| best.label.clone()),
        confidence: best.map(|best| best.confidence),
        tokens: found.map_or(0, |found| found.piece.tokens),
        evidence: best.and_then(|best| best.evidence.clone()),
        cache: found.map(|found| CacheInfo { hit: found.hit }),
        error: error.map(|error| (*error).to_owned()),
    }
}

pub async fn tagged_batch(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<TaggedBatch>, ApiError> {
    let Pieces { found, fresh, done } = pieces(&cx, &req.data).await?;
    let results: Vec<TaggedItem> = items(&req.data, found).into_iter().map(tagged_item).collect();
    let answer = TaggedBatch {
        total_tokens: results.iter().map(|item| u64::from(item.tokens)).sum(),
        results,
        latency_ms: cx.elapsed_ms(),
    };
    Ok(Response::from(answer).keep(fresh).done(done))
}

fn tagged_item(item: Result<Found, &'static str>) -> TaggedItem {
    match item {
        Ok(Found { piece, hit }) => TaggedItem {
            labels: Some(piece.labels),
            tokens: piece.tokens,
            cache: Some(CacheInfo { hit }),
            error: None,
        },
        Err(error) => TaggedItem { labels: None, tokens: 0, cache: None, error: Some(error.to_owned()) },
    }
}
