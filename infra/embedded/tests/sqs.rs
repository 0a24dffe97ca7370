//! SQS through the SDK.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use embedded::Embedded;
use support::bounded;

async fn queue(client: &Client, name: &str, attributes: &[(QueueAttributeName, &str)]) -> String {
    let mut request = client.create_queue().queue_name(name);
    for (attribute, value) in attributes {
        request = request.attributes(attribute.clone(), *value);
    }
    request.send().await.unwrap().queue_url.unwrap()
}

async fn receive(client: &Client, url: &str, wait_seconds: i32) -> Vec<Message> {
    client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .wait_time_seconds(wait_seconds)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap()
        .messages
        .unwrap_or_default()
}

fn receive_count(message: &Message) -> &str {
    &message.attributes().unwrap()[&MessageSystemAttributeName::ApproximateReceiveCount]
}

async fn dead_letters(client: &Client) -> (String, String) {
    let dead = queue(client, "dead", &[]).await;
    let arn = client.get_queue_attributes().queue_url(&dead).attribute_names(QueueAttributeName::QueueArn);
    let arn = arn.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
    let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"2"}}"#);
    let attributes =
        [(QueueAttributeName::RedrivePolicy, policy.as_str()), (QueueAttributeName::VisibilityTimeout, "1")];
    (queue(client, "work", &attributes).await, dead)
}

#[tokio::test]
async fn a_message_returns_after_its_visibility_and_moves_to_the_dead_letters_after_two_tries() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.sqs_client();
        let (work, dead) = dead_letters(&client).await;
        client.send_message().queue_url(&work).message_body("poison").send().await.unwrap();
        let first = receive(&client, &work, 0).await;
        assert_eq!(receive_count(&first[0]), "1");
        assert!(receive(&client, &work, 0).await.is_empty(), "invisible while it is worked on");
        let again = receive(&client, &work, 2).await;
        assert_eq!(receive_count(&again[0]), "2");
        client
            .change_message_visibility()
            .queue_url(&work)
            .receipt_handle(again[0].receipt_handle().unwrap())
            .visibility_timeout(0)
            .send()
            .await
            .unwrap();
        assert!(receive(&client, &work, 1).await.is_empty());
        assert_eq!(receive(&client, &dead, 1).await[0].body(), Some("poison"));
    })
    .await;
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_comes() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.sqs_client();
        let url = queue(&client, "work", &[]).await;
        let start = Instant::now();
        let (sender, target) = (client.clone(), url.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            sender.send_message().queue_url(target).message_body("late").send().await.unwrap();
        });
        assert_eq!(receive(&client, &url, 2).await.len(), 1);
        assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_batch_reports_the_entries_that_failed_and_does_the_others() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.sqs_client();
        let url = queue(&client, "work", &[(QueueAttributeName::VisibilityTimeout, "1")]).await;
        let entry = |id: i32| {
            SendMessageBatchRequestEntry::builder().id(format!("m{id}")).message_body(format!("{id}")).build()
        };
        let entries = (0..10).map(|id| entry(id).unwrap()).collect();
        let sent =
            client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.unwrap();
        assert_eq!(sent.successful().len(), 10);
        let received = receive(&client, &url, 0).await;
        assert_eq!(received.len(), 10);
        let delete = |id: &str, handle: &str| {
            DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
        };
        let deleted = client
            .delete_message_batch()
            .queue_url(&url)
            .entries(delete("good", received[0].receipt_handle().unwrap()))
            .entries(delete("bad", "never ours"))
            .send()
            .await
            .unwrap();
        assert_eq!(deleted.successful()[0].id(), "good");
        assert_eq!(deleted.failed()[0].id(), "bad");
        assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
        let only_bad = client.delete_message_batch().queue_url(&url).entries(delete("bad", "never ours"));
        let only_bad = only_bad.send().await.unwrap();
        assert_eq!((only_bad.successful().len(), only_bad.failed().len()), (0, 1));
        assert_eq!(receive(&client, &url, 2).await.len(), 9, "all but the deleted one return");
    })
    .await;
}

#[tokio::test]
async fn a_delayed_message_comes_after_its_delay() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.sqs_client();
        let url = queue(&client, "work", &[]).await;
        client.send_message().queue_url(&url).message_body("later").delay_seconds(1).send().await.unwrap();
        assert!(receive(&client, &url, 0).await.is_empty());
        let mut waited = Vec::new();
        for _ in 0..3 {
            waited.extend(receive(&client, &url, 1).await);
        }
        assert_eq!(waited.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_queue_is_a_typed_error_and_making_one_twice_is_not() {
    bounded(async {
        let stores = Embedded::temporary().unwrap();
        let client = stores.sqs_client();
        let error =
            client.get_queue_url().queue_name("nothing").send().await.unwrap_err().into_service_error();
        assert!(error.is_queue_does_not_exist(), "{error:?}");
        let attributes = [(QueueAttributeName::VisibilityTimeout, "30")];
        assert_eq!(queue(&client, "work", &attributes).await, queue(&client, "work", &attributes).await);
    })
    .await;
}
