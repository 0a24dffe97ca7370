//! Whether the key may do this.

use contract::ErrorKind;

use super::call::Call;
use crate::ApiError;

pub(crate) fn authorize(call: &Call) -> Result<(), ApiError> {
    let (Some(needed), Some(key)) = (call.route.scope, &call.key) else { return Ok(()) };
    if needed.granted_by(&key.scopes) { Ok(()) } else { Err(ApiError::new(ErrorKind::Forbidden)) }
}
