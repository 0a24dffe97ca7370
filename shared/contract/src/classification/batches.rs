//! Batch jobs: a file of lines that is classified in the background.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Definition, Mode, Options, Priority};
use crate::Credits;
use crate::fault::{Check, Fault};
use crate::limits::MAX_CLASSIFIER_BYTES;

/// `POST /v1/batch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct BatchCreate {
    /// 1 to 200, unique, each 1 to 100 characters. Required unless `classifier` is given.
    pub labels: Option<Vec<String>>,
    /// A saved classifier: `name` (its latest version) or `name@v2`.
    pub classifier: Option<String>,
    /// Label → what it means.
    pub descriptions: Option<BTreeMap<String, String>>,
    /// Label → texts it fits, at most 100 a label.
    pub examples: Option<BTreeMap<String, Vec<String>>>,
    /// What the texts are, such as "support ticket".
    #[schemars(length(min = 1, max = 100))]
    pub text_type: Option<String>,
    /// `single` (exactly one label, the default) or `multi` (any number).
    pub mode: Option<Mode>,
    /// With `multi`: labels with this confidence or more are given. Absent: that of the classifier, else 0.5.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    /// Absent: `standard`. The price is the same.
    pub priority: Option<Priority>,
}

/// Where a job's file is sent: a form with these fields and then the part `file`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BatchUpload {
    pub job_id: String,
    pub upload_url: String,
    /// Every one of them goes into the form, before the file.
    pub upload_fields: BTreeMap<String, String>,
    /// The same as `upload_fields.key`.
    pub input_key: String,
    pub upload_expires_at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    Pending,
    Processing,
    Cancelling,
    Cancelled,
    Completed,
    Failed,
}

/// `/v1/batch/{job_id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobRef {
    pub job_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobState {
    pub job_id: String,
    pub status: JobStatus,
}

/// A job in the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobRow {
    pub job_id: String,
    pub status: JobStatus,
    /// Lines that are not blank; until all are counted an estimate.
    pub requests_total: u64,
    /// Lines that are done, failed ones included.
    pub requests_completed: u64,
    pub created_at: String,
}

/// `GET /v1/batch/{job_id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobReport {
    pub job_id: String,
    pub status: JobStatus,
    /// Lines that are not blank; until all are counted an estimate.
    pub requests_total: u64,
    /// Lines that are done, failed ones included.
    pub requests_completed: u64,
    pub requests_failed: u64,
    /// From a sample, at the start.
    pub estimated_tokens: Option<u64>,
    /// Null until the job has ended.
    pub actual_tokens: Option<u64>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    /// Why the job failed.
    pub error: Option<String>,
    /// Charged so far.
    pub credits: Credits,
    pub mode: Mode,
    /// Seconds until the end at the rate so far, while the job is processed.
    pub eta_seconds: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobResults {
    pub job_id: String,
    /// The result lines, one a line of the input that is not blank, in its order. Good for an hour.
    pub download_url: String,
    /// The first 100,000 failed lines with their numbers; null where none failed.
    pub errors_url: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct JobDeleted {
    pub job_id: String,
    pub deleted: bool,
}

impl JobStatus {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Whether a worker may still change the job.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Processing | Self::Cancelling)
    }
}

impl BatchCreate {
    fn options(&self) -> Options {
        Options {
            labels: self.labels.clone(),
            classifier: self.classifier.clone(),
            descriptions: self.descriptions.clone(),
            examples: self.examples.clone(),
            text_type: self.text_type.clone(),
            ..Options::default()
        }
    }

    pub fn definition(&self) -> Definition {
        self.options().definition()
    }
}

impl Check for BatchCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        self.options().check(faults);
        let bytes = serde_json::to_string(&self.definition()).map_or(usize::MAX, |text| text.len());
        if bytes > MAX_CLASSIFIER_BYTES {
            let sentence = format!("labels, descriptions and examples are over {MAX_CLASSIFIER_BYTES} bytes");
            faults.push(Fault::other("", sentence));
        }
    }
}

impl Check for JobRef {}
