//! A picture comes out alike whichever way it is read.

use super::*;
use crate::Limits;
use crate::decode::jpeg;
use crate::picture::Picture;

/// A photograph with chroma at half size, in one scan.
const PHOTOGRAPH: &[u8] = include_bytes!("../../../../tests/data/photo.jpg");

/// The largest difference of a sample, and the mean.
fn difference(one: &[u8], other: &[u8]) -> (u8, f64) {
    assert_eq!(one.len(), other.len());
    let each = || one.iter().zip(other).map(|(one, other)| one.abs_diff(*other));
    (each().max().unwrap_or(0), each().map(f64::from).sum::<f64>() / one.len() as f64)
}

fn luma(picture: &Picture) -> Vec<u8> {
    let of = |pixel: &[u8; 3]| {
        (0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]) + 0.5) as u8
    };
    picture.pixels.as_chunks::<3>().0.iter().map(of).collect()
}

fn wanted(header: &Header, source: Rect, width: u32, height: u32, denominator: u32, planes: bool) -> Read {
    let part = |length: f64| length / f64::from(denominator);
    let resize = Resize {
        decoded_width: header.width.div_ceil(denominator),
        decoded_height: header.height.div_ceil(denominator),
        source: Rect {
            x: part(source.x),
            y: part(source.y),
            width: part(source.width),
            height: part(source.height),
        },
        width,
        height,
    };
    Read { denominator, resize, source, planes }
}

#[test]
fn every_way_through_the_engine_gives_nearly_the_same_pixels() {
    let watch = Limits::default().watch();
    let header = jpeg::header(PHOTOGRAPH).unwrap();
    let whole = Rect { x: 0.0, y: 0.0, width: 600.0, height: 400.0 };
    let part = Rect { x: 130.5, y: 77.0, width: 300.0, height: 280.0 };
    for (source, width, height, denominator) in [
        (whole, 450, 300, 1),
        (whole, 150, 100, 2),
        (whole, 99, 66, 4),
        (whole, 61, 41, 8),
        // Just small enough for the coarser scale.
        (whole, 199, 133, 2),
        (whole, 119, 79, 4),
        (whole, 66, 44, 8),
        (part, 75, 70, 2),
    ] {
        let ours = |planes| {
            let read = wanted(&header, source, width, height, denominator, planes);
            let done = super::read(PHOTOGRAPH, &header, &read, watch).unwrap();
            assert_eq!(matches!(done.raster, Raster::Yuv420(_)), planes);
            done.raster.into_eight_bits(watch).unwrap()
        };
        let read = wanted(&header, source, width, height, denominator, false);
        let mut time = Duration::ZERO;
        let by_libjpeg = by_rows(&header, &read, &mut time, |_, take| {
            jpeg::rows(PHOTOGRAPH, &header, denominator, watch, take)
        });
        let by_libjpeg = by_libjpeg.unwrap().into_eight_bits(watch).unwrap();
        let full = wanted(&header, source, width, height, 1, false);
        let from_full = decode::jpeg::decode(PHOTOGRAPH, &header, 1, watch).unwrap();
        let from_full = resized(from_full, &full.resize, watch).unwrap();
        let said = format!("{width} x {height} at 1/{denominator}");
        let (rgb, halved) = (ours(false), ours(true));
        for (way, other) in [("libjpeg", by_libjpeg), ("full size", from_full)] {
            let (largest, mean) = difference(&rgb.pixels, &other.pixels);
            assert!(largest <= 40 && mean <= 3.0, "{said}, {way}: {largest} {mean}");
        }
        // Chroma is coarser, as the file wants it; luma is the same but where colours were clipped.
        let (largest, mean) = difference(&luma(&rgb), &luma(&halved));
        assert!(largest <= 24 && mean <= 0.3, "{said}, luma: {largest} {mean}");
    }
}
