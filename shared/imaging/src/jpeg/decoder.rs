//! From the data into planes, strip by strip, at 1, 2, 4 or 8 samples a block.

use super::block::Block;
use super::idct;
use super::layout::{self, Plane, Region};
use super::progressive::Progressive;
use super::scan::Scan;
use super::sequential::Sequential;
use crate::ImagingError;
use crate::limits::Watch;

/// Decodes a strip (a row of units) at a time.
pub(crate) enum Decoder<'a> {
    /// Holds nothing of the picture's size.
    Sequential(Box<Sequential<'a>>),
    /// Holds the coefficients that the sizes need.
    Progressive(Box<Progressive<'a>>),
}

impl<'a> Decoder<'a> {
    /// `sizes` are the samples delivered along each side of a block of each component: 1, 2, 4 or 8. `region` may reach
    /// over the picture; [`Scan::units`] is how many units there are. `None` where the sizes do not fit the components.
    pub(crate) fn new(scan: Scan<'a>, sizes: &[usize], region: Option<Region>, watch: Watch) -> Option<Self> {
        let known = sizes.iter().all(|size| matches!(size, 1 | 2 | 4 | 8));
        if sizes.len() != scan.components.len() || !known {
            return None;
        }
        // Coefficients are passed over in small blocks, and around a region.
        let skips = region.is_some() || sizes.iter().any(|size| *size < 8);
        let region = layout::within(region, scan.units());
        if scan.progressive {
            return Some(Self::Progressive(Box::new(Progressive::new(scan, sizes, region, watch))));
        }
        Sequential::new(scan, sizes, region, skips, watch).map(Box::new).map(Self::Sequential)
    }

    /// What is delivered of each component.
    pub(crate) fn planes(&self) -> Vec<Plane> {
        match self {
            Self::Sequential(decoder) => decoder.planes(),
            Self::Progressive(decoder) => decoder.planes(),
        }
    }

    /// Decodes the next strip into a slice of each component, at least `stride * rows` samples long. False: there is none
    /// left, and nothing was written.
    ///
    /// # Errors
    /// [`ImagingError::Corrupt`] where the data is damaged or ends early: libjpeg may see less harm in it, and its verdict
    /// is had by decoding again with it. [`ImagingError::Deadline`]; [`ImagingError::Internal`] where a slice is too short.
    pub(crate) fn strip(&mut self, targets: &mut [&mut [u8]]) -> Result<bool, ImagingError> {
        let fits = |(plane, target): (&Plane, &&mut [u8])| target.len() >= plane.stride * plane.rows;
        let planes = self.planes();
        if targets.len() != planes.len() || !planes.iter().zip(&*targets).all(fits) {
            return Err(ImagingError::Internal("a strip does not fit its planes".into()));
        }
        match self {
            Self::Sequential(decoder) => decoder.strip(targets),
            Self::Progressive(decoder) => decoder.strip(targets),
        }
    }

    /// From here on without vector code.
    #[cfg(test)]
    pub(super) fn set_plain(&mut self) {
        match self {
            Self::Sequential(decoder) => decoder.avx2 = false,
            Self::Progressive(decoder) => decoder.avx2 = false,
        }
    }
}

/// Eight rows of eight samples of one value.
#[inline(always)]
pub(super) fn fill(target: &mut [u8], stride: usize, sample: u8) {
    for row in 0..8 {
        idct::put(&mut target[row * stride..], [sample; 8]);
    }
}

/// The samples of a block, which is emptied.
#[inline(always)]
pub(super) fn transform(size: usize, block: &mut Block, steps: &Block, target: &mut [u8], stride: usize) {
    match size {
        8 => {
            idct::eight(block, steps, target, stride);
            *block = [0; 64];
        }
        4 => {
            idct::four(block, steps, target, stride);
            block[..16].fill(0);
        }
        _ => {
            idct::two(block, steps, target, stride);
            block[..4].fill(0);
        }
    }
}

/// AVX2 and the bit instructions of the same processors.
pub(super) fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    #[cfg(not(target_arch = "x86_64"))]
    false
}
