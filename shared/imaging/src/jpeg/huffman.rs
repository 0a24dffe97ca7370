//! Huffman codes (ITU T.81, annexes C and F.2.2) and the tables that decode them.

/// Bits that index [`Differences`].
pub(super) const DIFFERENCE_BITS: u32 = 10;
/// Bits that index [`Values`].
pub(super) const VALUE_BITS: u32 = 11;
/// Bits that index [`Skips`].
pub(super) const SKIP_BITS: u32 = 12;
/// What the end of a block adds to the position: past every position of a block.
pub(super) const END: u32 = 128;

/// A canonical code.
#[derive(Clone)]
pub(super) struct Code {
    /// For each length: where the codes of it and of shorter ones end, as the first bits of sixteen.
    ends: [u32; 17],
    /// For each length: index of its first symbol, less its first code.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Code {
    /// Of the count of codes of each length, 1 to 16 bits. `None` is no code: too many, or one of ones only (T.81, C.2).
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let (mut ends, mut offsets) = ([0; 17], [0; 17]);
        let (mut code, mut index) = (0_u32, 0_i32);
        for (length, count) in (1..).zip(counts) {
            offsets[length] = index - code as i32;
            code += u32::from(*count);
            index += i32::from(*count);
            if *count > 0 && code >= 1 << length {
                return None;
            }
            ends[length] = code << (16 - length);
            code <<= 1;
        }
        (symbols.len() <= 256).then(|| Self { ends, offsets, symbols: symbols.to_vec() })
    }

    /// By the next `bits`, at most 16: the symbol whose code they begin with and the code's length; 0 where they are too few.
    pub(super) fn first(&self, bits: u32) -> Vec<(u8, u8)> {
        let mut table = vec![(0, 0); 1 << bits];
        let (mut from, mut symbols) = (0, self.symbols.iter());
        for length in 1..=bits {
            let end = (self.ends[length as usize] >> (16 - bits)) as usize;
            for entries in table[from..end].chunks_mut(1 << (bits - length)) {
                entries.fill((*symbols.next().unwrap_or(&0), length as u8));
            }
            from = end;
        }
        table
    }

    pub(super) fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// The symbol whose code the 16 `bits` begin with, and the code's length.
    pub(super) fn find(&self, bits: u32) -> Option<(u8, u32)> {
        let length = (1..=16).find(|length| bits < self.ends[*length])?;
        let index = self.offsets[length] + (bits >> (16 - length)) as i32;
        Some((*self.symbols.get(usize::try_from(index).ok()?)?, length as u32))
    }
}

/// The difference or coefficient that `bits` of `value` stand for (T.81, F.2.2.1: EXTEND).
#[inline(always)]
pub(super) fn extend(value: u32, bits: u32) -> i32 {
    let (value, half) = (value as i32, 1 << bits >> 1);
    // Below the half: negative. Without a branch, which would go either way as often.
    let negative = (value - half) >> 31;
    value + (negative & (1 - (1 << bits)))
}

/// Lengths of the differences of DC values.
pub(super) struct Differences {
    pub code: Code,
    /// By the next bits: length of code and value together in the lowest six, length of the code in bits 8 to 15, bits of
    /// the value above. 0 where the code is longer than the index.
    pub entries: Box<[u32; 1 << DIFFERENCE_BITS]>,
}

impl Differences {
    pub(super) fn new(code: &Code) -> Self {
        let mut entries = Box::new([0; 1 << DIFFERENCE_BITS]);
        for (entry, (bits, length)) in entries.iter_mut().zip(code.first(DIFFERENCE_BITS)) {
            let (bits, length) = (u32::from(bits), u32::from(length));
            if length > 0 {
                *entry = bits << 16 | length << 8 | (length + bits);
            }
        }
        Self { code: code.clone(), entries }
    }
}

/// One look-up for a whole coefficient.
pub(super) struct Values {
    pub code: Code,
    /// By the next bits. The length in the lowest six, the advance of the position (run and itself) in bits 8 to 15, and the
    /// value in the upper half. With [`Self::LONG`] the value lies beyond the index: instead of it there are the length of
    /// the code in bits 16 to 23 and the bits of the value above; no length at all where not even the code fits.
    pub entries: Box<[u32; 1 << VALUE_BITS]>,
}

impl Values {
    pub const LONG: u32 = 0x80;

    /// Without `wanted` every look-up is left to the code itself: slow, and soon made.
    pub(super) fn new(code: &Code, wanted: bool) -> Self {
        let mut entries = Box::new([Self::LONG; 1 << VALUE_BITS]);
        let first = if wanted { code.first(VALUE_BITS) } else { Vec::new() };
        for (index, (entry, (symbol, length))) in (0..).zip(entries.iter_mut().zip(first)) {
            let ((advance, bits), length) = (parts(symbol), u32::from(length));
            let total = length + bits;
            if length == 0 {
                continue;
            } else if total <= VALUE_BITS {
                let value = index >> (VALUE_BITS - total) & ((1 << bits) - 1);
                *entry = (extend(value, bits) as u32) << 16 | advance << 8 | total;
            } else {
                *entry = bits << 24 | length << 16 | advance << 8 | Self::LONG | total;
            }
        }
        Self { code: code.clone(), entries }
    }
}

/// Advance of the position and count of bits of a coefficient's symbol.
pub(super) fn parts(symbol: u8) -> (u32, u32) {
    match symbol {
        0 => (END, 0),
        _ => (u32::from(symbol >> 4) + 1, u32::from(symbol & 15)),
    }
}

/// One look-up to pass over several coefficients whose values nobody wants.
pub(super) struct Skips {
    /// By the next bits: the advance of the position in bits 8 to 15, the length in the lowest six, at most
    /// [`Self::LONGEST`]. [`Self::NONE`] where not even one code fits.
    pub entries: Box<[u16; 1 << SKIP_BITS]>,
}

impl Skips {
    /// An advance that always looks like one too far.
    const NONE: u16 = 64 << 8;
    /// Three of them fit into the window.
    const LONGEST: u32 = 18;

    /// Without `wanted` every look-up is left to the code itself: slow, and soon made.
    pub(super) fn new(code: &Code, wanted: bool) -> Self {
        let mut entries = Box::new([Self::NONE; 1 << SKIP_BITS]);
        if wanted {
            let first = code.first(SKIP_BITS);
            for (index, entry) in entries.iter_mut().enumerate() {
                *entry = Self::entry(&first, index);
            }
        }
        Self { entries }
    }

    fn entry(first: &[(u8, u8)], index: usize) -> u16 {
        let (mut used, mut advance) = (0, 0);
        while used < SKIP_BITS {
            let (symbol, length) = first[index << used & ((1 << SKIP_BITS) - 1)];
            let ((step, bits), length) = (parts(symbol), u32::from(length));
            // The code is enough: that its value lies beyond the index does not matter.
            let fits = length <= SKIP_BITS - used && used + length + bits <= Self::LONGEST;
            if length == 0 || !fits || advance + (step & !END) >= 64 {
                break;
            }
            used += length + bits;
            advance += step;
            if step == END {
                break;
            }
        }
        if used == 0 { Self::NONE } else { (advance << 8 | used) as u16 }
    }
}
