use std::f64::consts::PI;

use super::*;

/// Numbers that look random, the same each time.
fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

fn picture(width: u32, height: u32, channels: Channels) -> Picture {
    let pixels = noise(width as usize * height as usize * channels.count(), width * 31 + height);
    Picture { width, height, channels, pixels }
}

fn resampled<T: Sample>(picture: &Picture<T>, window: Rect, target: (u32, u32)) -> Picture<T> {
    let mut resampler = Resampler::new((picture.width, picture.height), picture.channels, window, target);
    picture.rows().take(resampler.rows()).for_each(|row| resampler.push(row));
    resampler.finish()
}

/// Every sample from the definition: the kernel over the plane, in double precision.
fn defined(picture: &Picture, window: Rect, (width, height): (u32, u32)) -> Vec<u8> {
    let weights = |start: f64, span: f64, length: u32, available: u32, at: u32| -> Vec<f64> {
        let scale = span / f64::from(length);
        let centre = start + (f64::from(at) + 0.5) * scale;
        let sinc = |x: f64| {
            if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
        };
        let kernel = |x: f64| if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
        let all: Vec<f64> =
            (0..available).map(|x| kernel((f64::from(x) + 0.5 - centre) / scale.max(1.0))).collect();
        let sum: f64 = all.iter().sum();
        all.into_iter().map(|weight| weight / sum).collect()
    };
    let count = picture.channels.count();
    let sample = |x: usize, y: usize, channel: usize| {
        let pixel = &picture.pixels[(y * picture.width as usize + x) * count..][..count];
        let value = f64::from(pixel[channel]);
        if count == 4 && channel < 3 { value * f64::from(pixel[3]) / 255.0 } else { value }
    };
    let mut result = Vec::new();
    for y in 0..height {
        let down = weights(window.y, window.height, height, picture.height, y);
        for x in 0..width {
            let along = weights(window.x, window.width, width, picture.width, x);
            let sum = |channel| -> f64 {
                (0..down.len())
                    .flat_map(|row| (0..along.len()).map(move |column| (row, column)))
                    .map(|(row, column)| down[row] * along[column] * sample(column, row, channel))
                    .sum()
            };
            let sums: Vec<f64> = (0..count).map(sum).collect();
            for channel in 0..count {
                let covered = count == 4 && channel < 3;
                let scale = if !covered {
                    1.0
                } else if sums[3] < 0.5 {
                    0.0
                } else {
                    255.0 / sums[3]
                };
                result.push((sums[channel] * scale).round().clamp(0.0, 255.0) as u8);
            }
        }
    }
    result
}

#[test]
fn every_sample_is_that_of_the_definition() {
    let whole = |width: f64, height: f64| Rect { x: 0.0, y: 0.0, width, height };
    let part = Rect { x: 3.25, y: 5.5, width: 20.5, height: 11.0 };
    for (size, window, target) in [
        ((40, 30), whole(40.0, 30.0), (13, 11)),
        ((7, 13), whole(7.0, 13.0), (20, 68)),
        ((40, 30), part, (9, 12)),
        ((40, 30), part, (41, 11)),
        ((3, 70), whole(3.0, 70.0), (1, 5)),
        ((70, 3), whole(70.0, 3.0), (70, 1)),
    ] {
        for channels in [Channels::Grey, Channels::Rgb, Channels::Cmyk] {
            let picture = picture(size.0, size.1, channels);
            let picture = if channels == Channels::Cmyk {
                Picture { channels: Channels::Rgba, ..picture }
            } else {
                picture
            };
            let ours = resampled(&picture, window, target).pixels;
            let expected = defined(&picture, window, target);
            assert_eq!(ours.len(), expected.len());
            let off =
                ours.iter().zip(&expected).filter(|(ours, expected)| ours.abs_diff(**expected) > 1).count();
            assert_eq!(off, 0, "{size:?} {window:?} {target:?} {channels:?}");
        }
    }
}

#[test]
fn one_colour_stays_that_colour() {
    for (size, target) in [
        ((77, 9), (65, 63)),
        ((9, 77), (63, 65)),
        ((1, 1), (33, 17)),
        ((90, 80), (7, 9)),
        ((500, 400), (3, 2)),
    ] {
        for channels in [Channels::Grey, Channels::Rgb, Channels::Rgba] {
            let pixels = [200u8, 40, 40, 255][..channels.count()].repeat(size.0 as usize * size.1 as usize);
            let picture = Picture { width: size.0, height: size.1, channels, pixels };
            let part = Rect {
                x: f64::from(size.0) * 0.3,
                y: 0.0,
                width: f64::from(size.0) * 0.4,
                height: f64::from(size.1),
            };
            let ours = resampled(&picture, part, target).pixels;
            assert!(
                ours.chunks(channels.count()).all(|pixel| pixel == &picture.pixels[..channels.count()]),
                "{size:?} {target:?} {channels:?} {} {:?}",
                ours.len(),
                ours.iter()
                    .enumerate()
                    .filter(|(_, v)| **v != 200)
                    .map(|(i, v)| (i % target.0 as usize, i / target.0 as usize, *v))
                    .take(12)
                    .collect::<Vec<_>>()
            );
        }
    }
}
