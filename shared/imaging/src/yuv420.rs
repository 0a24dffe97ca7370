//! A picture as JPEG, WebP and AVIF keep it: luma at full size, chroma at half, so that nothing is converted where the input
//! and the output are both such files.

use crate::ImagingError;
use crate::geometry::Rect;
use crate::jpeg::rgb_row;
use crate::limits::Watch;
use crate::orientation::Orientation;
use crate::picture::{Channels, Picture};
use crate::planes::{Chroma, Planes};
use crate::steps::orient;
use crate::steps::resize::{Resize, resize};

/// Y, Cb and Cr of BT.601 in full range (JFIF 1.02), each a grey picture.
#[derive(Debug)]
pub(crate) struct Yuv420 {
    pub luma: Picture,
    /// Blue, then red; half of luma's sides, rounded up, samples in the middle of four.
    pub chroma: [Picture; 2],
}

impl Yuv420 {
    /// Chroma of a picture's side.
    pub(crate) const fn half(side: u32) -> u32 {
        side.div_ceil(2)
    }

    /// Only for pictures of even sides, or as they are: else chroma would no longer stand between four samples of luma.
    pub(crate) fn oriented(self, orientation: Orientation) -> Self {
        let turn = |plane| orient::orient(plane, orientation);
        Self { luma: turn(self.luma), chroma: self.chroma.map(turn) }
    }

    pub(crate) fn into_rgb(self, watch: Watch) -> Result<Picture, ImagingError> {
        let (width, height) = (self.luma.width, self.luma.height);
        let [blue, red] = self.chroma.map(|plane| {
            let source =
                Rect { x: 0.0, y: 0.0, width: f64::from(width) / 2.0, height: f64::from(height) / 2.0 };
            let whole =
                Resize { decoded_width: plane.width, decoded_height: plane.height, source, width, height };
            resize(plane, &whole, watch)
        });
        Ok(rgb(&self.luma, &blue?, &red?))
    }
}

impl From<Yuv420> for Planes<u8> {
    fn from(Yuv420 { luma, chroma: [blue, red] }: Yuv420) -> Self {
        let (width, height) = (luma.width, luma.height);
        let samples = [luma.pixels, blue.pixels, red.pixels];
        Self { width, height, bits: 8, chroma: Chroma::Quarter, samples }
    }
}

/// Planes of one size to RGB.
pub(crate) fn rgb(luma: &Picture, blue: &Picture, red: &Picture) -> Picture {
    let mut picture = Picture::blank(luma.width, luma.height, Channels::Rgb);
    rgb_row(&luma.pixels, &blue.pixels, &red.pixels, &mut picture.pixels);
    picture
}
