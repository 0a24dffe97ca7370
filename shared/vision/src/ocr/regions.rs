//! Lines out of a map of how likely each pixel is the middle of one: the second half of "Real-time Scene Text Detection with
//! Differentiable Binarization" (M. Liao and others, AAAI 2020).

use super::rectangle::{Rectangle, smallest};
use crate::sample::Point;

/// A pixel this likely belongs to a line.
const LIKELY: f32 = 0.3;
/// A region is a line where this much of its rectangle is likely.
const SURE: f32 = 0.4;
/// The map shows lines thinner than they are: they grow by their area over their outline times this. Less than the paper's 1.6, since
/// areas here are those between the edges of samples and not between their middles: more makes letters small in their strips.
const GROWTH: f32 = 1.4;
/// Samples: what is thinner is noise.
const THINNEST: f32 = 1.2;
/// A region this many times as long as thick has a direction of its own.
const LONG: f32 = 6.0;
/// One that is shorter than this many times its height lies as the others do: a 1 by itself is no line that runs down.
const SHORT: f32 = 2.0;
/// A region's edge is rough by so much: what stands out further is a spur.
const ROUGH: f32 = 1.3;
/// More regions than this are not looked at: no page has them, and a picture of noise must not cost more.
const MOST: usize = 1_000;

/// A line of the map, in its samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    /// Around the whole text.
    pub rectangle: Rectangle,
    /// Of the map's own thin region.
    pub thickness: f32,
}

/// The likely lines of a map of `width` samples a row.
pub(crate) fn regions(map: &[f32], width: usize) -> Vec<Region> {
    let mut seen = vec![false; map.len()];
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    for start in 0..map.len() {
        if seen[start] || map[start] <= LIKELY {
            continue;
        }
        let part = spread(map, width, start, &mut seen, &mut waiting);
        found.extend(part.region().map(|region| (part, region)));
        if found.len() == MOST {
            break;
        }
    }
    let direction = direction(found.iter().map(|(_, region)| region));
    let set = |(part, region): (Part, Region)| match direction {
        Some(along) if region.rectangle.width < SHORT * region.rectangle.height => {
            let rectangle = grown(Rectangle::around(&part.points(), along));
            Region { rectangle, ..region }
        }
        _ => region,
    };
    found.into_iter().map(set).collect()
}

/// In which most of the long ones run, rightwards or down; `None` where there are none.
fn direction<'a>(regions: impl Iterator<Item = &'a Region>) -> Option<Point> {
    let mut sum: Point = [0.0; 2];
    for region in regions {
        let Rectangle { along: [x, y], width, .. } = region.rectangle;
        if width > LONG * region.thickness {
            // By the doubled angle, in which both ways along a line are one.
            sum[0] += width * (x * x - y * y);
            sum[1] += width * 2.0 * x * y;
        }
    }
    (sum != [0.0; 2]).then(|| {
        let (sin, cos) = (0.5 * sum[1].atan2(sum[0])).sin_cos();
        // Half an angle is within a quarter turn of rightwards.
        if cos < sin.abs() && sin < 0.0 { [-cos, -sin] } else { [cos, sin] }
    })
}

/// Around the whole text.
fn grown(thin: Rectangle) -> Rectangle {
    let growth = GROWTH * thin.width * thin.height / (thin.width + thin.height).max(1.0);
    Rectangle { width: thin.width + growth, height: thin.height + growth, ..thin }
}

/// A connected part of the map.
#[derive(Default)]
struct Part {
    /// Row by row, its first and past-the-last sample.
    rows: Vec<(usize, usize, usize)>,
    /// Sums of how likely its samples are, times nothing, x, y, x², xy and y².
    likely: [f64; 6],
}

/// Everything connected with `start`, by sides and corners.
fn spread(map: &[f32], width: usize, start: usize, seen: &mut [bool], waiting: &mut Vec<usize>) -> Part {
    let mut part = Part::default();
    let mut samples = Vec::new();
    seen[start] = true;
    waiting.push(start);
    while let Some(at) = waiting.pop() {
        samples.push(at);
        let (x, y) = (at % width, at / width);
        part.add(x as f64 + 0.5, y as f64 + 0.5, f64::from(map[at]));
        for row in y.saturating_sub(1)..=(y + 1).min(map.len() / width - 1) {
            for column in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                let near = row * width + column;
                if !seen[near] && map[near] > LIKELY {
                    seen[near] = true;
                    waiting.push(near);
                }
            }
        }
    }
    samples.sort_unstable();
    for at in samples {
        let (x, y) = (at % width, at / width);
        match part.rows.last_mut() {
            Some((row, _, end)) if *row == y => *end = x + 1,
            _ => part.rows.push((y, x, x + 1)),
        }
    }
    part
}

impl Part {
    fn add(&mut self, x: f64, y: f64, likely: f64) {
        let terms = [1.0, x, y, x * x, x * y, y * y];
        self.likely.iter_mut().zip(terms).for_each(|(sum, term)| *sum += likely * term);
    }

    /// The ends of its rows.
    fn points(&self) -> Vec<Point> {
        let corner = |x: usize, y: usize| -> Point { [x as f32, y as f32] };
        let points = self.rows.iter().flat_map(|&(y, start, end)| {
            [corner(start, y), corner(start, y + 1), corner(end, y), corner(end, y + 1)]
        });
        points.collect()
    }

    /// `None` where it is too thin or too unlikely.
    fn region(&self) -> Option<Region> {
        let points = self.points();
        let mut rectangle = smallest(points.clone())?;
        let likely = self.likely[0] as f32;
        // By what is likely, not by whole samples: of a small map a line has three or four of them.
        let thickness = likely / rectangle.width.max(1.0);
        if rectangle.width > LONG * thickness {
            rectangle = self.along_its_middle(&points, rectangle, thickness);
        }
        let area = rectangle.width * rectangle.height;
        if thickness < THINNEST || likely < SURE * area {
            return None;
        }
        Some(Region { rectangle: grown(rectangle), thickness })
    }

    /// A long region's rectangle by its moments: a spur to a neighbouring line makes the smallest rectangle higher and askew.
    fn along_its_middle(&self, points: &[Point], smallest: Rectangle, thickness: f32) -> Rectangle {
        let [sum, x, y, xx, xy, yy] = self.likely;
        let (x, y) = (x / sum, y / sum);
        let (xx, xy, yy) = (xx / sum - x * x, xy / sum - x * y, yy / sum - y * y);
        let (sin, cos) = (0.5 * (2.0 * xy).atan2(xx - yy)).sin_cos();
        let mut along = [cos as f32, sin as f32];
        if along[0] * smallest.along[0] + along[1] * smallest.along[1] < 0.0 {
            along = along.map(|value| -value);
        }
        let middle = [x as f32, y as f32];
        let (mut left, mut right, mut half) = (f32::MAX, f32::MIN, 0.0_f32);
        for point in points {
            let (dx, dy) = (point[0] - middle[0], point[1] - middle[1]);
            let at = dx * along[0] + dy * along[1];
            (left, right) = (left.min(at), right.max(at));
            half = half.max((dy * along[0] - dx * along[1]).abs());
        }
        let shift = (left + right) / 2.0;
        let center = [middle[0] + along[0] * shift, middle[1] + along[1] * shift];
        let height = (2.0 * half).min(ROUGH * thickness);
        Rectangle { center, along, width: right - left, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, height: usize, at: impl Fn(f32, f32) -> bool) -> Vec<f32> {
        let sample = |i: usize| f32::from(u8::from(at((i % width) as f32, (i / width) as f32)));
        (0..width * height).map(sample).collect()
    }

    #[test]
    fn slanted_bars_are_lines_with_their_angle() {
        let map = map(200, 100, |x, y| {
            (10.0..190.0).contains(&x) && [20.0, 60.0].iter().any(|top| (top + x * 0.1 - y).abs() < 3.0)
        });
        let found = regions(&map, 200);
        assert_eq!(found.len(), 2);
        for region in found {
            let angle = region.rectangle.along[1].atan2(region.rectangle.along[0]);
            assert!((angle - 0.0997).abs() < 0.02, "{region:?}");
            assert!((5.0..9.0).contains(&region.thickness), "{region:?}");
        }
    }

    #[test]
    fn a_short_region_lies_as_the_long_ones_do() {
        let level = |x: f32, y: f32| {
            (20.0..26.0).contains(&x) && (10.0..19.0).contains(&y)
                || (10.0..150.0).contains(&x) && (40.0..48.0).contains(&y)
        };
        let is_along = |map: &[f32], along: Point| {
            let found = regions(map, 200);
            assert_eq!(found.len(), 2);
            for Region { rectangle, .. } in found {
                let [x, y] = rectangle.along;
                assert!((x - along[0]).abs() + (y - along[1]).abs() < 0.05, "{rectangle:?}");
            }
        };
        is_along(&map(200, 200, level), [1.0, 0.0]);
        is_along(&map(200, 200, |x, y| level(y, x)), [0.0, 1.0]);
    }

    #[test]
    fn specks_and_unlikely_areas_are_no_lines() {
        assert_eq!(regions(&map(64, 64, |x, y| x == 9.0 && y == 9.0), 64), []);
        assert_eq!(regions(&vec![0.31; 64 * 64], 64), []);
        assert_eq!(regions(&[], 64), []);
    }

    #[test]
    fn noise_makes_no_more_regions_than_the_bound() {
        let map = map(512, 512, |x, y| x % 4.0 < 2.0 && y % 4.0 < 2.0);
        assert!(regions(&map, 512).len() <= MOST);
    }
}
