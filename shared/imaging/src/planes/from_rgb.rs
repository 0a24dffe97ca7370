//! From RGB of eight bits to luma and chroma: BT.601 at full range, as JPEG has it.

use super::{Chroma, Planes};
use crate::picture::{Channels, Picture};

/// Factors have this many bits after the point.
const POINT: i32 = 16;
const HALF: i32 = 1 << (POINT - 1);
/// Of red, green and blue.
const LUMA: [i32; 3] = [19_595, 38_470, 7_471];
const CB: [i32; 3] = [-11_059, -21_709, 32_768];
const CR: [i32; 3] = [32_768, -27_439, -5_329];

fn weighed(weights: [i32; 3], color: [i32; 3]) -> i32 {
    weights.iter().zip(color).map(|(weight, sample)| weight * sample).sum()
}

/// Chroma of the sum of 2^`shift` colours.
fn chroma_of(weights: [i32; 3], sum: [i32; 3], shift: i32) -> u8 {
    let bits = POINT + shift;
    ((weighed(weights, sum) + (128 << bits) + (1 << (bits - 1))) >> bits).clamp(0, 255) as u8
}

/// Planes of a picture of grey, RGB or RGBA, whose alpha is passed over; `plain` keeps green, blue and red as they are.
pub(crate) fn from_rgb(picture: &Picture, chroma: Chroma, plain: bool) -> Planes<u8> {
    let (width, height) = (picture.width, picture.height);
    if picture.channels == Channels::Grey {
        let samples = [picture.pixels.clone(), Vec::new(), Vec::new()];
        return Planes { width, height, bits: 8, chroma: Chroma::None, samples };
    }
    let count = picture.channels.count();
    let pixel =
        |row: &[u8], x: usize| -> [i32; 3] { std::array::from_fn(|index| i32::from(row[x * count + index])) };
    let mut planes = Planes::blank(width, height, 8, chroma);
    let [first, second, third] = &mut planes.samples;
    let wide = width as usize;
    for (row, luma) in picture.rows().zip(first.chunks_exact_mut(wide)) {
        for (target, pixel) in luma.iter_mut().zip(row.chunks_exact(count)) {
            let color = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            *target = if plain { pixel[1] } else { ((weighed(LUMA, color) + HALF) >> POINT) as u8 };
        }
    }
    if chroma == Chroma::Full {
        for ((pixel, second), third) in picture.pixels.chunks_exact(count).zip(second).zip(third) {
            let color = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            (*second, *third) =
                if plain { (pixel[2], pixel[0]) } else { (chroma_of(CB, color, 0), chroma_of(CR, color, 0)) };
        }
        return planes;
    }
    let half = wide.div_ceil(2);
    for (y, (second, third)) in second.chunks_exact_mut(half).zip(third.chunks_exact_mut(half)).enumerate() {
        // At odd edges the last row and column count twice.
        let rows = [2 * y, (2 * y + 1).min(height as usize - 1)];
        let [upper, lower] = rows.map(|y| &picture.pixels[y * wide * count..(y + 1) * wide * count]);
        for (x, (second, third)) in second.iter_mut().zip(third).enumerate() {
            let (left, right) = (2 * x, (2 * x + 1).min(wide - 1));
            let corners = [pixel(upper, left), pixel(upper, right), pixel(lower, left), pixel(lower, right)];
            let sum = std::array::from_fn(|index| corners.iter().map(|color| color[index]).sum());
            (*second, *third) = (chroma_of(CB, sum, 2), chroma_of(CR, sum, 2));
        }
    }
    planes
}
