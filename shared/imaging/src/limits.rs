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

    pub(crate) fn watch(&self) -> Watch {
        Watch { deadline: self.deadline }
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
