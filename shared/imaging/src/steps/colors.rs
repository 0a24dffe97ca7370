//! A row of colours, each channel apart, as the loops of the adjustments take them.

use super::adjust;
use crate::picture::{Channels, Sample};
use crate::simd::widest;

/// Red, green and blue, or grey alone; 0..1 where nothing has left the range.
#[derive(Debug, Clone, Default)]
pub(super) struct Colors {
    red: Vec<f32>,
    green: Vec<f32>,
    blue: Vec<f32>,
    is_grey: bool,
}

impl Colors {
    pub(super) fn new(width: usize, channels: Channels) -> Self {
        let is_grey = channels == Channels::Grey;
        let others = vec![0.0; if is_grey { 0 } else { width }];
        Self { red: vec![0.0; width], green: others.clone(), blue: others, is_grey }
    }

    /// The values of samples by `curve`; alpha is passed over.
    pub(super) fn load<T: Sample>(&mut self, row: &[T], channels: Channels, curve: &T::Table<f32>) {
        if self.is_grey {
            for (value, sample) in self.red.iter_mut().zip(row) {
                *value = sample.look_up(curve);
            }
            return;
        }
        let values = self.red.iter_mut().zip(&mut self.green).zip(&mut self.blue);
        for (((red, green), blue), pixel) in values.zip(row.chunks_exact(channels.count())) {
            *red = pixel[0].look_up(curve);
            *green = pixel[1].look_up(curve);
            *blue = pixel[2].look_up(curve);
        }
    }

    pub(super) fn luma(&self, target: &mut Vec<f32>) {
        target.resize(self.red.len(), 0.0);
        if self.is_grey {
            target.copy_from_slice(&self.red);
        } else {
            luma(&self.red, &self.green, &self.blue, target);
        }
    }

    /// Multiplies the distance of each channel from luma: that is scaling Cb and Cr.
    pub(super) fn saturate(&mut self, factor: f32) {
        if !self.is_grey && factor != 1.0 {
            saturate(&mut self.red, &mut self.green, &mut self.blue, factor);
        }
    }

    /// Adds what luma differs from its blur by, times `amount`, where that is more than `threshold`.
    pub(super) fn sharpen(&mut self, luma: &[f32], blurred: &[f32], amount: f32, threshold: f32) {
        let planes = if self.is_grey { 1 } else { 3 };
        for plane in [&mut self.red, &mut self.green, &mut self.blue].into_iter().take(planes) {
            raise(plane, luma, blurred, amount, threshold);
        }
    }

    /// Brings values into range without a change of hue and rounds them into a row; alpha is left alone.
    pub(super) fn store<T: Sample>(&mut self, row: &mut [T], channels: Channels, samples: &mut [Vec<T>; 3]) {
        samples.iter_mut().for_each(|samples| samples.resize(self.red.len(), T::default()));
        let [reds, greens, blues] = samples;
        if self.is_grey {
            return round(&self.red, row);
        }
        limit(&mut self.red, &mut self.green, &mut self.blue);
        round(&self.red, reds);
        round(&self.green, greens);
        round(&self.blue, blues);
        for (index, pixel) in row.chunks_exact_mut(channels.count()).enumerate() {
            (pixel[0], pixel[1], pixel[2]) = (reds[index], greens[index], blues[index]);
        }
    }
}

fn luma(red: &[f32], green: &[f32], blue: &[f32], target: &mut [f32]) {
    widest!(luma_any(red: &[f32], green: &[f32], blue: &[f32], target: &mut [f32]))
}

fn saturate(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32) {
    widest!(saturate_any(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32))
}

fn raise(plane: &mut [f32], luma: &[f32], blurred: &[f32], amount: f32, threshold: f32) {
    widest!(raise_any(plane: &mut [f32], luma: &[f32], blurred: &[f32], amount: f32, threshold: f32))
}

fn limit(red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    widest!(limit_any(red: &mut [f32], green: &mut [f32], blue: &mut [f32]))
}

fn round<T: Sample>(values: &[f32], samples: &mut [T]) {
    widest!(round_any<T>(values: &[f32], samples: &mut [T]))
}

#[inline(always)]
fn luma_any<const FUSED: bool>(red: &[f32], green: &[f32], blue: &[f32], target: &mut [f32]) {
    let length = target.len();
    let (red, green, blue) = (&red[..length], &green[..length], &blue[..length]);
    for index in 0..length {
        target[index] = adjust::luma([red[index], green[index], blue[index]]);
    }
}

#[inline(always)]
fn saturate_any<const FUSED: bool>(red: &mut [f32], green: &mut [f32], blue: &mut [f32], factor: f32) {
    let length = red.len();
    let (green, blue) = (&mut green[..length], &mut blue[..length]);
    for index in 0..length {
        let luma = adjust::luma([red[index], green[index], blue[index]]);
        red[index] = luma + (red[index] - luma) * factor;
        green[index] = luma + (green[index] - luma) * factor;
        blue[index] = luma + (blue[index] - luma) * factor;
    }
}

#[inline(always)]
fn raise_any<const FUSED: bool>(
    plane: &mut [f32],
    luma: &[f32],
    blurred: &[f32],
    amount: f32,
    threshold: f32,
) {
    let length = plane.len();
    let (luma, blurred) = (&luma[..length], &blurred[..length]);
    for index in 0..length {
        let difference = luma[index] - blurred[index];
        plane[index] += if difference.abs() > threshold { amount * difference } else { 0.0 };
    }
}

#[inline(always)]
fn limit_any<const FUSED: bool>(red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    let length = red.len();
    let (green, blue) = (&mut green[..length], &mut blue[..length]);
    for index in 0..length {
        [red[index], green[index], blue[index]] =
            adjust::within_range([red[index], green[index], blue[index]]);
    }
}

#[inline(always)]
fn round_any<T: Sample, const FUSED: bool>(values: &[f32], samples: &mut [T]) {
    let length = samples.len().min(values.len());
    let (values, samples) = (&values[..length], &mut samples[..length]);
    for index in 0..length {
        samples[index] = T::from_unit(values[index]);
    }
}
