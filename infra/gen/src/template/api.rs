//! The gateway's routes, as the OpenAPI body that it is made of.
//!
//! Why not events of the functions: for each of them SAM makes a permission, and 174 of these are a third of what fits into a stack. A function
//! needs one.

use serde_json::{Map, Value, json};

use super::{reference, sub};
use crate::functions::{Caller, camel, functions};

/// OpenAPI of the routes: each path with and without a slash at its end, since the gateway tells them apart and the interface does not.
pub fn body() -> Value {
    let mut paths = Map::new();
    for function in functions() {
        let id = camel(function.name) + "Function";
        match function.caller {
            Caller::Route(route) => {
                for path in route.paths().flat_map(|path| [format!("{path}/"), path]) {
                    let methods = std::iter::once(route.method.name()).chain(route.head.then_some("HEAD"));
                    for method in methods {
                        let known = paths.entry(path.clone()).or_insert_with(|| json!({}));
                        known[method.to_ascii_lowercase()] = operation(&id, &path);
                    }
                }
            }
            Caller::Default => {
                let mut any = operation(&id, "");
                any["isDefaultRoute"] = true.into();
                paths.insert("$default".into(), json!({"x-amazon-apigateway-any-method": any}));
            }
            Caller::Event(_) => {}
        }
    }
    json!({
        "openapi": "3.0.1",
        "info": {"title": reference("AWS::StackName"), "version": "1.0"},
        "paths": paths,
    })
}

fn operation(function: &str, path: &str) -> Value {
    let invocations = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";
    let mut operation = json!({
        "responses": {},
        "x-amazon-apigateway-integration": {
            "httpMethod": "POST",
            "payloadFormatVersion": "2.0",
            "type": "aws_proxy",
            "uri": sub(format!("{invocations}${{{function}.Arn}}/invocations")),
        },
    });
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Vec<Value> =
        names.map(|name| json!({"name": name, "in": "path", "required": true})).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}

/// Allows the gateway to call a function.
pub fn permission(function: &str) -> Value {
    json!({"Type": "AWS::Lambda::Permission", "Properties": {
        "Action": "lambda:InvokeFunction",
        "FunctionName": reference(function),
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"),
    }})
}
