//! Addresses as blocks of lines, and whose they are.

use super::{CUSTOMER, View, candidate};
use crate::lexicon::Concept;
use crate::pairs::{Candidate, Span};
use crate::text::fold;
use crate::values::place::{COUNTRIES, is_street, postal};
use crate::wanted::Leaf;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    Customer,
    Shipping,
    Sender,
}

/// An address as the page has it.
#[derive(Debug, Clone)]
pub(super) struct Address {
    owner: Owner,
    /// The line above the street, where there is one: the name of who lives there.
    name: Option<usize>,
    street: Option<Span>,
    postal: Span,
    code: String,
    city: String,
}

/// All addresses with a postal code.
pub(super) fn find(view: &View<'_>) -> Vec<Address> {
    let mut addresses = Vec::new();
    for cell in 0..view.sheet.cells.len() {
        if view.in_table[cell] {
            continue;
        }
        let mut from = 0;
        for part in view.text(cell).split_inclusive([',', '·', '|', '•']) {
            let start = from;
            from += part.len();
            let text = part.trim_end_matches([',', '·', '|', '•', ' ']);
            // "Austin, TX 78701" is one part.
            let whole = &view.text(cell)[..start + text.len()];
            let found = postal(text).or_else(|| {
                postal(whole).filter(|_| start > 0 && text.trim().len() >= 5 && is_american(text))
            });
            let Some(found) = found else { continue };
            let own = start + text.len() - text.trim_start().len();
            // "Austin, TX 78701" begins with the city.
            let city = view.text(cell)[..own]
                .rfind(found.city.as_str())
                .filter(|_| !text.contains(found.city.as_str()));
            let start = city.unwrap_or(own);
            let span = Span { cell, start, end: own + text.trim().len() };
            addresses.push(with_lines(view, span, found.code, found.city));
            break;
        }
    }
    addresses
}

fn is_american(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words[..], [state, zip] if state.len() == 2 && zip.len() >= 5)
        || matches!(words[..], [zip] if zip.len() == 5 && zip.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The line above in the same block.
fn above(view: &View<'_>, cell: usize) -> Option<usize> {
    let from = &view.sheet.cells[cell];
    let rows = view.sheet.rows[..view.sheet.row_of[cell]].iter().rev().take(3);
    let over = rows.flat_map(Clone::clone).filter(|&index| {
        let other = &view.sheet.cells[index];
        let gap = from.top - other.bottom;
        let is_aligned = (other.left - from.left).abs() < 1.0
            || (other.right - from.right).abs() < 1.0
            || (other.left + other.right - from.left - from.right).abs() < 2.0;
        is_aligned && gap < 1.4 * from.height().max(1.0) && gap > -0.5
    });
    over.min_by(|&a, &b| {
        let gap = |index: usize| from.top - view.sheet.cells[index].bottom;
        gap(a).total_cmp(&gap(b))
    })
}

fn with_lines(view: &View<'_>, postal: Span, code: String, city: String) -> Address {
    let before = view.text(postal.cell)[..postal.start].trim_end_matches([',', '·', '|', '•', ' ']);
    let in_line = before.rsplit([':', '·', '|', '•']).next().unwrap_or_default().trim();
    let street_in_line = (!in_line.is_empty()).then(|| {
        let start = in_line.as_ptr() as usize - view.text(postal.cell).as_ptr() as usize;
        Span { cell: postal.cell, start, end: start + in_line.len() }
    });
    let over = above(view, postal.cell);
    let street = street_in_line.filter(|_| in_line.chars().any(|c| c.is_ascii_digit())).or_else(|| {
        let over = over?;
        let text = view.text(over);
        // By its words, or by its place with a number at one end.
        let has_number = text.chars().any(|c| c.is_ascii_digit()) && text.len() < 45 && !text.contains(':');
        (is_street(text) || has_number && crate::values::date::dates(text, view.sheet.habits).is_empty())
            .then(|| view.whole(over))
    });
    let last = street.map_or(postal.cell, |street| street.cell);
    let name = above(view, last).filter(|&cell| !view.marks.is_label(cell));
    Address { owner: owner(view, last), name, street, postal, code, city }
}

/// By the label over the block, or before it in the row.
fn owner(view: &View<'_>, top: usize) -> Owner {
    let mut at = Some(top);
    for _ in 0..5 {
        let Some(cell) = at else { break };
        let beside = cell.checked_sub(1).filter(|&left| view.sheet.right_of(left) == Some(cell));
        for mark in [Some(cell), beside].into_iter().flatten().flat_map(|cell| view.marks.in_cell(cell)) {
            for meaning in mark.meanings.iter().filter(|meaning| meaning.certainty > 0.8) {
                match meaning.concept {
                    Concept::CustomerName | Concept::CustomerAddress => return Owner::Customer,
                    Concept::ShippingAddress => return Owner::Shipping,
                    Concept::Seller | Concept::SellerAddress => return Owner::Sender,
                    _ => {}
                }
            }
        }
        at = above(view, cell);
    }
    Owner::Sender
}

/// What addresses say for a field.
pub(super) fn candidates(
    view: &View<'_>,
    addresses: &[Address],
    leaf: &Leaf,
    concept: Concept,
) -> Vec<Candidate> {
    use Concept as C;
    let owner = match concept {
        C::ShippingAddress => Owner::Shipping,
        C::CustomerAddress | C::CustomerName => Owner::Customer,
        _ if leaf.is_within(&["shipping", "delivery"]) => Owner::Shipping,
        _ if leaf.is_within(CUSTOMER) => Owner::Customer,
        _ => Owner::Sender,
    };
    let mut found = Vec::new();
    for address in addresses.iter().filter(|address| address.owner == owner) {
        let score = 0.7 - 0.001 * found.len().min(50) as f32;
        let shared = |value: String, span: Span| {
            let is_good = !value.is_empty();
            is_good.then(|| Candidate { shares: true, ..candidate(value, vec![span], score) })
        };
        found.extend(match concept {
            C::Address | C::CustomerAddress | C::SellerAddress | C::ShippingAddress => {
                Some(full(view, address, score))
            }
            C::Street => address.street.and_then(|street| {
                shared(view.text(street.cell)[street.start..street.end].to_owned(), street)
            }),
            C::PostalCode => shared(address.code.clone(), address.postal),
            C::City => shared(address.city.clone(), address.postal),
            C::CustomerName => {
                address.name.and_then(|cell| shared(view.text(cell).to_owned(), view.whole(cell)))
            }
            _ => None,
        });
    }
    if concept == C::Country {
        found.extend(country(view));
    }
    found
}

fn full(view: &View<'_>, address: &Address, score: f32) -> Candidate {
    let text = |span: Span| &view.text(span.cell)[span.start..span.end];
    let mut spans: Vec<Span> = address.street.into_iter().collect();
    spans.push(address.postal);
    let value = spans.iter().map(|&span| text(span)).collect::<Vec<_>>().join(", ");
    Candidate {
        shares: true,
        ..candidate(value, spans, score - if address.street.is_some() { 0.0 } else { 0.12 })
    }
}

fn country(view: &View<'_>) -> Option<Candidate> {
    (0..view.sheet.cells.len()).find_map(|cell| {
        let text = view.text(cell);
        let last = text.rsplit([',', '·', '|']).next().unwrap_or_default().trim();
        let start = last.as_ptr() as usize - text.as_ptr() as usize;
        COUNTRIES.contains(&fold(last).as_str()).then(|| {
            let span = Span { cell, start, end: start + last.len() };
            Candidate { shares: true, ..candidate(last, vec![span], 0.65) }
        })
    })
}
