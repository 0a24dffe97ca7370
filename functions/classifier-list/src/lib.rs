//! All classifiers of the account, each in its latest version.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Fault;
use contract::classification::{Classifier, ClassifierName};
use contract::endpoints::CLASSIFIER_LIST;
use contract::platform::keys::{Page, PageQuery};

/// Classifiers of a page: few, since each may take 300 kB.
const PAGE: u32 = 10;

pub fn function() -> Function {
    Function::http(CLASSIFIER_LIST, handle)
}

async fn handle(cx: Cx, req: Request<PageQuery>) -> Result<Response<Page<Classifier>>, ApiError> {
    let pinned = |cursor: &str| ClassifierName::parse(cursor).is_none_or(|name| name.version.is_some());
    if req.cursor.as_deref().is_some_and(pinned) {
        return Err(ApiError::invalid(vec![Fault::other("cursor", "is no cursor of this list")]));
    }
    let classifiers = cx.store.classifiers();
    let limit = req.limit.unwrap_or(PAGE) as usize;
    let (heads, mut next_cursor) = classifiers.list(cx.account(), limit, req.cursor.as_deref()).await?;
    let (mut data, mut bytes) = (Vec::with_capacity(heads.len()), 0);
    for head in heads {
        let Some(latest) = classifiers.version(&head, head.latest).await? else { continue };
        bytes += serde_json::to_string(&latest).map_or(0, |text| text.len());
        data.push(latest);
        // Why: a Lambda answers with 6 MB at most.
        if bytes > MOST_BYTES {
            next_cursor = Some(head.name);
            break;
        }
    }
    Ok(Page { data, next_cursor }.into())
}

/// Bytes of JSON after which a page ends.
const MOST_BYTES: usize = 4_000_000;
