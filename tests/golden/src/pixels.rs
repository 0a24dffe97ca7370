//! A picture as the tests see it.

use std::io::Cursor;
use std::path::Path;

/// RGBA, eight bits, not premultiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// How far apart two pictures of one size are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Of any sample, 0..255.
    pub largest: u8,
    /// Over all samples, 0..255.
    pub mean: f64,
}

impl Pixels {
    pub fn from_fn(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Self {
        let rgba = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| color(x, y))
            .collect();
        Self { width, height, rgba }
    }

    pub fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let start = (y as usize * self.width as usize + x as usize) * 4;
        [self.rgba[start], self.rgba[start + 1], self.rgba[start + 2], self.rgba[start + 3]]
    }

    /// Reads a PNG of up to eight bits a sample.
    pub fn from_png(bytes: &[u8]) -> Result<Self, String> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let size = reader.output_buffer_size().ok_or("too large")?;
        let mut samples = vec![0; size];
        let info = reader.next_frame(&mut samples).map_err(|error| error.to_string())?;
        samples.truncate(info.buffer_size());
        let rgba = match info.color_type {
            png::ColorType::Grayscale => samples.iter().flat_map(|v| [*v, *v, *v, 255]).collect(),
            png::ColorType::Rgb => samples.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
            png::ColorType::Rgba => samples,
            png::ColorType::GrayscaleAlpha => {
                samples.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect()
            }
            other => return Err(format!("unexpected color type {other:?}")),
        };
        Ok(Self { width: info.width, height: info.height, rgba })
    }

    /// Reads any picture by way of the engine's decoders.
    pub fn decoded(file: &[u8]) -> Result<Self, String> {
        let output = serde_json::from_str(r#"{"format":{"type":"png","compression":"fast"}}"#)
            .map_err(|error| error.to_string())?;
        let png = imaging::edit(file, &Default::default(), &output, &Default::default());
        Self::from_png(&png.map_err(|error| format!("the picture cannot be read: {error}"))?.bytes)
    }

    pub fn to_png(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        let opaque = self.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255);
        encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        let samples = if opaque {
            self.rgba.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect()
        } else {
            self.rgba.clone()
        };
        writer.write_image_data(&samples).map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    pub fn save(&self, path: &Path) -> Result<(), String> {
        std::fs::write(path, self.to_png()?).map_err(|error| error.to_string())
    }

    /// `None` where the sizes differ. Colours of fully transparent pixels do not count.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        if (self.width, self.height) != (other.width, other.height) {
            return None;
        }
        let pairs = self.rgba.chunks_exact(4).zip(other.rgba.chunks_exact(4));
        let (mut largest, mut sum) = (0, 0u64);
        for (a, b) in pairs.filter(|(a, b)| a[3] != 0 || b[3] != 0) {
            for (a, b) in a.iter().zip(b) {
                largest = largest.max(a.abs_diff(*b));
                sum += u64::from(a.abs_diff(*b));
            }
        }
        Some(Difference { largest, mean: sum as f64 / self.rgba.len().max(1) as f64 })
    }

    /// Differences of each sample, eight times as strong, opaque.
    pub fn picture_of_difference(&self, other: &Self) -> Self {
        Self::from_fn(self.width.min(other.width), self.height.min(other.height), |x, y| {
            let (a, b) = (self.at(x, y), other.at(x, y));
            let strong = |index: usize| a[index].abs_diff(b[index]).saturating_mul(8);
            let alpha = strong(3);
            [strong(0).max(alpha), strong(1).max(alpha), strong(2).max(alpha), 255]
        })
    }
}
