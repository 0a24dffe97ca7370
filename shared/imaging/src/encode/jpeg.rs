//! JPEG: resolution in the JFIF header, artist and copyright in an EXIF segment.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::libjpeg::{self, Quality, Source};
use crate::limits::Watch;

pub(super) fn encode(
    source: Source<'_>,
    quality: Quality,
    exif: &Exif,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    // The JFIF header says the resolution; a second one could only contradict it.
    libjpeg::write(source, quality, exif::block(None, exif).as_deref(), watch)
}
