//! Queues, their dead letters, and the alarms of both.

use contract::resources::{QUEUES, Queue};
use serde_json::{Map, Value, json};

use super::{arn, reference};
use crate::functions::{camel, functions};

/// The longest SQS keeps a message, in seconds: dead letters wait until somebody has looked.
const FOURTEEN_DAYS: u32 = 14 * 24 * 3600;

pub fn queue_id(name: &str) -> String {
    camel(name) + "Queue"
}

pub fn resources() -> Value {
    let mut resources = Map::new();
    for queue in &QUEUES {
        let (id, dead_id) = (queue_id(queue.name), queue_id(queue.dead_letters));
        resources.insert(id.clone(), main_queue(queue));
        resources.insert(dead_id.clone(), dead_queue(queue));
        resources.insert(id.clone() + "AgeAlarm", age_alarm(queue, &id));
        resources.insert(dead_id.clone() + "Alarm", dead_alarm(queue, &dead_id));
    }
    json!({"Resources": resources})
}

fn main_queue(queue: &Queue) -> Value {
    json!({"Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete", "Properties": {
        "VisibilityTimeout": queue.visibility_seconds,
        "MessageRetentionPeriod": FOURTEEN_DAYS,
        "SqsManagedSseEnabled": true,
        "RedrivePolicy": {
            "deadLetterTargetArn": arn(&queue_id(queue.dead_letters)), "maxReceiveCount": queue.max_receives,
        },
    }})
}

fn dead_queue(queue: &Queue) -> Value {
    json!({"Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete", "Properties": {
        "VisibilityTimeout": 6 * timeout(queue.dead_letter_worker),
        "MessageRetentionPeriod": FOURTEEN_DAYS,
        "SqsManagedSseEnabled": true,
    }})
}

/// Seconds a function may run; 0 for a name that is none, which the tests refuse.
fn timeout(name: &str) -> u32 {
    functions().iter().find(|function| function.name == name).map_or(0, |function| function.timeout_seconds)
}

fn age_alarm(queue: &Queue, id: &str) -> Value {
    alarm(
        id,
        "ApproximateAgeOfOldestMessage",
        &format!(
            "Messages of {} wait longer than ten minutes: more workers are needed, or they fail.",
            queue.name
        ),
        600,
        5,
    )
}

fn dead_alarm(queue: &Queue, id: &str) -> Value {
    alarm(
        id,
        "ApproximateNumberOfMessagesVisible",
        &format!("{} has messages: tasks failed too often.", queue.dead_letters),
        0,
        1,
    )
}

fn alarm(queue_id: &str, metric: &str, description: &str, threshold: u32, periods: u32) -> Value {
    json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmDescription": description,
        "Namespace": "AWS/SQS",
        "MetricName": metric,
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue_id, "QueueName"]}}],
        "Statistic": "Maximum",
        "Period": 60,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": threshold,
        "EvaluationPeriods": periods,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [reference("Alarms")],
        "OKActions": [reference("Alarms")],
    }})
}
