//! Files of one scan: rows of units (MCUs) from the data into planes.

use std::ops::Range;

use super::bits::{Cursor, Source};
use super::block::{Block, Reader, Tables};
use super::decoder::{fill, has_avx2, transform};
use super::idct;
use super::layout::{self, BlockPlace, Component, Plane, Region};
use super::scan::{MAX_BLOCKS, Scan};
use crate::ImagingError;
use crate::limits::Watch;

/// A DC value that no picture has; far from where sums overflow within a row.
const MAX_PREDICTION: i32 = 1 << 28;

/// Decodes a strip (a row of units) at a time; holds nothing of the picture's size.
pub(crate) struct Sequential<'a> {
    source: Source<'a>,
    cursor: Cursor,
    /// Of each pair of codes.
    tables: Vec<Tables>,
    components: Vec<Component>,
    blocks: Vec<BlockPlace>,
    units: (usize, usize),
    region: Region,
    /// The next row of units.
    row: usize,
    restart_interval: usize,
    /// Units before the next restart marker.
    left: usize,
    restarts: u8,
    watch: Watch,
    /// The processor has what the quick path is compiled for.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) avx2: bool,
}

impl<'a> Sequential<'a> {
    /// See [`super::Decoder::new`]; `region` lies within the picture; with `skips`, coefficients will be passed over.
    pub(super) fn new(
        scan: Scan<'a>,
        sizes: &[usize],
        region: Region,
        skips: bool,
        watch: Watch,
    ) -> Option<Self> {
        let units = scan.units();
        let components = layout::components(&scan, sizes, &region);
        let tables = layout::tables(&scan, sizes, skips)?;
        let blocks = layout::blocks(&scan.components, &components);
        let restart_interval = scan.segments.restart_interval;
        Some(Self {
            source: Source::new(scan.selection.data),
            cursor: Cursor::default(),
            tables,
            components,
            blocks,
            units,
            region,
            row: 0,
            restart_interval,
            left: if restart_interval == 0 { usize::MAX } else { restart_interval },
            restarts: 0,
            watch,
            avx2: has_avx2(),
        })
    }

    /// What is delivered of each component.
    pub(super) fn planes(&self) -> Vec<Plane> {
        self.components.iter().map(|component| component.plane).collect()
    }

    /// See [`super::Decoder::strip`].
    pub(super) fn strip(&mut self, targets: &mut [&mut [u8]]) -> Result<bool, ImagingError> {
        if self.row >= self.region.rows.end || self.region.columns.is_empty() {
            return Ok(false);
        }
        while self.row < self.region.rows.start {
            self.next_row(0..0, &mut [])?;
        }
        self.next_row(self.region.columns.clone(), targets)?;
        Ok(true)
    }

    fn next_row(&mut self, columns: Range<usize>, targets: &mut [&mut [u8]]) -> Result<(), ImagingError> {
        self.watch.check()?;
        let damaged = || ImagingError::corrupt("jpeg", "invalid data");
        self.row(columns, targets).ok_or_else(damaged)?;
        self.row += 1;
        let in_range = self.components.iter().all(|component| component.prediction.abs() < MAX_PREDICTION);
        let ends_early = self.row == self.units.1 && self.source.ends_with_the_file();
        if self.source.unread(&self.cursor).is_none() || ends_early || !in_range {
            return Err(damaged());
        }
        Ok(())
    }

    fn row(&mut self, columns: Range<usize>, targets: &mut [&mut [u8]]) -> Option<()> {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            #[allow(unsafe_code)]
            // SAFETY: the processor has what the function is compiled for, says `has_avx2`.
            return unsafe { self.row_avx2(columns, targets) };
        }
        self.row_with(columns, targets, transform)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    fn row_avx2(&mut self, columns: Range<usize>, targets: &mut [&mut [u8]]) -> Option<()> {
        self.row_with(columns, targets, |size, block, steps, target, stride| match size {
            8 => super::idct_avx2::eight(block, steps, target, stride),
            4 => super::idct_avx2::four(block, steps, target, stride),
            _ => transform(size, block, steps, target, stride),
        })
    }

    /// Units outside of `columns` are passed over. `None` where a restart marker is missing.
    #[inline(always)]
    pub(super) fn row_with(
        &mut self,
        columns: Range<usize>,
        targets: &mut [&mut [u8]],
        transform: impl Fn(usize, &mut Block, &Block, &mut [u8], usize),
    ) -> Option<()> {
        let mut coefficients = [[0; 64]; MAX_BLOCKS];
        let mut flat = [false; MAX_BLOCKS];
        let count = self.blocks.len().min(MAX_BLOCKS);
        let mut cursor = self.cursor;
        for unit in 0..self.units.0 {
            if self.left == 0 {
                self.restart(&mut cursor)?;
            }
            self.left -= 1;
            self.source.provide(&mut cursor);
            let mut reader = Reader { cursor, piece: self.source.piece() };
            if !columns.contains(&unit) {
                pass_over(&mut reader, &self.tables, &mut self.components, &self.blocks);
                cursor = reader.cursor;
                continue;
            }
            let unit = unit - columns.start;
            read(&mut reader, &self.tables, &mut self.components, &self.blocks, &mut coefficients, &mut flat);
            cursor = reader.cursor;
            for index in 0..count {
                let place = &self.blocks[index];
                let component = &self.components[place.component];
                let target = &mut targets[place.component][place.offset + unit * place.step..];
                let (block, steps) = (&mut coefficients[index], &component.places.steps);
                let stride = component.plane.stride;
                match component.size {
                    1 => target[0] = idct::flat(block, steps),
                    8 if flat[index] => fill(target, stride, idct::flat(block, steps)),
                    size => transform(size, block, steps, target, stride),
                }
            }
        }
        self.cursor = cursor;
        Some(())
    }

    #[cold]
    fn restart(&mut self, cursor: &mut Cursor) -> Option<()> {
        self.source.restart(cursor, self.restarts)?;
        self.restarts = (self.restarts + 1) % 8;
        self.left = self.restart_interval;
        self.components.iter_mut().for_each(|component| component.prediction = 0);
        Some(())
    }
}

/// The blocks of a unit; `flat` are those of a DC value alone.
#[inline(always)]
fn read(
    reader: &mut Reader,
    tables: &[Tables],
    components: &mut [Component],
    blocks: &[BlockPlace],
    coefficients: &mut [Block; MAX_BLOCKS],
    flat: &mut [bool; MAX_BLOCKS],
) {
    // Why by index: the adapters of iterators are not always inlined.
    for index in 0..blocks.len().min(MAX_BLOCKS) {
        let component = &mut components[blocks[index].component];
        let tables = &tables[component.tables];
        component.prediction = component.prediction.wrapping_add(reader.difference(&tables.differences));
        let block = &mut coefficients[index];
        block[0] = component.prediction as i16;
        if component.size == 1 {
            reader.pass_over(tables, 1);
        } else {
            flat[index] = reader.coefficients(tables, &component.places, block);
        }
    }
}

#[inline(always)]
fn pass_over(reader: &mut Reader, tables: &[Tables], components: &mut [Component], blocks: &[BlockPlace]) {
    for place in blocks {
        let component = &mut components[place.component];
        let tables = &tables[component.tables];
        component.prediction = component.prediction.wrapping_add(reader.difference(&tables.differences));
        reader.pass_over(tables, 1);
    }
}
