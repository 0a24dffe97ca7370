//! Lengths as people write them: `30px` and `12.5%`.

/// A distance along one side of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    Pixels(u32),
    /// Of the side; 0 or more.
    Percent(f64),
}

impl Length {
    /// Reads `30px` or `12.5%`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix("px") {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().map(Self::Pixels)
            }
            Some(_) => None,
            None => percent(text).map(Self::Percent),
        }
    }

    /// In pixels of a side of `side` pixels, rounded half away from zero.
    pub fn of(self, side: u32) -> u32 {
        match self {
            Self::Pixels(pixels) => pixels,
            Self::Percent(percent) => (f64::from(side) * percent / 100.0).round() as u32,
        }
    }
}

/// Reads `12.5%`: digits, at most one point between them, a percent sign.
pub(super) fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) { number.parse().ok() } else { None }
}
