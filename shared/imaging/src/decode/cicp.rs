//! Colours that are named by code points (ITU-T H.273) as an ICC profile, for pictures without one of their own.

use moxcms::{ColorProfile, ToneReprCurve};

use crate::heif::Cicp;

/// Primaries.
const DISPLAY_P3: u16 = 12;
const BT_2020: u16 = 9;
/// Transfer functions. Hybrid log-gamma needs no treatment: it was made to be shown by displays that know nothing of it.
const PQ: u16 = 16;
const LINEAR: u16 = 8;

/// `None` for sRGB and what is shown as such: BT.709, and all that is not known.
pub(super) fn profile(cicp: Cicp) -> Option<Vec<u8>> {
    let mut profile = match (cicp.primaries, cicp.transfer) {
        (DISPLAY_P3, _) => ColorProfile::new_display_p3(),
        (BT_2020, _) => {
            let mut profile = ColorProfile::new_bt2020();
            // Why: its curve is that of cameras; displays, also those of BT.709, show the curve of sRGB.
            let srgb = ColorProfile::new_srgb();
            (profile.red_trc, profile.green_trc, profile.blue_trc) =
                (srgb.red_trc, srgb.green_trc, srgb.blue_trc);
            profile
        }
        (_, PQ | LINEAR) => ColorProfile::new_srgb(),
        _ => return None,
    };
    let curve: Option<fn(f64) -> f64> = match cicp.transfer {
        PQ => Some(|value| tone_mapped(pq(value))),
        LINEAR => Some(|value| value),
        _ => None,
    };
    if let Some(curve) = curve {
        const STEPS: u16 = 4_095;
        let table = |step: u16| (curve(f64::from(step) / f64::from(STEPS)) * 65_535.0).round() as u16;
        let table = Some(ToneReprCurve::Lut((0..=STEPS).map(table).collect()));
        (profile.red_trc, profile.green_trc, profile.blue_trc) = (table.clone(), table.clone(), table);
    }
    // What names its code points again must not be read by them.
    profile.cicp = None;
    profile.encode().ok()
}

/// Light in candelas a square metre of a value (SMPTE ST 2084).
fn pq(value: f64) -> f64 {
    const M1: f64 = 1_305.0 / 8_192.0;
    const M2: f64 = 2_523.0 / 32.0;
    const C1: f64 = 107.0 / 128.0;
    const C2: f64 = 2_413.0 / 128.0;
    const C3: f64 = 2_392.0 / 128.0;
    let root = value.powf(1.0 / M2);
    10_000.0 * ((root - C1).max(0.0) / (C2 - C3 * root)).powf(1.0 / M1)
}

/// Light as a display shows it, 0 to 1: as it is up to half of the white of graphics (203 candelas, ITU-R BT.2408), and
/// smoothly compressed above.
fn tone_mapped(light: f64) -> f64 {
    const KNEE: f64 = 0.5;
    let light = light / 203.0;
    if light <= KNEE {
        return light;
    }
    KNEE + (1.0 - KNEE) * (1.0 - (-(light - KNEE) / (1.0 - KNEE)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SRGB: Cicp = Cicp { primaries: 1, transfer: 13, matrix: 6, full_range: true };

    #[test]
    fn only_what_differs_from_srgb_has_a_profile() {
        assert_eq!(profile(SRGB), None);
        assert_eq!(profile(Cicp { transfer: 1, ..SRGB }), None);
        assert_eq!(profile(Cicp { primaries: 2, transfer: 2, ..SRGB }), None);
        for (primaries, transfer) in [(12, 13), (9, 1), (9, 16), (9, 18), (1, 8)] {
            let profile = profile(Cicp { primaries, transfer, ..SRGB }).unwrap();
            assert!(ColorProfile::new_from_slice(&profile).is_ok(), "{primaries} {transfer}");
        }
    }

    #[test]
    fn tone_mapping_is_smooth_and_ends_at_white() {
        assert!((pq(1.0) - 10_000.0).abs() < 1e-6 && pq(0.0) == 0.0);
        assert!((pq(0.508) - 100.0).abs() < 1.0);
        let mut before = 0.0;
        for step in 0..=1_000 {
            let value = tone_mapped(f64::from(step) * 10.0);
            assert!(value >= before && value <= 1.0);
            before = value;
        }
        assert!((0.75..0.9).contains(&tone_mapped(203.0)));
    }
}
