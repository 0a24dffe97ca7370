//! Good files damaged on purpose, in the same way at every run: bits turned, ends cut off, and numbers of headers that lie.

/// Files of [`crate::input`], a generated one each: every reader, and every way it takes.
pub const FORMATS: [&str; 43] = [
    "jpeg",
    "jpeg-progressive",
    "jpeg-grey",
    "jpeg-cmyk",
    "jpeg-cmyk-progressive",
    "jpeg-ycck",
    "jpeg+orientation=6+private+xmp+iptc+p3",
    "png",
    "png16",
    "png-bit",
    "png-grey-alpha",
    "png-palette-alpha",
    "png-interlaced",
    "png-rgb16-interlaced",
    "png+orientation=6+private+xmp+p3",
    "apng",
    "apng-hidden",
    "webp",
    "webp-lossless",
    "webp-animated",
    "webp-animated-part",
    "webp+orientation=6+private+xmp+p3",
    "gif",
    "bmp",
    "tiff",
    "tiff16",
    "tiff-grey",
    "tiff-palette",
    "tiff-ink4",
    "tiff-colors2",
    "tiff-rgb-lzw-predictor",
    "tiff-rgb-deflate-tiles",
    "tiff-rgb-packbits-planar",
    "tiff-rgba16-deflate",
    "tiff-rgb16-lzw+orientation=6+private+xmp",
    "tiff-cmyk-jpeg",
    "tiff-cmyk-jpeg-tiles",
    "tiff-cmyk-lzw-predictor",
    "tiff-cmyk16-planar",
    "tiff-cmyk-tiles",
    "tiff-rgb-pages",
    "tiff-grey-lzw-reversed",
    "tiff-rgba-associated",
];

/// Files with a profile that takes milliseconds to be made ready: for a part of what [`of`] makes of them.
pub const WITH_SLOW_PROFILES: [&str; 3] = ["jpeg-cmyk+press", "tiff-cmyk-jpeg+press", "tiff-rgb16-lzw+p3"];

/// Bytes at either end of a file where each one is damaged: headers, directories, the first table of codes.
const DENSE: usize = 320;
/// Between those ends one byte of so many is.
const SPARSE: usize = 23;
/// What headers say in the place of a number, of two and of four bytes.
const LIES: [&[u8]; 7] = [
    &[0, 0],
    &[0xFF, 0xFF],
    &[0x7F, 0xFF],
    &[0, 0, 0, 0],
    &[0xFF, 0xFF, 0xFF, 0xFF],
    &[0x7F, 0xFF, 0xFF, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0x7F],
];

/// One damaged file after the other, with what was done to it.
pub fn of(file: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    places(file.len()).flat_map(move |at| {
        let bit = at % 8;
        let lie = LIES[at % LIES.len()];
        [
            (format!("bit {bit} of byte {at} turned"), with(file, at, &[file[at] ^ 1 << bit])),
            (format!("cut off at byte {at}"), file[..at].to_vec()),
            (format!("byte {at} says {lie:02X?}"), with(file, at, lie)),
        ]
    })
}

fn places(length: usize) -> impl Iterator<Item = usize> {
    (0..length).filter(move |at| *at < DENSE || at + DENSE >= length || at % SPARSE == 0)
}

/// The file with these bytes at that place. Checksums are made anew, or nobody would look further.
fn with(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let end = file.len().min(at + bytes.len());
    file[at..end].copy_from_slice(&bytes[..end - at]);
    with_checksums(file)
}

/// The file; a PNG with the right checksum at every chunk that is whole.
pub fn with_checksums(mut file: Vec<u8>) -> Vec<u8> {
    if file.starts_with(b"\x89PNG\r\n\x1A\n") {
        make_checksums(&mut file[8..]);
    }
    file
}

fn make_checksums(mut chunks: &mut [u8]) {
    while let Some(length) = chunks.first_chunk::<4>() {
        let end = (u32::from_be_bytes(*length) as usize).saturating_add(8);
        let Some((chunk, rest)) = chunks.split_at_mut_checked(end) else { return };
        let Some((sum, rest)) = rest.split_first_chunk_mut::<4>() else { return };
        *sum = crc32fast::hash(&chunk[4..]).to_be_bytes();
        chunks = rest;
    }
}
