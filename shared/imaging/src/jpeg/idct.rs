//! Inverse cosine transforms of 8, 4, 2 and 1 points a side: plain integer code, which compilers vectorise.
//!
//! Eight points are the accurate integer transform of libjpeg ("islow", after Loeffler, Ligtenberg and Moschytz, 1989), to the
//! last bit. Fewer points transform the lowest frequencies of the block, which makes a smaller picture without aliases:
//! sharper than the mean of neighbours, which is what libjpeg makes.

use super::block::Block;

/// Fraction bits of factors.
pub(super) const BITS: u32 = 13;
/// Fraction bits between the two passes of eight points, and of four.
pub(super) const EIGHT_BITS: u32 = 2;
pub(super) const FOUR_BITS: u32 = 3;

/// Factors of eight points, with [`BITS`]: for rows 2 and 6, and for the odd ones.
pub(super) mod factor {
    const A: i32 = 2446; // 0.298631336
    const B: i32 = 3196; // 0.390180644
    const C: i32 = 4433; // 0.541196100
    const D: i32 = 6270; // 0.765366865
    const E: i32 = 7373; // 0.899976223
    const F: i32 = 9633; // 1.175875602
    const G: i32 = 12_299; // 1.501321110
    const H: i32 = 15_137; // 1.847759065
    const I: i32 = 16_069; // 1.961570560
    const J: i32 = 16_819; // 2.053119869
    const K: i32 = 20_995; // 2.562915447
    const L: i32 = 25_172; // 3.072711026

    /// Of rows 2 and 6, for the outer and the inner outputs.
    pub const EVEN: [[i32; 2]; 2] = [[C + D, C], [C, C - H]];
    /// Of rows 1, 7, 3 and 5, for outputs 0, 1, 2 and 3.
    pub const ODD: [[i32; 4]; 4] = [
        [G - E - B + F, F - E, F, F - B],
        [F, F - I, L - K - I + F, F - K],
        [F - B, F, F - K, J - K - B + F],
        [F - E, A - E - I + F, F - I, F],
    ];
    /// Of four points: half of √2 times cos and sin of π/8.
    pub const FOUR: [i32; 2] = [5352, 2217];
}

/// Rows 0 and 4, 2 and 6, 1 and 7, 3 and 5 meet in the transform, and lie in a block with their samples in turns.
const PAIRS_OF_EIGHT: [(u8, u8); 8] = [(0, 0), (2, 0), (1, 0), (3, 0), (0, 1), (3, 1), (1, 1), (2, 1)];
const PAIRS_OF_FOUR: [(u8, u8); 4] = [(0, 0), (1, 0), (0, 1), (1, 1)];

/// Where a block for `size` (1, 2, 4 or 8) points keeps the coefficient of `position` (`row * 8 + column`); `None` for a
/// frequency that this size does not show.
pub(super) fn place(position: u8, size: usize) -> Option<u8> {
    let (row, column) = (position / 8, position % 8);
    if usize::from(row.max(column)) >= size {
        return None;
    }
    Some(match size {
        8 => {
            let (pair, side) = PAIRS_OF_EIGHT[usize::from(row)];
            16 * pair + 2 * column + side
        }
        4 => {
            let (pair, side) = PAIRS_OF_FOUR[usize::from(row)];
            8 * pair + 2 * column + side
        }
        _ => size as u8 * row + column,
    })
}

/// The sample that a block of a DC value alone consists of.
#[inline(always)]
pub(super) fn flat(block: &Block, steps: &Block) -> u8 {
    (((value(block, steps, 0) + 4) >> 3) + 128).clamp(0, 255) as u8
}

/// A coefficient times its step, in sixteen bits as in libjpeg's vector code.
#[inline(always)]
fn value(block: &Block, steps: &Block, place: usize) -> i32 {
    i32::from(block[place].wrapping_mul(steps[place]))
}

/// Why not `copy_from_slice`: that is a call.
#[inline(always)]
pub(super) fn put<const COUNT: usize>(target: &mut [u8], samples: [u8; COUNT]) {
    if let Some(target) = target.first_chunk_mut() {
        *target = samples;
    }
}

fn narrow(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

/// One pass over eight values in the order 0, 4, 2, 6, 1, 7, 3, 5; `offset` is added before the shift.
#[inline(always)]
fn eight_points(input: [i32; 8], offset: i32, shift: u32) -> [i32; 8] {
    let [i0, i4, i2, i6, i1, i7, i3, i5] = input;
    let sum = ((i0 + i4) << BITS) + offset;
    let difference = ((i0 - i4) << BITS) + offset;
    let [[a, b], [c, d]] = factor::EVEN;
    let (outer, inner) = (a * i2 + b * i6, c * i2 + d * i6);
    let even = [sum + outer, difference + inner, difference - inner, sum - outer];
    let mut out = [0; 8];
    // Why loops and no `map`: that is a call where functions are compiled for a processor's features.
    for (index, [a, b, c, d]) in factor::ODD.iter().enumerate() {
        let odd = a * i1 + b * i7 + c * i3 + d * i5;
        out[index] = (even[index] + odd) >> shift;
        out[7 - index] = (even[index] - odd) >> shift;
    }
    out
}

/// Eight rows of eight samples, `stride` apart, from the beginning of `out`.
pub(super) fn eight(block: &Block, steps: &Block, out: &mut [u8], stride: usize) {
    let mut between = [[0; 8]; 8];
    let shift = BITS - EIGHT_BITS;
    for column in 0..8 {
        let input = std::array::from_fn(|slot| value(block, steps, slot / 2 * 16 + column * 2 + slot % 2));
        for (row, value) in between.iter_mut().zip(eight_points(input, 1 << (shift - 1), shift)) {
            row[column] = narrow(value);
        }
    }
    let shift = BITS + EIGHT_BITS + 3;
    let offset = (128 << shift) + (1 << (shift - 1));
    for (row, target) in between.iter().zip(out.chunks_mut(stride)) {
        let [i0, i1, i2, i3, i4, i5, i6, i7] = *row;
        let values = eight_points([i0, i4, i2, i6, i1, i7, i3, i5], offset, shift);
        put(target, values.map(|value| value.clamp(0, 255) as u8));
    }
}

/// One pass over four values in the order 0, 2, 1, 3.
#[inline(always)]
fn four_points([i0, i2, i1, i3]: [i32; 4], offset: i32, shift: u32) -> [i32; 4] {
    let half = 1 << (BITS - 1);
    let [a, b] = factor::FOUR;
    let (sum, difference) = (half * (i0 + i2) + offset, half * (i0 - i2) + offset);
    let (outer, inner) = (a * i1 + b * i3, b * i1 - a * i3);
    [
        (sum + outer) >> shift,
        (difference + inner) >> shift,
        (difference - inner) >> shift,
        (sum - outer) >> shift,
    ]
}

/// Four rows of four samples, `stride` apart, from the beginning of `out`.
pub(super) fn four(block: &Block, steps: &Block, out: &mut [u8], stride: usize) {
    let mut between = [[0; 4]; 4];
    let shift = BITS - FOUR_BITS;
    for column in 0..4 {
        let input = std::array::from_fn(|slot| value(block, steps, slot / 2 * 8 + column * 2 + slot % 2));
        for (row, value) in between.iter_mut().zip(four_points(input, 1 << (shift - 1), shift)) {
            row[column] = narrow(value);
        }
    }
    // One more: the block of eight is scaled by a half.
    let shift = BITS + FOUR_BITS + 1;
    let offset = (128 << shift) + (1 << (shift - 1));
    for (row, target) in between.iter().zip(out.chunks_mut(stride)) {
        let [i0, i1, i2, i3] = *row;
        let values = four_points([i0, i2, i1, i3], offset, shift);
        put(target, values.map(|value| value.clamp(0, 255) as u8));
    }
}

/// Two rows of two samples, `stride` apart, from the beginning of `out`.
#[inline(always)]
pub(super) fn two(block: &Block, steps: &Block, out: &mut [u8], stride: usize) {
    let (mean, across) = (value(block, steps, 0), value(block, steps, 1));
    let (down, both) = (value(block, steps, 2), value(block, steps, 3));
    let sample = |value: i32| (((value + 4) >> 3) + 128).clamp(0, 255) as u8;
    out[0] = sample(mean + across + down + both);
    out[1] = sample(mean - across + down - both);
    out[stride] = sample(mean + across - down - both);
    out[stride + 1] = sample(mean - across - down + both);
}
