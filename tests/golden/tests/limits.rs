//! Damage, deadlines, budgets, and options that must have an effect.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use contract::images::Operations;
use golden::{hostile, input};
use imaging::{ImagingError, Limits, Measure, edit, memory_needed, probe};

fn small() -> Operations {
    serde_json::from_str(r#"{"resizing":{"width":32}}"#).unwrap()
}

#[test]
fn damaged_files_never_panic() {
    const FORMATS: [&str; 20] = [
        "jpeg",
        "jpeg-progressive",
        "png",
        "png-interlaced",
        "png-palette",
        "gif",
        "bmp",
        "tiff",
        "tiff16",
        "webp",
        "webp-lossless",
        "webp-animated",
        "webp-animated-part",
        "apng",
        "png-rgb16-interlaced",
        "tiff-rgb16-lzw-predictor",
        "tiff-cmyk-lzw+press",
        "tiff-cmyk-jpeg+press",
        "jpeg-cmyk+press",
        "jpeg-ycck+press",
    ];
    let limits = Limits { max_pixels: 250_000, ..Limits::default() };
    let mut random: u32 = 1;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    for format in FORMATS {
        let whole = input::file(&format!("generate:letter/40x30/{format}+orientation=6+private+p3")).unwrap();
        assert!(edit(&whole, &small(), &Default::default(), &limits).is_ok(), "{format}");
        let mut refused = 0;
        for _ in 0..150 {
            let mut file = whole.clone();
            for _ in 0..=next(4) {
                let at = next(file.len());
                file[at] = next(256) as u8;
            }
            if next(4) == 0 {
                file.truncate(next(file.len()));
            }
            refused += u32::from(edit(&file, &small(), &Default::default(), &limits).is_err());
        }
        assert!(refused > 0, "{format}: no damage was noticed");
    }
}

#[test]
fn a_passed_deadline_ends_the_edit() {
    let file = input::file("generate:letter/64x64/png").unwrap();
    let limits = Limits { deadline: Some(Instant::now()), ..Limits::default() };
    let result = edit(&file, &small(), &Default::default(), &limits);
    assert_eq!(result.err(), Some(ImagingError::Deadline));
}

#[test]
fn a_deadline_ends_encoders_that_are_at_work() {
    let file = input::file("generate:noise/2500x2000/png").unwrap();
    for format in [r#"{"type":"webp","compression":"lossless"}"#, r#"{"type":"png","compression":"best"}"#] {
        let output = serde_json::from_str(&format!(r#"{{"format":{format}}}"#)).unwrap();
        let start = Instant::now();
        let limits = Limits { deadline: Some(start + Duration::from_millis(300)), ..Limits::default() };
        let result = edit(&file, &Default::default(), &output, &limits);
        assert_eq!(result.err(), Some(ImagingError::Deadline), "{format}");
        assert!(start.elapsed() < Duration::from_secs(3), "{format}: {:?}", start.elapsed());
    }
}

#[test]
fn limits_are_judged_by_the_header_alone() {
    // A header without pixels: what is reported is the limit, not the missing data.
    let (_, file) =
        hostile::refused().unwrap().into_iter().find(|(name, _)| name.contains("16384x16384")).unwrap();
    let info = probe(&file).unwrap();
    assert_eq!((info.width, info.height, info.mime.as_str()), (16_384, 16_384, "image/png"));
    let error = edit(&file, &small(), &Default::default(), &Limits::default()).unwrap_err();
    let (actual, limit) = (16_384 * 16_384, 50_000_000);
    assert_eq!(error, ImagingError::TooLarge { measure: Measure::Pixels, actual, limit });
}

#[test]
fn the_memory_budget_is_judged_before_decoding() {
    let file = input::file("generate:letter/640x480/png").unwrap();
    let needed = memory_needed(&file, &small(), &Default::default(), &Limits::default()).unwrap();
    assert!(needed > 640 * 480 * 3 && needed < 640 * 480 * 3 * 8, "{needed}");
    let limits = Limits { max_bytes: needed - 1, ..Limits::default() };
    let error = edit(&file, &small(), &Default::default(), &limits).unwrap_err();
    let expected =
        ImagingError::TooLarge { measure: Measure::MemoryBytes, actual: needed, limit: needed - 1 };
    assert_eq!(error, expected);
    let enough = Limits { max_bytes: needed, ..Limits::default() };
    assert!(edit(&file, &small(), &Default::default(), &enough).is_ok());
}

#[test]
fn a_result_that_takes_more_memory_than_its_input_is_what_is_named() {
    let file = input::file("generate:letter/64x48/png").unwrap();
    let large = serde_json::from_str(r#"{"resizing":{"width":4000}}"#).unwrap();
    let limits = Limits { max_bytes: 1_000_000, ..Limits::default() };
    let error = edit(&file, &large, &Default::default(), &limits).unwrap_err();
    assert!(matches!(error, ImagingError::OutputTooLarge { measure: Measure::MemoryBytes, .. }), "{error}");
}

#[test]
fn an_encoder_that_takes_more_memory_than_there_is_is_named_as_the_result() {
    let file = input::file("generate:letter/640x480/png").unwrap();
    let output = |format: &str| serde_json::from_value(serde_json::json!({"format": format})).unwrap();
    let limits = Limits { max_bytes: 5_000_000, ..Limits::default() };
    assert!(edit(&file, &Default::default(), &output("jpeg"), &limits).is_ok());
    let error = edit(&file, &Default::default(), &output("avif"), &limits).unwrap_err();
    assert!(matches!(error, ImagingError::OutputTooLarge { measure: Measure::MemoryBytes, .. }), "{error}");
}

#[test]
fn a_photograph_of_12_megapixels_fits_into_every_format_as_it_is() {
    let file = input::file("generate:letter/4000x3000/jpeg").unwrap();
    for format in [
        r#"{"type":"avif","compression":"lossless"}"#,
        r#"{"type":"avif","quality":90}"#,
        r#"{"type":"webp","compression":"lossless"}"#,
        r#"{"type":"png","compression":"best"}"#,
        r#"{"type":"tiff"}"#,
        r#"{"type":"jpeg","quality":100}"#,
    ] {
        let output = serde_json::from_str(&format!(r#"{{"format":{format}}}"#)).unwrap();
        let needed = imaging::memory_needed(&file, &Default::default(), &output, &Limits::default());
        assert!(needed.is_ok(), "{format}: {needed:?}");
    }
}

#[test]
fn what_is_not_built_is_refused_and_never_left_out() {
    let file = input::file("generate:letter/64x64/png").unwrap();
    for (operations, path) in [
        (r#"{"background":{"remove":true}}"#, "operations.background.remove"),
        (r#"{"resizing":{"width":9,"height":9,"fit":{"crop":"smart"}}}"#, "operations.resizing.fit.crop"),
        (r#"{"restorations":{"polish":true}}"#, "operations.restorations.polish"),
    ] {
        let operations = serde_json::from_str(operations).unwrap();
        let error = edit(&file, &operations, &Default::default(), &Limits::default()).unwrap_err();
        assert_eq!(error, ImagingError::NotAvailable(path.into()));
    }
}

#[test]
fn stronger_png_compression_makes_smaller_files() {
    let photo = input::file("photo").unwrap();
    // More than 256 colours in areas, as drawings have them.
    let drawing = golden::pixels::Pixels::from_fn(600, 400, |x, y| {
        [(x / 20 * 8) as u8, (y / 20 * 12) as u8, if (x + y) % 37 < 3 { 0 } else { 200 }, 255]
    });
    let size = |compression: &str| {
        let format = format!(r#"{{"format":{{"type":"png","compression":"{compression}"}}}}"#);
        let output = serde_json::from_str(&format).unwrap();
        edit(&photo, &small_photo(), &output, &Limits::default()).unwrap().bytes.len()
    };
    let (fast, optimal, best) = (size("fast"), size("optimal"), size("best"));
    // In photographs the default is the fast one: see the encoder.
    assert!(best < optimal && optimal <= fast, "{best} {optimal} {fast}");
    let drawing = drawing.to_png().unwrap();
    let full = |compression: &str| {
        let format = format!(r#"{{"format":{{"type":"png","compression":"{compression}"}}}}"#);
        let output = serde_json::from_str(&format).unwrap();
        edit(&drawing, &Default::default(), &output, &Limits::default()).unwrap().bytes.len()
    };
    let (fast, optimal, best) = (full("fast"), full("optimal"), full("best"));
    assert!(best <= optimal && optimal < fast, "{best} {optimal} {fast}");
}

#[test]
fn lower_quality_makes_smaller_files() {
    let photo = input::file("photo").unwrap();
    let size = |format: &str| {
        let output = serde_json::from_str(&format!(r#"{{"format":{format}}}"#)).unwrap();
        edit(&photo, &small_photo(), &output, &Limits::default()).unwrap().bytes.len()
    };
    for name in ["jpeg", "webp"] {
        let default = size(&format!(r#""{name}""#));
        assert!(size(&format!(r#"{{"type":"{name}","quality":30}}"#)) < default, "{name}");
        assert!(size(&format!(r#"{{"type":"{name}","quality":97}}"#)) > default, "{name}");
    }
    let inner = size(r#"{"type":"webp","quality":97,"compression":{"type":"lossy","quality":30}}"#);
    assert_eq!(inner, size(r#"{"type":"webp","quality":30}"#), "the compression's own quality counts first");
}

fn small_photo() -> Operations {
    serde_json::from_str(r#"{"resizing":{"width":300}}"#).unwrap()
}

#[test]
fn a_side_that_a_format_cannot_hold_is_refused_before_any_work() {
    let file = input::file("generate:letter/64x64/png").unwrap();
    for (format, side) in [("jpeg", 65_500), ("png", 65_535), ("webp", 16_383), ("tiff", 65_535)] {
        let output = serde_json::from_str(&format!(r#"{{"format":"{format}"}}"#)).unwrap();
        let result = |width: u32| {
            let operations = format!(r#"{{"resizing":{{"width":{width},"height":1}}}}"#);
            // A deadline that has passed: whatever works would say so.
            let limits = Limits { deadline: Some(Instant::now()), ..Limits::default() };
            edit(&file, &serde_json::from_str(&operations).unwrap(), &output, &limits).unwrap_err()
        };
        let (actual, limit) = (u64::from(side) + 1, u64::from(side));
        let error = ImagingError::OutputTooLarge { measure: Measure::Side, actual, limit };
        assert_eq!(result(side + 1), error, "{format}");
        assert_eq!(result(side), ImagingError::Deadline, "{format}");
    }
}

#[test]
fn the_longest_sides_are_written() {
    let file = input::file("generate:letter/64x64/png").unwrap();
    for (format, side) in [("jpeg", 65_500), ("png", 65_535), ("webp", 16_383), ("tiff", 65_535)] {
        let output = serde_json::from_str(&format!(r#"{{"format":"{format}"}}"#)).unwrap();
        let operations = format!(r#"{{"resizing":{{"width":{side},"height":2}}}}"#);
        let operations = serde_json::from_str(&operations).unwrap();
        let edited = edit(&file, &operations, &output, &Limits::default()).unwrap();
        assert_eq!((edited.output.width, edited.output.height), (side, 2), "{format}");
    }
}

#[test]
fn a_tiff_beyond_its_offsets_is_refused_before_any_work() {
    let file = input::file("generate:letter/64x64/png").unwrap();
    let operations = serde_json::from_str(r#"{"resizing":{"width":30000,"height":30000}}"#).unwrap();
    let output = serde_json::from_str(r#"{"format":"tiff"}"#).unwrap();
    let limits = Limits { max_output_pixels: u64::MAX, max_bytes: u64::MAX, ..Limits::default() };
    let error = edit(&file, &operations, &output, &limits).unwrap_err();
    assert!(
        matches!(error, ImagingError::OutputTooLarge { measure: Measure::Pixels, actual: 900_000_000, .. }),
        "{error}"
    );
}

#[test]
fn pictures_of_few_colours_are_smaller_than_with_every_pixel_in_full() {
    for name in ["quadrants/300x200", "letter/300x200", "checker/300x200", "disc/300x200"] {
        let file = input::file(&format!("generate:{name}/png")).unwrap();
        let in_full = golden::pixels::Pixels::decoded(&file).unwrap().to_png().unwrap().len();
        for compression in ["fast", "optimal", "best"] {
            let output = format!(r#"{{"format":{{"type":"png","compression":"{compression}"}}}}"#);
            let output = serde_json::from_str(&output).unwrap();
            let edited = edit(&file, &Default::default(), &output, &Limits::default()).unwrap();
            assert!(edited.bytes.len() < in_full, "{name} {compression}: {}, {in_full}", edited.bytes.len());
        }
    }
}
