//! Bits of JPEG entropy data, most significant first, with the zero byte that follows every 0xFF.

#[derive(Debug, Default)]
pub struct Bits {
    bytes: Vec<u8>,
    current: u8,
    filled: u32,
}

impl Bits {
    /// Appends the lowest `count` bits of a value.
    pub fn push(&mut self, value: u32, count: u32) {
        for index in (0..count).rev() {
            self.current = self.current << 1 | (value >> index & 1) as u8;
            self.filled += 1;
            if self.filled == 8 {
                self.flush();
            }
        }
    }

    /// Fills the last byte with ones, as T.81 says.
    pub fn finish(mut self) -> Vec<u8> {
        while self.filled != 0 {
            self.push(1, 1);
        }
        self.bytes
    }

    fn flush(&mut self) {
        self.bytes.push(self.current);
        if self.current == 0xFF {
            self.bytes.push(0);
        }
        (self.current, self.filled) = (0, 0);
    }
}
