//! Answers that may be given again. The scope is part of the key, so that no account is given another's.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use contract::resources::CACHE;
use futures::{StreamExt, TryStreamExt};

use crate::item::text;
use crate::{Item, Store, StoreError};

#[derive(Debug)]
pub struct Cache<'a>(pub(crate) &'a Store);

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub value: String,
    pub at_ms: i64,
}

/// Items DynamoDB reads and writes at once.
const READ: usize = 100;
const WRITTEN: usize = 25;
/// Such calls at the same time.
const AT_ONCE: usize = 4;
const TRIES: u32 = 4;

fn key(scope: &str, key: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".into(), text(format!("CACHE#{scope}#{key}"))), ("sk".into(), text("CACHE"))])
}

impl Cache<'_> {
    /// What is kept under these keys, by key. Answers that should have expired may be among them.
    pub async fn get(&self, scope: &str, keys: Vec<String>) -> Result<Vec<(String, Kept)>, StoreError> {
        let batches: Vec<Vec<String>> = keys.chunks(READ).map(<[String]>::to_vec).collect();
        let batches = batches.into_iter().map(|batch| self.read(scope, batch));
        let found: Vec<_> = futures::stream::iter(batches).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn read(&self, scope: &str, keys: Vec<String>) -> Result<Vec<(String, Kept)>, StoreError> {
        let keys = keys.iter().map(|one| key(scope, one)).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build()?;
        let table = self.0.names.table(&CACHE);
        let mut left = HashMap::from([(table.to_owned(), wanted)]);
        let mut found = Vec::new();
        for tried in 1..=TRIES {
            let answer = self.0.dynamodb.batch_get_item().set_request_items(Some(left)).send().await?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items).map(Item) {
                let key = item.get_text("pk")?.rsplit('#').next().unwrap_or_default().to_owned();
                found.push((
                    key,
                    Kept { value: item.get_text("answer")?.to_owned(), at_ms: item.get_number("at")? },
                ));
            }
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20 << tried)).await;
        }
        // What was not read in time is made again.
        Ok(found)
    }

    /// Keeps answers by key until `expires` (Unix seconds).
    pub async fn put(
        &self,
        scope: &str,
        answers: &BTreeMap<String, Arc<str>>,
        at_ms: i64,
        expires: i64,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(answers.len());
        for (name, answer) in answers {
            let item = Item(key(scope, name)).number("v", 1).text("answer", answer.to_string());
            let item = item.number("at", at_ms).number("expires", expires);
            let put = PutRequest::builder().set_item(Some(item.0)).build()?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        let batches = writes.chunks(WRITTEN).map(<[WriteRequest]>::to_vec).collect::<Vec<_>>();
        let batches = batches.into_iter().map(|batch| async move {
            let table = self.0.names.table(&CACHE).to_owned();
            // Why not again what was not taken: it costs a call its time, and is only made anew.
            self.0.dynamodb.batch_write_item().request_items(table, batch).send().await.map(drop)
        });
        futures::stream::iter(batches).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(())
    }
}
