//! What a call has taken of its account and not paid for: given back where it fails, and where its client goes before the answer.

use std::sync::Arc;

use contract::Credits;
use store::{Hold, StartedCall};

use super::call::Call;
use crate::Platform;

pub(crate) struct Taken {
    platform: Arc<Platform>,
    request_id: String,
    started_ms: i64,
    hold: Option<Hold>,
    budgeted: Option<Credits>,
    started_call: Option<StartedCall>,
    place: Option<(String, u32)>,
}

impl Taken {
    pub fn of(call: &mut Call) -> Self {
        Self {
            platform: call.platform.clone(),
            request_id: call.request_id.clone(),
            started_ms: call.started_ms,
            hold: call.hold.take(),
            budgeted: call.budgeted.take(),
            started_call: call.started_call.take(),
            place: call.place.take(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.hold.is_none() && self.budgeted.is_none() && self.started_call.is_none() && self.place.is_none()
    }

    /// What fails here is repaired by the sweep, or ends by itself.
    pub async fn give_back(self) {
        let (store, request_id) = (&self.platform.store, self.request_id);
        if let Some(hold) = self.hold
            && let Err(error) = store.ledger().release_now(&hold, self.platform.now_ms()).await
        {
            tracing::error!(request_id, error = %error, "hold not released; the sweep will");
        }
        if let Some(price) = self.budgeted
            && let Err(error) = store.budget().give_back(price, self.started_ms).await
        {
            tracing::error!(request_id, error = %error, "the day's budget was not given back");
        }
        if let Some(started) = self.started_call
            && let Err(error) = store.idempotency().free(&started).await
        {
            tracing::error!(request_id, error = %error, "idempotency key not freed; it frees itself");
        }
        if let Some((scope, number)) = self.place
            && let Err(error) = store.rates().leave_place(&scope, number, &request_id).await
        {
            tracing::warn!(request_id, error = %error, "place not left; it ends by itself");
        }
    }
}

/// A call in work. Dropped before its answer, since its client has gone, it gives back what it has taken: a hold would last as long as
/// the call might have. In a Lambda no call is dropped.
pub(crate) struct InWork(pub Call);

impl Drop for InWork {
    fn drop(&mut self) {
        let taken = Taken::of(&mut self.0);
        if taken.is_nothing() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(taken.give_back());
        }
    }
}
