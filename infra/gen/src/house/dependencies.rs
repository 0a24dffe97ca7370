//! Who may link what. A rule names its packages and what must not be reachable from them, so that a light function stays light
//! whatever a shared crate takes in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::resources::Needs;
use serde_json::Value;

use super::members;
use crate::functions::functions;

/// Pixels, models and codecs. A name that ends with `*` stands for all that begin so.
const HEAVY: &[&str] = &[
    "imaging",
    "editing",
    "vision",
    "inference",
    "models",
    "classifying",
    "engine",
    "extracting",
    "language",
    "documents",
    "hosted",
    "hosted-bedrock",
    "image",
    "fast_image_resize",
    "mozjpeg*",
    "libwebp*",
    "libaom*",
    "heic-*",
    "png",
    "tiff",
    "gif",
    "zune-*",
    "moxcms",
    "jpeg-*",
    "rav1e",
    "ravif",
    "ort*",
    "rten*",
    "tract*",
    "tokenizers",
    "candle*",
];
/// What models of texts have no need of.
const PIXELS: &[&str] = &["imaging", "editing", "image", "mozjpeg*", "libwebp*", "libaom*", "heic-*"];
/// Clients of hosted models.
const HOSTED: &[&str] = &["hosted", "hosted-bedrock", "aws-sdk-bedrockruntime"];
/// What speaks to a network or to a service.
const NETWORK: &[&str] =
    &["tokio", "hyper", "reqwest", "aws-*", "lambda_http", "lambda_runtime", "store", "common", "fetch"];
/// Servers that stand in for AWS on one machine.
const SERVERS: &[&str] = &["embedded", "dynoxide-rs", "rusqlite", "rustack-*", "s3s", "s3s-*"];
const CONTRACT: &[&str] = &["serde", "serde_json", "schemars", "time", "garde"];

pub fn check(metadata: &Value) -> Vec<String> {
    let graph = Graph::new(metadata);
    let mut faults = Vec::new();
    for function in functions() {
        faults.extend(graph.forbid(function.name, SERVERS));
        if function.light {
            faults.extend(graph.forbid(function.name, HEAVY));
        }
        if !function.needs.contains(&Needs::HostedModel) {
            faults.extend(graph.forbid(function.name, HOSTED));
        }
    }
    faults.extend(graph.forbid("common", HEAVY));
    faults.extend(graph.forbid("hosted", &["aws-sdk-*", "common", "store", "language", "imaging"]));
    for pure in ["imaging", "inference", "language", "vision", "documents", "fields"] {
        faults.extend(graph.forbid(pure, NETWORK));
    }
    faults.extend(graph.forbid("language", PIXELS));
    faults.extend(graph.forbid("store", HEAVY));
    faults.extend(graph.forbid("store", SERVERS));
    faults.extend(graph.forbid("store", &["reqwest", "fetch", "common"]));
    faults.extend(graph.only("contract", CONTRACT));
    faults
}

/// Packages and what each links: normal dependencies, neither those of tests nor of build scripts.
struct Graph<'a> {
    names: HashMap<&'a str, &'a str>,
    links: HashMap<&'a str, Vec<&'a str>>,
    members: BTreeMap<&'a str, &'a str>,
}

impl<'a> Graph<'a> {
    fn new(metadata: &'a Value) -> Self {
        let list = |value: &'a Value| value.as_array().into_iter().flatten();
        let text = |value: &'a Value| value.as_str().unwrap_or_default();
        let names = list(&metadata["packages"])
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let normal =
            |dependency: &&'a Value| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
        let links = list(&metadata["resolve"]["nodes"]).map(|node| {
            (
                text(&node["id"]),
                list(&node["deps"]).filter(normal).map(|dependency| text(&dependency["pkg"])).collect(),
            )
        });
        let members =
            members(metadata).map(|package| (text(&package["name"]), text(&package["id"]))).collect();
        Self { names, links: links.collect(), members }
    }

    /// A sentence for each forbidden package that `member` reaches, with the way there.
    fn forbid(&self, member: &str, forbidden: &[&str]) -> Vec<String> {
        let Some(start) = self.members.get(member) else { return Vec::new() };
        let mut ways: BTreeMap<&str, String> = BTreeMap::from([(*start, member.to_owned())]);
        let mut open = vec![*start];
        let mut faults = Vec::new();
        while let Some(id) = open.pop() {
            for next in self.links.get(id).into_iter().flatten() {
                if ways.contains_key(next) {
                    continue;
                }
                let name = self.names.get(next).copied().unwrap_or_default();
                let way = format!("{} → {name}", ways[id]);
                if forbidden.iter().any(|pattern| matches(pattern, name)) {
                    faults.push(format!("{member} must not link {name}: {way}"));
                } else {
                    open.push(next);
                }
                ways.insert(next, way);
            }
        }
        faults
    }

    /// A sentence for each direct dependency of `member` that is not permitted.
    fn only(&self, member: &str, permitted: &[&str]) -> Vec<String> {
        let links = self.members.get(member).and_then(|id| self.links.get(id)).into_iter().flatten();
        let names: BTreeSet<&str> = links.filter_map(|id| self.names.get(id).copied()).collect();
        let extra = names.into_iter().filter(|name| !permitted.contains(name));
        extra
            .map(|name| format!("{member} must not depend on {name}; it may on {}", permitted.join(", ")))
            .collect()
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata() -> Value {
        let package = |name: &str| json!({"id": format!("{name} 1"), "name": name});
        let node = |name: &str, deps: &[(&str, Value)]| {
            let deps: Vec<Value> = deps
                .iter()
                .map(|(name, kind)| json!({"pkg": format!("{name} 1"), "dep_kinds": [{"kind": kind}]}))
                .collect();
            json!({"id": format!("{name} 1"), "deps": deps})
        };
        json!({
            "packages": [package("key-list"), package("common"), package("contract"), package("mozjpeg-sys"), package("cc")],
            "workspace_members": ["key-list 1", "common 1", "contract 1"],
            "resolve": {"nodes": [
                node("key-list", &[("common", Value::Null)]),
                node("common", &[("mozjpeg-sys", Value::Null), ("contract", Value::Null)]),
                node("contract", &[("cc", json!("build")), ("mozjpeg-sys", json!("dev"))]),
            ]},
        })
    }

    #[test]
    fn a_codec_behind_a_shared_crate_is_found_and_the_way_to_it_shown() {
        let faults = check(&metadata());
        assert!(
            faults
                .contains(&"key-list must not link mozjpeg-sys: key-list → common → mozjpeg-sys".to_owned()),
            "{faults:?}"
        );
    }

    #[test]
    fn what_only_tests_and_build_scripts_use_is_not_linked() {
        let metadata = metadata();
        let graph = Graph::new(&metadata);
        assert_eq!(graph.only("contract", CONTRACT), [""; 0]);
        assert_eq!(graph.only("common", CONTRACT).len(), 2);
    }
}
