//! Rows of chroma as wide as luma, as libjpeg makes them: a triangle filter ("fancy upsampling") where a side is halved, and
//! repetition otherwise.

/// How a component's rows become rows of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// As they are.
    None,
    /// Triangle across.
    Across,
    /// Triangle down.
    Down,
    /// Triangle both ways.
    Both,
    /// Each sample this many times across, and each row as often as there are rows.
    Repeat(usize),
}

impl Filter {
    /// libjpeg's choice for a component that is to grow `across` and `down` times, `width` samples wide; without `smooth`,
    /// samples are repeated.
    pub(super) fn new(across: usize, down: usize, width: usize, smooth: bool) -> Self {
        match (across, down) {
            (1, 1) => Self::None,
            (1, 2) if smooth => Self::Down,
            (2, 1) if smooth && width > 2 => Self::Across,
            (2, 2) if smooth && width > 2 => Self::Both,
            _ => Self::Repeat(across),
        }
    }

    /// Whether the rows above and below are looked at.
    pub(super) fn has_neighbours(self) -> bool {
        matches!(self, Self::Down | Self::Both)
    }

    /// Samples of a row that [`Self::apply`] makes of `width`.
    pub(super) fn width(self, width: usize) -> usize {
        match self {
            Self::None | Self::Down => width,
            Self::Across | Self::Both => 2 * width,
            Self::Repeat(times) => times * width,
        }
    }

    /// A row of the picture into `out`, from the row it lies in and the `next` nearest one, which is the one `below` or the
    /// one above.
    #[inline(always)]
    pub(super) fn apply(self, nearest: &[u8], next: &[u8], below: bool, sums: &mut Vec<u16>, out: &mut [u8]) {
        let count = nearest.len();
        let next = &next[..count];
        match self {
            Self::None => out.copy_from_slice(nearest),
            Self::Across => {
                padded(sums, count, |index| u16::from(nearest[index]));
                triangle::<2>(sums, [1, 2], out);
            }
            Self::Down => {
                let (out, offset) = (&mut out[..count], if below { 2 } else { 1 });
                for index in 0..count {
                    out[index] =
                        ((3 * u16::from(nearest[index]) + u16::from(next[index]) + offset) >> 2) as u8;
                }
            }
            Self::Both => {
                padded(sums, count, |index| 3 * u16::from(nearest[index]) + u16::from(next[index]));
                triangle::<4>(sums, [8, 7], out);
            }
            Self::Repeat(times) => {
                for (out, sample) in out.chunks_exact_mut(times).zip(nearest) {
                    out.fill(*sample);
                }
            }
        }
    }
}

/// `count` values with the first and the last twice, so that all have neighbours.
#[inline(always)]
fn padded(sums: &mut Vec<u16>, count: usize, value: impl Fn(usize) -> u16) {
    sums.resize(count + 2, 0);
    let inner = &mut sums[1..=count];
    for (index, sum) in inner.iter_mut().enumerate() {
        *sum = value(index);
    }
    (sums[0], sums[count + 1]) = (sums[1], sums[count]);
}

/// Twice as wide: three quarters of a value and one of its neighbour, with offsets before the shift.
#[inline(always)]
fn triangle<const SHIFT: u32>(sums: &[u16], offsets: [u16; 2], out: &mut [u8]) {
    let (pairs, _) = out.as_chunks_mut::<2>();
    let count = pairs.len();
    let (left, middle, right) = (&sums[..count], &sums[1..=count], &sums[2..count + 2]);
    for index in 0..count {
        let near = 3 * middle[index];
        let before = (near + left[index] + offsets[0]) >> SHIFT;
        let after = (near + right[index] + offsets[1]) >> SHIFT;
        pairs[index] = [before as u8, after as u8];
    }
}
