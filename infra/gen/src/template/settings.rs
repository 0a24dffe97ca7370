//! Settings as parameters of the stack and as environment of the functions.

use std::collections::BTreeMap;

use contract::resources::{BUCKETS, Needs, QUEUES, Queue, TABLES, Trigger};
use contract::settings::{self, Kind, Place, Setting};
use serde_json::{Map, Value, json};

use super::queues::queue_id;
use super::{reference, stores, sub};
use crate::functions::{Caller, Function, camel};

/// A parameter for every setting that the operator chooses.
pub fn parameters() -> Value {
    let chosen =
        settings::ALL.iter().filter(|setting| matches!(setting.place, Place::Everywhere | Place::Hosted));
    let parameters: Map<String, Value> = chosen
        .map(|setting| {
            let mut parameter =
                json!({"Type": "String", "Default": setting.default, "Description": setting.doc});
            if setting.kind == Kind::Secret {
                parameter["NoEcho"] = json!(true);
            }
            (parameter_name(setting), parameter)
        })
        .collect();
    json!({"Parameters": parameters})
}

/// Environment of every function.
pub fn shared_environment() -> Value {
    let variables: Map<String, Value> =
        everywhere().map(|setting| (setting.name.to_owned(), reference(&parameter_name(setting)))).collect();
    Value::Object(variables)
}

/// Environment that follows from what a function touches, and the address of the queue it works.
pub fn environment(function: &Function) -> Value {
    let mut variables: BTreeMap<String, Value> =
        function.needs.iter().filter_map(|need| variable(*need)).collect();
    if let Caller::Event(Trigger::Queue(queue)) = function.caller {
        variables.insert(queue.setting.to_owned(), reference(&queue_id(queue.name)));
    }
    json!(variables)
}

fn variable(need: Needs) -> Option<(String, Value)> {
    if let Some(table) = stores::table(need) {
        return Some((table.setting.to_owned(), reference(&stores::table_id(&table))));
    }
    match need {
        Needs::EditQueue => Some(address(&contract::resources::EDITS)),
        Needs::BatchQueue => Some(address(&contract::resources::BATCHES)),
        Needs::EditBatchQueue => Some(address(&contract::resources::EDIT_CHUNKS)),
        Needs::ExtractQueue => Some(address(&contract::resources::EXTRACTS)),
        Needs::DeliveryQueue => Some(address(&contract::resources::DELIVERIES)),
        Needs::Results
        | Needs::ResultsRead
        | Needs::BatchFiles
        | Needs::EditBatchFiles
        | Needs::UploadFiles
        | Needs::ExtractFiles => {
            let bucket = contract::resources::RESULTS;
            Some((bucket.setting.to_owned(), reference(&stores::bucket_id(&bucket))))
        }
        Needs::HostedModel => {
            Some((settings::LLM_KEY.name.to_owned(), reference(&parameter_name(&settings::LLM_KEY))))
        }
        Needs::Seal | Needs::Unseal | Needs::Decrypt => {
            Some((settings::KMS_KEY.name.to_owned(), super::arn("SecretsKey")))
        }
        Needs::FileKeys => {
            Some((settings::FILE_KEYS.name.to_owned(), sub("{{resolve:secretsmanager:${FileKeys}}}")))
        }
        _ => None,
    }
}

fn address(queue: &Queue) -> (String, Value) {
    (queue.setting.to_owned(), reference(&queue_id(queue.name)))
}

fn everywhere() -> impl Iterator<Item = &'static Setting> {
    settings::ALL.iter().filter(|setting| setting.place == Place::Everywhere)
}

/// `ATELIER_PUBLIC_URL` → `PublicUrl`.
pub fn parameter_name(setting: &Setting) -> String {
    camel(&setting.name.trim_start_matches("ATELIER_").to_ascii_lowercase())
}

/// An output for every table, queue and bucket, named after its setting, for the operator's tools.
pub fn outputs() -> Value {
    let tables = TABLES.iter().map(|table| (table.setting, stores::table_id(table), table.doc.to_owned()));
    let queues = QUEUES.iter().map(|queue| {
        (queue.setting, queue_id(queue.name), format!("URL of the queue that {} works.", queue.worker))
    });
    let buckets =
        BUCKETS.iter().map(|bucket| (bucket.setting, stores::bucket_id(bucket), bucket.doc.to_owned()));
    let outputs: Map<String, Value> = tables
        .chain(queues)
        .chain(buckets)
        .map(|(setting, id, doc)| {
            let name = camel(&setting.trim_start_matches("ATELIER_").to_ascii_lowercase());
            (name, json!({"Description": format!("{setting}: {doc}"), "Value": reference(&id)}))
        })
        .collect();
    Value::Object(outputs)
}
