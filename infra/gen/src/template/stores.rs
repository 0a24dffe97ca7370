//! Tables and buckets.

use contract::resources::{
    BUCKETS, Bucket, CACHE, CLASSIFIERS, EDIT_BATCHES, EXTRACTIONS, JOBS, KEYS, LEDGER, LOGS, Needs,
    OPEN_INDEX, RATES, STORAGES, TABLES, TASKS, Table, UPLOADS, WEBHOOKS,
};
use serde_json::{Map, Value, json};

use super::{arn, reference, settings, sub};
use crate::functions::camel;

pub fn table_id(table: &Table) -> String {
    camel(table.name) + "Table"
}

pub fn bucket_id(bucket: &Bucket) -> String {
    camel(bucket.name) + "Bucket"
}

/// The table a need is about.
pub fn table(need: Needs) -> Option<Table> {
    match need {
        Needs::Keys | Needs::KeysWrite => Some(KEYS),
        Needs::Ledger => Some(LEDGER),
        Needs::Tasks => Some(TASKS),
        Needs::Rates => Some(RATES),
        Needs::Classifiers | Needs::ClassifiersRead => Some(CLASSIFIERS),
        Needs::Cache => Some(CACHE),
        Needs::Jobs => Some(JOBS),
        Needs::EditBatches => Some(EDIT_BATCHES),
        Needs::Uploads => Some(UPLOADS),
        Needs::Extractions | Needs::ExtractionsRead => Some(EXTRACTIONS),
        Needs::Storages | Needs::StoragesRead => Some(STORAGES),
        Needs::Logs | Needs::LogsRead => Some(LOGS),
        Needs::Webhooks | Needs::WebhooksRead | Needs::Announce => Some(WEBHOOKS),
        Needs::EditQueue
        | Needs::BatchQueue
        | Needs::EditBatchQueue
        | Needs::EditBatchFiles
        | Needs::ExtractQueue
        | Needs::ExtractFiles
        | Needs::BatchFiles
        | Needs::UploadFiles
        | Needs::Results
        | Needs::ResultsRead
        | Needs::FileKeys
        | Needs::DeliveryQueue
        | Needs::Seal
        | Needs::Decrypt
        | Needs::Unseal
        | Needs::Fetch
        | Needs::HostedModel
        | Needs::OwnEncoder => None,
    }
}

pub fn resources() -> Value {
    let mut resources: Map<String, Value> =
        TABLES.iter().map(|table| (table_id(table), dynamodb(table))).collect();
    for bucket in &BUCKETS {
        resources.insert(bucket_id(bucket), s3(bucket));
        resources.insert(bucket_id(bucket) + "Policy", tls_only(bucket));
    }
    json!({"Resources": resources, "Outputs": settings::outputs()})
}

fn dynamodb(table: &Table) -> Value {
    let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let mut attributes = vec![attribute("pk", "S"), attribute("sk", "S")];
    let mut properties = json!({
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "SSESpecification": {"SSEEnabled": true},
    });
    if table.open_index {
        attributes.extend([attribute("open_pk", "S"), attribute("open_at", "N")]);
        properties["GlobalSecondaryIndexes"] = json!([{
            "IndexName": OPEN_INDEX,
            "KeySchema": [key("open_pk", "HASH"), key("open_at", "RANGE")],
            "Projection": {"ProjectionType": "ALL"},
        }]);
    }
    properties["AttributeDefinitions"] = json!(attributes);
    json!({
        "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    })
}

fn s3(bucket: &Bucket) -> Value {
    json!({
        "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}},
            ]},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
            },
            // Why: a page that fetches a large result is redirected here; the signature in the link is what admits it.
            "CorsConfiguration": {"CorsRules": [
                {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["Range"], "MaxAge": 3600},
                // What is uploaded is admitted by its signature.
                {
                    "AllowedMethods": ["POST", "PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
                    "ExposedHeaders": ["ETag"], "MaxAge": 3600,
                },
            ]},
            "LifecycleConfiguration": {"Rules": lifecycle(bucket)},
        },
    })
}

fn lifecycle(bucket: &Bucket) -> Vec<Value> {
    let expiring = bucket.expiring.iter().map(|(prefix, days)| {
        let id = prefix.trim_matches('/').replace('/', "-");
        json!({"Id": id, "Status": "Enabled", "Prefix": prefix, "ExpirationInDays": days})
    });
    let unfinished = json!({
        "Id": "unfinished-uploads", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    });
    expiring.chain([unfinished]).collect()
}

fn tls_only(bucket: &Bucket) -> Value {
    let id = bucket_id(bucket);
    json!({"Type": "AWS::S3::BucketPolicy", "Properties": {
        "Bucket": reference(&id),
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [arn(&id), sub(format!("${{{id}.Arn}}/*"))],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }]},
    }})
}
