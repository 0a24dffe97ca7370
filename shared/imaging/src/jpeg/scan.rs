//! The header of a file that is decoded here: all components in one scan, or progressive.

use super::huffman::Code;
use super::segments::{Next, Segments, Selection};

/// Positions of a block in the order of the file; each is `row * 8 + column`.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// As libjpeg allows.
pub(super) const MAX_BLOCKS: usize = 10;
/// The most bits of a difference of DC values and of an AC coefficient that eight-bit samples have (T.81, F.1.2).
pub(super) const MAX_DC_BITS: u8 = 11;
pub(super) const MAX_AC_BITS: u8 = 10;

/// How often a component is sampled: blocks of it in a unit (MCU), each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// 1 to 4.
    pub horizontal: usize,
    /// 1 to 4.
    pub vertical: usize,
}

/// Steps of quantisation in zigzag order.
pub(super) type Quantisation = [u16; 64];

pub(super) struct ScanComponent {
    pub sampling: Sampling,
    pub quantisation: Quantisation,
}

/// A file that [`super::Decoder`] knows, up to its data.
pub(crate) struct Scan<'a> {
    /// Pixels.
    pub width: usize,
    pub height: usize,
    pub(super) components: Vec<ScanComponent>,
    pub(super) segments: Segments,
    /// The first scan, which is the only one unless the file is progressive.
    pub(super) selection: Selection<'a>,
    pub(super) progressive: bool,
}

impl<'a> Scan<'a> {
    /// Reads the header of `input`; `None` is a file for libjpeg. Nothing of the picture's size is allocated.
    pub(crate) fn read(input: &'a [u8]) -> Option<Self> {
        let mut segments = Segments::default();
        let Next::Scan(selection) = segments.next(input.strip_prefix(b"\xFF\xD8")?)? else { return None };
        let frame = segments.frame.as_ref()?;
        if !segments.is_grey_or_ycbcr(frame) || !(frame.progressive || is_whole(&segments, &selection)) {
            return None;
        }
        let components = frame
            .components
            .iter()
            .map(|component| {
                // A component alone is stored block after block, whatever its factors say.
                let alone = Sampling { horizontal: 1, vertical: 1 };
                let sampling = if frame.components.len() == 1 { alone } else { component.sampling };
                let quantisation = (*segments.quantisation.get(component.quantisation)?)?;
                Some(ScanComponent { sampling, quantisation })
            })
            .collect::<Option<_>>()?;
        let (width, height, progressive) = (frame.width, frame.height, frame.progressive);
        Some(Self { width, height, components, segments, selection, progressive })
    }

    /// Of each component, in the order of the frame: one (grey) or three (Y, Cb, Cr).
    pub(crate) fn sampling(&self) -> Vec<Sampling> {
        self.components.iter().map(|component| component.sampling).collect()
    }

    /// The largest factors: a unit is eight times as many pixels wide and high.
    pub(crate) fn largest(&self) -> Sampling {
        self.components.iter().fold(Sampling { horizontal: 1, vertical: 1 }, |largest, component| Sampling {
            horizontal: largest.horizontal.max(component.sampling.horizontal),
            vertical: largest.vertical.max(component.sampling.vertical),
        })
    }

    /// Units across and down.
    pub(crate) fn units(&self) -> (usize, usize) {
        let Sampling { horizontal, vertical } = self.largest();
        (self.width.div_ceil(8 * horizontal), self.height.div_ceil(8 * vertical))
    }
}

/// Whether a scan has all bits of all coefficients of all components, and the codes for them.
fn is_whole(segments: &Segments, selection: &Selection) -> bool {
    let code = |codes: &[Option<Code>; 4], index: usize, valid: fn(u8) -> bool| {
        codes
            .get(index)
            .and_then(Option::as_ref)
            .is_some_and(|code| code.symbols().iter().all(|symbol| valid(*symbol)))
    };
    let count = segments.frame.as_ref().map_or(0, |frame| frame.components.len());
    (selection.first, selection.last, selection.before, selection.shift) == (0, 63, 0, 0)
        && selection.choices.len() == count
        && selection.choices.iter().all(|choice| {
            code(&segments.dc_codes, choice.dc, |bits| bits <= MAX_DC_BITS)
                && code(&segments.ac_codes, choice.ac, is_coefficient)
        })
}

/// Run and bits of a coefficient, a run of sixteen zeros, or the end of the block.
fn is_coefficient(symbol: u8) -> bool {
    match symbol & 15 {
        0 => matches!(symbol, 0x00 | 0xF0),
        bits => bits <= MAX_AC_BITS,
    }
}
