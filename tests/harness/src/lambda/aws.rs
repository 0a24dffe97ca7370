//! The embedded DynamoDB, SQS and S3 behind a loopback port, for processes that reach them as they reach AWS.

use std::net::SocketAddr;

use embedded::{Embedded, LoopbackServer};

/// Serves until it is dropped. The stores check the signatures, so only who has their credentials is answered.
#[derive(Debug)]
pub struct AwsListener(LoopbackServer);

impl AwsListener {
    /// On a free port.
    ///
    /// # Panics
    /// Where no port can be listened on.
    pub async fn start(stores: &Embedded) -> Self {
        let server = stores.serve_loopback(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        Self(server.expect("a loopback port"))
    }

    /// For `AWS_ENDPOINT_URL_DYNAMODB` and its like.
    pub fn url(&self) -> String {
        self.0.url()
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}
