//! S3 in process: the protocol by `s3s`, the store behind it ours.
//!
//! Content lies in files with random names under `objects/`, written to a temporary name in `incoming/`
//! first. A SQLite index says which files make up which object; an object exists once its row is committed.
//! What a crash leaves behind is either in `incoming/` or in the index's list of loose files, so opening
//! cleans up without reading every folder.

mod checksums;
mod conditions;
mod content;
mod copy;
mod form;
mod index;
mod list;
mod multipart;
mod policy;
mod public;
mod read;
mod schema;
mod service;
mod sweep;
mod write;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Transaction;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{HttpError, HttpRequest, HttpResponse, S3Error, S3ErrorCode, S3Result, StdError, s3_error};

pub use form::FormGrant;
pub use public::{PublicBody, PublicS3};

use crate::EmbeddedError;
use crate::credentials::Identity;
use content::{ContentFolder, ContentId};
use index::Index;

/// The store and its two doors.
pub(crate) struct S3 {
    store: ObjectStore,
    service: S3Service,
    identity: Identity,
}

impl S3 {
    pub(crate) fn open(
        folder: &Path,
        sync_content: bool,
        identity: &Identity,
    ) -> Result<Self, EmbeddedError> {
        let store = ObjectStore::open(folder, sync_content)?;
        let mut builder = S3ServiceBuilder::new(store.clone());
        builder.set_auth(SimpleAuth::from_single(identity.access_key.as_str(), identity.secret_key.as_str()));
        Ok(Self { store, service: builder.build(), identity: identity.clone() })
    }

    /// Answers a signed request. Without a valid signature the answer is 403.
    pub(crate) async fn signed(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.service.call(request).await
    }

    pub(crate) fn public(&self) -> PublicS3 {
        PublicS3::new(self.store.clone(), self.service.clone(), self.identity.clone())
    }

    pub(crate) fn close(&self) {
        self.store.shared.index.close();
    }
}

/// Buckets, objects and multipart uploads. Clones share them.
#[derive(Clone)]
pub(crate) struct ObjectStore {
    shared: Arc<Shared>,
}

struct Shared {
    index: Index,
    content: ContentFolder,
    /// The names of all buckets, for deciding about a path without touching the disk.
    buckets: RwLock<BTreeSet<String>>,
}

impl ObjectStore {
    fn open(folder: &Path, sync_content: bool) -> Result<Self, EmbeddedError> {
        let content = ContentFolder::open(folder, sync_content)?;
        let index = Index::open(&folder.join("index.sqlite"))?;
        content.remove_unfinished()?;
        let loose = index.loose()?;
        content.remove_all(&loose);
        index.forget_loose(&loose)?;
        let buckets = RwLock::new(index.bucket_names()?);
        Ok(Self { shared: Arc::new(Shared { index, content, buckets }) })
    }

    fn has_bucket(&self, name: &str) -> bool {
        self.shared.buckets.read().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    fn require_bucket(&self, name: &str) -> S3Result<()> {
        if self.has_bucket(name) { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
    }

    /// Runs a job that touches the disk on a thread for blocking work.
    async fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Shared) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || job(&shared)).await.unwrap_or_else(|error| Err(internal(error)))
    }
}

impl Shared {
    /// Puts finished content in place and changes the index in one transaction. `change` answers the content
    /// that belongs to nobody any more. When it fails, the new content is removed and nothing has happened.
    fn publish<T>(
        &self,
        fresh: &[ContentId],
        change: impl FnOnce(&Transaction<'_>) -> S3Result<(T, Vec<ContentId>)>,
    ) -> S3Result<T> {
        if !fresh.is_empty() {
            self.index.add_loose(fresh).map_err(internal)?;
        }
        let placed = fresh.iter().try_for_each(|id| self.content.adopt(id)).map_err(internal);
        let changed = placed.and_then(|()| {
            self.index.transaction(|transaction| {
                let (value, freed) = change(transaction)?;
                index::remove_loose(transaction, fresh).map_err(internal)?;
                index::insert_loose(transaction, &freed).map_err(internal)?;
                Ok((value, freed))
            })
        });
        match changed {
            Ok((value, freed)) => {
                self.discard(&freed);
                Ok(value)
            }
            Err(error) => {
                self.discard(fresh);
                Err(error)
            }
        }
    }

    /// Removes content that the index lists as loose. What cannot be removed now is removed at the next
    /// start.
    fn discard(&self, loose: &[ContentId]) {
        if loose.is_empty() {
            return;
        }
        self.content.remove_all(loose);
        if let Err(error) = self.index.forget_loose(loose) {
            tracing::warn!(%error, "the list of loose files could not be shortened");
        }
    }
}

/// A failure that is not the client's.
fn internal(error: impl Into<StdError>) -> S3Error {
    S3Error::with_source(S3ErrorCode::InternalError, error.into())
}
