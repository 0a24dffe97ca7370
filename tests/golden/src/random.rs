//! The same "random" values on every run: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
//! Generators", 2014).

use std::ops::RangeInclusive;

use crate::pixels::Pixels;

/// A sequence that depends on its seed alone.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Any of the range, nearly equally often.
    pub fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        range.start() + (self.next() % (range.end() - range.start() + 1).unsigned_abs()) as i64
    }

    pub fn side(&mut self, range: RangeInclusive<u32>) -> u32 {
        self.within(i64::from(*range.start())..=i64::from(*range.end())) as u32
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    pub fn flip(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    /// Smooth colours with some noise, as photographs have them; opaque, or with alpha of its own.
    pub fn picture(&mut self, width: u32, height: u32, with_alpha: bool) -> Pixels {
        let waves: [[f64; 3]; 4] = std::array::from_fn(|_| {
            [self.within(1..=40), self.within(1..=40), self.within(0..=628)].map(|value| value as f64 / 100.0)
        });
        let seed = self.next();
        Pixels::from_fn(width, height, |x, y| {
            let noise = Self(seed ^ (u64::from(x) << 32 | u64::from(y))).next() % 9;
            let mut color = waves.map(|[across, down, phase]| {
                let angle = f64::from(x) * across / 4.0 + f64::from(y) * down / 4.0 + phase;
                (125.0 + 115.0 * angle.sin()) as u8 + noise as u8
            });
            if !with_alpha {
                color[3] = 255;
            }
            color
        })
    }
}
