//! An unsharp mask on luma (Gaussian blur, threshold), row by row with a window of blurred rows.

use std::collections::VecDeque;

use super::adjust::{Adjustment, Tone, luma, store};
use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};

/// Differences from the blurred luma up to this are left alone, so that noise is not raised.
const THRESHOLD: f32 = 2.0 / 255.0;
/// Of the mask, at sharpness 1.
const FULL_AMOUNT: f32 = 1.5;
const ROWS_BETWEEN_CHECKS: usize = 16;

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

/// Luma of a row blurred sideways, times coverage; and coverage itself where there is alpha.
struct BlurredRow {
    luma: Vec<f32>,
    coverage: Option<Vec<f32>>,
}

struct Blur<'a, T: Sample> {
    tone: &'a Tone<T>,
    channels: Channels,
    kernel: Vec<f32>,
    /// One row of values and one with its edges repeated, used again and again.
    values: Vec<f32>,
    padded: Vec<f32>,
    /// The row goes round, rather than repeat its edges.
    wraps: bool,
}

impl<T: Sample> Blur<'_, T> {
    fn reach(&self) -> usize {
        self.kernel.len() - 1
    }

    fn row(&mut self, row: &[T]) -> BlurredRow {
        self.tone.apply(row, self.channels, &mut self.values);
        let mut lumas: Vec<f32> = match self.channels {
            Channels::Grey => self.values.clone(),
            _ => self.values.chunks_exact(3).map(|value| luma([value[0], value[1], value[2]])).collect(),
        };
        let coverage = self.channels.has_alpha().then(|| {
            let coverage: Vec<f32> = row.chunks_exact(4).map(|pixel| pixel[3].unit()).collect();
            lumas.iter_mut().zip(&coverage).for_each(|(luma, coverage)| *luma *= coverage);
            self.sideways(&coverage)
        });
        BlurredRow { luma: self.sideways(&lumas), coverage }
    }

    fn sideways(&mut self, values: &[f32]) -> Vec<f32> {
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
        let mut blurred: Vec<f32> = values.iter().map(|value| value * self.kernel[0]).collect();
        for (distance, weight) in self.kernel.iter().enumerate().skip(1) {
            let before = &self.padded[reach - distance..];
            let after = &self.padded[reach + distance..];
            for ((sum, before), after) in blurred.iter_mut().zip(before).zip(after) {
                *sum += weight * (before + after);
            }
        }
        blurred
    }

    /// Blurs a window of rows downwards; `centre` is the row that is wanted, rows past the edges repeat the last.
    fn down(
        &self,
        window: &VecDeque<BlurredRow>,
        centre: usize,
        plane: fn(&BlurredRow) -> &[f32],
    ) -> Vec<f32> {
        let mut sum: Vec<f32> = plane(&window[centre]).iter().map(|value| value * self.kernel[0]).collect();
        for (distance, weight) in self.kernel.iter().enumerate().skip(1) {
            let above = plane(&window[centre.saturating_sub(distance)]);
            let below = plane(&window[(centre + distance).min(window.len() - 1)]);
            for ((sum, above), below) in sum.iter_mut().zip(above).zip(below) {
                *sum += weight * (above + below);
            }
        }
        sum
    }
}

/// Applies `tone` and then the mask, in place.
pub(super) fn sharpen<T: Sample>(
    picture: &mut Picture<T>,
    tone: &Tone<T>,
    adjustment: &Adjustment,
    watch: Watch,
) -> Result<(), ImagingError> {
    let (width, height, stride) = (picture.width as usize, picture.height as usize, picture.stride());
    let channels = picture.channels;
    let colors = tone.colors(channels);
    let mut blur = Blur {
        tone,
        channels,
        kernel: kernel(radius(picture.width, picture.height)),
        values: vec![0.0; width * colors],
        padded: Vec::new(),
        wraps: adjustment.stitching,
    };
    let reach = blur.reach();
    let amount = FULL_AMOUNT * adjustment.sharpness;
    // Rows `first..first + window.len()`, never more than the kernel spans.
    let mut window = VecDeque::with_capacity(2 * reach + 2);
    let mut first = 0;
    let mut values = vec![0.0; width * colors];
    for y in 0..height {
        if y % ROWS_BETWEEN_CHECKS == 0 {
            watch.check()?;
        }
        while first + window.len() < height && first + window.len() <= y + reach {
            let below = first + window.len();
            let row = blur.row(&picture.pixels[below * stride..(below + 1) * stride]);
            window.push_back(row);
        }
        while first + reach < y {
            window.pop_front();
            first += 1;
        }
        let blurred = blurred(&blur, &window, y - first);
        let row = &mut picture.pixels[y * stride..(y + 1) * stride];
        tone.apply(row, channels, &mut values);
        for (value, blurred) in values.chunks_exact_mut(colors).zip(&blurred) {
            let own = if colors == 1 { value[0] } else { luma([value[0], value[1], value[2]]) };
            let difference = own - blurred;
            if difference.abs() > THRESHOLD {
                value.iter_mut().for_each(|value| *value += amount * difference);
            }
        }
        store(&values, row, channels);
    }
    Ok(())
}

/// Blurred luma of a row; transparent neighbours do not count.
fn blurred<T: Sample>(blur: &Blur<T>, window: &VecDeque<BlurredRow>, centre: usize) -> Vec<f32> {
    let mut lumas = blur.down(window, centre, |row| &row.luma);
    if blur.channels.has_alpha() {
        let coverage = blur.down(window, centre, |row| row.coverage.as_deref().unwrap_or_default());
        for (luma, coverage) in lumas.iter_mut().zip(coverage) {
            *luma /= coverage.max(1e-6);
        }
    }
    lumas
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
