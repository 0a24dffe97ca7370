//! Rows without a header, as receipts have them: words, perhaps a quantity, and a sum at the end.

use serde_json::Value;

use super::{Entry, Table, is_sum};
use crate::layout::Sheet;
use crate::lexicon::Concept;
use crate::marks::Marks;
use crate::pairs::Span;
use crate::reading::read;
use crate::values::amount::{self, Number};
use crate::wanted::{Kind, Leaf};

/// What a row of a receipt says.
#[derive(Debug, Clone, Default)]
struct Row {
    words: Option<(String, Vec<Span>)>,
    quantity: Option<(f64, Span)>,
    price: Option<(String, Span)>,
    sum: Option<(String, Span)>,
    /// It is only "2 x 3.50", which goes with the row above or below.
    is_detail: bool,
}

/// The rows before the first sum, where the list wants words with an amount.
pub(super) fn rows(sheet: &Sheet, marks: &Marks, leaves: &[Leaf]) -> Table {
    let has_amount = leaves.iter().any(is_amount);
    let has_words = leaves.iter().any(is_words);
    let mut table = Table::default();
    if !has_amount || !has_words {
        return table;
    }
    let mut found: Vec<Row> = Vec::new();
    let mut has_sum = false;
    for row in 0..sheet.rows.len() {
        if is_sum(sheet, marks, row) {
            has_sum = true;
            if found.iter().any(|row| row.sum.is_some()) {
                break;
            }
            continue;
        }
        let read = read_row(sheet, row);
        if is_no_item(sheet, marks, row) {
            continue;
        }
        let has_label = sheet.rows[row].clone().any(|cell| marks.in_cell(cell).any(|mark| mark.has_colon));
        if read.sum.is_none() && read.words.is_none() || has_label {
            continue;
        }
        found.push(read);
    }
    let found = joined(found);
    // One line with an amount and no sum is no list.
    if !has_sum && found.iter().filter(|row| row.sum.is_some()).count() < 2 {
        return table;
    }
    for row in found {
        if row.words.is_some() && row.sum.is_some() {
            table.cells.extend(row.cells());
            table.rows.push(leaves.iter().map(|leaf| entry(sheet, leaves, leaf, &row)).collect());
        }
    }
    table
}

/// Rows of labels with their values, and of dates, are none of goods.
fn is_no_item(sheet: &Sheet, marks: &Marks, row: usize) -> bool {
    sheet.rows[row].clone().any(|cell| {
        let is_value = |meaning: &crate::lexicon::Meaning| {
            meaning.certainty > 0.9
                && matches!(
                    crate::wanted::kind_of(meaning.concept),
                    Kind::Amount | Kind::Date | Kind::Percent
                )
        };
        marks.in_cell(cell).any(|mark| mark.is_whole && mark.meanings.iter().any(is_value))
            || !crate::values::date::dates(&sheet.cells[cell].text, sheet.habits).is_empty()
    })
}

impl Row {
    fn cells(&self) -> Vec<usize> {
        let words = self.words.iter().flat_map(|(_, spans)| spans.iter().map(|span| span.cell));
        let sum = self.sum.iter().map(|(_, span)| span.cell);
        words.chain(sum).chain(self.quantity.iter().map(|(_, span)| span.cell)).collect()
    }
}

fn is_amount(leaf: &Leaf) -> bool {
    matches!(leaf.kind, Kind::Amount)
}

fn is_words(leaf: &Leaf) -> bool {
    matches!(leaf.concept, Some(Concept::Product | Concept::Description) | None) && leaf.kind == Kind::Text
}

fn read_row(sheet: &Sheet, row: usize) -> Row {
    let cells = sheet.rows[row].clone();
    let mut result = Row::default();
    let Some(last) = cells.clone().next_back() else { return result };
    let last_text = &sheet.cells[last].text;
    let numbers = amount::numbers(last_text, sheet.habits);
    // A letter for the rate of tax may follow the sum.
    let sum = numbers.last().filter(|number| number.is_money() && last_text.len() - number.end <= 3);
    let Some(sum) = sum else {
        // Words alone: what they cost may stand in the next row.
        if cells.len() == 1 && last_text.chars().filter(|c| c.is_alphabetic()).count() >= 2 {
            result.words =
                Some((last_text.clone(), vec![Span { cell: last, start: 0, end: last_text.len() }]));
        }
        return result;
    };
    result.sum =
        Some((last_text[sum.start..sum.end].to_owned(), Span { cell: last, start: sum.start, end: sum.end }));
    let mut words: Vec<(String, Span)> = Vec::new();
    for cell in cells {
        let end = if cell == last { sum.start } else { sheet.cells[cell].text.len() };
        let text = with_one(&sheet.cells[cell].text[..end]);
        take_apart(&text, cell, sheet, &mut result, &mut words);
    }
    let has_letters = words.iter().any(|(text, _)| text.chars().filter(|c| c.is_alphabetic()).count() >= 2);
    if has_letters {
        let text = words.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ");
        result.words = Some((text, words.into_iter().map(|(_, span)| span).collect()));
    } else {
        result.is_detail = result.quantity.is_some();
    }
    result
}

/// A letter that was read for the digit of "1 x 3.50".
fn with_one(text: &str) -> String {
    match text.strip_prefix(['l', 'I', '|']) {
        Some(rest) if rest.starts_with(" x ") || rest.trim() == "x" || rest.trim().is_empty() => {
            format!("1{rest}")
        }
        _ => text.to_owned(),
    }
}

/// Quantity and price out of the part before the sum: "2 x 3.50", "2 Coffee", "Coffee 2 3.50".
fn take_apart(text: &str, cell: usize, sheet: &Sheet, row: &mut Row, words: &mut Vec<(String, Span)>) {
    let numbers = amount::numbers(text, sheet.habits);
    let (mut start, mut end) = (0, text.len());
    let is_times = |at: usize| {
        const UNITS: &[&str] = &["Stk", "Stück", "Stck", "St", "pcs", "pc", "kg", "ea"];
        let after = text[at..].trim_start();
        let unit =
            UNITS.iter().find_map(|unit| after.strip_prefix(unit)).map(|rest| rest.trim_start_matches('.'));
        let after = unit.filter(|rest| rest.starts_with(' ')).unwrap_or(after).trim_start();
        after.starts_with(['×', '*', '@'])
            || after.starts_with(['x', 'X', 'à']) && !after[1..].starts_with(char::is_alphabetic)
    };
    let span = |number: &Number| Span { cell, start: number.start, end: number.end };
    for number in &numbers {
        let is_count = number.decimals == 0
            && number.currency.is_none()
            && !number.percent
            && (1.0..1000.0).contains(&number.value);
        let before = text[..number.start].trim();
        if is_count
            && row.quantity.is_none()
            && (is_times(number.end) || before.is_empty() && starts_words(&text[number.end..]))
        {
            row.quantity = Some((number.value, span(number)));
            if before.is_empty() {
                let times =
                    text[number.end..].find(['x', 'X', '×', '*', '@', 'à']).filter(|_| is_times(number.end));
                let rest = times.map_or(&text[number.end..], |at| &text[number.end + at..]);
                let rest = rest.trim_start_matches([' ', 'x', 'X', '×', '*', '@', 'à']);
                start = text.len() - rest.len();
            } else {
                end = end.min(number.start);
            }
        } else if number.is_money() && row.price.is_none() {
            row.price = Some((text[number.start..number.end].to_owned(), span(number)));
            end = end.min(number.start.max(start));
        } else if is_count
            && before.is_empty()
            && text[number.end..].trim().is_empty()
            && row.quantity.is_none()
        {
            row.quantity = Some((number.value, span(number)));
            start = text.len();
        }
    }
    let part = text[start.min(end)..end].trim_end();
    let leaders = if part.ends_with("..") { "." } else { "" };
    let part = part.trim_end_matches(|c: char| leaders.contains(c));
    let kept = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '_' | '@' | '(' | '*'));
    let kept = kept.trim_end_matches(" x").trim_end_matches(" à").trim();
    if !kept.is_empty() && kept != "x" {
        let from = kept.as_ptr() as usize - text.as_ptr() as usize;
        words.push((kept.to_owned(), Span { cell, start: from, end: from + kept.len() }));
    }
}

/// "2 Coffee", but not "500 g sugar".
fn starts_words(rest: &str) -> bool {
    let word: String = rest.trim_start().chars().take_while(|c| c.is_alphabetic()).collect();
    rest.starts_with(' ') && word.len() > 2
}

/// Details join the row above that has no sum of its own kind.
fn joined(rows: Vec<Row>) -> Vec<Row> {
    let mut joined: Vec<Row> = Vec::new();
    for row in rows {
        match joined.last_mut() {
            Some(last) if row.is_detail && last.quantity.is_none() => {
                last.quantity = row.quantity;
                last.price = row.price.or(last.price.take());
                last.sum = last.sum.take().or(row.sum);
            }
            _ => joined.push(row),
        }
    }
    joined
}

fn entry(sheet: &Sheet, leaves: &[Leaf], leaf: &Leaf, row: &Row) -> Entry {
    let typed = |text: &str, span: Span| {
        read(leaf, text, sheet.habits, true).map(|reading| (reading.value, vec![span]))
    };
    let amounts = leaves.iter().filter(|leaf| is_amount(leaf)).count();
    match (&leaf.kind, leaf.concept) {
        (Kind::Amount, Some(Concept::Price)) if amounts > 1 => {
            let (text, span) = row.price.as_ref()?;
            typed(text, *span)
        }
        (Kind::Amount, _) => {
            let (text, span) = row.sum.as_ref()?;
            typed(text, *span)
        }
        (Kind::Number | Kind::Integer, Some(Concept::Quantity)) => {
            let (value, span) = row.quantity?;
            typed(&value.to_string(), span)
        }
        _ if is_words(leaf) => {
            row.words.as_ref().map(|(text, spans)| (Value::String(text.clone()), spans.clone()))
        }
        _ => None,
    }
}
