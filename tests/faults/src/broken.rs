//! Files that are no picture, or one that must not be decoded.

use crate::bits::Bits;
use crate::png::{self, chunk, file, header, zeros};

/// A name and the bytes.
pub type Broken = (&'static str, Vec<u8>);

/// All of them, from a healthy JPEG of some size.
pub fn all(jpeg: &[u8]) -> Vec<Broken> {
    let mut all = no_pictures();
    all.extend(jpegs(jpeg));
    all.extend(pngs());
    all.extend(others());
    all
}

fn no_pictures() -> Vec<Broken> {
    vec![
        ("one-byte.jpg", vec![0xFF]),
        ("text.jpg", b"this is a text with the name of a picture".to_vec()),
        ("page.png", b"<!doctype html><html><body>hello</body></html>".to_vec()),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1e9\"/></svg>".to_vec()),
        ("document.pdf", b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n".to_vec()),
        ("archive.png", b"PK\x03\x04\x14\0\0\0\x08\0".repeat(20)),
        ("zeros.bmp", vec![0; 100_000]),
        ("brands.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1".to_vec()),
        ("brands.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec()),
    ]
}

fn jpegs(healthy: &[u8]) -> Vec<Broken> {
    let scan = position(healthy, &[0xFF, 0xDA]);
    let middle = scan + (healthy.len() - scan) / 2;
    vec![
        ("magic-only.jpg", healthy[..3].to_vec()),
        ("cut-in-header.jpg", healthy[..scan / 2].to_vec()),
        ("cut-before-scan.jpg", healthy[..scan].to_vec()),
        ("cut-in-scan.jpg", healthy[..middle].to_vec()),
        ("claims-65500.jpg", claiming(healthy, 65_500, 65_500)),
        ("claims-7000.jpg", claiming(healthy, 7_000, 7_000)),
        ("no-width.jpg", claiming(healthy, 0, 100)),
        ("many-scans.jpg", many_scans(6_000, 2_000)),
    ]
}

fn pngs() -> Vec<Broken> {
    let end = chunk(b"IEND", b"");
    let mut bad_checksum = header(100, 100, 8, 2);
    bad_checksum[12] ^= 1;
    let mut cut = file(&[header(1000, 1000, 8, 2), chunk(b"IDAT", &zeros(3_001_000))]);
    cut.truncate(cut.len() / 2);
    vec![
        ("signature-only.png", png::SIGNATURE.to_vec()),
        ("bad-checksum.png", file(&[bad_checksum, chunk(b"IDAT", &zeros(30_100)), end.clone()])),
        ("claims-16384.png", file(&[header(16_384, 16_384, 8, 6)])),
        ("claims-2147483647.png", file(&[header(0x7FFF_FFFF, 0x7FFF_FFFF, 16, 6), end.clone()])),
        ("no-height.png", file(&[header(100, 0, 8, 2), chunk(b"IDAT", &zeros(100)), end.clone()])),
        ("cut-in-data.png", cut),
        ("little-data.png", file(&[header(7_000, 7_000, 8, 6), chunk(b"IDAT", &zeros(1_000)), end.clone()])),
        (
            // 20,000 × 20,000 for real: 50 KB that unpack to 50 MB of one-bit pixels, 400 MB as bytes.
            "deflate-bomb.png",
            file(&[header(20_000, 20_000, 1, 0), chunk(b"IDAT", &zeros(20_000 * 2_501)), end.clone()]),
        ),
        ("text-bomb.png", file(&[header(64, 64, 8, 2), text_bomb(), end])),
    ]
}

/// A compressed text that unpacks to 100 MB, and no pixels behind it.
fn text_bomb() -> Vec<u8> {
    chunk(b"zTXt", &[b"Comment\0\0", &zeros(100_000_000)[..]].concat())
}

fn others() -> Vec<Broken> {
    let gif = |width: u16, height: u16| {
        [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]]
            .concat()
    };
    vec![
        ("cut.gif", gif(100, 100)),
        (
            "claims-64250.gif",
            [&gif(64_250, 64_250)[..], b",\0\0\0\0\xfa\xfa\xfa\xfa\0\x02\x02D\x01\0;"].concat(),
        ),
        ("bad-code-size.gif", [&gif(10, 10)[..], b",\0\0\0\0\x0a\0\x0a\0\0\xff\x02D\x01\0;"].concat()),
        ("claims-30000.bmp", bmp(30_000, 30_000, 24)),
        ("negative.bmp", bmp(i32::MIN, i32::MIN, 32)),
        ("no-pixels.bmp", bmp(5_000, 5_000, 24)),
        ("bad-length.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff\x30\x01\0\x9d\x01\x2a".to_vec()),
        ("claims-16383.webp", webp_canvas(16_383, 16_383)),
        ("loop.tif", tiff(&[], 8)),
        (
            "claims-30000.tif",
            tiff(&[(256, 30_000), (257, 30_000), (258, 8), (262, 1), (273, 8), (279, 9)], 0),
        ),
        (
            "far-strips.tif",
            tiff(&[(256, 4_000), (257, 4_000), (258, 8), (262, 1), (273, 4_000_000_000), (279, 1)], 0),
        ),
        ("absurd-directory.tif", b"II*\0\x08\0\0\0\xff\xff\0\x01\x03\0\xff\xff\xff\xff\0\0\0\0".to_vec()),
    ]
}

/// A bitmap's headers without a pixel.
fn bmp(width: i32, height: i32, bits: u16) -> Vec<u8> {
    let mut bmp = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend_from_slice(&width.to_le_bytes());
    bmp.extend_from_slice(&height.to_le_bytes());
    bmp.extend_from_slice(&[1, 0]);
    bmp.extend_from_slice(&bits.to_le_bytes());
    bmp.extend_from_slice(&[0; 24]);
    bmp
}

/// An extended WebP that says how large it is and holds no picture.
fn webp_canvas(width: u32, height: u32) -> Vec<u8> {
    let mut body = b"WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
    body.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
    body.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
    let length = u32::try_from(body.len()).unwrap_or(0);
    [&b"RIFF"[..], &length.to_le_bytes(), &body].concat()
}

/// A TIFF with one directory of 32-bit fields, then the offset of the next one.
fn tiff(fields: &[(u16, u32)], next: u32) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend_from_slice(&u16::try_from(fields.len()).unwrap_or(0).to_le_bytes());
    for (tag, value) in fields {
        tiff.extend_from_slice(&tag.to_le_bytes());
        tiff.extend_from_slice(&[4, 0, 1, 0, 0, 0]);
        tiff.extend_from_slice(&value.to_le_bytes());
    }
    tiff.extend_from_slice(&next.to_le_bytes());
    tiff
}

/// The same JPEG with another size in its frame header.
fn claiming(healthy: &[u8], width: u16, height: u16) -> Vec<u8> {
    let frame = [0xC0, 0xC2].iter().map(|kind| position(healthy, &[0xFF, *kind])).min().unwrap_or(0);
    let mut lying = healthy.to_vec();
    lying[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    lying[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    lying
}

/// A progressive JPEG (ITU T.81, annex G) of one grey side × side picture whose scans cost a few bytes each and a pass over
/// all blocks.
fn many_scans(side: u16, scans: usize) -> Vec<u8> {
    let blocks = u32::from(side).div_ceil(8).pow(2);
    let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0];
    jpeg.extend_from_slice(&[1; 64]);
    jpeg.extend_from_slice(&[0xFF, 0xC2, 0, 11, 8]);
    jpeg.extend_from_slice(&side.to_be_bytes());
    jpeg.extend_from_slice(&side.to_be_bytes());
    jpeg.extend_from_slice(&[1, 1, 0x11, 0]);
    // One code of one bit in each table: no difference, and a run of 2^14 and more blocks without coefficients.
    for (table, symbol) in [(0x00, 0x00), (0x10, 0xE0)] {
        jpeg.extend_from_slice(&[0xFF, 0xC4, 0, 20, table, 1]);
        jpeg.extend_from_slice(&[0; 15]);
        jpeg.push(symbol);
    }
    jpeg.extend_from_slice(&[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]);
    let mut first = Bits::default();
    (0..blocks).for_each(|_| first.push(0, 1));
    jpeg.extend(first.finish());
    let mut scan = vec![0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0];
    let mut runs = Bits::default();
    (0..blocks.div_ceil(32_767)).for_each(|_| runs.push(0x3FFF, 15));
    scan.extend(runs.finish());
    (0..scans).for_each(|_| jpeg.extend_from_slice(&scan));
    jpeg.extend_from_slice(&[0xFF, 0xD9]);
    jpeg
}

/// Where these bytes stand first.
fn position(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap_or(bytes.len())
}
