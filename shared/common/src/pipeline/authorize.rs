//! Whether the key may do this.

use contract::ErrorKind;

use super::call::Call;
use crate::ApiError;

pub(crate) fn authorize(call: &Call) -> Result<(), ApiError> {
    let Some(key) = &call.key else { return Ok(()) };
    if call.route.granted_by(&key.scopes) { Ok(()) } else { Err(ApiError::new(ErrorKind::Forbidden)) }
}
