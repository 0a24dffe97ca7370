//! HTTP to the payload of an HTTP API (format 2.0) and back, as API Gateway does it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Map, Value, json};

use super::Failure;

/// The domain of the API in the payloads, and so of the URLs in answers.
pub(super) const DOMAIN: &str = "api.atelier.test";

/// The event of a call.
pub(super) fn event(parts: &Parts, body: &Bytes) -> Value {
    let path = parts.uri.path();
    let method = parts.method.as_str();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers(&parts.headers),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "test",
            "domainName": DOMAIN,
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "test",
            },
            "requestId": "test",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "isBase64Encoded": false,
    });
    if !body.is_empty() {
        // What is text by its media type travels as text, everything else as base64.
        let media = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_text = media.is_none_or(|media| media.starts_with("text/") || media.contains("json"));
        match std::str::from_utf8(body).ok().filter(|_| is_text) {
            Some(text) => event["body"] = text.into(),
            None => {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// Names in lower case; of a name sent twice the values stand in one, with a comma between.
fn headers(headers: &HeaderMap) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for name in headers.keys() {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        all.insert(name.as_str().to_owned(), values.join(",").into());
    }
    all.into()
}

/// The response of a function's answer.
pub(super) fn response(answer: &Value) -> Result<Response<Full<Bytes>>, Failure> {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let body = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => Bytes::from(STANDARD.decode(body)?),
        _ => Bytes::from(body.to_owned()),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(status.ok_or("an answer without a status")?)?;
    let single = answer["headers"].as_object().into_iter().flatten().map(|(name, value)| (name, vec![value]));
    let multiple = answer["multiValueHeaders"].as_object().into_iter().flatten();
    let multiple = multiple.map(|(name, values)| (name, values.as_array().into_iter().flatten().collect()));
    for (name, values) in single.chain(multiple) {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        for value in values {
            let value = value.as_str().ok_or("a header that is no text")?;
            response.headers_mut().insert(name.clone(), HeaderValue::from_str(value)?);
        }
    }
    Ok(response)
}
