//! Progressive files (ITU T.81, annex G): all scans into memory, then strips as of any other file.
//!
//! Of each block only the coefficients that the wanted size shows are kept as values. A scan that refines needs of the others
//! no more than which of them are not zero: one bit each. With these bits a run of zeros is found by one instruction, and the
//! corrections on its way are taken at once, most of them only to be passed over.
//!
//! Every scan is decoded, also one of which no coefficient is kept: so damage is seen wherever it is. A file whose scans do not
//! follow each other plainly, or that lacks the last bits of a coefficient (libjpeg would then smooth its blocks), is
//! libjpeg's.

mod bands;
mod codes;
mod component;
mod feed;
mod means;

use bands::Band;
use component::Component;
use feed::Feed;
use means::Means;

use super::block::Block;
use super::decoder::{has_avx2, transform};
use super::layout::{Plane, Region};
use super::scan::Scan;
use super::segments::{Next, Segments, Selection};
use crate::ImagingError;
use crate::limits::Watch;

/// As many as libjpeg is allowed.
const MAX_SCANS: usize = 100;
/// The lowest bit that a first scan may deliver: values stay far from the sixteen bits they are kept in.
const MAX_SHIFT: u8 = 4;

/// See [`super::Decoder`].
pub(crate) struct Progressive<'a> {
    segments: Segments,
    /// The first scan, until it is read.
    selection: Option<Selection<'a>>,
    components: Vec<Component>,
    units: (usize, usize),
    region: Region,
    /// The next row of units.
    row: usize,
    watch: Watch,
    /// The processor has what the quick path is compiled for.
    pub(super) avx2: bool,
}

fn damaged() -> ImagingError {
    ImagingError::corrupt("jpeg", "invalid data")
}

impl<'a> Progressive<'a> {
    /// See [`super::Decoder::new`]; `region` lies within the picture. Allocates at most two bytes and a bit for each
    /// sample of whole units.
    pub(super) fn new(scan: Scan<'a>, sizes: &[usize], region: Region, watch: Watch) -> Self {
        let components = sizes
            .iter()
            .enumerate()
            .map(|(index, size)| Component::new(&scan, index, *size, &region))
            .collect();
        let units = scan.units();
        let Scan { segments, selection, .. } = scan;
        let (row, selection) = (region.rows.start, Some(selection));
        Self { segments, selection, components, units, region, row, watch, avx2: has_avx2() }
    }

    pub(super) fn planes(&self) -> Vec<Plane> {
        self.components.iter().map(|component| component.plane).collect()
    }

    /// See [`super::Decoder::strip`]. The first one reads the whole file.
    pub(super) fn strip(&mut self, targets: &mut [&mut [u8]]) -> Result<bool, ImagingError> {
        if self.row >= self.region.rows.end || self.region.columns.is_empty() {
            return Ok(false);
        }
        if let Some(first) = self.selection.take() {
            self.scans(first)?;
        }
        self.watch.check()?;
        self.render(targets);
        self.row += 1;
        Ok(true)
    }

    fn scans(&mut self, first: Selection<'a>) -> Result<(), ImagingError> {
        let mut selection = first;
        for _ in 0..MAX_SCANS {
            let rest = self.scan(&selection)?;
            match self.segments.next(rest) {
                Some(Next::Scan(next)) => selection = next,
                Some(Next::End) if self.components.iter().all(Component::is_complete) => return Ok(()),
                _ => return Err(damaged()),
            }
        }
        Err(damaged())
    }

    /// Reads a scan; what comes behind it.
    fn scan(&mut self, selection: &Selection<'a>) -> Result<&'a [u8], ImagingError> {
        self.deliver(selection).ok_or_else(damaged)?;
        let mut feed = Feed::new(selection.data, self.segments.restart_interval);
        if selection.first == 0 {
            let means = Means::new(selection, &self.segments, &self.components, self.units);
            let mut means = means.ok_or_else(damaged)?;
            for row in 0..means.units.1 {
                self.watch.check()?;
                means.row(&mut feed, &mut self.components, row).ok_or_else(damaged)?;
            }
        } else {
            let mut band = Band::new(selection, &self.segments).ok_or_else(damaged)?;
            let component = selection.choices[0].component;
            for row in 0..self.components[component].blocks.1 {
                self.watch.check()?;
                self.band_row(&mut band, &mut feed, component, row).ok_or_else(damaged)?;
            }
        }
        feed.finish().ok_or_else(damaged)
    }

    /// Notes what the scan delivers; `None` where it is not as a scan should be.
    fn deliver(&mut self, selection: &Selection) -> Option<()> {
        let Selection { first, last, shift, ref choices, .. } = *selection;
        let known = if first == 0 { last == 0 } else { first <= last && last < 64 && choices.len() == 1 };
        if !known || shift > MAX_SHIFT {
            return None;
        }
        choices.iter().try_for_each(|choice| self.components[choice.component].deliver(selection))
    }

    fn band_row(&mut self, band: &mut Band, feed: &mut Feed, component: usize, row: usize) -> Option<()> {
        let component = &mut self.components[component];
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            #[allow(unsafe_code)]
            // SAFETY: the processor has what the function is compiled for, says `has_avx2`.
            return unsafe { band_row_bmi2(band, feed, component, row) };
        }
        band.row(feed, component, row, bands::deposit)
    }

    fn render(&self, targets: &mut [&mut [u8]]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            #[allow(unsafe_code)]
            // SAFETY: the processor has what the function is compiled for, says `has_avx2`.
            return unsafe { self.render_avx2(targets) };
        }
        self.render_with(targets, transform);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    fn render_avx2(&self, targets: &mut [&mut [u8]]) {
        self.render_with(targets, |size, block, steps, target, stride| match size {
            8 => super::idct_avx2::eight(block, steps, target, stride),
            4 => super::idct_avx2::four(block, steps, target, stride),
            _ => transform(size, block, steps, target, stride),
        });
    }

    #[inline(always)]
    fn render_with(
        &self,
        targets: &mut [&mut [u8]],
        transform: impl Fn(usize, &mut Block, &Block, &mut [u8], usize),
    ) {
        for (component, target) in self.components.iter().zip(targets) {
            component.render(self.row, &self.region.columns, target, &transform);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn band_row_bmi2(band: &mut Band, feed: &mut Feed, component: &mut Component, row: usize) -> Option<()> {
    band.row(feed, component, row, |source, mask| std::arch::x86_64::_pdep_u64(source, mask))
}
