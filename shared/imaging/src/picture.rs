use bytemuck::Pod;

use crate::ImagingError;
use crate::limits::Watch;
use crate::yuv420::Yuv420;

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

/// Bits of a sample. Sixteen are kept from the decoder to the encoder, so that no step works on rounded values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Eight,
    Sixteen,
}

impl Depth {
    /// Bytes of a sample.
    pub(crate) const fn bytes(self) -> u64 {
        match self {
            Self::Eight => 1,
            Self::Sixteen => 2,
        }
    }
}

/// A sample of eight or sixteen bits.
pub(crate) trait Sample: Copy + Default + PartialEq + Pod {
    /// The highest value: white, opaque, full ink.
    const MAX: u16;
    /// A value for each sample.
    type Table<V>;

    fn table<V>(value: impl FnMut(usize) -> V) -> Self::Table<V>;
    fn look_up<V: Copy>(self, table: &Self::Table<V>) -> V;
    fn number(self) -> u16;
    /// At most [`Self::MAX`]; what is above is cut.
    fn from_number(number: u16) -> Self;

    /// 0..1.
    #[inline]
    fn unit(self) -> f32 {
        f32::from(self.number()) / f32::from(Self::MAX)
    }

    /// Of 0..[`Self::MAX`], clamped and rounded.
    fn from_value(value: f32) -> Self;

    /// Of 0..1, clamped and rounded.
    #[inline]
    fn from_unit(value: f32) -> Self {
        Self::from_value(value * f32::from(Self::MAX))
    }

    #[inline]
    fn from_eight_bits(value: u8) -> Self {
        Self::from_number(u16::from(value) * (Self::MAX / 255))
    }
}

impl Sample for u8 {
    const MAX: u16 = 255;
    type Table<V> = [V; 256];

    fn table<V>(value: impl FnMut(usize) -> V) -> Self::Table<V> {
        std::array::from_fn(value)
    }

    #[inline]
    fn look_up<V: Copy>(self, table: &Self::Table<V>) -> V {
        table[usize::from(self)]
    }

    #[inline]
    fn number(self) -> u16 {
        u16::from(self)
    }

    #[inline]
    fn from_number(number: u16) -> Self {
        number.min(255) as u8
    }

    #[inline]
    fn from_value(value: f32) -> Self {
        (value.clamp(0.0, 255.0) + 0.5) as i32 as u8
    }
}

impl Sample for u16 {
    const MAX: u16 = u16::MAX;
    type Table<V> = Vec<V>;

    fn table<V>(value: impl FnMut(usize) -> V) -> Self::Table<V> {
        (0..=usize::from(u16::MAX)).map(value).collect()
    }

    #[inline]
    fn look_up<V: Copy>(self, table: &Self::Table<V>) -> V {
        table[usize::from(self)]
    }

    #[inline]
    fn number(self) -> u16 {
        self
    }

    #[inline]
    fn from_number(number: u16) -> Self {
        number
    }

    #[inline]
    fn from_value(value: f32) -> Self {
        (value.clamp(0.0, 65_535.0) + 0.5) as u16
    }
}

/// Decoded pixels, row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture<T = u8> {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    /// `width * height * channels` samples.
    pub pixels: Vec<T>,
}

/// A picture between steps, as deep as its file.
#[derive(Debug)]
pub(crate) enum Raster {
    Eight(Picture<u8>),
    Sixteen(Picture<u16>),
    /// Where the encoder takes them and no step between needs anything else.
    Yuv420(Yuv420),
}

impl Raster {
    /// Width and height.
    pub(crate) fn size(&self) -> (u32, u32) {
        match self {
            Self::Eight(picture) => (picture.width, picture.height),
            Self::Sixteen(picture) => (picture.width, picture.height),
            Self::Yuv420(planes) => (planes.luma.width, planes.luma.height),
        }
    }

    /// # Errors
    /// The deadline.
    pub(crate) fn into_eight_bits(self, watch: Watch) -> Result<Picture, ImagingError> {
        Ok(match self {
            Self::Eight(picture) => picture,
            Self::Yuv420(planes) => planes.into_rgb(watch)?,
            Self::Sixteen(Picture { width, height, channels, pixels }) => {
                // Rounded: 65535 is 255 times 257.
                let narrow = |sample: u16| ((u32::from(sample) + 128) / 257) as u8;
                let pixels = pixels.into_iter().map(narrow).collect();
                Picture { width, height, channels, pixels }
            }
        })
    }
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

impl<T: Sample> Picture<T> {
    /// Black, or fully transparent. The memory is not touched until it is written.
    pub(crate) fn blank(width: u32, height: u32, channels: Channels) -> Self {
        let pixels = vec![T::default(); width as usize * height as usize * channels.count()];
        Self { width, height, channels, pixels }
    }

    /// Samples of a row.
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * self.channels.count()
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, T> {
        self.pixels.chunks_exact(self.stride())
    }

    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, T> {
        let stride = self.stride();
        self.pixels.chunks_exact_mut(stride)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn sixteen_bits_and_eight_bits_agree() {
        for value in 0..=255 {
            let wide = u16::from_eight_bits(value);
            let picture = Picture { width: 1, height: 1, channels: Channels::Grey, pixels: vec![wide] };
            let watch = Limits::default().watch();
            assert_eq!(Raster::Sixteen(picture).into_eight_bits(watch).unwrap().pixels, [value]);
            assert!((wide.unit() - value.unit()).abs() < 1e-6);
        }
        assert_eq!((u8::from_unit(0.5), u16::from_unit(0.5)), (128, 32_768));
        assert_eq!((u8::from_unit(7.0), u16::from_unit(-7.0)), (255, 0));
    }
}
