//! Puts the content on its canvas, and flattens it on the background colour.

use contract::images::Color;

use crate::picture::{Channels, Picture, Sample};

/// Sides of the canvas, where the content's top left corner stands, and what is behind it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placement {
    pub width: u32,
    pub height: u32,
    pub left: u32,
    pub top: u32,
    pub color: Color,
}

pub(crate) fn place<T: Sample>(picture: Picture<T>, placement: &Placement) -> Picture<T> {
    let fills = (picture.width, picture.height) == (placement.width, placement.height);
    if fills && (!picture.channels.has_alpha() || placement.color.alpha == 0) {
        return picture;
    }
    let color = placement.color;
    let grey = color.red == color.green && color.green == color.blue;
    let channels = match picture.channels {
        _ if color.alpha < 255 => Channels::Rgba,
        Channels::Grey if grey => Channels::Grey,
        _ => Channels::Rgb,
    };
    let mut canvas = Picture::blank(placement.width, placement.height, channels);
    let behind = [color.red, color.green, color.blue, color.alpha].map(T::from_eight_bits);
    let opaque = T::from_number(T::MAX);
    for pixel in canvas.pixels.chunks_exact_mut(channels.count()) {
        pixel.copy_from_slice(&behind[..channels.count()]);
    }
    let (from, to) = (picture.channels, channels.count());
    let start = placement.left as usize * to;
    for (source, target) in picture.rows().zip(canvas.rows_mut().skip(placement.top as usize)) {
        let target = &mut target[start..start + picture.width as usize * to];
        match from {
            _ if from == channels && from != Channels::Rgba => target.copy_from_slice(source),
            Channels::Grey => each(source, target, 1, to, |grey| [grey[0], grey[0], grey[0], opaque]),
            Channels::Rgb => each(source, target, 3, to, |rgb| [rgb[0], rgb[1], rgb[2], opaque]),
            // CMYK has become RGB before.
            Channels::Rgba | Channels::Cmyk => {
                each(source, target, 4, to, |rgba| over([rgba[0], rgba[1], rgba[2], rgba[3]], behind));
            }
        }
    }
    canvas
}

fn each<T: Sample>(source: &[T], target: &mut [T], from: usize, to: usize, make: impl Fn(&[T]) -> [T; 4]) {
    for (source, target) in source.chunks_exact(from).zip(target.chunks_exact_mut(to)) {
        target.copy_from_slice(&make(source)[..to]);
    }
}

/// Porter and Duff's "over" on values that are not premultiplied, rounded.
fn over<T: Sample>(front: [T; 4], behind: [T; 4]) -> [T; 4] {
    let full = T::MAX;
    match front[3].number() {
        0 if behind[3] != T::default() => return behind,
        alpha if alpha == full => return front,
        alpha if behind[3].number() == full => return onto_opaque(front, alpha, behind),
        _ => {}
    }
    let number = |sample: T| u64::from(sample.number());
    let full = u64::from(full);
    // In units of 1 / full².
    let front_weight = number(front[3]) * full;
    let behind_weight = number(behind[3]) * (full - number(front[3]));
    let weight = front_weight + behind_weight;
    if weight == 0 {
        return [T::default(); 4];
    }
    let mix = |index: usize| {
        let sum = number(front[index]) * front_weight + number(behind[index]) * behind_weight;
        T::from_number(((sum + weight / 2) / weight) as u16)
    };
    [mix(0), mix(1), mix(2), T::from_number(((weight + full / 2) / full) as u16)]
}

/// The common case without a division by what is not constant.
fn onto_opaque<T: Sample>(front: [T; 4], alpha: u16, behind: [T; 4]) -> [T; 4] {
    let (full, alpha) = (u32::from(T::MAX), u32::from(alpha));
    let mix = |index: usize| {
        // At most 65535² + 32767, which 32 bits hold.
        let sum =
            u32::from(front[index].number()) * alpha + u32::from(behind[index].number()) * (full - alpha);
        T::from_number(((sum + full / 2) / full) as u16)
    };
    [mix(0), mix(1), mix(2), behind[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_opaque_colours_is_rounded_at_every_depth() {
        let expected = |front: u16, alpha: u16, behind: u16, full: u16| {
            let share = f64::from(alpha) / f64::from(full);
            f64::from(front) * share + f64::from(behind) * (1.0 - share)
        };
        for alpha in (0..=255u8).step_by(3) {
            let eight = over([250, 3, 90, alpha], [7, 255, 90, 255]);
            let sixteen = over([60_000, 3, 90, u16::from_eight_bits(alpha)], [7, u16::MAX, 90, u16::MAX]);
            let alpha = u16::from(alpha);
            assert!((f64::from(eight[0]) - expected(250, alpha, 7, 255)).abs() <= 0.501, "{alpha}");
            assert!((f64::from(eight[1]) - expected(3, alpha, 255, 255)).abs() <= 0.501, "{alpha}");
            assert!((f64::from(sixteen[0]) - expected(60_000, alpha, 7, 255)).abs() <= 0.501, "{alpha}");
            assert!((f64::from(sixteen[1]) - expected(3, alpha, 65_535, 255)).abs() <= 0.501, "{alpha}");
            assert_eq!((eight[2], eight[3], sixteen[2], sixteen[3]), (90, 255, 90, 65_535));
        }
    }

    #[test]
    fn over_blends_by_alpha() {
        assert_eq!(over([10u8, 20, 30, 255], [1, 2, 3, 255]), [10, 20, 30, 255]);
        assert_eq!(over([10u8, 20, 30, 0], [1, 2, 3, 255]), [1, 2, 3, 255]);
        assert_eq!(over([200u8, 0, 0, 128], [0, 0, 100, 255]), [100, 0, 50, 255]);
        assert_eq!(over([200u8, 0, 0, 128], [0, 0, 0, 0]), [200, 0, 0, 128]);
        assert_eq!(over([9u8, 9, 9, 0], [0, 0, 0, 0]), [0, 0, 0, 0]);
    }

    #[test]
    fn opaque_colours_leave_no_alpha_and_grey_stays_grey() {
        let picture = |channels: Channels, pixels: Vec<u8>| Picture { width: 1, height: 1, channels, pixels };
        let onto = |color| Placement { width: 2, height: 1, left: 1, top: 0, color };
        let red = Color { red: 255, green: 0, blue: 0, alpha: 255 };
        assert_eq!(place(picture(Channels::Grey, vec![7]), &onto(Color::WHITE)).pixels, [255, 7]);
        assert_eq!(place(picture(Channels::Grey, vec![7]), &onto(red)).pixels, [255, 0, 0, 7, 7, 7]);
        assert_eq!(place(picture(Channels::Rgba, vec![0, 0, 0, 0]), &onto(red)).channels, Channels::Rgb);
        let clear = place(picture(Channels::Rgb, vec![1, 2, 3]), &onto(Color::TRANSPARENT));
        assert_eq!(clear.pixels, [0, 0, 0, 0, 1, 2, 3, 255]);
    }
}
