//! The door for signed URLs on the application's public listener.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use s3s::service::S3Service;
use s3s::{S3Error, S3ErrorCode, StdError, s3_error};

use super::ObjectStore;
use super::form::{self, FormGrant};
use crate::credentials::Identity;
use crate::signature::covers_instructions;

/// The body of a public answer: in memory when it is small, else read from the disk as the client takes it.
pub type PublicBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Answers path-style S3 requests that carry a valid signature: presigned URLs, signed headers, and form
/// uploads with a signed policy. Everything else is refused with 403 before anything is looked up. Cheap to clone.
#[derive(Clone)]
pub struct PublicS3 {
    store: ObjectStore,
    service: S3Service,
    identity: Identity,
}

impl PublicS3 {
    pub(super) fn new(store: ObjectStore, service: S3Service, identity: Identity) -> Self {
        Self { store, service, identity }
    }

    /// Whether the first segment of a path is the name of a bucket, so that the request is for
    /// [`PublicS3::call`]. Touches no disk.
    pub fn owns_path(&self, path: &str) -> bool {
        let bucket = path.strip_prefix('/').unwrap_or(path).split('/').next().unwrap_or_default();
        self.store.has_bucket(bucket)
    }

    /// Answers a request. Path, query and the header `Host` must arrive as the client sent them: a signature
    /// covers them.
    pub async fn call<B>(&self, request: Request<B>) -> Response<PublicBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<StdError>,
    {
        if form::is_form(&request) {
            let bucket = request.uri().path().trim_matches('/').to_owned();
            return rendered(form::receive_signed(&self.store, &self.identity, &bucket, request).await);
        }
        if has_unsigned_instructions(&request) {
            return rendered(Err(s3_error!(AccessDenied, "a header of the request is not signed")));
        }
        let head = request.method() == Method::HEAD;
        let request = request.map(|body| s3s::Body::http_body_unsync(body.map_err(Into::into)));
        match self.service.call(request).await {
            // Neither has a body in HTTP; `s3s` gives one to errors.
            Ok(response) if head || response.status() == StatusCode::NOT_MODIFIED => {
                response.map(|_| empty())
            }
            Ok(response) => response.map(|body| body.boxed_unsync()),
            Err(error) => {
                tracing::error!(?error, "the embedded S3 could not answer");
                rendered(Err(S3Error::new(S3ErrorCode::InternalError)))
            }
        }
    }

    /// Receives a form upload that the application itself has authorised, for clients that send nothing but
    /// `key` and `file`. The file, which must come last, is streamed to the disk. Answers 204, or an error as
    /// S3 does.
    pub async fn receive_form<B>(&self, grant: &FormGrant, request: Request<B>) -> Response<PublicBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<StdError>,
    {
        rendered(form::receive_granted(&self.store, grant, request).await)
    }
}

/// Whether a signed request carries an `x-amz-` header that its signature does not cover. Such a header could
/// turn an upload into a copy of somebody else's object; AWS refuses it too.
fn has_unsigned_instructions<B>(request: &Request<B>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let in_query = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders="));
    let in_header = || {
        let authorization = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        authorization.split([',', ' ']).find_map(|field| field.strip_prefix("SignedHeaders="))
    };
    let Some(signed) = in_query.or_else(in_header) else { return false };
    // Names of headers are tokens: nothing but the semicolon between them is ever percent-encoded.
    let signed = signed.replace("%3B", ";").replace("%3b", ";");
    !covers_instructions(request.headers(), &signed)
}

fn rendered(outcome: s3s::S3Result<form::Received>) -> Response<PublicBody> {
    match outcome {
        Ok(received) => {
            let mut response = Response::new(match received.document {
                Some(document) => full(document),
                None => empty(),
            });
            *response.status_mut() = received.status;
            if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", received.etag)) {
                response.headers_mut().insert(header::ETAG, etag);
            }
            response
        }
        Err(error) => {
            if let Some(source) = error.source() {
                tracing::warn!(code = error.code().as_str(), %source, "a form upload failed");
            }
            let code = error.code().as_str();
            let message = error.message().unwrap_or(code);
            let document = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{}</Message></Error>",
                form::escaped(code),
                form::escaped(message)
            );
            let mut response = Response::new(full(document));
            *response.status_mut() = error.status_code().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
            response
        }
    }
}

fn full(text: String) -> PublicBody {
    Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync()
}

fn empty() -> PublicBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}
