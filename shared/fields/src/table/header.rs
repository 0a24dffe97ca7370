//! The row of headings, and which cell of a row stands under which.

use super::Entry;
use crate::layout::Sheet;
use crate::lexicon::exact;
use crate::marks::{Mark, Marks};
use crate::matching::similarity;
use crate::pairs::Span;
use crate::reading::read;
use crate::text::key;
use crate::values::amount;
use crate::wanted::{Kind, Leaf};

/// A heading, and the field of the list that it names.
#[derive(Debug, Clone)]
struct Column {
    left: f32,
    right: f32,
    leaf: Option<usize>,
    label: String,
    /// The cell that holds it.
    cell: usize,
}

#[derive(Debug)]
pub(super) struct Header {
    pub row: usize,
    pub cells: Vec<usize>,
    columns: Vec<Column>,
}

/// A heading must be a field's name at least this much.
const LEAST: f32 = 0.5;

/// The row whose headings name most fields of the list.
pub(super) fn find(sheet: &Sheet, marks: &Marks, leaves: &[Leaf]) -> Option<Header> {
    let mut best: Option<(f32, Header)> = None;
    for row in 0..sheet.rows.len() {
        let has_money = sheet.rows[row].clone().any(|cell| {
            amount::numbers(&sheet.cells[cell].text, sheet.habits).iter().any(amount::Number::is_money)
        });
        let mut columns = columns(sheet, row);
        if has_money || columns.len() < leaves.len().min(2) || columns.len() > 24 {
            continue;
        }
        let score = name(&mut columns, leaves);
        let named = columns.iter().filter(|column| column.leaf.is_some()).count();
        if named < leaves.len().min(2) || named * 3 < columns.len() {
            continue;
        }
        // A colon says that a value stands beside it, not below.
        let colons =
            sheet.rows[row].clone().filter(|&cell| marks.in_cell(cell).any(|mark| mark.has_colon)).count();
        let score = score - colons as f32;
        if score > best.as_ref().map_or(0.9, |(score, _)| *score + 0.05) {
            let header = Header { row, cells: sheet.rows[row].clone().collect(), columns };
            best = Some((score, header.with_second_line(sheet, leaves)));
        }
    }
    best.map(|(_, header)| header)
}

/// The cells of a row as headings; one that holds several known headings is taken apart.
fn columns(sheet: &Sheet, row: usize) -> Vec<Column> {
    let mut columns = Vec::new();
    for index in sheet.rows[row].clone() {
        let cell = &sheet.cells[index];
        for (start, end) in headings(&cell.text) {
            let label = cell.text[start..end].to_owned();
            columns.push(Column { left: cell.x(start), right: cell.x(end), leaf: None, label, cell: index });
        }
    }
    columns
}

/// Bytes of the headings of a line: all of it, unless it is made of known ones.
fn headings(text: &str) -> Vec<(usize, usize)> {
    let words: Vec<(usize, usize)> = text
        .split_whitespace()
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word.len()))
        .map(|(start, length)| (start, start + length))
        .collect();
    let known = |from: usize, length: usize| {
        !exact(&key(&text[words[from].0..words[from + length - 1].1])).is_empty()
    };
    if words.len() > 16 || words.is_empty() || known(0, words.len()) {
        return vec![(0, text.len())];
    }
    let (mut headings, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let Some(length) = (1..=4.min(words.len() - at)).rev().find(|&length| known(at, length)) else {
            return vec![(0, text.len())];
        };
        headings.push((words[at].0, words[at + length - 1].1));
        at += length;
    }
    headings
}

/// Gives each field its best heading; returns how well all are named.
fn name(columns: &mut [Column], leaves: &[Leaf]) -> f32 {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let mark = Mark {
            cell: 0,
            start: 0,
            end: column.label.len(),
            key: key(&column.label),
            label: column.label.clone(),
            meanings: crate::lexicon::meanings(&column.label),
            has_colon: false,
            is_whole: true,
            is_known: true,
        };
        for (leaf, wanted) in leaves.iter().enumerate() {
            let alike = similarity(wanted, &mark);
            if alike >= LEAST {
                pairs.push((alike, index, leaf));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut score = 0.0;
    for (alike, index, leaf) in pairs {
        if columns[index].leaf.is_none() && columns.iter().all(|column| column.leaf != Some(leaf)) {
            columns[index].leaf = Some(leaf);
            score += alike;
        }
    }
    score
}

impl Header {
    /// How many fields have a column.
    pub(super) fn matched(&self) -> usize {
        self.columns.iter().filter(|column| column.leaf.is_some()).count()
    }

    /// Headings of two lines: the second is no row.
    fn with_second_line(mut self, sheet: &Sheet, leaves: &[Leaf]) -> Self {
        let Some(next) = sheet.rows.get(self.row + 1).cloned() else { return self };
        let has_digits = next.clone().any(|cell| sheet.cells[cell].text.chars().any(|c| c.is_ascii_digit()));
        let under = |cell: usize| {
            let cell = &sheet.cells[cell];
            self.columns.iter().position(|column| column.left < cell.right && cell.left < column.right)
        };
        let places: Vec<Option<usize>> = next.clone().map(under).collect();
        let gap = sheet.cells[next.start].top - sheet.cells[self.cells[0]].bottom;
        if has_digits || places.iter().any(Option::is_none) || gap > 0.5 {
            return self;
        }
        let mut columns = self.columns.clone();
        for (cell, place) in next.clone().zip(places.into_iter().flatten()) {
            columns[place].label = format!("{} {}", columns[place].label, sheet.cells[cell].text);
        }
        let before = name(
            &mut self
                .columns
                .iter()
                .map(|column| Column { leaf: None, ..column.clone() })
                .collect::<Vec<_>>(),
            leaves,
        );
        columns.iter_mut().for_each(|column| column.leaf = None);
        if name(&mut columns, leaves) >= before {
            self.columns = columns;
            self.row += 1;
            self.cells.extend(next);
        }
        self
    }

    /// Whether a row of a sum has a cell under the first headings, as rows have and sums mostly have not.
    pub(super) fn is_in_columns(&self, sheet: &Sheet, row: usize) -> bool {
        let cells = sheet.rows[row].clone();
        cells.len() + 1 >= self.columns.len() && self.columns.len() > 2
    }

    /// The values of a row by the columns that they stand under.
    pub(super) fn entries(&self, sheet: &Sheet, leaves: &[Leaf], row: usize) -> Vec<Entry> {
        let mut texts: Vec<(String, Vec<(usize, Span)>)> =
            vec![(String::new(), Vec::new()); self.columns.len()];
        for (span, column) in self.placed(sheet, row) {
            let (text, parts) = &mut texts[column];
            if !text.is_empty() {
                text.push(' ');
            }
            parts.push((text.len(), span));
            text.push_str(&sheet.cells[span.cell].text[span.start..span.end]);
        }
        let mut entries: Vec<Entry> = vec![None; leaves.len()];
        for (column, (text, parts)) in self.columns.iter().zip(texts) {
            let Some(leaf) = column.leaf.filter(|_| !text.is_empty()) else { continue };
            if let Some(reading) = read(&leaves[leaf], &text, sheet.habits, true) {
                entries[leaf] = Some((reading.value, parts.into_iter().map(|(_, span)| span).collect()));
            }
        }
        entries
    }

    /// Parts of a row with the column that each stands under.
    fn placed(&self, sheet: &Sheet, row: usize) -> Vec<(Span, usize)> {
        let mut placed = Vec::new();
        let mut least = 0;
        for index in sheet.rows[row].clone() {
            let cell = &sheet.cells[index];
            let under = self
                .columns
                .iter()
                .filter(|column| column.left < cell.right - 0.3 && cell.left < column.right - 0.3)
                .count();
            let parts = if under > 1 { words(&cell.text) } else { vec![(0, cell.text.len())] };
            for (start, end) in parts {
                let (left, right) = (cell.x(start), cell.x(end));
                let column = self.nearest(left, right, if under > 1 { least } else { 0 });
                least = column;
                placed.push((Span { cell: index, start, end }, column));
            }
        }
        self.parted(placed)
    }

    /// Where headings that run into each other begin and end is a guess: of two values under one of them the other has one.
    fn parted(&self, mut placed: Vec<(Span, usize)>) -> Vec<(Span, usize)> {
        for right in 1..self.columns.len() {
            let left = right - 1;
            if self.columns[left].cell != self.columns[right].cell {
                continue;
            }
            let under = |column: usize| -> Vec<usize> {
                (0..placed.len()).filter(|&index| placed[index].1 == column).collect()
            };
            let is_apart = |pair: &[usize]| placed[pair[0]].0.cell != placed[pair[1]].0.cell;
            match (under(left).as_slice(), under(right).as_slice()) {
                ([], pair @ [first, _]) if is_apart(pair) => placed[*first].1 = left,
                (pair @ [_, second], []) if is_apart(pair) => placed[*second].1 = right,
                _ => {}
            }
        }
        placed
    }

    fn nearest(&self, left: f32, right: f32, least: usize) -> usize {
        let distance = |column: &Column| {
            let shared = right.min(column.right) - left.max(column.left);
            let aligned = (left - column.left).abs().min((right - column.right).abs());
            let centred = ((left + right - column.left - column.right) / 2.0).abs();
            // What lies under a heading is in its column; else what is aligned with it.
            aligned.min(centred) - if shared > 0.0 { 2.0 } else { 0.0 }
        };
        let columns = self.columns.iter().enumerate().skip(least);
        columns.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map_or(least, |(index, _)| index)
    }

    /// Whether values make a row: one of a number, a date or the like, where the list has such columns.
    pub(super) fn is_whole(&self, entries: &[Entry], leaves: &[Leaf]) -> bool {
        let typed = |leaf: &Leaf| leaf.kind != Kind::Text || leaf.as_text;
        let has_typed = self.columns.iter().filter_map(|column| column.leaf).any(|leaf| typed(&leaves[leaf]));
        !has_typed || entries.iter().zip(leaves).any(|(entry, leaf)| entry.is_some() && typed(leaf))
    }
}

fn words(text: &str) -> Vec<(usize, usize)> {
    text.split_whitespace()
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word.len()))
        .map(|(start, length)| (start, start + length))
        .collect()
}
