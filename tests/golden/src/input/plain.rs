//! GIF, BMP and TIFF in their simplest forms.

use super::png_file::palette;
use super::tags::Tags;
use crate::pixels::Pixels;

/// 256 colours, two frames: the picture, then one that is all the first colour.
pub(super) fn gif(pixels: &Pixels) -> Result<Vec<u8>, String> {
    let (colors, indexes) = palette(pixels)?;
    let size = [(pixels.width as u16).to_le_bytes(), (pixels.height as u16).to_le_bytes()].concat();
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(&size);
    bytes.extend([0xF7, 0, 0]);
    let mut table: Vec<u8> = colors.iter().flat_map(|color| color[..3].to_vec()).collect();
    table.resize(256 * 3, 0);
    bytes.extend(table);
    let transparent = colors.iter().position(|color| color[3] == 0);
    for frame in [indexes, vec![0; (pixels.width * pixels.height) as usize]] {
        let (flags, index) = transparent.map_or((0, 0), |index| (1, index as u8));
        bytes.extend([0x21, 0xF9, 4, flags, 10, 0, index, 0]);
        bytes.extend([0x2C, 0, 0, 0, 0]);
        bytes.extend(&size);
        bytes.extend([0, 8]);
        let coded = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8)
            .encode(&frame)
            .map_err(|error| error.to_string())?;
        for block in coded.chunks(255) {
            bytes.push(block.len() as u8);
            bytes.extend(block);
        }
        bytes.push(0);
    }
    bytes.push(0x3B);
    Ok(bytes)
}

/// 24 bits a pixel, bottom row first, rows padded to four bytes.
pub(super) fn bmp(pixels: &Pixels) -> Vec<u8> {
    let stride = (pixels.width as usize * 3).next_multiple_of(4);
    let size = stride * pixels.height as usize;
    let mut bytes = b"BM".to_vec();
    let words =
        [54 + size as u32, 0, 54, 40, pixels.width, pixels.height, 1 | 24 << 16, 0, size as u32, 0, 0, 0, 0];
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    for y in (0..pixels.height).rev() {
        let start = bytes.len();
        bytes.extend((0..pixels.width).flat_map(|x| {
            let [red, green, blue, _] = pixels.at(x, y);
            [blue, green, red]
        }));
        bytes.resize(start + stride, 0);
    }
    bytes
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TiffKind {
    Rgb8,
    Rgb16,
    Grey8,
    Palette8,
}

/// Big-endian, uncompressed, one strip.
pub(super) fn tiff(pixels: &Pixels, kind: TiffKind, tags: &Tags) -> Vec<u8> {
    let colors = if kind == TiffKind::Palette8 { palette(pixels).unwrap_or_default().0 } else { Vec::new() };
    let samples: Vec<u8> = pixels
        .rgba
        .chunks_exact(4)
        .flat_map(|pixel| match kind {
            TiffKind::Rgb8 => pixel[..3].to_vec(),
            TiffKind::Rgb16 => pixel[..3].iter().flat_map(|value| [*value, *value]).collect(),
            TiffKind::Grey8 => vec![pixel[0]],
            TiffKind::Palette8 => {
                let index = colors.iter().position(|color| color[..] == *pixel).unwrap_or(0);
                vec![index as u8]
            }
        })
        .collect();
    let (count, depth) = match kind {
        TiffKind::Rgb8 => (3, 8),
        TiffKind::Rgb16 => (3, 16),
        TiffKind::Grey8 | TiffKind::Palette8 => (1, 8),
    };
    let photometric = match kind {
        TiffKind::Palette8 => 3,
        TiffKind::Grey8 => 1,
        TiffKind::Rgb8 | TiffKind::Rgb16 => 2,
    };
    // Eight bytes of header, then the pixels, the bits of each sample, and the directory.
    let bits_at = 8 + samples.len().next_multiple_of(2) as u32;
    let map_at = bits_at + 8;
    let map: Vec<u8> = (0..3)
        .flat_map(|channel| (0..256).map(move |index| (channel, index)))
        .flat_map(|(channel, index)| [colors.get(index).map_or(0, |color| color[channel]); 2])
        .collect();
    let directory_at = map_at + map.len() as u32;
    let mut bytes = b"MM\0*".to_vec();
    bytes.extend(directory_at.to_be_bytes());
    bytes.extend(&samples);
    bytes.resize(bits_at as usize, 0);
    bytes.extend([0, depth, 0, depth, 0, depth, 0, 0]);
    bytes.extend(map);
    let short = |tag: u16, value: u16| (tag, 3u16, 1u32, u32::from(value) << 16);
    let bits = if count == 3 { (258, 3, 3, bits_at) } else { short(258, u16::from(depth)) };
    let entries = [
        (256, 4, 1, pixels.width),
        (257, 4, 1, pixels.height),
        bits,
        short(259, 1),
        short(262, photometric),
        (273, 4, 1, 8),
        short(274, tags.orientation),
        short(277, count),
        (278, 4, 1, pixels.height),
        (279, 4, 1, samples.len() as u32),
        (320, 3, 768, map_at),
    ];
    bytes.extend((entries.len() as u16).to_be_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend(count.to_be_bytes());
        bytes.extend(value.to_be_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}
