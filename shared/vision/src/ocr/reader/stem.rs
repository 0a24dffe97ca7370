//! The first convolutions, from pixels to positions of a quarter of the size: few channels, so in f32.

use super::block::{Field, Scratch, single};
use super::bytes::{Activation, LANES};
use super::graph::Convolution;
use super::linear::{Linear8, Multiplier, Wide};
use crate::VisionError;
use crate::sample::Planes;

/// Pixels of a strip along come by this many.
const STEP: usize = 8;

pub(super) struct Stem {
    first: Wide,
    down: Wide,
    up: Wide,
    joined: Wide,
    last: Linear8,
    /// Of the first, of the second, of both ways together, and of those joined.
    channels: [usize; 4],
}

#[derive(Default)]
pub(super) struct Memory {
    pixels: Vec<f32>,
    first: Vec<f32>,
    down: Vec<f32>,
    up: Vec<f32>,
    both: Vec<f32>,
    joined: Vec<f32>,
}

impl Stem {
    /// The stem that starts a list of convolutions, and the rest of the list; `None` where it is none.
    pub fn first<'a>(gemm: &Multiplier, all: &'a [Convolution]) -> Option<(Self, &'a [Convolution])> {
        let [first, down, up, joined, last, rest @ ..] = all else { return None };
        let is = |one: &Convolution, inputs: usize, side: usize, stride: usize| {
            one.inputs == inputs && one.kernel == [side; 2] && one.stride == [stride; 2]
        };
        let both = first.outputs + up.outputs;
        let fits = is(first, 3, 3, 2)
            && is(down, first.outputs, 2, 1)
            && is(up, down.outputs, 2, 1)
            && is(joined, both, 3, 2)
            && single(last, joined.outputs)
            && [joined.outputs, last.outputs].iter().all(|count| count % LANES == 0);
        let wide = |one| Wide::new(gemm, one);
        let stem = || Self {
            first: wide(first),
            down: wide(down),
            up: wide(up),
            joined: wide(joined),
            last: Linear8::of(gemm, last),
            channels: [first.outputs, down.outputs, both, joined.outputs],
        };
        fits.then(|| (stem(), rest))
    }

    pub fn outputs(&self) -> usize {
        self.last.outputs()
    }

    /// A strip whose height is a multiple of four, into `field`.
    pub fn run(
        &self,
        gemm: &Multiplier,
        strip: &Planes,
        memory: &mut Memory,
        scratch: &mut Scratch,
        field: &mut Field,
    ) -> Result<(), VisionError> {
        let Memory { pixels, first, down, up, both, joined } = memory;
        let [first_channels, down_channels, both_channels, joined_channels] = self.channels;
        let width = strip.width.next_multiple_of(STEP);
        padded(strip, width, pixels);
        // Half the size; a row and a column of nothing below and to the right.
        let (height, half) = (strip.height / 2, width / 2);
        zeros(first, (height + 1) * (half + 1) * first_channels);
        for (y, row) in first.chunks_exact_mut((half + 1) * first_channels).take(height).enumerate() {
            self.first.row(gemm, (pixels, width + 2), y, &mut row[..half * first_channels])?;
        }
        zeros(down, (height + 1) * (half + 1) * down_channels);
        for (y, row) in down.chunks_exact_mut((half + 1) * down_channels).take(height).enumerate() {
            self.down.row(gemm, (first, half + 1), y, &mut row[..half * down_channels])?;
        }
        // Around it all nothing.
        let up_channels = both_channels - first_channels;
        zeros(up, half * up_channels);
        zeros(both, (height + 2) * (half + 2) * both_channels);
        let rows = both.chunks_exact_mut((half + 2) * both_channels).skip(1).take(height);
        for (y, row) in rows.enumerate() {
            self.up.row(gemm, (down, half + 1), y, up)?;
            let above = &first[y * (half + 1) * first_channels..];
            let below = &first[(y + 1) * (half + 1) * first_channels..];
            let places = row[both_channels..].chunks_exact_mut(both_channels);
            for (x, (place, up)) in places.zip(up.chunks_exact(up_channels)).enumerate() {
                let (largest, other) = place.split_at_mut(first_channels);
                let square = |rows: &'_ [f32], right: usize, channel: usize| {
                    rows[(x + right) * first_channels + channel]
                };
                for (channel, largest) in largest.iter_mut().enumerate() {
                    *largest = square(above, 0, channel)
                        .max(square(above, 1, channel))
                        .max(square(below, 0, channel))
                        .max(square(below, 1, channel));
                }
                other.copy_from_slice(up);
            }
        }
        (field.height, field.width) = (height / 2, half / 2);
        zeros(joined, field.height * field.width * joined_channels);
        for (y, row) in joined.chunks_exact_mut(field.width * joined_channels).enumerate() {
            self.joined.row(gemm, (both, half + 2), y, row)?;
        }
        field.values.resize(field.height * field.width * self.outputs(), 0.0);
        gemm.bytes_of(joined, joined_channels, &mut scratch.narrow);
        let finish = (Activation::Relu, None);
        self.last.to_floats(gemm, &scratch.narrow, finish, &mut scratch.products, &mut field.values)
    }
}

fn zeros(values: &mut Vec<f32>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}

/// Blue, green and red of each pixel, -1..1, `width` a row and a pixel of nothing around; to the right of a strip its last column goes on.
fn padded(strip: &Planes, width: usize, pixels: &mut Vec<f32>) {
    zeros(pixels, (strip.height + 2) * (width + 2) * 3);
    let area = strip.width * strip.height;
    let rows = pixels.chunks_exact_mut((width + 2) * 3).skip(1).take(strip.height);
    for (y, row) in rows.enumerate() {
        for (x, pixel) in row[3..].chunks_exact_mut(3).take(width).enumerate() {
            let at = y * strip.width + x.min(strip.width - 1);
            for (channel, value) in pixel.iter_mut().enumerate() {
                *value = strip.samples[(2 - channel) * area + at] / 127.5 - 1.0;
            }
        }
    }
}
