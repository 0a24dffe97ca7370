//! An encoder of coefficients for any order of scans (ITU T.81, F.1.2 and G.1.2), with codes that suit nothing in particular.

use super::files::Random;

/// Coefficients of blocks in the order of the file.
pub type Blocks = Vec<[i16; 64]>;

pub struct Component {
    /// Blocks of a unit, across and down.
    pub sampling: (usize, usize),
    /// Blocks that belong to the picture, across and down.
    pub size: (usize, usize),
    /// Blocks from a row to the next.
    pub stride: usize,
    pub blocks: Blocks,
}

#[derive(Debug, Clone)]
pub struct Scan {
    pub components: Vec<usize>,
    pub first: usize,
    pub last: usize,
    pub before: u8,
    pub shift: u8,
    pub restart: u16,
}

/// Symbols, the code of each and its length.
struct Codes {
    symbols: Vec<u8>,
    counts: [u8; 16],
    codes: [(u32, u32); 256],
}

impl Codes {
    /// Four symbols have short codes; the others one of `lengths`.
    fn new(random: &mut Random, mut symbols: Vec<u8>, lengths: [usize; 2]) -> Self {
        let length = lengths[random.below(2) as usize];
        for index in (1..symbols.len()).rev() {
            symbols.swap(index, random.below(index as u64 + 1) as usize);
        }
        let short = symbols.len().min(4);
        let mut counts = [0; 16];
        (counts[2], counts[length - 1]) = (short as u8, (symbols.len() - short) as u8);
        let mut codes = [(0, 0); 256];
        for (index, symbol) in symbols.iter().enumerate() {
            codes[usize::from(*symbol)] = if index < short {
                (index as u32, 3)
            } else {
                ((short as u32) << (length - 3) | (index - short) as u32, length as u32)
            };
        }
        Self { symbols, counts, codes }
    }

    fn segment(&self, class: u8) -> Vec<u8> {
        let length = 19 + self.symbols.len() as u16;
        let [high, low] = length.to_be_bytes();
        [&[0xFF, 0xC4, high, low, class << 4], &self.counts[..], &self.symbols].concat()
    }
}

/// Bits with stuffed bytes, and the run of ends of bands that is not yet written.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    window: u64,
    count: u32,
    run: u32,
    /// Corrections of the blocks of the run.
    corrections: Vec<u32>,
}

impl Writer {
    fn bits(&mut self, value: u32, count: u32) {
        for index in (0..count).rev() {
            self.window = self.window << 1 | u64::from(value >> index & 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.window as u8);
                if self.window as u8 == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    fn symbol(&mut self, codes: &Codes, symbol: u32) {
        let (code, length) = codes.codes[symbol as usize];
        assert!(length > 0, "symbol {symbol} has a code");
        self.bits(code, length);
    }

    fn value(&mut self, value: i32, size: u32) {
        self.bits((if value < 0 { value - 1 } else { value }) as u32, size);
    }

    fn end_run(&mut self, codes: &Codes) {
        if self.run > 0 {
            let bits = self.run.ilog2();
            self.symbol(codes, bits << 4);
            self.bits(self.run, bits);
            self.run = 0;
            self.corrected(&mut Vec::new());
        }
    }

    fn corrected(&mut self, bits: &mut Vec<u32>) {
        let run = std::mem::take(&mut self.corrections);
        run.into_iter().chain(bits.drain(..)).for_each(|bit| self.bits(bit, 1));
    }

    fn align(&mut self) {
        while self.count > 0 {
            self.bits(1, 1);
        }
    }

    fn mean(&mut self, codes: &Codes, difference: i32) {
        let size = 32 - difference.unsigned_abs().leading_zeros();
        self.symbol(codes, size);
        self.value(difference, size);
    }

    /// The first bits of a band; without `runs` each block has its own end.
    fn begin(&mut self, codes: &Codes, block: &[i16; 64], scan: &Scan, runs: bool) {
        let mut zeros = 0;
        for value in &block[scan.first.max(1)..=scan.last] {
            let magnitude = i32::from(value.unsigned_abs() >> scan.shift);
            if magnitude == 0 {
                zeros += 1;
                continue;
            }
            self.end_run(codes);
            while zeros > 15 {
                self.symbol(codes, 0xF0);
                zeros -= 16;
            }
            let size = 32 - (magnitude as u32).leading_zeros();
            self.symbol(codes, zeros << 4 | size);
            self.value(if *value < 0 { -magnitude } else { magnitude }, size);
            zeros = 0;
        }
        if zeros > 0 {
            self.run += 1;
        }
        if self.run == 0x7FFF || !runs {
            self.end_run(codes);
        }
    }

    /// One more bit of a band.
    fn refine(&mut self, codes: &Codes, block: &[i16; 64], scan: &Scan) {
        let magnitude = |value: i16| u32::from(value.unsigned_abs() >> scan.shift);
        let band = &block[scan.first..=scan.last];
        let end = band.iter().rposition(|value| magnitude(*value) == 1).unwrap_or(0);
        let (mut zeros, mut bits) = (0, Vec::new());
        for (index, value) in band.iter().enumerate() {
            if magnitude(*value) == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 && index <= end {
                self.end_run(codes);
                self.symbol(codes, 0xF0);
                zeros -= 16;
                self.corrected(&mut bits);
            }
            if magnitude(*value) > 1 {
                bits.push(magnitude(*value) & 1);
                continue;
            }
            self.end_run(codes);
            self.symbol(codes, zeros << 4 | 1);
            self.bits(u32::from(*value > 0), 1);
            self.corrected(&mut bits);
            zeros = 0;
        }
        if zeros > 0 || !bits.is_empty() {
            self.run += 1;
            self.corrections.append(&mut bits);
        }
        if self.run == 0x7FFF {
            self.end_run(codes);
        }
    }
}

/// A file of one (grey) or three components. `progressive` or with one scan of everything.
pub fn file(
    size: (u16, u16),
    components: &[Component],
    scans: &[Scan],
    progressive: bool,
    random: &mut Random,
) -> Vec<u8> {
    let mut bytes = [b"\xFF\xD8\xFF\xDB\0\x43\0".as_slice(), &[1; 64]].concat();
    let count = components.len() as u8;
    bytes.extend([0xFF, if progressive { 0xC2 } else { 0xC0 }, 0, 8 + 3 * count, 8]);
    bytes.extend([size.1.to_be_bytes(), size.0.to_be_bytes()].concat());
    bytes.push(count);
    for (index, component) in components.iter().enumerate() {
        let (horizontal, vertical) = component.sampling;
        bytes.extend([index as u8 + 1, (horizontal << 4 | vertical) as u8, 0]);
    }
    for scan in scans {
        let means = Codes::new(random, (0..12).collect(), [5, 12]);
        let most = if scan.before > 0 { 1 } else { 10 };
        let symbols = (0..=255).filter(|symbol| symbol & 15 <= most && (progressive || symbol & 15 > 0));
        let ends = if progressive { vec![] } else { vec![0x00, 0xF0] };
        let bands = Codes::new(random, symbols.chain(ends).collect(), [9, 13]);
        let [high, low] = scan.restart.to_be_bytes();
        bytes.extend([means.segment(0), bands.segment(1), vec![0xFF, 0xDD, 0, 4, high, low]].concat());
        bytes.extend([0xFF, 0xDA, 0, 6 + 2 * scan.components.len() as u8, scan.components.len() as u8]);
        scan.components.iter().for_each(|component| bytes.extend([*component as u8 + 1, 0]));
        bytes.extend([scan.first as u8, scan.last as u8, scan.before << 4 | scan.shift]);
        bytes.extend(data(components, scan, &means, &bands, progressive));
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

fn data(components: &[Component], scan: &Scan, means: &Codes, bands: &Codes, progressive: bool) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut predictions = [0; 3];
    for (number, unit) in units(components, scan).into_iter().enumerate() {
        let restart = usize::from(scan.restart);
        if restart > 0 && number > 0 && number.is_multiple_of(restart) {
            writer.end_run(bands);
            writer.align();
            writer.bytes.extend([0xFF, 0xD0 + ((number / restart - 1) % 8) as u8]);
            predictions = [0; 3];
        }
        for (component, place) in unit {
            let block = &components[component].blocks[place];
            if scan.first == 0 {
                let value = i32::from(block[0]) >> scan.shift;
                if scan.before > 0 {
                    writer.bits(value as u32 & 1, 1);
                } else {
                    writer.mean(means, value - predictions[component]);
                    predictions[component] = value;
                }
            }
            match (scan.last, scan.before) {
                (0, _) => {}
                (_, 0) => writer.begin(bands, block, scan, progressive),
                _ => writer.refine(bands, block, scan),
            }
        }
    }
    writer.end_run(bands);
    writer.align();
    writer.bytes
}

/// The blocks of each unit of a scan: component and place.
fn units(components: &[Component], scan: &Scan) -> Vec<Vec<(usize, usize)>> {
    if let [component] = *scan.components.as_slice() {
        let Component { size, stride, .. } = components[component];
        return (0..size.0 * size.1)
            .map(|index| vec![(component, index / size.0 * stride + index % size.0)])
            .collect();
    }
    let first = &components[0];
    let across = first.stride / first.sampling.0;
    let down = first.blocks.len() / first.stride / first.sampling.1;
    let mut units = Vec::new();
    for unit in 0..across * down {
        let mut blocks = Vec::new();
        for component in &scan.components {
            let Component { sampling: (horizontal, vertical), stride, .. } = components[*component];
            for index in 0..horizontal * vertical {
                let row = unit / across * vertical + index / horizontal;
                blocks.push((*component, row * stride + unit % across * horizontal + index % horizontal));
            }
        }
        units.push(blocks);
    }
    units
}
