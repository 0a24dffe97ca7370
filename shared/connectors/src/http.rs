//! What the AWS SDK takes for an HTTP client: the guarded one.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use fetch::{FetchError, GuardedClient};
use http::{Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

/// Longest from a request to the head of its answer: the body of a written object goes over the line in it.
const ANSWER: Duration = Duration::from_secs(20);

/// Bytes of an answer that is no object: a page of a listing is the longest, with a thousand keys of which every byte is encoded.
const MOST_SAID: usize = 4 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Guarded(pub(crate) GuardedClient<SdkBody>);

impl HttpClient for Guarded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Guarded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let reads_object = request.method() == Method::GET && !is_listing(request.uri());
            let answer = tokio::time::timeout(ANSWER, client.send(request)).await;
            let answer = answer.map_err(|late| ConnectorError::timeout(late.into()))?.map_err(failure)?;
            let answer = if reads_object && answer.status() == StatusCode::OK {
                // Its reader counts what comes.
                answer.map(SdkBody::from_body_1_x)
            } else {
                small(answer).await?
            };
            let answer = HttpResponse::try_from(answer);
            answer.map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn is_listing(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("list-type=")))
}

/// An answer that is no object: read whole, and no more of it than any such has.
async fn small(answer: Response<Incoming>) -> Result<Response<SdkBody>, ConnectorError> {
    let (head, body) = answer.into_parts();
    let read = tokio::time::timeout(ANSWER, Limited::new(body, MOST_SAID).collect()).await;
    let read = read.map_err(|late| ConnectorError::timeout(late.into()))?;
    let bytes = read.map_err(ConnectorError::user)?.to_bytes();
    Ok(Response::from_parts(head, SdkBody::from(bytes)))
}

/// What is worth another try, in the SDK's terms.
fn failure(error: FetchError) -> ConnectorError {
    match error {
        FetchError::Refused(_) | FetchError::BadUrl(_) | FetchError::Tls(_) => {
            ConnectorError::user(error.into())
        }
        FetchError::Timeout(_) => ConnectorError::timeout(error.into()),
        _ => ConnectorError::io(error.into()),
    }
}
