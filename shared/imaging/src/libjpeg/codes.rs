//! Huffman codes made from how often symbols occur (ITU T.81, annex K.2), at most 16 bits long.

/// The longest code that a file may have.
const MAX_LENGTH: usize = 16;

/// A table as DHT has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    /// Codes of each length; number 0 is not used.
    pub bits: [u8; 17],
    /// Symbols, those of the shortest codes first.
    pub symbols: Vec<u8>,
}

impl Codes {
    /// Of symbols that occur at all, the fewest bits in sum. Why one more symbol: no code may be all ones, so the last place
    /// is given to nobody.
    pub(super) fn of(counts: &[u32; 256]) -> Self {
        let mut lengths = lengths(counts);
        limit(&mut lengths);
        let mut order: Vec<usize> = (0..256).filter(|symbol| counts[*symbol] > 0).collect();
        order.sort_by_key(|symbol| (std::cmp::Reverse(counts[*symbol]), *symbol));
        let mut bits = [0; 17];
        for (target, count) in bits.iter_mut().zip(&lengths) {
            *target = *count as u8;
        }
        // The place that stays empty is the last of the longest codes.
        if let Some(last) = bits.iter_mut().rev().find(|count| **count > 0) {
            *last -= 1;
        }
        Self { bits, symbols: order.into_iter().map(|symbol| symbol as u8).collect() }
    }
}

/// How many codes there are of each length, the unused place included.
fn lengths(counts: &[u32; 256]) -> Vec<u32> {
    // Trees yet to be joined: weight, and the depth of each leaf.
    let mut trees: Vec<(u64, Vec<usize>)> =
        counts.iter().filter(|count| **count > 0).map(|count| (u64::from(*count), vec![0])).collect();
    trees.push((0, vec![0]));
    trees.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    while let (Some(one), Some(other)) = (trees.pop(), trees.pop()) {
        let weight = one.0 + other.0;
        let depths = one.1.into_iter().chain(other.1).map(|depth| depth + 1).collect();
        if trees.is_empty() {
            trees.push((weight, depths));
            break;
        }
        let place = trees.partition_point(|(heavier, _)| *heavier > weight);
        trees.insert(place, (weight, depths));
    }
    let depths = trees.pop().map(|(_, depths)| depths).unwrap_or_default();
    // A single symbol has a code of one bit.
    let mut lengths = vec![0; depths.iter().max().map_or(1, |longest| longest + 1).max(MAX_LENGTH + 1)];
    depths.into_iter().for_each(|depth| lengths[depth] += 1);
    lengths
}

/// Moves leaves that are too deep, as K.2 does: two of them become one a level up, and a leaf higher up becomes two.
fn limit(lengths: &mut Vec<u32>) {
    for length in (MAX_LENGTH + 1..lengths.len()).rev() {
        while lengths[length] > 0 {
            let Some(above) = (1..length - 1).rev().find(|above| lengths[*above] > 0) else { break };
            lengths[length] -= 2;
            lengths[length - 1] += 1;
            lengths[above + 1] += 2;
            lengths[above] -= 1;
        }
    }
    lengths.truncate(MAX_LENGTH + 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[u32]) -> [u32; 256] {
        std::array::from_fn(|symbol| of.get(symbol).copied().unwrap_or_default())
    }

    /// Parts of the code space that are used, in 65,536ths.
    fn used(codes: &Codes) -> u32 {
        (1..=16).map(|length| u32::from(codes.bits[length]) << (16 - length)).sum()
    }

    #[test]
    fn frequent_symbols_have_short_codes_and_all_ones_is_no_code() {
        let codes = Codes::of(&counts(&[1, 100, 30, 5]));
        assert_eq!(codes.symbols, [1, 2, 3, 0]);
        assert_eq!(codes.bits[1..=4], [1, 1, 1, 1]);
        assert!(used(&codes) < 65_536);
    }

    #[test]
    fn codes_are_at_most_sixteen_bits_long() {
        let mut steep = [0; 256];
        let (mut one, mut other) = (1, 1);
        for count in steep.iter_mut().take(40) {
            *count = one;
            (one, other) = (other, one + other);
        }
        for counts in [steep, [1; 256], counts(&[7]), counts(&[1, 1])] {
            let codes = Codes::of(&counts);
            let present = counts.iter().filter(|count| **count > 0).count();
            assert_eq!(codes.symbols.len(), present);
            assert_eq!(codes.bits.iter().map(|count| usize::from(*count)).sum::<usize>(), present);
            assert!(used(&codes) < 65_536, "{codes:?}");
        }
    }
}
