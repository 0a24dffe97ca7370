//! Sixteen bits are as good as eight where eight suffice, whatever is done to them.
#![allow(clippy::unwrap_used)]

use golden::input::{self, scene};
use golden::pixels::Pixels;
use imaging::{Limits, edit};

fn result(name: &str, operations: &str) -> Pixels {
    edited(&input::file(name).unwrap(), operations)
}

fn edited(file: &[u8], operations: &str) -> Pixels {
    let operations = serde_json::from_str(operations).unwrap();
    let output = serde_json::from_str(r#"{"format":"png"}"#).unwrap();
    let edited = edit(file, &operations, &output, &Limits::default()).unwrap();
    let mut pixels = Pixels::from_png(&edited.bytes).unwrap();
    // Colours count as much as they show: eight bits know little of those that are nearly transparent.
    for pixel in pixels.rgba.chunks_exact_mut(4) {
        let alpha = u16::from(pixel[3]);
        pixel[..3].iter_mut().for_each(|sample| *sample = (u16::from(*sample) * alpha / 255) as u8);
    }
    pixels
}

#[test]
fn every_operation_gives_the_same_in_sixteen_bits_within_rounding() {
    const OPERATIONS: [&str; 9] = [
        "{}",
        r#"{"resizing":{"width":40}}"#,
        r#"{"resizing":{"width":150,"height":60}}"#,
        r##"{"resizing":{"width":90,"height":90,"fit":"canvas"},"background":{"color":"#20406080"}}"##,
        r##"{"background":{"color":"#204060"}}"##,
        r#"{"padding":"10%"}"#,
        r#"{"adjustments":{"exposure":-40,"contrast":30,"saturation":60}}"#,
        r#"{"adjustments":{"exposure":15,"contrast":-30,"saturation":-60}}"#,
        r#"{"adjustments":{"sharpness":70}}"#,
    ];
    for (pattern, eight, sixteen) in [
        ("gradient", "png-rgb8", "png-rgb16"),
        ("checker", "png-grey8", "tiff-grey16-lzw"),
        ("alpha", "png-rgba8", "png-rgba16-interlaced"),
        ("quadrants", "tiff-cmyk", "tiff-cmyk16-deflate"),
        ("quadrants", "tiff-cmyk+press", "tiff-cmyk16+press"),
        ("quadrants", "png-rgb8+p3", "tiff-rgb16+p3"),
        ("gradient", "png-rgb8+orientation=6", "png-rgb16+orientation=6"),
    ] {
        for operations in OPERATIONS {
            let expected = result(&format!("generate:{pattern}/80x60/{eight}"), operations);
            let actual = result(&format!("generate:{pattern}/80x60/{sixteen}"), operations);
            let difference = actual.difference(&expected).unwrap();
            // A rounding of eight bits, made larger by what comes after it.
            assert!(
                difference.largest <= 4 && difference.mean < 0.6,
                "{sixteen} {operations}: {difference:?}"
            );
        }
    }
}

/// Each fault is found in sixteen bits as it is in eight, and mended as far.
#[test]
fn hdr_gives_the_same_in_sixteen_bits_within_one() {
    for name in scene::GOOD {
        for fault in scene::FAULTS {
            let name = format!("{name}+{fault}");
            let mut small = result(&name, r#"{"resizing":{"width":120}}"#);
            for (index, pixel) in small.rgba.chunks_exact_mut(4).enumerate() {
                pixel[3] = if index % 120 < 30 { (index % 120 * 8) as u8 } else { 255 };
            }
            for (eight, sixteen) in
                [("png-rgb8", "png-rgb16"), ("png-grey8", "png-grey16"), ("png-rgba8", "png-rgba16")]
            {
                for hdr in ["40", "100", r#"{"intensity":100,"stitching":true}"#] {
                    let operations = format!(r#"{{"adjustments":{{"hdr":{hdr}}}}}"#);
                    let expected = edited(&input::of(&small, eight).unwrap(), &operations);
                    let actual = edited(&input::of(&small, sixteen).unwrap(), &operations);
                    let difference = actual.difference(&expected).unwrap();
                    assert!(difference.largest <= 1, "{name} {sixteen} {hdr}: {difference:?}");
                }
            }
        }
    }
}

/// A picture so dark that eight bits hold five values of it.
#[test]
fn hdr_raises_what_eight_bits_would_not_hold() {
    let levels = |format: &str| {
        let after =
            result(&format!("generate:levels-256/256x128/{format}"), r#"{"adjustments":{"hdr":100}}"#);
        let mut found: Vec<u8> = after.rgba.chunks_exact(4).map(|pixel| pixel[0]).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let found = levels("png-grey16-dark");
    assert!(found.len() > 20, "{found:?}");
}
