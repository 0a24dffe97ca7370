use std::fmt;

/// Why a picture could not be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImagingError {
    /// The bytes are no picture format we know.
    #[error("the file is not a picture")]
    NotAPicture,
    /// A picture, in a format or variant that cannot be read.
    #[error("{0} pictures cannot be read")]
    Unsupported(String),
    /// The file is damaged or ends early.
    #[error("the {format} file is corrupt: {detail}")]
    Corrupt { format: &'static str, detail: String },
    /// The input, or the work it would take, is larger than allowed.
    #[error("the picture is too large: {actual} {measure}, at most {limit} are allowed")]
    TooLarge { measure: Measure, actual: u64, limit: u64 },
    /// The result would be larger than the format or the service allows.
    #[error("the result would be too large: {actual} {measure}, at most {limit} are allowed")]
    OutputTooLarge { measure: Measure, actual: u64, limit: u64 },
    /// Padding that leaves no room in this picture.
    #[error("padding must be less than half of the side of the result, which is {width}x{height} pixels")]
    PaddingTooLarge { width: u32, height: u32 },
    /// A request that validation should have refused; the dotted path of the field.
    #[error("the value of {0} is not valid")]
    Invalid(&'static str),
    /// Known to the specification and not built yet; the dotted path of the field.
    #[error("{0} is not available in this version")]
    NotAvailable(String),
    /// The deadline passed before the work was done.
    #[error("the deadline passed")]
    Deadline,
    /// An encoder or resampler refused what it should have taken: our fault.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Pixels of the longer side.
    Side,
    /// Width times height.
    Pixels,
    /// Bytes of memory for the whole edit.
    MemoryBytes,
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Side => "pixels on a side",
            Self::Pixels => "pixels",
            Self::MemoryBytes => "bytes of memory",
        })
    }
}

impl ImagingError {
    pub(crate) fn corrupt(format: &'static str, detail: impl fmt::Display) -> Self {
        Self::Corrupt { format, detail: detail.to_string() }
    }
}
