//! A line for the shell that calls a route.

use contract::{Input, Method, Route};
use serde_json::Value;

use crate::write;

/// The call with `ATELIER_URL` and `ATELIER_KEY` from the environment; path parameters are variables in capitals.
pub fn line(route: &Route) -> String {
    let mut parts = vec![match (route.method, route.media) {
        (Method::Get, Some("application/octet-stream")) => "curl --location --remote-name".to_owned(),
        (Method::Get, _) | (Method::Post, _) => "curl".to_owned(),
        (method, _) => format!("curl -X {}", method.name()),
    }];
    parts[0] += &format!(" \"{}\"", address(route));
    if route.scope.is_some() {
        parts.push("-H \"Authorization: Bearer $ATELIER_KEY\"".to_owned());
    }
    let example = route.example.map(|example| body(&example()));
    match (route.input, example) {
        (Input::Json { .. }, Some(body)) => {
            parts.push("-H \"Content-Type: application/json\"".to_owned());
            parts.push(format!("-d '{body}'"));
        }
        (Input::Form { file, .. }, Some(_)) => {
            parts.push(format!("-F \"{file}=@photo.jpg\""));
            let example = route.example.map(|example| example()).unwrap_or_default();
            for (name, value) in example.as_object().into_iter().flatten().filter(|(name, _)| *name != file) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                parts.push(format!("-F '{name}={text}'"));
            }
        }
        (Input::Multipart { .. }, Some(data)) => {
            parts.push("-F \"file=@photo.jpg\"".to_owned());
            parts.push(format!("-F 'data={data}'"));
        }
        _ => {}
    }
    parts.join(" \\\n  ")
}

/// A short body on the line, a longer one on lines of its own.
fn body(example: &Value) -> String {
    let flow = write::flow(example);
    if flow.len() <= 60 { flow } else { write::json(example).trim_end().to_owned() }
}

fn address(route: &Route) -> String {
    let mut path = route.path.to_owned();
    for name in route.path_parameters() {
        path = path.replace(&format!("{{{name}}}"), &format!("${}", name.to_ascii_uppercase()));
    }
    let waits = (route.request_schema)()["properties"].get("wait").is_some();
    let query = if waits { "?wait=20" } else { "" };
    format!("$ATELIER_URL{}{path}{query}", route.family.prefixes()[0])
}

#[cfg(test)]
mod tests {
    use contract::endpoints::{FILE_GET, IMAGE_EDIT_ASYNC_GET, IMAGE_EDIT_UPLOAD, KEY_DELETE};

    use super::*;

    #[test]
    fn a_line_has_the_method_the_key_and_the_parameters() {
        let get = line(&IMAGE_EDIT_ASYNC_GET.route);
        assert!(
            get.starts_with(
                "curl \"$ATELIER_URL/v1-beta1/image/edit/async/$ID?wait=20\" \\\n  -H \"Authorization"
            ),
            "{get}"
        );
        assert!(line(&KEY_DELETE.route).starts_with("curl -X DELETE \"$ATELIER_URL/v1/keys/$ID\""));
        assert!(line(&IMAGE_EDIT_UPLOAD.route).contains("-F \"file=@photo.jpg\""));
        assert!(!line(&FILE_GET.route).contains("Authorization"));
    }
}
