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
    let number = |sample: T| u64::from(sample.number());
    let full = u64::from(T::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

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
