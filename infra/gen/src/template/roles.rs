//! The role of each function: exact actions on exact resources, from what the function says it needs.

use contract::resources::{EDIT_BATCH_FILES, EXTRACT_FILES, OPEN_INDEX, RESULTS, Trigger, UPLOAD_FILES};
use contract::resources::{Needs, Queue};
use contract::settings;
use serde_json::{Value, json};

use super::queues::queue_id;
use super::settings::parameter_name;
use super::stores::{bucket_id, table, table_id};
use super::{arn, reference, sub};
use crate::functions::{Caller, Function, camel};

/// The role and its one inline policy.
pub fn role(function: &Function) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {
        "Description": format!("What {} may touch", function.name),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
        ]},
        "Policies": [{
            "PolicyName": "needs",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements(function)},
        }],
    }})
}

fn statements(function: &Function) -> Vec<Value> {
    let logs = camel(function.name) + "Logs";
    let mut statements = vec![allow("OwnLogs", &["logs:CreateLogStream", "logs:PutLogEvents"], arn(&logs))];
    statements.extend(function.needs.iter().flat_map(|need| of_need(*need)));
    match function.caller {
        Caller::Event(Trigger::Queue(queue)) => {
            let id = queue_id(queue.name);
            statements.extend([receive(&id), allow("PutOff", &["sqs:ChangeMessageVisibility"], arn(&id))]);
        }
        Caller::Event(Trigger::DeadLetters(queue)) => statements.push(receive(&queue_id(queue.dead_letters))),
        // Why only here: the index holds what no id leads to any more, and finding that is what the schedule is for.
        Caller::Event(Trigger::Schedule { .. }) => {
            statements.extend(function.needs.iter().filter_map(|need| index(*need)))
        }
        Caller::Route(_) | Caller::Default => {}
    }
    statements
}

fn of_need(need: Needs) -> Vec<Value> {
    if let Some(table) = table(need) {
        return vec![allow(&format!("{need:?}"), table_actions(need), arn(&table_id(&table)))];
    }
    let bucket = bucket_id(&RESULTS);
    let objects = sub(format!("${{{bucket}.Arn}}/*"));
    match need {
        Needs::BatchQueue => vec![send(&contract::resources::BATCHES)],
        Needs::EditBatchQueue => vec![send(&contract::resources::EDIT_CHUNKS)],
        Needs::ExtractQueue => vec![send(&contract::resources::EXTRACTS)],
        Needs::DeliveryQueue => vec![send(&contract::resources::DELIVERIES)],
        Needs::BatchFiles | Needs::EditBatchFiles | Needs::UploadFiles | Needs::ExtractFiles => {
            let folder = match need {
                Needs::BatchFiles => "batches/",
                Needs::EditBatchFiles => EDIT_BATCH_FILES,
                Needs::ExtractFiles => EXTRACT_FILES,
                _ => UPLOAD_FILES,
            };
            let files = sub(format!("${{{bucket}.Arn}}/{folder}*"));
            let actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
            vec![
                allow(&format!("{need:?}"), &actions, files),
                allow(&format!("Find{need:?}"), &["s3:ListBucket"], arn(&bucket)),
            ]
        }
        Needs::EditQueue => vec![send(&contract::resources::EDITS)],
        Needs::Results => {
            vec![allow(
                "Results",
                &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                objects,
            )]
        }
        // Why the list: without it S3 answers 403 and not 404 for an object that is gone.
        Needs::ResultsRead => {
            vec![
                allow("ReadResults", &["s3:GetObject"], objects),
                allow("FindResults", &["s3:ListBucket"], arn(&bucket)),
            ]
        }
        Needs::Seal => vec![allow("Seal", &["kms:Encrypt"], arn("SecretsKey"))],
        Needs::Decrypt => vec![allow("Decrypt", &["kms:Decrypt"], arn("SecretsKey"))],
        // Why any role: its owner's trust policy says who may assume it, and asks for the external id that the account alone has.
        Needs::Unseal => vec![
            allow("Unseal", &["kms:Decrypt"], arn("SecretsKey")),
            allow("AssumeRoles", &["sts:AssumeRole"], sub("arn:${AWS::Partition}:iam::*:role/*")),
        ],
        Needs::HostedModel => vec![bedrock()],
        Needs::OwnEncoder => vec![own_encoder()],
        // The keys come in the environment, the public network needs no permission, the tables are above.
        _ => Vec::new(),
    }
}

/// Only where the wire is Bedrock's. Why any model of the account: which one it is may be said by the id of a model, of an inference
/// profile, which then calls models in other regions, or by an ARN, and no substitution makes an ARN of all three.
fn bedrock() -> Value {
    let models = [
        "arn:${AWS::Partition}:bedrock:*::foundation-model/*",
        "arn:${AWS::Partition}:bedrock:*:${AWS::AccountId}:inference-profile/*",
    ];
    let statement = allow("AskBedrock", &["bedrock:InvokeModel"], json!(models.map(sub)));
    json!({"Fn::If": ["UsesBedrock", statement, reference("AWS::NoValue")]})
}

/// Only where the stack's parameters name an encoder. What stands after `s3://` of a setting is what an ARN ends with; a path, which has
/// no such part, becomes one that nothing has.
fn own_encoder() -> Value {
    let object = |parameter: &str| {
        let marked = sub(format!("${{{parameter}}}s3://none/none"));
        json!({"Fn::Join": ["", [sub("arn:${AWS::Partition}:s3:::"), {"Fn::Select": [1, {"Fn::Split": ["s3://", marked]}]}]]})
    };
    let objects =
        [&settings::ENCODER, &settings::ENCODER_TOKENIZER].map(|setting| object(&parameter_name(setting)));
    let statement = allow("ReadEncoder", &["s3:GetObject"], json!(objects));
    json!({"Fn::If": ["UsesOwnEncoder", statement, reference("AWS::NoValue")]})
}

fn table_actions(need: Needs) -> &'static [&'static str] {
    match need {
        Needs::Keys => &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
        Needs::KeysWrite => &[
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
        Needs::Rates => &["dynamodb:GetItem", "dynamodb:UpdateItem"],
        Needs::Logs => &["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        Needs::ClassifiersRead | Needs::StoragesRead | Needs::WebhooksRead => {
            &["dynamodb:GetItem", "dynamodb:Query"]
        }
        Needs::Announce => &["dynamodb:PutItem", "dynamodb:Query"],
        Needs::Cache => &["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem"],
        Needs::LogsRead => &["dynamodb:GetItem", "dynamodb:Query"],
        Needs::ExtractionsRead => &["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
        Needs::Extractions => &[
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
        _ => &[
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
    }
}

fn index(need: Needs) -> Option<Value> {
    let table = table(need).filter(|table| table.open_index)?;
    let index = sub(format!("${{{}.Arn}}/index/{OPEN_INDEX}", table_id(&table)));
    Some(allow(&format!("Open{}", camel(table.name)), &["dynamodb:Query"], index))
}

fn send(queue: &Queue) -> Value {
    allow(&format!("SendTo{}", camel(queue.name)), &["sqs:SendMessage"], arn(&queue_id(queue.name)))
}

fn receive(id: &str) -> Value {
    allow("OwnMessages", &["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], arn(id))
}

fn allow(sid: &str, actions: &[&str], resource: Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
}
