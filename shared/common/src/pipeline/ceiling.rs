//! A ceiling kept in the process, so that refused and free calls are no way to flood.

use contract::ErrorKind;
use contract::limits::{CEILING_FACTOR, KEYLESS_CEILING, UNLIMITED_ROUTE_CEILING};

use super::call::Call;
use super::limit::rate;
use crate::{ApiError, client};

pub(crate) fn admit(call: &Call) -> Result<(), ApiError> {
    if !call.platform.config.rate_limits {
        return Ok(());
    }
    let (caller, most) = match (&call.key, call.route.limit) {
        (Some(key), Some(class)) => {
            (format!("{}/{}", key.account, class.name()), rate(call, class).longest().ceiling())
        }
        (Some(key), None) => (key.account.clone(), UNLIMITED_ROUTE_CEILING * CEILING_FACTOR),
        (None, _) => (client::net(&call.origin.client), KEYLESS_CEILING),
    };
    if call.platform.ceiling.admit(&caller, most, call.started_ms) {
        return Ok(());
    }
    let seconds_left = 60 - call.started_ms.div_euclid(1000).rem_euclid(60);
    Err(ApiError::new(ErrorKind::RateLimited).retry_after(seconds_left.unsigned_abs()))
}
