//! Whose call it is. A malformed or mistyped key costs no look-up.

use contract::{ErrorKind, Family};
use store::Secret;

use super::call::Call;
use crate::ApiError;

pub(crate) async fn authenticate(call: &mut Call) -> Result<(), ApiError> {
    if call.route.scope.is_none() {
        return Ok(());
    }
    let secret = sent(call).and_then(Secret::parse).ok_or_else(unauthorized)?;
    let now_ms = call.started_ms;
    let found = call.platform.keys.find(&call.platform.store, &secret, now_ms).await?;
    let key = found.filter(|key| !key.revoked && !key.is_expired(now_ms)).ok_or_else(unauthorized)?;
    call.key = Some(key);
    call.secret = Some(secret);
    Ok(())
}

fn sent(call: &Call) -> Option<&str> {
    let bearer = call.header(http::header::AUTHORIZATION).and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    match call.family {
        Family::Requests => call.header("x-api-key").or(bearer),
        _ => bearer,
    }
}

fn unauthorized() -> ApiError {
    ApiError::new(ErrorKind::Unauthorized)
        .header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"))
}
