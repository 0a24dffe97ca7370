//! CMYK without a usable profile to sRGB.
//!
//! The Neugebauer equations (H. E. J. Neugebauer, "Die theoretischen Grundlagen des Mehrfarbenbuchdrucks", 1937): the
//! colour of a halftone is that of its eight solid overprints of cyan, magenta and yellow, weighted by the area that
//! each covers (Demichel). The solids are those of US Web Coated (SWOP) v2 as Adobe's applications show them in sRGB.
//! Black ink lies over them as a filter. Greys stay nearly neutral, which they do not by the plain `1 - ink`.

use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};

/// Solid overprints in sRGB, 0..255. The number of a solid has bit 0 for cyan, 1 for magenta and 2 for yellow.
const SOLIDS: [[f32; 3]; 8] = [
    [255.0, 255.0, 255.0],
    [0.0, 174.0, 239.0],
    [236.0, 0.0, 140.0],
    [46.0, 49.0, 146.0],
    [255.0, 242.0, 0.0],
    [0.0, 166.0, 81.0],
    [237.0, 28.0, 36.0],
    [54.0, 54.0, 57.0],
];
/// Solid black ink on paper, in the same unit.
const BLACK: [f32; 3] = [35.0, 31.0, 32.0];

pub(super) fn to_srgb<T: Sample>(picture: &Picture<T>, watch: Watch) -> Result<Picture<T>, ImagingError> {
    let mut converted = Picture::blank(picture.width, picture.height, Channels::Rgb);
    for (index, (source, target)) in picture.rows().zip(converted.rows_mut()).enumerate() {
        watch.check_at(index)?;
        for (inks, target) in source.chunks_exact(4).zip(target.chunks_exact_mut(3)) {
            let color = color([inks[0], inks[1], inks[2], inks[3]].map(Sample::unit));
            for (target, value) in target.iter_mut().zip(color) {
                *target = T::from_unit(value / 255.0);
            }
        }
    }
    Ok(converted)
}

/// Red, green and blue (0..255) of cyan, magenta, yellow and black (0..1).
fn color([cyan, magenta, yellow, black]: [f32; 4]) -> [f32; 3] {
    std::array::from_fn(|channel| {
        let mix = |low: f32, high: f32, ink: f32| low + (high - low) * ink;
        let across = |solid: usize| mix(SOLIDS[solid][channel], SOLIDS[solid + 1][channel], cyan);
        let chromatic = mix(mix(across(0), across(2), magenta), mix(across(4), across(6), magenta), yellow);
        chromatic * mix(1.0, BLACK[channel] / 255.0, black)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn converted(inks: [u8; 4]) -> Vec<u8> {
        let picture = Picture { width: 1, height: 1, channels: Channels::Cmyk, pixels: inks.to_vec() };
        to_srgb(&picture, Limits::default().watch()).unwrap().pixels
    }

    #[test]
    fn paper_is_white_and_solid_inks_are_those_of_the_press() {
        assert_eq!(converted([0; 4]), [255; 3]);
        assert_eq!(converted([255, 0, 0, 0]), [0, 174, 239]);
        assert_eq!(converted([0, 255, 0, 0]), [236, 0, 140]);
        assert_eq!(converted([0, 0, 255, 0]), [255, 242, 0]);
        assert_eq!(converted([0, 255, 255, 0]), [237, 28, 36]);
        assert_eq!(converted([0, 0, 0, 255]), [35, 31, 32]);
        assert!(converted([255; 4]).iter().all(|channel| *channel < 10));
    }

    #[test]
    fn greys_stay_nearly_neutral() {
        let spread = |color: &[u8]| color.iter().max().unwrap() - color.iter().min().unwrap();
        for black in 0..=255 {
            assert!(spread(&converted([0, 0, 0, black])) <= 4, "black {black}");
        }
        // The grey balance of a press: more cyan than magenta and yellow.
        assert!(spread(&converted([128, 102, 102, 0])) <= 8);
    }

    #[test]
    fn more_ink_is_never_brighter() {
        // One channel alone may rise a little: magenta over cyan is redder than cyan.
        let luma = |color: Vec<u8>| {
            299 * u32::from(color[0]) + 587 * u32::from(color[1]) + 114 * u32::from(color[2])
        };
        for ink in 0..4 {
            let mut before = u32::MAX;
            for amount in (0..=255).step_by(5) {
                let mut inks = [40; 4];
                inks[ink] = amount;
                let after = luma(converted(inks));
                assert!(after < before, "{inks:?}");
                before = after;
            }
        }
    }
}
