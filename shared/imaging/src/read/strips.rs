//! A JPEG that our decoder knows, strip by strip: each component is decoded near the size that is wanted of it and resampled on its own, so
//! that chroma is never brought to luma's size only to be made small again. Units outside of the part that is wanted are
//! passed over.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::Read;
use crate::ImagingError;
use crate::geometry::Rect;
use crate::jpeg::{Decoder, Plane, Region, Sampling, Scan};
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Raster};
use crate::resample::{Resampler, reach};
use crate::yuv420::{self, Yuv420};

/// Samples along a block's side as it is stored.
const BLOCK: usize = 8;

/// What is wanted of a component.
struct Wanted {
    sampling: Sampling,
    /// Samples along a side of a block.
    size: usize,
    /// In samples of that size.
    window: Rect,
    target: (u32, u32),
}

impl Wanted {
    fn new(sampling: Sampling, largest: Sampling, read: &Read, halved: bool) -> Self {
        let coarser = |own: usize, largest: usize| largest.div_ceil(own);
        let factor = coarser(sampling.horizontal, largest.horizontal)
            .max(coarser(sampling.vertical, largest.vertical));
        let size = BLOCK / read.denominator as usize * factor / if halved { 2 } else { 1 };
        let size = size.max(1).next_power_of_two().min(BLOCK);
        let resize = &read.resize;
        let half = |side: u32| if halved { Yuv420::half(side) } else { side };
        // A chroma sample at an odd edge reaches beyond it.
        let whole = |side: u32| if halved { 2.0 * f64::from(half(side)) / f64::from(side) } else { 1.0 };
        let scale = |own: usize, largest: usize| (size * own) as f64 / (BLOCK * largest) as f64;
        let horizontal = scale(sampling.horizontal, largest.horizontal);
        let vertical = scale(sampling.vertical, largest.vertical);
        let window = Rect {
            x: read.source.x * horizontal,
            y: read.source.y * vertical,
            width: read.source.width * horizontal * whole(resize.width),
            height: read.source.height * vertical * whole(resize.height),
        };
        Self { sampling, size, window, target: (half(resize.width), half(resize.height)) }
    }

    /// Samples of a unit.
    fn unit(&self) -> (usize, usize) {
        (self.sampling.horizontal * self.size, self.sampling.vertical * self.size)
    }

    /// Units that the window and the kernel reach.
    fn units(&self) -> Region {
        let span = |(start, length): (f64, f64), target: u32, unit: usize| -> Range<usize> {
            let samples = reach(start, length, target);
            samples.start / unit..samples.end.div_ceil(unit)
        };
        let (width, height) = self.unit();
        Region {
            columns: span((self.window.x, self.window.width), self.target.0, width),
            rows: span((self.window.y, self.window.height), self.target.1, height),
        }
    }

    fn resampler(&self, plane: &Plane, region: &Region) -> Resampler<u8> {
        let (width, height) = self.unit();
        let window = Rect {
            x: self.window.x - (region.columns.start * width) as f64,
            y: self.window.y - (region.rows.start * height) as f64,
            ..self.window
        };
        Resampler::new((plane.width as u32, plane.height as u32), Channels::Grey, window, self.target)
    }
}

/// `None` where our decoder does not take the file after all.
///
/// # Errors
/// The deadline; and what our decoder finds damaged, which may not be libjpeg's verdict.
pub(super) fn read(
    scan: Scan<'_>,
    read: &Read,
    watch: Watch,
    resampling: &mut Duration,
) -> Result<Option<Raster>, ImagingError> {
    let (largest, samplings) = (scan.largest(), scan.sampling());
    let halved = read.planes && samplings.len() == 3;
    let wanted: Vec<Wanted> = samplings
        .into_iter()
        .enumerate()
        .map(|(index, sampling)| Wanted::new(sampling, largest, read, halved && index > 0))
        .collect();
    let Some(region) = wanted.iter().map(Wanted::units).reduce(union) else { return Ok(None) };
    let sizes: Vec<usize> = wanted.iter().map(|wanted| wanted.size).collect();
    let Some(mut decoder) = Decoder::new(scan, &sizes, Some(region.clone()), watch) else { return Ok(None) };
    let layout = decoder.planes();
    let mut resamplers: Vec<Resampler<u8>> =
        wanted.iter().zip(&layout).map(|(wanted, plane)| wanted.resampler(plane, &region)).collect();
    let mut strips: Vec<Vec<u8>> = layout.iter().map(|plane| vec![0; plane.stride * plane.rows]).collect();
    let mut left: Vec<usize> = layout.iter().map(|plane| plane.height).collect();
    loop {
        let mut targets: Vec<&mut [u8]> = strips.iter_mut().map(Vec::as_mut_slice).collect();
        if !decoder.strip(&mut targets)? {
            break;
        }
        let start = Instant::now();
        for (index, resampler) in resamplers.iter_mut().enumerate() {
            let plane = layout[index];
            let rows = plane.rows.min(left[index]);
            left[index] -= rows;
            for row in strips[index].chunks_exact(plane.stride).take(rows) {
                resampler.push(&row[..plane.width]);
            }
        }
        *resampling += start.elapsed();
    }
    Ok(assembled(resamplers.into_iter().map(Resampler::finish).collect(), halved))
}

fn union(one: Region, other: Region) -> Region {
    let join = |one: Range<usize>, other: Range<usize>| one.start.min(other.start)..one.end.max(other.end);
    Region { columns: join(one.columns, other.columns), rows: join(one.rows, other.rows) }
}

fn assembled(planes: Vec<Picture>, halved: bool) -> Option<Raster> {
    match <[Picture; 3]>::try_from(planes) {
        Ok([luma, blue, red]) if halved => Some(Raster::Yuv420(Yuv420 { luma, chroma: [blue, red] })),
        Ok([luma, blue, red]) => Some(Raster::Eight(yuv420::rgb(&luma, &blue, &red))),
        Err(planes) => planes.into_iter().next().map(Raster::Eight),
    }
}
