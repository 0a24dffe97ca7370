//! What browsers ask before they call from a page of another origin.

use contract::cors::{ALLOWED_HEADERS, ALLOWED_METHODS};

use crate::sample::Sample;
use crate::subject::{Subject, bounded};
use crate::table::routes;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_of_every_endpoint_allows_its_method_and_every_header_of_ours_without_credentials() {
    bounded(60, async {
        let subject = Subject::server().await;
        let mut faults = Vec::new();
        for route in routes() {
            let sample = Sample::of(&subject, route).await;
            let call =
                subject.call("OPTIONS", &sample.path).no_key().header("origin", "https://page.example");
            let call = call.header("access-control-request-method", route.method.name());
            let answer = call.header("access-control-request-headers", "authorization").send().await;
            let list = |name: &str| -> Vec<String> {
                answer.header(name).split(',').map(|part| part.trim().to_lowercase()).collect()
            };
            let (methods, headers) =
                (list("access-control-allow-methods"), list("access-control-allow-headers"));
            let missing = ALLOWED_METHODS.iter().filter(|name| !methods.contains(&name.to_lowercase()));
            let missing: Vec<_> = missing
                .chain(ALLOWED_HEADERS.iter().filter(|name| !headers.contains(&name.to_lowercase())))
                .collect();
            if answer.status != 204
                || answer.header("access-control-allow-origin") != "*"
                || answer.headers.contains_key("access-control-allow-credentials")
                || !missing.is_empty()
            {
                faults.push(format!(
                    "{}: {} without {missing:?}: {:?}",
                    route.name, answer.status, answer.headers
                ));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn options_without_a_preflight_names_the_methods_of_a_path() {
    bounded(60, async {
        let subject = Subject::server().await;
        let answer = subject.call("OPTIONS", "/v1/keys").no_key().send().await;
        assert!((200..300).contains(&answer.status), "{}", answer.text());
        assert!(answer.header("allow").contains("POST"), "{:?}", answer.headers);
        subject.call("OPTIONS", "/v1/nothing").no_key().send().await.expect(404);
    })
    .await;
}
