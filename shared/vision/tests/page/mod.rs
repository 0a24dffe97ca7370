//! Pages of text, drawn here, so that a test needs no file but a font of ASCII's glyphs.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use vision::Picture;

const FONT: &[u8] = include_bytes!("../font/DejaVuSans-ascii.ttf");

/// Grey pixels; its colours are those of paper and ink.
#[derive(Clone)]
pub struct Page {
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
    paper: u8,
    ink: u8,
}

impl Page {
    pub fn new(width: usize, height: usize, paper: u8, ink: u8) -> Self {
        Self { width, height, pixels: vec![paper; width * height], paper, ink }
    }

    /// A line with its top left at `left`, `top`; `height` pixels from the highest to the lowest glyph.
    pub fn write(&mut self, text: &str, left: f32, top: f32, height: f32) -> &mut Self {
        let font = FontRef::try_from_slice(FONT).unwrap();
        let scaled = font.as_scaled(PxScale::from(height));
        let mut x = left;
        for character in text.chars() {
            let id = font.glyph_id(character);
            let at = ab_glyph::point(x, top + scaled.ascent());
            x += scaled.h_advance(id);
            let Some(outline) = font.outline_glyph(id.with_scale_and_position(height, at)) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, covered| {
                let (x, y) = (bounds.min.x as i64 + i64::from(dx), bounds.min.y as i64 + i64::from(dy));
                if (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y) {
                    let pixel = &mut self.pixels[y as usize * self.width + x as usize];
                    let mixed =
                        f32::from(*pixel) + (f32::from(self.ink) - f32::from(*pixel)) * covered.min(1.0);
                    *pixel = mixed.round() as u8;
                }
            });
        }
        self
    }

    /// Turned clockwise about its middle onto a page that holds it all.
    pub fn turned(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (self.width as f32, self.height as f32);
        let width = (w * cos.abs() + h * sin.abs()).round() as usize;
        let height = (w * sin.abs() + h * cos.abs()).round() as usize;
        let mut turned = Self::new(width, height, self.paper, self.ink);
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f32 + 0.5 - width as f32 / 2.0, y as f32 + 0.5 - height as f32 / 2.0);
                let from = (dx * cos + dy * sin + w / 2.0 - 0.5, dy * cos - dx * sin + h / 2.0 - 0.5);
                turned.pixels[y * width + x] = self.between(from.0, from.1);
            }
        }
        turned
    }

    fn between(&self, x: f32, y: f32) -> u8 {
        let at = |x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
            f32::from(if inside { self.pixels[y as usize * self.width + x as usize] } else { self.paper })
        };
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let top = at(x0, y0) * (1.0 - fx) + at(x0 + 1.0, y0) * fx;
        let low = at(x0, y0 + 1.0) * (1.0 - fx) + at(x0 + 1.0, y0 + 1.0) * fx;
        (top * (1.0 - fy) + low * fy).round() as u8
    }

    pub fn rgb(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|&grey| [grey; 3]).collect()
    }
}

/// Wraps what is on a page.
pub fn picture<'a>(page: &Page, rgb: &'a [u8]) -> Picture<'a> {
    Picture::new(page.width as u32, page.height as u32, rgb).unwrap()
}
