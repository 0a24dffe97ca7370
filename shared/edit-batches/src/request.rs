//! The body that a batch was made with. Why a file: a thousand URIs are more than an item of DynamoDB holds.

use bytes::Bytes;
use common::ApiError;
use contract::images::BatchEditRequest;
use contract::validate::drop_nulls;
use serde_json::Value;
use store::{Store, StoreError};

use crate::places::Places;

/// A body as it is kept.
#[derive(Debug, Clone)]
pub struct StoredRequest(Bytes);

impl StoredRequest {
    /// Why not as it came: a body may be a megabyte of spaces.
    pub fn of(sent: &[u8]) -> Result<(Self, Value), ApiError> {
        let request: Value = serde_json::from_slice(sent).map_err(ApiError::internal)?;
        Ok((Self(Bytes::from(request.to_string())), request))
    }
}

pub async fn keep(store: &Store, batch: u64, request: StoredRequest) -> Result<(), StoreError> {
    store.batch_files().put(&Places(batch).request(), request.0).await
}

/// As it was sent.
pub async fn echo(store: &Store, batch: u64) -> Result<Value, StoreError> {
    let request = store.batch_files().get(&Places(batch).request()).await?;
    serde_json::from_slice(&request).map_err(|_| StoreError::malformed("the request of a batch"))
}

/// As it is meant: `null` is absent.
pub async fn load(store: &Store, batch: u64) -> Result<BatchEditRequest, StoreError> {
    let mut request = echo(store, batch).await?;
    drop_nulls(&mut request);
    serde_json::from_value(request).map_err(|_| StoreError::malformed("the request of a batch"))
}
