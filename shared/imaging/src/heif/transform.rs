//! How the decoded picture becomes the displayed one: the properties `clap`, `irot` and `imir` (ISO/IEC 23008-12, 6.5.9 to
//! 6.5.12), in the order in which the item names them.

use super::Fault;
use super::bytes::Bytes;
use crate::orientation::Orientation;

/// Pixels of the decoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crop {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// First the crop, then the orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transform {
    pub crop: Crop,
    pub orientation: Orientation,
}

impl Transform {
    pub(super) fn none(width: u32, height: u32) -> Self {
        Self { crop: Crop { x: 0, y: 0, width, height }, orientation: Orientation::default() }
    }

    /// Adds a property; kinds that do not transform change nothing.
    pub(super) fn add(&mut self, kind: [u8; 4], body: &[u8]) -> Result<(), Fault> {
        let mut bytes = Bytes(body);
        match &kind {
            b"irot" => {
                // Quarter turns anticlockwise.
                for _ in 0..bytes.u8()? & 3 {
                    self.orientation = self.orientation.turned_left();
                }
            }
            b"imir" => {
                let axis = bytes.u8()? & 1;
                // 0 exchanges top and bottom, 1 left and right.
                self.orientation = self.orientation.mirrored(axis == 1);
            }
            b"clap" => self.cut(bytes)?,
            _ => {}
        }
        Ok(())
    }

    /// A part of what is displayed so far, given by its size and the distance of its centre from the centre.
    fn cut(&mut self, mut bytes: Bytes<'_>) -> Result<(), Fault> {
        let (width, height) = self.orientation.size(self.crop.width, self.crop.height);
        let horizontal = (bytes.u32()?, bytes.u32()?);
        let vertical = (bytes.u32()?, bytes.u32()?);
        let (x, width) = part(width, horizontal, (bytes.u32()? as i32, bytes.u32()?))?;
        let (y, height) = part(height, vertical, (bytes.u32()? as i32, bytes.u32()?))?;
        // Back through the orientation: what is displayed became so after the crop.
        let (stored_x, stored_y) = self.orientation.size(x, y);
        let (stored_width, stored_height) = self.orientation.size(width, height);
        let Crop { width, height, .. } = self.crop;
        let from = |flip: bool, at: u32, part: u32, whole: u32| if flip { whole - at - part } else { at };
        self.crop.x += from(self.orientation.flip_x, stored_x, stored_width, width);
        self.crop.y += from(self.orientation.flip_y, stored_y, stored_height, height);
        (self.crop.width, self.crop.height) = (stored_width, stored_height);
        Ok(())
    }
}

/// Start and length of a part of a side, from fractions: rounded to pixels, as others do.
fn part(side: u32, length: (u32, u32), offset: (i32, u32)) -> Result<(u32, u32), Fault> {
    const FAULT: Fault = Fault::Corrupt("its clean aperture is not valid");
    if length.1 == 0 || offset.1 == 0 {
        return Err(FAULT);
    }
    let length = (f64::from(length.0) / f64::from(length.1)).round();
    if length < 1.0 || length > f64::from(side) {
        return Err(FAULT);
    }
    let start = f64::from(offset.0) / f64::from(offset.1) + (f64::from(side) - length) / 2.0;
    let start = start.floor();
    if start < 0.0 || start + length > f64::from(side) {
        return Err(FAULT);
    }
    Ok((start as u32, length as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clap(width: u32, height: u32, x: i32, y: i32) -> Vec<u8> {
        [width, 1, height, 1, x as u32, 2, y as u32, 2].iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn turns_and_mirrors_are_those_of_exif() {
        let of = |properties: &[(&[u8; 4], u8)]| {
            let mut transform = Transform::none(4, 3);
            for (kind, value) in properties {
                transform.add(**kind, &[*value]).unwrap();
            }
            transform.orientation
        };
        let exif = Orientation::from_exif;
        assert_eq!(of(&[]), exif(1));
        assert_eq!(of(&[(b"irot", 1)]), exif(8));
        assert_eq!(of(&[(b"irot", 2)]), exif(3));
        assert_eq!(of(&[(b"irot", 3)]), exif(6));
        assert_eq!(of(&[(b"imir", 1)]), exif(2));
        assert_eq!(of(&[(b"imir", 0)]), exif(4));
        assert_eq!(of(&[(b"irot", 1), (b"imir", 0)]), exif(5));
        assert_eq!(of(&[(b"irot", 3), (b"imir", 0)]), exif(7));
        assert_eq!(of(&[(b"imir", 1), (b"irot", 1)]), exif(5));
    }

    #[test]
    fn a_crop_is_found_in_the_stored_picture_before_and_after_a_turn() {
        let mut before = Transform::none(10, 6);
        before.add(*b"clap", &clap(4, 2, -6, 4)).unwrap();
        before.add(*b"irot", &[1]).unwrap();
        assert_eq!(before.crop, Crop { x: 0, y: 4, width: 4, height: 2 });
        // Displayed 6x10 after a turn to the left: its left column is the stored top row.
        let mut after = Transform::none(10, 6);
        after.add(*b"irot", &[1]).unwrap();
        after.add(*b"clap", &clap(2, 4, -4, -6)).unwrap();
        assert_eq!(after.crop, Crop { x: 6, y: 0, width: 4, height: 2 });
    }

    #[test]
    fn crops_outside_of_the_picture_are_faults() {
        for body in [clap(11, 2, 0, 0), clap(0, 2, 0, 0), clap(4, 2, 8, 0), clap(4, 2, i32::MIN, 0)] {
            assert!(Transform::none(10, 6).add(*b"clap", &body).is_err());
        }
        assert!(Transform::none(10, 6).add(*b"clap", &[0; 32]).is_err());
        assert!(Transform::none(10, 6).add(*b"clap", &[0; 31]).is_err());
    }
}
