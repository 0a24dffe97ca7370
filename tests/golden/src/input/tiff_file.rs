//! TIFF in the colours, depths, compressions and layouts that exist; little-endian, in strips of 16 rows or in tiles of
//! 16 x 16.

use std::io::Write;

use weezl::BitOrder;
use weezl::encode::Encoder;

use super::jpeg_cmyk;
use super::tags::Tags;
use crate::pixels::Pixels;

const ROWS: u32 = 16;

/// The samples of an RGBA pixel.
type Channels = fn(&[u8]) -> Vec<u8>;

/// `tiff-COLOR[16]` and any of `-lzw`, `-deflate`, `-packbits`, `-jpeg`, `-predictor`, `-planar`, `-tiles`, `-pages`, `-loop` (the page
/// names itself as the next), `-reversed` (bytes with the first bit last), `-associated` (colours multiplied by alpha), `-dark`. COLOR is
/// `grey`, `rgb`, `rgba`, `cmyk`, `cmyka` (with alpha) or `cmykx` (with a spot colour). Inks are as in [`jpeg_cmyk`]; `dark` is as in
/// [`super::png_every`].
pub(super) fn encode(pixels: &Pixels, format: &str, tags: &Tags) -> Result<Vec<u8>, String> {
    let mut features = format.split('-').skip(1);
    let name = features.next().ok_or("no color")?;
    let color = name.trim_end_matches("16");
    let (channels, photometric): (Channels, u16) = match color {
        "grey" => (|pixel| pixel[..1].to_vec(), 1),
        "rgb" => (|pixel| pixel[..3].to_vec(), 2),
        "rgba" => (|pixel| pixel.to_vec(), 2),
        "cmyk" => (|pixel| pixel.iter().map(|sample| 255 - sample).collect(), 5),
        "cmykx" => (|pixel| pixel.iter().map(|sample| 255 - sample).chain([128]).collect(), 5),
        "cmyka" => (|pixel| pixel.iter().map(|sample| 255 - sample).chain([128]).collect(), 5),
        other => return Err(format!("no such color: {other}")),
    };
    let mut page = Page {
        pixels,
        channels,
        photometric,
        spot: color == "cmykx",
        count: channels(&[0; 4]).len(),
        factor: if name.ends_with("16") { 257 } else { 1 },
        wide: name.ends_with("16"),
        compression: 1,
        predictor: false,
        planar: false,
        tiles: false,
        names_itself: false,
        reversed: false,
        associated: false,
    };
    let mut pages = 1;
    for feature in features {
        match feature {
            "lzw" => page.compression = 5,
            "jpeg" => page.compression = 7,
            "deflate" => page.compression = 8,
            "packbits" => page.compression = 32_773,
            "predictor" => page.predictor = true,
            "planar" => page.planar = true,
            "tiles" => page.tiles = true,
            "dark" => page.factor = 4,
            "pages" => pages = 2,
            "loop" => page.names_itself = true,
            "reversed" => page.reversed = true,
            "associated" => page.associated = true,
            other => return Err(format!("no such feature: {other}")),
        }
    }
    let mut file = b"II*\0".to_vec();
    let mut link_at = file.len();
    file.extend([0; 4]);
    let smaller = Pixels::from_fn(5, 3, |_, _| [7, 7, 7, 255]);
    for number in 0..pages {
        if number > 0 {
            page.pixels = &smaller;
        }
        let directory = page.append(&mut file, tags)?;
        file[link_at..link_at + 4].copy_from_slice(&directory.to_le_bytes());
        link_at = file.len() - 4;
    }
    Ok(file)
}

struct Page<'a> {
    pixels: &'a Pixels,
    channels: Channels,
    photometric: u16,
    /// What is more than the colours is no alpha.
    spot: bool,
    /// Samples a pixel.
    count: usize,
    /// 16 bits a sample.
    wide: bool,
    /// What eight bits are multiplied by.
    factor: u16,
    compression: u16,
    predictor: bool,
    planar: bool,
    tiles: bool,
    names_itself: bool,
    reversed: bool,
    associated: bool,
}

impl Page<'_> {
    /// Appends strips, values and, last, the directory, whose offset it returns.
    fn append(&self, file: &mut Vec<u8>, tags: &Tags) -> Result<u32, String> {
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for mut strip in self.strips()? {
            if self.reversed {
                strip.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
            }
            offsets.push(file.len() as u32);
            lengths.push(strip.len() as u32);
            file.extend(strip);
            file.resize(file.len().next_multiple_of(2), 0);
        }
        let short = |values: &[u16]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let long = |values: &[u32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let mut entries = vec![
            (256, 4, 1, long(&[self.pixels.width])),
            (257, 4, 1, long(&[self.pixels.height])),
            (258, 3, self.count, short(&vec![if self.wide { 16 } else { 8 }; self.count])),
            (259, 3, 1, short(&[self.compression])),
            (262, 3, 1, short(&[self.photometric])),
            (if self.tiles { 324 } else { 273 }, 4, offsets.len(), long(&offsets)),
            (274, 3, 1, short(&[tags.orientation])),
            (277, 3, 1, short(&[self.count as u16])),
            (if self.tiles { 323 } else { 278 }, 4, 1, long(&[ROWS])),
            (if self.tiles { 325 } else { 279 }, 4, lengths.len(), long(&lengths)),
            (284, 3, 1, short(&[if self.planar { 2 } else { 1 }])),
            (317, 3, 1, short(&[if self.predictor { 2 } else { 1 }])),
        ];
        if self.reversed {
            entries.push((266, 3, 1, short(&[2])));
        }
        if self.tiles {
            entries.push((322, 4, 1, long(&[ROWS])));
        }
        let colors = if self.photometric == 5 { 4 } else { 3 };
        if self.count > colors {
            entries.push((
                338,
                3,
                1,
                short(&[if self.spot {
                    0
                } else if self.associated {
                    1
                } else {
                    2
                }]),
            ));
        }
        if let Some(profile) = &tags.profile {
            entries.push((34_675, 7, profile.len(), profile.clone()));
        }
        if let Some(packet) = tags.packet() {
            entries.push((700, 1, packet.len(), packet.to_vec()));
        }
        for (tag, text) in tags.texts() {
            entries.push((*tag, 2, text.len(), text.to_vec()));
        }
        entries.sort_by_key(|entry| entry.0);
        let mut directory = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, count, mut value) in entries {
            directory.extend(tag.to_le_bytes());
            directory.extend(u16::to_le_bytes(kind));
            directory.extend((count as u32).to_le_bytes());
            if value.len() > 4 {
                let at = file.len() as u32;
                file.extend(&value);
                file.resize(file.len().next_multiple_of(2), 0);
                value = at.to_le_bytes().to_vec();
            }
            value.resize(4, 0);
            directory.extend(value);
        }
        let at = file.len() as u32;
        directory.extend(if self.names_itself { at } else { 0 }.to_le_bytes());
        file.extend(directory);
        Ok(at)
    }

    fn strips(&self) -> Result<Vec<Vec<u8>>, String> {
        let (width, height) = (self.pixels.width, self.pixels.height);
        let mut strips = Vec::new();
        for plane in 0..if self.planar { self.count } else { 1 } {
            for top in (0..height).step_by(ROWS as usize) {
                if !self.tiles {
                    let part = self.part(0, top, width, ROWS.min(height - top));
                    strips.push(self.strip(&part, plane)?);
                    continue;
                }
                for left in (0..width).step_by(ROWS as usize) {
                    strips.push(self.strip(&self.part(left, top, ROWS, ROWS), plane)?);
                }
            }
        }
        Ok(strips)
    }

    /// What lies beyond the edges repeats them.
    fn part(&self, left: u32, top: u32, width: u32, height: u32) -> Pixels {
        let last = (self.pixels.width - 1, self.pixels.height - 1);
        Pixels::from_fn(width, height, |x, y| self.pixels.at((left + x).min(last.0), (top + y).min(last.1)))
    }

    fn strip(&self, part: &Pixels, plane: usize) -> Result<Vec<u8>, String> {
        if self.compression == 7 {
            // Plain, as libtiff writes it.
            return jpeg_cmyk::encode(part, "jpeg-cmyk-plain");
        }
        let mut bytes = Vec::new();
        for row in part.rgba.chunks_exact(part.width as usize * 4) {
            let samples = row.chunks_exact(4).flat_map(|pixel| {
                let samples =
                    (self.channels)(pixel).into_iter().map(|sample| u16::from(sample) * self.factor);
                let mut samples: Vec<u16> = samples.collect();
                if let (true, [colors @ .., alpha]) = (self.associated, &mut samples[..]) {
                    let (full, alpha) = (255 * u32::from(self.factor), u32::from(*alpha));
                    colors
                        .iter_mut()
                        .for_each(|color| *color = ((u32::from(*color) * alpha + full / 2) / full) as u16);
                }
                if self.planar { vec![samples[plane]] } else { samples }
            });
            let mut samples: Vec<u16> = samples.collect();
            if self.predictor {
                let step = if self.planar { 1 } else { self.count };
                for at in (step..samples.len()).rev() {
                    samples[at] = samples[at].wrapping_sub(samples[at - step]);
                }
            }
            for sample in samples {
                let [low, high] = sample.to_le_bytes();
                bytes.push(low);
                if self.wide {
                    bytes.push(high);
                }
            }
        }
        compressed(bytes, self.compression)
    }
}

fn compressed(bytes: Vec<u8>, compression: u16) -> Result<Vec<u8>, String> {
    match compression {
        5 => {
            Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&bytes).map_err(|error| error.to_string())
        }
        8 => {
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            zlib.write_all(&bytes).and_then(|()| zlib.finish()).map_err(|error| error.to_string())
        }
        // Only runs that are to be copied, of 128 bytes at most.
        32_773 => Ok(bytes
            .chunks(128)
            .flat_map(|run| std::iter::once(run.len() as u8 - 1).chain(run.iter().copied()))
            .collect()),
        _ => Ok(bytes),
    }
}
