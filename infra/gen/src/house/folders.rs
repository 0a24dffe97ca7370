//! Function = folder = package = binary = endpoint or worker of the contract.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::members;
use crate::functions::functions;

const MAIN_LINES: usize = 5;

pub fn check(root: &Path, metadata: &Value) -> Result<Vec<String>> {
    let expected: BTreeSet<String> = functions().iter().map(|function| function.name.to_owned()).collect();
    let found = folders(&root.join("functions"))?;
    let mut faults: Vec<String> = expected
        .difference(&found)
        .map(|name| format!("functions/{name}: in the contract, but no such folder"))
        .collect();
    faults.extend(
        found
            .difference(&expected)
            .map(|name| format!("functions/{name}: a folder, but not in the contract")),
    );
    for name in expected.intersection(&found) {
        faults.extend(package(metadata, name));
        faults.extend(main(root, name)?);
    }
    Ok(faults)
}

/// Folders with a manifest; others hold no function.
fn folders(functions: &Path) -> Result<BTreeSet<String>> {
    let Ok(entries) = fs::read_dir(functions) else { return Ok(BTreeSet::new()) };
    let mut names = BTreeSet::new();
    for entry in entries {
        let path = entry.context("cannot list functions")?.path();
        if path.join("Cargo.toml").is_file() {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(names)
}

fn package(metadata: &Value, name: &str) -> Option<String> {
    let in_folder = format!("functions/{name}/Cargo.toml");
    let package = members(metadata)
        .find(|package| package["manifest_path"].as_str().is_some_and(|path| path.ends_with(&in_folder)));
    let Some(package) = package else { return Some(format!("functions/{name}: no member of the workspace")) };
    if package["name"] != *name {
        return Some(format!("functions/{name}: its package is called {}", package["name"]));
    }
    let targets = package["targets"].as_array().into_iter().flatten();
    let binaries: Vec<&Value> = targets
        .filter(|target| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"bin".into())))
        .collect();
    match binaries[..] {
        [binary] if binary["name"] == *name => None,
        _ => Some(format!("functions/{name}: must have one binary and it must be called {name}")),
    }
}

fn main(root: &Path, name: &str) -> Result<Option<String>> {
    let path = format!("functions/{name}/src/main.rs");
    let lines =
        fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {path}"))?.lines().count();
    Ok((lines > MAIN_LINES).then(|| format!("{path}: {lines} lines, at most {MAIN_LINES}")))
}
