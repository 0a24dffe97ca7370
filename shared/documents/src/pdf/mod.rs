//! PDF, read and drawn by `hayro` in what [`rewrite`] has made of it.

mod cost;
mod filters;
mod pixels;
mod rewrite;
mod scan;
mod survey;
mod write;

use std::sync::OnceLock;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};

use crate::limits::Clock;
use crate::{DocumentError, PageText, RgbPicture, order, picture};
pub use pixels::jpeg_size;
use survey::Survey;
pub use write::File;

/// Points; what a page of a hundredth of it or of a hundred times it would show is nothing to read.
const SIDES: std::ops::RangeInclusive<f32> = 3.0..=14_400.0;
/// A page longer than so many times its width is no page.
const MAX_RATIO: f32 = 100.0;

/// An open document.
pub struct Pdf {
    pdf: hayro::hayro_syntax::Pdf,
    surveys: Vec<OnceLock<Result<Survey, DocumentError>>>,
}

impl Pdf {
    pub fn open(bytes: &[u8], clock: &Clock) -> Result<Self, DocumentError> {
        Self::of_ours(rewrite::plain(bytes, clock)?)
    }

    /// One that we have written.
    pub fn of_ours(plain: Vec<u8>) -> Result<Self, DocumentError> {
        let pdf = hayro::hayro_syntax::Pdf::new(plain)
            .map_err(|_| DocumentError::Damaged("it has no pages".into()))?;
        let surveys = pdf.pages().iter().map(|_| OnceLock::new()).collect();
        Ok(Self { pdf, surveys })
    }

    pub fn pages(&self) -> usize {
        self.pdf.pages().len()
    }

    fn page(&self, index: usize) -> Result<&Page<'_>, DocumentError> {
        self.pdf.pages().get(index).ok_or(DocumentError::NoSuchPage(index))
    }

    pub fn size(&self, index: usize) -> Result<(f32, f32), DocumentError> {
        let (width, height) = self.page(index)?.render_dimensions();
        if !SIDES.contains(&width)
            || !SIDES.contains(&height)
            || width.max(height) > MAX_RATIO * width.min(height)
        {
            return Err(DocumentError::Damaged(format!("page {} has no size of a page", index + 1)));
        }
        Ok((width, height))
    }

    pub fn text(&self, index: usize) -> Result<PageText, DocumentError> {
        Ok(order::page(&self.survey(index)?.pieces))
    }

    pub fn is_scanned(&self, index: usize) -> Result<bool, DocumentError> {
        let survey = self.survey(index)?;
        let page = self.text(index)?;
        let meant = page.text.chars().filter(|c| c.is_alphanumeric()).count();
        Ok(survey.shows && (meant < 4 || page.unknown > meant) && (survey.pictured || page.unknown > meant))
    }

    pub fn render(
        &self,
        index: usize,
        width: u16,
        height: u16,
        scale: f32,
    ) -> Result<RgbPicture, DocumentError> {
        let page = self.page(index)?;
        self.survey(index)?.check(scale)?;
        let mut context = RenderContext::new(width, height);
        let transform = hayro::kurbo::Affine::scale(scale.into()) * survey::placed(page);
        let cache = RenderCache::new();
        hayro::render_into(
            page,
            &cache,
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &mut context,
            transform,
        );
        context.flush();
        let mut pixmap = Pixmap::new(width, height);
        let onto = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), onto);
        Ok(picture::from_rgba(width, height, pixmap.data_as_u8_slice()))
    }

    /// Everything that is on the page, gone over once.
    fn survey(&self, index: usize) -> Result<&Survey, DocumentError> {
        let page = self.page(index)?;
        let size = self.size(index)?;
        let survey = self.surveys[index].get_or_init(|| {
            cost::check(page)?;
            Ok(survey::of(page, size))
        });
        survey.as_ref().map_err(Clone::clone)
    }
}
