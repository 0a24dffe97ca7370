//! The table against the real function binaries, through the runtime API of Lambda and the payloads of the HTTP API.

use crate::check::Check;
use crate::subject::{Subject, bounded};
use crate::table::{bodies, idempotency, ids, keys, limits, methods, money, success, validation};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_holds_for_the_function_binaries() {
    bounded(300, async {
        let subject = Subject::functions(&[]).await;
        let mut check = Check::new(&subject);
        keys::without_a_valid_key(&mut check).await;
        keys::scopes(&mut check).await;
        keys::without_a_scope(&mut check).await;
        methods::unknown_paths(&mut check).await;
        methods::wrong_methods(&mut check).await;
        methods::head(&mut check).await;
        bodies::too_large(&mut check).await;
        bodies::malformed(&mut check).await;
        bodies::content_types(&mut check).await;
        bodies::ignored(&mut check).await;
        validation::unknown_fields(&mut check).await;
        validation::missing_fields(&mut check).await;
        validation::wrong_types(&mut check).await;
        validation::no_objects(&mut check).await;
        validation::nulls(&mut check).await;
        validation::unknown_parameters(&mut check).await;
        success::answers(&mut check).await;
        idempotency::replays(&mut check).await;
        idempotency::refused_calls(&mut check).await;
        idempotency::lengths(&mut check).await;
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_and_money_hold_for_the_function_binaries() {
    bounded(180, async {
        let subject = Subject::functions(&[]).await;
        let mut check = Check::new(&subject);
        ids::foreign(&mut check).await;
        money::balance(&mut check).await;
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_idempotency_across_accounts_hold_for_the_function_binaries() {
    bounded(180, async {
        let subject = Subject::functions(&[("ATELIER_RATE_LIMITS", "on")]).await;
        let mut check = Check::new(&subject);
        limits::over_the_limit(&mut check).await;
        check.finish();
        let subject = Subject::functions(&[]).await;
        let mut check = Check::new(&subject);
        idempotency::other_requests(&mut check).await;
        check.finish();
    })
    .await;
}
