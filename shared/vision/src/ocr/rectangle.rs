//! The smallest rectangle around points, at any angle.

use crate::sample::Point;

/// A rectangle that is read along `along`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rectangle {
    pub center: Point,
    /// A unit vector, left to right as the text is read.
    pub along: Point,
    /// Along `along`.
    pub width: f32,
    /// Across.
    pub height: f32,
}

/// A rectangle this much higher than wide is taken for a line that runs up or down.
const UPRIGHT_FROM: f32 = 1.5;

impl Rectangle {
    /// Downwards for a reader.
    pub(crate) fn across(&self) -> Point {
        [-self.along[1], self.along[0]]
    }

    /// Top left, top right, bottom right, bottom left, as the text is read.
    pub(crate) fn corners(&self) -> [Point; 4] {
        let (u, v) = (self.along, self.across());
        let at = |x: f32, y: f32| {
            [
                self.center[0] + u[0] * x * self.width / 2.0 + v[0] * y * self.height / 2.0,
                self.center[1] + u[1] * x * self.width / 2.0 + v[1] * y * self.height / 2.0,
            ]
        };
        [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)]
    }

    /// Around points, along this unit vector.
    pub(crate) fn around(points: &[Point], along: Point) -> Self {
        let mut span = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
        for [px, py] in points {
            let (x, y) = (px * along[0] + py * along[1], py * along[0] - px * along[1]);
            span = [span[0].min(x), span[1].max(x), span[2].min(y), span[3].max(y)];
        }
        let (x, y) = ((span[0] + span[1]) / 2.0, (span[2] + span[3]) / 2.0);
        let center = [x * along[0] - y * along[1], x * along[1] + y * along[0]];
        Self { center, along, width: span[1] - span[0], height: span[3] - span[2] }
    }

    /// Of the four ways to read a rectangle the one that is nearest to the usual: along its length where it has one, else level;
    /// rightwards, or down.
    fn as_read(center: Point, along: Point, width: f32, height: f32) -> Self {
        let level = along[0].abs() >= along[1].abs();
        let (mut along, mut width, mut height) =
            if level { (along, width, height) } else { ([-along[1], along[0]], height, width) };
        if height > width * UPRIGHT_FROM {
            along = [-along[1], along[0]];
            std::mem::swap(&mut width, &mut height);
        }
        let forward = if along[0].abs() >= along[1].abs() { along[0] } else { along[1] };
        if forward < 0.0 {
            along = [-along[0], -along[1]];
        }
        Self { center, along, width, height }
    }
}

/// The convex hull by Andrew's monotone chain (Information Processing Letters 9, 1979). Points may repeat.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let turn = |a: Point, b: Point, c: Point| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let half = |points: &mut dyn Iterator<Item = &Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for &point in points {
            while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut outline = half(&mut points.iter());
    outline.extend(half(&mut points.iter().rev()));
    outline
}

/// The rectangle of least area around points: one of its sides lies on a side of the hull (H. Freeman and R. Shapira,
/// Communications of the ACM 18, 1975). `None` of no points.
pub(crate) fn smallest(points: Vec<Point>) -> Option<Rectangle> {
    let outline = hull(points);
    let first = *outline.first()?;
    let mut best: Option<(f32, Rectangle)> = None;
    for (index, start) in outline.iter().enumerate() {
        let end = outline[(index + 1) % outline.len()];
        let length = (end[0] - start[0]).hypot(end[1] - start[1]);
        let u = if length > 1e-6 {
            [(end[0] - start[0]) / length, (end[1] - start[1]) / length]
        } else {
            [1.0, 0.0]
        };
        let mut span = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
        for point in &outline {
            let (dx, dy) = (point[0] - first[0], point[1] - first[1]);
            let (x, y) = (dx * u[0] + dy * u[1], dy * u[0] - dx * u[1]);
            span = [span[0].min(x), span[1].max(x), span[2].min(y), span[3].max(y)];
        }
        let (width, height) = (span[1] - span[0], span[3] - span[2]);
        if best.is_none_or(|(area, _)| width * height < area) {
            let (x, y) = ((span[0] + span[1]) / 2.0, (span[2] + span[3]) / 2.0);
            let center = [first[0] + x * u[0] - y * u[1], first[1] + x * u[1] + y * u[0]];
            best = Some((width * height, Rectangle::as_read(center, u, width, height)));
        }
    }
    best.map(|(_, rectangle)| rectangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_rectangle_is_found_again_and_read_rightwards() {
        for degrees in [-80_i32, -40, -3, 0, 3, 30, 44] {
            let (sin, cos) = (degrees as f32).to_radians().sin_cos();
            let truth = Rectangle { center: [50.0, 40.0], along: [cos, sin], width: 60.0, height: 10.0 };
            let mut points = truth.corners().to_vec();
            points.push(truth.center);
            let found = smallest(points).unwrap();
            assert!((found.width - 60.0).abs() < 0.1 && (found.height - 10.0).abs() < 0.1, "{found:?}");
            let forward = found.along[0] * cos + found.along[1] * sin;
            assert!(forward.abs() > 0.999, "{degrees}: {found:?}");
            assert!(found.along[0] > 0.0 || degrees < -45, "{degrees}: {found:?}");
        }
    }

    #[test]
    fn points_without_area_have_a_rectangle_without_area() {
        assert_eq!(smallest(Vec::new()), None);
        let found = smallest(vec![[3.0, 4.0]; 5]).unwrap();
        assert_eq!((found.center, found.width, found.height), ([3.0, 4.0], 0.0, 0.0));
        let found = smallest((0..9).map(|x| [x as f32, 2.0]).collect()).unwrap();
        assert_eq!((found.width, found.height), (8.0, 0.0));
    }
}
