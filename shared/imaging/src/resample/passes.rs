//! The inner loops, on eight rows side by side.

use super::taps::Taps;
use crate::picture::Sample;
use crate::simd::{add, widest};

/// Rows that go along together; also values that fit a register.
pub(super) const ROWS: usize = 8;

/// Values that are mixed together.
const LANES: usize = 32;

/// Samples to values.
pub(super) fn load<T: Sample>(row: &[T], target: &mut [f32]) {
    widest!(load_any<T>(row: &[T], target: &mut [f32]))
}

/// The sum of `rows`, each times its weight.
pub(crate) fn mix(rows: &[&[f32]], weights: &[f32], target: &mut [f32]) {
    widest!(mix_any(rows: &[&[f32]], weights: &[f32], target: &mut [f32]))
}

/// Puts the values of eight rows, which stand one after the other, side by side.
pub(super) fn turn(rows: &[f32], target: &mut [[f32; ROWS]]) {
    widest!(turn_any(rows: &[f32], target: &mut [[f32; ROWS]]))
}

/// Resamples pixels of `channels` values: 1, 3 or 4.
pub(super) fn along(rows: &[[f32; ROWS]], channels: usize, taps: &Taps, target: &mut [[f32; ROWS]]) {
    widest!(along_any(rows: &[[f32; ROWS]], channels: usize, taps: &Taps, target: &mut [[f32; ROWS]]))
}

/// Values to samples.
pub(super) fn store<T: Sample>(rows: &[[f32; ROWS]], target: &mut [[T; ROWS]]) {
    widest!(store_any<T>(rows: &[[f32; ROWS]], target: &mut [[T; ROWS]]))
}

#[inline(always)]
fn load_any<T: Sample, const FUSED: bool>(row: &[T], target: &mut [f32]) {
    let length = row.len().min(target.len());
    let (row, target) = (&row[..length], &mut target[..length]);
    for index in 0..length {
        target[index] = f32::from(row[index].number());
    }
}

#[inline(always)]
fn store_any<T: Sample, const FUSED: bool>(rows: &[[f32; ROWS]], target: &mut [[T; ROWS]]) {
    let length = rows.len().min(target.len());
    let (rows, target) = (&rows[..length], &mut target[..length]);
    for index in 0..length {
        for row in 0..ROWS {
            target[index][row] = T::from_value(rows[index][row]);
        }
    }
}

#[inline(always)]
fn mix_any<const FUSED: bool>(rows: &[&[f32]], weights: &[f32], target: &mut [f32]) {
    let whole = target.len() / LANES * LANES;
    for (index, target) in target.chunks_exact_mut(LANES).enumerate() {
        let mut sums = [0.0f32; LANES];
        for (row, weight) in rows.iter().zip(weights) {
            let Some(values) = row[index * LANES..].first_chunk::<LANES>() else { continue };
            for (sum, value) in sums.iter_mut().zip(values) {
                add::<FUSED>(sum, *value, *weight);
            }
        }
        target.copy_from_slice(&sums);
    }
    for (index, target) in target.iter_mut().enumerate().skip(whole) {
        *target = 0.0;
        for (row, weight) in rows.iter().zip(weights) {
            add::<FUSED>(target, row[index], *weight);
        }
    }
}

#[inline(always)]
fn turn_any<const FUSED: bool>(rows: &[f32], target: &mut [[f32; ROWS]]) {
    let length = rows.len() / ROWS;
    let (blocks, rest) = target[..length].as_chunks_mut::<ROWS>();
    for (index, block) in blocks.iter_mut().enumerate() {
        for row in 0..ROWS {
            let Some(values) = rows[row * length + index * ROWS..].first_chunk::<ROWS>() else { continue };
            for (column, value) in values.iter().enumerate() {
                block[column][row] = *value;
            }
        }
    }
    let done = length - rest.len();
    for (index, values) in rest.iter_mut().enumerate() {
        for (row, value) in values.iter_mut().enumerate() {
            *value = rows[row * length + done + index];
        }
    }
}

#[inline(always)]
fn along_any<const FUSED: bool>(
    rows: &[[f32; ROWS]],
    channels: usize,
    taps: &Taps,
    target: &mut [[f32; ROWS]],
) {
    match channels {
        1 => along_pixels::<1, FUSED>(rows, taps, target),
        3 => along_pixels::<3, FUSED>(rows, taps, target),
        _ => along_pixels::<4, FUSED>(rows, taps, target),
    }
}

#[inline(always)]
fn along_pixels<const CHANNELS: usize, const FUSED: bool>(
    rows: &[[f32; ROWS]],
    taps: &Taps,
    target: &mut [[f32; ROWS]],
) {
    let pixels = rows.as_chunks::<CHANNELS>().0;
    for (target, (start, weights)) in target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(taps.iter()) {
        let mut sums = [[0.0f32; ROWS]; CHANNELS];
        for (pixel, weight) in pixels[start..].iter().zip(weights) {
            for (sums, values) in sums.iter_mut().zip(pixel) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    add::<FUSED>(sum, *value, *weight);
                }
            }
        }
        *target = sums;
    }
}
