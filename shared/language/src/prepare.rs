//! Labels to what texts are compared with.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::calibration::Calibration;
use crate::labels::{Label, Labels, readable};
use crate::models::{Language, in_time, normalize};
use crate::space::{Contrast, Placed, Read};
use crate::windows::Windows;
use crate::{LanguageError, Tier, budget, discriminant, refine};

/// How a confidence came about, for `confidence_method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Of a text to what each label means.
    Similarity,
    /// A linear classifier, fitted on the examples.
    Fitted,
}

/// Labels, ready to be compared with texts. Worth keeping: what [`Language::prepare`] costs is reading every description and example.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    pub(crate) tier: Tier,
    pub(crate) method: Method,
    /// One a label.
    pub(crate) rows: Vec<Row>,
    pub(crate) calibration: Calibration,
    /// How far a text's scores usually spread over the labels, where texts that spread less are not taken to be as much less certain; else 0.
    #[serde(default)]
    pub(crate) usual_spread: f32,
}

/// A label's score is linear in a text's place and feeling.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub weights: Vec<f32>,
    pub feeling: f32,
    pub bias: f32,
}

impl Prepared {
    pub fn tier(&self) -> Tier {
        self.tier
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn labels(&self) -> usize {
        self.rows.len()
    }

    /// Memory, for a cache that has a limit.
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.weights.len() * size_of::<f32>() + size_of::<Row>()).sum()
    }

    pub fn calibration(&self) -> Calibration {
        self.calibration
    }

    /// The same labels with the confidence that an evaluation has fitted.
    pub fn calibrated(mut self, calibration: Calibration) -> Self {
        self.calibration = calibration;
        self
    }
}

/// Examples a label, on average, from which on the spread within labels can be told from that between them.
const FITTED_FROM: usize = 3;
/// Examples that a label's name and description are worth.
const MEANING_WORTH: f32 = 1.0;
/// Labels that differ by feeling are few, as in positive, neutral, negative; among many labels the direction only disturbs.
const FEELING_LABELS: usize = 10;
/// How far both a good and a bad label must be from neutral for the feeling to count, and what it then weighs beside the cosine.
const FEELING_FROM: f32 = 0.35;
const FEELING_WEIGHT: f32 = 0.2;

/// Labels from which on the spread of a text's scores says something of the text, and what it usually is on the standard tier.
const SPREAD_LABELS: usize = 10;
const USUAL_SPREAD: f32 = 0.1;

impl Language {
    /// [`Language::prepare_until`] without a deadline.
    pub fn prepare(&self, labels: &Labels<'_>, tier: Tier) -> Result<Prepared, LanguageError> {
        self.prepare_until(labels, tier, None)
    }

    /// Reads the labels: names, descriptions and examples in the words of the tier's models. Costs as much as classifying as many texts, up to a
    /// bound of 40,000 tokens, some 5 s of CPU on the standard tier. Beyond it examples and descriptions are read only from their starts, and some examples not at
    /// all, evenly over the labels. After the deadline, which is looked at a few times a second, [`LanguageError::Deadline`].
    pub fn prepare_until(
        &self,
        labels: &Labels<'_>,
        tier: Tier,
        deadline: Option<Instant>,
    ) -> Result<Prepared, LanguageError> {
        if labels.labels.is_empty() {
            return Err(LanguageError::Labels("there are none"));
        }
        in_time(deadline)?;
        let (own, examples) = self.points_of(labels, tier, deadline)?;
        in_time(deadline)?;
        let feeling = feeling_weight(&own);
        let middles: Vec<Point> =
            own.iter().zip(&examples).map(|(own, examples)| with_examples(own, examples)).collect();
        let count: usize = examples.iter().map(Vec::len).sum();
        let enough = middles.len() > 1 && count >= FITTED_FROM * middles.len();
        let mut fitted = enough.then(|| discriminant::fit(&middles, &examples, feeling)).flatten();
        let method = if fitted.is_some() { Method::Fitted } else { Method::Similarity };
        let contrast = if tier == Tier::Fast { Contrast::default() } else { self.contrast };
        let calibration =
            prior(method, tier, (middles.len(), count), feeling > 0.0).in_space(contrast, method);
        if let Some(rows) =
            fitted.as_mut().filter(|rows| feeling == 0.0 && count >= refine::FROM * rows.len())
        {
            // Where it finds nothing the discriminant stays.
            refine::refine(rows, &examples, calibration.temperature);
        }
        let rows =
            fitted.unwrap_or_else(|| middles.iter().map(|middle| similarity(middle, feeling)).collect());
        let spreads = method == Method::Similarity && feeling == 0.0 && rows.len() >= SPREAD_LABELS;
        let usual_spread = if spreads { USUAL_SPREAD * softer(tier) * contrast.scale } else { 0.0 };
        Ok(Prepared { tier, method, rows, calibration, usual_spread })
    }

    /// What each label means, and its examples.
    fn points_of(
        &self,
        labels: &Labels<'_>,
        tier: Tier,
        deadline: Option<Instant>,
    ) -> Result<(Vec<Point>, Vec<Vec<Point>>), LanguageError> {
        let read = |texts: Vec<Vec<&str>>| -> Vec<Vec<Read>> {
            let mut all = self.read(&texts.concat(), tier).into_iter();
            texts.iter().map(|texts| all.by_ref().take(texts.len()).collect()).collect()
        };
        let meanings: Vec<Vec<String>> =
            labels.labels.iter().map(|label| meanings(label, labels.text_type)).collect();
        let mut own = read(meanings.iter().map(|texts| texts.iter().map(String::as_str).collect()).collect());
        let mut examples = read(labels.labels.iter().map(|label| label.examples.clone()).collect());
        if tier == Tier::Standard {
            limit(&mut own, &mut examples, self.encoder_pieces().marks());
        }
        let counts: Vec<(usize, usize)> =
            own.iter().zip(&examples).map(|(own, examples)| (own.len(), examples.len())).collect();
        let all = own.into_iter().chain(examples).flatten().collect();
        let mut placed = self.locate(all, deadline)?.into_iter();
        let own = counts.iter().map(|(own, _)| middle(&points(placed.by_ref().take(*own)))).collect();
        let examples = counts.iter().map(|(_, examples)| points(placed.by_ref().take(*examples))).collect();
        Ok((own, examples))
    }
}

/// Leaves what the budget allows.
fn limit(own: &mut [Vec<Read>], examples: &mut [Vec<Read>], marks: usize) {
    let windows = |groups: &mut [Vec<Read>]| -> Vec<Vec<Windows>> {
        let take =
            |group: &mut Vec<Read>| group.iter_mut().map(|read| std::mem::take(&mut read.windows)).collect();
        groups.iter_mut().map(take).collect()
    };
    let (mut meanings, mut texts) = (windows(own), windows(examples));
    let kept = budget::limit(&mut meanings, &mut texts, marks);
    for (group, kept) in examples.iter_mut().zip(&kept) {
        let mut number = 0;
        group.retain(|_| {
            number += 1;
            kept.binary_search(&(number - 1)).is_ok()
        });
    }
    let reads = own.iter_mut().chain(examples).flatten();
    for (read, windows) in reads.zip(meanings.into_iter().chain(texts).flatten()) {
        read.windows = windows;
    }
}

/// A text or the middle of some.
#[derive(Debug, Clone)]
pub struct Point {
    pub vector: Vec<f32>,
    pub feeling: f32,
}

fn points(placed: impl Iterator<Item = Placed>) -> Vec<Point> {
    placed.map(|placed| Point { vector: placed.vector, feeling: placed.feeling }).collect()
}

fn middle(points: &[Point]) -> Point {
    let mut sum =
        Point { vector: vec![0.0; points.first().map_or(0, |point| point.vector.len())], feeling: 0.0 };
    points.iter().for_each(|point| add(&mut sum, point, 1.0 / points.len() as f32));
    sum
}

/// What a label means, and its examples: their mean, the meaning being worth `MEANING_WORTH` of them.
fn with_examples(own: &Point, examples: &[Point]) -> Point {
    let share = 1.0 / (MEANING_WORTH + examples.len() as f32);
    let mut sum = Point { vector: vec![0.0; own.vector.len()], feeling: 0.0 };
    add(&mut sum, own, MEANING_WORTH * share);
    examples.iter().for_each(|example| add(&mut sum, example, share));
    sum
}

fn add(sum: &mut Point, point: &Point, share: f32) {
    sum.vector.iter_mut().zip(&point.vector).for_each(|(sum, value)| *sum += value * share);
    sum.feeling += point.feeling * share;
}

/// The weight of the feeling: none unless the labels, by name and description, are few and lie on both sides of neutral.
fn feeling_weight(labels: &[Point]) -> f32 {
    let most = labels.iter().fold(0.0_f32, |most, label| most.max(label.feeling));
    let least = labels.iter().fold(0.0_f32, |least, label| least.min(label.feeling));
    let counts = labels.len() <= FEELING_LABELS && most.min(-least) >= FEELING_FROM;
    if counts { FEELING_WEIGHT } else { 0.0 }
}

fn similarity(middle: &Point, feeling: f32) -> Row {
    let mut weights = middle.vector.clone();
    normalize(&mut weights);
    Row { weights, feeling: feeling * middle.feeling, bias: 0.0 }
}

/// The calibration of labels that nobody has evaluated. Fitted on the tuning halves of the bench's sets: the temperature of a similarity rises
/// slowly with the number of labels, that of a discriminant falls with the number of examples a label.
fn prior(method: Method, tier: Tier, (labels, examples): (usize, usize), feeling: bool) -> Calibration {
    let (labels, examples) = (labels as f32, examples.max(1) as f32);
    let fast = tier == Tier::Fast;
    let softer = softer(tier);
    let (temperature, slope, offset) = match (method, feeling) {
        (Method::Similarity, true) => (0.09, 16.0, 0.1),
        (Method::Fitted, true) => (0.02, 75.0, 0.0),
        (Method::Similarity, false) => {
            ((0.03 + 0.0034 * labels.ln()) * softer, 20.0, if fast { 0.14 } else { 0.2 })
        }
        (Method::Fitted, false) => {
            let temperature = 0.0032 * (1.0 + 4.0 * labels / examples) * softer;
            if fast { (temperature, 128.0, -0.014) } else { (temperature, 148.0, -0.004) }
        }
    };
    Calibration { temperature, slope, offset }
}

/// How much further the table's similarities lie apart.
fn softer(tier: Tier) -> f32 {
    if tier == Tier::Fast { 1.25 } else { 1.0 }
}

impl Calibration {
    /// For an encoder that was never tuned for: as if its cosines were those of the shipped space, moved and stretched.
    fn in_space(self, contrast: Contrast, method: Method) -> Self {
        let moved = match method {
            Method::Similarity => {
                contrast.middle + (self.offset - Contrast::default().middle) * contrast.scale
            }
            Method::Fitted => self.offset * contrast.scale,
        };
        Self {
            temperature: self.temperature * contrast.scale,
            slope: self.slope / contrast.scale,
            offset: moved,
        }
    }
}

/// The texts whose mean is a label's meaning.
fn meanings(label: &Label<'_>, text_type: Option<&str>) -> Vec<String> {
    let mut name = readable(label.name);
    if name.is_empty() {
        name = label.name.to_owned();
    }
    let kind = text_type.map(str::trim).filter(|kind| !kind.is_empty());
    let mut texts = vec![name.clone(), format!("This {} is about {name}.", kind.unwrap_or("text"))];
    texts.extend(kind.map(|kind| format!("{name} {kind}")));
    if let Some(description) = label.description.map(str::trim).filter(|description| !description.is_empty())
    {
        texts.extend([description.to_owned(), format!("{name}: {description}")]);
    }
    texts
}
