//! The segments before the picture's data (ITU T.81, annex B). Stricter than libjpeg: what is not plainly a baseline file in
//! one scan is nobody's here, and goes to libjpeg.

use super::huffman::Code;

/// Positions of a block in the order of the file; each is `row * 8 + column`.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// As libjpeg allows.
pub(super) const MAX_BLOCKS: usize = 10;
/// libjpeg's own limit of a side.
const MAX_SIDE: usize = 65_500;
/// The most bits of a difference of DC values and of an AC coefficient that eight-bit samples have (T.81, F.1.2).
const MAX_DC_BITS: u8 = 11;
const MAX_AC_BITS: u8 = 10;

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
    /// Indices of `Scan::dc_codes` and `Scan::ac_codes`.
    pub dc: usize,
    pub ac: usize,
}

/// A file that [`super::Decoder`] knows, up to its data.
pub(crate) struct Scan<'a> {
    /// Pixels.
    pub width: usize,
    pub height: usize,
    pub(super) components: Vec<ScanComponent>,
    pub(super) dc_codes: [Option<Code>; 4],
    pub(super) ac_codes: [Option<Code>; 4],
    /// Units between restart markers; 0 is none.
    pub(super) restart_interval: usize,
    /// From the first byte of entropy-coded data to the end of the file.
    pub(super) data: &'a [u8],
}

/// A component of the frame header.
struct FrameComponent {
    id: u8,
    sampling: Sampling,
    quantisation: usize,
}

struct Frame {
    width: usize,
    height: usize,
    components: Vec<FrameComponent>,
}

/// What the segments have said so far.
#[derive(Default)]
struct Segments {
    frame: Option<Frame>,
    quantisation: [Option<Quantisation>; 4],
    dc_codes: [Option<Code>; 4],
    ac_codes: [Option<Code>; 4],
    restart_interval: usize,
    jfif: bool,
    /// The transform of Adobe's segment.
    adobe: Option<u8>,
}

impl<'a> Scan<'a> {
    /// Reads the header of `input`; `None` is a file for libjpeg. Nothing of the picture's size is allocated.
    pub(crate) fn read(input: &'a [u8]) -> Option<Self> {
        let mut rest = input.strip_prefix(b"\xFF\xD8")?;
        let mut segments = Segments::default();
        loop {
            let [0xFF, marker, high, low, ..] = *rest else { return None };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let body = rest.get(4..2 + length)?;
            rest = rest.get(2 + length..)?;
            if marker == 0xDA {
                return segments.finish(body, rest);
            }
            segments.take(marker, body)?;
        }
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

impl Segments {
    fn take(&mut self, marker: u8, body: &[u8]) -> Option<()> {
        match marker {
            0xC0 | 0xC1 if self.frame.is_none() => self.frame = Some(frame(body)?),
            0xC4 => self.codes(body)?,
            0xDB => self.steps(body)?,
            0xDD => {
                let [high, low] = *body else { return None };
                self.restart_interval = usize::from(u16::from_be_bytes([high, low]));
            }
            0xE0 => self.jfif |= body.len() >= 14 && body.starts_with(b"JFIF\0"),
            0xEE if body.len() >= 12 && body.starts_with(b"Adobe") => self.adobe = Some(body[11]),
            0xE1..=0xEF | 0xFE => {}
            _ => return None,
        }
        Some(())
    }

    fn steps(&mut self, mut body: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = body {
            let table = self.quantisation.get_mut(usize::from(kind & 15))?;
            let bytes = if kind >> 4 == 0 { 1 } else { 2 };
            let steps = rest.get(..64 * bytes)?;
            body = &rest[64 * bytes..];
            *table = Some(std::array::from_fn(|index| match bytes {
                1 => u16::from(steps[index]),
                _ => u16::from_be_bytes([steps[2 * index], steps[2 * index + 1]]),
            }));
        }
        Some(())
    }

    fn codes(&mut self, mut body: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = body {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.get(..total)?;
            body = &rest[total..];
            let code = Code::new(counts, symbols);
            let (tables, valid) = match kind >> 4 {
                0 => (&mut self.dc_codes, symbols.iter().all(|bits| *bits <= MAX_DC_BITS)),
                1 => (&mut self.ac_codes, symbols.iter().all(|symbol| is_coefficient(*symbol))),
                _ => return None,
            };
            *tables.get_mut(usize::from(kind & 15))? = Some(code.filter(|_| valid)?);
        }
        Some(())
    }

    fn finish<'a>(self, body: &[u8], data: &'a [u8]) -> Option<Scan<'a>> {
        let frame = self.frame.as_ref()?;
        let [count, body @ ..] = body else { return None };
        let count = usize::from(*count);
        let (choices, spectrum) = body.split_at_checked(2 * count)?;
        // All coefficients at once, with all their bits.
        if count != frame.components.len() || spectrum != [0, 63, 0] || !self.is_grey_or_ycbcr(frame) {
            return None;
        }
        let mut components = Vec::with_capacity(count);
        for (component, choice) in frame.components.iter().zip(choices.chunks_exact(2)) {
            let (dc, ac) = (usize::from(choice[1] >> 4), usize::from(choice[1] & 15));
            if choice[0] != component.id {
                return None;
            }
            self.dc_codes.get(dc)?.as_ref()?;
            self.ac_codes.get(ac)?.as_ref()?;
            let quantisation = (*self.quantisation.get(component.quantisation)?)?;
            // A component alone is stored block after block, whatever its factors say.
            let alone = Sampling { horizontal: 1, vertical: 1 };
            let sampling = if count == 1 { alone } else { component.sampling };
            components.push(ScanComponent { sampling, quantisation, dc, ac });
        }
        let (width, height) = (frame.width, frame.height);
        let Self { dc_codes, ac_codes, restart_interval, .. } = self;
        Some(Scan { width, height, components, dc_codes, ac_codes, restart_interval, data })
    }

    /// By libjpeg's rules for three components, which the files in the world are written to.
    fn is_grey_or_ycbcr(&self, frame: &Frame) -> bool {
        match *frame.components.as_slice() {
            [_] => true,
            [ref first, ref second, ref third] => match self.adobe {
                _ if self.jfif => true,
                Some(transform) => transform != 0,
                None => [first.id, second.id, third.id] != *b"RGB",
            },
            _ => false,
        }
    }
}

/// Run and bits of a coefficient, a run of sixteen zeros, or the end of the block.
fn is_coefficient(symbol: u8) -> bool {
    match symbol & 15 {
        0 => matches!(symbol, 0x00 | 0xF0),
        bits => bits <= MAX_AC_BITS,
    }
}

fn frame(body: &[u8]) -> Option<Frame> {
    let [8, h1, h0, w1, w0, count, components @ ..] = body else { return None };
    let width = usize::from(u16::from_be_bytes([*w1, *w0]));
    let height = usize::from(u16::from_be_bytes([*h1, *h0]));
    if components.len() != 3 * usize::from(*count) || !matches!(count, 1 | 3) {
        return None;
    }
    let components: Vec<FrameComponent> = components
        .chunks_exact(3)
        .map(|component| FrameComponent {
            id: component[0],
            sampling: Sampling {
                horizontal: usize::from(component[1] >> 4),
                vertical: usize::from(component[1] & 15),
            },
            quantisation: usize::from(component[2]),
        })
        .collect();
    let sides_known = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    (sides_known && are_known(&components)).then_some(Frame { width, height, components })
}

/// Luma is sampled most, and the same number of times as often as both kinds of chroma; names differ; a unit has no more
/// blocks than allowed.
fn are_known(components: &[FrameComponent]) -> bool {
    let Some((FrameComponent { sampling: luma, .. }, chroma)) = components.split_first() else {
        return false;
    };
    let factors = (1..=4).contains(&luma.horizontal) && (1..=4).contains(&luma.vertical);
    let chroma_factors = chroma.iter().all(|FrameComponent { sampling, .. }| {
        *sampling == chroma[0].sampling
            && (1..=luma.horizontal).contains(&sampling.horizontal)
            && (1..=luma.vertical).contains(&sampling.vertical)
            && luma.horizontal.is_multiple_of(sampling.horizontal)
            && luma.vertical.is_multiple_of(sampling.vertical)
    });
    let blocks: usize =
        components.iter().map(|component| component.sampling.horizontal * component.sampling.vertical).sum();
    let names = components
        .iter()
        .enumerate()
        .all(|(index, component)| components[..index].iter().all(|earlier| earlier.id != component.id));
    factors && chroma_factors && names && (chroma.is_empty() || blocks <= MAX_BLOCKS)
}
