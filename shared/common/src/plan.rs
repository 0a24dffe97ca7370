//! What a request comes to before anything is counted or held: the work, and under which keys its answer is kept.

use std::sync::Arc;

use contract::Credits;
use futures::future::BoxFuture;

use crate::{ApiError, CacheKey, Hit, Platform};

/// A request that is ready to be priced and worked on.
#[derive(Debug)]
pub struct Plan<Work> {
    pub work: Work,
    /// `None`: its answer is not kept.
    pub cache: Option<CachePlan>,
}

/// Under which keys an answer is kept, piece by piece: of a batch each text is one.
#[derive(Debug, Clone)]
pub struct CachePlan {
    pub pieces: Vec<CacheKey>,
    /// Of the whole request; equal ones at the same time are worked on once.
    pub whole: CacheKey,
    /// Whether answers are looked up and kept.
    pub on: bool,
}

/// Prices work of which the cache has some pieces.
pub type Quoter<Work> =
    for<'a> fn(&'a Arc<Platform>, &'a Work, &'a [Option<Hit>]) -> BoxFuture<'a, Result<Quote, ApiError>>;

/// What the work that is left will cost at most.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quote {
    pub price: Credits,
    /// Tokens that count against the limit and are paid for.
    pub tokens: u32,
    /// The model that works, for usage.
    pub model: Option<String>,
    /// Pictures or pages that were read, for usage.
    pub images: u32,
}
