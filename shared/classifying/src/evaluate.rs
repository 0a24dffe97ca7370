//! A saved classifier judged by texts whose labels are known, and its confidences fitted to them.

use std::sync::Arc;
use std::time::Instant;

use common::{ApiError, Commit, Cx, Hit, Plan, Platform, Quote, Request, Response};
use contract::classification::{Compared, Evaluate, Evaluated, EvaluatedItem, EvaluationItem, Fits, TierFit};
use contract::price::{PRICES, Prices};
use contract::{ErrorKind, Fault};
use futures::future::BoxFuture;
use language::{Calibration, Language, Prepared, Scores, Tier, calibration_error, fit};
use store::{ClassifierHead, Guard, TransactionError};

use crate::asked::Asked;
use crate::metrics::{accuracy, confusion, macro_f1};
use crate::piece::{chunks, overhead, shown};
use crate::resolve::{Resolved, find, labels};
use engine::Engine;
use engine::{failed, in_time};

/// What is to be judged, and by which texts.
pub struct Evaluation {
    head: ClassifierHead,
    version: u32,
    pub(crate) resolved: Resolved,
    pub(crate) compare: Option<Resolved>,
    pub(crate) items: Vec<EvaluationItem>,
}

pub async fn plan(cx: Cx, req: Request<Evaluate>) -> Result<Plan<Arc<Evaluation>>, ApiError> {
    let (head, resolved) = find(&cx, &req.name).await?;
    let compare = match &req.compare {
        Some(name) => Some(find(&cx, name).await?.1),
        None => None,
    };
    let Evaluate { items, .. } = req.data;
    let known = &resolved.definition.labels;
    let unknown = items.iter().enumerate().filter(|(_, item)| !known.contains(&item.label));
    let faults: Vec<Fault> = unknown
        .map(|(index, _)| Fault::other(format!("items.{index}.label"), "must be a label of the classifier"))
        .collect();
    if !faults.is_empty() {
        return Err(ApiError::invalid(faults));
    }
    let pinned = resolved.classifier.as_deref().and_then(|name| name.rsplit_once("@v"));
    let version = pinned.and_then(|(_, version)| version.parse().ok()).unwrap_or(head.latest);
    Ok(Plan { work: Arc::new(Evaluation { head, version, resolved, compare, items }), cache: None })
}

/// As a batch of as many texts, twice where two classifiers are compared.
pub fn quote<'a>(
    platform: &'a Arc<Platform>,
    work: &'a Arc<Evaluation>,
    _: &'a [Option<Hit>],
) -> BoxFuture<'a, Result<Quote, ApiError>> {
    Box::pin(async move {
        let evaluation = work.clone();
        let engine = platform.shared(Engine::new)?;
        let tokens = engine.run(move |language| Ok(tokens(language, &evaluation))).await?;
        Ok(Quote {
            price: Prices::of_tokens(PRICES.tokens_batch, tokens),
            tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
            model: engine.hosted().map(|hosted| hosted.config().model.clone()),
            images: 0,
        })
    })
}

fn tokens(language: &Language, evaluation: &Evaluation) -> u64 {
    let texts: u64 = evaluation.items.iter().map(|item| u64::from(language.tokens(&item.text))).sum();
    let judged = std::iter::once(&evaluation.resolved).chain(&evaluation.compare);
    let each = judged.map(|resolved| u64::from(overhead(language, &resolved.definition)));
    each.map(|overhead| texts + overhead * evaluation.items.len() as u64).sum()
}

pub async fn evaluated(cx: Cx, req: Request<Arc<Evaluation>>) -> Result<Response<Evaluated>, ApiError> {
    let (evaluation, deadline) = (req.data.clone(), cx.deadline);
    let engine = cx.platform.shared(Engine::new)?;
    let hosted = match engine.hosted() {
        Some(hosted) => Asked::about(&engine, hosted, evaluation.clone(), deadline).await?,
        None => None,
    };
    // Why not what was quoted: the local models may have judged in place of the hosted one.
    let model = hosted.as_ref().map(|hosted| hosted.model.clone());
    let done = Quote { price: cx.price, tokens: u32::MAX, model, images: 0 };
    let keeper = engine.clone();
    let judged = engine.run(move |language| judge(language, &keeper, &evaluation, hosted.as_ref(), deadline));
    let _turn = engine.long(cx.account()).await?;
    let (mut answer, mut fits) = judged.await?;
    fits.encoder.clone_from(&cx.platform.config.own_encoder);
    answer.latency_ms = cx.elapsed_ms();
    let work = req.data;
    let commit = Commit::default()
        .write(move |store, all| store.classifiers().fit(all, &work.head, work.version, &fits))
        .or(changed);
    Ok(Response::from(answer).commit(commit).done(Some(done)))
}

fn changed(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Classifier).map(|_| ApiError::new(ErrorKind::ClassifierChanged))
}

/// Scores of all texts under one classifier and tier.
struct Judged {
    scores: Vec<Scores>,
    /// What the classifier has before any evaluation.
    prior: Calibration,
}

fn scores(
    language: &Language,
    engine: &Engine,
    (resolved, tier): (&Resolved, Tier),
    texts: &[&str],
    deadline: Instant,
) -> Result<Judged, ApiError> {
    let make = || language.prepare_until(&labels(&resolved.definition), tier, Some(deadline));
    let mut prepared = Prepared::clone(&*engine.prepared(resolved.key(tier)?, make)?);
    // Why not what an earlier evaluation has fitted: the same texts must give the same fit again.
    let prior = prepared.calibration();
    if let Some(calibration) = resolved.calibration(tier) {
        prepared = prepared.calibrated(calibration);
    }
    let mut scores = Vec::with_capacity(texts.len());
    for chunk in chunks(texts) {
        in_time(deadline)?;
        scores.extend(language.classify(&prepared, chunk).map_err(failed)?);
    }
    Ok(Judged { scores, prior })
}

impl Judged {
    fn fitted(&self, truth: &[usize]) -> Calibration {
        let rows: Vec<&[f32]> = self.scores.iter().map(|scores| &scores.scores[..]).collect();
        fit(&rows, truth, self.prior)
    }

    fn best<'a>(&self, labels: &'a [String]) -> Vec<(&'a str, f32)> {
        let name = |index: usize| labels.get(index).map_or("", String::as_str);
        self.scores.iter().map(Scores::best).map(|(index, confidence)| (name(index), confidence)).collect()
    }
}

fn error_of(wanted: &[&str], best: &[(&str, f32)]) -> f64 {
    let answers: Vec<(f32, bool)> =
        wanted.iter().zip(best).map(|(wanted, (label, confidence))| (*confidence, wanted == label)).collect();
    shown(calibration_error(&answers))
}

fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

fn judge(
    language: &Language,
    engine: &Engine,
    evaluation: &Evaluation,
    hosted: Option<&Asked>,
    deadline: Instant,
) -> Result<(Evaluated, Fits), ApiError> {
    let Evaluation { resolved, compare, items, .. } = evaluation;
    let names = &resolved.definition.labels;
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    let wanted: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    let place = |label: &&str| names.iter().position(|name| name == label).unwrap_or(usize::MAX);
    let truth: Vec<usize> = wanted.iter().map(place).collect();
    let standard = scores(language, engine, (resolved, Tier::Standard), &texts, deadline)?;
    let fast = scores(language, engine, (resolved, Tier::Fast), &texts, deadline)?;
    let (fitted, fitted_fast) = (standard.fitted(&truth), fast.fitted(&truth));
    let hosted_fit = hosted.map(|hosted| hosted.fitted(&truth));
    let best = match hosted {
        Some(hosted) => hosted.best(resolved, resolved.temperature(&hosted.model)),
        None => standard.best(names),
    };
    let pairs: Vec<(&str, &str)> = wanted.iter().copied().zip(best.iter().map(|(label, _)| *label)).collect();
    let after = match (hosted, &hosted_fit) {
        (Some(hosted), Some(fit)) => hosted.best(resolved, Some(fit.temperature)),
        _ => {
            let fits = Fits { standard: Some(kept(fitted)), ..Fits::default() };
            let again = Resolved { fits, ..resolved.clone() };
            scores(language, engine, (&again, Tier::Standard), &texts, deadline)?.best(names)
        }
    };
    let shown_items = wanted.iter().zip(&best).map(|(label, (predicted, confidence))| EvaluatedItem {
        label: (*label).to_owned(),
        predicted: (*predicted).to_owned(),
        confidence: shown(*confidence),
    });
    let compare = match compare {
        Some(other) => Some(compared(language, engine, (other, hosted), (&texts, &wanted), deadline)?),
        None => None,
    };
    let temperature = hosted_fit.as_ref().map_or(fitted.temperature, |fit| fit.temperature);
    let answer = Evaluated {
        classifier: resolved.classifier.clone().unwrap_or_default(),
        accuracy: rounded(accuracy(&pairs)),
        macro_f1: rounded(macro_f1(&pairs)),
        calibration_error: error_of(&wanted, &best),
        calibration_error_fitted: error_of(&wanted, &after),
        temperature: shown(temperature),
        confusion: confusion(&pairs),
        items: shown_items.collect(),
        compare,
        tokens: tokens(language, evaluation),
        latency_ms: 0,
    };
    // An evaluation by the local models says nothing about the hosted one: what was fitted for it stays.
    let hosted = hosted_fit.or_else(|| resolved.fits.hosted.clone());
    Ok((answer, Fits { standard: Some(kept(fitted)), fast: Some(kept(fitted_fast)), hosted, encoder: None }))
}

fn kept(calibration: Calibration) -> TierFit {
    let Calibration { temperature, slope, offset } = calibration;
    TierFit { temperature, slope, offset }
}

fn compared(
    language: &Language,
    engine: &Engine,
    (other, hosted): (&Resolved, Option<&Asked>),
    (texts, wanted): (&[&str], &[&str]),
    deadline: Instant,
) -> Result<Compared, ApiError> {
    let best = match hosted {
        Some(hosted) => hosted.best_compared(other, other.temperature(&hosted.model)),
        None => {
            let judged = scores(language, engine, (other, Tier::Standard), texts, deadline)?;
            judged.best(&other.definition.labels)
        }
    };
    let pairs: Vec<(&str, &str)> = wanted.iter().copied().zip(best.iter().map(|(label, _)| *label)).collect();
    Ok(Compared {
        classifier: other.classifier.clone().unwrap_or_default(),
        accuracy: rounded(accuracy(&pairs)),
        macro_f1: rounded(macro_f1(&pairs)),
        calibration_error: error_of(wanted, &best),
    })
}
