//! The one family that documents are set in: DejaVu Sans Condensed (Bitstream Vera licence and public domain), within the crate
//! `dejavu`. It has Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters; what it lacks is drawn as an empty box.

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider, charmap::Charmap};

use crate::DocumentError;

/// Fonts of office documents are narrower: at this part of their size lines break about where they did.
pub const SHRINK: f32 = 0.88;
/// Above and below the base line, in parts of the size.
pub const ASCENT: f32 = 0.93;
pub const LINE: f32 = 1.25;

pub fn data(bold: bool) -> &'static [u8] {
    if bold { dejavu::sans_condensed::bold() } else { dejavu::sans_condensed::regular() }
}

/// Characters to glyphs and their widths.
pub struct Face {
    characters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

impl Face {
    pub fn new(bold: bool) -> Result<Self, DocumentError> {
        let font = FontRef::new(data(bold))
            .map_err(|error| DocumentError::Damaged(format!("our own font: {error}")))?;
        let metrics = font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        Ok(Self { characters: font.charmap(), metrics })
    }

    /// The glyph's number; 0 is the empty box.
    pub fn glyph(&self, c: char) -> u32 {
        self.characters.map(c).map_or(0, |glyph| glyph.to_u32())
    }

    /// In thousandths of the size.
    pub fn width(&self, glyph: u32) -> f32 {
        self.metrics.advance_width(skrifa::GlyphId::new(glyph)).unwrap_or(600.0)
    }
}
