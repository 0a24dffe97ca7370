//! What a file says about itself before any pixel is decoded.

use contract::images::PictureInfo;

use crate::exif::Exif;
use crate::heif::{self, Codec};
use crate::orientation::Orientation;
use crate::picture::{Channels, Depth};
use crate::{ImagingError, decode, foreign};

/// Longer than any ICC profile in use; those of printing presses have 0.5 to 3 MB.
pub(crate) const MAX_PROFILE_BYTES: usize = 8 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    Webp,
    Gif,
    Bmp,
    Tiff,
    Avif,
    Heic,
}

impl Format {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Avif => "avif",
            Self::Heic => "heic",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub format: Format,
    /// Pixels as stored, before orientation.
    pub width: u32,
    pub height: u32,
    /// As decoded.
    pub channels: Channels,
    pub depth: Depth,
    /// Bytes of memory the decoder needs beside the pixels it delivers at full size.
    pub decoder_bytes: u64,
    /// Whether pixels come row by row, so that nobody need hold all of them.
    pub by_rows: bool,
    /// An embedded ICC profile, as found.
    pub profile: Option<Vec<u8>>,
    pub exif: Exif,
}

impl Header {
    pub(crate) fn orientation(&self) -> Orientation {
        Orientation::from_exif(self.exif.orientation)
    }

    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    pub(crate) fn info(&self) -> PictureInfo {
        let (width, height) = self.orientation().size(self.width, self.height);
        PictureInfo::new(self.format.name(), width, height)
    }
}

/// Recognises the format by content and reads its header.
pub(crate) fn read(input: &[u8]) -> Result<Header, ImagingError> {
    let format = recognise(input)?;
    let mut header = match format {
        Format::Jpeg => decode::jpeg::header(input)?,
        Format::Png => decode::png::header(input)?,
        Format::Webp => decode::webp::header(input)?,
        Format::Avif | Format::Heic => decode::heif::header(input)?,
        Format::Gif | Format::Bmp | Format::Tiff => decode::other::header(input, format)?,
    };
    if header.width == 0 || header.height == 0 {
        return Err(ImagingError::corrupt(format.name(), "a side is zero"));
    }
    // Passed over, as broken ones are.
    header.profile.take_if(|profile| profile.len() > MAX_PROFILE_BYTES);
    Ok(header)
}

fn recognise(input: &[u8]) -> Result<Format, ImagingError> {
    let starts = |magic: &[u8]| input.starts_with(magic);
    if starts(b"\xFF\xD8\xFF") {
        return Ok(Format::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1A\n") {
        return Ok(Format::Png);
    }
    if starts(b"RIFF") && input.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Ok(Format::Gif);
    }
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        return if foreign::is_camera_raw(input) {
            Err(ImagingError::Unsupported("camera raw".into()))
        } else {
            Ok(Format::Tiff)
        };
    }
    if starts(b"BM") && input.len() > 26 {
        return Ok(Format::Bmp);
    }
    match heif::recognise(input) {
        Some(Codec::Av1) => Ok(Format::Avif),
        Some(Codec::Hevc) => Ok(Format::Heic),
        None => Err(foreign::name(input)
            .map_or(ImagingError::NotAPicture, |name| ImagingError::Unsupported(name.into()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_by_content() {
        assert_eq!(recognise(b"GIF89a..."), Ok(Format::Gif));
        assert_eq!(recognise(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Format::Webp));
        assert_eq!(recognise(b"RIFF\0\0\0\0WAVEfmt "), Err(ImagingError::NotAPicture));
        assert_eq!(recognise(b"\0\0\0\x14ftypheic\0\0\0\0mif1"), Ok(Format::Heic));
        assert_eq!(recognise(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), Ok(Format::Avif));
        assert_eq!(recognise(b"\0\0\0\x18ftypisom\0\0\0\0mp41iso2"), Err(ImagingError::NotAPicture));
        assert_eq!(recognise(b"<svg></svg>"), Err(ImagingError::Unsupported("SVG".into())));
        assert_eq!(recognise(b"%PDF-1.7"), Err(ImagingError::Unsupported("PDF".into())));
        for text in [&b""[..], b"BM", b"<html>", b"\xFF\xD8"] {
            assert_eq!(recognise(text), Err(ImagingError::NotAPicture));
        }
    }
}
