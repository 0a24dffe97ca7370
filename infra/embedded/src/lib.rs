//! DynamoDB, SQS and S3 in one process, reached by the AWS SDK through an in-process HTTP connector. No port
//! is open, unless [`Embedded::serve_loopback`] opens one for other processes of this machine.
//!
//! The data folder holds `dynamodb.sqlite`, `s3/` and `lock`; it belongs to its owner alone and to one
//! process at a time. What DynamoDB and S3 answered survives the death of the process at any moment. Queues
//! live in memory: after a start the application makes them again and sends what its tasks say is due.
//!
//! The libraries inside report every refused request to `tracing`; a filter of `s3s=off` keeps what clients
//! did wrong out of a log.

mod clients;
mod connector;
mod credentials;
mod dynamodb;
mod error;
mod folder;
mod gateway;
mod loopback;
mod s3;
mod signature;
mod sqs;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use dynamodb::Expired;
pub use error::EmbeddedError;
pub use folder::holds_data;
pub use gateway::Gateway;
pub use loopback::LoopbackServer;
pub use s3::{FormGrant, PublicBody, PublicS3};

use credentials::Identity;
use dynamodb::DynamoDb;
use folder::DataFolder;
use s3::S3;
use sqs::Sqs;

/// How the stores are opened.
#[derive(Debug, Clone, Default)]
pub struct EmbeddedOptions {
    /// Whether the content of an S3 object is forced to the disk before the object appears. Off, a power cut
    /// may leave objects of the last moments unreadable; the death of the process alone never does.
    pub sync_content: bool,
}

/// The embedded stores. Clones and the clients made from it share them.
#[derive(Clone)]
pub struct Embedded {
    services: Arc<Services>,
}

pub(crate) struct Services {
    identity: Identity,
    dynamodb: DynamoDb,
    sqs: Sqs,
    s3: S3,
    /// Last, so that the folder is unlocked after the stores in it are closed.
    folder: Mutex<Option<DataFolder>>,
}

impl Embedded {
    /// Opens the stores in a data folder, which is made (mode 0700) where it is missing. Touches the disk:
    /// call it before serving.
    ///
    /// # Errors
    /// Another process has the folder, or it cannot be used, or a file in it is damaged or of a newer
    /// version.
    pub fn open(data_dir: &Path, options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        Self::in_folder(DataFolder::open(data_dir)?, options)
    }

    /// Stores in a temporary folder that is removed when the last handle is dropped. For tests.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn temporary() -> Result<Self, EmbeddedError> {
        Self::in_folder(DataFolder::temporary()?, &EmbeddedOptions::default())
    }

    fn in_folder(folder: DataFolder, options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let identity = Identity::random();
        let services = Services {
            dynamodb: DynamoDb::open(&folder.path().join("dynamodb.sqlite"))?,
            sqs: Sqs::new(),
            s3: S3::open(&folder.path().join("s3"), options.sync_content, &identity)?,
            identity,
            folder: Mutex::new(Some(folder)),
        };
        Ok(Self { services: Arc::new(services) })
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Finishes the work in hand, writes everything into its files and unlocks the folder. Later calls of any
    /// client fail. Dropping the last handle and client does the same.
    pub async fn close(&self) {
        self.services.sqs.close().await;
        let services = Arc::clone(&self.services);
        // Waiting for the database threads blocks. The task itself cannot fail.
        let _ = tokio::task::spawn_blocking(move || services.close()).await;
    }

    /// The handler for signed S3 URLs on the public listener.
    pub fn s3_public_service(&self) -> PublicS3 {
        self.services.s3.public()
    }

    /// Deletes DynamoDB items whose time to live has passed, as AWS does in the background. Bounded work a
    /// call.
    ///
    /// # Errors
    /// The database failed.
    pub async fn expire_items(&self, now_unix_seconds: i64) -> Result<Expired, EmbeddedError> {
        Ok(self.services.dynamodb.expire_items(now_unix_seconds).await?)
    }

    /// Deletes objects under a prefix that are older than a time, as a lifecycle rule does. At most 1,000 a
    /// call; answers how many.
    ///
    /// # Errors
    /// The index failed. An unknown bucket is empty.
    pub async fn expire_objects(
        &self,
        bucket: &str,
        prefix: &str,
        older_than_unix_seconds: i64,
    ) -> Result<usize, EmbeddedError> {
        Ok(self.services.s3.expire_objects(bucket, prefix, older_than_unix_seconds).await?)
    }

    /// Aborts multipart uploads begun before a time, in all buckets, and removes their parts. At most 100 a
    /// call; answers how many.
    ///
    /// # Errors
    /// The index failed.
    pub async fn abort_uploads(&self, older_than_unix_seconds: i64) -> Result<usize, EmbeddedError> {
        Ok(self.services.s3.abort_uploads(older_than_unix_seconds).await?)
    }
}

impl Services {
    fn close(&self) {
        self.dynamodb.close();
        self.s3.close();
        drop(self.folder.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        self.close();
    }
}

/// A time as the index stores it: milliseconds since 1970.
pub(crate) fn now_milliseconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
