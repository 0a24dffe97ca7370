//! A function as a Lambda.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use aws_types::SdkConfig;
use bytes::Bytes;
use contract::settings;
use lambda_http::request::RequestContext;
use lambda_http::{Body as LambdaBody, RequestExt};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use store::{Lazy, Names, Store};

use crate::clock::SystemClock;
use crate::files::FileKeys;
use crate::function::{Function, HttpFunction, Work};
use crate::{Config, Origin, Platform, aws, pipeline, telemetry};

/// Runs a function on the Lambda runtime until the sandbox ends. The whole of every function's `main`.
pub fn lambda(function: Function) -> Result<(), Error> {
    settings::check()?;
    (function.settings)()?;
    let config = Config::from_env();
    telemetry::init(config.in_lambda);
    // Why one thread: Lambda gives a process one call at a time, and what computes for long runs on threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let platform = Arc::new(platform(config, &aws::from_environment()?)?);
        match function.work {
            Work::Http(function) => http(platform, Arc::new(function)).await,
            Work::Queue(function) => {
                let function = Arc::new(function);
                lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
                    let (platform, function) = (platform.clone(), function.clone());
                    async move { Ok::<_, Error>(function.run(platform, event.payload).await) }
                }))
                .await
            }
            Work::Schedule(function) => {
                let function = Arc::new(function);
                lambda_runtime::run(service_fn(move |_: LambdaEvent<serde_json::Value>| {
                    let (platform, function) = (platform.clone(), function.clone());
                    async move { function.run(platform).await.map_err(Error::from) }
                }))
                .await
            }
        }
    })
}

/// The platform of a process that speaks to AWS: names and keys from the environment, the rest from `shared`.
pub fn platform(config: Config, shared: &SdkConfig) -> Result<Platform, Error> {
    let s3 =
        aws_sdk_s3::config::Builder::from(shared).force_path_style(settings::S3_PATH_STYLE.is_on()).build();
    let sqs = aws_sdk_sqs::Config::new(shared);
    let store = Store {
        dynamodb: aws_sdk_dynamodb::Client::new(shared),
        sqs: Lazy::new(|| aws_sdk_sqs::Client::from_conf(sqs)),
        s3: Lazy::new(|| aws_sdk_s3::Client::from_conf(s3)),
        names: Arc::new(Names::from_env()),
        forms: aws::form_signer(),
        alone_since_ms: None,
    };
    // Why no error without them: only the functions that sign or open links are given the ring.
    let file_keys = match settings::FILE_KEYS.value() {
        Some(ring) => FileKeys::parse(&ring)?,
        None => FileKeys::new(&[]),
    };
    Ok(Platform::new(config, store, Arc::new(SystemClock), file_keys))
}

async fn http(platform: Arc<Platform>, function: Arc<HttpFunction>) -> Result<(), Error> {
    lambda_http::run(lambda_http::service_fn(move |request: lambda_http::Request| {
        let (platform, function) = (platform.clone(), function.clone());
        async move {
            let origin = origin(&request);
            let path = request.raw_http_path().to_owned();
            let response = pipeline::run(platform, &function, plain(request, &path)?, origin).await;
            let (parts, body) = response.into_parts();
            // Why collected: an answer that breaks off midway must be an error, not half a body.
            let bytes = body.collect().await?;
            Ok::<_, Error>(http::Response::from_parts(parts, lambda_body(bytes)))
        }
    }))
    .await
}

fn plain(request: lambda_http::Request, path: &str) -> Result<http::Request<Bytes>, Error> {
    let (mut parts, body) = request.into_parts();
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    parts.uri = format!("{path}{query}").parse()?;
    let bytes = match body {
        LambdaBody::Text(text) => Bytes::from(text),
        LambdaBody::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    Ok(http::Request::from_parts(parts, bytes))
}

/// Text stays text; anything else travels as base64.
fn lambda_body(bytes: Bytes) -> LambdaBody {
    match String::from_utf8(bytes.into()) {
        Ok(text) => LambdaBody::Text(text),
        Err(binary) => LambdaBody::Binary(binary.into_bytes()),
    }
}

fn origin(request: &lambda_http::Request) -> Origin {
    let (host, client) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.domain_name.clone(), context.http.source_ip.clone())
        }
        _ => (None, None),
    };
    Origin { scheme: "https".into(), host: host.unwrap_or_default(), client: client.unwrap_or_default() }
}
