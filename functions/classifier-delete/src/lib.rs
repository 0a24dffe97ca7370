//! Deletes a classifier. Its numbers are never given to other versions.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{ClassifierDeleted, ClassifierName, ClassifierRef};
use contract::endpoints::CLASSIFIER_DELETE;
use store::{Guard, TransactionError};

pub fn function() -> Function {
    Function::http(CLASSIFIER_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<ClassifierRef>) -> Result<Response<ClassifierDeleted>, ApiError> {
    let unknown = || ApiError::new(ErrorKind::ClassifierNotFound);
    let named = ClassifierName::parse(&req.name).filter(|named| named.version.is_none());
    let name = named.ok_or_else(unknown)?.name;
    let head = cx.store.classifiers().head(cx.account(), &name).await?;
    let head = head.filter(|head| !head.deleted).ok_or_else(unknown)?;
    let (store, deleted) = (cx.store.clone(), head.clone());
    let commit = Commit::default()
        .write(move |store, all| store.classifiers().delete(all, &head))
        .or(changed)
        .then(async move {
            // What is left over by a failure is shown to nobody.
            if let Err(error) = store.classifiers().clear(&deleted).await {
                tracing::warn!(classifier = deleted.name, %error, "versions of a deleted classifier are left");
            }
        });
    Ok(Response::from(ClassifierDeleted { name, deleted: true }).commit(commit))
}

fn changed(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Classifier).map(|_| ApiError::new(ErrorKind::ClassifierChanged))
}
