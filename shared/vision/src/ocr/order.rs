//! The order in which lines are read: columns of prose one after the other, else row by row.

use crate::sample::Point;

/// A line in the frame of its page: x as it is read, y downwards.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: usize,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Place {
    fn height(&self) -> f32 {
        self.bottom - self.top
    }

    fn middle(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }
}

/// Lines of a column of prose are at least this many times as long as high; those of a table's column are shorter.
const PROSE: f32 = 6.5;
/// Fewer lines than this are no column.
const COLUMN: usize = 3;
/// Headings and pictures' captions cross a gutter, but no more than this share of all lines.
const CROSSING: f32 = 0.34;
/// Columns in columns: no page has more.
const DEPTH: u32 = 6;

/// Rows from the first to the last, each from left to right, of lines by their corners as they are read.
pub(crate) fn rows(lines: &[[Point; 4]]) -> Vec<Vec<usize>> {
    let mut along = [0.0_f32; 2];
    for corners in lines {
        for axis in 0..2 {
            along[axis] += corners[1][axis] - corners[0][axis] + corners[2][axis] - corners[3][axis];
        }
    }
    let length = along[0].hypot(along[1]);
    let u = if length > 1e-3 { along.map(|value| value / length) } else { [1.0, 0.0] };
    let place = |(index, corners): (usize, &[Point; 4])| {
        let x = |point: Point| point[0] * u[0] + point[1] * u[1];
        let y = |point: Point| point[1] * u[0] - point[0] * u[1];
        // Middles of the sides: a line that is a little askew to its page is no higher for that.
        let side =
            |a: usize, b: usize, axis: &dyn Fn(Point) -> f32| (axis(corners[a]) + axis(corners[b])) / 2.0;
        let (left, right) = (side(0, 3, &x), side(1, 2, &x));
        let (top, bottom) = (side(0, 1, &y), side(2, 3, &y));
        Place {
            index,
            left: left.min(right),
            right: left.max(right),
            top: top.min(bottom),
            bottom: top.max(bottom),
        }
    };
    let mut places: Vec<Place> = lines.iter().enumerate().map(place).collect();
    places.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut rows = Vec::new();
    part(places, DEPTH, &mut rows);
    rows
}

/// Appends the rows of a part of the page; `places` come from top to bottom.
fn part(places: Vec<Place>, depth: u32, rows: &mut Vec<Vec<usize>>) {
    let gutter = if depth > 0 { gutter(&places) } else { None };
    let Some(gutter) = gutter else {
        return level(places, rows);
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for place in places {
        if place.right <= gutter {
            left.push(place);
        } else if place.left >= gutter {
            right.push(place);
        } else {
            // What crosses the gutter stands between the columns above and those below.
            part(std::mem::take(&mut left), depth - 1, rows);
            part(std::mem::take(&mut right), depth - 1, rows);
            rows.push(vec![place.index]);
        }
    }
    part(left, depth - 1, rows);
    part(right, depth - 1, rows);
}

/// Where a gap runs down between two columns of prose.
fn gutter(places: &[Place]) -> Option<f32> {
    if places.len() < 2 * COLUMN {
        return None;
    }
    let height = median(places.iter().map(Place::height));
    let mut best: Option<(usize, f32)> = None;
    for candidate in places {
        let x = candidate.left - height * 0.25;
        let left: Vec<&Place> = places.iter().filter(|place| place.right <= x).collect();
        let right: Vec<&Place> = places.iter().filter(|place| place.left >= x).collect();
        let crossing = places.len() - left.len() - right.len();
        let is_column = |side: &[&Place]| {
            side.len() >= COLUMN
                && median(side.iter().map(|place| place.right - place.left)) >= PROSE * height
        };
        if is_column(&left)
            && is_column(&right)
            && crossing as f32 <= CROSSING * places.len() as f32
            && best.is_none_or(|(fewest, _)| crossing < fewest)
        {
            best = Some((crossing, x));
        }
    }
    best.map(|(_, x)| x)
}

/// Row by row.
fn level(places: Vec<Place>, rows: &mut Vec<Vec<usize>>) {
    let mut open: Vec<Place> = Vec::new();
    let close = |open: &mut Vec<Place>, rows: &mut Vec<Vec<usize>>| {
        open.sort_by(|a, b| a.left.total_cmp(&b.left));
        if !open.is_empty() {
            rows.push(open.drain(..).map(|place| place.index).collect());
        }
    };
    for place in places {
        let on_row = open.last().is_some_and(|last| {
            let shared = last.bottom.min(place.bottom) - last.top.max(place.top);
            shared > 0.5 * last.height().min(place.height())
        });
        // Two lines of a row do not lie over each other.
        let is_beside = open.iter().all(|other| {
            let shared = other.right.min(place.right) - other.left.max(place.left);
            shared <= 0.5 * (other.right - other.left).min(place.right - place.left)
        });
        if !(on_row && is_beside) {
            close(&mut open, rows);
        }
        open.push(place);
    }
    close(&mut open, rows);
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f32, y: f32, width: f32) -> [Point; 4] {
        [[x, y], [x + width, y], [x + width, y + 10.0], [x, y + 10.0]]
    }

    fn turned(lines: &[[Point; 4]], degrees: f32) -> Vec<[Point; 4]> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turn = |[x, y]: Point| [x * cos - y * sin + 500.0, x * sin + y * cos + 500.0];
        lines.iter().map(|corners| corners.map(turn)).collect()
    }

    #[test]
    fn columns_of_prose_are_read_one_after_the_other_at_any_angle() {
        let mut lines = vec![line(0.0, 0.0, 420.0)];
        for row in 1..=4 {
            lines.push(line(0.0, row as f32 * 15.0, 200.0));
            lines.push(line(220.0, row as f32 * 15.0, 200.0));
        }
        lines.push(line(0.0, 80.0, 420.0));
        let expected: Vec<Vec<usize>> = [0, 1, 3, 5, 7, 2, 4, 6, 8, 9].map(|index| vec![index]).to_vec();
        for degrees in [0.0, 4.0, 90.0, 180.0, 271.0] {
            assert_eq!(rows(&turned(&lines, degrees)), expected, "{degrees}");
        }
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let mut lines = Vec::new();
        for row in 0..5 {
            lines.push(line(300.0, row as f32 * 15.0 + 1.0, 40.0));
            lines.push(line(0.0, row as f32 * 15.0, 200.0));
        }
        let expected: Vec<Vec<usize>> = (0..5).map(|row| vec![row * 2 + 1, row * 2]).collect();
        assert_eq!(rows(&lines), expected);
        assert_eq!(rows(&turned(&lines, 177.0)), expected);
    }

    #[test]
    fn every_line_is_in_exactly_one_row() {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 % 400.0
        };
        for count in [0, 1, 2, 17, 200] {
            let lines: Vec<_> = (0..count).map(|_| line(next(), next(), next() + 1.0)).collect();
            let mut seen: Vec<usize> = rows(&lines).concat();
            seen.sort_unstable();
            assert_eq!(seen, (0..count).collect::<Vec<_>>());
        }
    }
}
