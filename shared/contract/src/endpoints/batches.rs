//! Batch jobs.

use serde_json::json;

use crate::classification::{
    BatchCreate, BatchUpload, JobDeleted, JobRef, JobReport, JobResults, JobRow, JobState,
};
use crate::endpoint::{Endpoint, Nothing, Size};
use crate::limits::LimitClass;
use crate::resources::Needs::{
    Announce, BatchFiles, BatchQueue, ClassifiersRead, DeliveryQueue, FileKeys, HostedModel, Jobs, OwnEncoder,
};
use crate::{ErrorKind, Family, Scope};

pub const BATCH_CREATE: Endpoint<BatchCreate, BatchUpload> = Endpoint::post("batch-create", "/v1/batch")
    .family(Family::Classification)
    .scope(Scope::Jobs)
    .summary("A batch job, and where its file is uploaded")
    .limit(LimitClass::BatchCreate)
    .creates()
    .needs(&[Jobs, ClassifiersRead, BatchFiles, FileKeys])
    .secret_answer()
    .example(|| json!({"labels": ["billing", "technical", "sales"], "mode": "single", "priority": "fast"}))
    .fails(&[ErrorKind::ClassifierNotFound]);

pub const BATCH_LIST: Endpoint<Nothing, Vec<JobRow>> = Endpoint::get("batch-list", "/v1/batch")
    .family(Family::Classification)
    .scope(Scope::Jobs)
    .summary("The 20 newest batch jobs, newest first")
    .needs(&[Jobs]);

pub const BATCH_GET: Endpoint<JobRef, JobReport> = Endpoint::get("batch-get", "/v1/batch/{job_id}")
    .family(Family::Classification)
    .scope(Scope::Jobs)
    .summary("A batch job: its state, counters and cost so far")
    .needs(&[Jobs])
    .fails(&[ErrorKind::JobNotFound]);

pub const BATCH_UPLOAD: Endpoint<JobRef, BatchUpload> =
    Endpoint::post("batch-upload", "/v1/batch/{job_id}/upload")
        .family(Family::Classification)
        .scope(Scope::Jobs)
        .summary("Fresh upload fields for a batch job that has not started")
        .no_body()
        .needs(&[Jobs, BatchFiles, FileKeys])
        .secret_answer()
        .fails(&[ErrorKind::JobNotFound, ErrorKind::JobState]);

pub const BATCH_START: Endpoint<JobRef, JobState> = Endpoint::post("batch-start", "/v1/batch/{job_id}/start")
    .family(Family::Classification)
    .scope(Scope::Jobs)
    .summary("Start a batch job whose file is uploaded, or one that failed")
    .no_body()
    .accepts()
    .size(Size::Models)
    .needs(&[Jobs, BatchQueue, BatchFiles, HostedModel, OwnEncoder])
    .fails(&[
        ErrorKind::JobNotFound,
        ErrorKind::UploadMissing,
        ErrorKind::JobState,
        ErrorKind::BatchConcurrencyLimit,
        ErrorKind::InsufficientCredits,
        ErrorKind::SpendCapReached,
    ]);

pub const BATCH_RESULTS: Endpoint<JobRef, JobResults> =
    Endpoint::get("batch-results", "/v1/batch/{job_id}/results")
        .family(Family::Classification)
        .scope(Scope::Jobs)
        .summary("Links to the results of a batch job that has ended")
        .needs(&[Jobs, BatchFiles])
        .fails(&[ErrorKind::JobNotFound, ErrorKind::JobState]);

pub const BATCH_CANCEL: Endpoint<JobRef, JobState> =
    Endpoint::post("batch-cancel", "/v1/batch/{job_id}/cancel")
        .family(Family::Classification)
        .scope(Scope::Jobs)
        .summary("Cancel a batch job; lines that are done are kept and charged")
        .no_body()
        .accepts()
        .needs(&[Jobs, BatchQueue, Announce, DeliveryQueue])
        .fails(&[ErrorKind::JobNotFound, ErrorKind::JobState]);

pub const BATCH_DELETE: Endpoint<JobRef, JobDeleted> = Endpoint::delete("batch-delete", "/v1/batch/{job_id}")
    .family(Family::Classification)
    .scope(Scope::Jobs)
    .summary("Delete a batch job with its files")
    .needs(&[Jobs, BatchFiles])
    .fails(&[ErrorKind::JobNotFound, ErrorKind::JobState]);
