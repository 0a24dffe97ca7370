//! EXIF blocks and profiles, put into files that have none.

use std::io::Write;

use super::png_file::chunk;
use crate::pixels::Pixels;

pub(super) struct Tags {
    pub orientation: u16,
    /// Copyright, artist, camera and a GPS position.
    pub private: bool,
    pub profile: Option<Vec<u8>>,
}

impl Tags {
    /// A little-endian EXIF block; `None` where nothing is to be said.
    fn block(&self) -> Option<Vec<u8>> {
        if self.orientation == 1 && !self.private {
            return None;
        }
        let texts: &[(u16, &[u8])] =
            &[(0x010F, b"Secret Camera\0"), (0x013B, b"Ann Example\0"), (0x8298, b"(c) Ann Example\0")];
        let texts = if self.private { texts } else { &[] };
        let count = 1 + texts.len() + usize::from(self.private);
        let mut tail_at = 8 + 2 + count * 12 + 4;
        let mut tail = Vec::new();
        let mut entries = vec![(0x0112u16, 3u16, 1u32, u32::from(self.orientation))];
        for (tag, text) in texts {
            entries.push((*tag, 2, text.len() as u32, tail_at as u32));
            tail.extend_from_slice(text);
            tail_at += text.len();
        }
        if self.private {
            entries.push((0x8825, 4, 1, tail_at as u32));
            // A directory of one entry: GPSLatitudeRef, "N".
            tail.extend([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
        }
        entries.sort_unstable();
        let mut block = b"II*\0\x08\0\0\0".to_vec();
        block.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            block.extend(tag.to_le_bytes());
            block.extend(kind.to_le_bytes());
            block.extend(count.to_le_bytes());
            block.extend(value.to_le_bytes());
        }
        block.extend([0; 4]);
        block.extend(tail);
        Some(block)
    }

    pub(super) fn put_into_jpeg(&self, mut file: Vec<u8>) -> Vec<u8> {
        let mut insert = |marker: u8, body: Vec<u8>| {
            let mut segment = vec![0xFF, marker];
            segment.extend((body.len() as u16 + 2).to_be_bytes());
            segment.extend(body);
            file.splice(2..2, segment);
        };
        if let Some(block) = self.block() {
            insert(0xE1, [b"Exif\0\0", &block[..]].concat());
        }
        if let Some(profile) = &self.profile {
            // In two parts, as long profiles are.
            let (first, second) = profile.split_at(profile.len() / 2);
            insert(0xE2, [b"ICC_PROFILE\0\x02\x02", second].concat());
            insert(0xE2, [b"ICC_PROFILE\0\x01\x02", first].concat());
        }
        file
    }

    pub(super) fn put_into_png(&self, mut file: Vec<u8>) -> Vec<u8> {
        // After the signature and IHDR.
        const AT: usize = 8 + 25;
        if let Some(block) = self.block() {
            file.splice(AT..AT, chunk(b"eXIf", &block));
        }
        if let Some(profile) = &self.profile {
            let mut zlib = flate2::write::ZlibEncoder::new(b"p3\0\0".to_vec(), flate2::Compression::fast());
            if zlib.write_all(profile).is_ok()
                && let Ok(body) = zlib.finish()
            {
                file.splice(AT..AT, chunk(b"iCCP", &body));
            }
        }
        file
    }

    pub(super) fn put_into_webp(&self, file: Vec<u8>, pixels: &Pixels) -> Vec<u8> {
        let block = self.block();
        if block.is_none() && self.profile.is_none() {
            return file;
        }
        let flags = if self.profile.is_some() { 0x20 } else { 0 } | if block.is_some() { 0x08 } else { 0 };
        let mut chunks = extended(flags, pixels);
        if let Some(profile) = &self.profile {
            chunks.extend(riff(b"ICCP", profile));
        }
        chunks.extend(&file[12..]);
        if let Some(block) = block {
            chunks.extend(riff(b"EXIF", &block));
        }
        container(&chunks)
    }
}

/// An animation: the picture as the first frame, then the same again.
pub(super) fn animation(file: &[u8], pixels: &Pixels) -> Vec<u8> {
    let mut chunks = extended(0x02, pixels);
    chunks.extend(riff(b"ANIM", &[0, 0, 0, 0, 0, 0]));
    let mut frame = vec![0; 6];
    frame.extend(&(pixels.width - 1).to_le_bytes()[..3]);
    frame.extend(&(pixels.height - 1).to_le_bytes()[..3]);
    frame.extend([100, 0, 0, 0]);
    frame.extend(&file[12..]);
    chunks.extend(riff(b"ANMF", &frame));
    chunks.extend(riff(b"ANMF", &frame));
    container(&chunks)
}

fn extended(flags: u8, pixels: &Pixels) -> Vec<u8> {
    let mut body = vec![flags, 0, 0, 0];
    body.extend(&(pixels.width - 1).to_le_bytes()[..3]);
    body.extend(&(pixels.height - 1).to_le_bytes()[..3]);
    riff(b"VP8X", &body)
}

fn riff(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn container(chunks: &[u8]) -> Vec<u8> {
    riff(b"RIFF", &[b"WEBP", chunks].concat())
}
