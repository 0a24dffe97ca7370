//! One attempt by the SDK, and what its outcome means.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{Builder, StalledStreamProtectionConfig, Token};
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::types::{ContentBlock, StopReason};
use aws_smithy_runtime_api::client::auth::http::HTTP_BEARER_AUTH_SCHEME_ID;
use aws_types::SdkConfig;
use hosted::{Answer, Attempt, Finish, HostedConfig, Key, Part, Prompt, Provider, Usage, Wire};
use http_body_util::LengthLimitError;

use crate::bounded::Bounded;
use crate::request;

/// A model on Bedrock.
pub struct Bedrock {
    client: Client,
    model: String,
    key: Option<Key>,
    /// Set once the model refused a temperature.
    without_temperature: AtomicBool,
}

impl Bedrock {
    /// A client of the configuration's model.
    pub fn new(config: &HostedConfig, sdk: &SdkConfig) -> Self {
        let mut builder = Builder::from(sdk)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(Bounded(config.answer_bytes));
        builder.set_endpoint_url(config.url.clone().or_else(|| sdk.endpoint_url().map(str::to_owned)));
        if let Some(key) = &config.key {
            builder = builder
                .bearer_token(Token::new(key.expose(), None))
                .auth_scheme_preference([HTTP_BEARER_AUTH_SCHEME_ID]);
        }
        Self {
            client: Client::from_conf(builder.build()),
            model: config.model.clone(),
            key: config.key.clone(),
            without_temperature: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Provider for Bedrock {
    async fn attempt(&self, prompt: &Prompt) -> Result<Answer, Attempt> {
        for part in &prompt.parts {
            if let Part::Picture(picture) = part
                && !Wire::Bedrock.takes(picture.media)
            {
                return Err(Attempt::Unsuitable("it does not take pictures of this format"));
            }
        }
        loop {
            let with_temperature = !self.without_temperature.load(Relaxed);
            let call = self.client.converse().model_id(&self.model);
            let call = request::fill(call, prompt, with_temperature)
                .map_err(|error| Attempt::Malformed("the request lacks a field", Some(error.into())))?;
            match call.send().await {
                Ok(output) => return answer(&output, &self.model),
                Err(error) if with_temperature && refuses_temperature(&error) => {
                    self.without_temperature.store(true, Relaxed);
                }
                Err(error) => return Err(failure(error, self.key.as_ref())),
            }
        }
    }
}

fn answer(output: &ConverseOutput, model: &str) -> Result<Answer, Attempt> {
    let message = output.output().and_then(|output| output.as_message().ok());
    let message = message.ok_or(Attempt::Malformed("its answer has no message", None))?;
    let texts = message.content().iter().filter_map(|block| match block {
        ContentBlock::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let finish = match output.stop_reason() {
        StopReason::EndTurn | StopReason::StopSequence => Finish::Stop,
        StopReason::MaxTokens | StopReason::ModelContextWindowExceeded => Finish::Length,
        StopReason::ContentFiltered | StopReason::GuardrailIntervened => Finish::Refused,
        other => Finish::Other(other.as_str().to_owned()),
    };
    let count = |tokens: i32| u64::try_from(tokens).unwrap_or_default();
    let usage = output.usage().map_or(Usage::default(), |usage| Usage {
        // What was read from the cache of prompts is counted apart.
        input_tokens: count(usage.input_tokens())
            + count(usage.cache_read_input_tokens().unwrap_or_default())
            + count(usage.cache_write_input_tokens().unwrap_or_default()),
        output_tokens: count(usage.output_tokens()),
    });
    Ok(Answer { text: texts.collect(), finish, tokens: Vec::new(), usage, model: Some(model.to_owned()) })
}

fn refuses_temperature(error: &SdkError<ConverseError>) -> bool {
    let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    status == Some(400) && message.to_lowercase().contains("temperature")
}

fn failure(error: SdkError<ConverseError>, key: Option<&Key>) -> Attempt {
    match &error {
        // What the SDK cannot read is an error of the service to it, also with a good status.
        SdkError::ServiceError(service) if service.raw().status().is_success() => {
            Attempt::Malformed("its answer is not what Converse answers", None)
        }
        SdkError::ServiceError(service) => {
            let raw = service.raw();
            let seconds = raw.headers().get("retry-after").and_then(|value| value.trim().parse().ok());
            let seconds = seconds.map(Duration::from_secs);
            Attempt::status(raw.status().as_u16(), service.err().code(), seconds, key)
        }
        SdkError::TimeoutError(_) => Attempt::TooLong,
        SdkError::DispatchFailure(_) => Attempt::Connection(error.into()),
        SdkError::ResponseError(_) if is_too_large(&error) => {
            Attempt::Malformed("its answer is too large", None)
        }
        SdkError::ResponseError(response) => Attempt::Malformed(
            "its answer is not what Converse answers",
            Some(format!("status {}", response.raw().status()).into()),
        ),
        _ => Attempt::Malformed("the request could not be made", Some(error.into())),
    }
}

fn is_too_large(error: &SdkError<ConverseError>) -> bool {
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(inner) = cause {
        if inner.is::<LengthLimitError>() {
            return true;
        }
        cause = inner.source();
    }
    false
}
