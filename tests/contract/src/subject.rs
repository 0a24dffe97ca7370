//! What is asked: the server, or the function binaries behind a gateway.

use std::time::Duration;

use harness::{Call, Harness, Lambdas};

/// Ends a test that hangs.
pub async fn bounded<T>(seconds: u64, test: impl Future<Output = T>) -> T {
    let test = tokio::time::timeout(Duration::from_secs(seconds), test);
    test.await.unwrap_or_else(|_| panic!("the test took longer than {seconds} seconds"))
}

pub struct Subject {
    // Why first: the functions end before the stores they work on.
    pub lambdas: Option<Lambdas>,
    pub harness: Harness,
}

impl Subject {
    /// The server without workers: an accepted task stays accepted, so that every route has something to act on.
    pub async fn server() -> Self {
        Self { lambdas: None, harness: Harness::with(|options| options.workers = false).await }
    }

    /// The same with rate limits and ceilings.
    pub async fn limited_server() -> Self {
        let harness = Harness::with(|options| {
            options.workers = false;
            options.config.rate_limits = true;
        });
        Self { lambdas: None, harness: harness.await }
    }

    /// The function binaries, with further variables, on the stores of such a server.
    pub async fn functions(env: &[(&str, &str)]) -> Self {
        let harness = Harness::with(|options| options.workers = false).await;
        Self { lambdas: Some(Lambdas::start(&harness, env).await), harness }
    }

    /// Whether calls go through a gateway, which answers for some things itself: CORS, and bodies over its own limit.
    pub fn is_behind_gateway(&self) -> bool {
        self.lambdas.is_some()
    }

    /// A call with the key of the account `default`.
    pub fn call(&self, method: &str, path: &str) -> Call {
        match &self.lambdas {
            Some(lambdas) => lambdas.call(method, path).key(&self.harness.key),
            None => self.harness.call(method, path),
        }
    }

    /// Start of the URLs in answers.
    pub fn base_url(&self) -> String {
        self.lambdas.as_ref().map_or_else(|| self.harness.url(""), Lambdas::base_url)
    }
}
