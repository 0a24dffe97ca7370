//! Names for what is recognised and not read, so that a refusal says more than "not a picture".

use std::io::Read;

use flate2::read::GzDecoder;

use crate::exif::Reader;

/// Of a file that are looked at for text before its root element, in bytes.
const PROLOGUE: usize = 64 << 10;
/// Of a gzip file that are unpacked, in bytes.
const UNPACKED: u64 = 8 << 10;

/// Beginnings of files: where they stand, what they are, and the name.
const MAGIC: [(usize, &[u8], &str); 20] = [
    (0, b"%PDF-", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"\xC5\xD0\xD3\xC6", "EPS"),
    (0, b"8BPS", "PSD"),
    (0, b"\xFF\x0A", "JPEG XL"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"),
    (4, b"jP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xFF\x4F\xFF\x51", "JPEG 2000"),
    (0, b"II\xBC\x01", "JPEG XR"),
    (0, b"\0\0\x01\0", "ICO"),
    (0, b"\0\0\x02\0", "CUR or TGA"),
    (0, b"\x76\x2F\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"gimp xcf", "XCF"),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"IIU\0", RAW),
    (0, b"IIRO", RAW),
    (6, b"HEAPCCDR", RAW),
    (4, b"ftypcrx ", RAW),
    (8, b"AVI LIST", "AVI"),
];
const RAW: &str = "camera raw";

/// What a file is that no decoder here reads.
pub(crate) fn name(input: &[u8]) -> Option<&'static str> {
    let found =
        |(at, magic, _): &&(usize, &[u8], &str)| input.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((_, _, name)) = MAGIC.iter().find(found) {
        return Some(name);
    }
    if is_svg(input) || is_packed_svg(input) { Some("SVG") } else { None }
}

/// Whether a TIFF is what cameras call raw: a small picture for display stands first, the values of the sensor elsewhere.
pub(crate) fn is_camera_raw(input: &[u8]) -> bool {
    const NEW_SUBFILE_TYPE: u16 = 254;
    const SUB_DIRECTORIES: u16 = 330;
    const DNG_VERSION: u16 = 50_706;
    let Some(reader) = Reader::new(input) else { return false };
    let reduced = reader.entry(NEW_SUBFILE_TYPE).and_then(|entry| reader.u32(entry + 8)) == Some(1);
    let canon = input.get(8..10) == Some(b"CR");
    canon || reader.entry(DNG_VERSION).is_some() || (reduced && reader.entry(SUB_DIRECTORIES).is_some())
}

/// Text whose root element is `svg`, after what XML allows before it: a byte order mark, white space, declarations and
/// comments.
fn is_svg(input: &[u8]) -> bool {
    let mut rest = &input[..input.len().min(PROLOGUE)];
    rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
    loop {
        rest = rest.trim_ascii_start();
        let closing: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', ..] => b">",
            _ => break,
        };
        let mut skipped = end_of(rest, closing);
        // A document type may hold declarations of its own.
        if let Some(inner) = rest[..skipped].iter().position(|byte| *byte == b'[').filter(|_| closing == b">")
        {
            skipped = inner + end_of(&rest[inner..], b"]");
            skipped += end_of(&rest[skipped..], b">");
        }
        rest = &rest[skipped..];
    }
    let Some(element) = rest.strip_prefix(b"<") else { return false };
    let length = element.iter().position(|byte| b" \t\r\n/>".contains(byte)).unwrap_or(element.len());
    let name = &element[..length];
    name == b"svg" || name.ends_with(b":svg")
}

/// Where what begins `text` has ended: after `closing`, or with the text.
fn end_of(text: &[u8], closing: &[u8]) -> usize {
    text.windows(closing.len())
        .position(|window| window == closing)
        .map_or(text.len(), |at| at + closing.len())
}

fn is_packed_svg(input: &[u8]) -> bool {
    if !input.starts_with(b"\x1F\x8B\x08") {
        return false;
    }
    let mut text = Vec::new();
    // What could be unpacked before a fault counts.
    let _ = GzDecoder::new(input).take(UNPACKED).read_to_end(&mut text);
    is_svg(&text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn svg_is_recognised_behind_whatever_xml_allows_before_it() {
        for text in [
            "<svg></svg>",
            "<svg/>",
            "\u{FEFF}  \n<svg xmlns='http://www.w3.org/2000/svg'>",
            "<?xml version='1.0'?>\n<!-- a > b --><!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg width='1'>",
            "<!DOCTYPE svg [ <!ENTITY a '>'> <!ENTITY b 'c'> ] >\t<svg:svg>",
        ] {
            assert_eq!(name(text.as_bytes()), Some("SVG"), "{text}");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            assert_eq!(name(&packed.finish().unwrap()), Some("SVG"), "{text}");
        }
        for text in [
            "",
            "<",
            "<html><svg></svg></html>",
            "<svgx>",
            "svg",
            "<!-- <svg> ",
            "<?xml",
            "<!DOCTYPE [",
            "<!",
        ] {
            assert_eq!(name(text.as_bytes()), None, "{text}");
        }
        assert_eq!(name(b"\x1F\x8B\x08 not really"), None);
    }

    #[test]
    fn a_prologue_without_end_is_not_read_to_its_end() {
        let mut text = b"<!--".to_vec();
        text.resize(4 * PROLOGUE, b' ');
        text.extend(b"--><svg>");
        assert_eq!(name(&text), None);
    }

    #[test]
    fn raw_pictures_of_cameras_are_told_from_other_tiffs() {
        let entry = |tag: u16, value: u32| {
            let mut entry = tag.to_le_bytes().to_vec();
            entry.extend([4, 0, 1, 0, 0, 0]);
            entry.extend(value.to_le_bytes());
            entry
        };
        let tiff = |entries: &[Vec<u8>]| {
            let mut file = b"II*\0\x08\0\0\0".to_vec();
            file.extend((entries.len() as u16).to_le_bytes());
            file.extend(entries.concat());
            file
        };
        assert!(is_camera_raw(&tiff(&[entry(50_706, 0x0401)])));
        assert!(is_camera_raw(&tiff(&[entry(254, 1), entry(330, 200)])));
        assert!(is_camera_raw(b"II*\0\x10\0\0\0CR\x02\0"));
        assert!(!is_camera_raw(&tiff(&[entry(254, 0), entry(330, 200)])));
        assert!(!is_camera_raw(&tiff(&[entry(254, 1)])));
        assert!(!is_camera_raw(b"II*\0"));
    }

    #[test]
    fn other_formats_have_their_names() {
        for (file, expected) in [
            (&b"%PDF-1.7"[..], "PDF"),
            (b"8BPS\0\x01", "PSD"),
            (b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
            (b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
            (b"\0\0\x01\0\x01\0", "ICO"),
            (b"\0\0\0\x18ftypcrx ", "camera raw"),
        ] {
            assert_eq!(name(file), Some(expected));
        }
        assert_eq!(name(b"text"), None);
    }
}
