//! What an answer must look like, by the family of its route. Each function returns the faults it found.

use contract::endpoints::DOCS_ERRORS_PATH;
use contract::{ErrorKind, Family};
use harness::Answer;
use serde_json::Value;

/// What no answer may show: names of the cloud, of the stores, of the code.
const LEAKS: [&str; 13] = [
    "arn:",
    "amazonaws",
    "atelier-results",
    "backtrace",
    "credential",
    "dynamodb",
    "embedded",
    "panicked",
    "s3://",
    "sqlite",
    "sqs.",
    "src/",
    ".rs:",
];

/// Faults of a refusal: status, body, code, `Retry-After`, leaks. `base_url`: start of the documentation's links.
pub fn of_refusal(family: Family, kind: ErrorKind, answer: &Answer, base_url: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let status = kind.status(family);
    if answer.status != status {
        faults.push(format!("status {} instead of {status}: {}", answer.status, answer.text()));
        return faults;
    }
    if !answer.header("content-type").starts_with("application/json") {
        faults.push(format!("content type {:?}", answer.header("content-type")));
    }
    let retry_after: Option<u64> = answer.header("retry-after").parse().ok();
    if matches!(status, 429 | 503) && retry_after.is_none_or(|seconds| seconds == 0) {
        faults.push(format!("Retry-After {:?}", answer.header("retry-after")));
    }
    // The name of a field of storages.
    let text = answer.text().to_lowercase().replace("parameters.credentials", "");
    faults.extend(
        LEAKS.iter().filter(|word| text.contains(*word)).map(|word| format!("shows {word:?}: {text}")),
    );
    match serde_json::from_slice::<Value>(&answer.body) {
        Err(error) => faults.push(format!("body is no JSON ({error}): {text}")),
        Ok(body) => {
            let fault = match family {
                Family::Images => images(kind, &body),
                Family::Classification | Family::Platform => classification(kind, &body, base_url),
                Family::Extraction => one_sentence(&body, "error"),
                Family::Requests if kind == ErrorKind::Validation => list(&body),
                Family::Requests if kind == ErrorKind::RateLimited => {
                    let expected = serde_json::json!({"detail": "Too many requests", "code": "rate_limited"});
                    (body != expected).then(|| "is not the 429 of requests".to_owned())
                }
                Family::Requests => one_sentence(&body, "detail"),
            };
            faults.extend(fault.map(|fault| format!("{fault}: {body}")));
        }
    }
    faults
}

/// Faults that any answer can have: no request id, no CORS headers, names of the inside.
pub fn of_any(answer: &Answer, behind_gateway: bool) -> Vec<String> {
    let mut faults = Vec::new();
    if uuid::Uuid::parse_str(answer.header("x-request-id")).is_err() {
        faults.push(format!("X-Request-ID {:?}", answer.header("x-request-id")));
    }
    if !behind_gateway {
        faults.extend(of_cors(answer));
    }
    if answer.headers.contains_key("access-control-allow-credentials") {
        faults.push("credentials are allowed to other origins".into());
    }
    faults
}

fn of_cors(answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    if answer.header("access-control-allow-origin") != "*" {
        faults
            .push(format!("Access-Control-Allow-Origin {:?}", answer.header("access-control-allow-origin")));
    }
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    let exposed: Vec<&str> = exposed.split(',').map(str::trim).collect();
    for name in contract::cors::EXPOSED_HEADERS {
        if !exposed.contains(&name.to_lowercase().as_str()) {
            faults.push(format!("{name} is not exposed to other origins"));
        }
    }
    faults
}

fn names(body: &Value) -> Vec<&str> {
    body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn images(kind: ErrorKind, body: &Value) -> Option<String> {
    let error = match kind {
        ErrorKind::RateLimited if names(body) != ["detail"] => {
            return Some("a 429 is not nested under detail".into());
        }
        ErrorKind::RateLimited => &body["detail"],
        _ => body,
    };
    let mut members = names(error);
    members.sort_unstable();
    let (code, error_type) = kind.row().images;
    if members != ["error_code", "error_details", "error_message", "error_type"] {
        return Some(format!("has the members {members:?}"));
    }
    if error["error_code"] != code || error["error_type"] != error_type {
        return Some(format!("is not {code} {error_type}"));
    }
    if error["error_message"].as_str().is_none_or(str::is_empty) || !error["error_details"].is_object() {
        return Some("has no message, or details that are no object".into());
    }
    let details = error["error_details"].as_object().into_iter().flatten();
    for (path, messages) in details {
        let all_text =
            messages.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string));
        if !all_text || path.starts_with("body") {
            return Some(format!("has the detail {path}: {messages}"));
        }
    }
    None
}

fn classification(kind: ErrorKind, body: &Value, base_url: &str) -> Option<String> {
    let mut members = names(body);
    members.retain(|name| *name != "details");
    members.sort_unstable();
    if members != ["code", "detail", "docs_url", "error", "message"] {
        return Some(format!("has the members {members:?}"));
    }
    let code = kind.row().code;
    if body["code"] != code || body["error"] != code.to_lowercase().replace('_', "-") {
        return Some(format!("is not {code}"));
    }
    if body["error"] != code.to_ascii_lowercase().replace('_', "-") {
        return Some(format!("names another error than {code}"));
    }
    let texts = ["error", "message", "detail"].map(|name| body[name].as_str().unwrap_or_default());
    if texts.iter().any(|text| text.is_empty()) || texts[1] != texts[2] {
        return Some("has an empty sentence, or a detail that is not the message".into());
    }
    if let Some(details) = body.get("details") {
        let errors = details["errors"].as_array();
        let whole = |fault: &Value| fault["field"].is_string() && fault["message"].is_string();
        let listed = errors.is_some_and(|all| !all.is_empty() && all.iter().all(whole));
        if !listed || details["field"] != details["errors"][0]["field"] {
            return Some("has details of another form".into());
        }
    }
    let docs_url = format!("{base_url}{DOCS_ERRORS_PATH}#{}", kind.row().anchor());
    (body["docs_url"] != docs_url).then(|| format!("docs_url is not {docs_url}"))
}

fn one_sentence(body: &Value, name: &str) -> Option<String> {
    let sentence = body[name].as_str().is_some_and(|sentence| !sentence.is_empty());
    (names(body) != [name] || !sentence).then(|| format!("is not one sentence under {name}"))
}

fn list(body: &Value) -> Option<String> {
    let faults = body["detail"].as_array();
    let whole =
        |fault: &Value| fault["loc"].is_array() && fault["msg"].is_string() && fault["type"].is_string();
    (names(body) != ["detail"] || !faults.is_some_and(|all| !all.is_empty() && all.iter().all(whole)))
        .then(|| "is no list of faults under detail".into())
}
