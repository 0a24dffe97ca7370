//! Pictures made in code, small and the same on every machine.

use crate::pixels::Pixels;

/// `quadrants`, `gradient`, `grey`, `alpha`, `disc`, `letter`, `checker`, `noise`, `levels-N` or `flat-RRGGBB[AA]`.
pub fn draw(name: &str, width: u32, height: u32) -> Result<Pixels, String> {
    let ramp = |at: u32, side: u32| (at * 255 / side.max(2).saturating_sub(1)).min(255) as u8;
    Ok(match name {
        // Red and green above, blue and yellow below.
        "quadrants" => Pixels::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
            (true, true) => [200, 40, 40, 255],
            (false, true) => [40, 180, 60, 255],
            (true, false) => [40, 60, 200, 255],
            (false, false) => [230, 210, 60, 255],
        }),
        "gradient" => Pixels::from_fn(width, height, |x, y| [ramp(x, width), ramp(y, height), 128, 255]),
        "grey" => {
            Pixels::from_fn(width, height, |x, _| [ramp(x, width), ramp(x, width), ramp(x, width), 255])
        }
        // Red, from transparent at the left to opaque at the right.
        "alpha" => Pixels::from_fn(width, height, |x, _| [200, 40, 40, ramp(x, width)]),
        // Orange, radius three eighths of the shorter side, on transparent black.
        "disc" => Pixels::from_fn(width, height, |x, y| {
            let (dx, dy) =
                (2 * i64::from(x) + 1 - i64::from(width), 2 * i64::from(y) + 1 - i64::from(height));
            let diameter = i64::from(width.min(height)) * 3 / 4;
            if dx * dx + dy * dy <= diameter * diameter { [240, 140, 20, 255] } else { [0, 0, 0, 0] }
        }),
        // An F, which no turning or mirroring leaves the same.
        "letter" => Pixels::from_fn(width, height, |x, y| {
            let (column, row) = (x * 8 / width, y * 8 / height);
            let ink = (column == 2 && (1..7).contains(&row))
                || (row == 1 && (2..6).contains(&column))
                || (row == 3 && (2..5).contains(&column));
            if ink { [20, 30, 120, 255] } else { [240, 230, 200, 255] }
        }),
        "checker" => Pixels::from_fn(width, height, |x, y| {
            let value = if (x / 8 + y / 8) % 2 == 0 { 40 } else { 220 };
            [value, value, value, 255]
        }),
        "noise" => Pixels::from_fn(width, height, |x, y| {
            let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D);
            let [r, g, b, _] = (mixed ^ (mixed >> 15)).to_le_bytes();
            [r, g, b, 255]
        }),
        // N greys, N being 2, 4, 16 or 256, in slanting bands.
        name if name.starts_with("levels-") => {
            let levels: u32 = name["levels-".len()..].parse().map_err(|_| format!("no pattern {name}"))?;
            Pixels::from_fn(width, height, |x, y| {
                let value =
                    (x * levels / width + 2 * y * levels / height) % levels * 255 / (levels - 1).max(1);
                [value as u8, value as u8, value as u8, 255]
            })
        }
        name => {
            let digits = name.strip_prefix("flat-").ok_or_else(|| format!("no pattern {name}"))?;
            let color: contract::images::Color = digits.parse().map_err(|_| format!("no color {digits}"))?;
            Pixels::from_fn(width, height, |_, _| [color.red, color.green, color.blue, color.alpha])
        }
    })
}

/// What a camera would store so that `displayed` shows, for an EXIF orientation of 1 to 8.
pub fn stored(displayed: &Pixels, orientation: u32) -> Pixels {
    let (w, h) = (displayed.width, displayed.height);
    let at = |x: u32, y: u32| displayed.at(x, y);
    match orientation {
        2 => Pixels::from_fn(w, h, |x, y| at(w - 1 - x, y)),
        3 => Pixels::from_fn(w, h, |x, y| at(w - 1 - x, h - 1 - y)),
        4 => Pixels::from_fn(w, h, |x, y| at(x, h - 1 - y)),
        5 => Pixels::from_fn(h, w, at_swapped(&at, |x, y| (y, x))),
        // Shown after a quarter turn clockwise: stored is the displayed picture turned counter-clockwise.
        6 => Pixels::from_fn(h, w, at_swapped(&at, |x, y| (w - 1 - y, x))),
        7 => Pixels::from_fn(h, w, at_swapped(&at, |x, y| (w - 1 - y, h - 1 - x))),
        8 => Pixels::from_fn(h, w, at_swapped(&at, |x, y| (y, h - 1 - x))),
        _ => displayed.clone(),
    }
}

fn at_swapped(
    at: &impl Fn(u32, u32) -> [u8; 4],
    displayed: impl Fn(u32, u32) -> (u32, u32),
) -> impl Fn(u32, u32) -> [u8; 4] {
    move |x, y| {
        let (x, y) = displayed(x, y);
        at(x, y)
    }
}
