//! One row of pixels on its way, channel by channel, so that the compiler can do several at a time.

use crate::picture::{Channels, Sample};
use crate::steps::adjust::{luma, within_range};

/// The two columns of cells a pixel stands between, and how far from the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub first: usize,
    pub second: usize,
    pub share: f32,
}

impl Column {
    /// The guided value of a pixel with this luma; `row` has slopes and offsets.
    fn of(&self, row: &[[f32; 2]], luma: f32) -> f32 {
        let ([slope, offset], [next_slope, next_offset]) = (row[self.first], row[self.second]);
        let slope = slope + self.share * (next_slope - slope);
        slope * luma + offset + self.share * (next_offset - offset)
    }
}

#[derive(Default)]
pub(super) struct Line {
    /// sRGB values, 0 to 1; of a grey picture all the same.
    red: Vec<f32>,
    green: Vec<f32>,
    blue: Vec<f32>,
    /// What the sketch says of each pixel.
    pub guided: Vec<f32>,
}

impl Line {
    pub(super) fn load<T: Sample>(&mut self, row: &[T], channels: Channels) {
        let count = channels.count();
        let scale = 1.0 / f32::from(T::MAX);
        let planes = [&mut self.red, &mut self.green, &mut self.blue];
        for (index, plane) in planes.into_iter().enumerate() {
            let index = if channels == Channels::Grey { 0 } else { index };
            plane.clear();
            plane.extend(row.chunks_exact(count).map(|pixel| f32::from(pixel[index].number()) * scale));
        }
        self.guided.resize(self.red.len(), 0.0);
    }

    /// Replaces each color by what `change` makes of it and of its guided value.
    pub(super) fn each(&mut self, change: impl Fn([f32; 3], f32) -> [f32; 3]) {
        let colors = self.red.iter_mut().zip(&mut self.green).zip(&mut self.blue);
        for (((red, green), blue), guided) in colors.zip(&self.guided) {
            [*red, *green, *blue] = change([*red, *green, *blue], *guided);
        }
    }

    /// Finds the guided value of each pixel by its luma.
    pub(super) fn guide(&mut self, columns: &[Column], row: &[[f32; 2]]) {
        let colors = self.red.iter().zip(&self.green).zip(&self.blue);
        for ((((red, green), blue), column), guided) in colors.zip(columns).zip(&mut self.guided) {
            *guided = column.of(row, luma([*red, *green, *blue]));
        }
    }

    /// Mixes the row with what became of it; alpha is left alone.
    pub(super) fn store<T: Sample>(&self, row: &mut [T], channels: Channels, intensity: f32) {
        let colors = self.red.iter().zip(&self.green).zip(&self.blue);
        let full = f32::from(T::MAX);
        for (pixel, ((red, green), blue)) in row.chunks_exact_mut(channels.count()).zip(colors) {
            let after = within_range([*red, *green, *blue]);
            for (sample, after) in pixel.iter_mut().zip(after) {
                let before = f32::from(sample.number());
                let mixed = before + intensity * (after * full - before);
                *sample = T::from_number((mixed + 0.5) as u16);
            }
        }
    }
}
