//! Pictures and documents to words, which are matched with labels as any text, and to the tokens they cost.

use std::sync::Arc;
use std::time::Instant;

use common::ApiError;
use contract::limits::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_PAGES, MAX_SEEN_PIXELS};
use contract::{ErrorKind, Fault};
use documents::{Document, DocumentError, Limits};
use editing::{EditError, Editor};
use hosted::Picture;
use imaging::{ImagingError, Rgb};

use crate::inputs::Inputs;
use engine::Engine;
use engine::Input;
use engine::Sight;
use engine::{MAX_SHOWN_PIXELS, in_time, jpeg};

/// Pixels of a side of the squares that are counted.
const SQUARE: u32 = 32;
/// Pixels an inch of a page that is drawn: letters of 10 points have 20 pixels, which is what is read well.
const DPI: f32 = 150.0;

/// What is known of inputs before anything is decoded or drawn.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Visual tokens of all pictures and pages.
    pub tokens: u32,
    document: Option<Document>,
}

/// What the pictures and the document of a call came to.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub words: String,
    pub visual_tokens: u32,
    /// For a hosted model that looks itself.
    pub pictures: Vec<Picture>,
}

/// Who looks at pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// The models here: words come of it.
    Local,
    /// The hosted one: pictures and pages go to it, and the text that a document carries.
    Hosted,
    /// Both: pictures for the one, words of the other.
    Both,
}

/// Looks at the inputs of a call.
pub(crate) struct Looker {
    pub engine: Arc<Engine>,
    pub editor: Arc<Editor>,
    pub account: String,
    pub inputs: Arc<Inputs>,
    pub deadline: Instant,
}

impl Seen {
    /// Whether there is nothing to go by: no text, and nothing in the pictures that is known.
    pub fn is_nothing(&self, text: &str) -> bool {
        text.trim().is_empty() && self.words.is_empty()
    }

    /// A text with what was seen beside it.
    pub fn beside(&self, text: &str) -> String {
        match (text.trim().is_empty(), self.words.is_empty()) {
            (true, true) => "A picture without text.".to_owned(),
            (true, false) => self.words.clone(),
            (false, true) => text.to_owned(),
            (false, false) => format!("{text}\n\n{}", self.words),
        }
    }
}

/// Visual tokens of all inputs, from the headers of pictures and the sizes of pages.
///
/// # Errors
/// What is no picture or document, is damaged or encrypted, or has too many pages.
pub(crate) async fn measure(engine: &Engine, inputs: &Arc<Inputs>) -> Result<u32, ApiError> {
    if let Some(measured) = inputs.measured.get() {
        return Ok(measured.tokens);
    }
    let (seen, deadline) = (inputs.clone(), inputs.deadline);
    let measured = engine.turn(move || {
        in_time(deadline)?;
        measured(&seen)
    });
    let measured = measured.await?;
    Ok(inputs.measured.get_or_init(|| measured).tokens)
}

fn measured(inputs: &Inputs) -> Result<Measured, ApiError> {
    let mut tokens: u32 = 0;
    for image in &inputs.images {
        let info = imaging::probe(&image.bytes).map_err(|error| picture_failed(image, error.into()))?;
        tokens = tokens.saturating_add(squares((info.width, info.height)));
    }
    let document = inputs.file.as_ref().map(|file| opened(file, inputs.deadline)).transpose()?;
    if let (Some(document), Some(file)) = (&document, &inputs.file) {
        for page in 0..document.pages() {
            let size = document.size(page).map_err(|error| document_failed(file, error))?;
            tokens = tokens.saturating_add(squares(drawn(size, MAX_SEEN_PIXELS)));
        }
    }
    Ok(Measured { tokens, document })
}

fn opened(file: &Input, deadline: Instant) -> Result<Document, ApiError> {
    let limits = Limits {
        max_pages: MAX_DOCUMENT_PAGES,
        max_bytes: MAX_DOCUMENT_BYTES,
        deadline: Some(deadline),
        ..Limits::default()
    };
    documents::open(&file.bytes, &limits).map_err(|error| document_failed(file, error))
}

/// Sides in pixels of a page of so many points, at most `max_pixels` of them.
fn drawn((width, height): (f32, f32), max_pixels: u64) -> (u32, u32) {
    let pixels = |points: f32| ((points * DPI / 72.0).round() as u32).clamp(1, Limits::default().max_side);
    imaging::within((pixels(width), pixels(height)), max_pixels)
}

/// Visual tokens of a picture: squares that it covers, wholly or in part, once it is scaled down.
fn squares(sides: (u32, u32)) -> u32 {
    let (width, height) = imaging::within(sides, MAX_SEEN_PIXELS);
    width.div_ceil(SQUARE).saturating_mul(height.div_ceil(SQUARE))
}

impl Looker {
    /// Looks at all inputs, one after the other: those of a call share one look, however many texts it has.
    pub async fn look(&self, viewer: Viewer) -> Result<Seen, ApiError> {
        let visual_tokens = measure(&self.engine, &self.inputs).await?;
        let _turn = self.engine.long(&self.account).await?;
        let sight = match viewer {
            Viewer::Local | Viewer::Both => Some(self.engine.sight().await?),
            Viewer::Hosted => None,
        };
        let mut seen = Seen { words: String::new(), visual_tokens, pictures: Vec::new() };
        for image in &self.inputs.images {
            let pixels = async |most| {
                let pixels = self.editor.pixels(image.bytes.clone(), most, self.deadline).await;
                pixels.map_err(|error| picture_failed(image, error))
            };
            if viewer != Viewer::Local {
                let shown = pixels(MAX_SHOWN_PIXELS).await?;
                seen.pictures.push(self.engine.turn(move || jpeg(shown)).await?);
            }
            if let Some(sight) = sight.clone() {
                let (picture, deadline) = (pixels(MAX_SEEN_PIXELS).await?, self.deadline);
                let look = move || sight.look((picture.width, picture.height), &picture.pixels, deadline);
                seen.add(&self.engine.turn(look).await?.words());
            }
        }
        for page in 0..self.inputs.document().map_or(0, Document::pages) {
            let (inputs, sight, deadline) = (self.inputs.clone(), sight.clone(), self.deadline);
            let look = move || {
                in_time(deadline)?;
                let words = page_words(&inputs, page, sight.as_ref(), deadline)?;
                let shown = (viewer != Viewer::Local).then(|| page_shown(&inputs, page)).transpose()?;
                Ok((words, shown))
            };
            let (words, shown) = self.engine.turn(look).await?;
            seen.add(&words);
            seen.pictures.extend(shown);
        }
        Ok(seen)
    }
}

impl Seen {
    fn add(&mut self, words: &str) {
        if words.trim().is_empty() {
            return;
        }
        if !self.words.is_empty() {
            self.words.push_str("\n\n");
        }
        self.words.push_str(words);
    }
}

impl Inputs {
    fn document(&self) -> Option<&Document> {
        self.measured.get().and_then(|measured| measured.document.as_ref())
    }
}

/// What a page says; where it is a scan, or holds pictures only, what there is to be seen on it.
fn page_words(
    inputs: &Inputs,
    page: usize,
    sight: Option<&Sight>,
    deadline: Instant,
) -> Result<String, ApiError> {
    let (Some(document), Some(file)) = (inputs.document(), &inputs.file) else { return Ok(String::new()) };
    let failed = |error| document_failed(file, error);
    let text = document.text(page).map_err(failed)?.text;
    let Some(sight) = sight else { return Ok(text) };
    if !text.trim().is_empty() && !document.is_scanned(page).map_err(failed)? {
        return Ok(text);
    }
    let (width, _) = drawn(document.size(page).map_err(failed)?, MAX_SEEN_PIXELS);
    let picture = document.render(page, width).map_err(failed)?;
    Ok(sight.look((picture.width, picture.height), &picture.pixels, deadline)?.words())
}

/// A page as a hosted model is shown it.
fn page_shown(inputs: &Inputs, page: usize) -> Result<Picture, ApiError> {
    let no_page = || ApiError::internal("a page of no document");
    let (Some(document), Some(file)) = (inputs.document(), &inputs.file) else { return Err(no_page()) };
    let failed = |error| document_failed(file, error);
    let (width, _) = drawn(document.size(page).map_err(failed)?, MAX_SHOWN_PIXELS);
    let picture = document.render(page, width).map_err(failed)?;
    jpeg(Rgb { width: picture.width, height: picture.height, pixels: picture.pixels })
}

fn picture_failed(input: &Input, error: EditError) -> ApiError {
    if let EditError::Imaging(error @ ImagingError::TooLarge { .. }) = &error {
        return ApiError::invalid(vec![Fault::other("image", error.to_string())]);
    }
    let error = ApiError::from(error);
    match error.kind {
        ErrorKind::InputNotAPicture | ErrorKind::InputCorrupt => {
            ApiError { message: format!("{}: {}", input.name, error.message), ..error }
        }
        _ => error,
    }
}

fn document_failed(input: &Input, error: DocumentError) -> ApiError {
    let kind = match &error {
        DocumentError::NotADocument => ErrorKind::InputNotAPicture,
        DocumentError::Encrypted => ErrorKind::EncryptedDocument,
        DocumentError::TooManyPages { .. } | DocumentError::TooLarge { .. } => ErrorKind::InputTooLarge,
        DocumentError::Bomb(_) | DocumentError::Damaged(_) => ErrorKind::InputCorrupt,
        DocumentError::DeadlineExceeded => {
            return ApiError::new(ErrorKind::DeadlineExceeded).with_source(error);
        }
        DocumentError::NoSuchPage(_) => return ApiError::internal(error),
    };
    // Why no more of what is damaged: it is in the words of the reader, and says nothing to who sent the file.
    let sentence = match &error {
        DocumentError::Damaged(_) => "the document is damaged".to_owned(),
        error => error.to_string(),
    };
    ApiError::because(kind, format!("{}: {sentence}.", input.name)).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_tokens_are_squares_of_32_pixels_after_the_cap_of_4_megapixels() {
        assert_eq!(squares((32, 32)), 1);
        assert_eq!(squares((33, 32)), 2);
        assert_eq!(squares((640, 480)), 20 * 15);
        // Of 8000 x 6000 are left 2309 x 1732.
        assert_eq!(squares((8_000, 6_000)), 73 * 55);
        assert_eq!(squares(drawn((595.0, 842.0), MAX_SEEN_PIXELS)), 39 * 55);
    }

    #[test]
    fn a_text_stands_before_what_was_seen() {
        let seen = |words: &str| Seen { words: words.to_owned(), visual_tokens: 1, pictures: Vec::new() };
        assert_eq!(seen("A picture of a cup.").beside("Lunch"), "Lunch\n\nA picture of a cup.");
        assert_eq!(seen("A picture of a cup.").beside(""), "A picture of a cup.");
        assert_eq!(seen("").beside("Lunch"), "Lunch");
        assert!(!seen("").beside(" ").trim().is_empty());
    }
}
