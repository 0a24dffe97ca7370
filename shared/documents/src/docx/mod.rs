//! DOCX: read to blocks, set on pages by a simple layout of our own, drawn by way of a PDF.
//!
//! Why not a converter: `office2pdf` 0.10 brings a typesetting system of some three hundred crates; what a classifier or a reader of
//! forms needs of a page is its text, where it stands, and its pictures.

mod font;
mod layout;
mod lines;
mod model;
mod paint;
mod picture;
mod read;
mod styles;
mod xml;
mod zip;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::limits::Clock;
use crate::pdf::Pdf;
use crate::{DocumentError, PageText, RgbPicture};
use layout::{Mark, Sheet};
use model::Page;
use picture::Picture;

/// Bytes that the pictures of one document may be, unpacked.
const MAX_PICTURE_BYTES: usize = 256 << 20;

/// An open document.
pub struct Docx {
    sheets: Vec<Sheet>,
    page: Page,
    pictures: HashMap<String, Picture>,
    drawn: OnceLock<Result<Pdf, DocumentError>>,
}

impl Docx {
    pub fn open(bytes: &[u8], max_pages: usize, clock: &Clock) -> Result<Self, DocumentError> {
        let mut zip = zip::Zip::open(bytes)?;
        let model = read::read(&mut zip, clock)?;
        let sheets = layout::pages(&model, max_pages, clock)?;
        let mut pictures = HashMap::new();
        let (mut size, mut tried) = (0, HashSet::new());
        for mark in sheets.iter().flat_map(|sheet| &sheet.marks) {
            let Mark::Picture { path, .. } = mark else { continue };
            if size > MAX_PICTURE_BYTES || !tried.insert(path) {
                continue;
            }
            clock.check()?;
            // A picture that is missing or cannot be read is left out.
            let Some(picture) = zip.read(path).ok().flatten().and_then(|bytes| picture::read(&bytes)) else {
                continue;
            };
            size += picture.data.len();
            pictures.insert(path.clone(), picture);
        }
        Ok(Self { sheets, page: model.page, pictures, drawn: OnceLock::new() })
    }

    pub fn pages(&self) -> usize {
        self.sheets.len()
    }

    fn sheet(&self, index: usize) -> Result<&Sheet, DocumentError> {
        self.sheets.get(index).ok_or(DocumentError::NoSuchPage(index))
    }

    pub fn size(&self, index: usize) -> Result<(f32, f32), DocumentError> {
        self.sheet(index).map(|_| (self.page.width, self.page.height))
    }

    pub fn text(&self, index: usize) -> Result<PageText, DocumentError> {
        self.sheet(index).map(|sheet| sheet.text.clone())
    }

    pub fn render(
        &self,
        index: usize,
        width: u16,
        height: u16,
        scale: f32,
    ) -> Result<RgbPicture, DocumentError> {
        self.sheet(index)?;
        let drawn =
            self.drawn.get_or_init(|| Pdf::of_ours(paint::pdf(&self.sheets, self.page, &self.pictures)?));
        drawn.as_ref().map_err(Clone::clone)?.render(index, width, height, scale)
    }
}
