//! A provider over HTTP: OpenAI-compatible, Gemini or Anthropic.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use http::{StatusCode, header};
use serde_json::Value;

use crate::transport::{Received, Transport};
use crate::wire::{self, Without};
use crate::{Answer, Attempt, Cause, HostedConfig, Prompt, Provider, retry};

/// As many options as can be found missing, one after the other.
const OPTIONS: usize = 4;

/// Sends prompts to the wire and the URL of its configuration.
pub struct HttpProvider {
    config: HostedConfig,
    transport: Transport,
    /// What this model was found not to have; found once a process.
    without: Mutex<Without>,
}

impl HttpProvider {
    /// Fails where `SSL_CERT_FILE` cannot be read.
    pub fn new(config: HostedConfig) -> Result<Self, Cause> {
        let transport = Transport::new(&config)?;
        Ok(Self { config, transport, without: Mutex::default() })
    }

    fn without(&self) -> std::sync::MutexGuard<'_, Without> {
        self.without.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, received: &Received) -> Result<Answer, Attempt> {
        // An error of syntax names a line and a column, and nothing of the text.
        let body: Value = serde_json::from_slice(&received.body)
            .map_err(|error| Attempt::Malformed("its answer is not JSON", Some(error.into())))?;
        wire::answer(self.config.wire, &body).map_err(|lack| Attempt::Malformed(lack, None))
    }
}

#[async_trait]
impl Provider for HttpProvider {
    async fn attempt(&self, prompt: &Prompt) -> Result<Answer, Attempt> {
        let mut tries = 0;
        loop {
            let mut without = *self.without();
            let outgoing = wire::request(&self.config, prompt, without).map_err(Attempt::Unsuitable)?;
            let body = serde_json::to_vec(&outgoing.body)
                .map_err(|error| Attempt::Malformed("the request is not JSON", Some(error.into())))?;
            let received = self.transport.post(&outgoing.url, outgoing.headers, body).await?;
            if received.status == StatusCode::OK {
                return self.answer(&received);
            }
            let said = serde_json::from_slice(&received.body).unwrap_or(Value::Null);
            let complaint = wire::complaint(&said, self.config.key.as_ref());
            tries += 1;
            if received.status == StatusCode::BAD_REQUEST
                && tries <= OPTIONS
                && without.learn(prompt, &complaint.message)
            {
                *self.without() = without;
                continue;
            }
            let sent = received.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let sent = sent.and_then(|value| retry::retry_after(value, SystemTime::now()));
            return Err(Attempt::Status {
                status: received.status.as_u16(),
                code: complaint.code,
                retry_after: sent.or(complaint.retry_after),
            });
        }
    }
}
