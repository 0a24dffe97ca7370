//! PNG files made chunk by chunk, so that any part can be wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk with a true checksum.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    chunk.extend_from_slice(name);
    chunk.extend_from_slice(body);
    let checksum = crc32fast::hash(&chunk[4..]);
    chunk.extend_from_slice(&checksum.to_be_bytes());
    chunk
}

/// The first chunk, for colour type and depth as in the specification.
pub fn header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    let mut body = width.to_be_bytes().to_vec();
    body.extend_from_slice(&height.to_be_bytes());
    body.extend_from_slice(&[depth, color, 0, 0, 0]);
    chunk(b"IHDR", &body)
}

/// So many zero bytes, compressed.
pub fn zeros(count: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let piece = [0; 65_536];
    let mut left = count;
    while left > 0 {
        let now = left.min(piece.len());
        // Into memory nothing can fail.
        let _ = encoder.write_all(&piece[..now]);
        left -= now;
    }
    encoder.finish().unwrap_or_default()
}

/// Signature and chunks.
pub fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE, &chunks.concat()].concat()
}
