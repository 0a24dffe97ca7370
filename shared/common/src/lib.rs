//! What every function runs in: the pipeline, rendering by family, workers, file links and telemetry.

mod aws;
mod ceiling;
pub mod clock;
mod config;
mod cx;
mod error;
pub mod files;
mod function;
mod key_cache;
mod lambda;
mod pipeline;
mod platform;
mod recorder;
mod request;
mod response;
pub mod rights;
mod seal;
pub mod telemetry;
mod worker;

pub use aws::{MissingVariable, http_client as aws_http_client};
pub use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
pub use config::Config;
pub use cx::Cx;
pub use error::ApiError;
pub use function::{Function, HttpFunction, QueueFunction, ScheduleFunction, Work, WorkerError};
pub use lambda::{lambda, platform as aws_platform};
pub use lambda_runtime::Error as LambdaError;
pub use pipeline::{EXPOSED_HEADERS, may_send, panic_message, run};
pub use platform::Platform;
pub use recorder::Recorder;
pub use request::{Origin, Request, Unread, Upload};
pub use response::{Body, ByteStream, Commit, Content, Response};
