use super::Length;

/// Empty space on each side of the content, inside the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Padding {
    pub top: Length,
    pub right: Length,
    pub bottom: Length,
    pub left: Length,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaddingError {
    /// Not one of the forms.
    Syntax,
    /// Half a side or more.
    TooLarge,
}

impl Padding {
    /// Reads `"10%"`, `"5% 15%"` (left and right, then top and bottom), `"30px"`, `"100px 150px"` or four pixel
    /// values: top, right, bottom, left. Percentages are of the output's width and height.
    pub fn parse(text: &str) -> Result<Self, PaddingError> {
        let lengths: Option<Vec<Length>> = text.split_whitespace().map(Length::parse).collect();
        let lengths = lengths.ok_or(PaddingError::Syntax)?;
        let all_pixels = lengths.iter().all(|length| matches!(length, Length::Pixels(_)));
        let all_percent = lengths.iter().all(|length| matches!(length, Length::Percent(_)));
        let padding = match lengths[..] {
            [all] => Self { top: all, right: all, bottom: all, left: all },
            [horizontal, vertical] if all_pixels || all_percent => {
                Self { top: vertical, right: horizontal, bottom: vertical, left: horizontal }
            }
            [top, right, bottom, left] if all_pixels => Self { top, right, bottom, left },
            _ => return Err(PaddingError::Syntax),
        };
        if lengths.iter().any(|length| matches!(length, Length::Percent(percent) if *percent >= 50.0)) {
            return Err(PaddingError::TooLarge);
        }
        Ok(padding)
    }

    /// Top, right, bottom and left in pixels of an output of this size; `None` where one is half its side or more.
    pub fn pixels(&self, width: u32, height: u32) -> Option<[u32; 4]> {
        let fits = |length: Length, side: u32| {
            let pixels = length.of(side);
            (pixels == 0 || u64::from(pixels) * 2 < u64::from(side)).then_some(pixels)
        };
        Some([
            fits(self.top, height)?,
            fits(self.right, width)?,
            fits(self.bottom, height)?,
            fits(self.left, width)?,
        ])
    }
}
