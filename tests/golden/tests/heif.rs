//! AVIF and HEIC: what holds for many files.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use golden::input;
use golden::pixels::Pixels;
use golden::random::Random;
use imaging::{ImagingError, Limits, Measure, edit, memory_needed, probe};
use serde_json::json;

fn converted(file: &[u8], format: serde_json::Value) -> Vec<u8> {
    let output = serde_json::from_value(json!({ "format": format })).unwrap();
    edit(file, &Default::default(), &output, &Limits::default()).unwrap().bytes
}

#[test]
fn lossless_avif_gives_back_every_sample_of_any_picture() {
    let mut random = Random::new(11);
    for round in 0..24 {
        let (width, height) = (random.side(1..=70), random.side(1..=70));
        let picture = random.picture(width, height, round % 2 == 0);
        let format = json!({"type": "avif", "compression": "lossless"});
        let avif = converted(&picture.to_png().unwrap(), format);
        let after = Pixels::from_png(&converted(&avif, json!("png"))).unwrap();
        let difference = after.difference(&picture).unwrap();
        assert_eq!(difference.largest, 0, "{width}x{height}");
    }
}

#[test]
fn equal_pictures_are_equal_files() {
    let file = input::file("generate:gradient/64x48/png+private").unwrap();
    assert_eq!(converted(&file, json!("avif")), converted(&file, json!("avif")));
}

#[test]
fn more_quality_is_more_bytes_and_less_difference() {
    let file = input::file("photo").unwrap();
    let original = Pixels::decoded(&file).unwrap();
    let mut before = (0, f64::MAX);
    for quality in [10, 50, 90] {
        let avif = converted(&file, json!({"type": "avif", "quality": quality}));
        let difference = Pixels::decoded(&avif).unwrap().difference(&original).unwrap().mean;
        assert!(avif.len() > before.0 && difference < before.1, "{quality}: {} {difference}", avif.len());
        before = (avif.len(), difference);
    }
}

#[test]
fn artist_and_copyright_pass_through_avif() {
    let file = input::file("generate:flat-6080A0/16x16/jpeg+private").unwrap();
    let back = converted(&converted(&file, json!("avif")), json!("jpeg"));
    let facts = golden::facts::read(&back);
    assert_eq!((&facts["artist"], &facts["copyright"]), (&json!(true), &json!(true)));
    assert_eq!(facts["private"], json!(false));
}

#[test]
fn damaged_files_give_a_picture_or_an_error_quickly() {
    let limits = Limits { max_pixels: 100_000, ..Limits::default() };
    for name in ["420.avif", "grid-alpha.avif", "422-12.avif", "alpha.heic", "grid-turned.heic"] {
        let whole = input::file(&format!("heif:{name}")).unwrap();
        assert!(edit(&whole, &Default::default(), &Default::default(), &limits).is_ok(), "{name}");
        let mut refused = 0;
        let mut judge = |file: &[u8], what: &str| {
            let start = Instant::now();
            let result = edit(file, &Default::default(), &Default::default(), &limits);
            assert!(start.elapsed() < Duration::from_secs(2), "{name}: {what} took {:?}", start.elapsed());
            assert!(!matches!(result, Err(ImagingError::Internal(_))), "{name}: {what}: {result:?}");
            refused += u32::from(result.is_err());
        };
        for at in (0..whole.len()).step_by(7) {
            judge(&whole[..at], &format!("cut at {at}"));
            for broken in [whole[at] ^ 1 << (at % 8), 0xFF, 0] {
                let mut file = whole.clone();
                file[at] = broken;
                judge(&file, &format!("{broken:02X} at {at}"));
            }
        }
        assert!(refused > 0, "{name}: no damage was noticed");
    }
}

/// The file with the numbers of four bytes after the name of a box changed.
fn patched(file: &[u8], name: &[u8; 4], skip: usize, value: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let at = file.windows(4).position(|window| window == name).unwrap() + 4 + skip;
    file[at..at + value.len()].copy_from_slice(value);
    file
}

#[test]
fn sizes_are_judged_before_anything_is_decoded() {
    for name in ["420.avif", "420.heic"] {
        let whole = input::file(&format!("heif:{name}")).unwrap();
        let huge = patched(&whole, b"ispe", 4, &[0, 1, 0, 0, 0, 1, 0, 0]);
        let result = probe(&huge)
            .and_then(|_| memory_needed(&huge, &Default::default(), &Default::default(), &Limits::default()));
        assert!(
            matches!(result, Err(ImagingError::Corrupt { .. } | ImagingError::TooLarge { .. })),
            "{name}: {result:?}"
        );
        let limits = Limits { max_side: 32, ..Limits::default() };
        let result = edit(&whole, &Default::default(), &Default::default(), &limits);
        assert!(matches!(result, Err(ImagingError::TooLarge { measure: Measure::Side, .. })), "{result:?}");
    }
}

#[test]
fn a_passed_deadline_ends_decoding_between_tiles() {
    let limits = Limits { deadline: Some(Instant::now()), ..Limits::default() };
    for name in ["grid.avif", "grid-turned.heic"] {
        let file = input::file(&format!("heif:{name}")).unwrap();
        let result = edit(&file, &Default::default(), &Default::default(), &limits);
        assert_eq!(result.err(), Some(ImagingError::Deadline), "{name}");
    }
}
