//! Texts judged by the hosted model. The local encoder counts their tokens and, where there are more labels than the model is asked about
//! at once, picks those it is shown.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::ApiError;
use contract::classification::{ConfidenceMethod, Definition};
use futures::{StreamExt, stream};
use hosted::{Hosted, HostedError, Judgement, Label, MAX_LABELS, Stage, Subject};
use language::{Language, Scores, Tier};
use serde::Serialize;

use crate::piece::{self, Piece, Recipe, chosen, evidence, overhead, prepared};
use crate::resolve::Resolved;
use crate::seen::{Looker, Seen, Viewer};
use crate::work::Operation;
use engine::Engine;
use engine::{failed, in_time, refusal};

/// Examples of a label that the model is shown, the first ones; and characters of each.
const EXAMPLES: usize = 3;
const EXAMPLE_CHARS: usize = 300;
/// What is left of a call's time when the model is given up: for the local models, or for what the other texts came to.
const SPARE: Duration = Duration::from_secs(2);
/// What a share of nothing counts as where its logarithm is taken.
const LEAST_SHARE: f32 = 1e-6;

/// What tells one hosted model from another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HostedModel {
    pub model: String,
    wire: String,
    url: Option<String>,
}

impl HostedModel {
    pub fn of(hosted: &Hosted) -> Self {
        let config = hosted.config();
        Self { model: config.model.clone(), wire: format!("{:?}", config.wire), url: config.url.clone() }
    }
}

/// What became of a text.
pub(crate) enum Made {
    /// May be given again.
    Fresh(Piece),
    /// By the local models in place of the hosted one: not given again, since the next call may get the better answer.
    Instead(Piece),
    Failed(ApiError),
}

/// What the model is asked about each text.
#[derive(Clone)]
pub(crate) struct Question {
    pub resolved: Arc<Resolved>,
    pub operation: Operation,
    /// Beside each of them.
    pub seen: Option<Arc<Seen>>,
    pub deadline: Instant,
}

impl Question {
    /// What it is asked of a text: with words of what was seen, where there are some.
    fn words<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.seen {
            Some(seen) if !seen.words.is_empty() || seen.pictures.is_empty() => Cow::Owned(seen.beside(text)),
            _ => Cow::Borrowed(text),
        }
    }
}

/// What it thinks of all labels.
#[derive(Debug, Clone)]
pub(crate) struct Opinion {
    /// In the order of the labels; 0 for those it was not shown.
    pub shares: Vec<f32>,
    pub method: ConfidenceMethod,
    /// Of the text, as billed.
    tokens: u32,
}

/// Works on texts, in their order.
pub(crate) async fn make(
    engine: Arc<Engine>,
    hosted: &Hosted,
    recipe: Recipe,
    looker: Option<&Looker>,
    texts: Vec<String>,
) -> Result<Vec<Made>, ApiError> {
    let work = recipe.work.clone();
    let is_vision = hosted.config().vision;
    let needs_words = work.explain || work.resolved.definition.labels.len() > MAX_LABELS;
    let viewer = match (is_vision, needs_words) {
        (false, _) => Viewer::Local,
        (true, true) => Viewer::Both,
        (true, false) => Viewer::Hosted,
    };
    let recipe = recipe.seeing(looker, viewer).await?;
    let question = Question {
        resolved: Arc::new(work.resolved.clone()),
        operation: work.operation,
        seen: recipe.seen.clone(),
        deadline: recipe.deadline,
    };
    let texts: Arc<[String]> = texts.into();
    let opinions = opinions(&engine, hosted, question, texts.clone()).await?;
    let mut made: Vec<Option<Made>> = Vec::with_capacity(texts.len());
    let mut missing = Vec::new();
    for (number, opinion) in opinions.into_iter().enumerate() {
        match opinion {
            Ok(opinion) => made.push(Some(Made::Fresh(recipe.piece(opinion)))),
            Err(error) => {
                missing.push((number, error));
                made.push(None);
            }
        }
    }
    if let Some((_, error)) = missing.first() {
        tracing::warn!(%error, texts = missing.len(), "hosted model: texts without an answer");
    }
    if hosted.config().fallback {
        let again = missing.iter().map(|(number, _)| texts[*number].clone()).collect();
        let recipe = match viewer {
            Viewer::Hosted if !missing.is_empty() => recipe.clone().seeing(looker, Viewer::Local).await?,
            _ => recipe.clone(),
        };
        let local = piece::make(engine.clone(), recipe, again).await?;
        for ((number, error), piece) in missing.into_iter().zip(local) {
            made[number] = Some(piece.map_or_else(|| Made::Failed(refusal(error)), Made::Instead));
        }
    } else {
        missing.into_iter().for_each(|(number, error)| made[number] = Some(Made::Failed(refusal(error))));
    }
    let made = made.into_iter().flatten().collect();
    if work.explain { explained(&engine, recipe, texts, made).await } else { Ok(made) }
}

impl Recipe {
    fn piece(&self, opinion: Opinion) -> Piece {
        let (work, method, tokens) = (&self.work, opinion.method, opinion.tokens);
        let fitted = work.hosted.as_ref().and_then(|hosted| work.resolved.temperature(&hosted.model));
        let scores = match (work.operation, fitted) {
            (Operation::Classify, Some(temperature)) => opinion.scores(temperature),
            _ => opinion.scores(1.0),
        };
        let labels = chosen(work, &scores).into_iter().map(|(_, label)| label).collect();
        let visual_tokens = self.seen.as_ref().map(|seen| seen.visual_tokens);
        Piece { labels, tokens, visual_tokens, method }
    }
}

impl Opinion {
    /// With the shares' logarithms divided by a temperature, where they are shares of one whole.
    pub fn scores(&self, temperature: f32) -> Scores {
        let mut shares = self.shares.clone();
        if shares.len() > 1 && temperature != 1.0 {
            shares.iter_mut().for_each(|share| *share = share.powf(1.0 / temperature));
            let sum: f32 = shares.iter().sum();
            shares.iter_mut().for_each(|share| *share /= sum.max(f32::MIN_POSITIVE));
        }
        let scores = self.shares.iter().map(|share| share.max(LEAST_SHARE).ln()).collect();
        Scores { scores, probabilities: shares.clone(), independent: shares, tokens: self.tokens }
    }
}

/// The model's opinion of each text, or why it has none. As many texts at the same time as the configuration says.
pub(crate) async fn opinions(
    engine: &Arc<Engine>,
    hosted: &Hosted,
    question: Question,
    texts: Arc<[String]>,
) -> Result<Vec<Result<Opinion, HostedError>>, ApiError> {
    let (keeper, known, asked) = (engine.clone(), question.clone(), texts.clone());
    let ready = engine.run(move |language| ready(language, &keeper, &known, &asked)).await?;
    let calls = ready.into_iter().enumerate().map(|(number, ready)| {
        let (hosted, question, texts) = (hosted.clone(), question.clone(), texts.clone());
        async move { ask(&hosted, &question, &texts[number], ready).await }
    });
    let at_once = hosted.config().at_once.max(1);
    Ok(stream::iter(calls.collect::<Vec<_>>()).buffered(at_once).collect().await)
}

/// What is known of a text before the model is asked.
struct Ready {
    tokens: u32,
    /// Labels that it is asked about, in their order.
    labels: Vec<usize>,
}

fn ready(
    language: &Language,
    engine: &Engine,
    question: &Question,
    texts: &[String],
) -> Result<Vec<Ready>, ApiError> {
    let definition = &question.resolved.definition;
    let (count, overhead) = (definition.labels.len(), overhead(language, definition));
    let tokens = |text: &str| language.tokens(text).saturating_add(overhead);
    if count <= MAX_LABELS {
        return Ok(texts
            .iter()
            .map(|text| Ready { tokens: tokens(text), labels: (0..count).collect() })
            .collect());
    }
    let prepared = prepared(language, engine, &question.resolved, Tier::Standard, question.deadline)?;
    let mut ready = Vec::with_capacity(texts.len());
    for chunk in piece::chunks(texts) {
        in_time(question.deadline)?;
        let words: Vec<Cow<'_, str>> = chunk.iter().map(|text| question.words(text)).collect();
        let words: Vec<&str> = words.iter().map(Cow::as_ref).collect();
        let scores = language.classify(&prepared, &words).map_err(failed)?;
        ready.extend(
            chunk
                .iter()
                .zip(&scores)
                .map(|(text, scores)| Ready { tokens: tokens(text), labels: shortlist(&scores.scores) }),
        );
    }
    Ok(ready)
}

/// The labels that fit best, as many as the model is asked about, in their order.
fn shortlist(scores: &[f32]) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..scores.len()).collect();
    labels.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]));
    labels.truncate(MAX_LABELS);
    labels.sort_unstable();
    labels
}

async fn ask(hosted: &Hosted, question: &Question, text: &str, ready: Ready) -> Result<Opinion, HostedError> {
    let until = question.deadline.checked_sub(SPARE).unwrap_or(question.deadline);
    // Why here too: the texts that are left when time is up must not each begin a call.
    if Instant::now() >= until {
        return Err(HostedError::Timeout(Stage::Deadline));
    }
    let definition = &question.resolved.definition;
    let examples: Vec<Vec<&str>> = ready.labels.iter().map(|label| examples(definition, *label)).collect();
    let labels: Vec<Label<'_>> = ready
        .labels
        .iter()
        .zip(&examples)
        .filter_map(|(label, examples)| {
            let name = definition.labels.get(*label)?;
            let description = definition.descriptions.get(name).map(String::as_str);
            Some(Label { name, description, examples })
        })
        .collect();
    let words = question.words(text);
    let pictures = question.seen.as_ref().map_or(&[][..], |seen| &seen.pictures);
    let subject = Subject { text: &words, pictures, text_type: definition.text_type.as_deref() };
    let Judgement { confidences, method, .. } = match question.operation {
        Operation::Classify => hosted.choose(&subject, &labels, Some(until)).await?,
        Operation::Tag => hosted.tag(&subject, &labels, Some(until)).await?,
    };
    let mut shares = vec![0.0; definition.labels.len()];
    ready.labels.iter().zip(confidences).for_each(|(label, share)| shares[*label] = share);
    let method = match method {
        hosted::ConfidenceMethod::Logprob => ConfidenceMethod::Logprob,
        hosted::ConfidenceMethod::Vote => ConfidenceMethod::Vote,
    };
    Ok(Opinion { shares, method, tokens: ready.tokens })
}

fn examples(definition: &Definition, label: usize) -> Vec<&str> {
    let all = definition.labels.get(label).and_then(|name| definition.examples.get(name));
    let cut =
        |example: &'_ String| example.char_indices().nth(EXAMPLE_CHARS).map_or(example.len(), |(end, _)| end);
    all.into_iter().flatten().take(EXAMPLES).map(|example| &example[..cut(example)]).collect()
}

/// Adds which parts of its text speak for each label, as the local encoder sees it: the model gives no reasons that could be checked.
async fn explained(
    engine: &Arc<Engine>,
    recipe: Recipe,
    texts: Arc<[String]>,
    mut made: Vec<Made>,
) -> Result<Vec<Made>, ApiError> {
    let keeper = engine.clone();
    let explain = move |language: &Language| {
        let resolved = &recipe.work.resolved;
        let prepared = prepared(language, &keeper, resolved, Tier::Standard, recipe.deadline)?;
        for (made, text) in made.iter_mut().zip(texts.iter()) {
            in_time(recipe.deadline)?;
            let Made::Fresh(piece) = made else { continue };
            let whole = recipe.whole(text);
            for label in &mut piece.labels {
                let index = resolved.definition.labels.iter().position(|name| *name == label.label);
                let parts = index.map(|index| evidence(language, &prepared, &whole, index)).transpose()?;
                label.evidence = parts;
            }
        }
        Ok(made)
    };
    engine.run(explain).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortlist_holds_the_twenty_best_in_the_order_of_the_request() {
        let scores: Vec<f32> =
            (0..50).map(|label| if label % 2 == 0 { label as f32 } else { -1.0 }).collect();
        let wanted: Vec<usize> = (10..50).step_by(2).collect();
        assert_eq!(shortlist(&scores), wanted);
    }

    #[test]
    fn a_temperature_of_one_leaves_shares_as_they_are_and_a_higher_one_evens_them_out() {
        let opinion = Opinion { shares: vec![0.9, 0.1, 0.0], method: ConfidenceMethod::Logprob, tokens: 1 };
        assert_eq!(opinion.scores(1.0).probabilities, opinion.shares);
        let softer = opinion.scores(2.0).probabilities;
        assert!((softer[0] - 0.75).abs() < 1e-6 && softer[2] == 0.0, "{softer:?}");
        let none = Opinion { shares: vec![0.0, 0.0], ..opinion };
        assert!(none.scores(0.5).probabilities.iter().all(|share| share.is_finite()));
    }
}
