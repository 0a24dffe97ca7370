//! A classifier: its latest version or the one named, and which versions there are.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{ClassifierName, ClassifierRef, ClassifierReport};
use contract::endpoints::CLASSIFIER_GET;

/// Versions that are listed.
const MOST_VERSIONS: usize = 1000;

pub fn function() -> Function {
    Function::http(CLASSIFIER_GET, handle)
}

async fn handle(cx: Cx, req: Request<ClassifierRef>) -> Result<Response<ClassifierReport>, ApiError> {
    let unknown = || ApiError::new(ErrorKind::ClassifierNotFound);
    let ClassifierName { name, version } = ClassifierName::parse(&req.name).ok_or_else(unknown)?;
    let found = cx.store.classifiers().find(cx.account(), &name, version).await?;
    let (head, classifier) = found.ok_or_else(unknown)?;
    let versions = (head.first..=head.latest).rev().take(MOST_VERSIONS).collect();
    Ok(ClassifierReport { classifier, versions }.into())
}
