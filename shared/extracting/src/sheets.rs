//! Pictures and documents, one after another, to what a reader is shown: pictures for a hosted model, or lines.

use std::sync::Arc;
use std::time::Instant;

use common::ApiError;
use contract::ErrorKind;
use contract::limits::{MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_PAGES, MAX_SEEN_PIXELS};
use documents::{Document, DocumentError, Limits, PageText};
use editing::Editor;
use engine::{Engine, Input, MAX_SHOWN_PIXELS, in_time, jpeg};
use hosted::{Hosted, Media, Picture};
use imaging::Rgb;
use tokio::sync::Semaphore;

use crate::ask::Sheet;
use crate::local;

/// Bytes of a file that goes to it as it is.
const MAX_SHOWN_BYTES: usize = 1_500_000;
/// Pictures of one call that are pixels at the same time: the one that is read, and two that wait for their turn. A page is 6.5 MB then,
/// and up to 200 kB before.
const PICTURES: usize = 3;
/// Pixels an inch of a page that is drawn.
const DPI: f32 = 150.0;
/// What goes to a model as it is, where its wire takes it and the file is small enough; by the first bytes.
const NATIVE: [Media; 4] = [Media::Png, Media::Jpeg, Media::Webp, Media::Heic];

/// What one call reads with.
#[derive(Clone)]
pub struct Desk {
    pub engine: Arc<Engine>,
    pub editor: Arc<Editor>,
    pub account: String,
    pub deadline: Instant,
    pub room: Room,
}

/// For pictures as pixels, of one call.
#[derive(Clone)]
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(PICTURES)))
    }
}

/// A file that has been fetched.
pub enum File {
    Picture(Input),
    Document(Arc<Document>),
}

impl File {
    pub fn pages(&self) -> usize {
        match self {
            Self::Picture(_) => 1,
            Self::Document(document) => document.pages(),
        }
    }

    /// Of a document what it is, else a picture, whatever it turns out to be.
    ///
    /// # Errors
    /// A document that is damaged, encrypted or too long.
    pub fn of(input: Input, deadline: Instant) -> Result<Self, ApiError> {
        let limits = Limits {
            max_pages: MAX_EXTRACT_PAGES,
            max_bytes: MAX_EXTRACT_DOCUMENT_BYTES,
            deadline: Some(deadline),
            ..Limits::default()
        };
        match documents::open(&input.bytes, &limits) {
            Ok(document) => Ok(Self::Document(Arc::new(document))),
            Err(DocumentError::NotADocument) => Ok(Self::Picture(input)),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Desk {
    /// A page of a file for a hosted model: its picture, where that can look, and its text, where there is one or it cannot.
    pub async fn sheet(
        &self,
        hosted: &Hosted,
        name: String,
        file: &File,
        page: usize,
    ) -> Result<Sheet, ApiError> {
        let sees = hosted.config().vision;
        match file {
            File::Picture(input) if sees => {
                Ok(Sheet { name, picture: Some(self.shown(hosted, input).await?), text: String::new() })
            }
            File::Picture(_) => {
                Ok(Sheet { name, picture: None, text: vision::text(&self.lines(file, page).await?) })
            }
            File::Document(document) => {
                let text = self.page_text(document, page).await?;
                if !sees {
                    let text = match text {
                        Some(text) => text.text,
                        None => vision::text(&self.lines(file, page).await?),
                    };
                    return Ok(Sheet { name, picture: None, text });
                }
                let drawn = self.drawn(document, page, MAX_SHOWN_PIXELS).await?;
                let picture = self.engine.turn(move || jpeg(drawn)).await?;
                Ok(Sheet {
                    name,
                    picture: Some(picture),
                    text: text.map(|text| text.text).unwrap_or_default(),
                })
            }
        }
    }

    /// The lines of a page of a file: those that a document carries, or those that are read off its picture.
    pub async fn lines(&self, file: &File, page: usize) -> Result<Vec<vision::Line>, ApiError> {
        if let File::Document(document) = file
            && let Some(text) = self.page_text(document, page).await?
        {
            return Ok(local::lines_of(&text));
        }
        let _room = self.room.0.acquire().await.map_err(ApiError::internal)?;
        let picture = match file {
            File::Picture(input) => self.pixels(input, MAX_SEEN_PIXELS).await?,
            File::Document(document) => self.drawn(document, page, MAX_SEEN_PIXELS).await?,
        };
        self.engine.read(&self.account, picture, self.deadline).await
    }

    async fn pixels(&self, input: &Input, most: u64) -> Result<Rgb, ApiError> {
        Ok(self.editor.pixels(input.bytes.clone(), most, self.deadline).await?)
    }

    /// A picture as a hosted model is shown it.
    async fn shown(&self, hosted: &Hosted, input: &Input) -> Result<Picture, ApiError> {
        let info = imaging::probe(&input.bytes).map_err(editing::EditError::from)?;
        let native = NATIVE.into_iter().find(|media| media.subtype() == info.ext);
        let is_small = input.bytes.len() <= MAX_SHOWN_BYTES
            && u64::from(info.width) * u64::from(info.height) <= MAX_SHOWN_PIXELS;
        match native.filter(|media| is_small && hosted.config().wire.takes(*media)) {
            Some(media) => Ok(Picture { media, bytes: input.bytes.clone() }),
            None => {
                let pixels = self.pixels(input, MAX_SHOWN_PIXELS).await?;
                self.engine.turn(move || jpeg(pixels)).await
            }
        }
    }

    /// What a page says; `None` where that must be read off its picture.
    async fn page_text(&self, document: &Arc<Document>, page: usize) -> Result<Option<PageText>, ApiError> {
        let (document, deadline) = (document.clone(), self.deadline);
        let work = move || {
            in_time(deadline)?;
            let text = document.text(page).map_err(failed)?;
            let is_known = !text.text.trim().is_empty() && !document.is_scanned(page).map_err(failed)?;
            Ok(is_known.then_some(text))
        };
        self.engine.turn(work).await
    }

    async fn drawn(&self, document: &Arc<Document>, page: usize, most: u64) -> Result<Rgb, ApiError> {
        let (document, deadline) = (document.clone(), self.deadline);
        let work = move || {
            in_time(deadline)?;
            let (width, height) = document.size(page).map_err(failed)?;
            let side =
                |points: f32| ((points * DPI / 72.0).round() as u32).clamp(1, Limits::default().max_side);
            let (width, _) = imaging::within((side(width), side(height)), most);
            let picture = document.render(page, width).map_err(failed)?;
            Ok(Rgb { width: picture.width, height: picture.height, pixels: picture.pixels })
        };
        self.engine.turn(work).await
    }
}

fn failed(error: DocumentError) -> ApiError {
    let kind = match &error {
        DocumentError::NotADocument => ErrorKind::InputNotAPicture,
        DocumentError::Encrypted => ErrorKind::EncryptedDocument,
        DocumentError::TooManyPages { .. } | DocumentError::TooLarge { .. } => ErrorKind::InputTooLarge,
        DocumentError::Bomb(_) | DocumentError::Damaged(_) => ErrorKind::InputCorrupt,
        DocumentError::DeadlineExceeded => ErrorKind::DeadlineExceeded,
        DocumentError::NoSuchPage(_) => ErrorKind::Internal,
    };
    ApiError::new(kind).with_source(error)
}
