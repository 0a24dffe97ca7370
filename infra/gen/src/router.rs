//! Which function answers which path: for `cargo lambda watch` and for tests that set up a gateway by hand.

use std::collections::BTreeMap;

use contract::endpoints::{FALLBACK, ROUTES};
use serde_json::{Value, json};

/// Path → method → function, with and without a slash at the end.
fn by_path() -> BTreeMap<String, BTreeMap<&'static str, &'static str>> {
    let mut paths: BTreeMap<String, BTreeMap<&str, &str>> = BTreeMap::new();
    for route in ROUTES {
        for path in route.paths().flat_map(|path| [format!("{path}/"), path]) {
            let methods = paths.entry(path).or_default();
            methods.insert(route.method.name(), route.name);
            if route.head {
                methods.insert("HEAD", route.name);
            }
        }
    }
    paths
}

/// The block for the root manifest. The router of `cargo lambda watch` knows no "any other method": there a wrong method is its own
/// 404 and not the fallback's 405.
pub fn block() -> String {
    let mut lines = vec!["[workspace.metadata.lambda.watch.router]".to_owned()];
    lines.extend(by_path().into_iter().map(|(path, methods)| {
        let entries = methods
            .into_iter()
            .map(|(method, function)| format!("{{ function = \"{function}\", method = \"{method}\" }}"));
        format!("\"{path}\" = [{}]", entries.collect::<Vec<_>>().join(", "))
    }));
    lines.push(format!("\"/\" = \"{FALLBACK}\""));
    lines.push(format!("\"/{{*rest}}\" = \"{FALLBACK}\""));
    lines.join("\n") + "\n"
}

/// Every route of the gateway as `{function, route}`, where `route` is the gateway's route key.
pub fn table() -> Value {
    let routes = by_path().into_iter().flat_map(|(path, methods)| {
        methods
            .into_iter()
            .map(move |(method, function)| json!({"function": function, "route": format!("{method} {path}")}))
    });
    let fallback = json!({"function": FALLBACK, "route": "$default"});
    Value::Array(routes.chain([fallback]).collect())
}
