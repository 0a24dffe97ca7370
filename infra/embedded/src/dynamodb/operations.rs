//! From an operation's name and JSON body to a typed call and back.

use std::future::Future;
use std::sync::{Arc, PoisonError};

use dynoxide::DynoxideError;
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::actions::{
    batch_get_item, batch_write_item, create_table, delete_item, delete_table, describe_table,
    describe_time_to_live, get_item, list_tables, put_item, query, scan, transact_get_items,
    transact_write_items, update_item, update_time_to_live,
};
use dynoxide::storage::Storage;
use futures::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tokens::Tokens;
use super::worker::Worker;
use super::{Answer, DynamoDb, connect};

type Outcome<T> = Result<T, DynoxideError>;

impl DynamoDb {
    /// Answers a request. `target` is the header `X-Amz-Target`.
    pub(crate) async fn call(&self, target: &str, body: &[u8]) -> Answer {
        let operation = target.rsplit_once('.').map_or(target, |(_, name)| name);
        match self.dispatch(operation, body).await {
            Ok(body) => Answer { status: 200, body },
            Err(error) => Answer { status: error.status_code(), body: error.to_json().into_bytes() },
        }
    }

    async fn dispatch(&self, operation: &str, body: &[u8]) -> Outcome<Vec<u8>> {
        let (writer, reader) = (&self.writer, &self.reader);
        match operation {
            "GetItem" => run(reader, body, |s, q| finish(get_item::execute(s, q))).await,
            "Query" => run(reader, body, |s, q| finish(query::execute(s, q))).await,
            "Scan" => run(reader, body, |s, q| finish(scan::execute(s, q))).await,
            "BatchGetItem" => run(reader, body, |s, q| finish(batch_get_item::execute(s, q))).await,
            "PutItem" => run(writer, body, |s, q| finish(put_item::execute(s, q))).await,
            "UpdateItem" => run(writer, body, |s, q| finish(update_item::execute(s, q))).await,
            "DeleteItem" => run(writer, body, |s, q| finish(delete_item::execute(s, q))).await,
            "BatchWriteItem" => run(writer, body, |s, q| finish(batch_write_item::execute(s, q))).await,
            "TransactWriteItems" => self.transact_write(body).await,
            // Reads several rows by several statements: only the writer's thread keeps writes out from
            // between them.
            "TransactGetItems" => run(writer, body, |s, q| finish(transact_get_items::execute(s, q))).await,
            _ => self.dispatch_table(operation, body).await,
        }
    }

    /// What is about tables. All of it on the writer: it alone sees changed definitions at once.
    async fn dispatch_table(&self, operation: &str, body: &[u8]) -> Outcome<Vec<u8>> {
        let writer = &self.writer;
        match operation {
            "CreateTable" => run(writer, body, |s, q| finish(create_table::execute(s, q))).await,
            "DescribeTable" => {
                run(writer, body, |s, q| finish(describe_table::execute(s, q, &VectorIndexLifecycle::new())))
                    .await
            }
            "DeleteTable" => {
                let answer = run(writer, body, |s, q| {
                    finish(delete_table::execute(s, q, &VectorIndexLifecycle::new()))
                })
                .await?;
                // A connection remembers definitions; one opened now does not know the deleted table.
                self.reader.replace(connect(&self.file)?);
                Ok(answer)
            }
            "ListTables" => run(writer, body, |s, q| finish(list_tables::execute(s, q))).await,
            "UpdateTimeToLive" => run(writer, body, |s, q| finish(update_time_to_live::execute(s, q))).await,
            "DescribeTimeToLive" => {
                run(writer, body, |s, q| finish(describe_time_to_live::execute(s, q))).await
            }
            other => Err(DynoxideError::UnsupportedCapability(other.to_owned())),
        }
    }

    async fn transact_write(&self, body: &[u8]) -> Outcome<Vec<u8>> {
        let request: transact_write_items::TransactWriteItemsRequest = decode(body)?;
        let Some(token) = Tokens::tracked(request.client_request_token.as_deref()) else {
            let response =
                self.writer.run(move |s| finish(transact_write_items::execute(s, request))).await?;
            return encode(&response);
        };
        let hash = Tokens::hash(&request.transact_items)?;
        let tokens = Arc::clone(&self.tokens);
        // Looked up and recorded on the writer's thread, so two calls with one token cannot both execute.
        let job = move |storage: &Storage| {
            let mut tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(earlier) = tokens.find(&token, hash)? {
                return Ok(earlier);
            }
            let response = encode(&finish(transact_write_items::execute(storage, request))?)?;
            tokens.record(token, hash, response.clone());
            Ok(response)
        };
        self.writer.run(job).await
    }
}

/// Decodes and encodes on the caller's thread, so the worker does nothing but touch the database.
async fn run<Q, R>(worker: &Worker, body: &[u8], execute: fn(&Storage, Q) -> Outcome<R>) -> Outcome<Vec<u8>>
where
    Q: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
{
    let request = decode(body)?;
    let response = worker.run(move |storage| execute(storage, request)).await?;
    encode(&response)
}

/// Futures over the SQLite backend never suspend.
pub(super) fn finish<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    future.now_or_never().unwrap_or_else(|| {
        Err(DynoxideError::InternalServerError("an operation on the SQLite backend suspended".to_owned()))
    })
}

fn encode<T: Serialize>(response: &T) -> Outcome<Vec<u8>> {
    serde_json::to_vec(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Dynoxide's own readers mark their messages with the error class they stand for.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Outcome<T> {
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        match message.split_once(':') {
            Some(("VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ", rest)) => {
                DynoxideError::ValidationException(rest.to_owned())
            }
            Some(("SERIALIZATION" | "SERIALIZATION_AS_READ", rest)) => {
                DynoxideError::SerializationException(rest.to_owned())
            }
            _ if message.contains("missing field") || message.contains("AttributeValue") => {
                DynoxideError::ValidationException(message.to_owned())
            }
            _ => DynoxideError::SerializationException(message.to_owned()),
        }
    })
}
