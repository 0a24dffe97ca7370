//! What a picture shows, in the words of ImageNet's classes.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use inference::{Backend, Input, Network, Options};

use crate::sample::resize;
use crate::watch::Watch;
use crate::{Picture, VisionError};

/// How a network of ImageNet's classes takes a picture: `[1, 3, side, side]` of red, green, blue.
#[derive(Debug, Clone, Copy)]
pub struct LabelModel {
    pub input: &'static str,
    pub output: &'static str,
    /// Of the square that is looked at, in samples.
    pub side: usize,
    /// The square's share of the picture's shorter side.
    pub share: f32,
    /// Of samples of 0..1.
    pub mean: [f32; 3],
    pub deviation: [f32; 3],
    /// The output is logits; else it is probabilities.
    pub logits: bool,
}

impl LabelModel {
    /// EfficientNet-Lite0: trained on squares of 224 samples with ImageNet's mean and deviation.
    pub const EFFICIENTNET_LITE0: Self = Self {
        input: "pixels",
        output: "logits",
        side: 224,
        share: 0.875,
        mean: [0.485, 0.456, 0.406],
        deviation: [0.229, 0.224, 0.225],
        logits: true,
    };
}

/// Names what a picture shows. One is shared by all threads.
pub struct ImageLabels {
    network: Box<dyn Network>,
    model: LabelModel,
    names: Vec<String>,
}

impl ImageLabels {
    /// `names`: a JSON file, the array of the classes' names in their order. `threads` of one run.
    ///
    /// # Errors
    /// A file that is missing, or not such a network or list.
    pub fn load(
        backend: &dyn Backend,
        file: &Path,
        names: &Path,
        model: LabelModel,
        threads: usize,
    ) -> Result<Self, VisionError> {
        let json = std::fs::read_to_string(names)
            .map_err(|cause| VisionError::Model(format!("{} cannot be read: {cause}", names.display())))?;
        let names = crate::names::names(&json)
            .filter(|names| !names.is_empty())
            .ok_or_else(|| VisionError::Model(format!("{} is no list of names", names.display())))?;
        Ok(Self { network: backend.load(file, &Options { threads, prepack: true })?, model, names })
    }

    /// At most `top` names with their probabilities, 0..1, the likeliest first. An empty picture has none.
    ///
    /// # Errors
    /// The deadline, or a network that fails.
    pub fn labels(
        &self,
        picture: Picture<'_>,
        top: usize,
        deadline: Option<Instant>,
    ) -> Result<Vec<(String, f32)>, VisionError> {
        Watch(deadline).check()?;
        if picture.is_empty() {
            return Ok(Vec::new());
        }
        let side = self.model.side;
        let planes = resize(picture, square(picture, self.model.share), side, side);
        let data: Vec<f32> = planes.normalized_rgb(self.model.mean, self.model.deviation).collect();
        let input = Input::F32 { shape: &[1, 3, side, side], data: &data };
        let outputs = self.network.run(&[(self.model.input, input)], &[self.model.output])?;
        let values = outputs.first().filter(|output| output.data.len() == self.names.len());
        let values =
            values.ok_or_else(|| VisionError::Model("the names are not the network's classes".to_owned()))?;
        let likely = if self.model.logits { softmax(&values.data) } else { values.data.clone() };
        Ok(ranked(&self.names, &likely, top))
    }
}

/// The middle of a picture: left, top, right, bottom.
fn square(picture: Picture<'_>, share: f32) -> [f32; 4] {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let half = width.min(height) * share / 2.0;
    [width / 2.0 - half, height / 2.0 - half, width / 2.0 + half, height / 2.0 + half]
}

/// The likeliest names. Classes of one name, as ImageNet's two missiles, are one.
fn ranked(names: &[String], likely: &[f32], top: usize) -> Vec<(String, f32)> {
    let mut sums: HashMap<&str, f32> = HashMap::new();
    for (name, likely) in names.iter().zip(likely) {
        *sums.entry(name).or_default() += likely;
    }
    let mut ranked: Vec<(&str, f32)> = sums.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    ranked.into_iter().take(top).map(|(name, likely)| (name.to_owned(), likely)).collect()
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_to_one_also_of_large_logits() {
        let likely = softmax(&[1_000.0, 999.0, -1_000.0]);
        assert!(
            (likely.iter().sum::<f32>() - 1.0).abs() < 1e-6 && (likely[0] - 0.731).abs() < 1e-3,
            "{likely:?}"
        );
    }

    #[test]
    fn classes_of_one_name_are_one_label() {
        let names = ["missile", "cat", "missile"].map(str::to_owned);
        let ranked = ranked(&names, &[0.25, 0.375, 0.25], 2);
        assert_eq!(ranked, [("missile".to_owned(), 0.5), ("cat".to_owned(), 0.375)]);
    }

    #[test]
    fn the_middle_of_a_long_picture_is_looked_at() {
        let rgb = vec![0; 400 * 100 * 3];
        let picture = Picture::new(400, 100, &rgb).unwrap();
        assert_eq!(square(picture, 0.5), [175.0, 25.0, 225.0, 75.0]);
    }
}
