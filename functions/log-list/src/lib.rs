//! The account's calls, newest first.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Fault;
use contract::clock::parse_rfc3339;
use contract::endpoints::LOG_LIST;
use contract::platform::keys::Page;
use contract::platform::logs::{LogQuery, LogRow};
use store::LogFilter;

const PAGE: u32 = 50;

pub fn function() -> Function {
    Function::http(LOG_LIST, handle)
}

async fn handle(cx: Cx, req: Request<LogQuery>) -> Result<Response<Page<LogRow>>, ApiError> {
    let (now_ms, logs) = (cx.now_ms(), cx.store.logs());
    let filter = filter(&req, now_ms);
    if let Some(id) = &req.request_id {
        let found = logs.of_request(cx.account(), id, &filter, now_ms).await?;
        return Ok(Page { data: found.into_iter().collect(), next_cursor: None }.into());
    }
    let limit = req.limit.unwrap_or(PAGE) as usize;
    let page = logs.find(cx.account(), &filter, limit, req.cursor.as_deref(), now_ms).await?;
    let (data, next_cursor) =
        page.ok_or_else(|| ApiError::invalid(vec![Fault::other("cursor", "is no cursor of this list")]))?;
    Ok(Page { data, next_cursor }.into())
}

fn filter(query: &LogQuery, now_ms: i64) -> LogFilter {
    let ms = |at: &Option<String>| at.as_deref().and_then(parse_rfc3339).map(|at| at.saturating_mul(1000));
    LogFilter {
        from_ms: ms(&query.from).unwrap_or(0),
        // Why plus one: the call that asks is made in this millisecond, and the last one perhaps too.
        to_ms: ms(&query.to).unwrap_or(now_ms + 1),
        status: query.statuses(),
        route: query.route.clone(),
        key_id: query.key.clone(),
    }
}
