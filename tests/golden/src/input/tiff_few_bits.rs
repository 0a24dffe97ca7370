//! TIFF with less than eight bits a sample: little-endian, uncompressed, rows from a byte of their own, one strip.

use super::png_file::palette;
use crate::pixels::Pixels;

/// `tiff-COLORn`, n = 1, 2 or 4 bits; COLOR is `bits` (grey), `ink` (grey, 0 is white) or `colors` (a palette).
pub(super) fn encode(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    let unknown = || format!("no such format: {format}");
    let (kind, bits) = format.split_at(format.len() - 1);
    let bits: u32 = bits.parse().map_err(|_| unknown())?;
    let highest = (1u32 << bits) - 1;
    let (colors, indexes) = if kind == "tiff-colors" { palette(pixels)? } else { Default::default() };
    let sample = |x: u32, y: u32| -> u32 {
        let grey = u32::from(pixels.at(x, y)[0]) >> (8 - bits);
        match kind {
            "tiff-colors" => u32::from(indexes[(y * pixels.width + x) as usize]) & highest,
            "tiff-ink" => highest - grey,
            _ => grey,
        }
    };
    let mut samples = Vec::new();
    for y in 0..pixels.height {
        let mut row = vec![0u8; (pixels.width * bits).div_ceil(8) as usize];
        for x in 0..pixels.width {
            row[(x * bits / 8) as usize] |= (sample(x, y) << (8 - bits - x * bits % 8)) as u8;
        }
        samples.extend(row);
    }
    let photometric = match kind {
        "tiff-colors" => 3,
        "tiff-ink" => 0,
        _ => 1,
    };
    let map: Vec<u8> = (0..3)
        .flat_map(|channel| (0..=highest as usize).map(move |index| (channel, index)))
        .flat_map(|(channel, index)| [colors.get(index).map_or(0, |color| color[channel]); 2])
        .collect();
    Ok(file(pixels, &samples, bits, photometric, &map))
}

/// The pixels stand behind the header, then the colours, then the directory.
fn file(pixels: &Pixels, samples: &[u8], bits: u32, photometric: u32, map: &[u8]) -> Vec<u8> {
    let map_at = 8 + samples.len().next_multiple_of(2) as u32;
    let mut entries = vec![
        (256u16, 4u16, 1u32, pixels.width),
        (257, 4, 1, pixels.height),
        (258, 3, 1, bits),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, pixels.height),
        (279, 4, 1, samples.len() as u32),
    ];
    if photometric == 3 {
        entries.push((320, 3, map.len() as u32 / 2, map_at));
    }
    let mut bytes = b"II*\0".to_vec();
    bytes.extend((map_at + map.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes.resize(map_at as usize, 0);
    bytes.extend(map);
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}
