//! Huffman tables for a picture from a part of it: a few rows of units, spread evenly, are transformed and counted before
//! encoding begins. Costs a fraction of counting all of them, as libjpeg does, and that needs no second pass over coefficients
//! which would have to be kept; the file is larger by some thousandths.

use std::array::from_fn;
use std::f32::consts::PI;

use super::codes::Codes;
use super::source::{BLOCK, Source};
use crate::picture::{Channels, Picture};

/// Rows of units that are counted, or a few more.
const ROWS: usize = 12;

/// What a counted symbol weighs beside one that might occur: those stand once in each table.
const WEIGHT: u32 = 64;

const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Of luma, then of chroma.
pub(super) struct Tables {
    pub dc: [Codes; 2],
    pub ac: [Codes; 2],
}

type Samples = [[f32; BLOCK]; BLOCK];

/// The tables for `source` with these steps of quantisation, in natural order, luma's first; `factor` is how many times chroma
/// is coarser than luma.
pub(super) fn tables(source: Source<'_>, steps: [&[u16; 64]; 2], factor: usize) -> Tables {
    let colored = source.channels() != Channels::Grey;
    let factor = if colored { factor } else { 1 };
    let (width, height) = source.size();
    let unit = BLOCK * factor;
    let (columns, rows) = ((width as usize).div_ceil(unit), (height as usize).div_ceil(unit));
    let transform = Transform::new();
    let mut counts = [Counts::new(steps[0]), Counts::new(steps[1])];
    for row in (0..rows).step_by((rows / ROWS).max(1)) {
        let mut predictions = [None; 3];
        for column in 0..columns {
            for (y, x) in (0..factor).flat_map(|y| (0..factor).map(move |x| (y, x))) {
                let block =
                    block(source, 0, (column * factor + x) * BLOCK, (row * factor + y) * BLOCK, factor);
                counts[0].add(&transform.of(&block), &mut predictions[0]);
            }
            for (component, prediction) in predictions.iter_mut().enumerate().skip(1).filter(|_| colored) {
                let block = block(source, component, column * BLOCK, row * BLOCK, factor);
                counts[1].add(&transform.of(&block), prediction);
            }
        }
    }
    Tables {
        dc: counts.each_ref().map(|counts| Codes::of(&counts.dc)),
        ac: counts.each_ref().map(|counts| Codes::of(&counts.ac)),
    }
}

/// A block of a component from `x`, `y` of it on, around 0; edges are repeated.
fn block(source: Source<'_>, component: usize, x: usize, y: usize, factor: usize) -> Samples {
    match source {
        Source::Yuv420(planes) => {
            let plane = match component {
                0 => &planes.luma,
                component => &planes.chroma[component - 1],
            };
            from_fn(|down| {
                let row = row(plane, y + down);
                from_fn(|along| f32::from(row[(x + along).min(row.len() - 1)]) - 128.0)
            })
        }
        Source::Pixels(picture) if picture.channels == Channels::Grey => from_fn(|down| {
            let row = row(picture, y + down);
            from_fn(|along| f32::from(row[(x + along).min(row.len() - 1)]) - 128.0)
        }),
        Source::Pixels(picture) => {
            let factor = if component == 0 { 1 } else { factor };
            from_fn(|down| {
                from_fn(|along| mean(picture, component, (x + along) * factor, (y + down) * factor, factor))
            })
        }
    }
}

fn row(picture: &Picture, y: usize) -> &[u8] {
    let stride = picture.stride();
    let y = y.min(picture.height as usize - 1);
    &picture.pixels[y * stride..(y + 1) * stride]
}

/// A component of a square of RGB pixels, by the equations of JFIF 1.02, around 0.
fn mean(picture: &Picture, component: usize, x: usize, y: usize, side: usize) -> f32 {
    let weights = match component {
        0 => [0.299, 0.587, 0.114],
        1 => [-0.168_736, -0.331_264, 0.5],
        _ => [0.5, -0.418_688, -0.081_312],
    };
    let mut sum = 0.0;
    for down in 0..side {
        let row = row(picture, y + down).as_chunks::<3>().0;
        for along in 0..side {
            let pixel = row[(x + along).min(row.len() - 1)];
            sum += weights.iter().zip(pixel).map(|(weight, sample)| weight * f32::from(sample)).sum::<f32>();
        }
    }
    sum / (side * side) as f32 - if component == 0 { 128.0 } else { 0.0 }
}

/// The discrete cosine transform of a block (T.81, A.3.3).
struct Transform {
    /// `cosines[x][u]`
    cosines: [[f32; BLOCK]; BLOCK],
}

impl Transform {
    fn new() -> Self {
        let scale = |u: usize| if u == 0 { 0.125f32.sqrt() } else { 0.5 };
        let cosine = |x: usize, u: usize| scale(u) * (((2 * x + 1) * u) as f32 * PI / 16.0).cos();
        Self { cosines: from_fn(|x| from_fn(|u| cosine(x, u))) }
    }

    /// `[v][u]`
    fn of(&self, samples: &Samples) -> Samples {
        // Along each row, then down.
        let along: Samples = from_fn(|y| {
            let mut sums = [0.0; BLOCK];
            for (sample, cosines) in samples[y].iter().zip(&self.cosines) {
                sums.iter_mut().zip(cosines).for_each(|(sum, cosine)| *sum += sample * cosine);
            }
            sums
        });
        from_fn(|v| {
            let mut sums = [0.0; BLOCK];
            for (row, cosines) in along.iter().zip(&self.cosines) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * cosines[v]);
            }
            sums
        })
    }
}

/// How often symbols occur, and what quantises.
struct Counts {
    reciprocals: [f32; 64],
    dc: [u32; 256],
    ac: [u32; 256],
}

impl Counts {
    fn new(steps: &[u16; 64]) -> Self {
        // Every symbol of eight-bit pictures may occur (T.81, tables F.1 and F.2).
        let may = |symbol: usize| {
            let (run, size) = (symbol >> 4, symbol & 15);
            (1..=10).contains(&size) || (size == 0 && matches!(run, 0 | 15))
        };
        Self {
            reciprocals: steps.map(|step| 1.0 / f32::from(step)),
            dc: from_fn(|size| u32::from(size <= 11)),
            ac: from_fn(|symbol| u32::from(may(symbol))),
        }
    }

    fn add(&mut self, block: &Samples, prediction: &mut Option<i32>) {
        let coefficients = block.as_flattened();
        let quantised: [i32; 64] = from_fn(|index| {
            let value = coefficients[index] * self.reciprocals[index];
            (value + 0.5f32.copysign(value)) as i32
        });
        if let Some(before) = prediction.replace(quantised[0]) {
            self.dc[size(quantised[0] - before).min(11)] += WEIGHT;
        }
        let mut run = 0;
        for index in &ZIGZAG[1..] {
            let value = quantised[usize::from(*index)];
            if value == 0 {
                run += 1;
                continue;
            }
            self.ac[0xF0] += WEIGHT * (run / 16);
            self.ac[(run as usize % 16) << 4 | size(value).clamp(1, 10)] += WEIGHT;
            run = 0;
        }
        if run > 0 {
            self.ac[0] += WEIGHT;
        }
    }
}

/// Bits of a magnitude.
fn size(value: i32) -> usize {
    (32 - value.unsigned_abs().leading_zeros()) as usize
}
