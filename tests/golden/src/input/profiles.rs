//! ICC profiles: some by name, and one of a press that does not exist.

use moxcms::{ColorProfile, DataColorSpace, ToneReprCurve};

/// The options that name a profile.
pub(super) fn named(option: &str) -> Option<Result<Vec<u8>, String>> {
    let profile = match option {
        "p3" => ColorProfile::new_display_p3(),
        "adobe-rgb" => ColorProfile::new_adobe_rgb(),
        "prophoto" => ColorProfile::new_pro_photo_rgb(),
        "grey-linear" => linear_grey(),
        "grey-lightness" => linear_lightness(),
        "p3-table" => return Some(Ok(matrix(&P3, Curve::Table))),
        "adobe-rgb-gamma" => return Some(Ok(matrix(&ADOBE, Curve::Gamma))),
        "press" => return Some(Ok(press(&[*b"A2B0", *b"A2B1"]))),
        "press-perceptual" => return Some(Ok(press(&[*b"A2B0"]))),
        "broken-profile" => return Some(Ok(b"this is no profile, it only says so".repeat(9))),
        "longest-profile" => return Some(Ok(vec![7; 8 << 20])),
        "long-profile" => return Some(Ok(lengthened(press(&[*b"A2B0"])))),
        _ => return None,
    };
    Some(profile.encode().map_err(|error| format!("{error:?}")))
}

fn linear_grey() -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(2.2);
    profile.gray_trc = Some(ToneReprCurve::Lut(Vec::new()));
    profile
}

fn linear_lightness() -> ColorProfile {
    let mut profile = linear_grey();
    profile.pcs = DataColorSpace::Lab;
    profile
}

/// As long as the profiles of real presses, by a tag that nobody reads.
fn lengthened(mut profile: Vec<u8>) -> Vec<u8> {
    profile.resize(2_500_000, 7);
    let length = (profile.len() as u32).to_be_bytes();
    profile[..4].copy_from_slice(&length);
    profile
}

/// Linear light of paper under each ink alone: red, green, blue. Inks multiply.
const INKS: [[f64; 3]; 4] = [[0.1, 0.4, 0.7], [0.6, 0.1, 0.3], [0.9, 0.8, 0.1], [0.1, 0.1, 0.1]];
/// The paper shines through even under all inks.
const HAZE: f64 = 0.03;

/// Linear light of a solid overprint; bit 3 of its number is cyan, bit 0 is black.
fn light(solid: usize) -> [f64; 3] {
    std::array::from_fn(|channel| {
        let inks = (0..4).filter(|ink| solid >> (3 - ink) & 1 == 1);
        HAZE + (1.0 - HAZE) * inks.map(|ink| INKS[ink][channel]).product::<f64>()
    })
}

/// CIE L*a*b* under D50 of linear sRGB; the matrix has the Bradford adaptation in it.
fn lab(light: [f64; 3]) -> [f64; 3] {
    const TO_XYZ: [[f64; 3]; 3] = [
        [0.436_074_7, 0.385_064_9, 0.143_080_4],
        [0.222_504_5, 0.716_878_6, 0.060_616_9],
        [0.013_932_2, 0.097_104_5, 0.714_173_3],
    ];
    const WHITE: [f64; 3] = [0.964_22, 1.0, 0.825_21];
    let [x, y, z]: [f64; 3] = std::array::from_fn(|axis| {
        let value = (0..3).map(|channel| TO_XYZ[axis][channel] * light[channel]).sum::<f64>() / WHITE[axis];
        if value > 216.0 / 24_389.0 { value.cbrt() } else { (24_389.0 / 27.0 * value + 16.0) / 116.0 }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// An output profile of version 2 with one table (`lut16Type`, two points an ink), under each of `tags`.
fn press(tags: &[[u8; 4]]) -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x04\x03\x02\0".to_vec();
    for row in 0..3 {
        table.extend((0..3).map(|column| u32::from(row == column) << 16).flat_map(u32::to_be_bytes));
    }
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    table.extend(words(&[2, 2]));
    table.extend(words(&[0, 0xFFFF].repeat(4)));
    for solid in 0..16 {
        let [lightness, a, b] = lab(light(solid));
        table.extend(words(
            &[lightness * 652.8, a * 256.0 + 32_768.0, b * 256.0 + 32_768.0].map(|v| v.round() as u16),
        ));
    }
    table.extend(words(&[0, 0xFFFF].repeat(3)));

    let table_at = 128 + 4 + 12 * tags.len();
    let length = table_at + table.len();
    let mut profile = vec![0; 128];
    profile[..4].copy_from_slice(&(length as u32).to_be_bytes());
    profile[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    profile[12..24].copy_from_slice(b"prtrCMYKLab ");
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(&[0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
    profile.extend((tags.len() as u32).to_be_bytes());
    for tag in tags {
        profile.extend(tag);
        profile.extend((table_at as u32).to_be_bytes());
        profile.extend((table.len() as u32).to_be_bytes());
    }
    profile.extend(table);
    profile
}

/// Red, green and blue primaries in XYZ under D50, by the profiles that Apple and Adobe publish.
const P3: [[f64; 3]; 3] =
    [[0.515_12, 0.241_20, -0.001_05], [0.291_98, 0.692_25, 0.041_89], [0.157_10, 0.066_57, 0.784_07]];
const ADOBE: [[f64; 3]; 3] =
    [[0.609_74, 0.311_11, 0.019_47], [0.205_28, 0.625_67, 0.060_87], [0.149_19, 0.063_22, 0.744_57]];

#[derive(Clone, Copy)]
enum Curve {
    /// 2.2 as Adobe RGB has it: 2 + 51 / 256.
    Gamma,
    /// That of sRGB at 1024 points.
    Table,
}

/// A display profile of version 2: a matrix and a curve for all three channels.
fn matrix(primaries: &[[f64; 3]; 3], curve: Curve) -> Vec<u8> {
    let number = |value: f64| ((value * 65_536.0).round() as i32).to_be_bytes();
    let xyz = |values: &[f64; 3]| [b"XYZ \0\0\0\0".to_vec(), values.map(number).concat()].concat();
    let points: Vec<u16> = match curve {
        Curve::Gamma => vec![0x0233],
        Curve::Table => (0..1024)
            .map(|point| {
                let value = f64::from(point) / 1023.0;
                let light =
                    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
                (light * 65_535.0).round() as u16
            })
            .collect(),
    };
    let mut curve = b"curv\0\0\0\0".to_vec();
    curve.extend((points.len() as u32).to_be_bytes());
    curve.extend(points.iter().flat_map(|point| point.to_be_bytes()));
    curve.resize(curve.len().next_multiple_of(4), 0);
    let white = [0.964_2, 1.0, 0.824_9];
    let blocks = [xyz(&white), xyz(&primaries[0]), xyz(&primaries[1]), xyz(&primaries[2]), curve];
    let tags: [(&[u8; 4], usize); 7] =
        [(b"wtpt", 0), (b"rXYZ", 1), (b"gXYZ", 2), (b"bXYZ", 3), (b"rTRC", 4), (b"gTRC", 4), (b"bTRC", 4)];
    let start = 128 + 4 + 12 * tags.len();
    let mut profile = vec![0; 128];
    profile[..4].copy_from_slice(&((start + blocks.concat().len()) as u32).to_be_bytes());
    profile[8..12].copy_from_slice(&[2, 0x20, 0, 0]);
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(&white.map(number).concat());
    profile.extend((tags.len() as u32).to_be_bytes());
    for (name, block) in tags {
        profile.extend(name);
        profile.extend(((start + blocks[..block].concat().len()) as u32).to_be_bytes());
        profile.extend((blocks[block].len() as u32).to_be_bytes());
    }
    profile.extend(blocks.concat());
    profile
}
