//! The orientation of EXIF (tag 0x0112, values 1 to 8).

use crate::geometry::Rect;

/// How stored pixels become displayed ones: sides swapped first, then each stored axis reversed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Orientation {
    pub swap: bool,
    pub flip_x: bool,
    pub flip_y: bool,
}

impl Orientation {
    /// Unknown values mean "as stored".
    pub(crate) fn from_exif(value: u16) -> Self {
        let (swap, flip_x, flip_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => (false, false, false),
        };
        Self { swap, flip_x, flip_y }
    }

    pub(crate) fn is_identity(self) -> bool {
        self == Self::default()
    }

    /// Stored sides to displayed ones, and back.
    pub(crate) fn size<T>(self, width: T, height: T) -> (T, T) {
        if self.swap { (height, width) } else { (width, height) }
    }

    /// A displayed rectangle in the stored picture of `width` x `height` pixels.
    pub(crate) fn stored_rect(self, displayed: Rect, width: u32, height: u32) -> Rect {
        let (x, y) = self.size(displayed.x, displayed.y);
        let (rect_width, rect_height) = self.size(displayed.width, displayed.height);
        Rect {
            x: if self.flip_x { f64::from(width) - x - rect_width } else { x },
            y: if self.flip_y { f64::from(height) - y - rect_height } else { y },
            width: rect_width,
            height: rect_height,
        }
    }

    /// What is displayed, turned a quarter to the left.
    pub(crate) fn turned_left(self) -> Self {
        let Self { swap, flip_x, flip_y } = self;
        if swap {
            Self { swap: false, flip_x, flip_y: !flip_y }
        } else {
            Self { swap: true, flip_x: !flip_x, flip_y }
        }
    }

    /// What is displayed with its left and right exchanged, or its top and bottom.
    pub(crate) fn mirrored(self, left_and_right: bool) -> Self {
        let Self { swap, flip_x, flip_y } = self;
        if left_and_right == swap {
            Self { swap, flip_x, flip_y: !flip_y }
        } else {
            Self { swap, flip_x: !flip_x, flip_y }
        }
    }

    /// The value in EXIF: 1 to 8.
    pub(crate) fn exif(self) -> u16 {
        (1..=8).find(|value| Self::from_exif(*value) == self).unwrap_or(1)
    }
}
