//! Hosted models: one thin client, four wires.
//!
//! A [`Prompt`] goes out on the operator's wire and comes back as an [`Answer`]. [`Hosted`] adds what every call needs: limits of
//! time, repeats, a circuit breaker. On top of it stand [`Hosted::choose`] and [`Hosted::tag`], which read a model's confidence
//! from the probabilities of single letters, or from votes where a wire has no probabilities.
//!
//! Bedrock is spoken by the crate `hosted-bedrock`, since only it needs the AWS SDK.
#![deny(missing_docs)]

mod breaker;
mod choose;
mod client;
mod config;
mod error;
mod http_provider;
mod letters;
mod prompt;
mod retry;
mod tag;
mod transport;
mod wire;
mod wording;

pub use choose::{ConfidenceMethod, Judgement, Label, MAX_LABELS, Subject};
pub use client::{Hosted, Provider};
pub use config::{HostedConfig, Key, Wire};
pub use error::{Attempt, Cause, HostedError, Stage};
pub use http_provider::HttpProvider;
pub use prompt::{Answer, Finish, MAX_OUTPUT_TOKENS, Media, Output, Part, Picture, Prompt, Token, Usage};
