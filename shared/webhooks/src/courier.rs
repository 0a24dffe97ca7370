//! The sending of one message, under the guard of the fetch.

use std::time::Duration;

use bytes::Bytes;
use common::{ApiError, Platform};
use contract::limits::WEBHOOK_SECONDS;
use fetch::{FetchConfig, FetchError, Fetcher, GuardedClient, SystemResolver};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use store::DeliveryRecord;
use tokio::time::timeout;

use crate::Signatures;

const USER_AGENT: &str = concat!("atelier-webhooks/", env!("CARGO_PKG_VERSION"));
/// Bytes of an answer that are read, and the time for them: enough that a connection with a usual answer is used again.
const MOST_ANSWERED: usize = 4 * 1024;
const ANSWERED: Duration = Duration::from_secs(1);
/// Longest from the first look for the host to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(WEBHOOK_SECONDS);

/// Sends messages. One a process.
pub struct Courier {
    fetcher: Fetcher,
    client: GuardedClient<Full<Bytes>>,
}

/// The status of an answer. Redirects are answers like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered(pub u16);

/// Why there was no answer, as a sentence for the webhook's owner: it shows no address and nothing that a server has sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsent(pub String);

impl Courier {
    /// With the guard of `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        let client = fetcher.client();
        Self { fetcher, client }
    }

    /// From the environment, for [`Platform::shared`].
    pub fn load(_: &Platform) -> Result<Self, ApiError> {
        let config = FetchConfig::from_env().map_err(ApiError::internal)?;
        Ok(Self::new(Fetcher::new(config, SystemResolver::default())))
    }

    /// Why nothing can be sent to an address, as far as that is known without the network.
    pub fn fault_of(&self, url: &str) -> Option<String> {
        self.fetcher.admits(url).err().map(|error| match error {
            FetchError::BadUrl(sentence) => sentence.to_owned(),
            _ => "names an address that messages are not sent to: only public hosts, ports 80 and 443"
                .to_owned(),
        })
    }

    /// Sends a message, signed at a time in Unix seconds.
    pub async fn send(
        &self,
        url: &str,
        delivery: &DeliveryRecord,
        signatures: &Signatures<'_>,
        at: i64,
    ) -> Result<Answered, Unsent> {
        let url = self.fetcher.admits(url).map_err(|error| unsent(&error))?;
        let request = request(&url, delivery, signatures, at)
            .ok_or_else(|| Unsent("The address has characters that HTTP does not allow.".into()))?;
        let answer = timeout(PATIENCE, self.client.send(request)).await;
        let late = |_| Unsent(format!("The receiver did not answer within {WEBHOOK_SECONDS} seconds."));
        let answer = answer.map_err(late)?.map_err(|error| unsent(&error))?;
        let status = answer.status().as_u16();
        pass_over(answer).await;
        Ok(Answered(status))
    }
}

fn request(
    url: &str,
    delivery: &DeliveryRecord,
    signatures: &Signatures<'_>,
    at: i64,
) -> Option<Request<Full<Bytes>>> {
    let (id, body) = (&delivery.id, &delivery.body);
    let mut request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signatures.standard(id, at, body));
    if delivery.is_of_images {
        request = request.header("x-claid-hmac-sha256", signatures.of_images(body));
    }
    request.body(Full::new(Bytes::from(body.clone()))).ok()
}

/// Reads a little of what comes with the status, so that the connection may be kept, and forgets it.
async fn pass_over(answer: Response<Incoming>) {
    // What is longer or slower is dropped, and its connection with it.
    let body = Limited::new(answer.into_body(), MOST_ANSWERED).collect();
    drop(timeout(ANSWERED, body).await);
}

fn unsent(error: &FetchError) -> Unsent {
    Unsent(match error {
        FetchError::BadUrl(_) | FetchError::Refused(_) => "Messages may not be sent to this address.".into(),
        FetchError::Unreachable(_) => "The receiver could not be reached.".into(),
        FetchError::Tls(_) => "No secure connection to the receiver could be made.".into(),
        FetchError::Timeout(_) => "The receiver took too long to accept a connection.".into(),
        _ => "The receiver's answer was incomplete or no HTTP.".into(),
    })
}
