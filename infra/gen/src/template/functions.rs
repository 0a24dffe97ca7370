//! A function each with its log group and role, and what calls it.

use contract::resources::Trigger;
use serde_json::{Map, Value, json};

use super::queues::queue_id;
use super::{api, arn, reference, roles, settings, sub};
use crate::functions::{Caller, Function, camel, functions};

const RETENTION_DAYS: u32 = 30;

/// What all functions share.
pub fn globals() -> Value {
    let mut environment = settings::shared_environment();
    // Why: with an arena for each thread glibc keeps 260 MB where two keep 210 (`tests/bench/batch/run --only worker`).
    environment["MALLOC_ARENA_MAX"] = "2".into();
    json!({
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Architectures": [reference("Architecture")],
        "Environment": {"Variables": environment},
        // Why TRACE: ATELIER_LOG alone decides what is logged; the service filters nothing.
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "TRACE", "SystemLogLevel": "WARN"},
    })
}

pub fn resources() -> Value {
    let mut resources = Map::new();
    for function in functions() {
        let id = camel(function.name);
        resources.insert(id.clone() + "Function", lambda(&function, &id));
        resources.insert(id.clone() + "Role", roles::role(&function));
        if matches!(function.caller, Caller::Route(_) | Caller::Default) {
            resources.insert(id.clone() + "Permission", api::permission(&format!("{id}Function")));
        }
        resources.insert(id + "Logs", log_group(&function));
    }
    json!({"Resources": resources})
}

fn log_group(function: &Function) -> Value {
    json!({"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete", "Properties": {
        "LogGroupName": sub(format!("/aws/lambda/${{AWS::StackName}}-{}", function.name)),
        "RetentionInDays": RETENTION_DAYS,
    }})
}

fn lambda(function: &Function, id: &str) -> Value {
    let mut properties = json!({
        "FunctionName": sub(format!("${{AWS::StackName}}-{}", function.name)),
        "Description": function.summary,
        "CodeUri": format!("target/lambda/{}/", function.name),
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "Role": arn(&format!("{id}Role")),
        "LoggingConfig": {"LogGroup": reference(&format!("{id}Logs"))},
    });
    if let Some(events) = events(function) {
        properties["Events"] = events;
    }
    let environment = settings::environment(function);
    if environment.as_object().is_some_and(|variables| !variables.is_empty()) {
        properties["Environment"] = json!({"Variables": environment});
    }
    if matches!(function.caller, Caller::Event(Trigger::Schedule { .. })) {
        // Why: the next minute tries again.
        properties["EventInvokeConfig"] = json!({"MaximumRetryAttempts": 0});
    }
    json!({"Type": "AWS::Serverless::Function", "Properties": properties})
}

/// What calls a function beside the gateway, whose routes name it.
fn events(function: &Function) -> Option<Value> {
    Some(match function.caller {
        Caller::Route(_) | Caller::Default => return None,
        Caller::Event(Trigger::Queue(queue)) => {
            sqs(&queue_id(queue.name), queue.batch, reference("WorkerConcurrency"))
        }
        Caller::Event(Trigger::DeadLetters(queue)) => {
            sqs(&queue_id(queue.dead_letters), queue.batch, json!(2))
        }
        Caller::Event(Trigger::Schedule { minutes }) => {
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            json!({"Schedule": {"Type": "Schedule", "Properties": {"Schedule": format!("rate({minutes} {unit})")}}})
        }
    })
}

fn sqs(queue: &str, batch: u32, concurrency: Value) -> Value {
    json!({"Messages": {"Type": "SQS", "Properties": {
        "Queue": arn(queue),
        "BatchSize": batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": concurrency},
    }}})
}
