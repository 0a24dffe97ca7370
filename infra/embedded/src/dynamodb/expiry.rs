//! Time to live: DynamoDB deletes expired items in the background, here the application's sweep does.

use std::collections::HashMap;
use std::sync::PoisonError;

use dynoxide::actions::delete_item::{self, DeleteItemRequest};
use dynoxide::actions::scan::{self, ScanRequest, ScanResponse};
use dynoxide::storage::{Storage, TableMetadata};
use dynoxide::types::KeySchemaElement;
use dynoxide::{AttributeValue, DynoxideError};

use super::DynamoDb;
use super::operations::finish;

/// Items read in one go, between which requests of the application have their turn.
const PAGE: usize = 500;
/// Items read in one call, over all tables.
const MOST_EXAMINED: usize = 20_000;
/// Items deleted in one call.
const MOST_DELETED: usize = 2_000;
/// DynamoDB leaves items alone that expired more than five years ago: a wrong unit should not empty a table.
const OLDEST_SECONDS: i64 = 5 * 365 * 86_400;

type Item = HashMap<String, AttributeValue>;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Items deleted.
    pub deleted: usize,
    /// The bound on one call was met: the next call goes on where this one stopped.
    pub more: bool,
}

/// Where the next sweep goes on: a table and the key of the last item read.
#[derive(Default, Clone)]
pub(super) struct Cursor {
    table: Option<String>,
    after: Option<Item>,
}

impl DynamoDb {
    /// Deletes items whose time to live has passed. Bounded work a call; an item written anew meanwhile
    /// stays.
    pub(crate) async fn expire_items(&self, now_unix_seconds: i64) -> Result<Expired, DynoxideError> {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tables = self.writer.run(Storage::list_ttl_enabled_tables).await?;
        let (mut examined, mut deleted) = (0, 0);
        let start = cursor.table.clone().unwrap_or_default();
        for table in tables.iter().filter(|table| table.table_name >= start) {
            if cursor.table.as_ref() != Some(&table.table_name) {
                cursor = Cursor { table: Some(table.table_name.clone()), after: None };
            }
            loop {
                if examined >= MOST_EXAMINED || deleted >= MOST_DELETED {
                    self.remember(cursor);
                    return Ok(Expired { deleted, more: true });
                }
                let page = self.expired_page(table, now_unix_seconds, cursor.after.take()).await?;
                examined += page.scanned_count;
                deleted +=
                    self.delete_expired(table, now_unix_seconds, page.items.unwrap_or_default()).await?;
                cursor.after = page.last_evaluated_key;
                if cursor.after.is_none() {
                    break;
                }
            }
        }
        self.remember(Cursor::default());
        Ok(Expired { deleted, more: false })
    }

    fn remember(&self, cursor: Cursor) {
        *self.cursor.lock().unwrap_or_else(PoisonError::into_inner) = cursor;
    }

    async fn expired_page(
        &self,
        table: &TableMetadata,
        now: i64,
        after: Option<Item>,
    ) -> Result<ScanResponse, DynoxideError> {
        let mut request = ScanRequest {
            table_name: table.table_name.clone(),
            filter_expression: Some(EXPIRED.to_owned()),
            expression_attribute_names: Some(expiry_names(table)),
            expression_attribute_values: Some(expiry_values(now)),
            limit: Some(PAGE),
            exclusive_start_key: after,
            ..ScanRequest::default()
        };
        project_key(&mut request, table)?;
        self.reader.run(move |storage| finish(scan::execute(storage, request))).await
    }

    async fn delete_expired(
        &self,
        table: &TableMetadata,
        now: i64,
        keys: Vec<Item>,
    ) -> Result<usize, DynoxideError> {
        let mut deleted = 0;
        for key in keys {
            let request = DeleteItemRequest {
                table_name: table.table_name.clone(),
                key,
                condition_expression: Some(EXPIRED.to_owned()),
                expression_attribute_names: Some(expiry_names(table)),
                expression_attribute_values: Some(expiry_values(now)),
                ..DeleteItemRequest::default()
            };
            match self.writer.run(move |storage| finish(delete_item::execute(storage, request))).await {
                Ok(_) => deleted += 1,
                // Renewed or gone since it was read.
                Err(DynoxideError::ConditionalCheckFailedException(..)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(deleted)
    }
}

const EXPIRED: &str = "#expires < :now AND #expires > :oldest";

fn expiry_names(table: &TableMetadata) -> HashMap<String, String> {
    let attribute = table.ttl_attribute.clone().unwrap_or_default();
    HashMap::from([("#expires".to_owned(), attribute)])
}

fn expiry_values(now: i64) -> HashMap<String, AttributeValue> {
    HashMap::from([
        (":now".to_owned(), AttributeValue::N(now.to_string())),
        (":oldest".to_owned(), AttributeValue::N((now - OLDEST_SECONDS).to_string())),
    ])
}

/// Asks for nothing but the key, so what is read can be passed to a delete as it is.
fn project_key(request: &mut ScanRequest, table: &TableMetadata) -> Result<(), DynoxideError> {
    let schema: Vec<KeySchemaElement> = serde_json::from_str(&table.key_schema)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    let names = request.expression_attribute_names.get_or_insert_default();
    let mut placeholders = Vec::new();
    for (position, element) in schema.into_iter().enumerate() {
        let placeholder = format!("#key{position}");
        names.insert(placeholder.clone(), element.attribute_name);
        placeholders.push(placeholder);
    }
    request.projection_expression = Some(placeholders.join(", "));
    Ok(())
}
