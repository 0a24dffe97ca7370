//! Edits the pictures of accepted tasks. Safe to repeat and to kill between any two lines: it works under a lease, and the
//! result, the state and the money are committed together or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{ApiError, Function, Platform, WorkerError};
use contract::clock::micros;
use contract::images::EditRequest;
use contract::price::PRICES;
use contract::resources::EDIT_WORKER;
use contract::tasks::TaskError;
use editing::{Destination, Editor, Name, Stored, Way, store_result};
use serde_json::json;
use store::{Message, TaskRecord, Verdict};

/// Seconds of work on one task; the rest of the function's timeout is for the commit.
const WORK_SECONDS: u64 = 120;
/// Seconds after which another worker may take the task: this one is surely gone.
const LEASE_SECONDS: i64 = EDIT_WORKER.timeout_seconds as i64;

pub fn function() -> Function {
    Function::queue(EDIT_WORKER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: Message = serde_json::from_str(&body).map_err(WorkerError::new)?;
    let lease = uuid::Uuid::new_v4().to_string();
    let now_ms = platform.now_ms();
    let begun =
        platform.store.tasks().begin(message.task, &lease, now_ms, now_ms + LEASE_SECONDS * 1000).await?;
    // Nothing to do: it has ended, or another worker is at it.
    let Some(task) = begun else { return Ok(()) };
    match work(&platform, &task, &lease).await {
        Ok(()) => Ok(()),
        Err(error) => {
            platform.store.tasks().give_back(task.id, &lease, platform.now_ms()).await?;
            Err(error)
        }
    }
}

/// Fails only for faults that may pass; what is wrong with the input ends the task.
async fn work(platform: &Platform, task: &TaskRecord, lease: &str) -> Result<(), WorkerError> {
    let request: EditRequest =
        serde_json::from_str(&without_nulls(&task.request)?).map_err(WorkerError::new)?;
    let verdict = match edit(platform, task, &request).await {
        Ok(Stored { data, object }) => {
            let result = json!({"input_object": data.input, "output_object": data.output, "profiling": data.profiling});
            Verdict::Done { result: result.to_string(), object, charge: PRICES.image_edit }
        }
        Err(error)
            if error.kind.row().status >= 500 && error.kind != contract::ErrorKind::DeadlineExceeded =>
        {
            return Err(WorkerError::new(error.source.unwrap_or_else(|| error.message.into())));
        }
        Err(error) => Verdict::Error { errors: errors(&error, platform.now_ms())? },
    };
    let object = match &verdict {
        Verdict::Done { object, .. } => object.clone(),
        _ => None,
    };
    let won = platform.store.tasks().end(task, Some(lease), verdict, platform.now_ms()).await?;
    platform.task_ended.notify_waiters();
    if let (false, Some(object)) = (won, object) {
        // Cancelled meanwhile, or taken over: the loser leaves nothing behind. Why not in a storage of the caller's either: under the
        // same name there, the winner's result may be the one that lies there now.
        platform.store.results().delete(&object).await?;
    }
    tracing::info!(task = task.id, account = task.account, won, "task worked");
    Ok(())
}

async fn edit(platform: &Platform, task: &TaskRecord, request: &EditRequest) -> Result<Stored, ApiError> {
    let editor = platform.shared(Editor::load)?.behind();
    let deadline = Instant::now() + Duration::from_secs(WORK_SECONDS);
    let (account, output) = (&task.account[..], request.output());
    let mark = format!("task-{}", task.id);
    let destination = Destination::open(platform, account, &output, mark, deadline).await?;
    let edited = editor
        .edit_uri((platform, account), &request.input, request.operations.clone(), output, deadline)
        .await?;
    let (base_url, name) = (&task.base_url[..], Name::OfInput(&request.input));
    let way = Way { account, base_url, name, destination: destination.as_ref(), deadline };
    store_result(platform, way, edited).await
}

/// `null` means absent, in what is typed; the echo keeps the body as it was sent.
fn without_nulls(request: &str) -> Result<String, WorkerError> {
    let mut value: serde_json::Value = serde_json::from_str(request).map_err(WorkerError::new)?;
    contract::validate::drop_nulls(&mut value);
    Ok(value.to_string())
}

fn errors(error: &ApiError, now_ms: i64) -> Result<String, WorkerError> {
    let sentence = match error.faults.as_slice() {
        [] => error.message.clone(),
        faults => contract::wording::sentence(faults, contract::wording::pydantic_v1),
    };
    let errors = [TaskError { error: sentence, created_at: micros(now_ms), input_object: None }];
    serde_json::to_string(&errors).map_err(WorkerError::new)
}
