//! The filters of PNG undone (PNG specification, 9.2) for pixels of `N` bytes, three or four; Paeth's predictor in SIMD.
//!
//! Unsafe is here what calling a function with `#[target_feature]` is: SSE2 belongs to every x86-64.
#![allow(unsafe_code)]
#![cfg_attr(not(target_arch = "x86_64"), allow(unused_unsafe))]

/// Undoes one row's filter: `raw` is what the stream has after the filter's number, `above` the row before (zeros for the
/// first), `row` the result; all three of one length, a multiple of `N`. False where there is no such filter.
pub(super) fn undo<const N: usize>(filter: u8, raw: &[u8], above: &[u8], row: &mut [u8]) -> bool {
    match filter {
        0 => row.copy_from_slice(raw),
        1 => each::<N>(raw, above, row, |left, _| left),
        2 => {
            for ((target, raw), above) in row.iter_mut().zip(raw).zip(above) {
                *target = raw.wrapping_add(*above);
            }
        }
        3 => each::<N>(raw, above, row, |left, above| ((u16::from(left) + u16::from(above)) / 2) as u8),
        // SAFETY: every x86-64 has SSE2, and elsewhere nothing is asked for.
        PAETH => unsafe { one_row::<N>(raw, above, row) },
        _ => return false,
    }
    true
}

pub(super) const PAETH: u8 = 4;

/// As [`undo`] for two rows of Paeth's filter at once.
///
/// Why: each pixel waits for the one to its left, so one row alone leaves most of the processor idle. The second row follows
/// one pixel behind the first.
pub(super) fn undo_two_of_paeth<const N: usize>(
    raw: [&[u8]; 2],
    above: &[u8],
    first: &mut [u8],
    second: &mut [u8],
) {
    // SAFETY: as in `undo`.
    unsafe { two_rows::<N>(raw, above, first, second) }
}

#[cfg_attr(target_arch = "x86_64", target_feature(enable = "sse2"))]
fn one_row<const N: usize>(raw: &[u8], above: &[u8], row: &mut [u8]) {
    let mut chain = Chain::new();
    let pixels = raw.chunks_exact(N).zip(above.chunks_exact(N)).zip(row.chunks_exact_mut(N));
    for ((raw, above), target) in pixels {
        store::<N>(chain.step(load::<N>(raw), load::<N>(above)), target);
    }
}

#[cfg_attr(target_arch = "x86_64", target_feature(enable = "sse2"))]
fn two_rows<const N: usize>(raw: [&[u8]; 2], above: &[u8], first: &mut [u8], second: &mut [u8]) {
    let (mut upper, mut lower) = (Chain::new(), Chain::new());
    let mut pixels = raw[0].chunks_exact(N).zip(above.chunks_exact(N)).zip(first.chunks_exact_mut(N));
    let Some(((start, above), target)) = pixels.next() else { return };
    let mut before = upper.step(load::<N>(start), load::<N>(above));
    store::<N>(before, target);
    let mut behind = raw[1].chunks_exact(N).zip(second.chunks_exact_mut(N));
    // The second row has one pixel more to come than the first, so it never ends in here.
    for (((raw, above), target), (lower_raw, lower_target)) in pixels.zip(&mut behind) {
        let pixel = upper.step(load::<N>(raw), load::<N>(above));
        store::<N>(pixel, target);
        store::<N>(lower.step(load::<N>(lower_raw), before), lower_target);
        before = pixel;
    }
    if let Some((raw, target)) = behind.next() {
        store::<N>(lower.step(load::<N>(raw), before), target);
    }
}

/// Each byte plus what is predicted from those of the same channel to the left and above.
fn each<const N: usize>(raw: &[u8], above: &[u8], row: &mut [u8], predicted: impl Fn(u8, u8) -> u8) {
    let mut left = [0; N];
    let pixels = raw.chunks_exact(N).zip(above.chunks_exact(N)).zip(row.chunks_exact_mut(N));
    for ((raw, above), target) in pixels {
        for channel in 0..N {
            left[channel] = raw[channel].wrapping_add(predicted(left[channel], above[channel]));
        }
        target.copy_from_slice(&left);
    }
}

#[cfg(not(target_arch = "x86_64"))]
use plain::{Chain, load, store};
#[cfg(target_arch = "x86_64")]
use simd::{Chain, load, store};

/// SSE2: sixteen bits a channel.
#[cfg(target_arch = "x86_64")]
mod simd {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_add_epi16, _mm_and_si128, _mm_andnot_si128, _mm_cmpgt_epi16,
        _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm_max_epi16, _mm_min_epi16, _mm_or_si128, _mm_packus_epi16,
        _mm_set1_epi16, _mm_setzero_si128, _mm_sub_epi16, _mm_unpacklo_epi8,
    };

    /// What a pixel needs of those before it in its row.
    #[derive(Clone, Copy)]
    pub(super) struct Chain {
        left: __m128i,
        corner: __m128i,
    }

    /// Why not by way of memory: a word read back from bytes just written waits for them.
    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn load<const N: usize>(pixel: &[u8]) -> __m128i {
        let mut word = u32::from(pixel[0]) | u32::from(pixel[1]) << 8 | u32::from(pixel[2]) << 16;
        if N == 4 {
            word |= u32::from(pixel[3]) << 24;
        }
        _mm_unpacklo_epi8(_mm_cvtsi32_si128(word.cast_signed()), _mm_setzero_si128())
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn store<const N: usize>(pixel: __m128i, target: &mut [u8]) {
        let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(pixel, pixel)).to_le_bytes();
        target[..N].copy_from_slice(&bytes[..N]);
    }

    /// `yes` where `mask` is all ones, else `no`.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn choose(mask: __m128i, yes: __m128i, no: __m128i) -> __m128i {
        _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no))
    }

    impl Chain {
        #[target_feature(enable = "sse2")]
        #[inline]
        pub(super) fn new() -> Self {
            Self { left: _mm_setzero_si128(), corner: _mm_setzero_si128() }
        }

        /// Paeth's predictor without distances: with `edge` = 3 corner - left - above it is the larger of left and above
        /// where edge is not above the smaller, the smaller where edge is not below the larger, else the corner.
        #[target_feature(enable = "sse2")]
        #[inline]
        pub(super) fn step(&mut self, raw: __m128i, above: __m128i) -> __m128i {
            let thrice = _mm_add_epi16(self.corner, _mm_add_epi16(self.corner, self.corner));
            let edge = _mm_sub_epi16(_mm_sub_epi16(thrice, above), self.left);
            let (low, high) = (_mm_min_epi16(self.left, above), _mm_max_epi16(self.left, above));
            let inner = choose(_mm_cmpgt_epi16(high, edge), self.corner, low);
            let predicted = choose(_mm_cmpgt_epi16(edge, low), inner, high);
            // The upper bytes are zero in both, so bytes may be added.
            self.left = _mm_and_si128(_mm_add_epi8(raw, predicted), _mm_set1_epi16(0xFF));
            self.corner = above;
            self.left
        }
    }
}

/// As the specification has it; a pixel of three bytes has a fourth that is zero.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod plain {
    /// What a pixel needs of those before it in its row.
    pub(super) struct Chain {
        left: [u8; 4],
        corner: [u8; 4],
    }

    pub(super) fn load<const N: usize>(pixel: &[u8]) -> [u8; 4] {
        std::array::from_fn(|channel| if channel < N { pixel[channel] } else { 0 })
    }

    pub(super) fn store<const N: usize>(pixel: [u8; 4], target: &mut [u8]) {
        target[..N].copy_from_slice(&pixel[..N]);
    }

    impl Chain {
        pub(super) fn new() -> Self {
            Self { left: [0; 4], corner: [0; 4] }
        }

        pub(super) fn step(&mut self, raw: [u8; 4], above: [u8; 4]) -> [u8; 4] {
            for channel in 0..4 {
                let predicted = paeth(self.left[channel], above[channel], self.corner[channel]);
                self.left[channel] = raw[channel].wrapping_add(predicted);
            }
            self.corner = above;
            self.left
        }
    }

    fn paeth(left: u8, above: u8, corner: u8) -> u8 {
        let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
        let distance = |value: u8| (estimate - i16::from(value)).abs();
        if distance(left) <= distance(above) && distance(left) <= distance(corner) {
            left
        } else if distance(above) <= distance(corner) {
            above
        } else {
            corner
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        // Few values, so that ties happen.
        (0..length).map(|index| if index % 5 == 0 { next() } else { next() & 3 }).collect()
    }

    fn agrees<const N: usize>() {
        for width in [1, 2, 3, 17, 400] {
            let (one, two, above) =
                (noise(1, N * width), noise(width as u32, N * width), noise(99, N * width));
            let plain = |raw: &[u8], above: &[u8]| {
                let mut row = vec![0; raw.len()];
                let mut chain = plain::Chain::new();
                for ((raw, above), target) in
                    raw.chunks_exact(N).zip(above.chunks_exact(N)).zip(row.chunks_exact_mut(N))
                {
                    let pixel = chain.step(plain::load::<N>(raw), plain::load::<N>(above));
                    plain::store::<N>(pixel, target);
                }
                row
            };
            let first = plain(&one, &above);
            let second = plain(&two, &first);
            let mut row = vec![0; N * width];
            assert!(undo::<N>(PAETH, &one, &above, &mut row));
            assert_eq!(row, first);
            let mut rows = [vec![0; N * width], vec![0; N * width]];
            let [upper, lower] = &mut rows;
            undo_two_of_paeth::<N>([&one, &two], &above, upper, lower);
            assert_eq!(rows, [first, second]);
        }
    }

    #[test]
    fn paeth_in_simd_alone_and_in_pairs_is_that_of_the_specification() {
        agrees::<3>();
        agrees::<4>();
    }

    #[test]
    fn a_filter_that_does_not_exist_is_told() {
        assert!(!undo::<3>(5, &[0; 6], &[0; 6], &mut [0; 6]));
    }
}
