use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::time::Instant;

use crate::{ImagingError, Measure};

/// What one edit may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Width times height of the input.
    pub max_pixels: u64,
    /// Either side of the input.
    pub max_side: u32,
    /// Memory of all steps together, estimated before decoding.
    pub max_bytes: u64,
    /// Width times height of the result.
    pub max_output_pixels: u64,
    /// When to give up: looked at between steps, and within them where rows or scans are handled one by one.
    pub deadline: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 50_000_000,
            max_side: 32_767,
            max_bytes: 600_000_000,
            max_output_pixels: 100_000_000,
            deadline: None,
        }
    }
}

impl Limits {
    pub(crate) fn check_input(&self, width: u32, height: u32) -> Result<(), ImagingError> {
        let side = width.max(height);
        if side > self.max_side {
            let (actual, limit) = (u64::from(side), u64::from(self.max_side));
            return Err(ImagingError::TooLarge { measure: Measure::Side, actual, limit });
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            let limit = self.max_pixels;
            return Err(ImagingError::TooLarge { measure: Measure::Pixels, actual: pixels, limit });
        }
        Ok(())
    }

    /// `max_side` is that of the output's format.
    pub(crate) fn check_output(&self, width: u64, height: u64, max_side: u32) -> Result<(), ImagingError> {
        let side = width.max(height);
        if side > u64::from(max_side) {
            let limit = u64::from(max_side);
            return Err(ImagingError::OutputTooLarge { measure: Measure::Side, actual: side, limit });
        }
        let pixels = width * height;
        if pixels > self.max_output_pixels {
            let limit = self.max_output_pixels;
            return Err(ImagingError::OutputTooLarge { measure: Measure::Pixels, actual: pixels, limit });
        }
        Ok(())
    }

    /// Offsets in a TIFF have 32 bits: four samples of each pixel must fit, even where LZW makes half as much more of them.
    pub(crate) fn check_tiff(&self, width: u32, height: u32) -> Result<(), ImagingError> {
        let (actual, limit) = (u64::from(width) * u64::from(height), u64::from(u32::MAX) / 6);
        if actual <= limit {
            return Ok(());
        }
        Err(ImagingError::OutputTooLarge { measure: Measure::Pixels, actual, limit })
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch { deadline: self.deadline }
    }
}

/// A file in memory whose reading fails once the deadline has passed: for decoders that deliver a picture in one call.
pub(crate) struct Watched<'a> {
    file: Cursor<&'a [u8]>,
    watch: Watch,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(file: &'a [u8], watch: Watch) -> Self {
        Self { file: Cursor::new(file), watch }
    }

    fn check(&self) -> io::Result<()> {
        if self.watch.expired() { Err(io::Error::other("the deadline passed")) } else { Ok(()) }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.file.read(buffer)
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        // Why in pieces: whoever takes all at once asks only once.
        let rest = self.file.fill_buf()?;
        Ok(&rest[..rest.len().min(1 << 16)])
    }

    fn consume(&mut self, amount: usize) {
        self.file.consume(amount);
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

/// How often loops over rows look at the deadline.
const ROWS_BETWEEN_CHECKS: usize = 64;

/// Looks at the deadline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    deadline: Option<Instant>,
}

impl Watch {
    /// Never expires: for headers.
    pub(crate) const NEVER: Self = Self { deadline: None };

    /// A fault of a decoder that read by [`Watched`]: the deadline, where it has passed.
    pub(crate) fn instead_of(&self, error: ImagingError) -> ImagingError {
        if self.expired() { ImagingError::Deadline } else { error }
    }

    pub(crate) fn expired(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    pub(crate) fn check(&self) -> Result<(), ImagingError> {
        if self.expired() { Err(ImagingError::Deadline) } else { Ok(()) }
    }

    /// As [`Self::check`], at the first row and then from time to time: for loops over rows.
    pub(crate) fn check_at(&self, row: usize) -> Result<(), ImagingError> {
        if row.is_multiple_of(ROWS_BETWEEN_CHECKS) { self.check() } else { Ok(()) }
    }
}
