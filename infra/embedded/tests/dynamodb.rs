//! DynamoDB through the SDK.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Get, KeysAndAttributes, Put, PutRequest, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem, Update, WriteRequest,
};
use embedded::Embedded;
use support::{bounded, make_table, number, text};

async fn stores() -> (Embedded, Client) {
    let stores = Embedded::temporary().unwrap();
    make_table(&stores, "things").await;
    let client = stores.dynamodb_client();
    (stores, client)
}

async fn put(client: &Client, pk: &str, sk: &str, more: &[(&str, AttributeValue)]) {
    let mut request = client.put_item().table_name("things").item("pk", text(pk)).item("sk", text(sk));
    for (name, value) in more {
        request = request.item(*name, value.clone());
    }
    request.send().await.unwrap();
}

async fn get(client: &Client, pk: &str, sk: &str) -> Option<HashMap<String, AttributeValue>> {
    let request = client.get_item().table_name("things").key("pk", text(pk)).key("sk", text(sk));
    request.consistent_read(true).send().await.unwrap().item
}

fn spend(amount: i64) -> Update {
    Update::builder()
        .table_name("things")
        .key("pk", text("account"))
        .key("sk", text("balance"))
        .update_expression("SET balance = balance - :amount")
        .condition_expression("balance >= :amount")
        .expression_attribute_values(":amount", number(amount))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_conditional_updates_never_overspend() {
    bounded(async {
        let (_stores, client) = stores().await;
        put(&client, "account", "balance", &[("balance", number(100))]).await;
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    client
                        .update_item()
                        .table_name("things")
                        .key("pk", text("account"))
                        .key("sk", text("balance"))
                        .update_expression("SET balance = balance - :amount")
                        .condition_expression("balance >= :amount")
                        .expression_attribute_values(":amount", number(3))
                        .return_values(ReturnValue::UpdatedNew)
                        .send()
                        .await
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => done += 1,
                Err(SdkError::ServiceError(error)) => {
                    assert!(matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)));
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(done, 33);
        assert_eq!(get(&client, "account", "balance").await.unwrap()["balance"], number(1));
    })
    .await;
}

#[tokio::test]
async fn a_refused_transaction_changes_nothing_and_says_which_item_and_its_old_values() {
    bounded(async {
        let (_stores, client) = stores().await;
        put(&client, "account", "balance", &[("balance", number(5))]).await;
        let row =
            Put::builder().table_name("things").item("pk", text("account")).item("sk", text("row")).build();
        let error = client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(row.unwrap()).build())
            .transact_items(TransactWriteItem::builder().update(spend(6)).build())
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            panic!("{error:?}")
        };
        let reasons = cancelled.cancellation_reasons();
        assert_eq!(reasons[0].code(), Some("None"));
        assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
        assert_eq!(reasons[1].item().unwrap()["balance"], number(5));
        assert_eq!(get(&client, "account", "row").await, None);
        assert_eq!(get(&client, "account", "balance").await.unwrap()["balance"], number(5));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_transactions_spend_exactly_what_is_there() {
    bounded(async {
        let (_stores, client) = stores().await;
        put(&client, "account", "balance", &[("balance", number(10))]).await;
        let tasks: Vec<_> = (0..30)
            .map(|task| {
                let client = client.clone();
                tokio::spawn(async move {
                    let row = Put::builder()
                        .table_name("things")
                        .item("pk", text("ledger"))
                        .item("sk", text(&format!("{task:03}")))
                        .condition_expression("attribute_not_exists(pk)")
                        .build()
                        .unwrap();
                    client
                        .transact_write_items()
                        .transact_items(TransactWriteItem::builder().update(spend(1)).build())
                        .transact_items(TransactWriteItem::builder().put(row).build())
                        .send()
                        .await
                        .is_ok()
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.unwrap());
        }
        assert_eq!(done, 10);
        assert_eq!(get(&client, "account", "balance").await.unwrap()["balance"], number(0));
        let rows = client
            .query()
            .table_name("things")
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text("ledger"));
        assert_eq!(rows.send().await.unwrap().count(), 10);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_sent_twice_with_one_token_is_applied_once() {
    bounded(async {
        let (_stores, client) = stores().await;
        put(&client, "account", "balance", &[("balance", number(10))]).await;
        let send = |token: &'static str, amount: i64| {
            let item = TransactWriteItem::builder().update(spend(amount)).build();
            client.transact_write_items().client_request_token(token).transact_items(item).send()
        };
        send("one", 3).await.unwrap();
        send("one", 3).await.unwrap();
        assert_eq!(get(&client, "account", "balance").await.unwrap()["balance"], number(7));
        let error = send("one", 4).await.unwrap_err().into_service_error();
        assert!(
            matches!(error, TransactWriteItemsError::IdempotentParameterMismatchException(_)),
            "{error:?}"
        );
        send("two", 3).await.unwrap();
        assert_eq!(get(&client, "account", "balance").await.unwrap()["balance"], number(4));
    })
    .await;
}

#[tokio::test]
async fn an_index_is_queried_in_order_and_by_page() {
    bounded(async {
        let (_stores, client) = stores().await;
        for position in 0..5 {
            let sk = format!("{position}");
            put(&client, &format!("task{position}"), &sk, &[("owner", text("me"))]).await;
        }
        put(&client, "other", "9", &[("owner", text("you"))]).await;
        let query = |start: Option<HashMap<String, AttributeValue>>| {
            client
                .query()
                .table_name("things")
                .index_name("by_owner")
                .key_condition_expression("#owner = :owner")
                .expression_attribute_names("#owner", "owner")
                .expression_attribute_values(":owner", text("me"))
                .scan_index_forward(false)
                .limit(3)
                .set_exclusive_start_key(start)
                .send()
        };
        let first = query(None).await.unwrap();
        let second = query(first.last_evaluated_key.clone()).await.unwrap();
        let order: Vec<_> = first
            .items()
            .iter()
            .chain(second.items())
            .map(|item| item["sk"].as_s().unwrap().clone())
            .collect();
        assert_eq!(order, ["4", "3", "2", "1", "0"]);
    })
    .await;
}

#[tokio::test]
async fn batches_are_written_and_read() {
    bounded(async {
        let (_stores, client) = stores().await;
        let write = |position: usize| {
            let put =
                PutRequest::builder().item("pk", text("batch")).item("sk", text(&format!("{position}")));
            WriteRequest::builder().put_request(put.build().unwrap()).build()
        };
        let written = client.batch_write_item().request_items("things", (0..25).map(write).collect());
        assert!(written.send().await.unwrap().unprocessed_items().is_none_or(HashMap::is_empty));
        let key = |sk: &str| HashMap::from([("pk".to_owned(), text("batch")), ("sk".to_owned(), text(sk))]);
        let keys =
            KeysAndAttributes::builder().keys(key("3")).keys(key("24")).keys(key("25")).build().unwrap();
        let read = client.batch_get_item().request_items("things", keys).send().await.unwrap();
        assert_eq!(read.responses().unwrap()["things"].len(), 2);
        let get = |sk: &str| {
            let get = Get::builder().table_name("things").set_key(Some(key(sk))).build().unwrap();
            TransactGetItem::builder().get(get).build()
        };
        let read = client.transact_get_items().transact_items(get("3")).transact_items(get("25"));
        let read = read.send().await.unwrap();
        assert_eq!(
            read.responses().iter().map(|one| one.item().is_some()).collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(client.scan().table_name("things").send().await.unwrap().count(), 25);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_and_remade_table_is_empty() {
    bounded(async {
        let (stores, client) = stores().await;
        put(&client, "a", "b", &[]).await;
        assert!(get(&client, "a", "b").await.is_some());
        client.delete_table().table_name("things").send().await.unwrap();
        let gone =
            client.get_item().table_name("things").key("pk", text("a")).key("sk", text("b")).send().await;
        assert!(gone.unwrap_err().into_service_error().is_resource_not_found_exception());
        make_table(&stores, "things").await;
        assert_eq!(get(&client, "a", "b").await, None);
    })
    .await;
}

#[tokio::test]
async fn what_the_service_refuses_is_a_typed_error() {
    bounded(async {
        let (_stores, client) = stores().await;
        let reserved = client
            .update_item()
            .table_name("things")
            .key("pk", text("a"))
            .key("sk", text("b"))
            .update_expression("SET status = :one")
            .expression_attribute_values(":one", number(1))
            .send()
            .await
            .unwrap_err();
        let SdkError::ServiceError(error) = reserved else { panic!("{reserved:?}") };
        assert_eq!(error.err().meta().code(), Some("ValidationException"));
        let missing =
            client.describe_table().table_name("nothing").send().await.unwrap_err().into_service_error();
        assert!(missing.is_resource_not_found_exception());
        let delete = Delete::builder().table_name("things").key("pk", text("a")).key("sk", text("b"));
        let delete = delete.condition_expression("attribute_exists(pk)").build().unwrap();
        let item = TransactWriteItem::builder().delete(delete).build();
        let refused = client.transact_write_items().transact_items(item).send().await.unwrap_err();
        assert!(refused.into_service_error().is_transaction_canceled_exception());
    })
    .await;
}
