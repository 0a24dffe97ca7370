//! Accepts an edit for the worker. The task, the hand-over of the hold and the kept answer are one transaction; the
//! message follows it, and the sweep sends what is lost in between.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::clock::micros;
use contract::endpoints::IMAGE_EDIT_ASYNC;
use contract::images::EditRequest;
use contract::price::PRICES;
use contract::tasks::Task;
use serde_json::Value;
use store::{NewTask, TaskRecord};

/// Bytes of a request that are stored: an item of DynamoDB holds 400 KB, and the answer is kept beside it.
const LONGEST_REQUEST: usize = 100_000;

pub fn function() -> Function {
    Function::http(IMAGE_EDIT_ASYNC, handle).quoted(|_: &EditRequest| PRICES.image_edit)
}

async fn handle(cx: Cx, req: Request<EditRequest>) -> Result<Response<Task>, ApiError> {
    let hold = cx.hold.clone().ok_or_else(|| ApiError::internal("a priced call came without its hold"))?;
    let request: Value = serde_json::from_slice(&req.sent).map_err(ApiError::internal)?;
    let stored = request.to_string();
    if stored.len() > LONGEST_REQUEST {
        return Err(ApiError::because(
            ErrorKind::BodyTooLarge,
            "The request is too large to be kept for the worker.",
        ));
    }
    let output = req.output();
    storages::accepted(&cx, cx.account(), &req.input, output.destination.as_deref()).await?;
    if let Some(id) = uploads::id_of(&req.input) {
        // What the worker reads is what is there now, or nothing.
        uploads::pin(&cx, cx.account(), id).await?;
    }
    let task = TaskRecord::new(NewTask {
        account: cx.account().to_owned(),
        hold,
        // Why not the bytes: a body may be a megabyte of spaces, an item of DynamoDB not.
        request: stored,
        base_url: cx.base_url.clone(),
        prefix: cx.prefix.to_owned(),
        created_at_ms: cx.now_ms(),
    });
    let answer = Task {
        id: task.id,
        status: task.status,
        result_url: task.result_url(),
        created_at: micros(task.created_at_ms),
        request,
    };
    let (store, id, message) = (cx.store.clone(), task.id, task.message());
    let send = async move {
        if let Err(error) = store.queues().send_edits(&[message], 0).await {
            tracing::warn!(task = id, error = %error, "message not sent; the sweep will");
        }
    };
    let commit =
        Commit::default().hand_over().write(move |store, all| store.tasks().create(all, &task)).then(send);
    Ok(Response::from(answer).commit(commit))
}
