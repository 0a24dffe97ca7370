//! Values beside, below and behind labels.

use crate::layout::Sheet;
use crate::lexicon::Concept;
use crate::marks::{Mark, Marks};
use crate::matching::Matcher;
use crate::reading::read;
use crate::wanted::{Kind, Leaf};

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub cell: usize,
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub(crate) fn overlaps(&self, other: &Span) -> bool {
        self.cell == other.cell && self.start < other.end && other.start < self.end
    }
}

/// What a field may be.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub leaf: usize,
    pub value: serde_json::Value,
    pub spans: Vec<Span>,
    /// 0..1; see [`crate::assign::ENOUGH`].
    pub score: f32,
    /// A part of another value may be a value itself: the city of an address, the currency of a total.
    pub shares: bool,
}

/// What stands where a value of a label may stand.
struct Place {
    text: String,
    /// Parts of the text, each with where it begins in the text.
    parts: Vec<(usize, Span)>,
    /// How much the place is a value's, 0..1.
    worth: f32,
}

/// A label worth less is not followed.
const LEAST: f32 = 0.5;
/// Lines of an address.
const LINES: usize = 5;

/// All values that stand where labels of the fields say.
pub(crate) fn candidates(
    sheet: &Sheet,
    marks: &Marks,
    leaves: &[Leaf],
    matcher: &Matcher,
    in_table: &[bool],
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for mark in &marks.marks {
        let matching = leaves
            .iter()
            .enumerate()
            .map(|(index, leaf)| (index, leaf, matcher.similarity(index, leaf, mark)));
        let matching: Vec<(usize, &Leaf, f32)> =
            matching.filter(|(_, _, similarity)| *similarity >= LEAST).collect();
        if matching.is_empty() {
            continue;
        }
        let places = places(sheet, marks, mark);
        // The columns of a table are no pairs; its last rows, with the sums, are none of its rows.
        let doubt = if in_table[mark.cell] { 0.6 } else { 1.0 };
        for (index, leaf, similarity) in matching {
            let similarity = similarity * doubt;
            candidates
                .extend(places.iter().filter_map(|place| at(sheet, marks, index, leaf, similarity, place)));
        }
    }
    candidates
}

fn at(
    sheet: &Sheet,
    marks: &Marks,
    index: usize,
    leaf: &Leaf,
    similarity: f32,
    place: &Place,
) -> Option<Candidate> {
    let mut place_text = place.text.clone();
    let mut parts = place.parts.clone();
    if is_block(leaf) {
        (place_text, parts) = block(sheet, marks, place);
    }
    let reading = read(leaf, &place_text, sheet.habits, true)?;
    let spans: Vec<Span> = parts
        .iter()
        .filter_map(|(offset, span)| {
            let length = span.end - span.start;
            let (from, to) = (reading.start.max(*offset), reading.end.min(offset + length));
            (from < to).then(|| Span {
                cell: span.cell,
                start: span.start + from - offset,
                end: span.start + to - offset,
            })
        })
        .collect();
    let score = similarity * place.worth * (0.4 + 0.6 * reading.fit);
    Some(Candidate { leaf: index, value: reading.value, spans, score, shares: false })
}

fn is_block(leaf: &Leaf) -> bool {
    use Concept as C;
    leaf.kind == Kind::Text
        && matches!(
            leaf.concept,
            Some(C::Address | C::CustomerAddress | C::SellerAddress | C::ShippingAddress | C::Ingredients)
        )
}

/// The lines that go on below a value, as those of an address do.
fn block(sheet: &Sheet, marks: &Marks, place: &Place) -> (String, Vec<(usize, Span)>) {
    let (mut text, mut parts) = (place.text.clone(), place.parts.clone());
    let Some((_, first)) = parts.first().copied() else { return (text, parts) };
    let left = sheet.cells[first.cell].x(first.start);
    let mut at = first.cell;
    for _ in 1..LINES {
        let cell = &sheet.cells[at];
        let Some(next) = sheet.below(at, left, cell.right, 0.9 * cell.height()) else { break };
        let other = &sheet.cells[next];
        let is_more = (other.left - left).abs() < 1.2
            && !marks.in_cell(next).any(|mark| mark.has_colon || mark.is_whole && mark.is_known);
        let is_other = crate::values::contact::email(&other.text).is_some()
            || crate::values::contact::phone(&other.text, true).is_some()
            || crate::values::contact::url(&other.text).is_some();
        if !is_more || is_other {
            break;
        }
        text.push_str(", ");
        parts.push((text.len(), Span { cell: next, start: 0, end: other.text.len() }));
        text.push_str(&other.text);
        at = next;
        if crate::values::place::postal(&other.text).is_some() {
            break;
        }
    }
    without_name(text, parts)
}

/// The name over the street is no part of an address.
fn without_name(text: String, parts: Vec<(usize, Span)>) -> (String, Vec<(usize, Span)>) {
    let Some(&(second, _)) = parts.get(1) else { return (text, parts) };
    let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    if has_digit(&text[..second]) || !has_digit(&text[second..]) {
        return (text, parts);
    }
    let rest = parts[1..].iter().map(|&(start, span)| (start - second, span)).collect();
    (text[second..].to_owned(), rest)
}

/// Where values of a label may stand: behind it in the line, in the lines to its right, in the line below.
fn places(sheet: &Sheet, marks: &Marks, mark: &Mark) -> Vec<Place> {
    let cell = &sheet.cells[mark.cell];
    let mut places = Vec::new();
    let rest_end = marks.next_start(mark.cell, mark.end).unwrap_or(cell.text.len()).max(mark.end);
    let rest = &cell.text[mark.end..rest_end];
    if rest.chars().any(char::is_alphanumeric) {
        let span = Span { cell: mark.cell, start: mark.end, end: rest_end };
        let worth = if mark.has_colon {
            1.0
        } else if mark.is_known {
            0.92
        } else {
            0.8
        };
        places.push(Place { text: rest.to_owned(), parts: vec![(0, span)], worth });
    }
    if rest_end == cell.text.len() {
        beside(sheet, marks, mark, &mut places);
    }
    if places.first().is_none_or(|place| place.parts[0].1.cell != mark.cell) {
        places.extend(if marks.are_captions { above(sheet, marks, mark) } else { below(sheet, marks, mark) });
    }
    places
}

fn beside(sheet: &Sheet, marks: &Marks, mark: &Mark, places: &mut Vec<Place>) {
    let from = &sheet.cells[mark.cell];
    // A label with its value behind it may have more values beside: "VAT 19 %   2.40".
    let mut worth = if places.is_empty() { 0.97 } else { 0.9 };
    let mut at = mark.cell;
    for _ in 0..4 {
        let Some(next) = sheet.right_of(at) else { break };
        if marks.is_label(next) {
            break;
        }
        let end =
            marks.next_start(next, 0).filter(|&start| start > 0).unwrap_or(sheet.cells[next].text.len());
        let gap = sheet.cells[next].left - sheet.cells[at].right;
        let (mut text, mut parts) =
            (sheet.cells[next].text[..end].to_owned(), vec![(0, Span { cell: next, start: 0, end })]);
        let mut last = next;
        // Parts of one value that were read apart.
        while let Some(more) =
            sheet.right_of(last).filter(|&more| sheet.cells[more].left - sheet.cells[last].right < 0.7)
        {
            if marks.is_label(more) || end < sheet.cells[next].text.len() {
                break;
            }
            text.push(' ');
            parts.push((text.len(), Span { cell: more, start: 0, end: sheet.cells[more].text.len() }));
            text.push_str(&sheet.cells[more].text);
            last = more;
        }
        let far = if gap > 25.0 { 0.9 } else { 1.0 };
        let larger = if sheet.cells[next].height() > 2.5 * from.height() { 0.8 } else { 1.0 };
        places.push(Place { text, parts, worth: worth * far * larger });
        // A currency alone is not the value, which stands behind it.
        let is_unit = crate::values::currency::of(sheet.cells[next].text.trim()).is_some();
        worth *= if is_unit { 1.0 } else { 0.9 };
        at = last;
        if end < sheet.cells[next].text.len() {
            break;
        }
    }
}

fn below(sheet: &Sheet, marks: &Marks, mark: &Mark) -> Option<Place> {
    let cell = &sheet.cells[mark.cell];
    let (left, right) = (cell.x(mark.start), cell.x(mark.end));
    let under = sheet.below(mark.cell, left, right, 2.2)?;
    if marks.is_label(under) {
        return None;
    }
    let other = &sheet.cells[under];
    let has_label = marks.next_start(under, 0);
    if has_label == Some(0) && marks.in_cell(under).any(|mark| mark.start == 0 && mark.has_colon) {
        return None;
    }
    let end = has_label.filter(|&start| start > 0).unwrap_or(other.text.len());
    let is_aligned = (other.left - left).abs() < 0.8
        || (other.right - right).abs() < 0.8
        || (other.left + other.right - left - right).abs() < 1.6;
    let near = if other.top - cell.bottom < 1.3 { 1.0 } else { 0.93 };
    let worth = if is_aligned { 0.9 } else { 0.72 } * near;
    Some(Place {
        text: other.text[..end].to_owned(),
        parts: vec![(0, Span { cell: under, start: 0, end })],
        worth,
    })
}

/// Forms may have captions below the line that is written on.
fn above(sheet: &Sheet, marks: &Marks, mark: &Mark) -> Option<Place> {
    if !mark.is_whole || mark.has_colon {
        return None;
    }
    let over = sheet.above(mark.cell, 2.4).filter(|&over| !marks.is_label(over))?;
    let text = sheet.cells[over].text.clone();
    let span = Span { cell: over, start: 0, end: text.len() };
    Some(Place { text, parts: vec![(0, span)], worth: 0.92 })
}
