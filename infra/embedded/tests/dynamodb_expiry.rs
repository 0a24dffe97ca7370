//! Time to live.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use embedded::{Embedded, Expired};
use support::{bounded, make_table, number, text};

const NOW: i64 = 1_800_000_000;

fn request(item: HashMap<String, AttributeValue>) -> WriteRequest {
    WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().unwrap()).build()
}

async fn put(client: &Client, table: &str, name: &str, expires: Option<i64>) {
    let mut put = client.put_item().table_name(table).item("pk", text(name)).item("sk", text("1"));
    if let Some(expires) = expires {
        put = put.item("expires", number(expires)).item("owner", text("me"));
    }
    put.send().await.unwrap();
}

async fn names(client: &Client, table: &str) -> Vec<String> {
    let scanned = client.scan().table_name(table).send().await.unwrap();
    let mut names: Vec<_> = scanned.items().iter().map(|item| item["pk"].as_s().unwrap().clone()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn expired_items_are_deleted_in_every_table_and_others_stay() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.dynamodb_client();
        for table in ["first", "second"] {
            make_table(&stores, table).await;
            put(&client, table, "past", Some(NOW - 1)).await;
            put(&client, table, "future", Some(NOW + 1)).await;
            put(&client, table, "never", None).await;
            put(&client, table, "milliseconds", Some(NOW * 1000)).await;
            put(&client, table, "long ago", Some(17)).await;
        }
        assert_eq!(stores.expire_items(NOW).await.unwrap(), Expired { deleted: 2, more: false });
        for table in ["first", "second"] {
            assert_eq!(names(&client, table).await, ["future", "long ago", "milliseconds", "never"]);
            let owned = client
                .query()
                .table_name(table)
                .index_name("by_owner")
                .key_condition_expression("#owner = :me")
                .expression_attribute_names("#owner", "owner")
                .expression_attribute_values(":me", text("me"));
            assert_eq!(owned.send().await.unwrap().count(), 3, "the index follows");
        }
        assert_eq!(stores.expire_items(NOW).await.unwrap(), Expired { deleted: 0, more: false });
    })
    .await;
}

#[tokio::test]
async fn one_call_does_a_bounded_part_and_the_next_goes_on() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.dynamodb_client();
        make_table(&stores, "first").await;
        make_table(&stores, "second").await;
        put(&client, "second", "past", Some(NOW - 1)).await;
        for batch in 0..90 {
            let item = |position: i32| {
                let key = text(&format!("{batch}-{position}"));
                let item = [("pk", key), ("sk", text("1")), ("expires", number(NOW - 1))];
                request(item.map(|(name, value)| (name.to_owned(), value)).into())
            };
            let items: Vec<_> = (0..25).map(item).collect();
            client.batch_write_item().request_items("first", items).send().await.unwrap();
        }
        let first = stores.expire_items(NOW).await.unwrap();
        assert_eq!(first, Expired { deleted: 2000, more: true });
        let second = stores.expire_items(NOW).await.unwrap();
        assert_eq!(second, Expired { deleted: 251, more: false });
        assert!(names(&client, "first").await.is_empty() && names(&client, "second").await.is_empty());
    })
    .await;
}
