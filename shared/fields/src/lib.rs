//! Values of fields out of the lines of pages, with no model but perhaps a sentence encoder for names of labels.
//!
//! Pure and synchronous. Lines as OCR gives them are set level and put in rows; labels are recognised by a dictionary of English,
//! German and French and by the names that are asked for; values are what stands beside, below or behind labels and has the form of
//! the field, or shows by its own form, print or place what it is. A field that is not there is null.

mod answer;
mod assembly;
mod assign;
mod layout;
mod lexicon;
mod marks;
mod matching;
mod pairs;
mod reading;
mod table;
mod text;
mod unlabelled;
mod values;
mod wanted;

pub use answer::answer;
pub use wanted::{Field, Kind, Wanted};

use layout::Sheet;
use marks::Marks;
use matching::Matcher;

/// A line, or the part of it that stands together, as OCR gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    /// 0..1.
    pub confidence: f32,
    /// Top left, top right, bottom right, bottom left as the text is read; in pixels.
    pub corners: [[f32; 2]; 4],
    /// Lines beside each other have the same number. Only [`answer`] looks at it.
    pub row: usize,
}

/// The lines of a picture or of a document's page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub lines: Vec<Line>,
}

/// Where a value was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// As in `items[0].price`.
    pub path: String,
    /// Counted from 0.
    pub page: usize,
    /// Of what was read, as those of a [`Line`]; of several lines, the upright rectangle around them.
    pub corners: [[f32; 2]; 4],
    /// 0..1: that of the lines, by that of the choice.
    pub confidence: f32,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// An object with all fields in the order in which they were asked for; null and empty lists for what is not there.
    pub data: serde_json::Value,
    pub evidence: Vec<Evidence>,
}

/// Vectors of texts by a sentence encoder, where there is one; of unit length. `None` where it fails, which changes nothing but
/// that names are matched by their letters alone.
pub type Embed<'a> = &'a dyn Fn(&[String]) -> Option<Vec<Vec<f32>>>;

/// Finds what is wanted on the pages. Time grows with lines times fields; of all pages together the first 4,000 lines are looked at.
pub fn find(pages: &[Page], wanted: &Wanted, embed: Option<Embed<'_>>) -> Found {
    let sheet = Sheet::of(pages);
    let leaves = wanted::leaves(&wanted.fields);
    let marks = Marks::of(&sheet, &leaves);
    let lists = assembly::lists(&sheet, &marks, &wanted.fields);
    let mut in_table = vec![false; sheet.cells.len()];
    let mut taken: Vec<usize> = lists.iter().flat_map(|list| list.cells().iter().copied()).collect();
    if taken.is_empty() {
        taken = table::any(&sheet, &marks);
    }
    for cell in taken {
        in_table[cell] = true;
    }
    let matcher = Matcher::new(&leaves, &marks, embed);
    let mut candidates = pairs::candidates(&sheet, &marks, &leaves, &matcher, &in_table);
    candidates.extend(unlabelled::candidates(&sheet, &marks, &leaves, &in_table));
    let chosen = assign::assign(candidates, leaves.len());
    assembly::assemble(&sheet, &wanted.fields, &leaves, chosen, lists)
}
