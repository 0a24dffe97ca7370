//! Values that no label announces: they show what they are by their form, their print or their place.

mod addresses;
mod names;
mod prints;

use crate::layout::Sheet;
use crate::lexicon::Concept;
use crate::marks::Marks;
use crate::pairs::{Candidate, Span};
use crate::reading::{choice, read};
use crate::text::fold;
use crate::values::{amount, codes, contact, currency, place};
use crate::wanted::{Kind, Leaf};

/// Ways to pay, folded.
const WAYS: &str = "visa|mastercard|master card|american express|amex|maestro|girocard|ec karte|ec cash|kreditkarte\
    |kartenzahlung|credit card|debit card|debit|cash|bar|barzahlung|bargeld|especes|carte bancaire\
    |carte bleue|cb|paypal|apple pay|google pay|twint|contactless|sans contact|kontaktlos|cheque\
    |uberweisung|bank transfer|virement|postfinance|card|karte|carte|lastschrift|direct debit\
    |prelevement|wire transfer";

/// Words of names of fields that are about the customer.
pub(crate) const CUSTOMER: &[&str] = &[
    "customer",
    "client",
    "buyer",
    "recipient",
    "bill",
    "billing",
    "kunde",
    "empfanger",
    "destinataire",
    "acheteur",
    "shipping",
    "delivery",
];

/// All values without labels for the fields that may have such.
pub(crate) fn candidates(sheet: &Sheet, marks: &Marks, leaves: &[Leaf], in_table: &[bool]) -> Vec<Candidate> {
    let page = View { sheet, marks, in_table };
    let mut candidates = Vec::new();
    let addresses = addresses::find(&page);
    for (index, leaf) in leaves.iter().enumerate() {
        let found = match (&leaf.kind, leaf.concept) {
            (Kind::Currency, _) | (Kind::Choice(_), Some(Concept::Currency)) => page.currency(),
            (Kind::Email | Kind::Url | Kind::Iban | Kind::VatId, _) => page.by_form(leaf, 0.8),
            (Kind::Phone, Some(Concept::Phone) | None) => page.by_form(leaf, 0.75),
            (Kind::Date, Some(Concept::Date)) => page.by_form(leaf, 0.66),
            (Kind::Time, Some(Concept::Time)) => page.by_form(leaf, 0.7),
            (_, Some(Concept::Ean)) => page.ean(),
            (_, Some(Concept::PaymentMethod)) => page.payment(),
            (_, Some(concept)) => {
                let mut found = addresses::candidates(&page, &addresses, leaf, concept);
                found.extend(names::candidates(&page, leaf, concept));
                found.extend(prints::candidates(&page, leaf, concept));
                found
            }
            _ => Vec::new(),
        };
        let found = found.into_iter().filter_map(|found| one_of(&leaf.kind, found));
        candidates.extend(found.map(|candidate| Candidate { leaf: index, ..candidate }));
    }
    candidates
}

/// A value as the choice that it is, where the field has choices; `None` where it is none of them.
fn one_of(kind: &Kind, found: Candidate) -> Option<Candidate> {
    let Kind::Choice(choices) = kind else { return Some(found) };
    let chosen = choice(choices, found.value.as_str()?)?;
    Some(Candidate { value: chosen.into(), ..found })
}

/// What finders look at.
pub(crate) struct View<'a> {
    pub sheet: &'a Sheet,
    pub marks: &'a Marks,
    pub in_table: &'a [bool],
}

/// A candidate of a field that is set later.
fn candidate(value: impl Into<serde_json::Value>, spans: Vec<Span>, score: f32) -> Candidate {
    Candidate { leaf: 0, value: value.into(), spans, score, shares: false }
}

impl View<'_> {
    fn whole(&self, cell: usize) -> Span {
        Span { cell, start: 0, end: self.sheet.cells[cell].text.len() }
    }

    fn text(&self, cell: usize) -> &str {
        &self.sheet.cells[cell].text
    }

    /// Whether a label stands before a part of a line that says that it is something else.
    fn is_other(&self, leaf: &Leaf, span: Span) -> bool {
        let before =
            self.marks.in_cell(span.cell).filter(|mark| mark.end <= span.start && mark.is_known).last();
        let beside = || {
            let previous = span.cell.checked_sub(1)?;
            let is_beside = self.sheet.right_of(previous) == Some(span.cell) && self.marks.is_label(previous);
            is_beside.then(|| self.marks.in_cell(previous).last()).flatten()
        };
        let whole = |cell: usize| self.marks.in_cell(cell).find(|mark| mark.is_whole && mark.is_known);
        let near = || {
            let cell = &self.sheet.cells[span.cell];
            if self.marks.are_captions {
                self.sheet.below(span.cell, cell.left, cell.right, 2.0).and_then(whole)
            } else {
                // A label with its value beside it has none below.
                let is_free = |over: &usize| {
                    self.sheet.right_of(*over).is_none_or(|beside| self.marks.is_label(beside))
                };
                self.sheet.above(span.cell, 2.0).filter(is_free).and_then(whole)
            }
        };
        let label = before.or_else(beside).or_else(near);
        label.is_some_and(|mark| crate::matching::similarity(leaf, mark) < 0.5)
    }

    /// Whether the page says how to reach somebody.
    fn has_contact(&self) -> bool {
        self.sheet.cells.iter().any(|cell| {
            contact::email(&cell.text).is_some()
                || contact::url(&cell.text).is_some()
                || contact::phone(&cell.text, true).is_some()
        })
    }

    /// Whether a line is part of an address.
    fn is_address(&self, cell: usize) -> bool {
        place::is_street(self.text(cell)) || place::postal(self.text(cell)).is_some()
    }

    fn has_money(&self) -> bool {
        let is_money =
            |text: &str| amount::numbers(text, self.sheet.habits).iter().any(amount::Number::is_money);
        self.sheet.cells.iter().any(|cell| is_money(&cell.text))
    }

    fn by_form(&self, leaf: &Leaf, score: f32) -> Vec<Candidate> {
        let score = if leaf.is_within(CUSTOMER) { 0.0 } else { score };
        let mut found = Vec::new();
        for cell in 0..self.sheet.cells.len() {
            if self.in_table[cell] {
                continue;
            }
            let Some(reading) = read(leaf, self.text(cell), self.sheet.habits, false) else { continue };
            let span = Span { cell, start: reading.start, end: reading.end };
            if !self.is_other(leaf, span) {
                // The first of them is the one.
                found.push(candidate(
                    reading.value,
                    vec![span],
                    score - 0.0001 * found.len().min(100) as f32,
                ));
            }
        }
        found
    }

    /// The currency of most amounts.
    fn currency(&self) -> Vec<Candidate> {
        let mut counts: Vec<(&str, usize, Span)> = Vec::new();
        for cell in 0..self.sheet.cells.len() {
            let text = self.text(cell);
            let numbers = amount::numbers(text, self.sheet.habits).into_iter();
            let beside =
                numbers.filter_map(|number| number.currency.map(|code| (code, number.start, number.end)));
            let words = text.split_whitespace().filter_map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                let is_clear = word.len() == 3 && word.chars().all(char::is_uppercase)
                    || word.starts_with(['(', '€', '$', '£']);
                currency::of(word).filter(|_| is_clear).map(|code| (code, start, start + word.len()))
            });
            for (code, start, end) in beside.chain(words) {
                match counts.iter_mut().find(|(other, ..)| *other == code) {
                    Some(count) => count.1 += 1,
                    None => counts.push((code, 1, Span { cell, start, end: end.min(text.len()) })),
                }
            }
        }
        let most = counts.into_iter().max_by_key(|(_, count, _)| *count);
        most.map(|(code, _, span)| Candidate { shares: true, ..candidate(code, vec![span], 0.8) })
            .into_iter()
            .collect()
    }

    fn ean(&self) -> Vec<Candidate> {
        let cells = (0..self.sheet.cells.len()).filter_map(|cell| {
            let (start, end, code) = codes::ean(self.text(cell))?;
            (code.len() > 8).then(|| candidate(code, vec![Span { cell, start, end }], 0.8))
        });
        cells.take(1).collect()
    }

    /// How a receipt says that it was paid.
    fn payment(&self) -> Vec<Candidate> {
        let mut found = Vec::new();
        for cell in 0..self.sheet.cells.len() {
            let text = self.text(cell);
            let folded = format!(" {} ", fold(text));
            let way = WAYS
                .split('|')
                .filter(|way| folded.contains(&format!(" {way} ")))
                .max_by_key(|way| way.len());
            let Some(way) = way else { continue };
            let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
            // "Cash" alone or with its sum, but not "Bar stool".
            if letters <= way.len() + 2 {
                let end = text
                    .find(|c: char| c.is_ascii_digit() || matches!(c, '€' | '$' | '£' | ':'))
                    .unwrap_or(text.len());
                let words = text[..end].trim();
                if !words.is_empty() {
                    found.push(candidate(words, vec![Span { cell, start: 0, end: words.len() }], 0.64));
                }
            }
        }
        found.into_iter().take(1).collect()
    }
}
