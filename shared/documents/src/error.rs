/// Why a document was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Neither a PDF nor a DOCX, whatever its name says.
    #[error("the file is neither a PDF nor a DOCX")]
    NotADocument,
    /// A password is needed to open it. One that only forbids printing or copying is no obstacle.
    #[error("the document is encrypted with a password")]
    Encrypted,
    /// More pages than `Limits::max_pages`.
    #[error("the document has more than {most} pages")]
    TooManyPages { most: usize },
    /// More bytes than `Limits::max_bytes`.
    #[error("the document has {bytes} bytes; the most is {most}")]
    TooLarge { bytes: usize, most: usize },
    /// It would unfold to more than any honest document does: the reason says what.
    #[error("the document unfolds to too much: {0}")]
    Bomb(&'static str),
    /// It cannot be read: the reason says why.
    #[error("the document is damaged: {0}")]
    Damaged(String),
    /// `Limits::deadline` or `Limits::parsing` is over.
    #[error("the document takes too long")]
    DeadlineExceeded,
    /// There is no page of that number.
    #[error("the document has no page {0}")]
    NoSuchPage(usize),
}
