//! What a plan costs where the cache does not answer it.

use std::sync::Arc;

use common::{ApiError, Hit, Platform, Quote};
use contract::price::{PRICES, Prices};
use futures::future::BoxFuture;

use crate::piece::overhead;
use crate::seen;
use crate::work::Work;
use engine::Engine;

/// Counts the tokens of the pieces that are missing.
pub fn quote<'a>(
    platform: &'a Arc<Platform>,
    work: &'a Arc<Work>,
    hits: &'a [Option<Hit>],
) -> BoxFuture<'a, Result<Quote, ApiError>> {
    Box::pin(async move {
        let engine = platform.shared(Engine::new)?;
        let missing = work.missing(hits);
        let all_known = missing.is_empty();
        let counted = work.clone();
        let tokens = engine.run(move |language| {
            let each = u64::from(overhead(language, &counted.resolved.definition));
            let texts = missing.iter().map(|piece| u64::from(language.tokens(&counted.pieces[*piece])));
            Ok(texts.map(|text| text + each).sum::<u64>())
        });
        let visual = match &work.inputs {
            // Why not for each text: they share one look.
            Some(inputs) if !all_known => seen::measure(&engine, inputs).await?,
            _ => 0,
        };
        let tokens = tokens.await?.saturating_add(u64::from(visual));
        Ok(priced(work, tokens, work.model()))
    })
}

/// What so many tokens of the work cost.
pub(crate) fn priced(work: &Work, tokens: u64, model: &str) -> Quote {
    let per_million = if work.batch { PRICES.tokens_batch } else { PRICES.tokens(work.priority) };
    Quote {
        price: Prices::of_tokens(per_million, tokens),
        tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
        model: Some(model.to_owned()),
        images: 0,
    }
}
