//! Guarantees of `template.yaml`, checked on the rendered document.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use contract::endpoints::ROUTES;
use contract::resources::{Needs, QUEUES, TABLES};
use contract::settings::{self, Place};
use infra_gen::functions::{camel, functions};
use infra_gen::template;
use serde_json::{Map, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> Value {
    template::document(&root()).expect("template")
}

fn of_type<'a>(document: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let resources = document["Resources"].as_object().into_iter().flat_map(Map::iter);
    resources
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name, &resource["Properties"]))
}

fn events(document: &Value) -> Vec<(String, Value)> {
    of_type(document, "AWS::Serverless::Function")
        .flat_map(|(id, properties)| {
            let events = properties["Events"].as_object().into_iter().flat_map(Map::values);
            events.map(|event| (id.clone(), event.clone())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_route_stands_under_all_its_paths_and_methods_with_and_without_a_slash() {
    let found = operations(&document());
    let mut expected = BTreeSet::new();
    for route in ROUTES {
        for path in route.paths() {
            let methods = [Some(route.method.name()), route.head.then_some("HEAD")];
            for method in methods.into_iter().flatten() {
                let (method, function) = (method.to_ascii_lowercase(), camel(route.name) + "Function");
                expected.insert((method.clone(), path.clone(), function.clone()));
                expected.insert((method, format!("{path}/"), function));
            }
        }
    }
    expected.insert(("x-amazon-apigateway-any-method".into(), "$default".into(), "FallbackFunction".into()));
    assert_eq!(found, expected);
}

/// Method, path and function of every route of the gateway.
fn operations(document: &Value) -> BTreeSet<(String, String, String)> {
    let paths = document["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"].as_object();
    let mut found = BTreeSet::new();
    for (path, methods) in paths.expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].as_str().expect("a URI");
            let function = uri.split("${").last().and_then(|rest| rest.split(".Arn}").next());
            found.insert((method.clone(), path.clone(), function.expect("a function").to_owned()));
        }
    }
    found
}

#[test]
fn the_gateway_may_call_every_function_that_its_routes_name_and_no_other() {
    let document = document();
    let called: BTreeSet<String> =
        operations(&document).into_iter().map(|(_, _, function)| function).collect();
    let allowed: BTreeSet<String> = of_type(&document, "AWS::Lambda::Permission")
        .filter(|(_, permission)| permission["Principal"] == "apigateway.amazonaws.com")
        .map(|(_, permission)| permission["FunctionName"]["Ref"].as_str().expect("a function").to_owned())
        .collect();
    assert_eq!(called, allowed);
}

#[test]
fn what_no_route_takes_reaches_the_fallback() {
    let document = document();
    let default = &document["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]["$default"];
    assert_eq!(default["x-amazon-apigateway-any-method"]["isDefaultRoute"], true);
    let found = operations(&document).into_iter().find(|(_, path, _)| path == "$default");
    assert_eq!(found.map(|(_, _, function)| function).as_deref(), Some("FallbackFunction"));
}

#[test]
fn a_message_stays_invisible_for_six_times_as_long_as_its_worker_may_run() {
    let document = document();
    let timeouts: BTreeMap<_, _> =
        functions().into_iter().map(|function| (function.name, function.timeout_seconds)).collect();
    let visibility =
        |name: &str| document["Resources"][name]["Properties"]["VisibilityTimeout"].as_u64().unwrap();
    assert_eq!(QUEUES.len() * 2, of_type(&document, "AWS::SQS::Queue").count());
    assert!(visibility("EditsQueue") >= 6 * u64::from(timeouts["edit-worker"]));
    assert!(visibility("EditsDeadQueue") >= 6 * u64::from(timeouts["edit-dead-letter"]));
    for queue in &QUEUES {
        assert!(queue.visibility_seconds >= 6 * timeouts[queue.worker], "{}", queue.name);
    }
}

#[test]
fn workers_report_partial_failures() {
    let sqs: Vec<_> = events(&document()).into_iter().filter(|(_, event)| event["Type"] == "SQS").collect();
    assert_eq!(sqs.len(), 2 * QUEUES.len());
    for (id, event) in sqs {
        assert_eq!(event["Properties"]["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{id}");
        assert!(!event["Properties"]["ScalingConfig"]["MaximumConcurrency"].is_null(), "{id}");
    }
}

#[test]
fn no_role_holds_a_wildcard_action_or_a_resource_that_is_not_of_this_stack() {
    let document = document();
    assert_eq!(of_type(&document, "AWS::IAM::Role").count(), functions().len());
    for (id, role) in of_type(&document, "AWS::IAM::Role") {
        assert!(role.get("ManagedPolicyArns").is_none(), "{id}");
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
        // Models belong to no stack: the test below.
        for statement in statements.iter().filter(|statement| statement.get("Fn::If").is_none()) {
            let actions = statement["Action"].as_array().unwrap();
            assert!(
                !actions.is_empty() && actions.iter().all(|action| !action.as_str().unwrap().contains('*')),
                "{id}: {statement}"
            );
            let resource = &statement["Resource"];
            if statement["Sid"] == "AssumeRoles" {
                // Roles of customers, whose trust policies decide; and only for what works with storages.
                assert_eq!(statement["Action"], serde_json::json!(["sts:AssumeRole"]));
                assert_eq!(resource["Fn::Sub"], "arn:${AWS::Partition}:iam::*:role/*");
                let unseals = statements.iter().any(|statement| statement["Sid"] == "Unseal");
                assert!(unseals, "{id}: {statement}");
                continue;
            }
            let is_own = resource.get("Fn::GetAtt").is_some()
                || resource["Fn::Sub"]
                    .as_str()
                    .is_some_and(|text| text.starts_with("${") && text.contains(".Arn}/"));
            assert!(is_own, "{id}: {statement}");
        }
    }
}

#[test]
fn only_what_asks_the_hosted_model_has_its_key_and_may_call_bedrock_where_that_is_the_wire() {
    let document = document();
    assert_eq!(document["Conditions"]["UsesBedrock"]["Fn::Equals"][1], "bedrock");
    let shared = &document["Globals"]["Function"]["Environment"]["Variables"];
    assert!(shared.get("ATELIER_LLM_KEY").is_none() && shared["ATELIER_LLM_MODEL"]["Ref"] == "LlmModel");
    assert_eq!(document["Parameters"]["LlmKey"]["NoEcho"], true);
    let asking = [
        "classify",
        "tag",
        "classify-batch",
        "tag-batch",
        "batch-start",
        "batch-worker",
        "classifier-evaluate",
        "extract-image",
        "extract-document",
        "extract-worker",
    ];
    for function in functions() {
        let id = infra_gen::functions::camel(function.name);
        let key = &document["Resources"][format!("{id}Function")]["Properties"]["Environment"]["Variables"]["ATELIER_LLM_KEY"];
        let policy = &document["Resources"][format!("{id}Role")]["Properties"]["Policies"][0]["PolicyDocument"]
            ["Statement"];
        let conditional: Vec<&Value> =
            policy.as_array().unwrap().iter().filter_map(|statement| statement.get("Fn::If")).collect();
        if asking.contains(&function.name) {
            assert_eq!(key["Ref"], "LlmKey", "{id}");
            let [allowed, read] = conditional[..] else { panic!("{id}: {policy}") };
            assert_eq!((&read[0], &read[2]["Ref"]), (&"UsesOwnEncoder".into(), &"AWS::NoValue".into()));
            assert_eq!(read[1]["Action"], serde_json::json!(["s3:GetObject"]));
            assert_eq!((&allowed[0], &allowed[2]["Ref"]), (&"UsesBedrock".into(), &"AWS::NoValue".into()));
            assert_eq!(allowed[1]["Action"], serde_json::json!(["bedrock:InvokeModel"]));
        } else {
            assert!(
                key.is_null() && conditional.is_empty() && !policy.to_string().contains("bedrock"),
                "{id}"
            );
        }
    }
}

#[test]
fn what_may_touch_the_bucket_knows_its_name() {
    let document = document();
    for function in functions() {
        let id = infra_gen::functions::camel(function.name);
        let policy = document["Resources"][format!("{id}Role")]["Properties"]["Policies"].to_string();
        let variables =
            &document["Resources"][format!("{id}Function")]["Properties"]["Environment"]["Variables"];
        let may = policy.contains("ResultsBucket");
        assert_eq!(may, variables["ATELIER_BUCKET_RESULTS"].is_object(), "{id}");
    }
}

#[test]
fn a_function_that_runs_models_has_their_files_in_its_package() {
    for function in functions().iter().filter(|function| function.needs.contains(&Needs::OwnEncoder)) {
        let list = root().join("functions").join(function.name).join("models");
        let files = std::fs::read_to_string(&list).unwrap_or_default();
        for file in [
            "minilm/model.onnx",
            "minilm/tokenizer.json",
            "wordllama/embeddings.safetensors",
            "wordllama/tokenizer.json",
        ] {
            assert!(files.lines().any(|line| line == file), "{} does not list {file}", list.display());
        }
    }
}

#[test]
fn a_light_reader_touches_no_queue_no_bucket_and_no_task() {
    let document = document();
    let policy = document["Resources"]["BalanceGetRole"]["Properties"]["Policies"].to_string();
    for foreign in ["EditsQueue", "Bucket", "TasksTable", "sqs:", "s3:"] {
        assert!(!policy.contains(foreign), "{foreign} in {policy}");
    }
    assert!(policy.contains("LedgerTable") && policy.contains("KeysTable"));
    let health = document["Resources"]["HealthRole"]["Properties"]["Policies"].to_string();
    assert!(!health.contains("dynamodb:"), "{health}");
}

#[test]
fn a_worker_knows_its_queue_and_may_put_off_what_failed() {
    let document = document();
    let environment = &document["Resources"]["EditWorkerFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(environment["ATELIER_QUEUE_EDITS"]["Ref"], "EditsQueue");
    let policy = document["Resources"]["EditWorkerRole"]["Properties"]["Policies"].to_string();
    assert!(policy.contains("sqs:ChangeMessageVisibility") && !policy.contains("SendToEdits"), "{policy}");
}

#[test]
fn what_sends_to_webhooks_decrypts_secrets_and_assumes_no_role_and_what_tells_of_ends_does_neither() {
    let document = document();
    let policy = |id: &str| document["Resources"][id]["Properties"]["Policies"].to_string();
    let worker = policy("WebhookWorkerRole");
    assert!(worker.contains("kms:Decrypt") && !worker.contains("sts:AssumeRole"), "{worker}");
    for role in ["EditDeadLetterRole", "ExtractDeadLetterRole", "BatchCancelRole"] {
        let policy = policy(role);
        assert!(policy.contains("SendToWebhooks") && !policy.contains("kms:"), "{policy}");
    }
}

#[test]
fn every_function_has_its_binary_its_log_group_and_keeps_logs_for_thirty_days() {
    let document = document();
    for function in functions() {
        let id = infra_gen::functions::camel(function.name);
        let properties = &document["Resources"][format!("{id}Function")]["Properties"];
        assert_eq!(properties["CodeUri"], format!("target/lambda/{}/", function.name));
        assert_eq!(properties["Timeout"], function.timeout_seconds);
        assert!(
            function.timeout_seconds <= 29
                || properties["Events"].to_string().contains("SQS")
                || id == "Sweep"
        );
        assert_eq!(document["Resources"][format!("{id}Logs")]["Properties"]["RetentionInDays"], 30);
    }
}

#[test]
fn tables_expire_items_and_can_be_restored() {
    let document = document();
    assert_eq!(of_type(&document, "AWS::DynamoDB::Table").count(), TABLES.len());
    for (id, table) in of_type(&document, "AWS::DynamoDB::Table") {
        assert_eq!(table["TimeToLiveSpecification"]["AttributeName"], "expires", "{id}");
        assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{id}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
    }
    let indexed = of_type(&document, "AWS::DynamoDB::Table")
        .filter(|(_, table)| table.get("GlobalSecondaryIndexes").is_some());
    assert_eq!(indexed.count(), TABLES.iter().filter(|table| table.open_index).count());
}

#[test]
fn settings_of_tests_are_not_in_the_template_and_all_others_are() {
    let text = template::render(&root()).expect("template");
    for setting in settings::ALL {
        let in_template = text.contains(setting.name);
        let expected = matches!(setting.place, Place::Everywhere | Place::Hosted | Place::Aws);
        assert_eq!(in_template, expected, "{}", setting.name);
    }
}

#[test]
fn the_stack_stays_far_below_the_five_hundred_resources_that_fit() {
    let count = template::resources_deployed(&document());
    assert!((100..450).contains(&count), "{count}");
}

#[test]
fn every_name_that_is_referred_to_exists() {
    let document = document();
    let known: BTreeSet<&String> = ["Resources", "Parameters"]
        .iter()
        .flat_map(|section| document[section].as_object().unwrap().keys())
        .collect();
    let mut referred = Vec::new();
    references(&document, &mut referred);
    assert!(referred.len() > 100);
    for name in referred {
        assert!(name.starts_with("AWS::") || known.contains(&name), "{name}");
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("Ref", Value::String(name)) => found.push(name.clone()),
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        found.push(parts[0].as_str().expect("a name").to_owned())
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        let names = text.split("${").skip(1).filter_map(|rest| rest.split(['.', '}']).next());
                        found.extend(names.map(str::to_owned));
                    }
                    _ => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
