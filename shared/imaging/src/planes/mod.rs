//! Pictures as AVIF and HEIC have them, luma and chroma apart, and the way from and to RGB (ITU-T H.273, 8.3).

mod from_rgb;

pub(crate) use from_rgb::from_rgb;

use crate::ImagingError;
use crate::heif::{Cicp, Crop};
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};

/// How often chroma is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    None,
    /// 4:2:0
    Quarter,
    /// 4:2:2
    Half,
    /// 4:4:4
    Full,
}

impl Chroma {
    /// How often a sample counts, across and down.
    pub(crate) const fn factors(self) -> (u32, u32) {
        match self {
            Self::Quarter => (2, 2),
            Self::Half => (2, 1),
            Self::None | Self::Full => (1, 1),
        }
    }
}

/// A picture of one plane or three: luma, then the two of chroma, each row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planes<S = u16> {
    pub width: u32,
    pub height: u32,
    /// Of a sample, 8 to 12.
    pub bits: u8,
    pub chroma: Chroma,
    pub samples: [Vec<S>; 3],
}

impl<S: Copy + Default> Planes<S> {
    pub(crate) fn blank(width: u32, height: u32, bits: u8, chroma: Chroma) -> Self {
        let mut planes = Self { width, height, bits, chroma, samples: Default::default() };
        for index in 0..planes.count() {
            let (width, height) = planes.size(index);
            planes.samples[index] = vec![S::default(); width * height];
        }
        planes
    }

    pub(crate) fn count(&self) -> usize {
        if self.chroma == Chroma::None { 1 } else { 3 }
    }

    /// Samples across and down of a plane.
    pub(crate) fn size(&self, plane: usize) -> (usize, usize) {
        let (across, down) = if plane == 0 { (1, 1) } else { self.chroma.factors() };
        (self.width.div_ceil(across) as usize, self.height.div_ceil(down) as usize)
    }

    /// Copies another picture of the same kind to `x`, `y`, which chroma's factors divide; what reaches beyond is cut.
    pub(crate) fn put(&mut self, tile: &Self, x: u32, y: u32) {
        for index in 0..self.count() {
            let (across, down) = if index == 0 { (1, 1) } else { self.chroma.factors() };
            let (left, top) = ((x / across) as usize, (y / down) as usize);
            let (width, _) = self.size(index);
            let (tile_width, _) = tile.size(index);
            let kept = tile_width.min(width.saturating_sub(left));
            let rows = self.samples[index].chunks_exact_mut(width).skip(top);
            for (target, source) in rows.zip(tile.samples[index].chunks_exact(tile_width)) {
                target[left..left + kept].copy_from_slice(&source[..kept]);
            }
        }
    }
}

/// Bits after the point of the factors below: products of 12-bit samples and factors to 16 bits stay within 31.
const POINT: u32 = 13;

/// What turns luma and chroma to RGB: each is `offset + luma * y + cb * (factor of cb) + cr * (factor of cr)`.
#[derive(Debug, Clone, Copy)]
struct Matrix {
    luma: i32,
    /// Of zero luma, with a half for rounding.
    offset: i32,
    /// Of red, green and blue: factors of Cb and Cr.
    chroma: [(i32, i32); 3],
    /// What Cb and Cr are counted from.
    middle: i32,
}

/// The weights of red and blue in luma.
fn weights(matrix: u16) -> Option<(f64, f64)> {
    Some(match matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        // Unspecified is read as BT.601, as others do.
        2 | 5 | 6 => (0.299, 0.114),
        7 => (0.212, 0.087),
        9 => (0.2627, 0.0593),
        _ => return None,
    })
}

impl Matrix {
    /// To samples of up to `max`.
    fn new(cicp: Cicp, bits: u8, max: u16) -> Result<Self, ImagingError> {
        let top = f64::from((1u32 << bits) - 1);
        let step = f64::from(1u32 << (bits - 8));
        let (low, luma, chroma) =
            if cicp.full_range { (0.0, top, top) } else { (16.0 * step, 219.0 * step, 224.0 * step) };
        let unit = f64::from(max) * f64::from(1u32 << POINT);
        let fixed = |factor: f64| (factor * unit / chroma).round() as i32;
        let factors = match cicp.matrix {
            // Green, blue, red, taken apart elsewhere; YCgCo, whose first chroma plane is Cg.
            0 => [(0.0, 0.0); 3],
            8 => [(-1.0, 1.0), (1.0, 0.0), (-1.0, -1.0)],
            matrix => {
                let (red, blue) = weights(matrix)
                    .ok_or_else(|| ImagingError::Unsupported(format!("HEIF with colour matrix {matrix}")))?;
                let green = 1.0 - red - blue;
                let (of_cr, of_cb) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
                [(0.0, of_cr), (-of_cb * blue / green, -of_cr * red / green), (of_cb, 0.0)]
            }
        };
        let luma = (unit / luma).round() as i32;
        Ok(Self {
            luma,
            offset: (1 << (POINT - 1)) - (low as i32) * luma,
            chroma: factors.map(|(cb, cr)| (fixed(cb), fixed(cr))),
            middle: 1 << (bits - 1),
        })
    }

    #[inline]
    fn finished<T: Sample>(value: i32) -> T {
        T::from_number((value >> POINT).clamp(0, i32::from(T::MAX)) as u16)
    }

    #[inline]
    fn grey<T: Sample>(&self, luma: i32) -> T {
        Self::finished(self.offset + luma * self.luma)
    }

    /// Red, green and blue.
    #[inline]
    fn color<T: Sample>(&self, luma: i32, cb: i32, cr: i32) -> [T; 3] {
        let luma = self.offset + luma * self.luma;
        self.chroma.map(|(of_cb, of_cr)| Self::finished(luma + cb * of_cb + cr * of_cr))
    }
}

/// One row of a chroma plane at full resolution, as distances from the middle. Samples stand in the middle of those that they
/// count for; between them is interpolated (weights 3/4 and 1/4, as JPEG decoders do).
fn chroma_row(planes: &Planes, plane: usize, y: usize, middle: i32, row: &mut [i32], between: &mut Vec<i32>) {
    let (across, down) = planes.chroma.factors();
    let (width, height) = planes.size(plane);
    let source = |y: usize| &planes.samples[plane][y * width..(y + 1) * width];
    if across == 1 {
        for (target, sample) in row.iter_mut().zip(source(y)) {
            *target = i32::from(*sample) - middle;
        }
        return;
    }
    between.clear();
    let near = source(y / down as usize);
    if down == 1 {
        between.extend(near.iter().map(|sample| 4 * i32::from(*sample)));
    } else {
        let own = y / 2;
        let other = if y.is_multiple_of(2) { own.saturating_sub(1) } else { (own + 1).min(height - 1) };
        let far = source(other);
        between.extend(near.iter().zip(far).map(|(near, far)| 3 * i32::from(*near) + i32::from(*far)));
    }
    let bias = 8 - 16 * middle;
    let last = width - 1;
    for (index, pair) in row.chunks_mut(2).enumerate() {
        let own = 3 * between[index] + bias;
        pair[0] = (own + between[index.saturating_sub(1)]) >> 4;
        if let Some(second) = pair.get_mut(1) {
            *second = (own + between[(index + 1).min(last)]) >> 4;
        }
    }
}

/// RGB or grey of a part of the picture; its samples are eight bits deep or sixteen, as `T` says.
pub(crate) fn to_rgb<T: Sample>(
    planes: &Planes,
    cicp: Cicp,
    crop: Crop,
    channels: Channels,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    let matrix = Matrix::new(cicp, planes.bits, T::MAX)?;
    let identity = cicp.matrix == 0;
    if identity && !matches!(planes.chroma, Chroma::Full | Chroma::None) {
        return Err(ImagingError::Unsupported("HEIF with subsampled RGB".into()));
    }
    let mut picture = Picture::blank(crop.width, crop.height, channels);
    let count = channels.count();
    let width = planes.width as usize;
    let (left, kept) = (crop.x as usize, crop.width as usize);
    let (mut cb, mut cr, mut between) = (vec![0; width], vec![0; width], Vec::new());
    for (index, row) in picture.rows_mut().enumerate() {
        watch.check_at(index)?;
        let y = index + crop.y as usize;
        let luma = &planes.samples[0][y * width + left..y * width + left + kept];
        if count == 1 {
            row.iter_mut().zip(luma).for_each(|(target, luma)| *target = matrix.grey(i32::from(*luma)));
            continue;
        }
        if planes.chroma == Chroma::None {
            for (target, luma) in row.chunks_exact_mut(count).zip(luma) {
                target[..3].fill(matrix.grey(i32::from(*luma)));
            }
            continue;
        }
        // Of RGB the planes are green, blue and red.
        let middle = if identity { 0 } else { matrix.middle };
        chroma_row(planes, 1, y, middle, &mut cb, &mut between);
        chroma_row(planes, 2, y, middle, &mut cr, &mut between);
        let chroma = cb[left..left + kept].iter().zip(&cr[left..left + kept]);
        for ((target, luma), (cb, cr)) in row.chunks_exact_mut(count).zip(luma).zip(chroma) {
            let color = if identity {
                [matrix.grey(*cr), matrix.grey(i32::from(*luma)), matrix.grey(*cb)]
            } else {
                matrix.color(i32::from(*luma), *cb, *cr)
            };
            target[..3].copy_from_slice(&color);
        }
    }
    Ok(picture)
}

/// Fills the opacity of a picture of RGBA, and takes the multiplication by it back where the file says it was made.
pub(crate) fn add_alpha<T: Sample>(picture: &mut Picture<T>, alpha: &Picture<T>, premultiplied: bool) {
    for (pixel, alpha) in picture.pixels.chunks_exact_mut(4).zip(&alpha.pixels) {
        pixel[3] = *alpha;
        let (max, alpha) = (u32::from(T::MAX), u32::from(alpha.number()));
        if premultiplied && alpha != 0 {
            for sample in &mut pixel[..3] {
                let value = (u32::from(sample.number()) * max + alpha / 2) / alpha;
                *sample = T::from_number(value.min(max) as u16);
            }
        }
    }
}
