use std::time::{Duration, Instant};

use crate::DocumentError;

/// What a document may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Pages; a longer document is refused, not cut.
    pub max_pages: usize,
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Pixels of a page picture's longer side.
    pub max_side: u32,
    /// When the caller's time is over. Looked at between objects, pages and steps; one page is bounded by what it may draw.
    pub deadline: Option<Instant>,
    /// How long [`crate::open`] may take.
    pub parsing: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pages: 20,
            max_bytes: 25 << 20,
            max_side: 4096,
            deadline: None,
            parsing: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// Refuses once the deadline is over.
    pub(crate) fn check(&self) -> Result<(), DocumentError> {
        Clock { end: self.deadline }.check()
    }

    /// The clock of one call of [`crate::open`].
    pub(crate) fn parsing_clock(&self) -> Clock {
        let own = Instant::now().checked_add(self.parsing);
        Clock { end: [own, self.deadline].into_iter().flatten().min() }
    }
}

/// Asked between any two pieces of work.
pub(crate) struct Clock {
    end: Option<Instant>,
}

impl Clock {
    pub fn check(&self) -> Result<(), DocumentError> {
        match self.end {
            Some(end) if Instant::now() >= end => Err(DocumentError::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}
