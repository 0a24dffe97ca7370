//! Text in pictures: found, set upright, read, put in order. The networks are those of PP-OCR; what is between them is here.

mod angle;
mod choice;
mod detector;
mod order;
mod reader;
mod recognizer;
mod rectangle;
mod regions;
mod strips;
mod upright;

use std::path::PathBuf;
use std::time::Instant;

use inference::models::Folder;
use inference::{Backend, Options};

use crate::sample::{Planes, Point};
use crate::watch::Watch;
use crate::{Picture, VisionError};
use angle::AngleClassifier;
use detector::Detector;
use recognizer::{Character, Recognizer};
use strips::Strip;

/// The networks' files: of PP-OCRv6 the detector and the recogniser, of PP-OCRv2 the angle classifier.
#[derive(Debug, Clone)]
pub struct OcrFiles {
    pub detector: PathBuf,
    pub recognizer: PathBuf,
    pub angle: PathBuf,
}

impl OcrFiles {
    /// Those of the folder of models.
    ///
    /// # Errors
    /// [`VisionError::File`] names the one that is missing or altered.
    pub fn of(folder: &Folder) -> Result<Self, VisionError> {
        Ok(Self {
            detector: folder.file("ppocr/det.onnx")?,
            recognizer: folder.file("ppocr/rec.onnx")?,
            angle: folder.file("ppocr/cls.onnx")?,
        })
    }
}

#[derive(Debug, Clone, Copy)]
pub struct OcrOptions {
    /// The most samples of the picture's longer side that are looked at for lines. Text of less than about 8 of them is missed.
    pub longest_side: u32,
    /// Looks at fewer samples first, and at more only where the text is small.
    pub adaptive: bool,
    /// The samples of the longer side at that first look. Fewer cost less: at 544 a page of 40 lines costs half,
    /// but lines are cut out less exactly, and of small print some are misread.
    pub first_side: u32,
    /// How much narrower than they are lines are read, 0.7..1: of small print a letter in a hundred is lost at 0.85, four at 0.8. The
    /// time goes with it.
    pub squeeze: f32,
    /// Of a page with more text not all of it is read, but large lines, those that come first, and some of every part of the rest: as
    /// many as have this much length together, in their heights as they are cut out. A line across a page of A4 has about 28.
    pub most_text: Option<u32>,
    /// Lines that are read with less confidence than this are left out.
    pub least_confidence: f32,
    /// Looked at between stages and between runs of a network.
    pub deadline: Option<Instant>,
}

impl OcrOptions {
    /// What a page is about, for about a second of processor time: lines squeezed, and no more of them than that allows, which is all
    /// of a page of running text.
    pub fn gist() -> Self {
        Self { first_side: 544, squeeze: 0.74, most_text: Some(1_250), ..Self::default() }
    }
}

impl Default for OcrOptions {
    fn default() -> Self {
        Self {
            longest_side: 1_280,
            adaptive: true,
            first_side: 960,
            squeeze: 1.0,
            most_text: None,
            least_confidence: 0.5,
            deadline: None,
        }
    }
}

/// A line, or the part of it that stands together, as a cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    /// 0..1: the mean of its characters'.
    pub confidence: f32,
    /// Top left, top right, bottom right, bottom left as the text is read; in pixels from the picture's top left. They may lie a
    /// little outside the picture.
    pub corners: [[f32; 2]; 4],
    /// Lines beside each other have the same number; it grows in the order of reading.
    pub row: usize,
}

/// What lines say together: a line break between rows, a space between the parts of a row.
pub fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push(if lines[index - 1].row == line.row { ' ' } else { '\n' });
        }
        text.push_str(&line.text);
    }
    text
}

/// Reads text. One is shared by all threads.
pub struct Ocr {
    detector: Detector,
    angle: AngleClassifier,
    recognizer: Recognizer,
}

impl Ocr {
    /// `threads` of one run of a network.
    ///
    /// # Errors
    /// A file that is missing, or not such a network.
    pub fn load(backend: &dyn Backend, files: &OcrFiles, threads: usize) -> Result<Self, VisionError> {
        let options = Options { threads, prepack: true };
        let load = |file| backend.load(file, &options);
        Ok(Self {
            detector: Detector(load(&files.detector)?),
            angle: AngleClassifier(load(&files.angle)?),
            recognizer: Recognizer::load(backend, &files.recognizer, &options)?,
        })
    }

    /// The lines of a picture in the order of reading.
    ///
    /// # Errors
    /// The deadline, or a network that fails.
    pub fn read(&self, picture: Picture<'_>, options: &OcrOptions) -> Result<Vec<Line>, VisionError> {
        if picture.is_empty() {
            return Ok(Vec::new());
        }
        let watch = Watch(options.deadline);
        watch.check()?;
        let (lines, unread) = self.attempt(picture, options, watch)?;
        // Small lines flow together at the first look, and what they say then is nothing.
        let lines = if options.adaptive && unread > lines.len() / 4 {
            self.attempt(picture, &OcrOptions { adaptive: false, ..*options }, watch)?.0
        } else {
            lines
        };
        Ok(in_order(lines))
    }

    /// Lines in no order, and how many more were found than could be read.
    fn attempt(
        &self,
        picture: Picture<'_>,
        options: &OcrOptions,
        watch: Watch,
    ) -> Result<(Vec<Line>, usize), VisionError> {
        watch.check()?;
        let longest = options.longest_side.max(32);
        let first = if options.adaptive { options.first_side.clamp(32, longest) } else { longest };
        let found = self.detector.find(picture, first, longest, watch)?;
        watch.check()?;
        let mut corners: Vec<[Point; 4]> = found.into_iter().map(|found| found.corners).collect();
        let doubtful = self.set_upright(picture, &mut corners, watch)?;
        if let Some(most) = options.most_text {
            corners = choice::within(corners, most);
        }
        let mut strips: Vec<Strip> =
            corners.into_iter().map(|corners| Strip::squeezed(corners, options.squeeze)).collect();
        let mut read = self.read_strips(picture, &strips, watch)?;
        self.read_turned(picture, &doubtful, (&mut strips, &mut read), watch)?;
        let lines = strips.iter().zip(read).filter_map(|(strip, characters)| line(strip, &characters));
        let lines: Vec<Line> = lines.filter(|line| line.confidence >= options.least_confidence).collect();
        let unread = strips.len() - lines.len();
        Ok((lines, unread))
    }

    /// Some at a time, so that memory does not grow with the page.
    fn read_strips(
        &self,
        picture: Picture<'_>,
        strips: &[Strip],
        watch: Watch,
    ) -> Result<Vec<Vec<Character>>, VisionError> {
        let mut read = vec![Vec::new(); strips.len()];
        let mut order: Vec<usize> = (0..strips.len()).collect();
        // The widest first: what it needs is enough for the others.
        order.sort_by_key(|&index| std::cmp::Reverse(strips[index].width));
        for some in order.chunks(strips::TOGETHER) {
            watch.check()?;
            let planes: Vec<Planes> = some.iter().map(|&index| strips[index].on_grey(picture)).collect();
            let characters = self.recognizer.read(&planes.iter().collect::<Vec<_>>(), watch)?;
            some.iter().zip(characters).for_each(|(&index, characters)| read[index] = characters);
        }
        Ok(read)
    }
}

/// `None` where nothing is read.
fn line(strip: &Strip, characters: &[Character]) -> Option<Line> {
    let text: String = characters.iter().map(|character| character.character).collect();
    let text = text.trim();
    let confidence = confidence(characters);
    (!text.is_empty()).then(|| Line { text: text.to_owned(), confidence, corners: strip.corners, row: 0 })
}

/// The mean of the characters'.
fn confidence(characters: &[Character]) -> f32 {
    let sum: f32 = characters.iter().map(|character| character.confidence).sum();
    sum / characters.len().max(1) as f32
}

fn in_order(lines: Vec<Line>) -> Vec<Line> {
    let corners: Vec<[Point; 4]> = lines.iter().map(|line| line.corners).collect();
    let mut lines: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(lines.len());
    for (row, indices) in order::rows(&corners).into_iter().enumerate() {
        for index in indices {
            ordered.extend(lines[index].take().map(|line| Line { row, ..line }));
        }
    }
    ordered
}
