//! How a scan's blocks become planes: what is worked out once, before the data is read.

use std::ops::Range;

use super::block::{Places, Tables};
use super::huffman::{Differences, Skips, Values};
use super::scan::{Sampling, Scan, ScanComponent};

/// What [`super::decoder::Decoder::strip`] delivers of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plane {
    /// Samples of a row that belong to the picture.
    pub width: usize,
    /// Rows that belong to the picture, in all strips together.
    pub height: usize,
    /// Samples from a row to the next: whole units.
    pub stride: usize,
    /// Rows of a strip; of the last one some may be below the picture.
    pub rows: usize,
}

/// The units that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub columns: Range<usize>,
    pub rows: Range<usize>,
}

pub(super) struct Component {
    /// Samples along each side of a block.
    pub size: usize,
    /// Index of the tables.
    pub tables: usize,
    pub places: Places,
    /// The last DC value, before the step.
    pub prediction: i32,
    pub plane: Plane,
}

/// A block of a unit, in the order of the file.
pub(super) struct BlockPlace {
    pub component: usize,
    /// Samples from the beginning of a strip to the block, in the first unit.
    pub offset: usize,
    /// Samples from a unit to the next.
    pub step: usize,
}

/// The part of `region` that lies in the picture; everything where there is none.
pub(super) fn within(region: Option<Region>, (across, down): (usize, usize)) -> Region {
    let cut = |range: Range<usize>, count: usize| range.start.min(count)..range.end.min(count);
    match region {
        Some(Region { columns, rows }) => Region { columns: cut(columns, across), rows: cut(rows, down) },
        None => Region { columns: 0..across, rows: 0..down },
    }
}

pub(super) fn components(scan: &Scan, sizes: &[usize], region: &Region) -> Vec<Component> {
    let choices = choices(scan);
    let mut components = Vec::new();
    for ((component, own), size) in scan.components.iter().zip(&scan.selection.choices).zip(sizes) {
        let tables = choices.iter().position(|choice| *choice == (own.dc, own.ac)).unwrap_or(0);
        let places = Places::new(&component.quantisation, *size);
        let plane = plane(scan, component.sampling, *size, region);
        components.push(Component { size: *size, tables, places, prediction: 0, plane });
    }
    components
}

/// The pairs of codes that components have, each once.
fn choices(scan: &Scan) -> Vec<(usize, usize)> {
    let mut choices = Vec::new();
    for choice in &scan.selection.choices {
        let choice = (choice.dc, choice.ac);
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    choices
}

/// With `skips`, coefficients will be passed over.
pub(super) fn tables(scan: &Scan, sizes: &[usize], skips: bool) -> Option<Vec<Tables>> {
    let values = sizes.iter().any(|size| *size > 1);
    let tables = |(dc, ac): (usize, usize)| {
        let segments = &scan.segments;
        let (differences, coefficients) =
            (segments.dc_codes.get(dc)?.as_ref()?, segments.ac_codes.get(ac)?.as_ref()?);
        Some(Tables {
            differences: Differences::new(differences),
            values: Values::new(coefficients, values),
            skips: Skips::new(coefficients, skips),
        })
    };
    choices(scan).into_iter().map(tables).collect()
}

pub(super) fn plane(scan: &Scan, sampling: Sampling, size: usize, region: &Region) -> Plane {
    let largest = scan.largest();
    // As libjpeg rounds: up.
    let width = (scan.width * sampling.horizontal * size).div_ceil(8 * largest.horizontal);
    let height = (scan.height * sampling.vertical * size).div_ceil(8 * largest.vertical);
    let (across, rows) = (sampling.horizontal * size, sampling.vertical * size);
    let within = |range: &Range<usize>, unit: usize, side: usize| {
        (range.end * unit).min(side).saturating_sub(range.start * unit)
    };
    Plane {
        width: within(&region.columns, across, width),
        height: within(&region.rows, rows, height),
        stride: region.columns.len() * across,
        rows,
    }
}

pub(super) fn blocks(scanned: &[ScanComponent], components: &[Component]) -> Vec<BlockPlace> {
    let mut blocks = Vec::new();
    for (index, (scanned, component)) in scanned.iter().zip(components).enumerate() {
        let Sampling { horizontal, vertical } = scanned.sampling;
        for row in 0..vertical {
            for column in 0..horizontal {
                let offset = component.size * (row * component.plane.stride + column);
                blocks.push(BlockPlace { component: index, offset, step: horizontal * component.size });
            }
        }
    }
    blocks
}
