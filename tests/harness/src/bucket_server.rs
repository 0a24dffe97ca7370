//! The bucket of a customer: an embedded S3 of its own on a port of this machine, with keys of its own.

use embedded::{Embedded, LoopbackServer};
use serde_json::{Value, json};

/// Name of the bucket.
pub const BUCKET: &str = "customer-pictures";

pub struct BucketServer {
    embedded: Embedded,
    server: LoopbackServer,
}

impl BucketServer {
    /// With one empty bucket.
    pub async fn start() -> Self {
        let embedded = Embedded::temporary().expect("a store");
        let server = embedded.serve_loopback(([127, 0, 0, 1], 0).into()).await.expect("a port");
        embedded.s3_client().create_bucket().bucket(BUCKET).send().await.expect("a bucket");
        Self { embedded, server }
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    /// The secret of its keys.
    pub fn secret(&self) -> String {
        self.embedded.credentials().secret_access_key().to_owned()
    }

    pub fn access_key(&self) -> String {
        self.embedded.credentials().access_key_id().to_owned()
    }

    /// Parameters of a storage of type s3 in a folder of the bucket.
    pub fn s3(&self, path: &str) -> Value {
        let mut parameters = self.gcs(path);
        parameters["region"] = self.embedded.region().into();
        parameters
    }

    /// As [`BucketServer::s3`], reached by another address.
    pub fn s3_behind(&self, url: &str) -> Value {
        let mut parameters = self.s3("");
        parameters["endpoint"] = url.into();
        parameters
    }

    /// The same of type gcs.
    pub fn gcs(&self, path: &str) -> Value {
        let credentials = json!({"access_key": self.access_key(), "secret_access_key": self.secret()});
        json!({"bucket": BUCKET, "path": path, "endpoint": self.server.url(), "credentials": credentials})
    }

    pub async fn put(&self, key: &str, bytes: Vec<u8>) {
        let call = self.embedded.s3_client().put_object().bucket(BUCKET).key(key).body(bytes.into());
        call.send().await.expect("an object is put");
    }

    /// Bytes and content type; `None` where there is no such object.
    pub async fn get(&self, key: &str) -> Option<(Vec<u8>, String)> {
        let found = self.embedded.s3_client().get_object().bucket(BUCKET).key(key).send().await.ok()?;
        let media = found.content_type.clone().unwrap_or_default();
        Some((found.body.collect().await.expect("an object").to_vec(), media))
    }

    pub async fn delete(&self, key: &str) {
        self.embedded.s3_client().delete_object().bucket(BUCKET).key(key).send().await.expect("a deletion");
    }

    /// All keys in order.
    pub async fn keys(&self) -> Vec<String> {
        let mut pages = self.embedded.s3_client().list_objects_v2().bucket(BUCKET).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(
                page.expect("a listing")
                    .contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|object| object.key),
            );
        }
        keys
    }
}
