//! Damaged files of every format: each gives a picture or is refused as the sender's fault, in bounded time and memory. One test, so
//! that nothing else happens in the process.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use contract::images::Operations;
use golden::{damage, input};
use imaging::{ImagingError, Limits, edit, memory_needed, probe};

/// What an edit may hold by its own estimate; what the process grows by above it is the allocators' and the test's own.
const BUDGET: u64 = 32_000_000;
const SLACK: u64 = 16_000_000;

/// A figure of the process from the kernel, in bytes.
fn figure(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Faults of a file, and so answered with a status of 400 to 499.
fn is_of_the_sender(error: &ImagingError) -> bool {
    matches!(
        error,
        ImagingError::NotAPicture
            | ImagingError::Unsupported(_)
            | ImagingError::Corrupt { .. }
            | ImagingError::TooLarge { .. }
            | ImagingError::OutputTooLarge { .. }
    )
}

/// Edits a file in every state of damage, or in one of `step`; `before` is the memory of the process at the start, in bytes.
fn damage_and_edit(format: &str, step: usize, before: u64) {
    let operations: Operations = serde_json::from_str(r#"{"resizing":{"width":12}}"#).unwrap();
    let limits = Limits { max_pixels: 1_000_000, max_bytes: BUDGET, ..Limits::default() };
    let (mut read, mut refused) = (0, 0);
    let whole = input::file(&format!("generate:letter/23x17/{format}")).unwrap();
    edit(&whole, &operations, &Default::default(), &limits).unwrap();
    for (what, file) in damage::of(&whole).step_by(step) {
        let start = Instant::now();
        let result = edit(&file, &operations, &Default::default(), &limits);
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(1), "{format}, {what}: {elapsed:?}");
        match result {
            Ok(edited) => {
                read += 1;
                assert_eq!(edited.input, probe(&file).unwrap(), "{format}, {what}");
                let needed = memory_needed(&file, &operations, &Default::default(), &limits).unwrap();
                assert!(needed <= BUDGET, "{format}, {what}: {needed}");
            }
            Err(error) => {
                refused += 1;
                assert!(is_of_the_sender(&error), "{format}, {what}: {error:?}");
            }
        }
    }
    let grown = figure("VmHWM:").saturating_sub(before);
    assert!(grown < BUDGET + SLACK, "{format}: {grown} bytes more");
    assert!(refused > 100 / step, "{format}: only {refused} were refused, {read} read");
}

#[test]
fn damaged_files_give_a_picture_or_a_fault_of_the_sender_within_the_budget() {
    let before = figure("VmRSS:");
    for format in damage::FORMATS {
        damage_and_edit(format, 1, before);
    }
    for format in damage::WITH_SLOW_PROFILES {
        // Three kinds of damage follow each other: each gets its turn.
        damage_and_edit(format, 40, before);
    }
}
