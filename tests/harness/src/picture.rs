//! A picture made in code.

/// Huffman table of DC categories as in annex K.3 of ITU-T T.81: how many codes of each length, and the categories.
const DC_LENGTHS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CATEGORIES: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// The codes of the first nine categories, as (code, bits).
const DC_CODES: [(u32, u32); 9] = [
    (0b00, 2),
    (0b010, 3),
    (0b011, 3),
    (0b100, 3),
    (0b101, 3),
    (0b110, 3),
    (0b1110, 4),
    (0b11110, 5),
    (0b111110, 6),
];
/// The only AC code: end of block, one zero bit.
const END_OF_BLOCK: (u32, u32) = (0, 1);

/// A baseline colour JPEG of `width` × `height` pixels (1 to 65,535 each): 8×8 squares, lighter to the right, redder
/// towards the bottom. About 3 bytes a square.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let side =
        |pixels: u32| u16::try_from(pixels).ok().filter(|side| *side > 0).expect("a side of 1 to 65,535");
    let mut jpeg = header(side(width), side(height));
    let (columns, rows) = (width.div_ceil(8), height.div_ceil(8));
    let mut bits = Bits::default();
    let mut last = [0i32; 3];
    for row in 0..rows {
        for column in 0..columns {
            let shade = |at: u32, of: u32| i32::try_from(at * 200 / of.max(1)).unwrap_or(0) - 100;
            let values = [shade(column, columns), 0, shade(row, rows)];
            for (value, last) in values.into_iter().zip(&mut last) {
                bits.difference(value - *last);
                bits.push(END_OF_BLOCK);
                *last = value;
            }
        }
    }
    jpeg.extend(bits.finish());
    jpeg.extend([0xFF, 0xD9]);
    jpeg
}

fn header(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).expect("a short segment");
        jpeg.extend([0xFF, marker]);
        jpeg.extend(length.to_be_bytes());
        jpeg.extend(body);
    };
    segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    // Steps of 8 throughout: a DC coefficient is eight times the level of its square, so it is that level again.
    segment(0xDB, &[&[0][..], &[8; 64]].concat());
    let ([h1, h2], [w1, w2]) = (height.to_be_bytes(), width.to_be_bytes());
    segment(0xC0, &[8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    segment(0xC4, &[&[0x00][..], &DC_LENGTHS, &DC_CATEGORIES].concat());
    let one_short_code: [u8; 16] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    segment(0xC4, &[&[0x10][..], &one_short_code, &[0]].concat());
    segment(0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    jpeg
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u32,
    count: u32,
}

impl Bits {
    /// A DC difference of -255 to 255: the code of its category, then its bits.
    fn difference(&mut self, difference: i32) {
        let category = 32 - difference.unsigned_abs().leading_zeros();
        self.push(DC_CODES[category as usize]);
        let bits = if difference < 0 { difference - 1 } else { difference };
        self.push((bits.cast_unsigned() & ((1 << category) - 1), category));
    }

    fn push(&mut self, (code, bits): (u32, u32)) {
        for place in (0..bits).rev() {
            self.waiting = self.waiting << 1 | (code >> place & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = self.waiting as u8;
                self.bytes.push(byte);
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                (self.waiting, self.count) = (0, 0);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.push((1, 1));
        }
        self.bytes
    }
}
