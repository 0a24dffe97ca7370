//! What is printed large: titles, products and prices of tags; and sums per kilo, percentages, weights of tags.

use super::{View, candidate, names};
use crate::lexicon::Concept;
use crate::pairs::{Candidate, Span};
use crate::reading::read;
use crate::text::fold;
use crate::values::{amount, codes, date};
use crate::wanted::Leaf;

/// A page with more lines is no tag.
const TAG: usize = 16;

pub(super) fn candidates(view: &View<'_>, leaf: &Leaf, concept: Concept) -> Vec<Candidate> {
    use Concept as C;
    let is_tag = view.sheet.cells.len() <= TAG;
    match concept {
        C::Title => title(view),
        C::Product if is_tag && (view.has_money() || !view.has_contact()) => largest(view, false),
        C::Price if is_tag => price(view, leaf),
        C::BasePrice if is_tag => base_price(view),
        C::Discount if is_tag => discount(view, leaf),
        C::Weight if is_tag => weight(view),
        _ => Vec::new(),
    }
}

/// What heads a page; of tags, cards and receipts the largest print is a product or a name.
fn title(view: &View<'_>) -> Vec<Candidate> {
    let is_small = view.sheet.cells.len() <= TAG && (view.has_money() || view.has_contact());
    let words = view.sheet.cells.iter().filter(|cell| cell.text.chars().any(char::is_alphabetic));
    let tallest = words.map(|cell| cell.height()).fold(0.0, f32::max);
    let is_title = |candidate: &Candidate| {
        let Some(span) = candidate.spans.first() else { return false };
        let text = view.text(span.cell);
        if names::is_heading(text) {
            return true;
        }
        let row = view.sheet.row_of[span.cell];
        let below = view.sheet.rows.iter().skip(row + 1).take(3).flat_map(Clone::clone);
        // Where the largest print is something else, nothing smaller is the title.
        let is_tallest = view.sheet.cells[span.cell].height() > 0.93 * tallest;
        !is_small
            && is_tallest
            && row < 6
            && !names::has_form(text)
            && !below.into_iter().any(|cell| view.is_address(cell))
    };
    let mut found = largest(view, true);
    found.retain(is_title);
    found
}

/// The largest words. `title`: at the top, and on pages of any length.
fn largest(view: &View<'_>, title: bool) -> Vec<Candidate> {
    let cells = &view.sheet.cells;
    let is_words = |cell: usize| {
        let text = view.text(cell);
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 3
            && letters * 2 > text.chars().filter(|c| !c.is_whitespace()).count()
            && !view.in_table[cell]
            && !amount::numbers(text, view.sheet.habits).iter().any(amount::Number::is_money)
            && date::dates(text, view.sheet.habits).is_empty()
            && codes::ean(text).is_none()
            && !view.marks.in_cell(cell).any(|mark| mark.has_colon)
            && (title || !view.marks.is_label(cell))
            && !is_slogan(text)
    };
    let candidates: Vec<usize> = (0..cells.len()).filter(|&cell| is_words(cell)).collect();
    let tallest = candidates.iter().map(|&cell| cells[cell].height()).fold(0.0, f32::max);
    let mut found = Vec::new();
    for (order, &cell) in candidates.iter().enumerate() {
        let height = cells[cell].height();
        if title && height < 1.2 && order > 0 {
            continue;
        }
        let score = 0.42 + 0.26 * height / tallest.max(1e-3) + if order == 0 { 0.04 } else { 0.0 };
        found.push(candidate(view.text(cell), vec![view.whole(cell)], score));
    }
    found
}

/// What tags shout beside the product.
fn is_slogan(text: &str) -> bool {
    const SLOGANS: &[&str] = &[
        "sale",
        "offer",
        "special offer",
        "angebot",
        "aktion",
        "promo",
        "promotion",
        "sonderangebot",
        "new",
        "neu",
        "nouveau",
        "offre speciale",
        "soldes",
        "rabatt",
        "top",
        "bio",
        "super",
        "special",
        "deal",
        "best price",
        "clearance",
        "reduziert",
    ];
    SLOGANS.contains(&fold(text).as_str())
}

/// The largest amount of a tag.
fn price(view: &View<'_>, leaf: &Leaf) -> Vec<Candidate> {
    let mut found: Vec<(f32, Candidate)> = Vec::new();
    for cell in 0..view.sheet.cells.len() {
        let text = view.text(cell);
        if is_per_unit(text) {
            continue;
        }
        let is_money = amount::numbers(text, view.sheet.habits).iter().any(amount::Number::is_money);
        let Some(reading) = read(leaf, text, view.sheet.habits, false).filter(|_| is_money) else { continue };
        let span = Span { cell, start: reading.start, end: reading.end };
        if !view.is_other(leaf, span) {
            found.push((view.sheet.cells[cell].height(), candidate(reading.value, vec![span], 0.0)));
        }
    }
    let tallest = found.iter().map(|(height, _)| *height).fold(0.0, f32::max);
    found
        .into_iter()
        .map(|(height, candidate)| Candidate { score: 0.42 + 0.36 * height / tallest.max(1e-3), ..candidate })
        .collect()
}

fn is_per_unit(text: &str) -> bool {
    let compact: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    ["/kg", "/l", "/100g", "/100ml", "/kilo", "/litre", "/stk", "/unit", "/m", "/piece"]
        .iter()
        .any(|unit| compact.contains(unit))
        || ["1kg=", "1l=", "100g=", "100ml=", "1kilo=", "1litre=", "(1kg", "(1l", "(100"]
            .iter()
            .any(|unit| compact.contains(unit))
        || [
            "per kg",
            "pro kg",
            "je kg",
            "le kg",
            "au kg",
            "le kilo",
            "per 100",
            "je 100",
            "pro 100",
            "per litre",
            "le litre",
            "pro l",
            "per l",
            "au kilo",
            "par kg",
        ]
        .iter()
        .any(|unit| fold(text).contains(unit))
}

fn base_price(view: &View<'_>) -> Vec<Candidate> {
    let cells = (0..view.sheet.cells.len()).filter(|&cell| is_per_unit(view.text(cell)));
    cells.map(|cell| candidate(view.text(cell), vec![view.whole(cell)], 0.7)).take(1).collect()
}

fn discount(view: &View<'_>, leaf: &Leaf) -> Vec<Candidate> {
    let mut found = Vec::new();
    for cell in 0..view.sheet.cells.len() {
        let text = view.text(cell);
        let percent = amount::numbers(text, view.sheet.habits).into_iter().find(|number| number.percent);
        let Some(percent) = percent.filter(|_| text.len() < 24) else { continue };
        let span = Span { cell, start: percent.start, end: percent.end };
        let value = match read(leaf, &text[percent.start..percent.end], view.sheet.habits, false) {
            Some(reading) => reading.value,
            None => continue,
        };
        let is_off = percent.value < 0.0 || view.sheet.cells.len() < 4;
        found.push(candidate(value, vec![span], if is_off { 0.7 } else { 0.57 }));
    }
    found
}

/// A number with a unit of weight or volume, alone in a line or at the end of one.
fn weight(view: &View<'_>) -> Vec<Candidate> {
    const UNITS: &[&str] = &["g", "kg", "ml", "l", "cl", "oz", "lb", "liter", "litre"];
    let mut found = Vec::new();
    for cell in (0..view.sheet.cells.len()).filter(|&cell| !is_per_unit(view.text(cell))) {
        let text = view.text(cell);
        let number = amount::numbers(text, view.sheet.habits).into_iter().find(|number| {
            let unit: String =
                text[number.end..].trim_start().chars().take_while(|c| c.is_alphabetic()).collect();
            UNITS.contains(&unit.to_lowercase().as_str())
        });
        let Some(number) = number else { continue };
        let unit = text[number.end..].find(|c: char| c.is_alphabetic()).unwrap_or(0) + number.end;
        let end = text[unit..].find(|c: char| !c.is_alphabetic()).map_or(text.len(), |length| unit + length);
        let span = Span { cell, start: number.start, end };
        found.push(Candidate { shares: true, ..candidate(&text[number.start..end], vec![span], 0.66) });
    }
    found
}
