//! Values and rows as the object that was asked for, and where each was read.

use serde_json::{Map, Value};

use crate::layout::Sheet;
use crate::marks::Marks;
use crate::pairs::{Candidate, Span};
use crate::table::{self, Table};
use crate::wanted::{Field, Kind, Leaf};
use crate::{Evidence, Found};

/// The rows of a list, by the list's path.
pub(crate) enum List {
    Rows(Vec<String>, Table),
    Plain(Vec<String>, Vec<(Value, Vec<Span>)>),
}

impl List {
    fn path(&self) -> &[String] {
        match self {
            Self::Rows(path, _) | Self::Plain(path, _) => path,
        }
    }

    /// Cells that belong to rows.
    pub(crate) fn cells(&self) -> &[usize] {
        match self {
            Self::Rows(_, table) => &table.cells,
            Self::Plain(..) => &[],
        }
    }
}

/// All lists that are asked for, as they are on the pages.
pub(crate) fn lists(sheet: &Sheet, marks: &Marks, fields: &[Field]) -> Vec<List> {
    let mut lists = Vec::new();
    collect(sheet, marks, fields, &mut Vec::new(), &mut lists);
    lists
}

fn collect(sheet: &Sheet, marks: &Marks, fields: &[Field], above: &mut Vec<String>, lists: &mut Vec<List>) {
    for field in fields {
        above.push(field.name.clone());
        match &field.kind {
            Kind::Object(inner) => collect(sheet, marks, inner, above, lists),
            Kind::List(inner) => match inner.as_slice() {
                [plain] if plain.name.is_empty() => {
                    lists.push(List::Plain(above.clone(), table::plain(sheet, marks, &field.name, plain)));
                }
                inner => lists.push(List::Rows(above.clone(), table::find(sheet, marks, &field.name, inner))),
            },
            _ => {}
        }
        above.pop();
    }
}

/// Puts all together.
pub(crate) fn assemble(
    sheet: &Sheet,
    fields: &[Field],
    leaves: &[Leaf],
    chosen: Vec<Option<Candidate>>,
    lists: Vec<List>,
) -> Found {
    let mut assembly = Assembly { sheet, leaves, chosen, lists, evidence: Vec::new() };
    let data = assembly.object(fields, &mut Vec::new());
    Found { data, evidence: assembly.evidence }
}

struct Assembly<'a> {
    sheet: &'a Sheet,
    leaves: &'a [Leaf],
    chosen: Vec<Option<Candidate>>,
    lists: Vec<List>,
    evidence: Vec<Evidence>,
}

impl Assembly<'_> {
    fn object(&mut self, fields: &[Field], above: &mut Vec<String>) -> Value {
        let mut object = Map::new();
        for field in fields {
            above.push(field.name.clone());
            let value = match &field.kind {
                Kind::Object(inner) => self.object(inner, above),
                Kind::List(inner) => self.list(inner, above),
                _ => self.single(above),
            };
            above.pop();
            object.insert(field.name.clone(), value);
        }
        Value::Object(object)
    }

    fn single(&mut self, path: &[String]) -> Value {
        let index = self.leaves.iter().position(|leaf| leaf.path == path);
        let Some(candidate) = index.and_then(|index| self.chosen[index].take()) else { return Value::Null };
        self.note(path.join("."), &candidate.spans, candidate.score.min(1.0));
        candidate.value
    }

    fn list(&mut self, fields: &[Field], path: &[String]) -> Value {
        let Some(index) = self.lists.iter().position(|list| list.path() == path) else {
            return Value::Array(Vec::new());
        };
        let name = path.join(".");
        match self.lists.swap_remove(index) {
            List::Plain(_, values) => {
                let mut all = Vec::new();
                for (index, (value, spans)) in values.into_iter().enumerate() {
                    self.note(format!("{name}[{index}]"), &spans, 0.9);
                    all.push(value);
                }
                Value::Array(all)
            }
            List::Rows(_, table) => {
                let rows = table.rows.into_iter().enumerate();
                Value::Array(
                    rows.map(|(index, row)| {
                        self.row(fields, &table.leaves, row, &format!("{name}[{index}]"))
                    })
                    .collect(),
                )
            }
        }
    }

    fn row(&mut self, fields: &[Field], leaves: &[Leaf], mut row: Vec<table::Entry>, name: &str) -> Value {
        let mut object = Map::new();
        for field in fields {
            let index = leaves.iter().position(|leaf| leaf.path.last() == Some(&field.name));
            let entry = index.and_then(|index| row[index].take());
            let value = match entry {
                Some((value, spans)) => {
                    self.note(format!("{name}.{}", field.name), &spans, 0.9);
                    value
                }
                None => Value::Null,
            };
            object.insert(field.name.clone(), value);
        }
        Value::Object(object)
    }

    fn note(&mut self, path: String, spans: &[Span], score: f32) {
        let Some(first) = spans.first() else { return };
        let page = self.sheet.cells[first.cell].page;
        let spans = spans.iter().filter(|span| self.sheet.cells[span.cell].page == page);
        let parts: Vec<[[f32; 2]; 4]> = spans.clone().map(|span| corners(self.sheet, *span)).collect();
        let read = spans.map(|span| self.sheet.cells[span.cell].confidence).fold(1.0, f32::min);
        let corners = if parts.len() == 1 { parts[0] } else { around(&parts) };
        self.evidence.push(Evidence { path, page, corners, confidence: (read * score).clamp(0.0, 1.0) });
    }
}

/// The part of a line's corners that a part of its text takes.
fn corners(sheet: &Sheet, span: Span) -> [[f32; 2]; 4] {
    let cell = &sheet.cells[span.cell];
    let [a, b, c, d] = cell.corners;
    let (from, to) = (cell.share(span.start), cell.share(span.end));
    let between = |start: [f32; 2], end: [f32; 2], share: f32| {
        [start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share]
    };
    [between(a, b, from), between(a, b, to), between(d, c, to), between(d, c, from)]
}

fn around(parts: &[[[f32; 2]; 4]]) -> [[f32; 2]; 4] {
    let points = || parts.iter().flatten();
    let [left, top] = [0, 1].map(|axis| points().map(|point| point[axis]).fold(f32::MAX, f32::min));
    let [right, bottom] = [0, 1].map(|axis| points().map(|point| point[axis]).fold(f32::MIN, f32::max));
    [[left, top], [right, top], [right, bottom], [left, bottom]]
}
