//! A small copy of the picture, on which everything about it as a whole is measured.

use crate::picture::{Channels, Picture, Sample};
use crate::steps::adjust::luma;

/// The longer side of a sketch, in cells. Memory and the cost of every measure are bounded by its square.
pub(super) const LONGER_SIDE: usize = 256;

/// Cells in rows. Where the picture goes round, the left neighbour of the first cell is the last of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    pub wraps: bool,
}

/// Mean colour of each cell, and how much of the cell is opaque.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub grid: Grid,
    /// sRGB values, 0 to 1, weighted by alpha.
    pub colors: Vec<[f32; 3]>,
    /// 0 to 1.
    pub weights: Vec<f32>,
}

impl Grid {
    /// Sides in the proportions of the picture, neither longer than the picture's.
    fn of(width: usize, height: usize, wraps: bool) -> Self {
        let longer = width.max(height).max(1);
        let side = |side: usize| (side * LONGER_SIDE.min(longer)).div_ceil(longer).max(1);
        Self { width: side(width), height: side(height), wraps }
    }
}

/// Sums over the pixels of one row of cells: of alpha, and of each channel times alpha. Integers, so that the order of
/// pixels does not matter.
#[derive(Clone, Copy, Default)]
struct Sums {
    alpha: u64,
    colors: [u64; 3],
    pixels: u64,
}

impl Sketch {
    pub(super) fn of<T: Sample>(picture: &Picture<T>, wraps: bool) -> Self {
        let (width, height) = (picture.width as usize, picture.height as usize);
        let grid = Grid::of(width, height, wraps);
        let cells = grid.width * grid.height;
        let mut sketch = Self { grid, colors: Vec::with_capacity(cells), weights: Vec::with_capacity(cells) };
        let mut sums = vec![Sums::default(); grid.width];
        for (y, row) in picture.rows().enumerate() {
            add(row, picture.channels, &mut sums);
            // The last row of pixels in this row of cells.
            if (y + 1) * grid.height / height != y * grid.height / height {
                sketch.finish(&mut sums, f32::from(T::MAX));
            }
        }
        sketch
    }

    /// `full`: the highest sample.
    fn finish(&mut self, sums: &mut [Sums], full: f32) {
        for sum in sums {
            let alpha = sum.alpha.max(1) as f32 * full;
            self.colors.push(sum.colors.map(|color| color as f32 / alpha));
            self.weights.push(sum.alpha as f32 / (sum.pixels.max(1) as f32 * full));
            *sum = Sums::default();
        }
    }

    /// Of the windows within which the picture is one thing: a twelfth of its longer side, in cells.
    pub(super) fn radius(&self) -> usize {
        (self.grid.width.max(self.grid.height) / 12).max(1)
    }

    pub(super) fn lumas(&self) -> Vec<f32> {
        self.colors.iter().map(|color| luma(*color)).collect()
    }

    /// Where `share` (0 to 1) of the opaque area has lower values, in steps of 1/1024. Values are 0 to 1.
    pub(super) fn quantile(&self, values: &[f32], share: f32) -> f32 {
        const BINS: usize = 1024;
        let mut bins = [0.0_f32; BINS + 1];
        for (value, weight) in values.iter().zip(&self.weights) {
            bins[(value.clamp(0.0, 1.0) * BINS as f32) as usize] += weight;
        }
        let wanted = share * bins.iter().sum::<f32>();
        let mut sum = 0.0;
        let reached = bins.iter().position(|bin| {
            sum += bin;
            sum > wanted
        });
        reached.unwrap_or(BINS) as f32 / BINS as f32
    }
}

fn add<T: Sample>(row: &[T], channels: Channels, sums: &mut [Sums]) {
    let count = channels.count();
    let (width, cells) = (row.len() / count, sums.len());
    let mut pixels = row.chunks_exact(count);
    let mut end = 0;
    for (cell, sum) in sums.iter_mut().enumerate() {
        let start = end;
        end = (cell + 1) * width / cells;
        for pixel in pixels.by_ref().take(end - start) {
            let alpha = u64::from(if channels.has_alpha() { pixel[3].number() } else { T::MAX });
            sum.alpha += alpha;
            sum.pixels += 1;
            for (index, color) in sum.colors.iter_mut().enumerate() {
                *color +=
                    alpha * u64::from(pixel[if channels == Channels::Grey { 0 } else { index }].number());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> Picture {
        let mut picture = Picture::blank(width, height, Channels::Grey);
        for (index, pixel) in picture.pixels.iter_mut().enumerate() {
            *pixel = value(index as u32 % width, index as u32 / width);
        }
        picture
    }

    #[test]
    fn a_sketch_has_the_proportions_of_its_picture_and_a_bounded_size() {
        let sides = |width, height| {
            let grid = Grid::of(width, height, false);
            (grid.width, grid.height)
        };
        assert_eq!((sides(1, 1), sides(100, 40)), ((1, 1), (100, 40)));
        assert_eq!((sides(6000, 4000), sides(4000, 6000)), ((256, 171), (171, 256)));
        assert_eq!((sides(30_000, 2), sides(257, 257)), ((256, 1), (256, 256)));
    }

    #[test]
    fn every_pixel_counts_once() {
        for (width, height) in [(300, 7), (257, 300), (600, 431), (1, 999)] {
            let sketch = Sketch::of(&grey(width, height, |x, y| (x * 7 + y * 3) as u8), false);
            let Grid { width: columns, height: rows, .. } = sketch.grid;
            assert_eq!(sketch.colors.len(), columns * rows);
            assert!(sketch.weights.iter().all(|weight| *weight == 1.0));
            let flat = Sketch::of(&grey(width, height, |_, _| 51), false);
            assert!(
                flat.colors.iter().all(|color| color.map(|value| (value - 0.2).abs() < 1e-6) == [true; 3])
            );
        }
    }

    #[test]
    fn transparent_pixels_do_not_count() {
        let mut picture = Picture::<u8>::blank(2, 1, Channels::Rgba);
        picture.pixels.copy_from_slice(&[255, 51, 0, 255, 9, 9, 9, 0]);
        let sketch = Sketch::of(&picture, false);
        assert_eq!(sketch.weights, [1.0, 0.0]);
        assert_eq!((sketch.colors[0], sketch.colors[1]), ([1.0, 0.2, 0.0], [0.0; 3]));
        assert_eq!(sketch.quantile(&[0.5, 0.0], 0.01), 0.5);
    }

    #[test]
    fn quantiles_are_of_the_area() {
        let sketch = Sketch::of(&grey(100, 10, |x, _| x as u8), false);
        let lumas = sketch.lumas();
        for share in [0.01, 0.25, 0.5, 0.99] {
            assert!((sketch.quantile(&lumas, share) - share * 100.0 / 255.0).abs() < 0.006, "{share}");
        }
    }
}
