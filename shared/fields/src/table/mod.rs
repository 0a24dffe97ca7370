//! Repeated rows: tables with a header, and the rows of receipts that end in sums.

mod header;
mod receipt;

use serde_json::Value;

use crate::layout::Sheet;
use crate::lexicon::Concept;
use crate::marks::Marks;
use crate::pairs::Span;
use crate::reading::read;
use crate::wanted::{Field, Kind, Leaf};
use header::Header;

/// A value of a row, and where it stands.
pub(crate) type Entry = Option<(Value, Vec<Span>)>;

/// The rows found for a list; each has an entry for each of its fields.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub leaves: Vec<Leaf>,
    pub rows: Vec<Vec<Entry>>,
    /// Cells of the header and of the rows.
    pub cells: Vec<usize>,
}

/// More rows than this are not given.
const MOST_ROWS: usize = 2_000;

/// The rows of a list of objects.
pub(crate) fn find(sheet: &Sheet, marks: &Marks, name: &str, fields: &[Field]) -> Table {
    let above = [name.to_owned()];
    let plain = fields.iter().filter(|field| !matches!(field.kind, Kind::Object(_) | Kind::List(_)));
    let mut leaves: Vec<Leaf> = plain.map(|field| Leaf::of(field, &above)).collect();
    let is_goods = leaves.iter().any(|leaf| {
        matches!(
            leaf.concept,
            Some(
                Concept::Quantity
                    | Concept::Price
                    | Concept::LineAmount
                    | Concept::ArticleNumber
                    | Concept::Stock
            )
        )
    });
    // The name of what has a price is no person's.
    for leaf in leaves.iter_mut().filter(|leaf| is_goods && leaf.concept == Some(Concept::Person)) {
        leaf.concept = Some(Concept::Product);
    }
    let by_header = header::find(sheet, marks, &leaves).map(|header| rows(sheet, marks, &leaves, &header));
    let table = by_header
        .filter(|table| !table.rows.is_empty())
        .unwrap_or_else(|| receipt::rows(sheet, marks, &leaves));
    Table { leaves, ..table }
}

/// The cells of a table of an invoice, where no rows are asked for: its headings are no labels of single values.
pub(crate) fn any(sheet: &Sheet, marks: &Marks) -> Vec<usize> {
    let field = |name: &str| Field { name: name.into(), description: None, kind: Kind::Text, as_text: false };
    let names = [
        "description",
        "quantity",
        "unit price",
        "amount",
        "article number",
        "position",
        "vat rate",
        "unit",
        "stock",
        "category",
    ];
    let leaves: Vec<Leaf> = names.iter().map(|name| Leaf::of(&field(name), &["items".to_owned()])).collect();
    let header = header::find(sheet, marks, &leaves).filter(|header| header.matched() >= 3);
    header
        .map(|header| rows(sheet, marks, &leaves, &header))
        .filter(|table| !table.rows.is_empty())
        .map_or_else(Vec::new, |table| table.cells)
}

/// Whether a row is about sums: what ends a table.
pub(crate) fn is_sum(sheet: &Sheet, marks: &Marks, row: usize) -> bool {
    use Concept as C;
    let cells = sheet.rows[row].clone();
    cells.clone().any(|cell| {
        marks.in_cell(cell).any(|mark| {
            mark.start == 0
                && mark.meanings.iter().any(|meaning| {
                    meaning.certainty > 0.8
                        && matches!(
                            meaning.concept,
                            C::Total
                                | C::Subtotal
                                | C::TaxAmount
                                | C::Paid
                                | C::Change
                                | C::Shipping
                                | C::Balance
                                | C::TaxRate
                                | C::PaymentMethod
                                | C::Tip
                        )
                })
        })
    })
}

fn rows(sheet: &Sheet, marks: &Marks, leaves: &[Leaf], header: &Header) -> Table {
    let mut table = Table { cells: header.cells.clone(), ..Table::default() };
    let mut bottom = header.cells.iter().map(|&cell| sheet.cells[cell].bottom).fold(f32::MIN, f32::max);
    let (mut empty, mut pitch) = (0, 0.0_f32);
    for row in header.row + 1..sheet.rows.len() {
        let cells = sheet.rows[row].clone();
        let top = cells.clone().map(|cell| sheet.cells[cell].top).fold(f32::MAX, f32::min);
        let gap = top - bottom;
        // A gap much larger than those between the rows so far is the table's end.
        let is_far = gap > (2.2 * pitch + 2.0).max(if table.rows.is_empty() { 4.0 } else { 2.5 });
        if is_far
            || empty > 1
            || table.rows.len() >= MOST_ROWS
            || is_sum(sheet, marks, row) && !header.is_in_columns(sheet, row)
        {
            break;
        }
        let entries = header.entries(sheet, leaves, row);
        let filled = entries.iter().flatten().count();
        let is_row = filled >= 2.min(header.matched()) && header.is_whole(&entries, leaves);
        if is_row {
            pitch = pitch.max(gap.max(0.0));
            table.rows.push(entries);
            empty = 0;
        } else if filled >= 1 && gap < 1.0 && append(&mut table, entries, leaves) {
            empty = 0;
        } else {
            empty += 1;
            continue;
        }
        table.cells.extend(cells.clone());
        bottom = cells.map(|cell| sheet.cells[cell].bottom).fold(bottom, f32::max);
    }
    table
}

/// Words that go on in the next line of the same cell.
fn append(table: &mut Table, entries: Vec<Entry>, leaves: &[Leaf]) -> bool {
    let Some(last) = table.rows.last_mut() else { return false };
    let only_text = entries
        .iter()
        .zip(leaves)
        .all(|(entry, leaf)| entry.is_none() || leaf.kind == Kind::Text && !leaf.as_text);
    if !only_text {
        return false;
    }
    for (entry, more) in last.iter_mut().zip(entries) {
        if let (Some((Value::String(text), spans)), Some((Value::String(rest), places))) = (entry, more) {
            text.push(' ');
            text.push_str(&rest);
            spans.extend(places);
        }
    }
    true
}

/// Plain values of a list: all of a form, or what stands behind or below its label.
pub(crate) fn plain(sheet: &Sheet, marks: &Marks, name: &str, field: &Field) -> Vec<(Value, Vec<Span>)> {
    let mut leaf = Leaf::of(&Field { name: name.into(), ..field.clone() }, &[]);
    leaf.names = vec![crate::text::readable(name)];
    leaf.keys = vec![crate::text::key(&leaf.names[0])];
    let mut values = Vec::new();
    if matches!(leaf.kind, Kind::Email | Kind::Phone | Kind::Url | Kind::Iban | Kind::VatId) {
        for cell in 0..sheet.cells.len() {
            if let Some(reading) = read(&leaf, &sheet.cells[cell].text, sheet.habits, false) {
                values.push((reading.value, vec![Span { cell, start: reading.start, end: reading.end }]));
            }
        }
        return values;
    }
    let best = marks.marks.iter().map(|mark| (crate::matching::similarity(&leaf, mark), mark));
    let Some((_, mark)) = best.filter(|(alike, _)| *alike > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return values;
    };
    let mut push = |cell: usize, start: usize, end: usize| {
        let text = &sheet.cells[cell].text;
        for part in text[start..end].split([',', ';', '·', '•']) {
            let from = part.as_ptr() as usize - text.as_ptr() as usize;
            if let Some(reading) = read(&leaf, part, sheet.habits, true) {
                values.push((
                    reading.value,
                    vec![Span { cell, start: from + reading.start, end: from + reading.end }],
                ));
            }
        }
    };
    push(mark.cell, mark.end, sheet.cells[mark.cell].text.len());
    let beside = sheet.right_of(mark.cell).filter(|&cell| mark.is_whole && !marks.is_label(cell));
    if let Some(cell) = beside {
        push(cell, 0, sheet.cells[cell].text.len());
    }
    let mut at = mark.cell;
    while mark.is_whole && beside.is_none() {
        let from = &sheet.cells[at];
        let Some(next) = sheet.below(at, from.left, from.right, 1.2).filter(|&next| !marks.is_label(next))
        else {
            break;
        };
        push(next, 0, sheet.cells[next].text.len());
        at = next;
    }
    values
}
