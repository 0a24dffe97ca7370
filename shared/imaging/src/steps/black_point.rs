//! Black point compensation (ISO 18619): the darkest colour of a press becomes black, what is between it and white is
//! stretched in linear light. Without it print comes out grey on a screen.

use super::curve::{encoded, linear};
use crate::picture::Sample;

/// The compensation where the darkest stands higher than L* = 50, as it does in odd profiles only.
const HIGHEST: f32 = 0.184;

/// The new value of each sRGB sample, `black` being the luminance of the darkest colour of the press.
///
/// The standard scales XYZ so that a neutral of the luminance of `black` becomes zero and white stays. XYZ and linear
/// sRGB are linear to each other, so the same scale goes for the three channels.
pub(super) fn curve<T: Sample>(black: f32) -> T::Table<T> {
    let black = black.min(HIGHEST);
    T::table(|sample| {
        let light = (linear(sample as f32 / f32::from(T::MAX)) - black) / (1.0 - black);
        T::from_unit(encoded(light.max(0.0)))
    })
}

/// The way back, for printing: black becomes a grey of the luminance `black`, white stays; in sixteen bits.
pub(super) fn raised<T: Sample>(black: f32) -> T::Table<u16> {
    let black = black.min(HIGHEST);
    T::table(|sample| {
        let light = linear(sample as f32 / f32::from(T::MAX));
        u16::from_unit(encoded(light * (1.0 - black) + black))
    })
}

/// Linear light of a colour in sRGB, 0..1.
pub(super) fn luminance<T: Sample>(color: [T; 3]) -> f32 {
    let [red, green, blue] = color.map(|sample| linear(sample.unit()));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_darkest_becomes_black_and_white_stays() {
        let curve = curve::<u8>(luminance([40u8; 3]));
        assert_eq!((curve[0], curve[40], curve[255]), (0, 0, 255));
        assert!(curve.is_sorted());
        // 128 is 0.21586 in linear light and 40 is 0.02122: 0.19886, which is sRGB 123.3.
        assert_eq!(curve[128], 123);
    }

    #[test]
    fn raising_black_and_compensating_for_it_gives_the_same_back() {
        let darkest = luminance([9_000u16, 8_000, 7_000]);
        let (up, down) = (raised::<u8>(darkest), curve::<u16>(darkest));
        for sample in 0..=255u8 {
            let back = usize::from(up[usize::from(sample)].look_up(&down)) as f32 / 257.0;
            assert!((back - f32::from(sample)).abs() < 0.2, "{sample} {back}");
        }
    }

    #[test]
    fn a_press_that_prints_black_needs_none() {
        assert!(curve::<u8>(0.0).iter().enumerate().all(|(before, after)| before == usize::from(*after)));
    }
}
