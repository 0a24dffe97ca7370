//! One label out of some, with a confidence for each.
//!
//! With probabilities: labels are letters, the model writes one token, and the probabilities of the letters among its twenty best
//! alternatives are renormalised. It is asked twice at the same time, with the labels in their order and in the reverse one, and the mean
//! is taken: models prefer letters and places for themselves (Zheng et al., "Large Language Models Are Not Robust Multiple Choice
//! Selectors", ICLR 2024), and to reverse the order takes away most of it for twice the input tokens.
//!
//! Without: five votes drawn at temperature 1, each with the labels rotated. A confidence is the share of votes under a Dirichlet prior of
//! total weight 1 spread evenly over the labels (Perks): five of five are not certainty.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use futures::future::join_all;

use crate::client::End;
use crate::letters::{named, option, probabilities};
use crate::{Answer, Finish, Hosted, HostedError, Picture, Prompt, Usage, Wire, wording};

/// Labels of one question at most: wires give twenty alternatives. Who has more chooses twenty first, by a text encoder say.
pub const MAX_LABELS: usize = 20;

/// Alternatives asked for.
pub(crate) const ALTERNATIVES: u8 = 20;

/// Votes where there are no probabilities.
pub(crate) const VOTES: usize = 5;

/// Of these, how many must name a label.
pub(crate) const LEAST_VOTES: usize = 3;

/// Tokens for a model that thinks before it votes.
const ROOM_TO_THINK: u32 = 2048;

/// What is to be judged. All of it is data.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The text; may be empty beside pictures.
    pub text: &'a str,
    /// Pictures, in a format that the wire takes.
    pub pictures: &'a [Picture],
    /// What kind of text it is, as "support ticket".
    pub text_type: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// A text alone.
    pub const fn text(text: &'a str) -> Self {
        Self { text, pictures: &[], text_type: None }
    }
}

/// A label and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it means.
    pub description: Option<&'a str>,
    /// Texts that it fits. All of them are sent: the caller chooses a few.
    pub examples: &'a [&'a str],
}

impl<'a> Label<'a> {
    /// A label that its name explains.
    pub const fn named(name: &'a str) -> Self {
        Self { name, description: None, examples: &[] }
    }
}

/// What a model thinks of each label.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// In the order of the labels, 0..1. Of [`Hosted::choose`] with more than one label they add up to 1. Not calibrated.
    pub confidences: Vec<f32>,
    /// Where they come from.
    pub method: ConfidenceMethod,
    /// Tokens of all questions together.
    pub usage: Usage,
}

/// Where a confidence comes from: `confidence_method` of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceMethod {
    /// The probabilities of tokens.
    Logprob,
    /// The share of votes.
    Vote,
}

impl Hosted {
    /// How well each of 1..=20 labels fits, where one of them does. Of a single label it is the probability that it applies.
    pub async fn choose(
        &self,
        subject: &Subject<'_>,
        labels: &[Label<'_>],
        deadline: Option<Instant>,
    ) -> Result<Judgement, HostedError> {
        if labels.is_empty() || labels.len() > MAX_LABELS {
            return Err(HostedError::Unsuitable("it chooses among 1 to 20 labels"));
        }
        if labels.len() == 1 {
            return self.tag(subject, labels, deadline).await;
        }
        let end = self.end(deadline);
        let mut usage = Usage::default();
        if self.has_probabilities() {
            let read = self.by_probabilities(subject, labels, end, &mut usage).await?;
            if let Some(confidences) = read {
                return Ok(Judgement { confidences, method: ConfidenceMethod::Logprob, usage });
            }
        }
        let confidences = self.by_votes(subject, labels, end, &mut usage).await?;
        Ok(Judgement { confidences, method: ConfidenceMethod::Vote, usage })
    }

    /// As far as is known by now.
    pub(crate) fn has_probabilities(&self) -> bool {
        matches!(self.config().wire, Wire::OpenAi | Wire::Gemini) && !self.votes().load(Relaxed)
    }

    /// `None` where the answer had no probabilities, or none of letters. One of the two orders is enough.
    async fn by_probabilities(
        &self,
        subject: &Subject<'_>,
        labels: &[Label<'_>],
        end: End,
        usage: &mut Usage,
    ) -> Result<Option<Vec<f32>>, HostedError> {
        let forward: Vec<usize> = (0..labels.len()).collect();
        let backward: Vec<usize> = forward.iter().rev().copied().collect();
        let orders = [forward, backward];
        let answers = join_all(orders.iter().map(|order| {
            let prompt = Prompt { alternatives: ALTERNATIVES, ..wording::choose(subject, labels, order) };
            async move { self.complete_by(&prompt, end).await }
        }))
        .await;
        let mut sum = vec![0.0; labels.len()];
        let mut read = 0.0;
        let mut failure = None;
        let mut answered = false;
        for (order, answer) in orders.iter().zip(answers) {
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            answered = true;
            *usage += answer.usage;
            let letters =
                |alternatives| probabilities(alternatives, labels.len(), |word| option(word, labels.len()));
            if let Some(shares) = self.first_token(&answer)?.and_then(letters) {
                order.iter().zip(shares).for_each(|(label, share)| sum[*label] += share);
                read += 1.0;
            }
        }
        match failure {
            Some(error) if !answered => Err(error),
            _ if read == 0.0 => Ok(None),
            _ => Ok(Some(sum.iter().map(|share| share / read).collect())),
        }
    }

    /// The alternatives of the first token. Where there are none, the model is not asked for them again.
    pub(crate) fn first_token<'a>(
        &self,
        answer: &'a Answer,
    ) -> Result<Option<&'a [crate::Token]>, HostedError> {
        if answer.finish == Finish::Refused {
            return Err(refused());
        }
        if answer.tokens.iter().all(Vec::is_empty) {
            self.votes().store(true, Relaxed);
        }
        Ok(answer.tokens.first().map(Vec::as_slice))
    }

    async fn by_votes(
        &self,
        subject: &Subject<'_>,
        labels: &[Label<'_>],
        end: End,
        usage: &mut Usage,
    ) -> Result<Vec<f32>, HostedError> {
        let ask = |order: &[usize]| Prompt { max_tokens: 16, ..wording::choose(subject, labels, order) };
        let votes = self.votes_of(labels.len(), ask, end, usage, |text| {
            named(text, labels.len()).first().map(|option| vec![*option])
        });
        let (counts, cast) = votes.await?;
        let labels = labels.len() as f32;
        Ok(counts.iter().map(|count| (count + 1.0 / labels) / (cast + 1.0)).collect())
    }

    /// Votes for each label, and how many were cast. `read` gives the options that an answer names; `None` makes it no vote.
    pub(crate) async fn votes_of(
        &self,
        labels: usize,
        ask: impl Fn(&[usize]) -> Prompt,
        end: End,
        usage: &mut Usage,
        read: impl Fn(&str) -> Option<Vec<usize>>,
    ) -> Result<(Vec<f32>, f32), HostedError> {
        let orders: Vec<Vec<usize>> = (0..VOTES)
            .map(|vote| (0..labels).map(|place| (place + vote * labels / VOTES) % labels).collect())
            .collect();
        let answers = join_all(orders.iter().map(|order| self.with_room(ask(order), end))).await;
        let mut counts = vec![0.0; labels];
        let mut cast = 0;
        let mut failure = None;
        for (order, answer) in orders.iter().zip(answers) {
            match answer {
                Ok(answer) if answer.finish == Finish::Refused => {
                    failure.get_or_insert(refused());
                }
                Ok(answer) => {
                    *usage += answer.usage;
                    if let Some(options) = read(&answer.text) {
                        cast += 1;
                        options.iter().for_each(|option| counts[order[*option]] += 1.0);
                    }
                }
                Err(error) => {
                    failure.get_or_insert(error);
                }
            }
        }
        if cast >= LEAST_VOTES {
            return Ok((counts, cast as f32));
        }
        let reason = "it does not answer with labels".to_owned();
        Err(failure.unwrap_or(HostedError::Failed { reason, cause: None }))
    }

    /// A short answer. One that came back empty at its limit went into thoughts: it is asked for again with room for them.
    async fn with_room(&self, prompt: Prompt, end: End) -> Result<Answer, HostedError> {
        let roomy = Prompt { max_tokens: ROOM_TO_THINK, ..prompt.clone() };
        if self.thinks().load(Relaxed) {
            return self.complete_by(&roomy, end).await;
        }
        let answer = self.complete_by(&prompt, end).await?;
        if answer.finish != Finish::Length || !answer.text.trim().is_empty() {
            return Ok(answer);
        }
        self.thinks().store(true, Relaxed);
        let first = answer.usage;
        let mut answer = self.complete_by(&roomy, end).await?;
        answer.usage += first;
        Ok(answer)
    }
}

fn refused() -> HostedError {
    HostedError::Failed { reason: "it refused to answer".to_owned(), cause: None }
}
