//! `adjustments.hdr`: automatic balance of colour, haze and light, of our own design from published methods.
//!
//! Three faults are looked for on a small sketch of the picture, one after the other, and mended as far as they are there:
//! coloured light ([`balance`]), haze ([`veil`]) and missing light ([`tone`]), the latter two place by place. Each is nothing
//! at all in a picture without that fault. Then every pixel is mended by what the sketch says of its place and its luma, and
//! mixed with what it was: intensity 0 changes nothing, and half of it is half way. Smoothing stops at edges, so nothing glows.
//! Colours are only multiplied or moved against the haze, and where they would leave the range their hue is kept.
//!
//! Linear in the pixels; memory beside the picture is that of the sketch. The same on every call.

mod balance;
mod guided;
mod line;
mod sketch;
mod tone;
mod veil;

use super::adjust::luma;
use super::curve::smoothstep;
use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};
use guided::Affine;
use line::{Column, Line};
use sketch::{Grid, LONGER_SIDE, Sketch};
use tone::Tone;
use veil::Veil;

/// How much, and whether the left edge continues the right one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Hdr {
    /// 0 to 1; 0 leaves the picture as it is.
    pub intensity: f32,
    /// The picture goes round, as panoramas do: both edges are treated as neighbours, so that no seam appears.
    pub stitching: bool,
}

/// Bytes of memory beside the picture, at most.
pub(crate) const MEMORY: u64 = (LONGER_SIDE * LONGER_SIDE * 96) as u64;

impl Hdr {
    pub(crate) fn is_nothing(&self) -> bool {
        self.intensity <= 0.0
    }
}

pub(crate) fn hdr<T: Sample>(
    mut picture: Picture<T>,
    hdr: &Hdr,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    if hdr.is_nothing() {
        return Ok(picture);
    }
    let mut sketch = Sketch::of(&picture, hdr.stitching);
    let grid = sketch.grid;
    watch.check()?;
    let Some(remedy) = Remedy::of(&mut sketch, picture.channels, hdr.intensity) else { return Ok(picture) };
    let columns = columns(picture.width as usize, grid);
    let (height, channels) = (picture.height as usize, picture.channels);
    let (mut rows, mut line) = (Rows::default(), Line::default());
    for (y, row) in picture.rows_mut().enumerate() {
        watch.check_at(y)?;
        rows.between(&remedy, grid, y, height);
        remedy.row(row, channels, &columns, &rows, &mut line);
    }
    Ok(picture)
}

/// What is to be done to each pixel.
struct Remedy {
    gains: [f32; 3],
    veil: Option<Veil>,
    tone: Option<Tone>,
    intensity: f32,
}

impl Remedy {
    /// Each part is measured on what the one before has made of the sketch. `None` where the picture has no fault.
    fn of(sketch: &mut Sketch, channels: Channels, intensity: f32) -> Option<Self> {
        let gains = if channels == Channels::Grey { [1.0; 3] } else { balance::gains(sketch) };
        for color in &mut sketch.colors {
            *color = balanced(*color, gains);
        }
        let veil = Veil::of(sketch);
        if let Some(veil) = &veil {
            let amounts = veil.amount.apply(&sketch.lumas());
            for (color, amount) in sketch.colors.iter_mut().zip(amounts) {
                *color = veil.lifted(*color, amount);
            }
        }
        let tone = Tone::of(sketch, veil.as_ref().map_or(0.0, |veil| veil.certainty));
        let nothing = gains == [1.0; 3] && veil.is_none() && tone.is_none();
        (!nothing).then_some(Self { gains, veil, tone, intensity })
    }

    /// Mends a row of pixels of the picture, in place.
    fn row<T: Sample>(
        &self,
        row: &mut [T],
        channels: Channels,
        columns: &[Column],
        rows: &Rows,
        line: &mut Line,
    ) {
        line.load(row, channels);
        if self.gains != [1.0; 3] {
            line.each(|color, _| balanced(color, self.gains));
        }
        if let Some(veil) = &self.veil {
            line.guide(columns, &rows.veil);
            line.each(|color, amount| veil.lifted(color, amount));
        }
        if let Some(tone) = &self.tone {
            line.guide(columns, &rows.base);
            line.guided.iter_mut().for_each(|value| *value = tone.gain(*value));
            line.each(raised);
        }
        line.store(row, channels, self.intensity);
    }
}

/// The color times `gain`, which is 1 or more.
fn raised(color: [f32; 3], gain: f32) -> [f32; 3] {
    let grey = luma(color);
    // Shadows show their chroma noise when they are raised.
    let toward = 0.2 * (1.0 - 1.0 / gain.max(1.0));
    color.map(|value| gain * (value + toward * (grey - value)))
}

/// What is white already is so in any light, and stays.
fn balanced(color: [f32; 3], gains: [f32; 3]) -> [f32; 3] {
    let lowest = color[0].min(color[1]).min(color[2]);
    let kept = smoothstep(0.9, 1.0, lowest);
    std::array::from_fn(|index| color[index] * (gains[index] + kept * (1.0 - gains[index])))
}

/// Where a pixel's centre stands between the centres of the cells, of which there are `cells` along `side` pixels.
fn place(at: usize, side: usize, cells: usize) -> (isize, f32) {
    let place = (at as f32 + 0.5) * cells as f32 / side as f32 - 0.5;
    (place.floor() as isize, place - place.floor())
}

fn columns(width: usize, grid: Grid) -> Vec<Column> {
    let cell = |at: isize| {
        let last = grid.width as isize - 1;
        (if grid.wraps { at.rem_euclid(last + 1) } else { at.clamp(0, last) }) as usize
    };
    (0..width)
        .map(|x| {
            let (first, share) = place(x, width, grid.width);
            Column { first: cell(first), second: cell(first + 1), share }
        })
        .collect()
}

/// Slopes and offsets at the height of one row of pixels, for each column of cells.
#[derive(Default)]
struct Rows {
    veil: Vec<[f32; 2]>,
    base: Vec<[f32; 2]>,
}

impl Rows {
    fn between(&mut self, remedy: &Remedy, grid: Grid, y: usize, height: usize) {
        let (first, share) = place(y, height, grid.height);
        let start = |row: isize| row.clamp(0, grid.height as isize - 1) as usize * grid.width;
        let (above, below) = (start(first), start(first + 1));
        let fill = |row: &mut Vec<[f32; 2]>, affine: &Affine| {
            let mix = |plane: &[f32], x: usize| {
                let value = plane[above + x];
                value + share * (plane[below + x] - value)
            };
            row.clear();
            row.extend((0..grid.width).map(|x| [mix(&affine.slope, x), mix(&affine.offset, x)]));
        };
        if let Some(veil) = &remedy.veil {
            fill(&mut self.veil, &veil.amount);
        }
        if let Some(tone) = &remedy.tone {
            fill(&mut self.base, &tone.base);
        }
    }
}
