/// A page picture: rows from the top, three bytes a pixel, nothing between rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbPicture {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

/// Width and height in pixels of a page of `size` points drawn so wide, and pixels a point; smaller where a side would exceed the most.
pub fn dimensions((width, height): (f32, f32), wanted: u32, max_side: u32) -> (u16, u16, f32) {
    let max_side = max_side.min(u32::from(u16::MAX)) as f32;
    let scale = (wanted as f32 / width).min(max_side / width).min(max_side / height);
    let pixels = |points: f32| (points * scale).round().clamp(1.0, max_side.max(1.0)) as u16;
    (pixels(width), pixels(height), scale)
}

/// Of pixels with an opaque fourth byte, as rasterizers make them.
pub fn from_rgba(width: u16, height: u16, rgba: &[u8]) -> RgbPicture {
    let mut pixels = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        pixels.extend_from_slice(&pixel[..3]);
    }
    RgbPicture { width: width.into(), height: height.into(), pixels }
}
