//! Part of the picture, resampled to its size in the result.

use crate::ImagingError;
use crate::geometry::Rect;
use crate::limits::Watch;
use crate::picture::{Picture, Sample};
use crate::resample::Resampler;

/// `source`, a part of the decoded picture, becomes `width` x `height` pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resize {
    pub decoded_width: u32,
    pub decoded_height: u32,
    pub source: Rect,
    pub width: u32,
    pub height: u32,
}

impl Resize {
    /// Fewer pixels than there are, each way.
    pub(crate) fn shrinks(&self) -> bool {
        f64::from(self.width) < self.source.width && f64::from(self.height) < self.source.height
    }

    /// The whole picture at its size.
    pub(crate) fn is_nothing(&self) -> bool {
        let Rect { x, y, width, height } = self.source;
        let decoded = (self.decoded_width, self.decoded_height);
        (self.width, self.height) == decoded
            && (x, y) == (0.0, 0.0)
            && (width, height) == (f64::from(decoded.0), f64::from(decoded.1))
    }
}

pub(crate) fn resize<T: Sample>(
    picture: Picture<T>,
    resize: &Resize,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    if resize.is_nothing() {
        return Ok(picture);
    }
    let mut resampler = Resampler::new(
        (picture.width, picture.height),
        picture.channels,
        resize.source,
        (resize.width, resize.height),
    );
    for (index, row) in picture.rows().enumerate().take(resampler.rows()) {
        watch.check_at(index)?;
        resampler.push(row);
    }
    Ok(resampler.finish())
}
