/// Samples of a pixel, interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
    /// Alpha is not premultiplied.
    Rgba,
    /// Cyan, magenta, yellow and black ink: 0 is none, the highest value is full. Only until the colour step.
    Cmyk,
}

/// Decoded pixels, row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    /// `width * height * channels` bytes.
    pub pixels: Vec<u8>,
}

impl Channels {
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(crate) fn has_alpha(self) -> bool {
        self == Self::Rgba
    }
}

impl Picture {
    /// Black, or fully transparent. The memory is not touched until it is written.
    pub(crate) fn blank(width: u32, height: u32, channels: Channels) -> Self {
        let pixels = vec![0; width as usize * height as usize * channels.count()];
        Self { width, height, channels, pixels }
    }

    /// Bytes of a row.
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.pixels.chunks_exact(self.stride())
    }

    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, u8> {
        let stride = self.stride();
        self.pixels.chunks_exact_mut(stride)
    }
}
