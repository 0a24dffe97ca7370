//! EXIF blocks and profiles, put into files that have none.

use std::io::Write;

use super::png_file::chunk;
use crate::pixels::Pixels;

#[derive(Default)]
pub(super) struct Tags {
    pub orientation: u16,
    /// Copyright, artist, camera and a GPS position.
    pub private: bool,
    pub profile: Option<Vec<u8>>,
    /// Copyright and artist in XMP, or in IPTC.
    pub xmp: bool,
    pub iptc: bool,
}

/// What other metadata there is: XMP, and content credentials (C2PA) as their boxes begin.
const XMP: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Secret Camera</x:xmpmeta>";
const CREDENTIALS: &[u8] =
    b"\0\0\0\x3Djumb\0\0\0\x1Ejumdc2pa\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03c2pa\0Secret Camera";

const XMP_RIGHTS: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Secret Camera\
    <dc:creator><rdf:Seq><rdf:li>Ann Example</rdf:li></rdf:Seq></dc:creator>\
    <dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) Ann Example</rdf:li></rdf:Alt></dc:rights></x:xmpmeta>";
const IPTC_RIGHTS: &[u8] = b"8BIM\x04\x04\0\0\0\0\0\x3B\x1C\x02\x50\0\x0BAnn Example\
    \x1C\x02\x74\0\x0F(c) Ann Example\x1C\x02\x78\0\x12Secret Camera here\0";

impl Tags {
    /// An XMP packet.
    pub(super) fn packet(&self) -> Option<&'static [u8]> {
        if self.xmp { Some(XMP_RIGHTS) } else { self.private.then_some(XMP) }
    }

    /// Texts of the first directory by tag, each with its NUL.
    pub(super) fn texts(&self) -> &'static [(u16, &'static [u8])] {
        let texts: &[(u16, &[u8])] =
            &[(0x010F, b"Secret Camera\0"), (0x013B, b"Ann Example\0"), (0x8298, b"(c) Ann Example\0")];
        if self.private { texts } else { &[] }
    }

    /// A little-endian EXIF block; `None` where nothing is to be said.
    fn block(&self) -> Option<Vec<u8>> {
        if self.orientation == 1 && !self.private {
            return None;
        }
        let texts = self.texts();
        let count = 1 + texts.len() + 2 * usize::from(self.private);
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
            let exif_at = tail_at as u32 + 18;
            entries.push((0x8769, 4, 1, exif_at));
            // BodySerialNumber.
            tail.extend([1, 0, 0x31, 0xA4, 2, 0, 17, 0, 0, 0]);
            tail.extend((exif_at + 18).to_le_bytes());
            tail.extend([0; 4]);
            tail.extend(b"Secret Camera 42\0");
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
        if let Some(packet) = self.packet() {
            insert(0xE1, [b"http://ns.adobe.com/xap/1.0/\0", packet].concat());
        }
        if self.iptc {
            insert(0xED, [b"Photoshop 3.0\0", IPTC_RIGHTS].concat());
        }
        if self.private {
            insert(0xEB, [b"JP\0\x01\0\0\0\x01", CREDENTIALS].concat());
        }
        if let Some(profile) = &self.profile {
            // In two parts at least, as long profiles are.
            let parts: Vec<&[u8]> = profile.chunks(profile.len().div_ceil(2).min(60_000)).collect();
            for (index, part) in parts.iter().enumerate().rev() {
                let place = [index as u8 + 1, parts.len() as u8];
                insert(0xE2, [b"ICC_PROFILE\0", &place[..], part].concat());
            }
        }
        file
    }

    pub(super) fn put_into_png(&self, mut file: Vec<u8>) -> Vec<u8> {
        // After the signature and IHDR.
        const AT: usize = 8 + 25;
        if let Some(block) = self.block() {
            file.splice(AT..AT, chunk(b"eXIf", &block));
        }
        if let Some(packet) = self.packet() {
            let text = [b"XML:com.adobe.xmp\0\0\0\0\0", packet].concat();
            file.splice(AT..AT, chunk(b"iTXt", &text));
        }
        if self.private {
            file.splice(AT..AT, chunk(b"caBX", CREDENTIALS));
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
        if block.is_none() && self.profile.is_none() && self.packet().is_none() {
            return file;
        }
        let more = if self.packet().is_some() { 0x04 } else { 0 };
        let flags =
            more | if self.profile.is_some() { 0x20 } else { 0 } | if block.is_some() { 0x08 } else { 0 };
        let mut chunks = extended(flags, pixels);
        if let Some(profile) = &self.profile {
            chunks.extend(riff(b"ICCP", profile));
        }
        chunks.extend(&file[12..]);
        if let Some(block) = block {
            chunks.extend(riff(b"EXIF", &block));
        }
        if let Some(packet) = self.packet() {
            chunks.extend(riff(b"XMP ", packet));
        }
        if self.private {
            chunks.extend(riff(b"C2PA", CREDENTIALS));
        }
        container(&chunks)
    }
}

/// An animation: the picture as the first frame, then the same again.
pub(super) fn animation(file: &[u8], pixels: &Pixels) -> Vec<u8> {
    frames(file, pixels, extended(0x02, pixels), [0; 6])
}

/// An animation whose frames stand 6 pixels to the right and 4 down on a canvas that is 10 larger each way.
pub(super) fn animation_in_part(file: &[u8], pixels: &Pixels) -> Vec<u8> {
    let canvas = Pixels { width: pixels.width + 10, height: pixels.height + 10, rgba: Vec::new() };
    // In units of two pixels.
    frames(file, pixels, extended(0x02 | 0x10, &canvas), [3, 0, 0, 2, 0, 0])
}

fn frames(file: &[u8], pixels: &Pixels, mut chunks: Vec<u8>, place: [u8; 6]) -> Vec<u8> {
    chunks.extend(riff(b"ANIM", &[0, 0, 0, 0, 0, 0]));
    let mut frame = place.to_vec();
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
