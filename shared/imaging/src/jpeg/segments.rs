//! What the segments around the picture's data say (ITU T.81, annex B). Stricter than libjpeg: what is not plainly written is
//! nobody's here, and goes to libjpeg.

use super::huffman::Code;
use super::scan::{MAX_BLOCKS, Quantisation, Sampling};

/// libjpeg's own limit of a side.
const MAX_SIDE: usize = 65_500;

/// A component of the frame header.
pub(super) struct FrameComponent {
    id: u8,
    pub sampling: Sampling,
    /// Index of the table.
    pub quantisation: usize,
}

pub(super) struct Frame {
    pub width: usize,
    pub height: usize,
    pub components: Vec<FrameComponent>,
    pub progressive: bool,
}

/// What the segments have said so far.
#[derive(Default)]
pub(super) struct Segments {
    pub frame: Option<Frame>,
    pub quantisation: [Option<Quantisation>; 4],
    pub dc_codes: [Option<Code>; 4],
    pub ac_codes: [Option<Code>; 4],
    /// Units between restart markers; 0 is none.
    pub restart_interval: usize,
    jfif: bool,
    /// The transform of Adobe's segment.
    adobe: Option<u8>,
    /// A scan has begun: the frame and the quantisation stand.
    scanned: bool,
}

/// A component in a scan, with the indices of its tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

/// What a scan has of the coefficients.
pub(super) struct Selection<'a> {
    /// In the order of the frame.
    pub choices: Vec<Choice>,
    /// Positions in the order of the file, both included.
    pub first: usize,
    pub last: usize,
    /// The lowest bit that earlier scans have delivered; 0 where there was none.
    pub before: u8,
    /// The lowest bit that this one delivers.
    pub shift: u8,
    /// From the first byte of entropy-coded data to the end of the file.
    pub data: &'a [u8],
}

/// Where segments lead.
pub(super) enum Next<'a> {
    Scan(Selection<'a>),
    End,
}

impl Segments {
    /// Reads up to the data of the next scan, or the end of the picture; `None` is something for libjpeg.
    pub(super) fn next<'a>(&mut self, mut rest: &'a [u8]) -> Option<Next<'a>> {
        loop {
            if rest.starts_with(b"\xFF\xD9") {
                return Some(Next::End);
            }
            let [0xFF, marker, high, low, ..] = *rest else { return None };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let body = rest.get(4..2 + length)?;
            rest = rest.get(2 + length..)?;
            if marker == 0xDA {
                self.scanned = true;
                return self.select(body, rest).map(Next::Scan);
            }
            self.take(marker, body)?;
        }
    }

    fn take(&mut self, marker: u8, body: &[u8]) -> Option<()> {
        match marker {
            0xC0..=0xC2 if self.frame.is_none() => self.frame = Some(frame(body, marker == 0xC2)?),
            0xC4 => self.codes(body)?,
            0xDB if !self.scanned => self.steps(body)?,
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
            let tables = match kind >> 4 {
                0 => &mut self.dc_codes,
                1 => &mut self.ac_codes,
                _ => return None,
            };
            *tables.get_mut(usize::from(kind & 15))? = Some(code?);
        }
        Some(())
    }

    fn select<'a>(&self, body: &[u8], data: &'a [u8]) -> Option<Selection<'a>> {
        let frame = self.frame.as_ref()?;
        let [count, body @ ..] = body else { return None };
        let (choices, spectrum) = body.split_at_checked(2 * usize::from(*count))?;
        let [first, last, bits] = *spectrum else { return None };
        let mut next = 0;
        let choices = choices
            .chunks_exact(2)
            .map(|choice| {
                let behind = frame.components.get(next..)?.iter().position(|known| known.id == choice[0])?;
                let component = next + behind;
                next = component + 1;
                Some(Choice { component, dc: usize::from(choice[1] >> 4), ac: usize::from(choice[1] & 15) })
            })
            .collect::<Option<Vec<Choice>>>()?;
        let (first, last) = (usize::from(first), usize::from(last));
        (!choices.is_empty()).then_some(Selection {
            choices,
            first,
            last,
            before: bits >> 4,
            shift: bits & 15,
            data,
        })
    }

    /// By libjpeg's rules for three components, which the files in the world are written to.
    pub(super) fn is_grey_or_ycbcr(&self, frame: &Frame) -> bool {
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

fn frame(body: &[u8], progressive: bool) -> Option<Frame> {
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
    (sides_known && are_known(&components)).then_some(Frame { width, height, components, progressive })
}

/// Factors that divide the largest, names that differ, and no more blocks in a unit than allowed.
fn are_known(components: &[FrameComponent]) -> bool {
    let largest = components.iter().fold((1, 1), |(horizontal, vertical), component| {
        (component.sampling.horizontal.max(horizontal), component.sampling.vertical.max(vertical))
    });
    let factors = components.iter().all(|FrameComponent { sampling, .. }| {
        (1..=4).contains(&sampling.horizontal)
            && (1..=4).contains(&sampling.vertical)
            && largest.0 % sampling.horizontal == 0
            && largest.1 % sampling.vertical == 0
    });
    let blocks: usize =
        components.iter().map(|component| component.sampling.horizontal * component.sampling.vertical).sum();
    let names = components
        .iter()
        .enumerate()
        .all(|(index, component)| components[..index].iter().all(|earlier| earlier.id != component.id));
    factors && names && (components.len() == 1 || blocks <= MAX_BLOCKS)
}
