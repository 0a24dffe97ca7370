//! Lines set upright and brought to the height at which they are read.

use super::recognizer::HEIGHT;
use crate::Picture;
use crate::sample::{Planes, Point, unwarp};

/// Strips that are held at once.
pub(crate) const TOGETHER: usize = 32;
/// A longer line than this is squeezed: no line of print is 80 times as long as high.
const LONGEST: usize = 80 * HEIGHT;
const SHORTEST: usize = 16;
/// The recogniser has learnt from lines on a grey field of this width. Without it the last letters and the short numbers suffer: commas
/// become points, an a an o.
const FIELD: usize = 320;
/// A longer line has this much of the field behind it.
const BEHIND: usize = 32;
const GREY: f32 = 127.5;

/// A line that is to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Strip {
    /// As the text is read.
    pub corners: [Point; 4],
    /// Samples along.
    pub width: usize,
}

impl Strip {
    pub(crate) fn new(corners: [Point; 4]) -> Self {
        Self::squeezed(corners, 1.0)
    }

    /// `squeeze` times as wide as it would be; below 0.7 hardly anything is read any more.
    pub(crate) fn squeezed(corners: [Point; 4], squeeze: f32) -> Self {
        let side = |a: usize, b: usize| {
            (corners[a][0] - corners[b][0]).hypot(corners[a][1] - corners[b][1]).max(1e-3)
        };
        let ratio = (side(0, 1) + side(3, 2)) / (side(0, 3) + side(1, 2));
        let squeeze = squeeze.clamp(0.7, 1.0);
        let width = ((HEIGHT as f32 * ratio * squeeze).round() as usize).clamp(SHORTEST, LONGEST);
        Self { corners, width }
    }

    /// The other way up.
    pub(crate) fn turned(mut self) -> Self {
        self.corners.rotate_left(2);
        self
    }

    /// As it is read.
    pub(crate) fn on_grey(&self, picture: Picture<'_>) -> Planes {
        self.planes(picture).widened((self.width + BEHIND).max(FIELD), GREY)
    }

    pub(crate) fn planes(&self, picture: Picture<'_>) -> Planes {
        unwarp(picture, self.corners, self.width, HEIGHT)
    }
}
