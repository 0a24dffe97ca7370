//! PNG by the `png` crate: rows go straight into the picture.

use std::io::Cursor;

use bytemuck::cast_slice_mut;
use png::{
    BitDepth, ColorType, Decoder, InterlaceInfo, Limits, Reader, Transformations, expand_interlaced_row,
};

use super::png_rows::Rows;
use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture, Raster, Sample};
use crate::rights;

/// For chunks beside the pixels (profile, text, EXIF), inflated.
const MAX_CHUNK_BYTES: usize = 16 << 20;
/// Three bytes a colour.
const LONGEST_PALETTE: usize = 3 * 256;

fn corrupt(error: png::DecodingError) -> ImagingError {
    match error {
        png::DecodingError::IoError(_) => ImagingError::corrupt("png", "its data ends early"),
        png::DecodingError::LimitsExceeded => ImagingError::corrupt("png", "a chunk is too large"),
        _ => ImagingError::corrupt("png", "invalid data"),
    }
}

fn open(input: &[u8]) -> Result<Reader<Cursor<&[u8]>>, ImagingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(input), Limits { bytes: MAX_CHUNK_BYTES });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    let reader = decoder.read_info().map_err(corrupt)?;
    // The `png` crate (0.18) panics over a palette that ends within a colour.
    match reader.info().palette.as_ref().map_or(0, |palette| palette.len()) {
        length if length % 3 == 0 && length <= LONGEST_PALETTE => Ok(reader),
        _ => Err(ImagingError::corrupt("png", "its palette is no list of at most 256 colours")),
    }
}

pub(crate) fn header(input: &[u8]) -> Result<Header, ImagingError> {
    let reader = open(input)?;
    let info = reader.info();
    let channels = match reader.output_color_type() {
        (ColorType::Grayscale, _) => Channels::Grey,
        (ColorType::Rgb, _) => Channels::Rgb,
        _ => Channels::Rgba,
    };
    let mut exif = info.exif_metadata.as_ref().map(|block| exif::read(block)).unwrap_or_default();
    if let Some(packet) = xmp(input) {
        rights::add_xmp(&mut exif, packet);
    }
    let stored = (u64::from(info.width) * info.bits_per_pixel() as u64).div_ceil(8);
    Ok(Header {
        format: Format::Png,
        width: info.width,
        height: info.height,
        channels,
        depth: if info.bit_depth == BitDepth::Sixteen { Depth::Sixteen } else { Depth::Eight },
        // A window of the stream, some rows, and for interlaced pictures with grey and alpha a second picture.
        decoder_bytes: (1 << 20)
            + 8 * stored
            + if info.interlaced { stored * u64::from(info.height) } else { 0 },
        by_rows: Rows::open(input).is_some(),
        profile: info.icc_profile.as_ref().map(|profile| profile.to_vec()),
        exif,
    })
}

/// The XMP packet: an international text chunk with a keyword of its own, never compressed.
fn xmp(input: &[u8]) -> Option<&[u8]> {
    let mut rest = input.get(8..)?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let body = rest.get(8..8usize.checked_add(length)?)?;
        if &rest[4..8] == b"iTXt"
            && let Some(packet) = body.strip_prefix(b"XML:com.adobe.xmp\0\0\0\0\0")
        {
            return Some(packet);
        }
        rest = rest.get(12 + length..)?;
    }
}

pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Result<Raster, ImagingError> {
    if let Some(rows) = Rows::open(input) {
        let mut picture = Picture { pixels: Vec::new(), ..Picture::blank(0, 0, header.channels) };
        (picture.width, picture.height) = (header.width, header.height);
        picture.pixels.reserve_exact(picture.stride() * header.height as usize);
        deliver(rows, header, header.height as usize, watch, &mut |row| {
            picture.pixels.extend_from_slice(row)
        })?;
        return Ok(Raster::Eight(picture));
    }
    let reader = open(input)?;
    match header.depth {
        Depth::Eight => pixels(reader, header, watch).map(Raster::Eight),
        Depth::Sixteen => pixels(reader, header, watch).map(Raster::Sixteen),
    }
}

/// The first `count` rows of a file whose header says that it has them.
pub(crate) fn rows(
    input: &[u8],
    header: &Header,
    count: usize,
    watch: Watch,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), ImagingError> {
    let rows = Rows::open(input).ok_or_else(|| ImagingError::Internal("a PNG changed its kind".into()))?;
    deliver(rows, header, count, watch, take)
}

fn deliver(
    mut rows: Rows<'_>,
    header: &Header,
    count: usize,
    watch: Watch,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), ImagingError> {
    let stride = header.width as usize * header.channels.count();
    for index in 0..count {
        watch.check_at(index)?;
        match rows.next_row()? {
            Some(row) if row.len() == stride => take(row),
            _ => return Err(ImagingError::corrupt("png", "its headers contradict each other")),
        }
    }
    Ok(())
}

fn pixels<T: Sample>(
    mut reader: Reader<Cursor<&[u8]>>,
    header: &Header,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    let (color, depth) = reader.output_color_type();
    if depth as usize != 8 * size_of::<T>() {
        return Err(ImagingError::Internal("a PNG was not brought to eight or sixteen bits".into()));
    }
    let mut picture = Picture::blank(header.width, header.height, header.channels);
    let grey_alpha = color == ColorType::GrayscaleAlpha;
    if reader.info().interlaced {
        interlaced(&mut reader, &mut picture, grey_alpha, watch)?;
        return Ok(picture);
    }
    let mut samples = vec![T::default(); if grey_alpha { header.width as usize * 2 } else { 0 }];
    for (index, row) in picture.rows_mut().enumerate() {
        watch.check_at(index)?;
        let target = if grey_alpha { samples.as_mut_slice() } else { &mut *row };
        if reader.read_row(cast_slice_mut(target)).map_err(corrupt)?.is_none() {
            return Err(ImagingError::corrupt("png", "rows are missing"));
        }
        in_our_byte_order(target);
        if grey_alpha {
            spread(&samples, row);
        }
    }
    Ok(picture)
}

/// Rows of seven passes, each of some of the pixels of a row of the picture.
fn interlaced<T: Sample>(
    reader: &mut Reader<Cursor<&[u8]>>,
    picture: &mut Picture<T>,
    grey_alpha: bool,
    watch: Watch,
) -> Result<(), ImagingError> {
    let count = if grey_alpha { 2 } else { picture.channels.count() };
    let stride = picture.width as usize * count;
    let mut samples = vec![T::default(); if grey_alpha { stride * picture.height as usize } else { 0 }];
    let target = if grey_alpha { &mut samples } else { &mut picture.pixels };
    let mut rows = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(corrupt)? {
        watch.check_at(rows)?;
        rows += 1;
        if let InterlaceInfo::Adam7(place) = row.interlace() {
            let bits = (8 * count * size_of::<T>()) as u8;
            expand_interlaced_row(cast_slice_mut(target), stride * size_of::<T>(), row.data(), place, bits);
        }
    }
    in_our_byte_order(target);
    if grey_alpha {
        spread(&samples, &mut picture.pixels);
    }
    Ok(())
}

/// Sixteen bits are stored with the high byte first.
fn in_our_byte_order<T: Sample>(samples: &mut [T]) {
    if T::MAX > 255 {
        samples.iter_mut().for_each(|sample| *sample = T::from_number(u16::from_be(sample.number())));
    }
}

/// Grey and alpha to red, green, blue and alpha.
fn spread<T: Sample>(samples: &[T], pixels: &mut [T]) {
    for (sample, pixel) in samples.chunks_exact(2).zip(pixels.chunks_exact_mut(4)) {
        pixel.copy_from_slice(&[sample[0], sample[0], sample[0], sample[1]]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Instant;

    use super::*;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let content = [&name[..], body].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&content);
        [&(body.len() as u32).to_be_bytes()[..], &content, &sum.sum().to_be_bytes()].concat()
    }

    /// Eight by eight greys, interlaced: each pass in a shade of its own.
    fn passes() -> Vec<u8> {
        let mut rows = Vec::new();
        for (pass, (width, height)) in
            [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)].into_iter().enumerate()
        {
            for _ in 0..height {
                rows.push(0);
                rows.extend(vec![30 * pass as u8; width]);
            }
        }
        let mut data = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        data.write_all(&rows).unwrap();
        let header = [0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 1];
        let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", &data.finish().unwrap()), chunk(b"IEND", b"")];
        [&b"\x89PNG\r\n\x1A\n"[..], &parts.concat()].concat()
    }

    #[test]
    fn interlaced_rows_come_to_their_places_and_heed_the_deadline() {
        let file = passes();
        let found = header(&file).unwrap();
        let Raster::Eight(picture) = decode(&file, &found, crate::Limits::default().watch()).unwrap() else {
            panic!("eight bits");
        };
        let first: Vec<u8> = picture.rows().next().unwrap().iter().map(|grey| grey / 30).collect();
        let fifth: Vec<u8> = picture.rows().nth(4).unwrap().iter().map(|grey| grey / 30).collect();
        assert_eq!((first, fifth), (vec![0, 5, 3, 5, 1, 5, 3, 5], vec![2, 5, 3, 5, 2, 5, 3, 5]));
        assert!(picture.rows().nth(1).unwrap().iter().all(|grey| *grey == 180));
        let expired = crate::Limits { deadline: Some(Instant::now()), ..Default::default() }.watch();
        assert_eq!(decode(&file, &found, expired).err(), Some(ImagingError::Deadline));
    }
}
