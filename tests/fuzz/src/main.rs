//! One binary for all targets of `golden::fuzz`, chosen by the environment, since each would link the same engine again.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use golden::fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static CHOSEN: OnceLock<&'static Target> = OnceLock::new();

/// Chooses the target, or, where a folder for seeds is named, writes those of all targets and ends.
fn begin() {
    if let Some(folder) = std::env::var_os("FUZZ_SEEDS") {
        for target in &TARGETS {
            write_seeds(target, &Path::new(&folder).join(target.name)).expect("the seeds can be written");
        }
        std::process::exit(0);
    }
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    CHOSEN.get_or_init(|| TARGETS.iter().find(|target| target.name == name).expect("there is such a target"));
}

fn write_seeds(target: &Target, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for (number, seed) in (target.seeds)()?.into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:03}")), seed).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fuzz_target!(init: begin(), |data: &[u8]| {
    if let Some(target) = CHOSEN.get() {
        (target.run)(data);
    }
});
