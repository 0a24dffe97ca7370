//! Lines to pages, with the text that is on each.

use super::font;
use super::lines::{self, Faces, Line};
use super::model::{Block, Cell, Model, Page};
use crate::limits::Clock;
use crate::{DocumentError, PageText, TextRun};

/// White between a cell's border and its text.
const PADDING: f32 = 4.0;
const MIN_COLUMN: f32 = 24.0;
const MAX_NESTING: usize = 24;

/// What is drawn; places are in points from the page's top left corner.
#[derive(Debug, Clone)]
pub enum Mark {
    Text { x: f32, base: f32, size: f32, bold: bool, text: String },
    Box { x: f32, y: f32, width: f32, height: f32 },
    Picture { x: f32, y: f32, width: f32, height: f32, path: String },
}

/// A page that has been set.
#[derive(Debug, Default)]
pub struct Sheet {
    pub marks: Vec<Mark>,
    pub text: PageText,
}

/// All pages; an error when there are more than so many.
pub fn pages(model: &Model, max_pages: usize, clock: &Clock) -> Result<Vec<Sheet>, DocumentError> {
    let faces = Faces::new()?;
    let mut setter = Setter { page: model.page, faces, sheets: Vec::new(), y: 0.0, max_pages, clock, model };
    setter.next_page()?;
    let width = model.page.width - model.page.left - model.page.right;
    setter.blocks(&model.body, model.page.left, width)?;
    if !model.notes.is_empty() {
        setter.rule(width);
        setter.blocks(&model.notes, model.page.left, width)?;
    }
    setter.footer()?;
    Ok(setter.sheets)
}

struct Setter<'a> {
    page: Page,
    faces: Faces,
    sheets: Vec<Sheet>,
    /// Where the next line begins.
    y: f32,
    max_pages: usize,
    clock: &'a Clock,
    model: &'a Model,
}

impl Setter<'_> {
    fn bottom(&self) -> f32 {
        self.page.height - self.page.bottom
    }

    fn body_height(&self) -> f32 {
        self.bottom() - self.page.top
    }

    fn sheet(&mut self) -> &mut Sheet {
        // There is one from the first `next_page` on.
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    fn next_page(&mut self) -> Result<(), DocumentError> {
        self.clock.check()?;
        if !self.sheets.is_empty() {
            self.footer()?;
        }
        if self.sheets.len() == self.max_pages {
            return Err(DocumentError::TooManyPages { most: self.max_pages });
        }
        self.sheets.push(Sheet::default());
        let header = self.model;
        let top = self.margin(&header.header, 0.4 * self.page.top);
        self.y = self.page.top.max(top).min(0.5 * self.page.height);
        Ok(())
    }

    fn footer(&mut self) -> Result<(), DocumentError> {
        let model = self.model;
        self.margin(&model.footer, self.page.height - 0.7 * self.page.bottom);
        Ok(())
    }

    /// A header or footer from there on; where it ends.
    fn margin(&mut self, blocks: &[Block], top: f32) -> f32 {
        let width = self.page.width - self.page.left - self.page.right;
        let mut y = top;
        for line in self.flat(blocks, width, 0) {
            self.line(&line, self.page.left, y);
            y += line.height;
        }
        y
    }

    fn blocks(&mut self, blocks: &[Block], left: f32, width: f32) -> Result<(), DocumentError> {
        for block in blocks {
            self.clock.check()?;
            match block {
                Block::Paragraph(paragraph) => {
                    for line in lines::of(paragraph, width, self.body_height() - 8.0, &self.faces) {
                        self.flow(&line, left)?;
                    }
                }
                Block::Table { columns, rows } => {
                    for row in rows {
                        self.row(row, &widths(row, columns, width), left)?;
                    }
                    self.y += 6.0;
                }
            }
        }
        Ok(())
    }

    /// A line in the place that is next.
    fn flow(&mut self, line: &Line, left: f32) -> Result<(), DocumentError> {
        let is_empty = self.sheet().marks.is_empty();
        if line.starts_page && !is_empty
            || self.y + line.before + line.height > self.bottom() && self.y > self.page.top + 1.0
        {
            self.next_page()?;
        }
        self.y += line.before;
        self.line(line, left, self.y);
        self.y += line.height;
        Ok(())
    }

    /// A row of a table: as many lines of each cell as fit, the rest on the next page.
    fn row(&mut self, row: &[Cell], widths: &[f32], left: f32) -> Result<(), DocumentError> {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| self.flat(&cell.blocks, (width - 2.0 * PADDING).max(MIN_COLUMN), 0));
        let mut cells: Vec<std::collections::VecDeque<Line>> = cells.map(Into::into).collect();
        loop {
            let room = self.bottom() - self.y - 2.0 * PADDING;
            let parts: Vec<Vec<Line>> =
                cells.iter_mut().map(|cell| fitting(cell, room, self.y <= self.page.top + 1.0)).collect();
            let rest = cells.iter().any(|cell| !cell.is_empty());
            if parts.iter().all(Vec::is_empty) && rest {
                self.next_page()?;
                continue;
            }
            self.cells(&parts, widths, left);
            if !rest {
                return Ok(());
            }
            self.next_page()?;
        }
    }

    fn cells(&mut self, parts: &[Vec<Line>], widths: &[f32], left: f32) {
        let content = |lines: &Vec<Line>| lines.iter().map(|line| line.before + line.height).sum::<f32>();
        let height = parts.iter().map(content).fold(0.0, f32::max) + 2.0 * PADDING;
        let (mut x, top) = (left, self.y);
        for (index, (lines, width)) in parts.iter().zip(widths).enumerate() {
            self.sheet().marks.push(Mark::Box { x, y: top, width: *width, height });
            let mut y = top + PADDING;
            for line in lines {
                y += line.before;
                self.line(line, x + PADDING, y);
                y += line.height;
            }
            let text = &mut self.sheet().text.text;
            text.truncate(text.trim_end_matches('\n').len());
            text.push(if index + 1 == parts.len() { '\n' } else { '\t' });
            x += width;
        }
        self.y = top + height;
    }

    /// The lines of blocks one after the other, a table's cells too.
    fn flat(&self, blocks: &[Block], width: f32, depth: usize) -> Vec<Line> {
        let mut all = Vec::new();
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => {
                    all.extend(lines::of(paragraph, width, 0.5 * self.body_height(), &self.faces))
                }
                Block::Table { rows, .. } if depth < MAX_NESTING => {
                    for cell in rows.iter().flatten() {
                        all.extend(self.flat(&cell.blocks, width, depth + 1));
                    }
                }
                Block::Table { .. } => {}
            }
        }
        all
    }

    fn line(&mut self, line: &Line, left: f32, y: f32) {
        let largest = line.words.iter().map(|word| word.look.size).fold(0.0, f32::max);
        let x = left + line.left;
        let sheet = self.sheet();
        for word in &line.words {
            let size = word.look.size * font::SHRINK;
            sheet.marks.push(Mark::Text {
                x: x + word.left,
                base: y + font::ASCENT * largest,
                size,
                bold: word.look.bold,
                text: word.text.clone(),
            });
        }
        if let Some((path, width, height)) = &line.picture {
            sheet.marks.push(Mark::Picture { x, y, width: *width, height: *height, path: path.clone() });
        }
        let text = line.text.trim_end();
        if !text.is_empty() {
            let start = sheet.text.text.len();
            sheet.text.runs.push(TextRun {
                text: text.to_owned(),
                start,
                left: x,
                top: y,
                width: line.width,
                height: font::LINE * largest,
            });
        }
        sheet.text.text.push_str(if line.ends_paragraph { text } else { &line.text });
        if line.ends_paragraph {
            sheet.text.text.push('\n');
        }
    }

    fn rule(&mut self, width: f32) {
        let (x, y) = (self.page.left, self.y + 6.0);
        self.sheet().marks.push(Mark::Box { x, y, width: 0.3 * width, height: 0.0 });
        self.y += 12.0;
    }
}

/// Lines from the front that fit; at the top of a page at least one.
fn fitting(lines: &mut std::collections::VecDeque<Line>, room: f32, at_top: bool) -> Vec<Line> {
    let (mut taken, mut height) = (Vec::new(), 0.0);
    while let Some(line) = lines.front() {
        height += line.before + line.height;
        if height > room && !(at_top && taken.is_empty()) {
            break;
        }
        taken.extend(lines.pop_front());
    }
    taken
}

/// What each cell of a row is wide: as the table says, made to fit.
fn widths(row: &[Cell], columns: &[f32], width: f32) -> Vec<f32> {
    let mut at = 0;
    let wished = row.iter().map(|cell| {
        let own: f32 = columns.iter().skip(at).take(cell.span).sum();
        at += cell.span;
        if own > 1.0 { own } else { 72.0 * cell.span as f32 }
    });
    let wished: Vec<f32> = wished.collect();
    let whole: f32 = wished.iter().sum();
    let known = columns.iter().sum::<f32>().max(whole);
    wished.iter().map(|own| (own * width / known).max(0.0)).collect()
}
