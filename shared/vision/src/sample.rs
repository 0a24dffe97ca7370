//! Pixels at other places: a whole picture made smaller or larger, and a slanted four-cornered part made upright.

use crate::Picture;

/// A point of a picture; whole numbers are the edges between pixels.
pub(crate) type Point = [f32; 2];

/// Three planes of samples, 0..255.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planes {
    pub width: usize,
    pub height: usize,
    /// Red, green, blue, each `width * height`.
    pub samples: Vec<f32>,
}

/// What one sample of the output is made of: the first sample, and the weights of it and of those after it.
struct Tap {
    first: usize,
    weights: Vec<f32>,
}

/// Means over areas where the picture shrinks, linear between neighbours where it grows. `window` is the first and the past-the-end
/// edge, within 0..`source`.
fn taps(source: usize, window: (f32, f32), target: usize) -> Vec<Tap> {
    let scale = (window.1 - window.0) / target as f32;
    let reach = scale.max(1.0);
    (0..target)
        .map(|index| {
            let center = window.0 + (index as f32 + 0.5) * scale;
            // A box as wide as an output pixel, or a tent of two input pixels.
            let half = if scale > 1.0 { reach / 2.0 } else { 1.0 };
            let first = ((center - half).floor().max(0.0) as usize).min(source - 1);
            let last = ((center + half).ceil().max(1.0) as usize).clamp(first + 1, source);
            let weight = |at: usize| {
                let at = at as f32;
                if scale > 1.0 {
                    ((at + 1.0).min(center + half) - at.max(center - half)).max(0.0)
                } else {
                    (1.0 - (at + 0.5 - center).abs()).max(0.0)
                }
            };
            let mut weights: Vec<f32> = (first..last).map(weight).collect();
            let sum: f32 = weights.iter().sum();
            if sum > 0.0 {
                weights.iter_mut().for_each(|weight| *weight /= sum);
            } else {
                weights = vec![1.0];
            }
            Tap { first, weights }
        })
        .collect()
}

/// The part of a picture from `left`, `top` to `right`, `bottom`, in `width` x `height` samples. The picture is not empty and the
/// part lies in it.
pub(crate) fn resize(picture: Picture<'_>, part: [f32; 4], width: usize, height: usize) -> Planes {
    let [left, top, right, bottom] = part;
    let along = taps(picture.width() as usize, (left, right), width);
    let down = taps(picture.height() as usize, (top, bottom), height);
    let mut samples = vec![0.0; 3 * width * height];
    let mut mixed = vec![0.0_f32; picture.width() as usize * 3];
    for (y, tap) in down.iter().enumerate() {
        mixed.fill(0.0);
        for (row, weight) in tap.weights.iter().enumerate() {
            for (value, &sample) in mixed.iter_mut().zip(picture.row(tap.first + row)) {
                *value += weight * f32::from(sample);
            }
        }
        for (x, tap) in along.iter().enumerate() {
            let mut pixel = [0.0_f32; 3];
            for (values, weight) in mixed[tap.first * 3..].chunks_exact(3).zip(&tap.weights) {
                for channel in 0..3 {
                    pixel[channel] += weight * values[channel];
                }
            }
            for channel in 0..3 {
                samples[(channel * height + y) * width + x] = pixel[channel];
            }
        }
    }
    Planes { width, height, samples }
}

/// The projective map that takes the unit square's corners (0,0), (1,0), (1,1), (0,1) to four points (P. Heckbert, "Fundamentals of
/// Texture Mapping and Image Warping", 1989, section 2.2.3).
#[derive(Debug, Clone, Copy)]
struct Projection([f32; 8]);

impl Projection {
    fn onto([p0, p1, p2, p3]: [Point; 4]) -> Self {
        let sum = [p0[0] - p1[0] + p2[0] - p3[0], p0[1] - p1[1] + p2[1] - p3[1]];
        let (d1, d2) = ([p1[0] - p2[0], p1[1] - p2[1]], [p3[0] - p2[0], p3[1] - p2[1]]);
        let determinant = d1[0] * d2[1] - d2[0] * d1[1];
        let (g, h) = if determinant.abs() < 1e-6 {
            (0.0, 0.0)
        } else {
            ((sum[0] * d2[1] - d2[0] * sum[1]) / determinant, (d1[0] * sum[1] - sum[0] * d1[1]) / determinant)
        };
        Self([
            p1[0] - p0[0] + g * p1[0],
            p3[0] - p0[0] + h * p3[0],
            p0[0],
            p1[1] - p0[1] + g * p1[1],
            p3[1] - p0[1] + h * p3[1],
            p0[1],
            g,
            h,
        ])
    }

    fn at(&self, u: f32, v: f32) -> Point {
        let [a, b, c, d, e, f, g, h] = self.0;
        let w = g * u + h * v + 1.0;
        let w = if w.abs() < 1e-6 { 1e-6 } else { w };
        [(a * u + b * v + c) / w, (d * u + e * v + f) / w]
    }
}

/// More samples than this a side are not averaged for one: what is so large is read as well from fewer.
const MOST_AVERAGED: usize = 4;

/// The part of a picture between four corners (top left, top right, bottom right, bottom left as the text is read), made upright.
/// Outside the picture its edge goes on. The picture is not empty.
pub(crate) fn unwarp(picture: Picture<'_>, corners: [Point; 4], width: usize, height: usize) -> Planes {
    let side = |a: Point, b: Point| (a[0] - b[0]).hypot(a[1] - b[1]);
    let count =
        |source: f32, target: usize| ((source / target as f32).round() as usize).clamp(1, MOST_AVERAGED);
    let along = count(side(corners[0], corners[1]).max(side(corners[3], corners[2])), width);
    let down = count(side(corners[0], corners[3]).max(side(corners[1], corners[2])), height);
    let projection = Projection::onto(corners);
    let mut samples = vec![0.0; 3 * width * height];
    let share = 1.0 / (along * down) as f32;
    let (step_x, step_y) = (1.0 / (width * along) as f32, 1.0 / (height * down) as f32);
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0_f32; 3];
            for j in 0..down {
                let v = ((y * down + j) as f32 + 0.5) * step_y;
                for i in 0..along {
                    let u = ((x * along + i) as f32 + 0.5) * step_x;
                    let pixel = between(picture, projection.at(u, v));
                    for channel in 0..3 {
                        sum[channel] += pixel[channel];
                    }
                }
            }
            for channel in 0..3 {
                samples[(channel * height + y) * width + x] = sum[channel] * share;
            }
        }
    }
    Planes { width, height, samples }
}

/// Linear between the four pixels around a point.
fn between(picture: Picture<'_>, [x, y]: Point) -> [f32; 3] {
    let (right, bottom) = (picture.width() as usize - 1, picture.height() as usize - 1);
    let (x, y) = ((x - 0.5).clamp(0.0, right as f32), (y - 0.5).clamp(0.0, bottom as f32));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(right), (y0 + 1).min(bottom));
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let (a, b, c, d) =
        (picture.pixel(x0, y0), picture.pixel(x1, y0), picture.pixel(x0, y1), picture.pixel(x1, y1));
    std::array::from_fn(|channel| {
        let top = a[channel] + (b[channel] - a[channel]) * fx;
        let low = c[channel] + (d[channel] - c[channel]) * fx;
        top + (low - top) * fy
    })
}

impl Planes {
    /// With more columns at the right, all of this value.
    pub(crate) fn widened(self, width: usize, value: f32) -> Self {
        let mut samples = vec![value; self.samples.len() / self.width.max(1) * width];
        for (to, from) in samples.chunks_exact_mut(width).zip(self.samples.chunks_exact(self.width)) {
            to[..self.width].copy_from_slice(from);
        }
        Self { width, samples, ..self }
    }

    /// As the networks of PaddleOCR take a picture: blue, green, red, each less its mean and divided by its deviation, of 0..1.
    pub(crate) fn normalized_bgr(&self, mean: [f32; 3], deviation: [f32; 3]) -> impl Iterator<Item = f32> {
        self.normalized([2, 1, 0], mean, deviation)
    }

    /// Red, green, blue, each less its mean and divided by its deviation, of 0..1.
    pub(crate) fn normalized_rgb(&self, mean: [f32; 3], deviation: [f32; 3]) -> impl Iterator<Item = f32> {
        self.normalized([0, 1, 2], mean, deviation)
    }

    fn normalized(
        &self,
        order: [usize; 3],
        mean: [f32; 3],
        deviation: [f32; 3],
    ) -> impl Iterator<Item = f32> {
        let area = self.width * self.height;
        order.into_iter().zip(mean.into_iter().zip(deviation)).flat_map(
            move |(channel, (mean, deviation))| {
                let (scale, offset) = (1.0 / (255.0 * deviation), mean / deviation);
                self.samples[channel * area..][..area].iter().map(move |sample| sample * scale - offset)
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brighter by one to the right, by ten downwards.
    fn slope(width: u32, height: u32) -> Vec<u8> {
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x + 10 * y) as u8; 3])).collect()
    }

    #[test]
    fn a_slope_stays_the_same_slope_at_every_size_and_in_every_window() {
        let rgb = slope(12, 8);
        let picture = Picture::new(12, 8, &rgb).unwrap();
        assert_eq!(resize(picture, [0.0, 0.0, 12.0, 8.0], 12, 8).samples[5 * 12 + 7], 57.0);
        for (width, height) in [(6, 4), (3, 8), (24, 16), (5, 3)] {
            let planes = resize(picture, [0.0, 0.0, 12.0, 8.0], width, height);
            let (x, y) = (width / 2, height / 2);
            let at =
                [(x as f32 + 0.5) * 12.0 / width as f32 - 0.5, (y as f32 + 0.5) * 8.0 / height as f32 - 0.5];
            let found = planes.samples[y * width + x];
            assert!((found - at[0] - 10.0 * at[1]).abs() < 0.01, "{width} {height}: {found} {at:?}");
        }
        assert_eq!(resize(picture, [2.0, 1.0, 4.0, 2.0], 1, 1).samples[0], 12.5);
    }

    #[test]
    fn a_turned_part_is_upright_and_what_is_outside_is_the_edge() {
        let rgb = slope(12, 8);
        let picture = Picture::new(12, 8, &rgb).unwrap();
        // Read downwards: right of it is down in the picture, below it is left.
        let planes = unwarp(picture, [[9.0, 2.0], [9.0, 6.0], [3.0, 6.0], [3.0, 2.0]], 4, 6);
        assert_eq!((planes.samples[0], planes.samples[1], planes.samples[4]), (28.0, 38.0, 27.0));
        let planes = unwarp(picture, [[-9.0, -9.0], [-5.0, -9.0], [-5.0, -5.0], [-9.0, -5.0]], 3, 3);
        assert!(planes.samples.iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn what_is_wider_has_the_same_rows_and_then_the_value() {
        let planes = Planes { width: 2, height: 1, samples: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        let wide = planes.widened(3, 9.0);
        assert_eq!((wide.width, wide.height), (3, 1));
        assert_eq!(wide.samples, [1.0, 2.0, 9.0, 3.0, 4.0, 9.0, 5.0, 6.0, 9.0]);
    }

    #[test]
    fn the_middle_of_four_corners_is_where_their_diagonals_cross() {
        let projection = Projection::onto([[0.0, 0.0], [4.0, 0.0], [3.0, 2.0], [1.0, 2.0]]);
        let [x, y] = projection.at(0.5, 0.5);
        assert!((x - 2.0).abs() < 1e-5 && (y - 4.0 / 3.0).abs() < 1e-5, "{x} {y}");
        let same = Projection::onto([[1.0, 1.0]; 4]).at(0.3, 0.9);
        assert_eq!(same, [1.0, 1.0]);
    }
}
