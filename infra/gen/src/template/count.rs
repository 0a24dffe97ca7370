//! How many resources the stack has once SAM has unfolded it: CloudFormation holds at most 500.

use serde_json::{Map, Value};

/// Resources after the transform: what stands in the template, and what each event, API and invoke configuration adds.
pub fn resources_deployed(template: &Value) -> usize {
    let resources = template["Resources"].as_object().into_iter().flat_map(Map::values);
    resources.map(|resource| 1 + added(resource)).sum()
}

fn added(resource: &Value) -> usize {
    let properties = &resource["Properties"];
    match resource["Type"].as_str() {
        // The stage.
        Some("AWS::Serverless::HttpApi") => 1,
        Some("AWS::Serverless::Function") => {
            let events = properties["Events"].as_object().into_iter().flat_map(Map::values);
            let of_events: usize = events.map(|event| of_event(event["Type"].as_str())).sum();
            of_events + usize::from(properties.get("EventInvokeConfig").is_some())
        }
        _ => 0,
    }
}

fn of_event(kind: Option<&str>) -> usize {
    match kind {
        // A rule and the permission to call.
        Some("Schedule") => 2,
        // A permission, or an event source mapping.
        _ => 1,
    }
}
