//! The models that look at pictures. Each is loaded when the first picture asks for it, once a process; texts never load them.

use std::sync::Arc;
use std::time::Instant;

use common::ApiError;
use contract::ErrorKind;
use contract::settings::ORT_LIBRARY;
use imaging::Rgb;
use inference::{Backend, InferenceError, Rten};
use models::Folder;
use tokio::sync::OnceCell;
use vision::{ImageLabels, LabelModel, Line, Ocr, OcrFiles, OcrOptions, Picture, VisionError};

use crate::engine::unavailable;

/// Labels of a picture that are looked at.
const TOP: usize = 3;
/// Where the likeliest label has less than this likelihood all are guesses: 0.04 on a portrait, for which ImageNet has no class, 0.14 on
/// a rocket, which is called a missile. Of the others those with this share of the likeliest count.
const LEAST_LIKELY: f32 = 0.1;
const LEAST_SHARE: f32 = 0.3;
/// Letters and digits of text below which it counts for nothing: "08" on a cup said more than the cup.
const FEWEST_LETTERS: usize = 4;
/// Characters of text from which on a picture is a document, about which labels say nothing.
const MUCH_TEXT: usize = 200;

/// Empty until they are used.
#[derive(Default)]
pub struct Eyes {
    ocr: OnceCell<Arc<Ocr>>,
    labels: OnceCell<Arc<ImageLabels>>,
}

/// Both models.
#[derive(Clone)]
pub struct Sight {
    ocr: Arc<Ocr>,
    labels: Arc<ImageLabels>,
}

/// What a picture shows and says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The likeliest first.
    pub labels: Vec<String>,
    pub text: String,
}

impl Eyes {
    pub async fn ocr(&self, threads: usize) -> Result<Arc<Ocr>, ApiError> {
        self.ocr.get_or_try_init(|| load(move |folder| read_with(folder, threads))).await.cloned()
    }

    pub async fn open(&self, threads: usize) -> Result<Sight, ApiError> {
        let ocr = self.ocr(threads).await?;
        let labels = self.labels.get_or_try_init(|| load(move |folder| named_by(folder, threads)));
        Ok(Sight { ocr, labels: labels.await?.clone() })
    }
}

async fn load<T: Send + Sync + 'static>(
    model: impl FnOnce(&Folder) -> Result<T, VisionError> + Send + 'static,
) -> Result<Arc<T>, ApiError> {
    let open = move || {
        let folder = Folder::from_env().map_err(unavailable)?;
        model(&folder).map(Arc::new).map_err(failed)
    };
    tokio::task::spawn_blocking(open).await.map_err(ApiError::internal)?
}

fn read_with(folder: &Folder, threads: usize) -> Result<Ocr, VisionError> {
    Ocr::load(&*backend(folder)?, &OcrFiles::of(folder)?, threads)
}

/// The built-in library, or ONNX Runtime where the settings name its file.
fn backend(folder: &Folder) -> Result<Box<dyn Backend>, VisionError> {
    match ORT_LIBRARY.value() {
        Some(_) => Ok(inference_ort::installed(folder)?),
        None => Ok(Box::new(Rten)),
    }
}

fn named_by(folder: &Folder, threads: usize) -> Result<ImageLabels, VisionError> {
    let (file, names) =
        (folder.file("efficientnet-lite0/model.onnx")?, folder.file("efficientnet-lite0/labels.json")?);
    ImageLabels::load(&*backend(folder)?, &file, &names, LabelModel::EFFICIENTNET_LITE0, threads)
}

impl Sight {
    /// Looks at a picture of `width` x `height` pixels. One of a single colour shows nothing.
    pub fn look(
        &self,
        (width, height): (u32, u32),
        rgb: &[u8],
        deadline: Instant,
    ) -> Result<Found, ApiError> {
        let first = rgb.get(..3).unwrap_or_default();
        if rgb.chunks_exact(3).all(|pixel| pixel == first) {
            return Ok(Found::default());
        }
        let picture = Picture::new(width, height, rgb).map_err(failed)?;
        let options = OcrOptions { deadline: Some(deadline), ..OcrOptions::gist() };
        let text = vision::text(&self.ocr.read(picture, &options).map_err(failed)?);
        if text.chars().count() >= MUCH_TEXT {
            return Ok(Found { labels: Vec::new(), text });
        }
        let labels = self.labels.labels(picture, TOP, Some(deadline)).map_err(failed)?;
        Ok(Found { labels: likely(labels), text })
    }
}

/// Of labels, the likeliest first, those that are no guesses.
fn likely(labels: Vec<(String, f32)>) -> Vec<String> {
    let most = labels.first().map_or(0.0, |(_, likely)| *likely);
    if most < LEAST_LIKELY {
        return Vec::new();
    }
    labels.into_iter().filter(|(_, likely)| *likely >= most * LEAST_SHARE).map(|(name, _)| name).collect()
}

impl Found {
    /// In words; empty of a picture that shows nothing that is known.
    pub fn words(&self) -> String {
        let text = if says_something(&self.text) { self.text.trim() } else { "" };
        match (self.labels.is_empty(), text.is_empty()) {
            (true, _) => text.to_owned(),
            (false, true) => format!("A picture of {}.", self.labels.join(", ")),
            (false, false) => format!("A picture of {}.\nText in it: {text}", self.labels.join(", ")),
        }
    }
}

/// Whether a text is more than a few letters, which are found in any pattern.
fn says_something(text: &str) -> bool {
    let (mut letters, mut signs) = (0, 0);
    for character in text.chars().filter(|character| character.is_alphanumeric()) {
        signs += 1;
        // Of scripts without spaces two signs are a word.
        letters += if character > '\u{2e80}' { 2 } else { 1 };
    }
    letters.max(signs) >= FEWEST_LETTERS
}

/// All that is written in a picture, line by line.
pub fn lines(ocr: &Ocr, picture: &Rgb, deadline: Instant) -> Result<Vec<Line>, ApiError> {
    let options = OcrOptions { deadline: Some(deadline), ..OcrOptions::default() };
    let picture = Picture::new(picture.width, picture.height, &picture.pixels).map_err(failed)?;
    ocr.read(picture, &options).map_err(failed)
}

/// What a failure of the models means to a client.
fn failed(error: VisionError) -> ApiError {
    match error {
        VisionError::Deadline => ApiError::new(ErrorKind::DeadlineExceeded),
        VisionError::Inference(InferenceError::Run(_)) => {
            ApiError::new(ErrorKind::ModelFailed).with_source(error)
        }
        VisionError::Picture { .. } => ApiError::internal(error),
        error => unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_are_guesses_are_none() {
        let of = |list: &[(&str, f32)]| {
            likely(list.iter().map(|(name, likely)| ((*name).to_owned(), *likely)).collect())
        };
        assert_eq!(of(&[("espresso", 0.7), ("cup", 0.25), ("plate", 0.1)]), ["espresso", "cup"]);
        assert_eq!(of(&[("wig", 0.08), ("cup", 0.04)]), [""; 0]);
        assert_eq!(of(&[]), [""; 0]);
    }

    #[test]
    fn a_picture_becomes_words_of_what_is_known_of_it() {
        let found = |labels: &[&str], text: &str| Found {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            text: text.to_owned(),
        };
        assert_eq!(found(&["espresso", "cup"], "").words(), "A picture of espresso, cup.");
        assert_eq!(found(&["menu"], "Soup 4.50\n").words(), "A picture of menu.\nText in it: Soup 4.50");
        assert_eq!(found(&[], "Soup 4.50").words(), "Soup 4.50");
        assert_eq!(found(&[], "").words(), "");
        assert_eq!(found(&["cup"], "08\nlI").words(), "A picture of cup.\nText in it: 08\nlI");
        assert_eq!(found(&["cup"], "08 .").words(), "A picture of cup.");
        assert_eq!(found(&[], "出口").words(), "出口");
    }
}
