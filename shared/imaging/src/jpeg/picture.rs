//! Whole pictures: strips of planes become rows of grey or RGB.

use super::color;
use super::decoder::Decoder;
use super::layout::Plane;
use super::scan::{Sampling, Scan};
use super::upsample::Filter;
use crate::ImagingError;
use crate::header::Header;
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// Rows kept from a strip for the next one: the triangle filter looks at neighbours.
const KEPT: usize = 2;

/// Decodes at 1/`denominator` (1, 2, 4, 8) of the size, rounded up. `None` is a file for libjpeg: one that is not known
/// here, or damaged, so that one judge says what damage is.
pub(crate) fn picture(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
) -> Option<Result<Picture, ImagingError>> {
    let scan = Scan::read(input)?;
    let channels = if scan.sampling().len() == 1 { Channels::Grey } else { Channels::Rgb };
    let (width, height) = (header.width as usize, header.height as usize);
    if channels != header.channels || (scan.width, scan.height) != (width, height) {
        return None;
    }
    let size = 8 / denominator as usize;
    match decode(scan, size, channels, watch)? {
        Err(ImagingError::Corrupt { .. }) => None,
        result => Some(result),
    }
}

/// Samples a block of each component, where the largest deliver `size`: chroma is decoded larger where that spares its
/// enlarging, as in libjpeg.
fn sizes(scan: &Scan, size: usize) -> Vec<usize> {
    let largest = scan.largest();
    let size_of = |sampling: &Sampling| {
        let mut own = size;
        while own < 8
            && (largest.horizontal * size).is_multiple_of(sampling.horizontal * own * 2)
            && (largest.vertical * size).is_multiple_of(sampling.vertical * own * 2)
        {
            own *= 2;
        }
        own
    };
    scan.sampling().iter().map(size_of).collect()
}

/// Rows of a component: a few of the strip before, then the strip.
struct Window {
    plane: Plane,
    filter: Filter,
    /// Rows of the picture to a row of the component.
    down: usize,
    samples: Vec<u8>,
    /// A row as wide as the picture or a little more.
    wide: Vec<u8>,
    sums: Vec<u16>,
}

impl Window {
    fn new(plane: Plane, across: usize, down: usize, smooth: bool) -> Self {
        let filter = Filter::new(across, down, plane.width, smooth);
        let samples = vec![0; plane.stride * (plane.rows + KEPT)];
        let wide = vec![0; if filter == Filter::None { 0 } else { filter.width(plane.width) }];
        Self { plane, filter, down, samples, wide, sums: Vec::new() }
    }

    fn strip(&mut self) -> &mut [u8] {
        &mut self.samples[KEPT * self.plane.stride..]
    }

    /// Before the next strip.
    fn keep(&mut self) {
        self.samples.copy_within(self.plane.rows * self.plane.stride.., 0);
    }

    /// Row `row` of the component, which is in the window after `strips` strips.
    fn stored(&self, row: usize, strips: usize) -> &[u8] {
        let start = (row + KEPT - (strips - 1) * self.plane.rows) * self.plane.stride;
        &self.samples[start..start + self.plane.width]
    }

    /// Makes row `row` of the picture.
    #[inline(always)]
    fn widen(&mut self, row: usize, strips: usize) {
        if self.filter == Filter::None {
            return;
        }
        let own = row / self.down;
        let below = row % 2 == 1;
        let next = if below { (own + 1).min(self.plane.height - 1) } else { own.saturating_sub(1) };
        let next = if self.filter.has_neighbours() { next } else { own };
        let (mut wide, mut sums) = (std::mem::take(&mut self.wide), std::mem::take(&mut self.sums));
        self.filter.apply(self.stored(own, strips), self.stored(next, strips), below, &mut sums, &mut wide);
        (self.wide, self.sums) = (wide, sums);
    }

    /// The row that was made.
    fn row(&self, row: usize, strips: usize) -> &[u8] {
        if self.filter == Filter::None { self.stored(row, strips) } else { &self.wide }
    }
}

/// `None` where the decoder cannot be made.
fn decode(
    scan: Scan,
    size: usize,
    channels: Channels,
    watch: Watch,
) -> Option<Result<Picture, ImagingError>> {
    let (width, height) = ((scan.width * size).div_ceil(8), (scan.height * size).div_ceil(8));
    let (largest, sampling, sizes) = (scan.largest(), scan.sampling(), sizes(&scan, size));
    let mut decoder = Decoder::new(scan, &sizes, None, watch)?;
    let mut windows: Vec<Window> = decoder
        .planes()
        .into_iter()
        .zip(sampling.iter().zip(&sizes))
        .map(|(plane, (sampling, own))| {
            let across = largest.horizontal * size / (sampling.horizontal * own);
            let down = largest.vertical * size / (sampling.vertical * own);
            Window::new(plane, across, down, size > 1)
        })
        .collect();
    let rows = largest.vertical * size;
    // The last rows of a strip wait for the one below.
    let waiting = if windows.iter().any(|window| window.filter.has_neighbours()) { KEPT } else { 0 };
    let mut picture = Picture::blank(width as u32, height as u32, channels);
    let stride = picture.stride();
    let (mut strips, mut done) = (0, 0);
    while done < height {
        let mut targets: Vec<&mut [u8]> = windows.iter_mut().map(Window::strip).collect();
        match decoder.strip(&mut targets) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        }
        strips += 1;
        let ready = if strips * rows >= height { height } else { strips * rows - waiting };
        let out = &mut picture.pixels[done * stride..ready * stride];
        convert(&mut windows, strips, done, out, stride);
        done = ready;
        windows.iter_mut().for_each(Window::keep);
    }
    Some(Ok(picture))
}

/// Rows of the picture from `row` on.
fn convert(windows: &mut [Window], strips: usize, row: usize, out: &mut [u8], stride: usize) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code)]
        // SAFETY: the processor has AVX2.
        return unsafe { convert_avx2(windows, strips, row, out, stride) };
    }
    convert_with(windows, strips, row, out, stride);
}

/// Why: the same code with instructions for twice as many samples.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn convert_avx2(windows: &mut [Window], strips: usize, row: usize, out: &mut [u8], stride: usize) {
    convert_with(windows, strips, row, out, stride);
}

#[inline(always)]
fn convert_with(windows: &mut [Window], strips: usize, row: usize, out: &mut [u8], stride: usize) {
    for (row, out) in (row..).zip(out.chunks_exact_mut(stride)) {
        for window in &mut *windows {
            window.widen(row, strips);
        }
        match &*windows {
            [luma, blue, red] => {
                color::rgb_row(luma.row(row, strips), blue.row(row, strips), red.row(row, strips), out);
            }
            [grey, ..] => out.copy_from_slice(&grey.row(row, strips)[..stride]),
            [] => {}
        }
    }
}
