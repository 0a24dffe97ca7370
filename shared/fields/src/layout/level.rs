//! A page set level: how it is turned and how its lines fan out is taken out.

use super::Cell;
use crate::Line;

/// Lines as cells with the page's tilt and fan taken out.
pub(super) fn level(lines: &[&Line], page: usize) -> Vec<Cell> {
    let mut along = [0.0_f32; 2];
    for line in lines {
        let corners = line.corners;
        for axis in 0..2 {
            along[axis] += corners[1][axis] - corners[0][axis] + corners[2][axis] - corners[3][axis];
        }
    }
    let length = along[0].hypot(along[1]);
    let u = if length > 1e-3 { along.map(|value| value / length) } else { [1.0, 0.0] };
    let turn = |point: [f32; 2]| [point[0] * u[0] + point[1] * u[1], point[1] * u[0] - point[0] * u[1]];
    let turned: Vec<[[f32; 2]; 4]> = lines.iter().map(|line| line.corners.map(turn)).collect();
    let fan = Fan::of(&turned);
    let mut cells: Vec<Cell> =
        lines.iter().zip(turned).map(|(line, corners)| cell(line, corners, &fan, page)).collect();
    let mut heights: Vec<f32> = cells.iter().map(Cell::height).collect();
    heights.sort_by(f32::total_cmp);
    let unit = heights.get(heights.len() / 2).copied().unwrap_or(1.0).max(1e-3);
    for cell in &mut cells {
        for value in [&mut cell.left, &mut cell.right, &mut cell.top, &mut cell.bottom] {
            *value /= unit;
        }
    }
    cells
}

fn cell(line: &Line, corners: [[f32; 2]; 4], fan: &Fan, page: usize) -> Cell {
    let [left, right, top, bottom] = sides(corners);
    let shift = fan.slope((top + bottom) / 2.0) * ((left + right) / 2.0 - fan.middle);
    let text = line.text.trim().to_owned();
    Cell {
        page,
        text,
        left,
        right,
        top: top - shift,
        bottom: bottom - shift,
        confidence: line.confidence,
        corners: line.corners,
    }
}

/// Left, right, top and bottom of a line on the level page; of one that runs up or down there, of all of it.
fn sides(corners: [[f32; 2]; 4]) -> [f32; 4] {
    let along = [corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]];
    if along[0].abs() < along[1].abs() {
        let [xs, ys] = [0, 1].map(|axis| corners.map(|corner| corner[axis]));
        let least = |all: [f32; 4]| all.into_iter().fold(f32::MAX, f32::min);
        let most = |all: [f32; 4]| all.into_iter().fold(f32::MIN, f32::max);
        return [least(xs), most(xs), least(ys), most(ys)];
    }
    let mean = |a: usize, b: usize, axis: usize| (corners[a][axis] + corners[b][axis]) / 2.0;
    let (left, right) = (mean(0, 3, 0), mean(1, 2, 0));
    let (top, bottom) = (mean(0, 1, 1), mean(2, 3, 1));
    [left.min(right), left.max(right), top.min(bottom), top.max(bottom)]
}

/// How lines of a page taken askew run apart: their slope as a linear function of their height on the page.
struct Fan {
    middle: f32,
    base: f32,
    growth: f32,
    /// What is beyond this is no perspective but a wrong fit.
    most: f32,
}

impl Fan {
    fn of(lines: &[[[f32; 2]; 4]]) -> Self {
        let (mut w, mut wy, mut wyy, mut ws, mut wys, mut wx) = (0.0_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
        for corners in lines {
            let width = f64::from(corners[1][0] - corners[0][0]);
            let height = f64::from(corners[3][1] - corners[0][1]).abs().max(1e-3);
            if width < 4.0 * height {
                continue;
            }
            let rise = f64::from(corners[1][1] - corners[0][1] + corners[2][1] - corners[3][1]) / 2.0;
            let y = f64::from(corners[0][1] + corners[2][1]) / 2.0;
            let weight = width * width;
            w += weight;
            wy += weight * y;
            wyy += weight * y * y;
            ws += weight * rise / width;
            wys += weight * y * rise / width;
            wx += weight * f64::from(corners[0][0] + corners[1][0]) / 2.0;
        }
        if w <= 0.0 {
            return Self { middle: 0.0, base: 0.0, growth: 0.0, most: 0.0 };
        }
        let spread = wyy - wy * wy / w;
        let growth = if spread > 1e-6 * wyy { (wys - wy * ws / w) / spread } else { 0.0 };
        let base = (ws - growth * wy) / w;
        Self { middle: (wx / w) as f32, base: base as f32, growth: growth as f32, most: 0.2 }
    }

    fn slope(&self, y: f32) -> f32 {
        (self.base + self.growth * y).clamp(-self.most, self.most)
    }
}
