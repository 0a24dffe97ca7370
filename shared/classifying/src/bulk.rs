//! Many texts at a time for batch jobs: no request, no cache, all cores.

use std::sync::Arc;
use std::time::Instant;

use common::{ApiError, Platform};
use contract::ErrorKind;
use contract::classification::{Definition, Fits, Mode, Priority, TagLabel};
use futures::{StreamExt, TryStreamExt, stream};
use language::Tier;

use crate::judge::{self, HostedModel, Made};
use crate::piece::{Piece, Recipe, late, make, overhead};
use crate::resolve::{Resolved, usable};
use crate::work::{DEFAULT_THRESHOLD, Operation, Work};
use engine::Engine;

/// Texts that one core works on at a time.
const GROUP: usize = 256;

/// How texts are to be worked on.
#[derive(Debug, Clone)]
pub struct BulkRecipe {
    pub definition: Definition,
    pub fits: Fits,
    pub threshold: Option<f64>,
    pub classifier: Option<String>,
    pub mode: Mode,
    pub priority: Priority,
}

/// What one text came to.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkAnswer {
    /// One, or of mode `multi` any number.
    pub labels: Vec<TagLabel>,
    pub tokens: u32,
}

/// Works on texts with the same labels.
#[derive(Clone)]
pub struct Bulk {
    engine: Arc<Engine>,
    work: Arc<Work>,
}

impl Bulk {
    /// With the hosted model for `standard` where there is one, as single calls.
    pub fn new(platform: &Platform, recipe: BulkRecipe) -> Result<Self, ApiError> {
        let engine = platform.shared(Engine::new)?;
        let hosted = engine.hosted().filter(|_| recipe.priority == Priority::Standard);
        let work = Work {
            account: String::new(),
            background: true,
            local: platform.config.local_model(recipe.priority).to_owned(),
            operation: match recipe.mode {
                Mode::Single => Operation::Classify,
                Mode::Multi => Operation::Tag,
            },
            threshold: recipe.threshold.unwrap_or(DEFAULT_THRESHOLD),
            resolved: Resolved {
                definition: recipe.definition,
                fits: usable(recipe.fits, platform),
                threshold: recipe.threshold,
                classifier: recipe.classifier,
            },
            priority: recipe.priority,
            tier: match recipe.priority {
                Priority::Standard => Tier::Standard,
                Priority::Fast => Tier::Fast,
            },
            hosted: hosted.map(HostedModel::of),
            explain: false,
            batch: true,
            inputs: None,
            pieces: Vec::new(),
            items: Vec::new(),
        };
        Ok(Self { engine, work: Arc::new(work) })
    }

    /// Whether another machine works on the texts, one by one, and no rate is known yet.
    pub fn is_hosted(&self) -> bool {
        self.work.hosted.is_some()
    }

    /// The tokens that all texts are billed for together.
    pub async fn count(&self, texts: &Arc<[String]>) -> Result<u64, ApiError> {
        let counts = (0..texts.len()).step_by(GROUP).map(|start| {
            let (texts, work, engine) = (texts.clone(), self.work.clone(), self.engine.clone());
            async move {
                engine
                    .run(move |language| {
                        let each = u64::from(overhead(language, &work.resolved.definition));
                        let group = texts.iter().skip(start).take(GROUP);
                        Ok(group.map(|text| u64::from(language.tokens(text)) + each).sum::<u64>())
                    })
                    .await
            }
        });
        let counts: Vec<_> = counts.collect();
        stream::iter(counts)
            .buffer_unordered(self.engine.threads())
            .try_fold(0, async |sum, count| Ok(sum + count))
            .await
    }

    /// The labels of each text, or why it has none. Fails where nothing can be said of any.
    pub async fn classify(
        &self,
        texts: &Arc<[String]>,
        deadline: Instant,
    ) -> Result<Vec<Result<BulkAnswer, &'static str>>, ApiError> {
        let groups = (0..texts.len()).step_by(GROUP).map(|start| {
            let group: Vec<String> = texts.iter().skip(start).take(GROUP).cloned().collect();
            self.clone().group(group, deadline)
        });
        let groups: Vec<_> = groups.collect();
        let groups: Vec<Vec<_>> = stream::iter(groups).buffered(self.engine.threads()).try_collect().await?;
        Ok(groups.into_iter().flatten().collect())
    }

    async fn group(
        self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> Result<Vec<Result<BulkAnswer, &'static str>>, ApiError> {
        let recipe = Recipe { work: self.work.clone(), seen: None, deadline };
        let answer = |piece: Piece| BulkAnswer { labels: piece.labels, tokens: piece.tokens };
        match self.engine.hosted().filter(|_| self.work.hosted.is_some()) {
            None => {
                let pieces = make(self.engine.clone(), recipe, texts).await?;
                // What was not reached in time is tried again later, with its shard.
                pieces
                    .into_iter()
                    .map(|piece| piece.map(|piece| Ok(answer(piece))).ok_or_else(late))
                    .collect()
            }
            Some(hosted) => {
                let made = judge::make(self.engine.clone(), hosted, recipe, None, texts).await?;
                let mut answers = Vec::with_capacity(made.len());
                for made in made {
                    answers.push(match made {
                        Made::Fresh(piece) | Made::Instead(piece) => Ok(answer(piece)),
                        // A model that is down or too slow now is no line's fault: the shard is tried again later.
                        Made::Failed(error) if passes(&error) => return Err(error),
                        Made::Failed(error) => Err(crate::answers::reason(&error)),
                    });
                }
                Ok(answers)
            }
        }
    }
}

fn passes(error: &ApiError) -> bool {
    matches!(
        error.kind,
        ErrorKind::ModelUnavailable
            | ErrorKind::DeadlineExceeded
            | ErrorKind::Overloaded
            | ErrorKind::Internal
    )
}
