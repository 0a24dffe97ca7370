//! JPEG: resolution in the JFIF header, artist and copyright in an EXIF segment, a profile in APP2 segments.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::libjpeg::{self, Quality, Source, Stream};
use crate::limits::Watch;
use crate::picture::Channels;

pub(super) fn encode(
    source: Source<'_>,
    quality: Quality,
    exif: &Exif,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    // The JFIF header says the resolution; a second one could only contradict it. CMYK has no such header.
    let dpi = quality.dpi.filter(|_| source.channels() == Channels::Cmyk).map(u32::from);
    let exif = exif::block(dpi, exif);
    libjpeg::write(source, quality, Stream::File { exif: exif.as_deref(), profile }, watch)
}
