//! The ICC profiles that results carry. Where each comes from stands in `data/icc/README.md`.

use contract::images::ColorProfile;

/// sRGB in 480 bytes, of version 4.
pub(crate) const SRGB: &[u8] = include_bytes!("../data/icc/sRGB.icc");

/// The profile of a press: version 2, CMYK to L*a*b* and back.
pub(crate) const fn of_press(press: ColorProfile) -> &'static [u8] {
    match press {
        ColorProfile::IsoCoated => include_bytes!("../data/icc/ISO_Coated.icc"),
        ColorProfile::IsoUncoated => include_bytes!("../data/icc/ISO_Uncoated.icc"),
        ColorProfile::UsWebCoated => include_bytes!("../data/icc/USWeb_Coated.icc"),
        ColorProfile::UsWebUncoated => include_bytes!("../data/icc/USWeb_Uncoated.icc"),
    }
}
