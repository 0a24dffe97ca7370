//! Broken and hostile pictures: refused quickly, in little memory, without a panic.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use contract::images::Operations;
use golden::hostile;
use imaging::{ImagingError, Limits, edit};

/// Both tests look at the memory of the process, so they take turns, and no other test is in this file.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn small() -> Operations {
    serde_json::from_str(r#"{"resizing":{"width":32}}"#).unwrap()
}

/// The most memory the process ever held, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn hostile_pictures_are_refused_in_under_a_second_and_in_128_megabytes() {
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let files = hostile::refused().unwrap();
    assert!(files.len() >= 40);
    let before = peak_memory();
    for (name, file) in &files {
        let start = Instant::now();
        let result = edit(file, &small(), &Default::default(), &Limits::default());
        let elapsed = start.elapsed();
        let error = result.err().unwrap_or_else(|| panic!("{name}: was accepted"));
        assert!(!matches!(error, ImagingError::Internal(_)), "{name}: {error:?}");
        assert!(elapsed < Duration::from_secs(1), "{name}: took {elapsed:?}, {error:?}");
    }
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 128 << 20, "{grown} bytes more");
}

#[test]
fn bombs_cost_little_whether_or_not_they_hold_a_picture() {
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let files = hostile::bombs().unwrap();
    let before = peak_memory();
    for (name, file) in &files {
        let start = Instant::now();
        let result = edit(file, &small(), &Default::default(), &Limits::default());
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(1), "{name}: took {elapsed:?}");
        assert!(!matches!(result, Err(ImagingError::Internal(_))), "{name}: {result:?}");
    }
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
}
