use std::time::Instant;

use crate::VisionError;

/// Looked at between stages and between runs of a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch(pub Option<Instant>);

impl Watch {
    /// # Errors
    /// [`VisionError::Deadline`] where it has passed.
    pub(crate) fn check(self) -> Result<(), VisionError> {
        match self.0 {
            Some(deadline) if Instant::now() >= deadline => Err(VisionError::Deadline),
            _ => Ok(()),
        }
    }
}
