//! `infra-gen sync | check | routes`, run at the workspace's root.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> Result<ExitCode> {
    let root = root();
    match std::env::args().nth(1).as_deref() {
        Some("sync") => {
            for path in infra_gen::sync(&root)? {
                println!("wrote {path}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Some("check") => {
            let faults = infra_gen::check(&root)?;
            for fault in &faults {
                eprintln!("{fault}");
            }
            if faults.is_empty() {
                println!("generated files and house rules: all in order");
                return Ok(ExitCode::SUCCESS);
            }
            eprintln!(
                "{} fault(s); stale files are written anew by `cargo run -p infra-gen -- sync`",
                faults.len()
            );
            Ok(ExitCode::FAILURE)
        }
        Some("routes") => {
            print!("{}", infra_gen::write::json(&infra_gen::router::table()));
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("usage: infra-gen sync | check | routes"),
    }
}

/// The workspace's root: this crate lies in `infra/gen`.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
