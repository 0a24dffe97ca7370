//! The rate limits of the account and the key: one conditional update.

use contract::ErrorKind;

use super::call::Call;
use crate::ApiError;

pub(crate) async fn count(call: &mut Call) -> Result<(), ApiError> {
    let (Some(class), Some(key)) = (call.route.limit, &call.key) else { return Ok(()) };
    if !call.platform.config.rate_limits {
        return Ok(());
    }
    let own = key.rate_limit.map(|per_minute| (key.id.as_str(), per_minute));
    let rates = call.platform.store.rates();
    let windows = rates.admit(&key.account, class, class.rate(), own, call.started_ms).await?;
    call.windows = Some(windows);
    if windows.admitted {
        return Ok(());
    }
    let wait = if windows.minute.left() == 0 { windows.minute_ends_in } else { 1 };
    Err(ApiError::new(ErrorKind::RateLimited).retry_after(wait.into()))
}
