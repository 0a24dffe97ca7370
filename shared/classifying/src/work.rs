//! A request to what is to be done: labels resolved, texts told apart, and a key for each.

use std::collections::HashMap;
use std::sync::Arc;

use common::{ApiError, CacheKey, CachePlan, Cx, Hit, Plan, Request};
use contract::classification::{
    ClassifyBatchRequest, ClassifyRequest, Options, Priority, TagBatchRequest, TagRequest, TierFit,
    text_fault,
};
use contract::limits::MAX_JSON_BODY;
use contract::{ErrorKind, classification::Definition};
use language::Tier;
use serde::Serialize;

use crate::inputs::{Digests, Inputs};
use crate::judge::HostedModel;
use crate::resolve::{Resolved, resolve};
use engine::Engine;

/// To be raised where the same request gets another answer than before, by other models or in another way.
const GENERATION: u32 = 1;
pub(crate) const DEFAULT_THRESHOLD: f64 = 0.5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Classify,
    Tag,
}

/// What is to be done, for one text or for many.
#[derive(Debug)]
pub struct Work {
    /// Whose it is.
    pub(crate) account: String,
    /// Whether nobody waits for it: then whoever asks for it bounds how much is done at the same time.
    pub(crate) background: bool,
    pub(crate) operation: Operation,
    pub(crate) resolved: Resolved,
    pub(crate) threshold: f64,
    pub(crate) priority: Priority,
    /// Name of the models in the process that work where the hosted one does not.
    pub(crate) local: String,
    pub(crate) tier: Tier,
    /// The hosted model that works, in place of the local ones.
    pub(crate) hosted: Option<HostedModel>,
    pub(crate) explain: bool,
    pub(crate) batch: bool,
    /// Pictures and a document, shared by all texts.
    pub(crate) inputs: Option<Arc<Inputs>>,
    /// Texts, each once unless the cache is off.
    pub(crate) pieces: Vec<String>,
    /// For each text of the request its piece, or why it has none.
    pub(crate) items: Vec<Result<usize, &'static str>>,
}

impl Work {
    /// Numbers of the pieces that the cache has not.
    pub(crate) fn missing(&self, hits: &[Option<Hit>]) -> Vec<usize> {
        (0..self.pieces.len()).filter(|piece| !matches!(hits.get(*piece), Some(Some(_)))).collect()
    }

    /// Name of the models that work, for usage and for the cache's keys.
    pub(crate) fn model(&self) -> &str {
        self.hosted.as_ref().map_or(&self.local, |hosted| &hosted.model)
    }
}

pub async fn classify(cx: Cx, req: Request<ClassifyRequest>) -> Result<Plan<Arc<Work>>, ApiError> {
    fits(&req.data.options, req.sent.len())?;
    let texts = vec![req.data.text.clone().unwrap_or_default()];
    Asked { operation: Operation::Classify, threshold: None, batch: false }
        .plan(&cx, &req.data.options, texts)
        .await
}

pub async fn tag(cx: Cx, req: Request<TagRequest>) -> Result<Plan<Arc<Work>>, ApiError> {
    fits(&req.data.options, req.sent.len())?;
    let texts = vec![req.data.text.clone().unwrap_or_default()];
    let asked = Asked { operation: Operation::Tag, threshold: req.data.threshold, batch: false };
    asked.plan(&cx, &req.data.options, texts).await
}

pub async fn classify_batch(cx: Cx, req: Request<ClassifyBatchRequest>) -> Result<Plan<Arc<Work>>, ApiError> {
    let ClassifyBatchRequest { texts, options } = req.data;
    Asked { operation: Operation::Classify, threshold: None, batch: true }.plan(&cx, &options, texts).await
}

pub async fn tag_batch(cx: Cx, req: Request<TagBatchRequest>) -> Result<Plan<Arc<Work>>, ApiError> {
    let TagBatchRequest { texts, threshold, options } = req.data;
    Asked { operation: Operation::Tag, threshold, batch: true }.plan(&cx, &options, texts).await
}

struct Asked {
    operation: Operation,
    threshold: Option<f64>,
    batch: bool,
}

/// All that the answer to a text follows from, but the text.
#[derive(Serialize)]
struct Parts<'a> {
    generation: u32,
    operation: Operation,
    definition: &'a Definition,
    classifier: Option<&'a str>,
    fit: Option<TierFit>,
    temperature: Option<f32>,
    threshold: Option<f64>,
    model: &'a str,
    hosted: Option<&'a HostedModel>,
    explain: bool,
    /// Left out where there are none, so that answers to texts alone keep their keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Digests>,
}

impl Asked {
    async fn plan(self, cx: &Cx, options: &Options, texts: Vec<String>) -> Result<Plan<Arc<Work>>, ApiError> {
        refuse(cx, options)?;
        let inputs = Inputs::of(cx, options).await?;
        let resolved = resolve(cx, options).await?;
        let priority = if self.batch { Priority::Standard } else { options.priority() };
        let engine = cx.platform.shared(Engine::new)?;
        // Why none in public mode: strangers must not spend what a provider bills the operator.
        let hosted = engine.hosted().filter(|_| priority == Priority::Standard && !cx.public);
        let on = options.cache != Some(false);
        let (pieces, items) = match texts {
            // A picture or a document needs no text beside it.
            texts if inputs.is_some() && !self.batch && texts.iter().all(|text| text.trim().is_empty()) => {
                (vec![String::new()], vec![Ok(0)])
            }
            texts => pieces(texts, on),
        };
        let work = Work {
            account: cx.account().to_owned(),
            background: false,
            operation: self.operation,
            threshold: self.threshold.or(resolved.threshold).unwrap_or(DEFAULT_THRESHOLD),
            resolved,
            priority,
            local: cx.platform.config.local_model(priority).to_owned(),
            tier: match priority {
                Priority::Standard => Tier::Standard,
                Priority::Fast => Tier::Fast,
            },
            hosted: hosted.map(HostedModel::of),
            explain: options.explain == Some(true),
            batch: self.batch,
            inputs,
            pieces,
            items,
        };
        let (keys, whole) = keys(&work)?;
        Ok(Plan { cache: Some(CachePlan { pieces: keys, whole, on }), work: Arc::new(work) })
    }
}

/// The keys of the pieces, and of all of them in the order of the request.
fn keys(work: &Work) -> Result<(Vec<CacheKey>, CacheKey), ApiError> {
    let common = CacheKey::of(&Parts {
        generation: GENERATION,
        operation: work.operation,
        definition: &work.resolved.definition,
        classifier: work.resolved.classifier.as_deref(),
        fit: work.resolved.fit(work.tier),
        temperature: work.hosted.as_ref().and_then(|hosted| work.resolved.temperature(&hosted.model)),
        threshold: (work.operation == Operation::Tag).then_some(work.threshold),
        model: work.model(),
        hosted: work.hosted.as_ref(),
        explain: work.explain,
        inputs: work.inputs.as_ref().map(|inputs| inputs.digests()),
    })?
    .hex();
    let keys = work.pieces.iter().map(|text| CacheKey::of(&(&common, text)));
    let keys: Vec<CacheKey> = keys.collect::<Result<_, _>>()?;
    let whole = match keys[..] {
        [one] if !work.batch => one,
        _ => {
            let items: Vec<String> = work
                .items
                .iter()
                .map(|item| item.map_or_else(str::to_owned, |piece| keys[piece].hex()))
                .collect();
            CacheKey::of(&(&common, items))?
        }
    };
    Ok((keys, whole))
}

/// What a call without a key cannot have.
fn refuse(cx: &Cx, options: &Options) -> Result<(), ApiError> {
    let pictures = !options.images().is_empty() || options.file().is_some();
    if cx.public && (pictures || options.classifier.is_some()) {
        let sentence = "Without an API key only texts and labels are taken: no picture, file or classifier.";
        return Err(ApiError::because(ErrorKind::Unauthorized, sentence));
    }
    Ok(())
}

/// A body is as large as it may be for a picture or a document only where it has one.
fn fits(options: &Options, bytes: usize) -> Result<(), ApiError> {
    if bytes <= MAX_JSON_BODY || !options.images().is_empty() || options.file().is_some() {
        return Ok(());
    }
    let sentence = format!(
        "The body is over the limit of {MAX_JSON_BODY} bytes for texts. Send fewer, or large inputs by URL."
    );
    Err(ApiError::because(ErrorKind::BodyTooLarge, sentence))
}

/// Texts that can be worked on, equal ones once where answers may be given again, and for each text its place among them.
fn pieces(texts: Vec<String>, once: bool) -> (Vec<String>, Vec<Result<usize, &'static str>>) {
    let mut pieces: Vec<String> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut items = Vec::with_capacity(texts.len());
    for text in texts {
        if let Some(fault) = text_fault(&text) {
            items.push(Err(fault));
        } else if let Some(piece) = known.get(&text) {
            items.push(Ok(*piece));
        } else {
            if once {
                known.insert(text.clone(), pieces.len());
            }
            items.push(Ok(pieces.len()));
            pieces.push(text);
        }
    }
    (pieces, items)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn equal_texts_are_one_piece_unless_nothing_is_given_again_and_bad_ones_are_none() {
        let texts = || ["a", "b", "a", " "].map(str::to_owned).to_vec();
        let (once, items) = pieces(texts(), true);
        assert_eq!(once, ["a", "b"]);
        assert_eq!(items, [Ok(0), Ok(1), Ok(0), Err("text is empty")]);
        let (each, items) = pieces(texts(), false);
        assert_eq!((each.len(), items[2]), (3, Ok(2)));
        let long = ["é".repeat(100_000), "é".repeat(100_001)].to_vec();
        let (_, items) = pieces(long, true);
        assert!(items[0].is_ok() && items[1].is_err());
    }
}
