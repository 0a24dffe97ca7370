//! From the file to pixels of the size that the result has: decoding and resampling as rows come, so that the picture never
//! stands in memory at its own size where a decoder delivers rows.
//!
//! Which way a picture takes is nobody's business outside. What comes out differs by rounding and by how chroma is brought to
//! its size: on a photograph by at most 2 levels of 255 in the mean, and 28 at single samples at edges of strong colours.

mod strips;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::geometry::Rect;
use crate::header::{Format, Header};
use crate::jpeg::Scan;
use crate::limits::Watch;
use crate::picture::Raster;
use crate::resample::Resampler;
use crate::steps::resize::{Resize, resize as resized};
use crate::{ImagingError, decode};

/// The first step of every edit.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// Decoded at 1/n of the size.
    pub denominator: u32,
    /// In decoded pixels.
    pub resize: Resize,
    /// Of the file's pixels: the part that is wanted.
    pub source: Rect,
    /// [`Yuv420`](crate::yuv420::Yuv420) will do, where the decoder has them.
    pub planes: bool,
}

impl Read {
    /// Whether the picture stands in memory at its own size.
    pub(crate) fn holds_all(&self, header: &Header) -> bool {
        match header.format {
            Format::Jpeg => !self.resize.shrinks(),
            _ => !header.by_rows || self.resize.is_nothing(),
        }
    }
}

/// What was read, and how long each half took.
#[derive(Debug)]
pub(crate) struct Done {
    pub raster: Raster,
    pub decoding: Duration,
    pub resampling: Duration,
}

pub(crate) fn read(input: &[u8], header: &Header, read: &Read, watch: Watch) -> Result<Done, ImagingError> {
    let start = Instant::now();
    let mut resampling = Duration::ZERO;
    let raster = match header.format {
        Format::Jpeg => jpeg(input, header, read, watch, &mut resampling)?,
        Format::Png if header.by_rows && !read.resize.is_nothing() => {
            by_rows(header, read, &mut resampling, |count, take| {
                decode::png::rows(input, header, count, watch, take)
            })?
        }
        _ => {
            let raster = decode::decode(input, header, read.denominator, watch)?;
            let start = Instant::now();
            let raster = match raster {
                Raster::Eight(picture) => Raster::Eight(resized(picture, &read.resize, watch)?),
                Raster::Sixteen(picture) => Raster::Sixteen(resized(picture, &read.resize, watch)?),
                planes @ Raster::Yuv420(_) => planes,
            };
            resampling = start.elapsed();
            raster
        }
    };
    Ok(Done { raster, decoding: start.elapsed().saturating_sub(resampling), resampling })
}

/// Ours where it can, libjpeg otherwise, and where ours finds damage: the verdict is libjpeg's.
fn jpeg(
    input: &[u8],
    header: &Header,
    read: &Read,
    watch: Watch,
    resampling: &mut Duration,
) -> Result<Raster, ImagingError> {
    let resize = &read.resize;
    if (read.planes || resize.shrinks())
        && let Some(scan) = Scan::read(input)
        && (scan.width, scan.height) == (header.width as usize, header.height as usize)
    {
        match strips::read(scan, read, watch, resampling) {
            Ok(Some(raster)) => return Ok(raster),
            Ok(None) | Err(ImagingError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if !resize.shrinks() {
        let picture = decode::jpeg::decode(input, header, read.denominator, watch)?;
        let start = Instant::now();
        let picture = resized(picture, resize, watch)?;
        *resampling += start.elapsed();
        return Ok(Raster::Eight(picture));
    }
    by_rows(header, read, resampling, |_, take| {
        decode::jpeg::rows(input, header, read.denominator, watch, take)
    })
}

/// `decode` is told how many rows are needed, and may hand over more.
fn by_rows(
    header: &Header,
    read: &Read,
    resampling: &mut Duration,
    decode: impl FnOnce(usize, &mut dyn FnMut(&[u8])) -> Result<(), ImagingError>,
) -> Result<Raster, ImagingError> {
    let resize = &read.resize;
    let size = (resize.decoded_width, resize.decoded_height);
    let mut resampler = Resampler::new(size, header.channels, resize.source, (resize.width, resize.height));
    decode(resampler.rows(), &mut |row| {
        let start = Instant::now();
        resampler.push(row);
        *resampling += start.elapsed();
    })?;
    Ok(Raster::Eight(resampler.finish()))
}
