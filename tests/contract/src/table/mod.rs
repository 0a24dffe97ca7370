//! What every endpoint owes its clients, from the contract's table. Each check is a function over a [`Subject`]; the
//! tests here run them against the server, `function_binaries` runs them against the Lambdas.

pub mod bodies;
pub mod idempotency;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod methods;
pub mod money;
pub mod success;
pub mod validation;

use contract::Route;
use contract::endpoints::ROUTES;

/// All endpoints.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied()
}

/// All endpoints that need a key.
pub fn guarded() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.scope.is_some())
}

/// Makes a test of a check: `name: seconds, check;`.
macro_rules! on_the_server {
    ($($name:ident: $seconds:literal, $check:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::subject::bounded($seconds, async {
                    let subject = $crate::subject::Subject::server().await;
                    let mut check = $crate::check::Check::new(&subject);
                    $check(&mut check).await;
                    check.finish();
                })
                .await;
            }
        )*
    };
}
pub(crate) use on_the_server;
