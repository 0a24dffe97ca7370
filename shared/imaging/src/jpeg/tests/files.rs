//! Files of every kind the decoder knows, the same on every run.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::libjpeg::{self, Quality};
use crate::picture::{Channels, Picture};

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end`, without it.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

pub struct File {
    pub bytes: Vec<u8>,
    /// For messages.
    pub kind: String,
}

const SAMPLINGS: [SamplingFactor; 8] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
    SamplingFactor::F_4_2,
    SamplingFactor::F_2_4,
];

impl File {
    /// One of the files in one scan, or a scan for each component, by number.
    pub fn number(number: u64) -> Self {
        Self::made(number, false, 70)
    }

    /// One of the progressive files, by number.
    pub fn progressive(number: u64) -> Self {
        Self::made(number, true, 70)
    }

    /// A larger progressive one, whose scans are longer than what is unstuffed at once.
    pub fn large(number: u64) -> Self {
        Self::made(number, true, 700)
    }

    fn made(number: u64, progressive: bool, side: u64) -> Self {
        let mut random = Random(number);
        let (width, height) = (1 + random.below(side) as u32, 1 + random.below(side) as u32);
        let grey = random.below(6) == 0;
        let channels = if grey { Channels::Grey } else { Channels::Rgb };
        let picture = picture(&mut random, width, height, channels);
        // Most are as photographs are; some as bad or as good as they get.
        let quality = match random.below(8) {
            0 => 1 + random.below(10) as u8,
            1 => 95 + random.below(6) as u8,
            _ => 10 + random.below(86) as u8,
        };
        // Of the two encoders only libjpeg refines.
        if random.below(5) < if progressive { 3 } else { 1 } {
            let bytes = libjpeg::write(
                libjpeg::Source::Pixels(&picture),
                Quality { quality, progressive, dpi: None },
                libjpeg::Stream::File { exif: None, profile: None },
                super::watch(),
            );
            let kind = format!(
                "{number}: libjpeg {width}x{height} quality {quality} {channels:?} progressive {progressive}"
            );
            return Self { bytes: bytes.expect("the picture can be written"), kind };
        }
        let sampling = SAMPLINGS[random.below(8) as usize];
        let restart = if random.below(3) == 0 { 1 + random.below(9) as u16 } else { 0 };
        // The encoder makes its codes as if there were no restarts.
        let optimised = restart == 0 && random.below(2) == 0;
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(sampling);
        encoder.set_optimized_huffman_tables(optimised);
        if restart > 0 {
            encoder.set_restart_interval(restart);
        }
        if progressive {
            // With more, the first band of AC coefficients would be empty.
            encoder.set_progressive_scans(2 + random.below(32) as u8);
        }
        let color = if grey { ColorType::Luma } else { ColorType::Rgb };
        encoder
            .encode(&picture.pixels, width as u16, height as u16, color)
            .expect("the picture can be written");
        let kind = format!(
            "{number}: {width}x{height} quality {quality} {channels:?} {sampling:?} restart {restart} optimised {optimised} progressive {progressive}"
        );
        Self { bytes, kind }
    }
}

/// Noise, edges, ramps, or spots of several sizes as photographs have them.
fn picture(random: &mut Random, width: u32, height: u32, channels: Channels) -> Picture {
    let kind = random.below(5);
    let seed = random.next();
    let mut picture = Picture::blank(width, height, channels);
    let count = channels.count();
    for (index, sample) in picture.pixels.iter_mut().enumerate() {
        let (pixel, channel) = (index / count, (index % count) as u64);
        let (x, y) = (pixel as u64 % u64::from(width), pixel as u64 / u64::from(width));
        *sample = match kind {
            0 => Random(seed ^ index as u64).next() as u8,
            1 => 255 * ((x * (seed & 7) + y * (seed >> 3 & 7) + 5 * channel) / 11 % 2) as u8,
            2 => (x * (seed & 3) + y * (seed >> 2 & 3) + 40 * channel).min(255) as u8,
            3 => (seed >> (8 * channel)) as u8,
            _ => spots(seed, x, y, channel),
        };
    }
    picture
}

/// Values on grids of several widths, the wider the stronger.
fn spots(seed: u64, x: u64, y: u64, channel: u64) -> u8 {
    let grids = [(2_u64, 16), (5, 32), (13, 64), (29, 144)];
    let sum: u64 = grids
        .iter()
        .map(|(side, strength)| {
            let spot = (x / side) << 40 | (y / side) << 20 | side << 3 | (channel * u64::from(*side < 20));
            Random(seed ^ spot).below(*strength)
        })
        .sum();
    sum.min(255) as u8
}
