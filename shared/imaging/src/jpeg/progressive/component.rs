//! What is kept of a component: of each block the coefficients that the wanted size needs, and which ones are not zero.

use std::ops::Range;

use crate::jpeg::block::{Block, Places};
use crate::jpeg::decoder::fill;
use crate::jpeg::idct;
use crate::jpeg::layout::{Plane, Region, plane};
use crate::jpeg::scan::{Sampling, Scan, ZIGZAG};
use crate::jpeg::segments::Selection;

/// The place of a coefficient that is not kept.
const NOWHERE: u8 = u8::MAX;

pub(super) struct Component {
    pub size: usize,
    pub sampling: Sampling,
    pub plane: Plane,
    /// Blocks that belong to the picture, across and down.
    pub blocks: (usize, usize),
    /// Blocks from a row to the next: whole units.
    pub stride: usize,
    /// Kept of a block.
    pub kept: usize,
    /// By position in the order of the file: the place in a block.
    pub places: [u8; 64],
    /// The positions that are kept, as bits.
    pub wanted: u64,
    /// The kept coefficients of each block.
    pub values: Vec<i16>,
    /// Of each block the AC coefficients that are not zero, as bits by position.
    pub masks: Vec<u64>,
    steps: Block,
    /// By position: the lowest bit that was delivered.
    delivered: [Option<u8>; 64],
}

impl Component {
    pub(super) fn new(scan: &Scan, index: usize, size: usize, region: &Region) -> Self {
        let sampling = scan.components[index].sampling;
        let (largest, units) = (scan.largest(), scan.units());
        let across = (scan.width * sampling.horizontal).div_ceil(8 * largest.horizontal);
        let down = (scan.height * sampling.vertical).div_ceil(8 * largest.vertical);
        let places = ZIGZAG.map(|position| idct::place(position, size).unwrap_or(NOWHERE));
        let wanted =
            (0..64).filter(|index| places[*index] != NOWHERE).fold(0, |bits, index| bits | 1 << index);
        let stride = units.0 * sampling.horizontal;
        let (count, kept) = (stride * units.1 * sampling.vertical, size * size);
        Self {
            size,
            sampling,
            plane: plane(scan, sampling, size, region),
            blocks: (across, down),
            stride,
            kept,
            places,
            wanted,
            values: vec![0; count * kept],
            masks: vec![0; count],
            steps: Places::new(&scan.components[index].quantisation, size).steps,
            delivered: [None; 64],
        }
    }

    /// Notes what a scan delivers. `None` where it does not come right after what came before, which libjpeg has its own
    /// ways with.
    pub(super) fn deliver(&mut self, selection: &Selection) -> Option<()> {
        let Selection { first, last, before, shift, .. } = *selection;
        let expected = (before > 0).then_some(before);
        let is_next = before == 0 || before == shift + 1;
        let follows = self.delivered[first..=last].iter().all(|delivered| *delivered == expected);
        let after_mean = first == 0 || self.delivered[0].is_some();
        self.delivered[first..=last].fill(Some(shift));
        (is_next && follows && after_mean).then_some(())
    }

    /// Whether every bit of every coefficient was delivered.
    pub(super) fn is_complete(&self) -> bool {
        self.delivered == [Some(0); 64]
    }

    /// The samples of the blocks of a row of units.
    #[inline(always)]
    pub(super) fn render(
        &self,
        unit_row: usize,
        columns: &Range<usize>,
        target: &mut [u8],
        transform: &impl Fn(usize, &mut Block, &Block, &mut [u8], usize),
    ) {
        let mut block: Block = [0; 64];
        let (kept, stride) = (self.kept, self.plane.stride);
        let Sampling { horizontal, vertical } = self.sampling;
        for row in 0..vertical {
            let first = (unit_row * vertical + row) * self.stride + columns.start * horizontal;
            for index in 0..columns.len() * horizontal {
                let values = &self.values[(first + index) * kept..][..kept];
                let target = &mut target[self.size * (row * stride + index)..];
                block[..kept].copy_from_slice(values);
                match self.size {
                    1 => target[0] = idct::flat(&block, &self.steps),
                    8 if self.masks[first + index] == 0 => {
                        fill(target, stride, idct::flat(&block, &self.steps));
                    }
                    size => transform(size, &mut block, &self.steps, target, stride),
                }
            }
        }
    }
}
