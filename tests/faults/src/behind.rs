//! Looks at what is stored, and writes past the API what only a fault would leave.

use std::collections::HashMap;

use atelier::Server;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use contract::platform::money::{EntryKind, LedgerEntry};
use contract::price::PRICES;
use contract::resources::{EDITS, LOGS, TASKS};
use serde_json::{Value, json};
use store::{Hold, KeyRecord, NewTask, Secret, Store, TaskRecord};

/// Milliseconds the hold of a synchronous call lives, as the pipeline makes it.
pub const HOLD_MS: i64 = 35_000;

pub fn store(server: &Server) -> &Store {
    &server.platform().store
}

/// The record of a key that works.
pub async fn key(server: &Server, secret: &str) -> KeyRecord {
    let secret = Secret::parse(secret).expect("a well-formed key");
    let found = store(server).keys().find_by_secret(&secret).await.expect("a look-up");
    found.expect("a key of this store")
}

/// A hold as a synchronous call makes it, whose call then never ends.
pub async fn hold(server: &Server, secret: &str) -> Hold {
    let now_ms = server.platform().now_ms();
    let hold =
        Hold::new(&key(server, secret).await, &uuid::Uuid::new_v4().to_string(), PRICES.image_edit, now_ms);
    let store = store(server);
    let mut transaction = store.transaction();
    store
        .ledger()
        .hold(&mut transaction, &hold, None, now_ms, Some(now_ms + HOLD_MS))
        .expect("a hold's writes");
    transaction.commit().await.expect("enough credits");
    hold
}

/// An accepted task with its hold, whose message was never sent.
pub async fn task(server: &Server, secret: &str, request: &Value) -> u64 {
    let hold = hold(server, secret).await;
    let task = TaskRecord::new(NewTask {
        account: hold.account.clone(),
        hold: hold.clone(),
        request: request.to_string(),
        base_url: format!("http://{}", server.address()),
        prefix: "/v1".into(),
        created_at_ms: server.platform().now_ms(),
    });
    let store = store(server);
    let mut transaction = store.transaction();
    store.ledger().hand_over(&mut transaction, &hold).expect("a hand-over's write");
    store.tasks().create(&mut transaction, &task).expect("a task's write");
    transaction.commit().await.expect("a fresh task");
    task.id
}

pub async fn load(server: &Server, id: u64) -> TaskRecord {
    store(server).tasks().load(id).await.expect("a look-up").expect("a task that exists")
}

/// Sends a task's message once more.
pub async fn send_again(server: &Server, id: u64) {
    let message = load(server, id).await.message();
    store(server).queues().send_edits(&[message], 0).await.expect("sent");
}

/// Overwrites the stored request of a task.
pub async fn corrupt(server: &Server, id: u64, request: &str) {
    change(server, id, "request", Some(AttributeValue::S(request.into()))).await;
}

/// Overwrites a number of a stored task.
pub async fn set(server: &Server, id: u64, name: &str, value: i64) {
    change(server, id, name, Some(AttributeValue::N(value.to_string()))).await;
}

/// Takes an attribute out of a stored task.
pub async fn forget(server: &Server, id: u64, name: &str) {
    change(server, id, name, None).await;
}

async fn change(server: &Server, id: u64, name: &str, value: Option<AttributeValue>) {
    let call = store(server).dynamodb.update_item().table_name(TASKS.name);
    call.key("pk", AttributeValue::S(format!("TASK#{id}")))
        .key("sk", AttributeValue::S("TASK".into()))
        .update_expression(if value.is_some() { "SET #name = :value" } else { "REMOVE #name" })
        .expression_attribute_names("#name", name)
        .condition_expression("attribute_exists(pk)")
        .set_expression_attribute_values(value.map(|value| HashMap::from([(":value".into(), value)])))
        .send()
        .await
        .expect("the task is there");
}

/// All items of the table of tasks.
pub async fn tasks(store: &Store) -> Vec<HashMap<String, AttributeValue>> {
    let scan = store.dynamodb.scan().table_name(TASKS.name).into_paginator().items().send();
    scan.collect::<Result<_, _>>().await.expect("a scan")
}

/// A text of an item; empty where it has none.
pub fn text<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// All rows of an account's ledger.
pub async fn ledger(store: &Store, account: &str) -> Vec<LedgerEntry> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = store.ledger().list(account, 100, after.as_deref()).await.expect("a page");
        rows.extend(page);
        match next {
            Some(_) => after = next,
            None => return rows,
        }
    }
}

/// Request ids of an account's charges.
pub async fn charges(store: &Store, account: &str) -> Vec<String> {
    let rows = ledger(store, account).await;
    let charges = rows.into_iter().filter(|row| row.kind == EntryKind::Charge);
    charges.map(|row| row.request_id.unwrap_or_default()).collect()
}

/// The log rows of an account as `(request id, status, error code)`.
pub async fn log_rows(store: &Store, account: &str) -> Vec<(String, String, String)> {
    let rows = store
        .dynamodb
        .query()
        .table_name(LOGS.name)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S(format!("LOG#{account}")))
        .into_paginator()
        .items()
        .send();
    let rows: Vec<_> = rows.collect::<Result<_, _>>().await.expect("a query");
    let number = |item: &HashMap<String, AttributeValue>, name: &str| {
        item.get(name).and_then(|value| value.as_n().ok()).cloned().unwrap_or_default()
    };
    rows.iter()
        .map(|row| (text(row, "request_id").into(), number(row, "status"), text(row, "error_code").into()))
        .collect()
}

/// Names of all stored results.
pub async fn results(store: &Store) -> Vec<String> {
    let pages = store.s3.list_objects_v2().bucket(&store.names.bucket_results).into_paginator().send();
    let pages: Vec<_> = pages.collect::<Result<_, _>>().await.expect("a listing");
    pages
        .iter()
        .flat_map(|page| page.contents())
        .filter_map(|object| object.key().map(str::to_owned))
        .collect()
}

/// Messages that wait in the queue of edits, and those a worker has.
pub async fn messages(store: &Store) -> (u32, u32) {
    let waiting = QueueAttributeName::ApproximateNumberOfMessages;
    let in_work = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    let url = store.names.queue(&EDITS);
    let call = store.sqs.get_queue_attributes().queue_url(url);
    let answer = call.attribute_names(waiting.clone()).attribute_names(in_work.clone()).send().await;
    let attributes = answer.expect("attributes").attributes.unwrap_or_default();
    let count = |name| attributes.get(&name).and_then(|count| count.parse().ok()).unwrap_or(0);
    (count(waiting), count(in_work))
}

/// Makes the queue give up a message after so many receipts, so that a test need not wait through all pauses.
pub async fn give_up_after(store: &Store, receipts: u32) {
    let url = store.names.queue(&EDITS);
    let name = QueueAttributeName::RedrivePolicy;
    let call = store.sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone());
    let attributes = call.send().await.expect("attributes").attributes.unwrap_or_default();
    let policy = attributes.get(&name).expect("the queue of edits has dead letters");
    let mut policy: Value = serde_json::from_str(policy).expect("a policy is JSON");
    policy["maxReceiveCount"] = json!(receipts);
    let call = store.sqs.set_queue_attributes().queue_url(url).attributes(name, policy.to_string());
    call.send().await.expect("the policy is valid");
}
