//! JPEG: resolution in the JFIF header, artist and copyright in an EXIF segment.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::libjpeg::{self, Quality};
use crate::limits::Watch;
use crate::picture::Picture;

pub(super) fn encode(
    picture: &Picture,
    quality: Quality,
    exif: &Exif,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    // The JFIF header says the resolution; a second one could only contradict it.
    libjpeg::write(picture, quality, exif::block(None, exif).as_deref(), watch)
}
