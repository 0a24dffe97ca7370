//! What the hosted model makes of the texts of an evaluation.

use std::sync::Arc;
use std::time::Instant;

use common::ApiError;
use contract::classification::HostedFit;
use hosted::{Hosted, HostedError};
use language::{Calibration, Scores, fit};

use crate::Evaluation;
use crate::judge::{Opinion, Question, opinions};
use crate::resolve::Resolved;
use crate::work::Operation;
use engine::Engine;
use engine::refusal;

/// Its opinions of all texts.
pub(crate) struct Asked {
    pub model: String,
    of: Vec<Opinion>,
    /// Under the labels of the other classifier.
    compared: Vec<Opinion>,
}

impl Asked {
    /// `None` where it failed and the local models are to answer instead.
    pub async fn about(
        engine: &Arc<Engine>,
        hosted: &Hosted,
        evaluation: Arc<Evaluation>,
        deadline: Instant,
    ) -> Result<Option<Self>, ApiError> {
        let texts: Arc<[String]> = evaluation.items.iter().map(|item| item.text.clone()).collect();
        let mut all = Vec::with_capacity(2);
        for resolved in std::iter::once(&evaluation.resolved).chain(&evaluation.compare) {
            let resolved = Arc::new(resolved.clone());
            let question = Question { resolved, operation: Operation::Classify, seen: None, deadline };
            let opinions = opinions(engine, hosted, question, texts.clone()).await?;
            match opinions.into_iter().collect::<Result<Vec<Opinion>, HostedError>>() {
                Ok(opinions) => all.push(opinions),
                Err(error) if hosted.config().fallback => {
                    tracing::warn!(%error, "hosted model: a text of an evaluation without an answer");
                    return Ok(None);
                }
                Err(error) => return Err(refusal(error)),
            }
        }
        let mut all = all.into_iter();
        let (of, compared) = (all.next().unwrap_or_default(), all.next().unwrap_or_default());
        Ok(Some(Self { model: hosted.config().model.clone(), of, compared }))
    }

    /// What divides the logarithms of its shares from now on.
    pub fn fitted(&self, truth: &[usize]) -> HostedFit {
        let scores: Vec<Scores> = self.of.iter().map(|opinion| opinion.scores(1.0)).collect();
        let rows: Vec<&[f32]> = scores.iter().map(|scores| &scores.scores[..]).collect();
        // Only the temperature is taken: slope and offset are for labels by themselves, which it was not asked about.
        let start = Calibration { temperature: 1.0, slope: 1.0, offset: 0.0 };
        HostedFit { model: self.model.clone(), temperature: fit(&rows, truth, start).temperature }
    }

    /// The best label of each text and its confidence at a temperature, where there is one.
    pub fn best<'a>(&self, resolved: &'a Resolved, temperature: Option<f32>) -> Vec<(&'a str, f32)> {
        best(&self.of, resolved, temperature)
    }

    /// The same under the other classifier.
    pub fn best_compared<'a>(&self, other: &'a Resolved, temperature: Option<f32>) -> Vec<(&'a str, f32)> {
        best(&self.compared, other, temperature)
    }
}

fn best<'a>(opinions: &[Opinion], resolved: &'a Resolved, temperature: Option<f32>) -> Vec<(&'a str, f32)> {
    let labels = &resolved.definition.labels;
    let best = opinions.iter().map(|opinion| opinion.scores(temperature.unwrap_or(1.0)).best());
    best.map(|(index, confidence)| (labels.get(index).map_or("", String::as_str), confidence)).collect()
}
