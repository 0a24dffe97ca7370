//! One page that shows how the stack does.

use contract::resources::QUEUES;
use serde_json::{Value, json};

use super::queues::queue_id;
use super::sub;
use crate::functions::{camel, functions};
use crate::write;

const REGION: &str = "${AWS::Region}";

pub fn resources() -> Value {
    let mut widgets = vec![
        widget("Calls and errors", "Sum", vec![api("Count"), api("4xx"), api("5xx")]),
        widget("Latency of calls, p95, milliseconds", "p95", vec![api("Latency"), api("IntegrationLatency")]),
        widget("Errors by function", "Sum", of_functions("Errors")),
        widget("Duration by function, p95, milliseconds", "p95", of_functions("Duration")),
        widget("Refused for lack of concurrency", "Sum", of_functions("Throttles")),
    ];
    for queue in &QUEUES {
        let (id, dead) = (queue_id(queue.name), queue_id(queue.dead_letters));
        let waiting = |id: &str| {
            json!([
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "QueueName",
                format!("${{{id}.QueueName}}")
            ])
        };
        let age =
            json!(["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", format!("${{{id}.QueueName}}")]);
        widgets.push(widget(
            &format!("Queue {}: waiting, dead", queue.name),
            "Maximum",
            vec![waiting(&id), waiting(&dead)],
        ));
        widgets.push(widget(
            &format!("Queue {}: age of the oldest, seconds", queue.name),
            "Maximum",
            vec![age],
        ));
    }
    for (index, widget) in widgets.iter_mut().enumerate() {
        widget["x"] = json!(12 * (index % 2));
        widget["y"] = json!(6 * (index / 2));
    }
    json!({"Resources": {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {
        "DashboardName": sub("${AWS::StackName}"),
        "DashboardBody": sub(write::flow(&json!({"widgets": widgets}))),
    }}}})
}

fn widget(title: &str, statistic: &str, metrics: Vec<Value>) -> Value {
    json!({"type": "metric", "width": 12, "height": 6, "properties": {
        "title": title, "region": REGION, "period": 60, "stat": statistic, "view": "timeSeries", "metrics": metrics,
    }})
}

fn api(metric: &str) -> Value {
    json!(["AWS/ApiGateway", metric, "ApiId", "${Api}"])
}

fn of_functions(metric: &str) -> Vec<Value> {
    let functions = functions();
    functions
        .iter()
        .map(|function| {
            json!(["AWS/Lambda", metric, "FunctionName", format!("${{{}Function}}", camel(function.name))])
        })
        .collect()
}
