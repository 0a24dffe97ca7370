//! Which endpoint answers a path: for the server, the default route and the tests. The gateway does the same by its own
//! table, generated from the same routes.

use crate::Route;
use crate::endpoints::ROUTES;

/// The route of a method and a path (a trailing slash does not count), HEAD where it is answered.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    at(path).find(|route| route.method.name() == method || (method == "HEAD" && route.head))
}

/// The methods a path knows; empty for an unknown path.
pub fn methods(path: &str) -> Vec<&'static str> {
    let mut methods: Vec<&'static str> = Vec::new();
    for route in at(path) {
        methods.push(route.method.name());
        if route.head {
            methods.push("HEAD");
        }
    }
    methods
}

fn at(path: &str) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().filter(move |route| route.paths().any(|pattern| matches(&pattern, path)))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) =
        (pattern.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(segment))
                if expected == segment || (expected.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{find, methods};

    #[test]
    fn paths_are_found_under_every_prefix_with_parameters_and_without_a_trailing_slash() {
        for (method, path, name) in [
            ("POST", "/v1/image/edit", Some("image-edit")),
            ("POST", "/v1-beta1/image/edit/", Some("image-edit")),
            ("GET", "/v1-beta1/image/edit/async/7", Some("image-edit-async-get")),
            ("HEAD", "/files/token/name.jpg", Some("file-get")),
            ("HEAD", "/health", None),
            ("GET", "/docs/errors", Some("docs-get")),
            ("GET", "/v1/keys//rotate", None),
            ("GET", "/v1-beta1/image/edit/async", None),
        ] {
            assert_eq!(find(method, path).map(|route| route.name), name, "{method} {path}");
        }
        assert_eq!(methods("/v1/keys/k"), ["GET", "PATCH", "DELETE"]);
        assert!(methods("/nothing").is_empty());
    }
}
