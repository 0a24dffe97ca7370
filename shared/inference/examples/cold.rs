//! What a cold start pays for a model, CPU and wall, in ms: the hash, the loading, with weights copied for speed or not.
//!
//! `cargo run --release -p inference --example cold [NAME...]`, after `atelier models fetch`

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use inference::models::Folder;
use inference::{Backend, Options, Rten};

/// CPU time of this process in ms, from the kernel's own count: it has steps of a microsecond at best, 10 ms at worst.
fn cpu() -> f64 {
    let times = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    times.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e6
}

fn measured<T>(name: &str, what: &str, mut work: impl FnMut() -> T) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        let (before, start) = (cpu(), Instant::now());
        black_box(work());
        let wall = start.elapsed().as_secs_f64() * 1e3;
        best = (best.0.min(cpu() - before), best.1.min(wall));
    }
    println!("{name:32} {what:20} {:7.1} CPU {:7.1} wall", best.0, best.1);
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::from_env()?;
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        let all = folder.manifest().files_here().map(|file| file.name.clone());
        names = all.filter(|name| name.ends_with(".onnx")).collect();
    }
    for name in &names {
        let path = folder.file(name)?;
        measured(name, "hash", || folder.file(name).is_ok());
        measured(name, "read", || fs::read(&path).map(|content| content.len()));
        for (what, prepack) in [("load", false), ("load and prepack", true)] {
            measured(name, what, || Rten.load(&path, &Options { threads: 1, prepack }).is_ok());
        }
    }
    Ok(())
}
