//! The bytes behind a link. The type comes from our encoder, and a browser is told to do nothing with it but show it.

use common::{ApiError, Body, Cx, Function, Request, Response};
use contract::endpoints::FILE_GET;
use contract::limits::MAX_STREAMED_FILE;
use contract::platform::service::FileRef;
use contract::{ErrorKind, Raw};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG,
    IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use store::{Object, Read};

/// A position no file reaches, in bytes.
const FARTHEST: u64 = 1 << 50;
/// Why private: the link is a secret of whoever was given it.
const CACHED: &str = "private, max-age=3600";
/// Seconds a redirect's address lives.
const REDIRECT_SECONDS: i64 = 300;

pub fn function() -> Function {
    Function::http(FILE_GET, handle)
}

async fn handle(cx: Cx, req: Request<FileRef>) -> Result<Response<Raw>, ApiError> {
    let missing = || ApiError::new(ErrorKind::FileNotFound);
    let object = cx.file_keys.verify(&req.token, &req.name, cx.now_ms() / 1000).ok_or_else(missing)?;
    if cx.config.in_lambda {
        let size = cx.store.results().size(&object).await?.ok_or_else(missing)?;
        if size > MAX_STREAMED_FILE {
            let url = cx.store.results().link(&object, REDIRECT_SECONDS).await?;
            return Ok(with(Response::raw("text/plain", "").status(302), LOCATION, &url));
        }
    }
    let header = |name| req.headers.get(name).and_then(|value| value.to_str().ok());
    // Ranges are a matter of GET (RFC 9110, 14.2).
    let range = header(RANGE).filter(|_| cx.method == Method::GET).and_then(single_range);
    let found = match (cx.store.results().get(&object, range.as_deref()).await?, header(IF_RANGE)) {
        // Half of another file: the whole of this one is what helps.
        (Read::Found(part), Some(wanted)) if range.is_some() && part.etag.as_deref() != Some(wanted) => {
            cx.store.results().get(&object, None).await?
        }
        (found, _) => found,
    };
    match found {
        Read::Found(object) if is_known(&req.headers, object.etag.as_deref()) => {
            let etag = object.etag.unwrap_or_default();
            let response = Response::raw(object.content_type, "").status(304);
            Ok(with(with(response, ETAG, &etag), CACHE_CONTROL, CACHED))
        }
        Read::Found(object) => Ok(answer(*object)),
        Read::Missing => Err(missing()),
        Read::NotSatisfiable => {
            let size = cx.store.results().size(&object).await?.ok_or_else(missing)?;
            let response = Response::raw("text/plain", "").status(416);
            Ok(with(response, CONTENT_RANGE, &format!("bytes */{size}")))
        }
    }
}

/// Whether `If-None-Match` (RFC 9110, 13.1.2) names the tag: compared weakly; what is no tag names nothing.
fn is_known(headers: &HeaderMap, etag: Option<&str>) -> bool {
    let Some(etag) = etag else { return false };
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // Our tags have no commas, so cutting others in half harms nothing.
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// A single range of bytes in its plainest form. Anything else is ignored, as RFC 9110 (14.2) allows: the answer is the whole.
fn single_range(header: &str) -> Option<String> {
    // Positions beyond any file are brought to where all of them count.
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX).min(FARTHEST))
    };
    let (first, last) = header.strip_prefix("bytes=")?.trim().split_once('-')?;
    match (first, last) {
        ("", last) => Some(format!("bytes=-{}", number(last)?)),
        (first, "") => Some(format!("bytes={}-", number(first)?)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| format!("bytes={first}-{last}"))
        }
    }
}

fn answer(object: Object) -> Response<Raw> {
    let Object { body, length, content_type, etag, content_range } = object;
    let body = Body::Stream {
        body: Box::pin(futures::stream::unfold(body, |mut body| async move {
            let chunk = body.next().await?;
            Some((chunk.map_err(std::io::Error::other), body))
        })),
        length: Some(length),
    };
    let status = if content_range.is_some() { 206 } else { 200 };
    let picture = content_type.starts_with("image/") && !content_type.contains("svg");
    let mut response = Response::raw(content_type, body).status(status);
    for (name, value) in [(ETAG, etag), (CONTENT_RANGE, content_range)] {
        if let Some(value) = value {
            response = with(response, name, &value);
        }
    }
    if !picture {
        response = with(response, CONTENT_DISPOSITION, "attachment");
    }
    response = with(response, CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    response = with(response, CACHE_CONTROL, CACHED);
    with(response, ACCEPT_RANGES, "bytes")
}

fn with(response: Response<Raw>, name: HeaderName, value: &str) -> Response<Raw> {
    match HeaderValue::from_str(value) {
        Ok(value) => response.header(name, value),
        Err(_) => response,
    }
}

#[cfg(test)]
mod tests {
    use super::single_range;

    #[test]
    fn a_range_that_is_not_understood_is_ignored_and_one_beyond_any_file_is_clamped() {
        for ignored in
            ["bytes=0-1,3-4", "bytes=5-2", "bytes=abc", "items=0-1", "bytes 0-1", "bytes=-", "bytes=+1-2"]
        {
            assert_eq!(single_range(ignored), None, "{ignored}");
        }
        assert_eq!(single_range("bytes=0-99").as_deref(), Some("bytes=0-99"));
        assert_eq!(single_range("bytes=-5").as_deref(), Some("bytes=-5"));
        assert_eq!(single_range("bytes=7-").as_deref(), Some("bytes=7-"));
        let beyond = format!("bytes=0-{}", 1u64 << 50);
        assert_eq!(single_range("bytes=0-99999999999999999999"), Some(beyond));
    }
}
