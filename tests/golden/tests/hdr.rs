//! What `adjustments.hdr` promises: photographs with a fault come nearer to what they were, good ones stay.
#![allow(clippy::unwrap_used)]

use golden::input::{self, scene};
use golden::pixels::Pixels;
use imaging::{Limits, edit};
use serde_json::{Value, json};

/// PNG in, adjusted, and pixels out.
fn adjusted(file: &[u8], adjustments: Value) -> Pixels {
    let operations = serde_json::from_value(json!({"adjustments": adjustments})).unwrap();
    let output = serde_json::from_value(json!({"format": {"type": "png", "compression": "fast"}})).unwrap();
    Pixels::from_png(&edit(file, &operations, &output, &Limits::default()).unwrap().bytes).unwrap()
}

fn small(name: &str) -> Pixels {
    sized(name, 160)
}

fn sized(name: &str, width: u32) -> Pixels {
    let operations = serde_json::from_value(json!({"resizing": {"width": width}})).unwrap();
    let output = serde_json::from_value(json!({"format": "png"})).unwrap();
    let file = input::file(name).unwrap();
    Pixels::from_png(&edit(&file, &operations, &output, &Limits::default()).unwrap().bytes).unwrap()
}

fn hdr(picture: &Pixels, hdr: Value) -> Pixels {
    adjusted(&picture.to_png().unwrap(), json!({ "hdr": hdr }))
}

/// Mean difference of a sample, alpha left out.
fn distance(one: &Pixels, other: &Pixels) -> f64 {
    one.difference(other).unwrap().mean * 4.0 / 3.0
}

fn changed(picture: &Pixels, pixel: impl Fn(&Pixels, u32, u32) -> [u8; 4]) -> Pixels {
    Pixels::from_fn(picture.width, picture.height, |x, y| pixel(picture, x, y))
}

fn rolled(picture: &Pixels, by: u32) -> Pixels {
    changed(picture, |picture, x, y| picture.at((x + by) % picture.width, y))
}

#[test]
fn photographs_with_a_fault_come_nearer_to_what_they_were() {
    // The most that may be left of the distance, as a mean over the photographs.
    const LEFT: [(&str, f64); 7] = [
        ("dim", 0.55),
        ("short", 0.3),
        ("haze", 0.35),
        ("distance", 0.55),
        ("warm", 0.45),
        ("blue", 0.95),
        ("green", 0.85),
    ];
    for (fault, most) in LEFT {
        let mut left = Vec::new();
        for name in scene::GOOD {
            let (good, bad) = (small(name), small(&format!("{name}+{fault}")));
            let (before, after) = (distance(&bad, &good), distance(&hdr(&bad, json!(100)), &good));
            println!("{name}+{fault}: {before:.1} before, {after:.1} after");
            assert!(after < before * 1.01, "{name}+{fault}: {before:.1} before, {after:.1} after");
            left.push(after / before);
        }
        let mean = left.iter().sum::<f64>() / left.len() as f64;
        println!("{fault}: {mean:.2}");
        assert!(mean < most, "{fault}: {mean:.2} of the distance is left");
    }
}

#[test]
fn the_subject_of_a_backlit_photograph_is_lit() {
    let middle = |picture: &Pixels| {
        let (width, height) = (picture.width / 3, picture.height / 3);
        Pixels::from_fn(width, height, |x, y| picture.at(width + x, height + y))
    };
    for name in scene::GOOD {
        let (good, bad) = (small(name), small(&format!("{name}+backlit")));
        let lit = hdr(&bad, json!(100));
        let (before, after) =
            (distance(&middle(&bad), &middle(&good)), distance(&middle(&lit), &middle(&good)));
        println!("{name}: {before:.1} before, {after:.1} after");
        assert!(after < 0.7 * before, "{name}: {before:.1} before, {after:.1} after");
    }
}

#[test]
fn good_photographs_stay_nearly_as_they_are() {
    for name in scene::GOOD {
        let good = small(name);
        let moved = distance(&hdr(&good, json!(100)), &good);
        println!("{name}: {moved:.2}");
        assert!(moved < 2.0, "{name}: {moved:.2}");
    }
}

/// Not dark, hazy or in strange light: a product on white, one on black, a page on a screen, a lawn, the sea, an evening sky.
#[test]
fn what_only_looks_like_a_fault_is_left_alone() {
    type Color = fn(u32, u32, u32) -> [u32; 3];
    let pictures: [(&str, Color); 6] = [
        ("white", |x, y, n| if within(x, y) { [232 + n, 226 + n, 220 + n] } else { [252; 3] }),
        ("black", |x, y, n| if within(x, y) { [190 + n, 70 + n, 50 + n] } else { [6, 6, 8] }),
        ("screen", |x, y, _| if within(x, y) { [40, 120, 240] } else { [255; 3] }),
        ("lawn", |_, y, n| [70 + 4 * n, 110 + y / 4 + 3 * n, 40 + 2 * n]),
        ("sea", |_, y, n| if y < 40 { [150, 195 + n, 225] } else { [40 + n, 105 + n, 160 + n] }),
        ("evening", |_, y, n| [250 - y / 4, 150 + n - y / 3, 70 + n - y / 3]),
    ];
    let mut random = golden::random::Random::new(8);
    let noise: Vec<u32> = (0..160 * 120).map(|_| random.side(0..=9)).collect();
    for (name, color) in pictures {
        let picture = Pixels::from_fn(160, 120, |x, y| {
            let [red, green, blue] = color(x, y, noise[(y * 160 + x) as usize]).map(|value| value as u8);
            [red, green, blue, 255]
        });
        let moved = distance(&hdr(&picture, json!(100)), &picture);
        println!("{name}: {moved:.2}");
        assert!(moved < 2.5, "{name}: {moved:.2}");
    }
}

/// In the disc in the middle.
fn within(x: u32, y: u32) -> bool {
    x.abs_diff(80).pow(2) + y.abs_diff(60).pow(2) < 900
}

#[test]
fn beside_an_edge_nothing_glows() {
    // A dark subject before a bright sky, both with a little noise.
    let mut random = golden::random::Random::new(9);
    let noise: Vec<u8> = (0..320 * 200).map(|_| random.within(0..=12) as u8).collect();
    let picture = Pixels::from_fn(320, 200, |x, y| {
        let noise = noise[(y * 320 + x) as usize];
        let value = if (70..250).contains(&x) { 24 + noise } else { 210 + noise / 3 };
        [value, value, value, 255]
    });
    let after = hdr(&picture, json!(100));
    let column = |x: u32| (0..200).map(|y| f64::from(after.at(x, y)[0])).sum::<f64>() / 200.0;
    let (subject, sky) = (column(160), column(20));
    assert!(subject > 50.0, "the subject is lit: {subject:.1}");
    for near in 0..30 {
        let (dark, bright) = (column(70 + near), column(69 - near));
        println!("{near}: {dark:.1} {bright:.1}");
        assert!(
            (dark / subject - 1.0).abs() < 0.1,
            "{near} pixels inside: {dark:.1}, {subject:.1} in the middle"
        );
        assert!((bright / sky - 1.0).abs() < 0.02, "{near} pixels outside: {bright:.1}, {sky:.1} far away");
    }
}

#[test]
fn more_of_it_changes_more_and_nothing_of_it_nothing() {
    for name in ["photo+backlit", "scene:chelsea+warm", "scene:rocket+haze", "scene:astronaut+dim"] {
        let picture = small(name);
        assert_eq!(hdr(&picture, json!(0)), picture);
        let strengths = [1, 10, 25, 50, 75, 100].map(|strength| hdr(&picture, json!(strength)));
        let full = distance(&strengths[5], &picture);
        let moved = strengths.each_ref().map(|result| distance(result, &picture));
        assert!(moved.is_sorted(), "{name}: {moved:?}");
        assert!(moved[0] < 0.02 * full + 0.5, "{name}: {moved:?}");
        assert!((moved[3] / full - 0.5).abs() < 0.02, "{name}: {moved:?}");
        // Every sample on its own way, and never back.
        for (samples, fuller) in strengths.iter().zip(&strengths[1..]) {
            for ((start, less), more) in picture.rgba.iter().zip(&samples.rgba).zip(&fuller.rgba) {
                assert!(start.abs_diff(*less) <= start.abs_diff(*more), "{name}: {start} {less} {more}");
            }
        }
    }
}

#[test]
fn grey_photographs_stay_grey() {
    for fault in scene::FAULTS.into_iter().filter(|fault| !["warm", "blue", "green"].contains(fault)) {
        let picture = changed(&small(&format!("scene:chelsea+{fault}")), |picture, x, y| {
            let [red, green, blue, alpha] = picture.at(x, y);
            let grey = ((u32::from(red) + u32::from(green) + u32::from(blue)) / 3) as u8;
            [grey, grey, grey, alpha]
        });
        let after = hdr(&picture, json!(100));
        assert!(
            after.rgba.chunks_exact(4).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]),
            "{fault}"
        );
        assert!(distance(&after, &picture) > 5.0, "{fault}: nothing happened");
    }
}

#[test]
fn alpha_stays_and_what_is_transparent_does_not_count() {
    let picture = changed(&small("scene:chelsea+dim"), |picture, x, y| {
        let [red, green, blue, _] = picture.at(x, y);
        if x < picture.width / 2 { [255, 0, 255, 0] } else { [red, green, blue, 255] }
    });
    let other = changed(&picture, |picture, x, y| match picture.at(x, y) {
        [_, _, _, 0] => [0, 255, 10, 0],
        color => color,
    });
    let (one, two) = (hdr(&picture, json!(100)), hdr(&other, json!(100)));
    let alphas = |pixels: &Pixels| pixels.rgba.iter().skip(3).step_by(4).copied().collect::<Vec<u8>>();
    assert_eq!(alphas(&one), alphas(&picture));
    assert_eq!(one.difference(&two).unwrap().largest, 0);
    assert!(distance(&one, &picture) > 5.0);
}

#[test]
fn mirrored_photographs_are_treated_alike() {
    for name in ["photo+backlit", "scene:rocket+distance", "scene:astronaut+warm"] {
        let picture = small(name);
        let mirrored = changed(&picture, |picture, x, y| picture.at(picture.width - 1 - x, y));
        let flipped = changed(&picture, |picture, x, y| picture.at(x, picture.height - 1 - y));
        let after = hdr(&picture, json!(100));
        let back = changed(&hdr(&mirrored, json!(100)), |picture, x, y| picture.at(picture.width - 1 - x, y));
        assert!(after.difference(&back).unwrap().largest <= 1, "{name}");
        let back = changed(&hdr(&flipped, json!(100)), |picture, x, y| picture.at(x, picture.height - 1 - y));
        assert!(after.difference(&back).unwrap().largest <= 1, "{name}");
    }
}

/// A panorama has no edge: wherever it is cut open, every direction must come out the same.
#[test]
fn with_stitching_it_does_not_matter_where_a_panorama_is_cut_open() {
    // Also one that is larger than the engine's sketch of it, two pixels a cell.
    let cases = [
        ("photo+backlit", 160, 57),
        ("scene:rocket+distance", 160, 1),
        ("scene:astronaut+warm", 160, 80),
        ("photo+backlit", 512, 114),
    ];
    for (name, width, by) in cases {
        let panorama = sized(name, width);
        let cut = rolled(&panorama, by);
        let adjusted = |picture: &Pixels, stitching: bool| {
            let hdr = json!({"intensity": 100, "stitching": stitching});
            adjusted(&picture.to_png().unwrap(), json!({"hdr": hdr, "sharpness": 60, "contrast": 10}))
        };
        let difference = |stitching| {
            let (whole, cut) = (adjusted(&panorama, stitching), adjusted(&cut, stitching));
            rolled(&whole, by).difference(&cut).unwrap().largest
        };
        assert!(difference(true) <= 1, "{name}: {}", difference(true));
        assert!(difference(false) > 4, "{name}: {}", difference(false));
    }
}

#[test]
fn pictures_of_any_small_size_and_of_one_colour_are_taken() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 3), (5, 5), (700, 3)] {
        for color in [[0, 0, 0], [255, 255, 255], [128, 128, 128], [10, 10, 10], [200, 40, 40]] {
            let [red, green, blue] = color;
            let picture = Pixels::from_fn(width, height, |_, _| [red, green, blue, 255]);
            for stitching in [false, true] {
                let after = hdr(&picture, json!({"intensity": 100, "stitching": stitching}));
                let first = after.at(0, 0);
                assert!(after.rgba.chunks_exact(4).all(|pixel| pixel == first), "{width}x{height} {color:?}");
            }
        }
    }
}
