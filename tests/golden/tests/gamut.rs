//! Wide gamuts to sRGB, against floating-point formulas of the colour spaces' definitions.
#![allow(clippy::unwrap_used)]

use golden::input;
use golden::pixels::Pixels;

type Matrix = [[f64; 3]; 3];

/// Chromaticities of red, green, blue and white, and the transfer function.
struct Space {
    primaries: [[f64; 2]; 3],
    white: [f64; 2],
    linear: fn(f64) -> f64,
}

const D65: [f64; 2] = [0.312_7, 0.329_0];

const SRGB: Space = Space { primaries: [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]], white: D65, linear: srgb };
/// SMPTE EG 432-1 with the white and the curve of sRGB, as Apple has it.
const P3: Space =
    Space { primaries: [[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], white: D65, linear: srgb };
/// Adobe RGB (1998) Color Image Encoding.
const ADOBE: Space = Space {
    primaries: [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]],
    white: D65,
    linear: |value| value.powf(563.0 / 256.0),
};
/// ROMM RGB, ISO 22028-2.
const PROPHOTO: Space = Space {
    primaries: [[0.734_7, 0.265_3], [0.159_6, 0.840_4], [0.036_6, 0.000_1]],
    white: [0.345_7, 0.358_5],
    linear: |value| if value < 16.0 / 512.0 { value / 16.0 } else { value.powf(1.8) },
};

fn srgb(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn encoded(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

fn apply(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| (0..3).map(|index| row[index] * vector[index]).sum())
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    left.map(|row| std::array::from_fn(|column| (0..3).map(|index| row[index] * right[index][column]).sum()))
}

fn inverse(m: &Matrix) -> Matrix {
    let minor = |row: usize, column: usize| {
        let (a, b, c, d) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * minor(0, column)).sum();
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))
}

fn xyz([x, y]: [f64; 2]) -> [f64; 3] {
    [x / y, 1.0, (1.0 - x - y) / y]
}

/// Linear light of a space to XYZ under its own white.
fn to_xyz(space: &Space) -> Matrix {
    let columns = space.primaries.map(xyz);
    let primaries: Matrix = std::array::from_fn(|row| std::array::from_fn(|column| columns[column][row]));
    let scale = apply(&inverse(&primaries), xyz(space.white));
    primaries.map(|row| std::array::from_fn(|column| row[column] * scale[column]))
}

/// Bradford's adaptation.
fn adapted(from: [f64; 2], to: [f64; 2]) -> Matrix {
    const BRADFORD: Matrix =
        [[0.895_1, 0.266_4, -0.161_4], [-0.750_2, 1.713_5, 0.036_7], [0.038_9, -0.068_5, 1.029_6]];
    let (from, to) = (apply(&BRADFORD, xyz(from)), apply(&BRADFORD, xyz(to)));
    let scaled: Matrix = std::array::from_fn(|row| BRADFORD[row].map(|value| value * to[row] / from[row]));
    product(&inverse(&BRADFORD), &scaled)
}

fn in_srgb(space: &Space, color: [u8; 3]) -> [u8; 3] {
    let light = color.map(|sample| (space.linear)(f64::from(sample) / 255.0));
    let xyz = apply(&adapted(space.white, D65), apply(&to_xyz(space), light));
    apply(&inverse(&to_xyz(&SRGB)), xyz).map(encoded)
}

/// The least and the most of each channel in sRGB, for every colour whose samples are at most `moved` off.
fn around(space: &Space, color: [u8; 3], moved: i16) -> [(u8, u8); 3] {
    let near = |sample: u8| (-moved..=moved).map(move |by| (i16::from(sample) + by).clamp(0, 255) as u8);
    let mut bounds = [(255, 0); 3];
    for red in near(color[0]) {
        for green in near(color[1]) {
            for blue in near(color[2]) {
                for (bound, sample) in bounds.iter_mut().zip(in_srgb(space, [red, green, blue])) {
                    *bound = (sample.min(bound.0), sample.max(bound.1));
                }
            }
        }
    }
    bounds
}

/// Within sRGB as the three spaces have them, at the edge of it and beyond.
const COLORS: [[u8; 3]; 12] = [
    [0, 0, 0],
    [255, 255, 255],
    [128, 128, 128],
    [20, 20, 20],
    [200, 160, 120],
    [90, 120, 140],
    [150, 110, 160],
    [60, 70, 50],
    [230, 220, 150],
    [255, 0, 0],
    [0, 255, 0],
    [30, 60, 250],
];

#[test]
fn wide_gamuts_become_srgb_in_every_format_that_holds_profiles() {
    // How far the format itself may have moved a sample.
    let formats = [("png", 0), ("png-rgb16", 0), ("webp-lossless", 0), ("tiff-rgb16-lzw", 0), ("jpeg", 2)];
    let profiles = [
        ("p3", &P3),
        ("p3-table", &P3),
        ("adobe-rgb", &ADOBE),
        ("adobe-rgb-gamma", &ADOBE),
        ("prophoto", &PROPHOTO),
    ];
    for (profile, space) in profiles {
        for (format, moved) in formats {
            for color in COLORS {
                let [red, green, blue] = color;
                let name = format!("generate:flat-{red:02X}{green:02X}{blue:02X}FF/16x16/{format}+{profile}");
                let found = Pixels::decoded(&input::file(&name).unwrap()).unwrap().at(8, 8);
                let reachable = around(space, color, moved);
                let fits = (0..3).all(|index| {
                    let (low, high) = reachable[index];
                    found[index] >= low.saturating_sub(1) && found[index] <= high.saturating_add(1)
                });
                assert!(fits, "{name}: {found:?}, not {reachable:?}");
            }
        }
    }
}

#[test]
fn the_formulas_agree_with_published_figures() {
    // Display P3's red in sRGB is beyond it: red full, the others cut; white is white in every space.
    assert_eq!(in_srgb(&P3, [255, 0, 0]), [255, 0, 0]);
    for space in [&SRGB, &P3, &ADOBE, &PROPHOTO] {
        assert_eq!(in_srgb(space, [255, 255, 255]), [255, 255, 255]);
    }
    for value in [0, 7, 100, 200] {
        assert_eq!(in_srgb(&SRGB, [value, 40, 90]), [value, 40, 90]);
    }
}

#[test]
fn greys_whose_profile_leads_to_lightness_are_as_light_as_it_says() {
    for grey in [0_u8, 3, 20, 64, 128, 200, 255] {
        let f = (100.0 * f64::from(grey) / 255.0 + 16.0) / 116.0;
        let luminance = if f > 6.0 / 29.0 { f.powi(3) } else { (f - 4.0 / 29.0) * 108.0 / 841.0 };
        let wanted = encoded(luminance);
        let name = format!("generate:flat-{grey:02X}{grey:02X}{grey:02X}FF/16x16/png-grey+grey-lightness");
        let found = Pixels::decoded(&input::file(&name).unwrap()).unwrap().at(8, 8);
        assert!(
            found[..3].iter().all(|sample| sample.abs_diff(wanted) <= 1),
            "{grey}: {found:?}, not {wanted}"
        );
    }
}
