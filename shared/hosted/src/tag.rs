//! Every label for itself.
//!
//! With probabilities: one question a label, answered Yes or No with one token. Why not one question with letters: the probabilities of
//! one token add up to 1, so labels would take confidence from each other, while the API promises them to be independent. The questions
//! share their beginning, the text, which servers keep.
//!
//! Without: five votes, each naming the letters of all labels that apply, since five votes a label would be a hundred calls. A
//! confidence is the share of votes under Perks' prior: a weight of one half each for and against.

use std::time::Instant;

use futures::{StreamExt, stream};

use crate::choose::ALTERNATIVES;
use crate::client::End;
use crate::letters::{named, probabilities};
use crate::{
    ConfidenceMethod, Hosted, HostedError, Judgement, Label, MAX_LABELS, Prompt, Subject, Usage, wording,
};

/// Questions of one call at the same time.
const AT_ONCE: usize = 8;

impl Hosted {
    /// For each of 1..=20 labels the probability that it applies.
    pub async fn tag(
        &self,
        subject: &Subject<'_>,
        labels: &[Label<'_>],
        deadline: Option<Instant>,
    ) -> Result<Judgement, HostedError> {
        if labels.is_empty() || labels.len() > MAX_LABELS {
            return Err(HostedError::Unsuitable("it judges 1 to 20 labels"));
        }
        let end = self.end(deadline);
        let mut usage = Usage::default();
        if self.has_probabilities() {
            let read = self.each_label(subject, labels, end, &mut usage).await?;
            if let Some(confidences) = read {
                return Ok(Judgement { confidences, method: ConfidenceMethod::Logprob, usage });
            }
        }
        let ask = |order: &[usize]| Prompt { max_tokens: 96, ..wording::choose_many(subject, labels, order) };
        let read = |text: &str| {
            let options = named(text, labels.len());
            (!options.is_empty() || text.to_lowercase().contains("none")).then_some(options)
        };
        let (counts, cast) = self.votes_of(labels.len(), ask, end, &mut usage, read).await?;
        let confidences = counts.iter().map(|count| (count + 0.5) / (cast + 1.0)).collect();
        Ok(Judgement { confidences, method: ConfidenceMethod::Vote, usage })
    }

    /// `None` where one of the answers had no probability of Yes and No.
    async fn each_label(
        &self,
        subject: &Subject<'_>,
        labels: &[Label<'_>],
        end: End,
        usage: &mut Usage,
    ) -> Result<Option<Vec<f32>>, HostedError> {
        let questions = labels.iter().map(|label| {
            let prompt = Prompt { alternatives: ALTERNATIVES, ..wording::applies(subject, label) };
            async move { self.complete_by(&prompt, end).await }
        });
        // Why a list: the compiler cannot tell of a stream over a borrowing closure that it may change threads.
        let mut answers = stream::iter(questions.collect::<Vec<_>>()).buffered(AT_ONCE);
        let mut confidences = Vec::with_capacity(labels.len());
        while let Some(answer) = answers.next().await {
            let answer = answer?;
            *usage += answer.usage;
            let read = self.first_token(&answer)?.and_then(|token| probabilities(token, 2, yes_or_no));
            let Some(shares) = read else { return Ok(None) };
            confidences.push(shares[0]);
        }
        Ok(Some(confidences))
    }
}

fn yes_or_no(word: &str) -> Option<usize> {
    match word {
        "Yes" | "yes" | "YES" => Some(0),
        "No" | "no" | "NO" => Some(1),
        _ => None,
    }
}
