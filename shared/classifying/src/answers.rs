//! Pieces to answers.

use std::sync::Arc;

use common::{ApiError, Cx, Request, Response};
use contract::classification::{
    CacheInfo, Classified, ClassifiedBatch, ClassifiedItem, Tagged, TaggedBatch, TaggedItem,
};

use crate::Engine;
use crate::piece::{Piece, Recipe, make};
use crate::work::Work;

/// A piece, and whether the cache had it.
struct Found {
    piece: Piece,
    hit: bool,
}

type Fresh = Vec<(usize, String)>;

/// All pieces of the work: those that the cache has, and the others made now; and what is to be kept of these.
async fn pieces(cx: &Cx, work: &Arc<Work>) -> Result<(Vec<Found>, Fresh), ApiError> {
    let missing = work.missing(&cx.hits);
    let texts = missing.iter().map(|piece| work.pieces[*piece].clone()).collect();
    let recipe = Recipe { work: work.clone(), deadline: cx.deadline };
    let made = match missing[..] {
        // Why no engine: an answer that is given again must not wait for models to load.
        [] => Vec::new(),
        _ => make(cx.platform.shared(Engine::new)?, recipe, texts).await?,
    };
    let mut all: Vec<Option<Found>> = Vec::with_capacity(work.pieces.len());
    for piece in 0..work.pieces.len() {
        let hit = cx.hits.get(piece).and_then(Option::as_ref);
        let kept = hit.map(|hit| serde_json::from_str(&hit.value).map_err(ApiError::internal)).transpose()?;
        all.push(kept.map(|piece| Found { piece, hit: true }));
    }
    let mut fresh = Vec::with_capacity(made.len());
    for (number, piece) in missing.into_iter().zip(made) {
        fresh.push((number, serde_json::to_string(&piece).map_err(ApiError::internal)?));
        all[number] = Some(Found { piece, hit: false });
    }
    let whole = all.into_iter().collect::<Option<Vec<Found>>>();
    Ok((whole.ok_or_else(|| ApiError::internal("a piece is missing"))?, fresh))
}

fn only(pieces: Vec<Found>) -> Result<Found, ApiError> {
    pieces.into_iter().next().ok_or_else(|| ApiError::internal("one text came to no piece"))
}

pub async fn classified(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Classified>, ApiError> {
    let (pieces, fresh) = pieces(&cx, &req.data).await?;
    let Found { piece, hit } = only(pieces)?;
    let best = piece.labels.into_iter().next();
    let best = best.ok_or_else(|| ApiError::internal("a text came to no label"))?;
    let answer = Classified {
        label: best.label,
        confidence: best.confidence,
        tokens: piece.tokens,
        visual_tokens: None,
        latency_ms: cx.elapsed_ms(),
        cached: hit,
        confidence_method: piece.method,
        evidence: best.evidence,
    };
    Ok(Response::from(answer).keep(fresh))
}

pub async fn tagged(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Tagged>, ApiError> {
    let (pieces, fresh) = pieces(&cx, &req.data).await?;
    let Found { piece, hit } = only(pieces)?;
    let answer = Tagged {
        labels: piece.labels,
        tokens: piece.tokens,
        visual_tokens: None,
        latency_ms: cx.elapsed_ms(),
        cached: hit,
    };
    Ok(Response::from(answer).keep(fresh))
}

/// What each text of a batch came to. A text that stands there twice is worked on once, and the second time a hit.
fn items(work: &Work, pieces: Vec<Found>) -> Vec<Result<Found, &'static str>> {
    let mut seen = vec![false; pieces.len()];
    let item = |item: &Result<usize, &'static str>| {
        item.map(|piece| {
            let found = &pieces[piece];
            let again = std::mem::replace(&mut seen[piece], true);
            Found { piece: found.piece.clone(), hit: found.hit || again }
        })
    };
    work.items.iter().map(item).collect()
}

pub async fn classified_batch(
    cx: Cx,
    req: Request<Arc<Work>>,
) -> Result<Response<ClassifiedBatch>, ApiError> {
    let (pieces, fresh) = pieces(&cx, &req.data).await?;
    let results: Vec<ClassifiedItem> = items(&req.data, pieces).into_iter().map(classified_item).collect();
    let answer = ClassifiedBatch {
        total_tokens: results.iter().map(|item| u64::from(item.tokens)).sum(),
        results,
        latency_ms: cx.elapsed_ms(),
    };
    Ok(Response::from(answer).keep(fresh))
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
    let (pieces, fresh) = pieces(&cx, &req.data).await?;
    let results: Vec<TaggedItem> = items(&req.data, pieces).into_iter().map(tagged_item).collect();
    let answer = TaggedBatch {
        total_tokens: results.iter().map(|item| u64::from(item.tokens)).sum(),
        results,
        latency_ms: cx.elapsed_ms(),
    };
    Ok(Response::from(answer).keep(fresh))
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
