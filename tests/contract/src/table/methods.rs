//! Methods and paths.

use contract::{ErrorKind, Family, routing};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{Payload, Sample};

on_the_server! {
    a_method_that_a_path_does_not_have_is_405_with_the_methods_it_has: 60, wrong_methods;
    head_is_get_without_its_body_where_it_is_offered_and_405_elsewhere: 60, head;
}

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

pub async fn wrong_methods(check: &mut Check<'_>) {
    for route in routes() {
        let sample = Sample::of(check.subject, route).await;
        for pattern in route.paths() {
            let sample = sample.at(&pattern);
            let allowed = routing::methods(&sample.path);
            for method in METHODS.into_iter().filter(|method| !allowed.contains(method)) {
                for path in [sample.path.clone(), format!("{}/", sample.path)] {
                    let call = check.subject.call(method, &path).no_key();
                    let case = format!("{method} {path}");
                    let answer = check.refuse(route, &case, call, ErrorKind::MethodNotAllowed).await;
                    let mut given: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
                    let mut expected = allowed.clone();
                    given.sort_unstable();
                    expected.sort_unstable();
                    check.expect(given == expected, || format!("Allow has {given:?}, not {expected:?}"));
                }
            }
        }
    }
}

pub async fn head(check: &mut Check<'_>) {
    for route in routes().filter(|route| route.method == contract::Method::Get) {
        let sample = Sample::of(check.subject, route).await;
        let head = Sample { method: "HEAD", payload: Payload::None, ..sample.clone() };
        if !route.head {
            let answer = check.accept(route, "HEAD", head.call(check.subject), 405).await;
            check.expect(answer.body.is_empty(), || "a HEAD was answered with a body".into());
            check.expect(answer.header("allow").contains("GET"), || "Allow does not name GET".into());
            continue;
        }
        let full = check.accept(route, "GET", sample.call(check.subject), route.status).await;
        let answer = check.accept(route, "HEAD", head.call(check.subject), route.status).await;
        check.expect(answer.body.is_empty(), || "a HEAD was answered with a body".into());
        // Behind a gateway the length of a body that is not sent is lost.
        let names = ["content-type", "etag", "content-length", "content-security-policy", "accept-ranges"];
        let gateway = check.subject.is_behind_gateway();
        for name in names.into_iter().filter(|name| !gateway || *name != "content-length") {
            let (get, head) = (full.header(name).to_owned(), answer.header(name).to_owned());
            check.expect(get == head, || format!("{name} of HEAD is {head:?}, of GET {get:?}"));
        }
    }
}

/// Unknown paths, each in the shape of the family whose prefix it has.
pub async fn unknown_paths(check: &mut Check<'_>) {
    let paths = [
        ("/v1-beta1", Family::Images),
        ("/v1-beta1/nothing", Family::Images),
        ("/v1-beta1/image/edit/nothing/at/all", Family::Images),
        ("/v1/image", Family::Images),
        ("/v1/storage/nothing", Family::Images),
        ("/v1/scene/nothing", Family::Images),
        ("/v1/video/nothing", Family::Images),
        ("/v1-ea/scene/nothing", Family::Images),
        ("/v1", Family::Classification),
        ("/v1/nothing", Family::Classification),
        ("/v1/imagery", Family::Classification),
        ("/v1/keys/key_x/nothing", Family::Classification),
        ("/v1/uploads/nothing/at/all", Family::Platform),
        ("/v1/webhooks/nothing/at/all", Family::Platform),
        ("/v1/limits/nothing", Family::Platform),
        ("/api/v1/nothing", Family::Extraction),
        ("/api/v1/extract-image/nothing/at/all", Family::Extraction),
        ("/requests/nothing/at/all", Family::Requests),
        ("/", Family::Platform),
        ("/nothing", Family::Platform),
        ("/v2/image/edit", Family::Platform),
        ("/files", Family::Platform),
        ("/files/only-a-token", Family::Platform),
        ("/docs/nothing", Family::Platform),
        ("/health/nothing", Family::Platform),
        ("/HEALTH", Family::Platform),
        ("/..", Family::Platform),
        ("/%2e%2e/%2e%2e/etc/passwd", Family::Platform),
        ("/v1-beta1/image/edit/%00", Family::Images),
        ("/%ff%fe", Family::Platform),
        ("//", Family::Platform),
    ];
    for (path, family) in paths {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let call = check.subject.call(method, path).no_key();
            check.refuse_in(family, &format!("{method} {path}"), call, ErrorKind::RouteNotFound).await;
        }
    }
}
