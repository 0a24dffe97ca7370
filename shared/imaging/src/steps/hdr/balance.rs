//! White balance, of what several estimates of the light agree on.
//!
//! Three published estimates are compared: shades of grey (Finlayson and Trezzi, "Shades of Gray and Colour Constancy",
//! 2004), grey edge (van de Weijer, Gevers and Gijsenij, "Edge-Based Color Constancy", 2007) and the brightest parts (Land
//! and McCann's Retinex, 1971). A coloured subject misleads each in its own way; coloured light moves all of them by the
//! same amount. So only the part that all have in common is taken for light, and more of it the better they agree.

use super::sketch::Sketch;
use crate::steps::adjust::luma;
use crate::steps::curve::smoothstep;

/// Red and blue against green, as natural logarithms of ratios of sRGB values; 0 is neutral.
type Cast = [f32; 2];

/// What the channels are to be multiplied by, in sRGB values; luma stays. Ones where the light is taken for neutral.
pub(super) fn gains(sketch: &Sketch) -> [f32; 3] {
    let [red, blue] = cast(sketch);
    if [red, blue] == [0.0; 2] {
        return [1.0; 3];
    }
    let light = luma([red.exp(), 1.0, blue.exp()]);
    [light * (-red).exp(), light, light * (-blue).exp()]
}

fn cast(sketch: &Sketch) -> Cast {
    // What is nearly black has no colour to speak of, and what is clipped a wrong one.
    let usable: Vec<bool> = sketch
        .colors
        .iter()
        .zip(&sketch.weights)
        .map(|(color, weight)| *weight > 0.5 && (0.05..0.98).contains(&highest(*color)))
        .collect();
    // With less to go by than a fiftieth of the picture nothing is certain.
    if usable.iter().filter(|usable| **usable).count() * 50 < usable.len() {
        return [0.0; 2];
    }
    agreed([shades_of_grey(sketch, &usable), grey_edge(sketch, &usable), brightest(sketch, &usable)])
}

fn highest([red, green, blue]: [f32; 3]) -> f32 {
    red.max(green).max(blue)
}

/// The common part of the estimates; half way to their median where they lie close together for their size.
fn agreed(estimates: [Cast; 3]) -> Cast {
    let common = axes(&estimates, |values| {
        let sign = values[0].signum();
        let least = values.map(|value| value * sign).into_iter().fold(f32::INFINITY, f32::min);
        sign * least.max(0.0)
    });
    let median = axes(&estimates, |mut values| {
        values.sort_by(f32::total_cmp);
        values[1]
    });
    let size = |cast: Cast| cast[0].hypot(cast[1]);
    let apart = |one: Cast, other: Cast| size([one[0] - other[0], one[1] - other[1]]);
    let [first, second, third] = estimates;
    let spread = apart(first, second).max(apart(second, third)).max(apart(third, first));
    let certainty = smoothstep(0.55, 1.1, size(median) / spread.max(1e-3));
    let toward = 0.5 * certainty * lamp(median) * tube(median);
    let cast: Cast = std::array::from_fn(|axis| common[axis] + toward * (median[axis] - common[axis]));
    // Light that is nearly neutral is left as it is: it belongs to the scene.
    let kept = smoothstep(0.04, 0.16, size(cast)) * lamp(cast) * tube(cast) * tube(median);
    cast.map(|value| kept * value)
}

/// Whether light is as warm or as blue as that, 0 to 1. Lamps are warm, and shade is a little blue; what goes beyond is a sunset
/// or the sea.
fn lamp([red, blue]: Cast) -> f32 {
    let warmth = (red - blue) / 2.0;
    let (from, to) = if warmth > 0.0 { (0.30, 0.50) } else { (0.09, 0.16) };
    1.0 - smoothstep(from, to, warmth.abs())
}

/// Whether light is as green or as magenta as that, 0 to 1. Fluorescent tubes are a little green; what goes beyond is a lawn or
/// a red wall.
fn tube([red, blue]: Cast) -> f32 {
    let magenta = (red + blue) / 2.0;
    let (from, to) = if magenta > 0.0 { (0.10, 0.22) } else { (0.20, 0.35) };
    1.0 - smoothstep(from, to, magenta.abs())
}

fn axes(estimates: &[Cast; 3], join: impl Fn([f32; 3]) -> f32) -> Cast {
    std::array::from_fn(|axis| join(estimates.map(|cast| cast[axis])))
}

fn ratios(sums: [f64; 3]) -> Cast {
    let [red, green, blue] = sums.map(|sum| sum.max(1e-9).ln());
    [(red - green) as f32, (blue - green) as f32]
}

/// Of the sixth powers' means.
fn shades_of_grey(sketch: &Sketch, usable: &[bool]) -> Cast {
    let mut sums = [0.0; 3];
    for (color, _) in sketch.colors.iter().zip(usable).filter(|(_, usable)| **usable) {
        for (sum, value) in sums.iter_mut().zip(color) {
            *sum += f64::from(*value).powi(6);
        }
    }
    ratios(sums).map(|ratio| ratio / 6.0)
}

/// Of the differences between neighbours.
fn grey_edge(sketch: &Sketch, usable: &[bool]) -> Cast {
    let (width, colors) = (sketch.grid.width, &sketch.colors);
    // Why not none: a flat picture has no edges, and then no estimate but neutral.
    let mut sums = [1e-3; 3];
    let mut add = |one: usize, other: usize| {
        if usable[one] && usable[other] {
            for (sum, (one, other)) in sums.iter_mut().zip(colors[one].iter().zip(&colors[other])) {
                *sum += f64::from((one - other).abs());
            }
        }
    };
    for cell in 0..colors.len() {
        if !(cell + 1).is_multiple_of(width) {
            add(cell, cell + 1);
        } else if sketch.grid.wraps {
            add(cell, cell + 1 - width);
        }
        if cell + width < colors.len() {
            add(cell, cell + width);
        }
    }
    ratios(sums)
}

/// Of the mean of the brightest twentieth.
fn brightest(sketch: &Sketch, usable: &[bool]) -> Cast {
    let mut lumas: Vec<(f32, [f32; 3])> = sketch
        .colors
        .iter()
        .zip(usable)
        .filter(|(_, usable)| **usable)
        .map(|(color, _)| (luma(*color), *color))
        .collect();
    lumas.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut sums = [0.0; 3];
    for (_, color) in &lumas[lumas.len() * 19 / 20..] {
        for (sum, value) in sums.iter_mut().zip(color) {
            *sum += f64::from(*value);
        }
    }
    ratios(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_one_strong_colour_is_not_taken_for_grey_in_strange_light() {
        for [red, green, blue] in
            [[200.0, 40.0, 40.0], [60.0, 100.0, 40.0], [40.0, 110.0, 170.0], [120.0, 170.0, 230.0_f32]]
        {
            let seen: Cast = [(red / green).ln(), (blue / green).ln()];
            assert_eq!(agreed([seen; 3]), [0.0; 2], "{red} {green} {blue}");
        }
    }

    #[test]
    fn what_all_estimates_share_is_light_and_what_they_do_not_is_colour() {
        let close = |cast: Cast, wanted: Cast| {
            assert!((cast[0] - wanted[0]).abs() < 0.01 && (cast[1] - wanted[1]).abs() < 0.01, "{cast:?}");
        };
        close(agreed([[0.15, -0.3]; 3]), [0.15, -0.3]);
        close(agreed([[0.3, -0.2], [-0.1, 0.1], [0.1, 0.0]]), [0.0, 0.0]);
        close(agreed([[0.02, -0.03]; 3]), [0.0, 0.0]);
        // Two say warm light, the third neutral.
        close(agreed([[0.25, -0.25], [0.0, 0.0], [0.15, -0.05]]), [0.0, 0.0]);
    }
}
