//! Tables, queues and buckets on a store that has none yet. On AWS the template makes them.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_sqs::types::QueueAttributeName;
use contract::resources::{BUCKETS, OPEN_INDEX, QUEUES, Queue, TABLES, Table};

use crate::{Store, StoreError};

/// Makes what is missing and leaves what is there. Returns the URL of each queue and of its dead letters.
pub async fn provision(store: &Store) -> Result<Vec<(Queue, String, String)>, StoreError> {
    for table in &TABLES {
        create_table(store, table).await?;
    }
    for bucket in &BUCKETS {
        let name = &store.names.bucket_results;
        match store.s3.create_bucket().bucket(name).send().await {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(|error| {
                    error.is_bucket_already_owned_by_you() || error.is_bucket_already_exists()
                }) => {}
            Err(error) => {
                tracing::debug!(bucket = bucket.name, "bucket not made");
                return Err(error.into());
            }
        }
    }
    let mut queues = Vec::with_capacity(QUEUES.len());
    for queue in &QUEUES {
        queues.push(create_queue(store, queue).await?);
    }
    Ok(queues)
}

async fn create_table(store: &Store, table: &Table) -> Result<(), StoreError> {
    let name = store.names.table(table);
    let mut call = store
        .dynamodb
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("sk", ScalarAttributeType::S)?)
        .key_schema(key("pk", KeyType::Hash)?)
        .key_schema(key("sk", KeyType::Range)?);
    if table.open_index {
        let index = GlobalSecondaryIndex::builder()
            .index_name(OPEN_INDEX)
            .key_schema(key("open_pk", KeyType::Hash)?)
            .key_schema(key("open_at", KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()?;
        call = call
            .attribute_definitions(attribute("open_pk", ScalarAttributeType::S)?)
            .attribute_definitions(attribute("open_at", ScalarAttributeType::N)?)
            .global_secondary_indexes(index);
    }
    match call.send().await {
        Ok(_) => {}
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires").build()?;
    store.dynamodb.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await?;
    Ok(())
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, StoreError> {
    Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()?)
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    Ok(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?)
}

async fn create_queue(store: &Store, queue: &Queue) -> Result<(Queue, String, String), StoreError> {
    let dead = store
        .sqs
        .create_queue()
        .queue_name(queue.dead_letters)
        .attributes(QueueAttributeName::VisibilityTimeout, "60");
    let dead_url = dead.send().await?.queue_url.unwrap_or_default();
    let attributes = store
        .sqs
        .get_queue_attributes()
        .queue_url(&dead_url)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await?;
    let arn = attributes
        .attributes
        .and_then(|mut all| all.remove(&QueueAttributeName::QueueArn))
        .unwrap_or_default();
    let redrive =
        serde_json::json!({"deadLetterTargetArn": arn, "maxReceiveCount": queue.max_receives.to_string()});
    let call = store
        .sqs
        .create_queue()
        .queue_name(queue.name)
        .attributes(QueueAttributeName::VisibilityTimeout, queue.visibility_seconds.to_string())
        .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string());
    Ok((*queue, call.send().await?.queue_url.unwrap_or_default(), dead_url))
}
