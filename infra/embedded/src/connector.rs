//! What the AWS SDK takes for an HTTP client: a request goes to the store it is meant for, by a function
//! call.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::BodyExt;

use crate::Services;

pub(crate) const AMZ_JSON: &str = "application/x-amz-json-1.0";

/// Routes by `X-Amz-Target`, which DynamoDB and SQS always send and S3 never does.
#[derive(Clone)]
pub(crate) struct Connector(pub(crate) Arc<Services>);

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector(embedded)")
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let services = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            route(&services, request).await.map_err(|error| ConnectorError::other(error, None))
        })
    }
}

async fn route(services: &Services, request: HttpRequest) -> Result<HttpResponse, BoxError> {
    let request = request.try_into_http1x()?;
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    match target {
        Some(target) if target.starts_with("DynamoDB_") => {
            let answer = match request.body().bytes() {
                Some(body) => services.dynamodb.call(target, body).await,
                None => {
                    let target = target.to_owned();
                    services.dynamodb.call(&target, &collect(request.into_body()).await?).await
                }
            };
            let response = Response::builder()
                .status(answer.status)
                .header(header::CONTENT_TYPE, HeaderValue::from_static(AMZ_JSON))
                .body(SdkBody::from(answer.body))?;
            Ok(HttpResponse::try_from(response)?)
        }
        Some(_) => {
            let (parts, body) = request.into_parts();
            let response = match body.bytes() {
                Some(bytes) => services.sqs.call(&parts.headers, bytes).await,
                None => services.sqs.call(&parts.headers, &collect(body).await?).await,
            };
            Ok(HttpResponse::try_from(response.map(SdkBody::from))?)
        }
        None => object_store(services, request).await,
    }
}

async fn object_store(services: &Services, mut request: Request<SdkBody>) -> Result<HttpResponse, BoxError> {
    // On a connection the client would add it, and the signature covers it.
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
    {
        let host = HeaderValue::from_str(authority.as_str())?;
        request.headers_mut().insert(header::HOST, host);
    }
    let head = request.method() == Method::HEAD;
    let request = request.map(|body| match body.bytes() {
        Some(bytes) => s3s::Body::from(Bytes::copy_from_slice(bytes)),
        None => s3s::Body::http_body_unsync(body),
    });
    let response = services.s3.signed(request).await?;
    let response = response.map(|body| match (head, body.bytes()) {
        (true, _) => SdkBody::empty(),
        (false, Some(bytes)) => SdkBody::from(bytes),
        (false, None) => SdkBody::from_body_1_x(body),
    });
    Ok(HttpResponse::try_from(response)?)
}

async fn collect(body: SdkBody) -> Result<Bytes, BoxError> {
    Ok(BodyExt::collect(body).await?.to_bytes())
}
