//! What fuzzing has found, and that its targets reach what they are for.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use golden::fuzz::TARGETS;

fn run(name: &str, file: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let start = Instant::now();
    (target.run)(file);
    assert!(start.elapsed() < Duration::from_secs(5), "{name}: took {:?}", start.elapsed());
}

#[test]
fn files_that_broke_something_once_are_harmless() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions");
    let mut count = 0;
    for folder in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            run(&name, &std::fs::read(file.unwrap().path()).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "no file was found");
}

#[test]
fn every_target_of_the_fuzzer_runs_on_its_seeds() {
    for target in &TARGETS {
        let seeds = (target.seeds)().unwrap();
        assert!(!seeds.is_empty(), "{}", target.name);
        seeds.iter().for_each(|seed| run(target.name, seed));
    }
}
