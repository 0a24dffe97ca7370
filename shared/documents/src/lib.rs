//! PDF and DOCX to text with its place on the page, and to pictures of the pages.
//!
//! Pure and synchronous. A document is hostile until shown otherwise: everything that is inflated is counted first, what a page may
//! cost is known before it is drawn, and nothing outside of the file is ever read.

mod docx;
mod error;
mod guard;
mod kind;
mod limits;
mod order;
mod pdf;
mod picture;
mod text;

pub use error::DocumentError;
pub use kind::Kind;
pub use limits::Limits;
pub use picture::RgbPicture;
pub use text::{PageText, TextRun};

/// A document that has been read; its pages are drawn when they are asked for.
pub struct Document {
    body: Body,
    limits: Limits,
}

enum Body {
    Pdf(pdf::Pdf),
    Docx(docx::Docx),
}

/// Reads a PDF or a DOCX. CPU time is at most `limits.parsing`, memory a small multiple of what `limits` allow.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Document, DocumentError> {
    if bytes.len() > limits.max_bytes {
        return Err(DocumentError::TooLarge { bytes: bytes.len(), most: limits.max_bytes });
    }
    let clock = limits.parsing_clock();
    let kind = kind::of(bytes)?;
    let body = guard::run(|| match kind {
        Kind::Pdf => pdf::Pdf::open(bytes, &clock).map(Body::Pdf),
        Kind::Docx => docx::Docx::open(bytes, limits.max_pages, &clock).map(Body::Docx),
    })?;
    let document = Document { body, limits: limits.clone() };
    match document.pages() {
        0 => Err(DocumentError::Damaged("it has no pages".into())),
        pages if pages > limits.max_pages => Err(DocumentError::TooManyPages { most: limits.max_pages }),
        _ => Ok(document),
    }
}

impl Document {
    /// What it was recognised as, by its bytes alone.
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Pdf(_) => Kind::Pdf,
            Body::Docx(_) => Kind::Docx,
        }
    }

    /// How many pages there are, at least one. Those of a DOCX are by our own layout.
    pub fn pages(&self) -> usize {
        match &self.body {
            Body::Pdf(pdf) => pdf.pages(),
            Body::Docx(docx) => docx.pages(),
        }
    }

    /// The text of a page, counted from 0, in reading order.
    pub fn text(&self, page: usize) -> Result<PageText, DocumentError> {
        self.limits.check()?;
        guard::run(|| match &self.body {
            Body::Pdf(pdf) => pdf.text(page),
            Body::Docx(docx) => docx.text(page),
        })
    }

    /// A picture of a page, counted from 0, so many pixels wide; narrower where it would be larger than `Limits::max_side` either way.
    pub fn render(&self, page: usize, width: u32) -> Result<RgbPicture, DocumentError> {
        self.limits.check()?;
        guard::run(|| {
            let size = match &self.body {
                Body::Pdf(pdf) => pdf.size(page)?,
                Body::Docx(docx) => docx.size(page)?,
            };
            let (width, height, scale) = picture::dimensions(size, width, self.limits.max_side);
            match &self.body {
                Body::Pdf(pdf) => pdf.render(page, width, height, scale),
                Body::Docx(docx) => docx.render(page, width, height, scale),
            }
        })
    }

    /// Width and height of a page in points of 1/72 inch.
    pub fn size(&self, page: usize) -> Result<(f32, f32), DocumentError> {
        match &self.body {
            Body::Pdf(pdf) => pdf.size(page),
            Body::Docx(docx) => docx.size(page),
        }
    }

    /// Whether what the page says must be read off its picture: it shows something, and has no text that means anything.
    pub fn is_scanned(&self, page: usize) -> Result<bool, DocumentError> {
        self.limits.check()?;
        guard::run(|| match &self.body {
            Body::Pdf(pdf) => pdf.is_scanned(page),
            Body::Docx(_) => Ok(false),
        })
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} pages", self.kind(), self.pages())
    }
}
