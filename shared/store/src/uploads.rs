//! Uploads: a row each for a day, one of what the account has, and their files in S3. The first use of an upload pins the ETag of its file: from then on it is that
//! file or none.

use aws_sdk_s3::types::CompletedPart;
use bytes::Bytes;
use contract::limits::{
    MAX_FORM_UPLOAD, MAX_PENDING_UPLOADS, MAX_STORED_UPLOADS, UPLOAD_PART, UPLOAD_SECONDS,
};
use contract::resources::{UPLOAD_FILES, UPLOADS};

use crate::batch_files::PartsError;
use crate::error::unless_refused;
use crate::files::signed_for;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Guard, Item, Missed, Store, StoreError, Transaction};

mod quota;

use quota::quota_key;

#[derive(Debug)]
pub struct Uploads<'a>(pub(crate) &'a Store);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    pub id: String,
    pub account: String,
    pub filename: String,
    pub content_type: Option<String>,
    /// Bytes announced.
    pub size: Option<u64>,
    /// S3's name of the upload in parts, where it is one.
    pub in_parts: Option<String>,
    /// The file that it is for good.
    pub pinned: Option<Pinned>,
    pub created_at_ms: i64,
}

/// A file of S3, as it was when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    pub etag: String,
    pub bytes: u64,
}

fn key(account: &str, id: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), format!("UPLOAD#{id}"))
}

impl UploadRecord {
    /// Where its file lies.
    pub fn file(&self) -> String {
        format!("{UPLOAD_FILES}{}", self.id)
    }

    /// Unix milliseconds.
    pub fn expires_ms(&self) -> i64 {
        self.created_at_ms + UPLOAD_SECONDS * 1000
    }

    /// Parts that the announced size makes.
    pub fn parts(&self) -> u64 {
        self.size.unwrap_or(0).div_ceil(UPLOAD_PART)
    }

    /// Bytes of a part, counted from 1.
    pub fn part_bytes(&self, part: u64) -> u64 {
        let before = part.saturating_sub(1).saturating_mul(UPLOAD_PART);
        self.size.unwrap_or(0).saturating_sub(before).min(UPLOAD_PART)
    }

    /// Bytes that count against the quota.
    fn counted(&self) -> i64 {
        let bytes = self.pinned.as_ref().map_or(self.size.unwrap_or(MAX_FORM_UPLOAD), |file| file.bytes);
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }

    fn item(&self) -> Item {
        let (pk, sk) = key(&self.account, &self.id);
        let mut item = Item::new(pk, sk)
            .text("filename", &self.filename)
            .number("created_at", self.created_at_ms)
            .number("expires", self.expires_ms() / 1000);
        if let Some(content_type) = &self.content_type {
            item = item.text("content_type", content_type);
        }
        if let Some(size) = self.size {
            item = item.number("size", i64::try_from(size).unwrap_or(i64::MAX));
        }
        match &self.in_parts {
            Some(upload) => item.text("in_parts", upload),
            None => item,
        }
    }

    fn read(account: &str, id: &str, item: &Item) -> Result<Self, StoreError> {
        let positive = |name: &str| item.find_number(name).and_then(|value| u64::try_from(value).ok());
        let found = |name: &str| item.find_text(name).map(str::to_owned);
        Ok(Self {
            id: id.to_owned(),
            account: account.to_owned(),
            filename: item.get_text("filename")?.to_owned(),
            content_type: found("content_type"),
            size: positive("size"),
            in_parts: found("in_parts"),
            pinned: found("etag").zip(positive("file_bytes")).map(|(etag, bytes)| Pinned { etag, bytes }),
            created_at_ms: item.get_number("created_at")?,
        })
    }
}

impl Uploads<'_> {
    /// Adds a new upload. Refused by [`Guard::UploadQuota`] where the account has too many.
    pub fn create(&self, transaction: &mut Transaction<'_>, upload: &UploadRecord) -> Result<(), StoreError> {
        let bytes = upload.counted();
        let count = Change::new("ADD pending_count :one, stored_bytes :bytes")
            .when("attribute_not_exists(pending_count) OR (pending_count < :most AND stored_bytes <= :room)")
            .number(":one", 1)
            .number(":bytes", bytes)
            .number(":most", MAX_PENDING_UPLOADS)
            .number(":room", MAX_STORED_UPLOADS - bytes);
        transaction.update(Guard::UploadQuota, &UPLOADS, quota_key(&upload.account), count)?;
        transaction.put_new(Guard::Upload, &UPLOADS, upload.item())
    }

    /// `None` for one that is gone, or another's.
    pub async fn find(
        &self,
        account: &str,
        id: &str,
        now_ms: i64,
    ) -> Result<Option<UploadRecord>, StoreError> {
        let (pk, sk) = key(account, id);
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&UPLOADS));
        let item = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true).send().await?.item;
        let record = item.map(|item| UploadRecord::read(account, id, &Item(item))).transpose()?;
        Ok(record.filter(|record| now_ms < record.expires_ms()))
    }

    /// The file that the upload is for good, or as it is now; `None` where nothing has arrived.
    pub async fn arrived(&self, upload: &UploadRecord) -> Result<Option<Pinned>, StoreError> {
        if upload.pinned.is_some() {
            return Ok(upload.pinned.clone());
        }
        let head = self.0.batch_files().head(&upload.file()).await?;
        Ok(head.filter(|(bytes, _)| *bytes > 0).map(|(bytes, etag)| Pinned { etag, bytes }))
    }

    /// The file that the upload is from now on: the one pinned before, or the one that has arrived. `None`: there is none.
    pub async fn pin(&self, upload: &UploadRecord) -> Result<Option<Pinned>, StoreError> {
        let Some(arrived) = self.arrived(upload).await? else { return Ok(None) };
        if upload.pinned.is_some() {
            return Ok(Some(arrived));
        }
        let (pk, sk) = key(&upload.account, &upload.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&UPLOADS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET etag = :etag, file_bytes = :bytes")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(etag)")
            .expression_attribute_values(":etag", text(&arrived.etag))
            .expression_attribute_values(":bytes", number(i64::try_from(arrived.bytes).unwrap_or(i64::MAX)))
            .send()
            .await;
        if unless_refused(outcome)?.is_some() {
            let more = i64::try_from(arrived.bytes).unwrap_or(i64::MAX) - upload.counted();
            self.adjust(&upload.account, (-1, more)).await?;
            return Ok(Some(arrived));
        }
        // Another was first, or has deleted it.
        let found = self.find(&upload.account, &upload.id, upload.created_at_ms).await?;
        Ok(found.and_then(|found| found.pinned))
    }

    /// All bytes of a pinned file.
    pub async fn read(
        &self,
        upload: &UploadRecord,
        file: &Pinned,
    ) -> Result<Result<Bytes, Missed>, StoreError> {
        self.0.batch_files().read(&upload.file(), &file.etag, (0, file.bytes)).await
    }

    /// Deletes an upload with its file.
    pub async fn delete(&self, upload: &UploadRecord) -> Result<(), StoreError> {
        if let Some(in_parts) = &upload.in_parts {
            self.0.batch_files().abort_parts(&upload.file(), in_parts).await?;
        }
        self.0.batch_files().delete(&upload.file()).await?;
        let (pk, sk) = key(&upload.account, &upload.id);
        let call = self.0.dynamodb.delete_item().table_name(self.0.names.table(&UPLOADS));
        let call = call.key("pk", text(pk)).key("sk", text(sk)).condition_expression("attribute_exists(pk)");
        if unless_refused(call.send().await)?.is_some() {
            let pending = if upload.pinned.is_some() { 0 } else { -1 };
            self.adjust(&upload.account, (pending, -upload.counted())).await?;
        }
        Ok(())
    }

    /// The signed address of a part of exactly so many bytes.
    pub async fn part_link(
        &self,
        (file, in_parts): (&str, &str),
        (part, bytes): (i32, i64),
        seconds: i64,
    ) -> Result<String, StoreError> {
        let bucket = &self.0.names.bucket_results;
        let call = self.0.s3.upload_part().bucket(bucket).key(file).upload_id(in_parts);
        let call = call.part_number(part).content_length(bytes);
        Ok(call.presigned(signed_for(seconds)?).await?.uri().to_owned())
    }

    /// Puts parts together. `Err` with what the store says where it refuses them.
    pub async fn complete(
        &self,
        (file, in_parts): (&str, &str),
        parts: impl Iterator<Item = (i32, String)>,
    ) -> Result<Result<(), String>, StoreError> {
        let part = |(number, etag)| CompletedPart::builder().part_number(number).e_tag(etag).build();
        match self.0.batch_files().end_parts(file, in_parts, parts.map(part).collect()).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if is_callers(&error) => Ok(Err(said(error))),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_callers(error: &PartsError) -> bool {
    error.raw_response().is_some_and(|raw| matches!(raw.status().as_u16(), 400 | 404))
}

fn said(error: PartsError) -> String {
    let meta = error.into_service_error();
    let message = meta.meta().message().unwrap_or("the parts are not those that were sent");
    message.trim_end_matches('.').to_owned()
}
