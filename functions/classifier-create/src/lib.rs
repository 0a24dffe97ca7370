//! Saves a classifier, or the next version of one.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{Classifier, ClassifierCreate};
use contract::clock::seconds;
use contract::endpoints::CLASSIFIER_CREATE;
use store::{Guard, NewVersion, TransactionError, next_version};

pub fn function() -> Function {
    Function::http(CLASSIFIER_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<ClassifierCreate>) -> Result<Response<Classifier>, ApiError> {
    let (account, name, now_ms) = (cx.account().to_owned(), req.name.clone(), cx.now_ms());
    let head = cx.store.classifiers().head(&account, &name).await?;
    let new = NewVersion {
        mode: req.mode.unwrap_or_default(),
        definition: req.definition(),
        threshold: req.threshold,
    };
    let answer = Classifier {
        name: name.clone(),
        version: next_version(head.as_ref()),
        mode: new.mode,
        definition: new.definition.clone(),
        threshold: new.threshold,
        temperature: None,
        created_at: seconds(now_ms),
    };
    let commit = Commit::default()
        .write(move |store, all| {
            store.classifiers().create(all, (&account, &name), head.as_ref(), &new, now_ms).map(drop)
        })
        .or(changed);
    Ok(Response::from(answer).commit(commit))
}

fn changed(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Classifier).map(|_| ApiError::new(ErrorKind::ClassifierChanged))
}
