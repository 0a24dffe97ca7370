//! TIFF 6.0, little-endian: strips of LZW with horizontal differencing, or one strip that is a JPEG (Technical Note 2).

use weezl::BitOrder;
use weezl::encode::Encoder;

use crate::ImagingError;
use crate::exif::{Directory, Exif, Value};
use crate::libjpeg::{self, Quality, Source, Stream};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// Of uncompressed pixels a strip.
const STRIP_BYTES: usize = 1 << 18;
const LZW: u16 = 5;
const JPEG: u16 = 7;
const INKS: u16 = 5;
const YCBCR: u16 = 6;

pub(super) fn encode(
    picture: &Picture,
    lossy: Option<Quality>,
    dpi: Option<u32>,
    exif: &Exif,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut offsets = Vec::new();
    let mut lengths = Vec::new();
    let rows =
        if lossy.is_some() { picture.height as usize } else { (STRIP_BYTES / picture.stride()).max(1) };
    for strip in picture.pixels.chunks(rows * picture.stride()) {
        watch.check()?;
        let bytes = match lossy {
            Some(quality) => libjpeg::write(Source::Pixels(picture), quality, Stream::Strip, watch)?,
            None => compressed(strip, picture)?,
        };
        offsets.push(file.len() as u32);
        lengths.push(bytes.len() as u32);
        file.extend(bytes);
        file.resize(file.len().next_multiple_of(2), 0);
    }
    let mut directory = describe(picture, lossy);
    directory.add(273, Value::Long(offsets));
    directory.add(278, Value::Long(vec![rows.min(picture.height as usize) as u32]));
    directory.add(279, Value::Long(lengths));
    directory.add_metadata(dpi, exif);
    if let Some(profile) = profile {
        directory.add(34_675, Value::Undefined(profile.to_vec()));
    }
    let at = u32::try_from(file.len()).map_err(|_| ImagingError::Internal("tiff: too long".into()))?;
    file[4..8].copy_from_slice(&at.to_le_bytes());
    file.extend(directory.bytes(at));
    Ok(file)
}

/// The tags that say how the pixels are stored.
fn describe(picture: &Picture, lossy: Option<Quality>) -> Directory {
    let mut directory = Directory::default();
    let samples = picture.channels.count();
    directory.add(256, Value::Long(vec![picture.width]));
    directory.add(257, Value::Long(vec![picture.height]));
    directory.add(258, Value::Short(vec![8; samples]));
    directory.add(259, Value::Short(vec![if lossy.is_some() { JPEG } else { LZW }]));
    let photometric = match (picture.channels, lossy) {
        (Channels::Grey, _) => 1,
        (Channels::Cmyk, _) => INKS,
        (_, Some(_)) => YCBCR,
        (_, None) => 2,
    };
    directory.add(262, Value::Short(vec![photometric]));
    directory.add(277, Value::Short(vec![samples as u16]));
    directory.add(284, Value::Short(vec![1]));
    match lossy {
        Some(quality) if photometric == YCBCR => {
            let factor = libjpeg::chroma_factor(quality);
            directory.add(530, Value::Short(vec![factor, factor]));
        }
        Some(_) => {}
        None => directory.add(317, Value::Short(vec![2])),
    }
    if picture.channels == Channels::Cmyk {
        // Which inks: cyan, magenta, yellow and black.
        directory.add(332, Value::Short(vec![1]));
    }
    if picture.channels.has_alpha() {
        // Unassociated: colours are not premultiplied.
        directory.add(338, Value::Short(vec![2]));
    }
    directory
}

/// A strip with each sample replaced by its difference from the one a pixel before, in LZW.
fn compressed(strip: &[u8], picture: &Picture) -> Result<Vec<u8>, ImagingError> {
    let count = picture.channels.count();
    let mut differences = strip.to_vec();
    for (row, target) in
        strip.chunks_exact(picture.stride()).zip(differences.chunks_exact_mut(picture.stride()))
    {
        for ((target, sample), before) in target[count..].iter_mut().zip(&row[count..]).zip(row) {
            *target = sample.wrapping_sub(*before);
        }
    }
    Encoder::with_tiff_size_switch(BitOrder::Msb, 8)
        .encode(&differences)
        .map_err(|error| ImagingError::Internal(format!("tiff: {error}")))
}
