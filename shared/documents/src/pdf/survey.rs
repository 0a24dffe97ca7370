//! All that a page shows, gone over without drawing any of it.

use std::collections::HashSet;

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, StrokeProps, TransformExt, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, ParamCurve, Point, Rect, Shape};

use crate::DocumentError;
use crate::order::Piece;

/// Glyphs of a page; a page of a newspaper has 30,000.
const MAX_GLYPHS: usize = 1_000_000;
/// Tiles of pixels, 256 by 4, that are painted, one on the other: the rasterizer keeps a note of each, about 32 bytes.
const MAX_TILES: f64 = 8_000_000.0;
const TILE_AREA: f64 = 1024.0;
/// A dash is an outline of at least so many lines and curves.
const DASH_ELEMENTS: f64 = 20.0;
/// Groups and masks are pages of their own while they are drawn.
const MAX_GROUPS: usize = 4000;

/// What a page holds.
pub struct Survey {
    /// Its characters, in the order in which they are drawn.
    pub pieces: Vec<Piece>,
    /// Whether anything but text is drawn.
    pub shows: bool,
    /// Whether pictures cover a good part of it.
    pub pictured: bool,
    /// Square points that are painted, one on the other.
    painted: f64,
    shapes: usize,
    groups: usize,
}

impl Survey {
    /// Refuses what would take too much memory when drawn at so many pixels a point.
    pub fn check(&self, scale: f32) -> Result<(), DocumentError> {
        let tiles = self.painted * f64::from(scale).powi(2) / TILE_AREA + self.shapes as f64;
        let fits = tiles <= MAX_TILES && self.groups <= MAX_GROUPS;
        if fits { Ok(()) } else { Err(DocumentError::Bomb("a page paints too much")) }
    }
}

/// From the page's own space to points from its top left corner.
pub fn placed(page: &Page<'_>) -> Affine {
    page.initial_transform(true).to_kurbo()
}

pub fn of(page: &Page<'_>, (width, height): (f32, f32)) -> Survey {
    let target = Rect::new(0.0, 0.0, width.into(), height.into());
    let cache = InterpreterCache::new();
    let mut context = Context::new(placed(page), target, &cache, page.xref(), InterpreterSettings::default());
    let mut surveyor = Surveyor { target, pictures: 0.0, seen: HashSet::new(), survey: Survey::empty() };
    interpret_page(page, &mut context, &mut surveyor);
    surveyor.survey.pictured = surveyor.pictures > 0.25 * target.area();
    surveyor.survey
}

impl Survey {
    fn empty() -> Self {
        Self { pieces: Vec::new(), shows: false, pictured: false, painted: 0.0, shapes: 0, groups: 0 }
    }
}

struct Surveyor {
    target: Rect,
    pictures: f64,
    /// Where a character has been drawn, in tenths of its height: bold made by drawing twice is one character.
    seen: HashSet<(i32, i32, u32)>,
    survey: Survey,
}

impl Surveyor {
    fn paint(&mut self, bounds: Rect) {
        let seen = bounds.intersect(self.target);
        self.survey.shapes += 1;
        self.survey.shows = true;
        self.survey.painted += seen.area().max(0.0);
    }

    fn glyph(&mut self, glyph: &Glyph<'_>, transform: Affine) {
        // Also one that is drawn twice, or outside of the page, is drawn.
        self.survey.shapes += 1;
        let said = glyph.as_unicode();
        let text = match said {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        let advance = f64::from(advance.unwrap_or(500.0));
        let origin = transform * Point::ORIGIN;
        let along = transform * Point::new(advance, 0.0) - origin;
        let up = transform * Point::new(0.0, 1000.0) - origin;
        let height = up.hypot();
        let numbers = [origin.x, origin.y, along.x, along.y, height];
        let inside = self.target.inflate(1.0, 1.0).contains(origin) && height > 0.01;
        if !inside
            || !numbers.iter().all(|number| number.is_finite())
            || self.survey.pieces.len() == MAX_GLYPHS
        {
            return;
        }
        let cell = |value: f64| (value / (0.1 * height)).round() as i32;
        let (x, y, code) = (cell(origin.x), cell(origin.y), glyph.char_code());
        let near = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)];
        if near.iter().any(|(dx, dy)| self.seen.contains(&(x.wrapping_add(*dx), y.wrapping_add(*dy), code)))
            && !text.trim().is_empty()
        {
            return;
        }
        self.seen.insert((x, y, code));
        self.survey.painted += height * along.hypot();
        self.survey.pieces.push(Piece::new(text, (origin.x, origin.y), (along.x, along.y), height));
    }
}

/// How many dashes a line is drawn in: each becomes a path of its own.
fn dashes(path: &BezPath, stroke: &StrokeProps) -> usize {
    let period: f64 = stroke.dash_array.iter().map(|length| f64::from(*length)).sum();
    if stroke.dash_array.is_empty() {
        return 0;
    }
    let length: f64 = path.segments().map(|segment| segment.start().distance(segment.end())).sum();
    (DASH_ELEMENTS * length / period) as usize
}

impl<'a> Device<'a> for Surveyor {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.paint(props.transform.transform_rect_bbox(path.bounding_box()));
        self.survey.shapes += path.elements().len();
        if let DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) = mode {
            self.survey.shapes = self.survey.shapes.saturating_add(dashes(path, stroke));
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.survey.shapes += clip.path.elements().len();
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend: BlendMode) {
        // Every picture is in a group; one that changes nothing is not made.
        self.survey.groups += usize::from(opacity < 1.0 || mask.is_some() || blend != BlendMode::Normal);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            self.glyph(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let bounds = Rect::new(0.0, 0.0, image.width().into(), image.height().into());
        let bounds = props.transform.transform_rect_bbox(bounds);
        self.pictures += bounds.intersect(self.target).area().max(0.0);
        self.paint(bounds);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
