//! Credentials of a role that a user named, for as long as AWS gives them.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::DisplayErrorContext;
use common::aws_from_environment;

use crate::ConnectorError;

/// Name of the sessions, as the role's owner sees it in logs.
const SESSION: &str = "atelier";

pub(crate) async fn assume(role_arn: &str, external_id: &str) -> Result<Credentials, ConnectorError> {
    let config = aws_from_environment().map_err(|_| ConnectorError::NoIdentity)?;
    let call = Client::new(&config).assume_role().role_arn(role_arn).external_id(external_id);
    let answer = call.role_session_name(SESSION).send().await;
    let answer =
        answer.map_err(|error| ConnectorError::Role(DisplayErrorContext(error).to_string().into()))?;
    let given = answer.credentials.ok_or_else(|| ConnectorError::Role("no credentials".into()))?;
    let expires = u64::try_from(given.expiration.secs()).unwrap_or(0);
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(expires)),
        "role",
    ))
}
