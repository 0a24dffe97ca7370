//! The estimate by which the service rations memory, against what edits really take. One test, so that nothing else
//! happens in the process.
#![allow(clippy::unwrap_used)]

use golden::input;
use imaging::{Limits, edit, memory_needed};

/// A figure of the process from the kernel, in bytes.
fn figure(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// What allocators keep for themselves, in bytes.
const SLACK: u64 = 6 << 20;
/// Set in the processes that this test starts: the file to edit, and the request.
const INPUT: &str = "GOLDEN_MEMORY_INPUT";
const REQUEST: &str = "GOLDEN_MEMORY_REQUEST";

#[test]
fn the_estimate_of_memory_holds_and_is_not_far_above() {
    const CASES: [(&str, &str); 28] = [
        ("png", r#"{"output":{"format":"jpeg"}}"#),
        ("png", r#"{"output":{"format":{"type":"jpeg","quality":95}}}"#),
        ("png", r#"{"output":{"format":"webp"}}"#),
        ("png", r#"{"output":{"format":{"type":"webp","compression":"lossless"}}}"#),
        ("png", r#"{"output":{"format":"tiff"}}"#),
        ("png", r#"{"operations":{"adjustments":{"sharpness":50}},"output":{"format":"png"}}"#),
        ("png", r#"{"operations":{"adjustments":{"hdr":100}},"output":{"format":"png"}}"#),
        ("png+orientation=6", r#"{"operations":{"padding":"10%"},"output":{"format":"png"}}"#),
        ("jpeg-progressive", r#"{"operations":{"resizing":{"width":200}}}"#),
        ("tiff16", r#"{"operations":{"resizing":{"width":200}}}"#),
        ("webp-lossless", r#"{"operations":{"resizing":{"width":200}}}"#),
        ("png-rgb16", r#"{"output":{"format":"jpeg"}}"#),
        ("png-rgba16-interlaced", r#"{"operations":{"resizing":{"width":800}},"output":{"format":"webp"}}"#),
        ("png-ga16-interlaced", r#"{"operations":{"padding":"10%"},"output":{"format":"png"}}"#),
        (
            "tiff-rgb16-lzw+p3",
            r#"{"operations":{"adjustments":{"sharpness":50}},"output":{"format":"tiff"}}"#,
        ),
        ("jpeg-cmyk", r#"{"output":{"format":"png"}}"#),
        ("jpeg-cmyk+press", r#"{"operations":{"resizing":{"width":1200}}}"#),
        ("tiff-cmyk+press", r#"{"output":{"format":"jpeg"}}"#),
        ("tiff-cmyk16-lzw-planar", r#"{"output":{"format":"jpeg"}}"#),
        ("png", r#"{"output":{"format":"jpeg","metadata":{"color_space":"CMYK"}}}"#),
        ("png-rgb16", r#"{"output":{"format":"tiff","metadata":{"color_space":"CMYK"}}}"#),
        (
            "png",
            r#"{"output":{"format":{"type":"tiff","compression":"lossy"},"metadata":{"color_space":"CMYK"}}}"#,
        ),
        ("tiff-cmyk-jpeg", r#"{"output":{"format":"jpeg"}}"#),
        ("avif", r#"{"operations":{"resizing":{"width":200}}}"#),
        ("png", r#"{"output":{"format":"avif"}}"#),
        ("png", r#"{"output":{"format":{"type":"avif","quality":95}}}"#),
        ("png-grey", r#"{"output":{"format":"avif"}}"#),
        ("png-rgba16-interlaced", r#"{"output":{"format":{"type":"avif","compression":"lossless"}}}"#),
    ];
    if let (Some(input), Ok(request)) = (std::env::var_os(INPUT), std::env::var(REQUEST)) {
        return one(&std::fs::read(input).unwrap(), &request);
    }
    let file = std::env::temp_dir().join(format!("golden-memory-{}", std::process::id()));
    for (format, request) in CASES {
        std::fs::write(&file, input::file(&format!("generate:noise/1600x1200/{format}")).unwrap()).unwrap();
        // Why a process each: allocators keep what an earlier edit has given back.
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .env(INPUT, &file)
            .env(REQUEST, request)
            .output()
            .unwrap();
        std::fs::remove_file(&file).unwrap();
        assert!(child.status.success(), "{format} {request}: {}", String::from_utf8_lossy(&child.stdout));
    }
}

fn one(file: &[u8], request: &str) {
    let request: contract::images::UploadEditRequest = serde_json::from_str(request).unwrap();
    let (operations, output) = (request.operations(), request.output());
    let needed = memory_needed(file, &operations, &output, &Limits::default()).unwrap();
    let before = figure("RssAnon:");
    edit(file, &operations, &output, &Limits::default()).unwrap();
    // Without the pages of the program itself: how many of them are in memory is the system's choice.
    let taken = figure("VmHWM:").saturating_sub(before + figure("RssFile:"));
    assert!(taken <= needed + SLACK, "{taken} taken, {needed} estimated");
    assert!(needed <= 3 * taken + 3 * SLACK, "{taken} taken, {needed} estimated");
}
