//! Whether a line stands on its head, by the angle classifier of PP-OCR.

use inference::{Input, Network};

use crate::VisionError;
use crate::sample::Planes;

const WIDTH: usize = 192;
const HEIGHT: usize = 48;
/// Lines of one run.
pub(crate) const BATCH: usize = 8;

pub(crate) struct AngleClassifier(pub Box<dyn Network>);

impl AngleClassifier {
    /// For each strip, 48 samples high, how likely it stands on its head, 0..1. Of long strips the middle is looked at.
    pub(crate) fn upside_down(&self, strips: &[&Planes]) -> Result<Vec<f32>, VisionError> {
        let mut likely = Vec::with_capacity(strips.len());
        for strips in strips.chunks(BATCH) {
            let mut data = vec![0.0; strips.len() * 3 * HEIGHT * WIDTH];
            for (strip, area) in strips.iter().zip(data.chunks_exact_mut(3 * HEIGHT * WIDTH)) {
                let shown = strip.width.min(WIDTH);
                let skipped = (strip.width - shown) / 2;
                let samples: Vec<f32> = strip.normalized_bgr([0.5; 3], [0.5; 3]).collect();
                let rows = samples.chunks_exact(strip.width).zip(area.chunks_exact_mut(WIDTH));
                rows.for_each(|(from, to)| to[..shown].copy_from_slice(&from[skipped..skipped + shown]));
            }
            let input = Input::F32 { shape: &[strips.len(), 3, HEIGHT, WIDTH], data: &data };
            let outputs = self.0.run(&[("x", input)], &["save_infer_model/scale_0.tmp_1"])?;
            let classes = outputs.first().filter(|output| output.data.len() == strips.len() * 2);
            let classes = classes
                .ok_or_else(|| VisionError::Model("the angle classifier has not two classes".to_owned()))?;
            likely.extend(classes.data.chunks_exact(2).map(|class| class[1]));
        }
        Ok(likely)
    }
}
