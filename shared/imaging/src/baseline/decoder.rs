//! Rows of units (MCUs) from the data into planes, at 1 to 8 samples a block.

use std::ops::Range;

use super::bits::{Cursor, Source};
use super::block::{Block, Reader, Tables};
use super::idct;
use super::layout::{self, BlockPlace, Component, Plane, Region};
use super::scan::{MAX_BLOCKS, Scan};
use crate::ImagingError;
use crate::limits::Watch;

/// A DC value that no picture has; far from where sums overflow within a row.
const MAX_PREDICTION: i32 = 1 << 28;

/// Decodes a strip (a row of units) at a time; holds nothing of the picture's size.
pub(crate) struct Decoder<'a> {
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

impl<'a> Decoder<'a> {
    /// `sizes` are the samples delivered along each side of a block of each component: 1, 2, 3, 4 or 8. `region` may reach
    /// over the picture; [`Scan::units`] is how many units there are. `None` where the sizes do not fit the components.
    pub(crate) fn new(scan: Scan<'a>, sizes: &[usize], region: Option<Region>, watch: Watch) -> Option<Self> {
        let known = sizes.iter().all(|size| matches!(size, 1 | 2 | 3 | 4 | 8));
        if sizes.len() != scan.components.len() || !known {
            return None;
        }
        let units = scan.units();
        // Coefficients are passed over in small blocks, and around a region.
        let skips = region.is_some() || sizes.iter().any(|size| *size < 8);
        let region = layout::within(region, units);
        let components = layout::components(&scan, sizes, &region);
        let tables = layout::tables(&scan, sizes, skips)?;
        let blocks = layout::blocks(&scan.components, &components);
        let restart_interval = scan.restart_interval;
        Some(Self {
            source: Source::new(scan.data),
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
    pub(crate) fn planes(&self) -> Vec<Plane> {
        self.components.iter().map(|component| component.plane).collect()
    }

    /// Decodes the next strip into a slice of each component, at least `stride * rows` samples long. False: there is none
    /// left, and nothing was written.
    ///
    /// # Errors
    /// [`ImagingError::Corrupt`] where the data is damaged or ends early: libjpeg may see less harm in it, and its verdict
    /// is had by decoding again with it. [`ImagingError::Deadline`]; [`ImagingError::Internal`] where a slice is too short.
    pub(crate) fn strip(&mut self, targets: &mut [&mut [u8]]) -> Result<bool, ImagingError> {
        if self.row >= self.region.rows.end || self.region.columns.is_empty() {
            return Ok(false);
        }
        let fits = |(component, target): (&Component, &&mut [u8])| {
            target.len() >= component.plane.stride * component.plane.rows
        };
        if targets.len() != self.components.len() || !self.components.iter().zip(&*targets).all(fits) {
            return Err(ImagingError::Internal("a strip does not fit its planes".into()));
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
        component.prediction = component.prediction.wrapping_add(reader.difference(tables));
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
        component.prediction = component.prediction.wrapping_add(reader.difference(tables));
        reader.pass_over(tables, 1);
    }
}

/// Eight rows of eight samples of one value.
#[inline(always)]
fn fill(target: &mut [u8], stride: usize, sample: u8) {
    for row in 0..8 {
        idct::put(&mut target[row * stride..], [sample; 8]);
    }
}

/// The samples of a block, which is emptied.
#[inline(always)]
fn transform(size: usize, block: &mut Block, steps: &Block, target: &mut [u8], stride: usize) {
    match size {
        8 => {
            idct::eight(block, steps, target, stride);
            *block = [0; 64];
        }
        4 => {
            idct::four(block, steps, target, stride);
            block[..16].fill(0);
        }
        3 => {
            idct::three(block, steps, target, stride);
            block[..9].fill(0);
        }
        _ => {
            idct::two(block, steps, target, stride);
            block[..4].fill(0);
        }
    }
}

/// AVX2 and the bit instructions of the same processors.
fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt");
    #[cfg(not(target_arch = "x86_64"))]
    false
}
