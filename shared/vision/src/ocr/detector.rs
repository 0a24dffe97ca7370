//! Where there is text, by the detector of PP-OCR.

use inference::{Input, Network};

use super::regions::{Region, regions};
use crate::sample::{Point, resize};
use crate::watch::Watch;
use crate::{Picture, VisionError};

/// A line, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// Top left, top right, bottom right, bottom left, as far as is known without reading.
    pub corners: [Point; 4],
}

/// Sides of what the network takes are multiples of this.
const STEP: usize = 32;
/// Samples: where a quarter of the lines is thinner, or nothing is seen, it is worth to look closer.
const THIN: f32 = 2.3;
const WANTED: f32 = 3.5;
/// Where the picture has no more pixels than this, they are enlarged: the network sees nothing in fewer.
const SMALLEST: f32 = 64.0;

const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

pub(crate) struct Detector(pub Box<dyn Network>);

impl Detector {
    /// The lines of a picture that is not empty, in no order. `first` samples of the longer side are looked at, and again up to `longest`
    /// where the text is small.
    pub(crate) fn find(
        &self,
        picture: Picture<'_>,
        first: u32,
        longest: u32,
        watch: Watch,
    ) -> Result<Vec<Found>, VisionError> {
        let (found, scale) = self.look(picture, first)?;
        let side = picture.width().max(picture.height());
        let closer = closer(&found, first).min(longest).min(side);
        // A little more is not worth a second look.
        let (found, scale) = if closer > first + first / 8 {
            watch.check()?;
            self.look(picture, closer)?
        } else {
            (found, scale)
        };
        let to_picture = |point: Point| [point[0] * scale[0], point[1] * scale[1]];
        Ok(found.iter().map(|region| Found { corners: region.rectangle.corners().map(to_picture) }).collect())
    }

    /// Regions in samples of the map, and how many pixels of the picture are one sample, along and down.
    fn look(&self, picture: Picture<'_>, longest: u32) -> Result<(Vec<Region>, [f32; 2]), VisionError> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let scale = (longest as f32 / width.max(height)).min(1.0).max(SMALLEST / width.max(height));
        let side = |pixels: f32| ((pixels * scale / STEP as f32).round() as usize).max(1) * STEP;
        let (columns, rows) = (side(width), side(height));
        let planes = resize(picture, [0.0, 0.0, width, height], columns, rows);
        let data: Vec<f32> = planes.normalized_bgr(MEAN, DEVIATION).collect();
        drop(planes);
        let input = Input::F32 { shape: &[1, 3, rows, columns], data: &data };
        let outputs = self.0.run(&[("x", input)], &["fetch_name_0"])?;
        let map = outputs.first().filter(|output| output.data.len() == rows * columns);
        let map = map.ok_or_else(|| VisionError::Model("the detector's map has another size".to_owned()))?;
        Ok((regions(&map.data, columns), [width / columns as f32, height / rows as f32]))
    }
}

/// The longer side at which the thin lines would be seen well.
fn closer(found: &[Region], longest: u32) -> u32 {
    let mut thickness: Vec<f32> = found.iter().map(|region| region.thickness).collect();
    thickness.sort_by(f32::total_cmp);
    match thickness.get(thickness.len() / 4) {
        None => u32::MAX,
        Some(&thin) if thin < THIN => (longest as f32 * WANTED / thin) as u32,
        Some(_) => longest,
    }
}
