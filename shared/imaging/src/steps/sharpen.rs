//! An unsharp mask on luma (Gaussian blur, threshold), row by row with a window of blurred rows.

use std::collections::VecDeque;

use super::adjust::{Adjustment, Tone};
use super::colors::Colors;
use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};
use crate::resample::mix;
use crate::simd::{add, widest};

/// Differences from the blurred luma up to this are left alone, so that noise is not raised.
const THRESHOLD: f32 = 2.0 / 255.0;
/// Of the mask, at sharpness 1.
const FULL_AMOUNT: f32 = 1.5;

/// Standard deviation of the blur, in pixels: 1 up to 1 MP, growing with the square root of the pixels to 3.
fn radius(width: u32, height: u32) -> f32 {
    let megapixels = f64::from(width) * f64::from(height) / 1e6;
    megapixels.sqrt().clamp(1.0, 3.0) as f32
}

/// Half of a symmetric kernel: the centre, then what stands at each distance. Sums to 1.
fn kernel(radius: f32) -> Vec<f32> {
    let reach = (3.0 * radius).ceil() as usize;
    let mut half: Vec<f32> = (0..=reach).map(|at| (-0.5 * (at as f32 / radius).powi(2)).exp()).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
    half.iter_mut().for_each(|weight| *weight /= sum);
    half
}

/// A row under the kernel.
struct Row {
    /// Before the mask.
    colors: Colors,
    luma: Vec<f32>,
    /// Luma blurred sideways, times coverage.
    blurred: Vec<f32>,
    /// Opacity blurred sideways, where there is any.
    coverage: Vec<f32>,
}

struct Blur<'a, T: Sample> {
    tone: &'a Tone<T>,
    channels: Channels,
    kernel: Vec<f32>,
    /// A row with its edges repeated, used again and again.
    padded: Vec<f32>,
    /// Rows that are done with.
    spare: Vec<Row>,
    /// The row goes round, rather than repeat its edges.
    wraps: bool,
}

impl<T: Sample> Blur<'_, T> {
    fn reach(&self) -> usize {
        self.kernel.len() - 1
    }

    fn row(&mut self, samples: &[T]) -> Row {
        let width = samples.len() / self.channels.count();
        let mut row = self.spare.pop().unwrap_or_else(|| Row {
            colors: Colors::new(width, self.channels),
            luma: Vec::new(),
            blurred: Vec::new(),
            coverage: Vec::new(),
        });
        self.tone.apply(samples, self.channels, &mut row.colors);
        row.colors.luma(&mut row.luma);
        if self.channels.has_alpha() {
            let coverage: Vec<f32> = samples.chunks_exact(4).map(|pixel| pixel[3].unit()).collect();
            let covered: Vec<f32> =
                row.luma.iter().zip(&coverage).map(|(luma, coverage)| luma * coverage).collect();
            self.sideways(&coverage, &mut row.coverage);
            self.sideways(&covered, &mut row.blurred);
        } else {
            self.sideways(&row.luma, &mut row.blurred);
        }
        row
    }

    fn sideways(&mut self, values: &[f32], blurred: &mut Vec<f32>) {
        let reach = self.reach();
        let last = values.len() - 1;
        let beyond = |before: usize| {
            if self.wraps { values[last - before % values.len()] } else { values[0] }
        };
        let after = |after: usize| if self.wraps { values[after % values.len()] } else { values[last] };
        self.padded.clear();
        self.padded.extend((0..reach).rev().map(beyond));
        self.padded.extend_from_slice(values);
        self.padded.extend((0..reach).map(after));
        blurred.resize(values.len(), 0.0);
        along(&self.padded, &self.kernel, blurred);
    }

    /// Blurs a window of rows downwards; `centre` is the row that is wanted, rows past the edges repeat the last.
    fn down(&self, window: &VecDeque<Row>, centre: usize, plane: fn(&Row) -> &[f32], target: &mut Vec<f32>) {
        target.resize(plane(&window[centre]).len(), 0.0);
        let reach = self.reach();
        let rows: Vec<&[f32]> = (0..=2 * reach)
            .map(|index| plane(&window[(centre + index).saturating_sub(reach).min(window.len() - 1)]))
            .collect();
        let weights: Vec<f32> = (0..=2 * reach).map(|index| self.kernel[index.abs_diff(reach)]).collect();
        mix(&rows, &weights, target);
    }
}

/// Along a row that is longer by the kernel's reach at both ends.
fn along(padded: &[f32], kernel: &[f32], target: &mut [f32]) {
    widest!(along_any(padded: &[f32], kernel: &[f32], target: &mut [f32]))
}

/// Values that are summed together.
const LANES: usize = 32;

#[inline(always)]
fn along_any<const FUSED: bool>(padded: &[f32], kernel: &[f32], target: &mut [f32]) {
    let reach = kernel.len() - 1;
    let length = target.len();
    let whole = length / LANES * LANES;
    let mut start = 0;
    while start < whole {
        let mut sums = [0.0f32; LANES];
        for tap in 0..=2 * reach {
            let weight = kernel[tap.abs_diff(reach)];
            let Some(values) = padded[start + tap..].first_chunk::<LANES>() else { continue };
            for lane in 0..LANES {
                add::<FUSED>(&mut sums[lane], values[lane], weight);
            }
        }
        target[start..start + LANES].copy_from_slice(&sums);
        start += LANES;
    }
    for index in whole..length {
        let mut sum = 0.0;
        for tap in 0..=2 * reach {
            add::<FUSED>(&mut sum, padded[index + tap], kernel[tap.abs_diff(reach)]);
        }
        target[index] = sum;
    }
}

/// Applies `tone` and then the mask, in place.
pub(super) fn sharpen<T: Sample>(
    picture: &mut Picture<T>,
    tone: &Tone<T>,
    adjustment: &Adjustment,
    watch: Watch,
) -> Result<(), ImagingError> {
    let (height, stride) = (picture.height as usize, picture.stride());
    let channels = picture.channels;
    let mut blur = Blur {
        tone,
        channels,
        kernel: kernel(radius(picture.width, picture.height)),
        padded: Vec::new(),
        spare: Vec::new(),
        wraps: adjustment.stitching,
    };
    let reach = blur.reach();
    let amount = FULL_AMOUNT * adjustment.sharpness;
    // Rows `first..first + window.len()`, never more than the kernel spans.
    let mut window = VecDeque::with_capacity(2 * reach + 2);
    let mut first = 0;
    let (mut blurred, mut coverage) = (Vec::new(), Vec::new());
    let mut samples = Default::default();
    for y in 0..height {
        watch.check_at(y)?;
        while first + window.len() < height && first + window.len() <= y + reach {
            let below = first + window.len();
            let row = blur.row(&picture.pixels[below * stride..(below + 1) * stride]);
            window.push_back(row);
        }
        while first + reach < y {
            blur.spare.extend(window.pop_front());
            first += 1;
        }
        blur.down(&window, y - first, |row| &row.blurred, &mut blurred);
        if channels.has_alpha() {
            // Transparent neighbours do not count.
            blur.down(&window, y - first, |row| &row.coverage, &mut coverage);
            blurred.iter_mut().zip(&coverage).for_each(|(luma, coverage)| *luma /= coverage.max(1e-6));
        }
        let Row { colors, luma, .. } = &mut window[y - first];
        colors.sharpen(luma, &blurred, amount, THRESHOLD);
        colors.store(&mut picture.pixels[y * stride..(y + 1) * stride], channels, &mut samples);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::steps::adjust::{Adjustment, adjust};

    fn sharpened(picture: &Picture, sharpness: f32) -> Picture {
        let adjustment = Adjustment { sharpness, ..Adjustment::default() };
        adjust(picture.clone(), &adjustment, Limits::default().watch()).unwrap()
    }

    fn step(channels: Channels, width: u32, height: u32) -> Picture {
        let mut picture = Picture::blank(width, height, channels);
        for row in picture.rows_mut() {
            for (x, pixel) in row.chunks_exact_mut(channels.count()).enumerate() {
                pixel.fill(if x < width as usize / 2 { 80 } else { 160 });
            }
        }
        picture
    }

    #[test]
    fn the_radius_grows_from_one_to_three_pixels() {
        assert_eq!((radius(100, 100), radius(1000, 1000)), (1.0, 1.0));
        assert_eq!((radius(2000, 2000), radius(8000, 8000)), (2.0, 3.0));
        let half = kernel(1.0);
        assert!((half[0] + 2.0 * half[1..].iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_edge_is_raised_by_the_difference_from_its_blur() {
        let before = step(Channels::Grey, 40, 9);
        let after = sharpened(&before, 1.0);
        // The pixels beside the edge differ from their blur by 80 times the kernel's share beyond it.
        let kernel = kernel(1.0);
        let beyond: f32 = kernel[1..].iter().sum();
        let raised = 160.0 + 1.5 * 80.0 * beyond;
        let lowered = 80.0 - 1.5 * 80.0 * beyond;
        for row in after.rows() {
            assert_eq!(row[20], (raised + 0.5) as u8);
            assert_eq!(row[19], (lowered + 0.5) as u8);
            assert_eq!((row[5], row[35]), (80, 160), "flat parts stay");
        }
    }

    #[test]
    fn noise_below_the_threshold_is_left_alone() {
        let mut picture = Picture::blank(30, 30, Channels::Grey);
        picture.pixels.iter_mut().enumerate().for_each(|(index, pixel)| *pixel = 100 + (index % 2) as u8);
        assert_eq!(sharpened(&picture, 1.0), picture);
    }

    #[test]
    fn transparent_neighbours_do_not_make_halos() {
        let mut picture = Picture::blank(40, 9, Channels::Rgba);
        for row in picture.rows_mut() {
            for pixel in row.chunks_exact_mut(4).skip(20) {
                pixel.copy_from_slice(&[160, 160, 160, 255]);
            }
        }
        assert_eq!(sharpened(&picture, 1.0), picture);
    }

    #[test]
    fn pictures_smaller_than_the_kernel_are_sharpened_too() {
        for (width, height) in [(1, 1), (1, 5), (5, 1), (2, 3)] {
            let picture = step(Channels::Rgb, width, height);
            assert_eq!(sharpened(&picture, 1.0).pixels.len(), picture.pixels.len());
        }
    }
}
