//! What drawing a page may cost, before any of it is drawn: its content, and that of all forms, patterns and glyphs that are drawn
//! from there, each as often as it is. A few hundred bytes can say "draw ten times what draws ten times ..".

use std::collections::HashMap;

use hayro::hayro_syntax::content::UntypedIter;
use hayro::hayro_syntax::object::{Dict, Name, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::{Page, Resources};

use super::filters::{self, Budget};
use super::pixels;
use crate::DocumentError;

/// Bytes of content, those of a form at every time that it is drawn: about four seconds of work at worst.
const MAX_COST: u64 = 48 << 20;
/// What starting another one costs at least.
const START: u64 = 200;
/// What a glyph costs that is an outline: two million are a page's most.
const GLYPH: u64 = 24;
/// Pixels of a picture cost about as much as so many a byte of content.
const PIXELS_A_BYTE: u64 = 8;
/// The reader itself stops at fifty.
const MAX_DEPTH: usize = 40;

/// Refuses a page that costs too much.
pub fn check(page: &Page<'_>) -> Result<(), DocumentError> {
    let mut walk = Walk { known: HashMap::new(), depth: 0, glyph: 0 };
    let content = page.page_stream().unwrap_or_default();
    let mut cost = walk.content(content, page.resources())?;
    let annotations = page.raw().get::<hayro::hayro_syntax::object::Array<'_>>(b"Annots");
    for annotation in annotations.iter().flat_map(|list| list.iter::<Dict<'_>>()) {
        if let Some(Object::Stream(form)) =
            annotation.get::<Dict<'_>>(b"AP").and_then(|states| states.get::<Object<'_>>(b"N"))
        {
            cost = cost.saturating_add(walk.stream(&form, page.resources())?);
        }
    }
    within(cost).map(|_| ())
}

fn within(cost: u64) -> Result<u64, DocumentError> {
    if cost > MAX_COST { Err(DocumentError::Bomb("a page draws too much")) } else { Ok(cost) }
}

struct Walk {
    /// None while it is being looked at: what draws itself never ends.
    known: HashMap<ObjectIdentifier, Option<u64>>,
    depth: usize,
    /// The dearest glyph that is drawn by content, among all fonts named so far.
    glyph: u64,
}

impl Walk {
    fn content(&mut self, content: &[u8], resources: &Resources<'_>) -> Result<u64, DocumentError> {
        let mut cost = content.len() as u64;
        let mut instructions = UntypedIter::new(content);
        while let Some(instruction) = instructions.next() {
            let operator: &[u8] = instruction.operator;
            let name = || instruction.operands().cloned().filter_map(Object::into_name).last();
            let more = match operator {
                b"Do" => self.named(name().and_then(|name| resources.get_x_object(&name)), resources)?,
                b"scn" | b"SCN" => {
                    let pattern = name().and_then(|name| resources.get_pattern(&name));
                    self.named(pattern.and_then(Object::into_stream), resources)?
                }
                b"gs" => self.mask(name().and_then(|name| resources.get_ext_g_state(&name)), resources)?,
                b"Tf" => self.font(name().and_then(|name| resources.get_font(&name)), resources)?,
                b"Tj" | b"TJ" | b"'" | b"\"" => {
                    self.glyph.max(GLYPH).saturating_mul(instruction.operands().map(shown).sum())
                }
                b"BI" => inline(instruction.operands().cloned().filter_map(Object::into_stream).last())?,
                _ => 0,
            };
            cost = within(cost.saturating_add(more))?;
        }
        Ok(cost)
    }

    fn named(&mut self, stream: Option<Stream<'_>>, resources: &Resources<'_>) -> Result<u64, DocumentError> {
        stream.map_or(Ok(START), |stream| self.stream(&stream, resources))
    }

    fn stream(&mut self, stream: &Stream<'_>, outer: &Resources<'_>) -> Result<u64, DocumentError> {
        let dict = stream.dict();
        if dict.get::<Name<'_>>(b"Subtype").is_some_and(|name| name.as_ref() == b"Image") {
            return Ok(START + pixels::said(dict, b"Width", b"Height") / PIXELS_A_BYTE);
        }
        match self.known.insert(stream.obj_id(), None) {
            Some(Some(cost)) => {
                self.known.insert(stream.obj_id(), Some(cost));
                return Ok(cost);
            }
            Some(None) => return Err(DocumentError::Bomb("a form draws itself")),
            None if self.depth == MAX_DEPTH => return Err(DocumentError::Bomb("forms within forms")),
            None => {}
        }
        self.depth += 1;
        let own = dict.get::<Dict<'_>>(b"Resources").map(Resources::new);
        let content = stream.decoded_data().unwrap_or_default();
        let cost = START + self.content(&content, own.as_ref().unwrap_or(outer))?;
        self.depth -= 1;
        self.known.insert(stream.obj_id(), Some(cost));
        Ok(cost)
    }

    fn mask(&mut self, state: Option<Dict<'_>>, resources: &Resources<'_>) -> Result<u64, DocumentError> {
        let group = state
            .and_then(|state| state.get::<Dict<'_>>(b"SMask"))
            .and_then(|mask| mask.get::<Stream<'_>>(b"G"));
        self.named(group, resources)
    }

    /// Keeps what a glyph of the font costs at most, if its glyphs are content.
    fn font(&mut self, font: Option<Dict<'_>>, resources: &Resources<'_>) -> Result<u64, DocumentError> {
        let Some(glyphs) = font.as_ref().and_then(|font| font.get::<Dict<'_>>(b"CharProcs")) else {
            return Ok(0);
        };
        let own = font.and_then(|font| font.get::<Dict<'_>>(b"Resources")).map(Resources::new);
        for key in glyphs.keys() {
            if let Some(glyph) = glyphs.get::<Stream<'_>>(&*key) {
                self.glyph = self.glyph.max(self.stream(&glyph, own.as_ref().unwrap_or(resources))?);
            }
        }
        Ok(glyphs.len() as u64 * START)
    }
}

/// Bytes of the strings that an operator shows.
fn shown(operand: &Object<'_>) -> u64 {
    match operand {
        Object::String(string) => string.as_bytes().len() as u64,
        Object::Array(array) => array
            .iter::<Object<'_>>()
            .map(|item| if let Object::String(string) = item { string.as_bytes().len() as u64 } else { 0 })
            .sum(),
        _ => 0,
    }
}

/// A picture within the content itself: its data have not been seen before.
fn inline(stream: Option<Stream<'_>>) -> Result<u64, DocumentError> {
    let Some(stream) = stream else { return Ok(START) };
    let pixels =
        pixels::said(stream.dict(), b"W", b"H").max(pixels::said(stream.dict(), b"Width", b"Height"));
    if pixels > pixels::MAX_PIXELS {
        return Err(DocumentError::Bomb("a picture"));
    }
    let data = stream.raw_data();
    if let Some(vetted) = filters::vet(stream.dict(), &data, &mut Budget::new())? {
        pixels::check(stream.dict(), &vetted)?;
    }
    Ok(START + pixels / PIXELS_A_BYTE)
}
