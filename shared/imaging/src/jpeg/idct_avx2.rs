//! The transforms of [`super::idct`] with AVX2: the same arithmetic, the same samples.
//!
//! Unsafe only by being compiled for processors with AVX2; the caller asks the processor first.

use std::arch::x86_64::*;

use super::block::Block;
use super::idct::{BITS, EIGHT_BITS, FOUR_BITS, factor, put};

/// A pair of factors in every lane of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(first: i32, second: i32) -> __m256i {
    _mm256_set1_epi32(first & 0xFFFF | second << 16)
}

/// One pass over eight rows in pairs; each of the results has a value for every column.
#[inline]
#[target_feature(enable = "avx2")]
fn eight_points<const SHIFT: i32>(pairs: [__m256i; 4], offset: i32) -> [__m256i; 8] {
    let offset = _mm256_set1_epi32(offset);
    let one = 1 << BITS;
    let sum = _mm256_add_epi32(_mm256_madd_epi16(pairs[0], pair(one, one)), offset);
    let difference = _mm256_add_epi32(_mm256_madd_epi16(pairs[0], pair(one, -one)), offset);
    let [outer, inner] = factor::EVEN;
    let outer = _mm256_madd_epi16(pairs[1], pair(outer[0], outer[1]));
    let inner = _mm256_madd_epi16(pairs[1], pair(inner[0], inner[1]));
    let even = [
        _mm256_add_epi32(sum, outer),
        _mm256_add_epi32(difference, inner),
        _mm256_sub_epi32(difference, inner),
        _mm256_sub_epi32(sum, outer),
    ];
    let mut out = [offset; 8];
    for index in 0..4 {
        let [a, b, c, d] = factor::ODD[index];
        let odd = _mm256_add_epi32(
            _mm256_madd_epi16(pairs[2], pair(a, b)),
            _mm256_madd_epi16(pairs[3], pair(c, d)),
        );
        out[index] = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(even[index], odd));
        out[7 - index] = _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(even[index], odd));
    }
    out
}

/// As [`super::idct::eight`]; empties the block.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn eight(block: &mut Block, steps: &Block, out: &mut [u8], stride: usize) {
    let (pairs, steps): ([__m256i; 4], [__m256i; 4]) = (bytemuck::cast(*block), bytemuck::cast(*steps));
    // Why in full: closures that are handed to functions of the library are not inlined here.
    let pairs = [
        _mm256_mullo_epi16(pairs[0], steps[0]),
        _mm256_mullo_epi16(pairs[1], steps[1]),
        _mm256_mullo_epi16(pairs[2], steps[2]),
        _mm256_mullo_epi16(pairs[3], steps[3]),
    ];
    *block = [0; 64];
    const BETWEEN: i32 = (BITS - EIGHT_BITS) as i32;
    let rows = eight_points::<BETWEEN>(pairs, 1 << (BETWEEN - 1));
    const LAST: i32 = (BITS + EIGHT_BITS + 3) as i32;
    let columns = eight_points::<LAST>(turned(rows), (128 << LAST) + (1 << (LAST - 1)));
    // Lanes of 128 bits: rows 0 to 3 and 4 to 7; first four columns, then the others.
    let bytes = |a: usize| {
        let first = _mm256_packs_epi32(columns[a], columns[a + 1]);
        _mm256_packus_epi16(first, _mm256_packs_epi32(columns[a + 2], columns[a + 3]))
    };
    let order = _mm256_set1_epi128([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
    let left = _mm256_shuffle_epi8(bytes(0), order);
    let right = _mm256_shuffle_epi8(bytes(4), order);
    let upper: [u64; 4] = bytemuck::cast(_mm256_unpacklo_epi32(left, right));
    let lower: [u64; 4] = bytemuck::cast(_mm256_unpackhi_epi32(left, right));
    let samples = [upper[0], upper[1], lower[0], lower[1], upper[2], upper[3], lower[2], lower[3]];
    for (row, samples) in samples.into_iter().enumerate() {
        put(&mut out[row * stride..], samples.to_ne_bytes());
    }
}

/// Sixteen bytes twice.
#[inline]
#[target_feature(enable = "avx2")]
fn _mm256_set1_epi128(bytes: [u8; 16]) -> __m256i {
    bytemuck::cast([bytes, bytes])
}

/// Rows of values become pairs of columns of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn turned(rows: [__m256i; 8]) -> [__m256i; 4] {
    // Two rows each: columns 0 to 3 in the lower lane, 4 to 7 in the upper.
    let two = |row: usize| _mm256_packs_epi32(rows[row], rows[row + 1]);
    let four = |first: __m256i, second: __m256i| {
        let (even, odd) = (_mm256_unpacklo_epi16(first, second), _mm256_unpackhi_epi16(first, second));
        // Columns 0 and 1 (4 and 5), then 2 and 3 (6 and 7) of four rows.
        (_mm256_unpacklo_epi16(even, odd), _mm256_unpackhi_epi16(even, odd))
    };
    let (first, second) = (four(two(0), two(2)), four(two(4), two(6)));
    // Columns 0 | 4, 1 | 5, 2 | 6, 3 | 7.
    let columns = [
        _mm256_unpacklo_epi64(first.0, second.0),
        _mm256_unpackhi_epi64(first.0, second.0),
        _mm256_unpacklo_epi64(first.1, second.1),
        _mm256_unpackhi_epi64(first.1, second.1),
    ];
    let order = _mm256_set1_epi128([0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15]);
    let in_turns =
        |columns: __m256i| _mm256_shuffle_epi8(_mm256_permute4x64_epi64::<0b11_01_10_00>(columns), order);
    [
        in_turns(columns[0]),
        in_turns(columns[2]),
        in_turns(_mm256_blend_epi32::<0xF0>(columns[1], columns[3])),
        in_turns(_mm256_blend_epi32::<0xF0>(columns[3], columns[1])),
    ]
}

/// One pass over four rows in pairs.
#[inline]
#[target_feature(enable = "avx2")]
fn four_points<const SHIFT: i32>(pairs: [__m128i; 2], offset: i32) -> [__m128i; 4] {
    let pair = |first: i32, second: i32| _mm_set1_epi32(first & 0xFFFF | second << 16);
    let half = 1 << (BITS - 1);
    let [a, b] = factor::FOUR;
    let offset = _mm_set1_epi32(offset);
    let sum = _mm_add_epi32(_mm_madd_epi16(pairs[0], pair(half, half)), offset);
    let difference = _mm_add_epi32(_mm_madd_epi16(pairs[0], pair(half, -half)), offset);
    let outer = _mm_madd_epi16(pairs[1], pair(a, b));
    let inner = _mm_madd_epi16(pairs[1], pair(b, -a));
    [
        _mm_srai_epi32::<SHIFT>(_mm_add_epi32(sum, outer)),
        _mm_srai_epi32::<SHIFT>(_mm_add_epi32(difference, inner)),
        _mm_srai_epi32::<SHIFT>(_mm_sub_epi32(difference, inner)),
        _mm_srai_epi32::<SHIFT>(_mm_sub_epi32(sum, outer)),
    ]
}

/// As [`super::idct::four`]; empties the block.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn four(block: &mut Block, steps: &Block, out: &mut [u8], stride: usize) {
    let (Some(values), Some(steps)) = (block.first_chunk_mut::<16>(), steps.first_chunk::<16>()) else {
        return;
    };
    let (pairs, steps): ([__m128i; 2], [__m128i; 2]) = (bytemuck::cast(*values), bytemuck::cast(*steps));
    let pairs = [_mm_mullo_epi16(pairs[0], steps[0]), _mm_mullo_epi16(pairs[1], steps[1])];
    *values = [0; 16];
    const BETWEEN: i32 = (BITS - FOUR_BITS) as i32;
    let [r0, r1, r2, r3] = four_points::<BETWEEN>(pairs, 1 << (BETWEEN - 1));
    let (upper, lower) = (_mm_packs_epi32(r0, r1), _mm_packs_epi32(r2, r3));
    // Rows 0 and 2, 1 and 3 in turns; then columns 0 and 1, 2 and 3, four rows each.
    let (even, odd) = (_mm_unpacklo_epi16(upper, lower), _mm_unpackhi_epi16(upper, lower));
    let (left, right) = (_mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
    let columns = [_mm_unpacklo_epi16(left, right), _mm_unpackhi_epi16(left, right)];
    const LAST: i32 = (BITS + FOUR_BITS + 1) as i32;
    let [c0, c1, c2, c3] = four_points::<LAST>(columns, (128 << LAST) + (1 << (LAST - 1)));
    let bytes = _mm_packus_epi16(_mm_packs_epi32(c0, c1), _mm_packs_epi32(c2, c3));
    let order: __m128i = bytemuck::cast([0_u8, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
    let samples: [[u8; 4]; 4] = bytemuck::cast(_mm_shuffle_epi8(bytes, order));
    for (row, samples) in samples.into_iter().enumerate() {
        put(&mut out[row * stride..], samples);
    }
}
