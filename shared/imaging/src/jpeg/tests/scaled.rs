//! Smaller sizes: the inverse transform of the lowest frequencies, computed in floating point.

use std::f64::consts::PI;

use super::agreement::planes;
use super::files::File;
use super::{header, watch};
use crate::jpeg::block::Block;
use crate::jpeg::decoder::Decoder;
use crate::jpeg::idct;
use crate::jpeg::scan::Scan;

/// Orthonormal inverse cosine transform of `size` points.
fn basis(size: usize, frequency: usize, at: usize) -> f64 {
    let scale = if frequency == 0 { 1.0 } else { 2.0_f64 };
    let angle = PI * (2 * at + 1) as f64 * frequency as f64 / (2 * size) as f64;
    (scale / size as f64).sqrt() * angle.cos()
}

/// The lowest `size` times `size` frequencies of a block of eight, as samples.
fn reference(block: &Block, steps: &Block, size: usize) -> Vec<u8> {
    let coefficient = |row: usize, column: usize| {
        let place = idct::place((row * 8 + column) as u8, 8).expect("a block of eight has every frequency");
        f64::from(block[usize::from(place)]) * f64::from(steps[usize::from(place)])
    };
    let mut samples = Vec::new();
    for y in 0..size {
        for x in 0..size {
            let mut sum = 0.0;
            for row in 0..size {
                for column in 0..size {
                    sum += coefficient(row, column) * basis(size, row, y) * basis(size, column, x);
                }
            }
            samples.push((sum * size as f64 / 8.0 + 128.0).round().clamp(0.0, 255.0) as u8);
        }
    }
    samples
}

/// A component of `bytes` at eight samples a block, of which the first `size` each way are the reference's.
fn references(bytes: &[u8], size: usize) -> Option<Vec<Vec<u8>>> {
    let scan = Scan::read(bytes)?;
    let (sizes, (across, down)) = (vec![8; scan.sampling().len()], scan.units());
    let Decoder::Sequential(mut decoder) = Decoder::new(scan, &sizes, None, watch())? else { return None };
    let planes = decoder.planes();
    let mut whole = vec![Vec::new(); planes.len()];
    for _ in 0..down {
        let mut strips: Vec<Vec<u8>> =
            planes.iter().map(|plane| vec![0; plane.stride * plane.rows]).collect();
        let mut targets: Vec<&mut [u8]> = strips.iter_mut().map(Vec::as_mut_slice).collect();
        decoder.row_with(0..across, &mut targets, |_, block, steps, target, stride| {
            for (row, samples) in reference(block, steps, size).chunks(size).enumerate() {
                target[row * stride..][..size].copy_from_slice(samples);
            }
            *block = [0; 64];
        })?;
        for (whole, strip) in whole.iter_mut().zip(strips) {
            whole.extend(strip);
        }
    }
    Some(whole)
}

#[test]
fn every_scale_is_within_a_level_of_a_transform_in_floating_point() {
    for number in 0..1000 {
        let File { bytes, kind } = File::number(number);
        let size = [1, 2, 4, 8][number as usize % 4];
        let Some(expected) = references(&bytes, size) else { continue };
        let scan = Scan::read(&bytes).expect("it was read before");
        let sizes = vec![size; scan.sampling().len()];
        let decoder = Decoder::new(scan, &sizes, None, watch()).expect("the sizes are known");
        let layout = decoder.planes();
        for ((actual, expected), plane) in planes(decoder).iter().zip(expected).zip(layout) {
            let stride = plane.stride / size * 8;
            for (index, sample) in actual.iter().enumerate() {
                let (x, y) = (index % plane.width, index / plane.width);
                let (column, row) = (x / size * 8 + x % size, y / size * 8 + y % size);
                let apart = sample.abs_diff(expected[row * stride + column]);
                assert!(apart <= 1, "{kind} at {size}: {apart} levels at {x}, {y}");
            }
        }
    }
}

#[test]
fn every_scale_has_the_size_that_libjpeg_gives_it() {
    for number in 0..200 {
        let File { bytes, kind } = File::number(number);
        let header = header(&bytes);
        for denominator in [1, 2, 4, 8] {
            let Some(picture) = crate::jpeg::picture(&bytes, &header, denominator, watch()) else {
                continue;
            };
            let picture = picture.expect("it is not damaged");
            let expected =
                crate::libjpeg::read(&bytes, &header, denominator, watch()).expect("written by an encoder");
            assert_eq!(
                (picture.width, picture.height),
                (expected.width, expected.height),
                "{kind} 1/{denominator}"
            );
            let mean = |pixels: &[u8]| {
                pixels.iter().map(|sample| f64::from(*sample)).sum::<f64>() / pixels.len() as f64
            };
            let apart = (mean(&picture.pixels) - mean(&expected.pixels)).abs();
            // Edges count for much in the smallest pictures: aliases there are what differs.
            assert!(apart < 16.0, "{kind} 1/{denominator}: means {apart} apart");
        }
    }
}
