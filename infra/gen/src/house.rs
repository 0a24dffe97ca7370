//! Rules of the house that no compiler holds: folders and the contract agree, and heavy code stays where it belongs.

mod dependencies;
mod folders;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Broken rules, a sentence each; empty = all hold.
///
/// # Errors
/// When the workspace's metadata cannot be read.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let metadata = metadata(root)?;
    let mut faults = folders::check(root, &metadata)?;
    faults.extend(dependencies::check(&metadata));
    Ok(faults)
}

/// `cargo metadata` of the workspace, from the lock file as it is.
fn metadata(root: &Path) -> Result<Value> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Members of the workspace.
fn members(metadata: &Value) -> impl Iterator<Item = &Value> {
    let ids = &metadata["workspace_members"];
    let is_member = move |package: &&Value| ids.as_array().is_some_and(|ids| ids.contains(&package["id"]));
    metadata["packages"].as_array().into_iter().flatten().filter(is_member)
}
