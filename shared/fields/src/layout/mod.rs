//! The page as a grid: lines set level, in rows, with lengths in heights of a line.

mod level;

use crate::values::Habits;
use crate::{Line, Page};
use level::level;

/// A line where it lies on its page set level. Lengths are heights of the page's median line, pages lie below each other.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub page: usize,
    pub text: String,
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
    pub confidence: f32,
    pub corners: [[f32; 2]; 4],
}

impl Cell {
    pub(crate) fn height(&self) -> f32 {
        self.bottom - self.top
    }

    pub(crate) fn middle(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }

    /// Where a byte of the text is, across the page, as if all letters were as wide.
    pub(crate) fn x(&self, byte: usize) -> f32 {
        self.left + (self.right - self.left) * self.share(byte)
    }

    /// How much of the text lies before a byte, 0..1.
    pub(crate) fn share(&self, byte: usize) -> f32 {
        let before = self.text[..byte].chars().count();
        before as f32 / self.text.chars().count().max(1) as f32
    }
}

#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// Row by row, from left to right.
    pub cells: Vec<Cell>,
    /// Where each row begins and ends in `cells`.
    pub rows: Vec<std::ops::Range<usize>>,
    /// The row of each cell.
    pub row_of: Vec<usize>,
    pub habits: Habits,
}

/// More lines than this are not looked at: no page that somebody reads has as many.
const MOST_LINES: usize = 4_000;
/// Heights of a line between two pages.
const BETWEEN_PAGES: f32 = 100.0;

impl Sheet {
    pub(crate) fn of(pages: &[Page]) -> Self {
        let mut sheet = Self::default();
        let mut offset = 0.0;
        for (page, lines) in pages.iter().enumerate() {
            let room = MOST_LINES.saturating_sub(sheet.cells.len());
            let lines: Vec<&Line> = lines.lines.iter().filter(|line| is_sound(line)).take(room).collect();
            let mut cells = level(&lines, page);
            let lowest = cells.iter().map(|cell| cell.bottom).fold(0.0, f32::max);
            let highest = cells.iter().map(|cell| cell.top).fold(f32::MAX, f32::min).min(lowest);
            for cell in &mut cells {
                cell.top += offset - highest;
                cell.bottom += offset - highest;
            }
            offset += lowest - highest + BETWEEN_PAGES;
            for row in rows(cells) {
                let start = sheet.cells.len();
                sheet.row_of.extend(std::iter::repeat_n(sheet.rows.len(), row.len()));
                sheet.cells.extend(row);
                sheet.rows.push(start..sheet.cells.len());
            }
        }
        sheet.habits = Habits::of(sheet.cells.iter().map(|cell| cell.text.as_str()));
        sheet
    }

    /// The next cell of the same row.
    pub(crate) fn right_of(&self, cell: usize) -> Option<usize> {
        let next = cell + 1;
        (next < self.cells.len() && self.row_of[next] == self.row_of[cell]).then_some(next)
    }

    /// The nearest cell above that begins where this one does, no higher than `reach` heights.
    pub(crate) fn above(&self, cell: usize, reach: f32) -> Option<usize> {
        let from = &self.cells[cell];
        let rows = self.rows[..self.row_of[cell]].iter().rev().take(4);
        rows.flat_map(Clone::clone).find(|&index| {
            let other = &self.cells[index];
            let gap = from.top - other.bottom;
            (other.left - from.left).abs() < 0.8 && (-0.5..reach).contains(&gap)
        })
    }

    /// Cells below that lie under `left..right`, of the nearest row that has such, no lower than `reach` heights.
    pub(crate) fn below(&self, cell: usize, left: f32, right: f32, reach: f32) -> Option<usize> {
        let from = &self.cells[cell];
        for row in self.rows.iter().skip(self.row_of[cell] + 1).take(8) {
            let under = row.clone().filter(|&index| {
                let other = &self.cells[index];
                let gap = other.top - from.bottom;
                let shared = other.right.min(right) - other.left.max(left);
                let is_aligned = (other.left - left).abs() < 0.8;
                gap <= reach
                    && gap > -0.5
                    && (is_aligned || shared > 0.3 * (right - left).min(other.right - other.left))
            });
            let nearest = under.min_by(|&a, &b| {
                let distance = |index: usize| (self.cells[index].left - left).abs();
                distance(a).total_cmp(&distance(b))
            });
            if nearest.is_some() {
                return nearest;
            }
        }
        None
    }
}

fn is_sound(line: &Line) -> bool {
    !line.text.trim().is_empty()
        && line.text.len() <= 4_000
        && line.corners.iter().flatten().all(|value| value.is_finite())
}

/// Cells of each row from left to right, rows from top to bottom.
fn rows(mut cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    cells.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for cell in cells {
        // A tall cell may keep rows apart that run beside it: the last few are tried.
        let open = rows.iter_mut().rev().take(3).find(|row| joins(row, &cell));
        match open {
            Some(row) => row.push(cell),
            None => rows.push(vec![cell]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        *row = joined(std::mem::take(row));
    }
    rows
}

/// Lines that were read in pieces are put together: no columns are as near to each other as words are.
fn joined(row: Vec<Cell>) -> Vec<Cell> {
    let mut joined: Vec<Cell> = Vec::with_capacity(row.len());
    for cell in row {
        let letter = |a: &Cell| (a.right - a.left) / a.text.chars().count().max(1) as f32;
        // Boxes may be larger than their letters: columns of numbers seem as near as words then.
        let is_number = |a: &Cell| !a.text.contains(|c: char| c.is_alphabetic() && c != 'x');
        let low = |a: &Cell| {
            let share = if is_number(a) || is_number(&cell) { 0.35 } else { 1.2 };
            (share * letter(a).max(letter(&cell))).min(0.9 * a.height().min(cell.height()).max(1.0))
        };
        match joined.last_mut() {
            Some(last)
                if cell.left - last.right < low(last)
                    && cell.height().max(last.height()) < 1.8 * cell.height().min(last.height()) =>
            {
                last.text.push(' ');
                last.text.push_str(&cell.text);
                last.right = last.right.max(cell.right);
                last.confidence = last.confidence.min(cell.confidence);
                last.corners[1] = cell.corners[1];
                last.corners[2] = cell.corners[2];
            }
            _ => joined.push(cell),
        }
    }
    joined
}

fn joins(row: &[Cell], cell: &Cell) -> bool {
    let distance = |other: &Cell| (other.left - cell.right).max(cell.left - other.right);
    let nearest = row.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let is_level = nearest.is_some_and(|other| {
        (other.middle() - cell.middle()).abs() < 0.5 * other.height().min(cell.height())
    });
    is_level
        && row
            .iter()
            .all(|other| -distance(other) <= 0.5 * (other.right - other.left).min(cell.right - cell.left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32, degrees: f32) -> Line {
        let width = text.len() as f32 * 6.0;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let corners = [[x, y], [x + width, y], [x + width, y + 12.0], [x, y + 12.0]];
        let corners = corners.map(|[x, y]| [x * cos - y * sin + 300.0, x * sin + y * cos + 300.0]);
        Line { text: text.into(), confidence: 1.0, corners, row: 0 }
    }

    #[test]
    fn rows_are_the_same_at_any_angle() {
        for degrees in [0.0, 9.0, -9.0, 90.0, 180.0] {
            let lines = (0..6).flat_map(|row| {
                let y = row as f32 * 18.0;
                [line("a longer label here", 0.0, y, degrees), line("12.00", 400.0, y, degrees)]
            });
            let sheet = Sheet::of(&[Page { lines: lines.collect() }]);
            assert_eq!(sheet.rows.len(), 6, "{degrees}");
            assert_eq!(sheet.right_of(0), Some(1));
            assert_eq!(sheet.below(1, sheet.cells[1].left, sheet.cells[1].right, 2.0), Some(3));
        }
    }

    #[test]
    fn a_digit_whose_box_was_taken_for_a_line_that_runs_down_stays_in_its_row() {
        let mut lines = vec![line("a longer label here", 0.0, 0.0, 0.0), line("460.21", 400.0, 0.0, 0.0)];
        let digit = line("8", 300.0, -1.0, 0.0);
        let [a, b, c, d] = digit.corners;
        lines.push(Line { corners: [b, c, d, a], ..digit });
        let sheet = Sheet::of(&[Page { lines }]);
        assert_eq!(sheet.rows.len(), 1);
        let texts: Vec<&str> = sheet.cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["a longer label here", "8", "460.21"]);
        assert!(sheet.cells[1].height() > 0.5, "{:?}", sheet.cells[1]);
    }
}
