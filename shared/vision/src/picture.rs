use crate::VisionError;

/// Pixels of another's, eight bits a sample, red, green and blue, row after row without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    width: u32,
    height: u32,
    rgb: &'a [u8],
}

impl<'a> Picture<'a> {
    /// # Errors
    /// [`VisionError::Picture`] where `rgb` has not three bytes for each pixel. A side may be 0: such a picture shows nothing.
    pub fn new(width: u32, height: u32, rgb: &'a [u8]) -> Result<Self, VisionError> {
        let bytes = u64::from(width).checked_mul(u64::from(height)).and_then(|pixels| pixels.checked_mul(3));
        if bytes != Some(rgb.len() as u64) {
            return Err(VisionError::Picture { width, height, bytes: rgb.len() });
        }
        Ok(Self { width, height, rgb })
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rgb.is_empty()
    }

    /// The samples of a row. `y` is less than the height.
    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        let stride = self.width as usize * 3;
        &self.rgb[y * stride..][..stride]
    }

    pub(crate) fn pixel(&self, x: usize, y: usize) -> [f32; 3] {
        let at = (y * self.width as usize + x) * 3;
        let pixel = &self.rgb[at..at + 3];
        [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])]
    }
}
