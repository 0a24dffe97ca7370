//! Turns stored pixels into displayed ones.

use crate::orientation::Orientation;
use crate::picture::{Picture, Sample};

pub(crate) fn orient<T: Sample>(picture: Picture<T>, orientation: Orientation) -> Picture<T> {
    if orientation.is_identity() {
        return picture;
    }
    let count = picture.channels.count();
    let stride = picture.stride();
    let (last_x, last_y) = (picture.width as usize - 1, picture.height as usize - 1);
    let (width, height) = orientation.size(picture.width, picture.height);
    let mut target = Picture::blank(width, height, picture.channels);
    for (y, row) in target.rows_mut().enumerate() {
        for (x, pixel) in row.chunks_exact_mut(count).enumerate() {
            let (stored_x, stored_y) = orientation.size(x, y);
            let stored_x = if orientation.flip_x { last_x - stored_x } else { stored_x };
            let stored_y = if orientation.flip_y { last_y - stored_y } else { stored_y };
            let start = stored_y * stride + stored_x * count;
            pixel.copy_from_slice(&picture.pixels[start..start + count]);
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::picture::Channels;

    /// Displayed rows for a stored picture of two rows: 1 2 3 / 4 5 6, as EXIF defines each value.
    const DISPLAYED: [&[&[u8]]; 8] = [
        &[&[1, 2, 3], &[4, 5, 6]],
        &[&[3, 2, 1], &[6, 5, 4]],
        &[&[6, 5, 4], &[3, 2, 1]],
        &[&[4, 5, 6], &[1, 2, 3]],
        &[&[1, 4], &[2, 5], &[3, 6]],
        &[&[4, 1], &[5, 2], &[6, 3]],
        &[&[6, 3], &[5, 2], &[4, 1]],
        &[&[3, 6], &[2, 5], &[1, 4]],
    ];

    #[test]
    fn the_eight_values_of_exif_turn_as_defined() {
        for (value, expected) in (1..).zip(DISPLAYED) {
            let stored =
                Picture { width: 3, height: 2, channels: Channels::Grey, pixels: vec![1u8, 2, 3, 4, 5, 6] };
            let turned = orient(stored, Orientation::from_exif(value));
            assert_eq!(turned.pixels, expected.concat(), "orientation {value}");
            assert_eq!(turned.height as usize, expected.len());
        }
    }

    #[test]
    fn a_displayed_rectangle_is_found_in_the_stored_picture() {
        let first_displayed = Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        for (value, expected) in (1..).zip(DISPLAYED) {
            let stored = Orientation::from_exif(value).stored_rect(first_displayed, 3, 2);
            let pixel = 1 + stored.y as usize * 3 + stored.x as usize;
            assert_eq!(pixel, usize::from(expected[0][0]), "orientation {value}");
        }
    }
}
