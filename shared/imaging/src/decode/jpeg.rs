//! The header of a JPEG (ITU T.81, annex B): markers up to the first scan, read here so that libjpeg sees only files
//! whose size is known to be acceptable.

use memchr::memchr_iter;

use crate::exif::{self, Exif};
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture};
use crate::{ImagingError, jpeg, libjpeg, rights};

const START_OF_SCAN: u8 = 0xDA;
const ADOBE: u8 = 0xEE;

struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    /// Horizontal and vertical sampling factors.
    sampling: Vec<(u64, u64)>,
}

pub(crate) fn header(input: &[u8]) -> Result<Header, ImagingError> {
    let mut frame = None;
    let mut exif = Exif::default();
    let (mut xmp, mut photoshop) = (None, None);
    let mut profile = ProfileParts::default();
    let mut at = 2;
    loop {
        let (marker, body, next) = segment(input, at)?;
        at = next;
        match marker {
            0xC0..=0xC2 => frame = Some(read_frame(marker, body)?),
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(ImagingError::Unsupported(
                    "lossless, hierarchical and arithmetic-coded JPEG".into(),
                ));
            }
            0xD9 => return Err(ImagingError::corrupt("jpeg", "it has no picture")),
            START_OF_SCAN => {
                let frame =
                    frame.ok_or_else(|| ImagingError::corrupt("jpeg", "a scan stands before its frame"))?;
                add_rights(&mut exif, photoshop, xmp);
                check_scans(&input[at..])?;
                let scanned = usize::from(*body.first().unwrap_or(&0));
                return build(&frame, scanned, exif, profile.join());
            }
            0xE1 => {
                if let Some(block) = body.strip_prefix(b"Exif\0\0") {
                    exif = exif::read(block);
                }
                xmp = xmp.or(body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0"));
            }
            0xED => photoshop = photoshop.or(body.strip_prefix(b"Photoshop 3.0\0")),
            0xE2 => profile.add(body),
            _ => {}
        }
    }
}

/// Behind the first scan only scans have this marker. Counted here, since a decoder goes over the whole picture for each.
fn check_scans(rest: &[u8]) -> Result<(), ImagingError> {
    let more = memchr_iter(0xFF, rest).filter(|at| rest.get(at + 1) == Some(&START_OF_SCAN));
    if more.take(libjpeg::MAX_SCANS).count() == libjpeg::MAX_SCANS {
        return Err(ImagingError::corrupt("jpeg", "it has too many scans"));
    }
    Ok(())
}

fn add_rights(exif: &mut Exif, photoshop: Option<&[u8]>, xmp: Option<&[u8]>) {
    if let Some(resources) = photoshop {
        rights::add_photoshop(exif, resources);
    }
    if let Some(packet) = xmp {
        rights::add_xmp(exif, packet);
    }
}

/// Decodes at 1/`denominator` (1, 2, 4, 8) of the size.
pub(crate) fn decode(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
) -> Result<Picture, ImagingError> {
    if let Some(picture) = jpeg::picture(input, header, denominator, watch) {
        return picture;
    }
    let mut picture = libjpeg::read(input, header, denominator, watch)?;
    if is_inverted(input, header) {
        invert(&mut picture.pixels);
    }
    Ok(picture)
}

/// As [`decode`], row by row, by libjpeg.
pub(crate) fn rows(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), ImagingError> {
    let inverted = is_inverted(input, header);
    libjpeg::rows(input, header, denominator, watch, &mut |row| {
        if inverted {
            invert(row);
        }
        take(row);
    })
}

fn is_inverted(input: &[u8], header: &Header) -> bool {
    header.channels == Channels::Cmyk && is_from_adobe(input)
}

fn invert(samples: &mut [u8]) {
    samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
}

/// Whether the file has Adobe's APP14 segment. In Adobe's own files full ink is 0; libjpeg's documentation (libjpeg.txt,
/// "Special color spaces") knows of it and leaves turning such samples to its caller. The segment is taken as the sign of
/// it: four components are inverted with it and plain without it.
fn is_from_adobe(input: &[u8]) -> bool {
    let mut at = 2;
    while let Ok((marker, body, next)) = segment(input, at) {
        match marker {
            ADOBE if body.starts_with(b"Adobe") && body.len() >= 12 => return true,
            START_OF_SCAN => return false,
            _ => at = next,
        }
    }
    false
}

/// The segment at `at`: its marker, its body and where the next one begins.
fn segment(input: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), ImagingError> {
    let truncated = || ImagingError::corrupt("jpeg", "the file ends inside its header");
    // Bytes between segments are skipped, as libjpeg does.
    while *input.get(at).ok_or_else(truncated)? != 0xFF {
        at += 1;
    }
    while *input.get(at).ok_or_else(truncated)? == 0xFF {
        at += 1;
    }
    let marker = input[at];
    at += 1;
    if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD9) {
        return Ok((marker, &[], at));
    }
    let length = input.get(at..at + 2).ok_or_else(truncated)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(ImagingError::corrupt("jpeg", "a segment has no length"));
    }
    let body = input.get(at + 2..at + length).ok_or_else(truncated)?;
    Ok((marker, body, at + length))
}

fn read_frame(marker: u8, body: &[u8]) -> Result<Frame, ImagingError> {
    let [precision, h1, h0, w1, w0, count, components @ ..] = body else {
        return Err(ImagingError::corrupt("jpeg", "the frame header is too short"));
    };
    if *precision != 8 {
        return Err(ImagingError::Unsupported(format!("{precision}-bit JPEG")));
    }
    let sampling: Vec<(u64, u64)> = components
        .chunks_exact(3)
        .take(usize::from(*count))
        .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
        .collect();
    if sampling.len() != usize::from(*count)
        || sampling.iter().any(|(h, v)| *h == 0 || *v == 0 || *h > 4 || *v > 4)
    {
        return Err(ImagingError::corrupt("jpeg", "the components of the frame are not valid"));
    }
    Ok(Frame {
        width: u32::from(u16::from_be_bytes([*w1, *w0])),
        height: u32::from(u16::from_be_bytes([*h1, *h0])),
        progressive: marker == 0xC2,
        sampling,
    })
}

fn build(
    frame: &Frame,
    scanned: usize,
    exif: Exif,
    profile: Option<Vec<u8>>,
) -> Result<Header, ImagingError> {
    let channels = match frame.sampling.len() {
        1 => Channels::Grey,
        3 => Channels::Rgb,
        4 => Channels::Cmyk,
        count => return Err(ImagingError::Unsupported(format!("JPEG with {count} components"))),
    };
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    // Why: with several scans libjpeg keeps every coefficient, two bytes each, until the last one; our decoder keeps at most
    // that, and a bit for each.
    let coefficients = if frame.progressive || scanned < frame.sampling.len() {
        let horizontal = frame.sampling.iter().map(|(h, _)| *h).max().unwrap_or(1);
        let vertical = frame.sampling.iter().map(|(_, v)| *v).max().unwrap_or(1);
        frame.sampling.iter().map(|(h, v)| 17 * pixels * h * v / (8 * horizontal * vertical)).sum()
    } else {
        0
    };
    let rows = u64::from(frame.width) * channels.count() as u64 * 64;
    Ok(Header {
        format: Format::Jpeg,
        width: frame.width,
        height: frame.height,
        channels,
        depth: Depth::Eight,
        decoder_bytes: coefficients + rows,
        by_rows: true,
        profile,
        exif,
    })
}

/// An ICC profile cut into APP2 segments (ICC.1, annex B.4): each says its number, from 1, and how many there are.
#[derive(Default)]
struct ProfileParts<'a> {
    parts: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> ProfileParts<'a> {
    fn add(&mut self, body: &'a [u8]) {
        if let Some([number, count, part @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
            self.parts.push((*number, *count, part));
        }
    }

    /// `None` where there is none or a part is missing.
    fn join(mut self) -> Option<Vec<u8>> {
        self.parts.sort_by_key(|(number, _, _)| *number);
        let complete = (1..=255)
            .zip(&self.parts)
            .all(|(number, (actual, count, _))| number == *actual && usize::from(*count) == self.parts.len());
        let found = !self.parts.is_empty() && self.parts.len() <= 255;
        (found && complete).then(|| self.parts.iter().flat_map(|(_, _, part)| part.iter().copied()).collect())
    }
}
