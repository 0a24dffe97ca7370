use std::str::FromStr;

/// A background: red, green, blue, alpha (255 = opaque), not premultiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    pub alpha: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColorError;

impl Color {
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255, alpha: 255 };
    pub const TRANSPARENT: Self = Self { red: 0, green: 0, blue: 0, alpha: 0 };
}

impl FromStr for Color {
    type Err = ColorError;

    /// Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, with or without `#`, in any case, and `transparent`.
    fn from_str(text: &str) -> Result<Self, ColorError> {
        if text.eq_ignore_ascii_case("transparent") {
            return Ok(Self::TRANSPARENT);
        }
        let digits: Option<Vec<u8>> = text
            .strip_prefix('#')
            .unwrap_or(text)
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let digits = digits.ok_or(ColorError)?;
        match digits[..] {
            [r, g, b] => Ok(Self { red: r * 17, green: g * 17, blue: b * 17, alpha: 255 }),
            [r, r2, g, g2, b, b2] => {
                Ok(Self { red: r * 16 + r2, green: g * 16 + g2, blue: b * 16 + b2, alpha: 255 })
            }
            [r, r2, g, g2, b, b2, a, a2] => {
                Ok(Self { red: r * 16 + r2, green: g * 16 + g2, blue: b * 16 + b2, alpha: a * 16 + a2 })
            }
            _ => Err(ColorError),
        }
    }
}
