use contract::ERRORS;
use harness::Harness;
use serde_json::Value;

use crate::subject::bounded;
use crate::table::routes;

async fn document() -> Value {
    let harness = Harness::start().await;
    harness.call("GET", "/openapi.json").no_key().send().await.expect(200).json()
}

#[tokio::test]
async fn it_lists_every_endpoint_once_under_its_name() {
    bounded(60, async {
        let document = document().await;
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        let mut names: Vec<&str> = Vec::new();
        for path in document["paths"].as_object().expect("paths").values() {
            let operations = path.as_object().expect("operations").values();
            names.extend(operations.filter_map(|operation| operation["operationId"].as_str()));
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "an operationId stands twice");
        for route in routes() {
            let first = route.paths().next().expect("a path");
            let method = route.method.name().to_lowercase();
            let operation = &document["paths"][&first][&method];
            assert_eq!(operation["operationId"], route.name, "{method} {first}");
            assert!(operation["responses"][route.status.to_string()].is_object(), "{}", route.name);
            let guarded = operation["security"].as_array().is_some_and(|all| !all.is_empty());
            assert_eq!(guarded, route.scope.is_some(), "{}", route.name);
            for kind in route.fails {
                let status = kind.status(route.family).to_string();
                assert!(operation["responses"][&status].is_object(), "{} {status}", route.name);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_reference_in_it_leads_somewhere() {
    bounded(60, async {
        let document = document().await;
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(references.len() > 20, "{}", references.len());
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    })
    .await;
}

#[tokio::test]
async fn every_error_that_it_describes_is_one_of_the_catalogue() {
    bounded(60, async {
        let text = document().await.to_string();
        for row in ERRORS {
            let named = text.contains(row.code) || text.contains(row.images.0);
            assert!(named, "{} is nowhere in it", row.code);
        }
    })
    .await;
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push(reference.clone());
            }
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
