//! Asynchronous edit tasks as the images family shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Check;
use crate::limits::MAX_WAIT_SECONDS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    Accepted,
    Waiting,
    Processing,
    Paused,
    Done,
    Error,
    Cancelled,
}

impl TaskStatus {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Waiting => "WAITING",
            Self::Processing => "PROCESSING",
            Self::Paused => "PAUSED",
            Self::Done => "DONE",
            Self::Error => "ERROR",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Waiting,
            Self::Processing,
            Self::Paused,
            Self::Done,
            Self::Error,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }

    /// A terminal state is final.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Error | Self::Cancelled)
    }
}

/// The answer to an accepted or cancelled task.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// At most 2^53 - 1, not guessable in sequence.
    pub id: u64,
    pub status: TaskStatus,
    pub result_url: String,
    pub created_at: String,
    /// The body as it was sent.
    pub request: Value,
}

/// The answer to a look at a task.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskReport {
    pub id: u64,
    pub status: TaskStatus,
    pub created_at: String,
    pub request: Value,
    pub errors: Vec<TaskError>,
    /// `{}` until the task is done, then `input_object` and `output_object`.
    pub result: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskError {
    pub error: String,
    pub created_at: String,
    pub input_object: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskRef {
    pub id: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskQuery {
    pub id: u64,
    /// Seconds to hold the answer until the task has ended.
    #[schemars(range(min = 0, max = MAX_WAIT_SECONDS))]
    pub wait: Option<u32>,
}

impl Check for TaskRef {}
impl Check for TaskQuery {}
