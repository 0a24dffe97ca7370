//! What a job does with each text, resolved once: a classifier that changes later changes no job.

use common::{ApiError, Cx};
use contract::ErrorKind;
use contract::classification::{BatchCreate, ClassifierName, Definition, Fits, Mode, Priority};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recipe {
    pub definition: Definition,
    /// What an evaluation of the classifier has fitted.
    pub fits: Fits,
    pub threshold: Option<f64>,
    /// `name@v2`.
    pub classifier: Option<String>,
    pub mode: Mode,
    pub priority: Priority,
}

impl Recipe {
    pub async fn of(cx: &Cx, request: &BatchCreate) -> Result<Self, ApiError> {
        let (mode, priority) = (request.mode, request.priority.unwrap_or_default());
        let Some(name) = &request.classifier else {
            return Ok(Self {
                definition: request.definition(),
                fits: Fits::default(),
                threshold: request.threshold,
                classifier: None,
                mode: mode.unwrap_or_default(),
                priority,
            });
        };
        let unknown = || ApiError::new(ErrorKind::ClassifierNotFound);
        let ClassifierName { name, version } = ClassifierName::parse(name).ok_or_else(unknown)?;
        let found = cx.store.classifiers().find(cx.account(), &name, version).await?;
        let (head, classifier) = found.ok_or_else(unknown)?;
        Ok(Self {
            fits: head.fits(classifier.version),
            threshold: request.threshold.or(classifier.threshold),
            classifier: Some(format!("{name}@v{}", classifier.version)),
            mode: mode.unwrap_or(classifier.mode),
            definition: classifier.definition,
            priority,
        })
    }

    /// Of a job that was made before.
    pub async fn load(store: &Store, job: &str) -> Result<Self, StoreError> {
        let text = store.jobs().request(job).await?;
        let text = text.ok_or_else(|| StoreError::malformed("a job without its request"))?;
        serde_json::from_str(&text).map_err(|_| StoreError::malformed("the request of a job"))
    }

    /// Bytes that the answer to one text takes at most, about.
    pub fn answer_bytes(&self) -> usize {
        let label = |label: &String| label.len() + 48;
        let labels = self.definition.labels.iter().map(label);
        64 + match self.mode {
            Mode::Single => labels.max().unwrap_or(0),
            Mode::Multi => labels.sum(),
        }
    }
}
