//! Black point compensation (ISO 18619): the darkest colour of a press becomes black, what is between it and white is
//! stretched in linear light. Without it print comes out grey on a screen.

use super::curve::{encoded, linear};
use crate::picture::Sample;

/// The compensation where the darkest stands higher than L* = 50, as it does in odd profiles only.
const HIGHEST: f32 = 0.184;

/// The new value of each sRGB sample, `darkest` being the colour of all inks together.
///
/// The standard scales XYZ so that a neutral of the luminance of `darkest` becomes zero and white stays. XYZ and linear
/// sRGB are linear to each other, so the same scale goes for the three channels.
pub(super) fn curve<T: Sample>(darkest: [T; 3]) -> T::Table<T> {
    let [red, green, blue] = darkest.map(|sample| linear(sample.unit()));
    let black = (0.2126 * red + 0.7152 * green + 0.0722 * blue).min(HIGHEST);
    T::table(|sample| {
        let light = (linear(sample as f32 / f32::from(T::MAX)) - black) / (1.0 - black);
        T::from_unit(encoded(light.max(0.0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_darkest_becomes_black_and_white_stays() {
        let curve = curve([40u8; 3]);
        assert_eq!((curve[0], curve[40], curve[255]), (0, 0, 255));
        assert!(curve.is_sorted());
        // 128 is 0.21586 in linear light and 40 is 0.02122: 0.19886, which is sRGB 123.3.
        assert_eq!(curve[128], 123);
    }

    #[test]
    fn a_press_that_prints_black_needs_none() {
        assert!(curve([0u8; 3]).iter().enumerate().all(|(before, after)| before == usize::from(*after)));
    }
}
