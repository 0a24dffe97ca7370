//! CMYK results: what comes back from them, and the inks in the file as a reader of its own sees them.
#![allow(clippy::unwrap_used)]

use golden::input;
use golden::pixels::Pixels;
use imaging::{Limits, edit};

const PRESSES: [&str; 4] = ["ISO_Coated", "ISO_Uncoated", "USWeb_Coated", "USWeb_Uncoated"];

fn printed(file: &[u8], format: &str, press: &str) -> Vec<u8> {
    let output = format!(
        r#"{{"format":{format},"metadata":{{"color_space":{{"type":"CMYK","color_profile":"{press}"}}}}}}"#
    );
    let output = serde_json::from_str(&output).unwrap();
    edit(file, &Default::default(), &output, &Limits::default()).unwrap().bytes
}

/// Muted colours that every one of the presses can print: hues around the circle at several lightnesses.
fn muted() -> Pixels {
    Pixels::from_fn(96, 64, |x, y| {
        let angle = f64::from(x) / 96.0 * std::f64::consts::TAU;
        let middle = 135.0 + f64::from(y) / 64.0 * 75.0;
        let channel = |shift: f64| (middle + 22.0 * (angle + shift).cos()).round() as u8;
        [channel(0.0), channel(2.1), channel(4.2), 255]
    })
}

#[test]
fn muted_colours_come_back_from_every_press() {
    let picture = muted();
    let png = picture.to_png().unwrap();
    for press in PRESSES {
        // Rounded inks, and the two directions of a profile, which are not quite each other's inverse.
        for (format, largest, mean) in [("\"tiff\"", 12, 1.2), (r#"{"type":"jpeg","quality":95}"#, 15, 2.0)] {
            let back = Pixels::decoded(&printed(&png, format, press)).unwrap();
            let difference = back.difference(&picture).unwrap();
            assert!(
                difference.largest <= largest && difference.mean <= mean,
                "{press} {format}: {difference:?}"
            );
        }
    }
}

#[test]
fn a_photograph_comes_back_nearly_as_it_was_from_coated_paper() {
    let photo = Pixels::decoded(&input::file("photo").unwrap()).unwrap();
    let png = photo.to_png().unwrap();
    for press in ["ISO_Coated", "USWeb_Coated"] {
        let back = Pixels::decoded(&printed(&png, r#"{"type":"jpeg","quality":90}"#, press)).unwrap();
        let mean = back.difference(&photo).unwrap().mean;
        assert!(mean < 5.0, "{press}: {mean}");
    }
}

/// Samples of our own lossless TIFF: one pixel's after the other.
fn inks(file: &[u8]) -> Vec<u8> {
    let word =
        |at: usize, size: usize| file[at..at + size].iter().rev().fold(0, |v, b| v << 8 | usize::from(*b));
    let directory = word(4, 4);
    let entry = |tag: usize| {
        (0..word(directory, 2))
            .map(|index| directory + 2 + 12 * index)
            .find(|at| word(*at, 2) == tag)
            .unwrap()
    };
    let (offset, length) = (word(entry(273) + 8, 4), word(entry(279) + 8, 4));
    assert_eq!(word(entry(273) + 4, 4), 1, "one strip is expected");
    let width = word(entry(256) + 8, 4);
    let mut samples = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .decode(&file[offset..offset + length])
        .unwrap();
    for row in samples.chunks_exact_mut(4 * width) {
        for at in 4..row.len() {
            row[at] = row[at].wrapping_add(row[at - 4]);
        }
    }
    samples
}

#[test]
fn inks_are_those_of_the_colour_and_paper_has_none() {
    let colors = [[255, 255, 255], [0, 0, 0], [0, 160, 220], [220, 40, 130], [240, 225, 40], [200, 40, 45]];
    let picture = Pixels::from_fn(6, 1, |x, _| {
        let [red, green, blue] = colors[x as usize];
        [red, green, blue, 255]
    });
    for press in PRESSES {
        let inks = inks(&printed(&picture.to_png().unwrap(), "\"tiff\"", press));
        let of = |index: usize| &inks[4 * index..4 * index + 4];
        assert!(of(0).iter().all(|ink| *ink <= 2), "{press}: paper {:?}", of(0));
        assert!(of(1)[3] > 220, "{press}: black {:?}", of(1));
        let most = |index: usize| (0..4).max_by_key(|ink| of(index)[*ink]).unwrap();
        assert_eq!((most(2), most(3), most(4)), (0, 1, 2), "{press}: {:?} {:?} {:?}", of(2), of(3), of(4));
        assert!(of(5)[1] > 150 && of(5)[2] > 150 && of(5)[0] < 100, "{press}: red {:?}", of(5));
    }
}
