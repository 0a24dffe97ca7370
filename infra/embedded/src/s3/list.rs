//! Listings, straight from the index.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, params};
use s3s::dto::{
    CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass,
};
use s3s::{S3Result, s3_error};

use super::conditions::timestamp;
use super::{ObjectStore, internal};

/// The most a page holds.
const MOST_KEYS: i32 = 1000;

/// What to list.
struct Query {
    bucket: String,
    prefix: String,
    delimiter: Option<String>,
    /// The first key that may appear.
    from: Vec<u8>,
    most: usize,
}

#[derive(Default)]
struct Page {
    objects: Vec<Entry>,
    prefixes: Vec<String>,
    /// Where the next page starts.
    next: Option<Vec<u8>>,
}

struct Entry {
    key: String,
    size: i64,
    etag: String,
    modified: i64,
}

impl ObjectStore {
    pub(super) async fn list(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        self.require_bucket(&input.bucket)?;
        let from = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => URL_SAFE_NO_PAD
                .decode(token)
                .map_err(|_| s3_error!(InvalidArgument, "unknown continuation token"))?,
            (None, Some(key)) => after(key.as_bytes()),
            (None, None) => Vec::new(),
        };
        let max_keys = input.max_keys.unwrap_or(MOST_KEYS).clamp(0, MOST_KEYS);
        let query = Query {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
            from,
            most: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self
            .blocking(move |shared| shared.index.read(|index| page(index, &query)).map_err(internal))
            .await?;
        Ok(output(input, max_keys, page))
    }
}

fn output(input: ListObjectsV2Input, max_keys: i32, page: Page) -> ListObjectsV2Output {
    let encode = input.encoding_type.as_ref().is_some_and(|kind| kind.as_str() == EncodingType::URL);
    let name = |key: String| if encode { percent_encoded(&key) } else { key };
    let count = page.objects.len() + page.prefixes.len();
    let object = |entry: Entry| Object {
        key: Some(name(entry.key)),
        size: Some(entry.size),
        e_tag: Some(ETag::Strong(entry.etag)),
        last_modified: Some(timestamp(entry.modified)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    };
    ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: input.prefix.map(name),
        delimiter: input.delimiter.map(name),
        start_after: input.start_after.map(name),
        max_keys: Some(max_keys),
        key_count: Some(i32::try_from(count).unwrap_or(i32::MAX)),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.map(|next| URL_SAFE_NO_PAD.encode(next)),
        contents: Some(page.objects.into_iter().map(object).collect()),
        common_prefixes: Some(
            page.prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(name(prefix)) }).collect(),
        ),
        encoding_type: input.encoding_type,
        request_charged: None,
    }
}

/// Walks the index in the order of keys; at each common prefix it jumps to what follows all keys under it.
fn page(index: &Connection, query: &Query) -> rusqlite::Result<Page> {
    let mut page = Page::default();
    if query.most == 0 {
        return Ok(page);
    }
    let mut statement = index.prepare_cached(
        "SELECT key, size, etag, modified FROM objects WHERE bucket = ?1 AND key >= ?2 AND key < ?3 ORDER BY key",
    )?;
    let end = behind(query.prefix.as_bytes());
    let mut from = query.from.clone().max(query.prefix.clone().into_bytes());
    'walk: loop {
        let mut rows = statement.query(params![query.bucket, from, end])?;
        while let Some(row) = rows.next()? {
            let key: Vec<u8> = row.get(0)?;
            if page.objects.len() + page.prefixes.len() == query.most {
                page.next = Some(key);
                break 'walk;
            }
            let key = String::from_utf8_lossy(&key).into_owned();
            if let Some(prefix) = common_prefix(&key, query) {
                from = behind(prefix.as_bytes());
                page.prefixes.push(prefix);
                continue 'walk;
            }
            page.objects.push(Entry { key, size: row.get(1)?, etag: row.get(2)?, modified: row.get(3)? });
        }
        break;
    }
    Ok(page)
}

fn common_prefix(key: &str, query: &Query) -> Option<String> {
    let delimiter = query.delimiter.as_deref()?;
    let rest = key.get(query.prefix.len()..)?;
    let at = rest.find(delimiter)?;
    key.get(..query.prefix.len() + at + delimiter.len()).map(str::to_owned)
}

/// The first byte string after this one.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The first byte string after all that start like this one. Keys are UTF-8, which has no byte 255.
pub(super) fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut bound = prefix.to_vec();
    match bound.last_mut() {
        Some(last) => *last = last.saturating_add(1),
        None => bound.push(u8::MAX),
    }
    bound
}

/// For `encoding-type=url`: everything but unreserved characters and the slash.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_enclose_exactly_the_keys_under_a_prefix() {
        let end = behind("a/".as_bytes());
        assert!("a/".as_bytes() < end.as_slice());
        assert!("a/\u{10FFFF}\u{10FFFF}".as_bytes() < end.as_slice());
        assert!("a0".as_bytes() >= end.as_slice());
        assert!("\u{10FFFF}".as_bytes() < behind(b"").as_slice());
    }

    #[test]
    fn percent_encoding_keeps_slashes_and_hides_the_rest() {
        assert_eq!(percent_encoded("a/b c+ü"), "a/b%20c%2B%C3%BC");
    }
}
