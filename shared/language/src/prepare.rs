//! Labels to what texts are compared with.

use serde::{Deserialize, Serialize};

use crate::calibration::Calibration;
use crate::labels::{Label, Labels, readable};
use crate::linear;
use crate::models::{Language, dot, normalize};
use crate::{LanguageError, Tier};

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
    /// A row a label.
    pub(crate) weights: Vec<Vec<f32>>,
    pub(crate) biases: Vec<f32>,
    pub(crate) calibration: Calibration,
}

impl Prepared {
    pub fn tier(&self) -> Tier {
        self.tier
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn labels(&self) -> usize {
        self.weights.len()
    }

    /// Memory, for a cache that has a limit.
    pub fn bytes(&self) -> usize {
        let floats: usize = self.weights.iter().map(Vec::len).sum();
        (floats + self.biases.len()) * size_of::<f32>() + self.weights.len() * size_of::<Vec<f32>>()
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

/// Examples that a label needs, on average, before a linear classifier is better than the mean of its examples.
const FITTED_FROM: usize = 3;
/// Examples of the linear classifier's prior: what a label's name and description weigh.
const RIDGE: f64 = 1.0;

impl Language {
    /// Reads the labels: names, descriptions and examples in the words of the tier's models. Costs as much as classifying a text of as many tokens.
    pub fn prepare(&self, labels: &Labels<'_>, tier: Tier) -> Result<Prepared, LanguageError> {
        if labels.labels.is_empty() {
            return Err(LanguageError::Labels("there are none"));
        }
        let meanings: Vec<Vec<String>> =
            labels.labels.iter().map(|label| meanings(label, labels.text_type)).collect();
        let texts: Vec<&str> = meanings.iter().flatten().map(String::as_str).collect();
        let examples: Vec<&str> =
            labels.labels.iter().flat_map(|label| label.examples.iter().copied()).collect();
        let placed = self.place(&[texts, examples].concat(), tier)?;
        let mut rest = placed.into_iter().map(|placed| placed.vector);
        let mut prototypes: Vec<Vec<f32>> =
            meanings.iter().map(|texts| mean(rest.by_ref().take(texts.len()))).collect();
        let examples: Vec<Vec<Vec<f32>>> =
            labels.labels.iter().map(|label| rest.by_ref().take(label.examples.len()).collect()).collect();
        let count: usize = examples.iter().map(Vec::len).sum();
        let fitted = count >= FITTED_FROM * labels.labels.len() && labels.labels.len() > 1;
        let (weights, biases, method) =
            if fitted && let Some((weights, biases)) = ridge(&prototypes, &examples) {
                (weights, biases, Method::Fitted)
            } else {
                for (prototype, examples) in prototypes.iter_mut().zip(&examples) {
                    if !examples.is_empty() {
                        *prototype =
                            mean([std::mem::take(prototype), mean(examples.iter().cloned())].into_iter());
                    }
                }
                let biases = vec![0.0; prototypes.len()];
                (prototypes, biases, Method::Similarity)
            };
        let calibration = prior(method, tier, labels.labels.len());
        Ok(Prepared { tier, method, weights, biases, calibration })
    }
}

fn prior(method: Method, _tier: Tier, _labels: usize) -> Calibration {
    match method {
        Method::Similarity => Calibration { temperature: 0.05, slope: 20.0, offset: 0.25 },
        Method::Fitted => Calibration { temperature: 0.15, slope: 6.0, offset: 0.4 },
    }
}

/// The texts whose mean is a label's meaning.
fn meanings(label: &Label<'_>, text_type: Option<&str>) -> Vec<String> {
    let name = readable(label.name);
    let kind = text_type.map(str::trim).filter(|kind| !kind.is_empty()).unwrap_or("text");
    let mut texts = vec![name.clone(), format!("This {kind} is about {name}.")];
    texts.extend(label.description.map(|description| format!("{name}: {description}")));
    texts
}

/// The mean of vectors, of length 1.
fn mean(vectors: impl Iterator<Item = Vec<f32>>) -> Vec<f32> {
    let sum = vectors.reduce(|mut sum, vector| {
        sum.iter_mut().zip(&vector).for_each(|(sum, value)| *sum += value);
        sum
    });
    let mut sum = sum.unwrap_or_default();
    normalize(&mut sum);
    sum
}

/// Ridge regression onto one column a label, in closed form, in the dual: as many equations as examples.
fn ridge(prototypes: &[Vec<f32>], examples: &[Vec<Vec<f32>>]) -> Option<(Vec<Vec<f32>>, Vec<f32>)> {
    let own = prototypes.iter().enumerate();
    let given =
        examples.iter().enumerate().flat_map(|(label, texts)| texts.iter().map(move |text| (label, text)));
    let rows: Vec<(usize, &Vec<f32>)> = own.chain(given).collect();
    let size = rows.len();
    let mut matrix = vec![0.0; size * size];
    for (at, (_, left)) in rows.iter().enumerate() {
        for (other, (_, right)) in rows.iter().enumerate().take(at + 1) {
            let value = f64::from(dot(left, right)) + if at == other { RIDGE } else { 0.0 };
            matrix[at * size + other] = value;
            matrix[other * size + at] = value;
        }
    }
    let wanted = |label: usize| rows.iter().map(|(own, _)| f64::from(u8::from(*own == label))).collect();
    let mut columns: Vec<Vec<f64>> = (0..prototypes.len()).map(wanted).collect();
    linear::solve(&mut matrix, size, &mut columns)?;
    let combine = |column: &Vec<f64>| {
        let mut weights = vec![0.0_f32; rows[0].1.len()];
        for (share, (_, row)) in column.iter().zip(&rows) {
            weights.iter_mut().zip(row.iter()).for_each(|(weight, value)| *weight += *share as f32 * value);
        }
        weights
    };
    Some((columns.iter().map(combine).collect(), vec![0.0; prototypes.len()]))
}
