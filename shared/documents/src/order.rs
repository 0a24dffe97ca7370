//! Characters on a page to text in the order in which it is read: characters to pieces of lines, these to blocks by the white
//! between them, cut by turns across and along (the XY cut of Nagy and Seth, 1984), blocks to lines.

use crate::{PageText, TextRun};

/// A character, or a piece of a line; in points from the page's top left corner.
#[derive(Debug, Clone)]
pub struct Piece {
    text: String,
    /// Where its base line begins.
    origin: (f64, f64),
    /// From there to where the next one begins.
    along: (f64, f64),
    /// Of its font.
    height: f64,
}

/// In ems: a smaller gap is within a word, a larger one ends what stands together.
const SPACE: f64 = 0.16;
const APART: f64 = 1.3;
/// In line heights: lines further from each other are of two paragraphs, blocks of two parts of the page.
const PARAGRAPH: f64 = 1.75;
/// How deep blocks are cut; the rest is read by lines.
const MAX_CUTS: usize = 24;
/// Columns of prose have lines at least so long, in ems; those of tables are read across.
const PROSE: f64 = 9.0;
const COLUMN_LINES: usize = 3;

impl Piece {
    pub fn new(text: String, origin: (f64, f64), along: (f64, f64), height: f64) -> Self {
        Self { text: expanded(text), origin, along, height }
    }

    /// Quarter turns clockwise from upright.
    fn turn(&self) -> usize {
        let (x, y) = self.along;
        if x.abs() >= y.abs() {
            if x >= 0.0 { 0 } else { 2 }
        } else if y > 0.0 {
            1
        } else {
            3
        }
    }

    /// As it would stand on the page turned so that it is upright.
    fn upright(&self, turn: usize) -> Segment {
        let turned = |(x, y): (f64, f64)| match turn {
            0 => (x, y),
            1 => (y, -x),
            2 => (-x, -y),
            _ => (-y, x),
        };
        let ((left, base), (length, _)) = (turned(self.origin), turned(self.along));
        Segment { text: self.text.clone(), left, right: left + length.max(0.0), base, height: self.height }
    }
}

/// Ligatures as the letters they stand for; a soft hyphen and what controls is nothing.
fn expanded(text: String) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{FB00}' => out.push_str("ff"),
            '\u{FB01}' => out.push_str("fi"),
            '\u{FB02}' => out.push_str("fl"),
            '\u{FB03}' => out.push_str("ffi"),
            '\u{FB04}' => out.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => out.push_str("st"),
            '\u{AD}' | '\u{200B}' | '\u{FEFF}' => {}
            '\u{A0}' | '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[derive(Debug, Clone)]
struct Segment {
    text: String,
    left: f64,
    right: f64,
    base: f64,
    height: f64,
}

impl Segment {
    fn top(&self) -> f64 {
        self.base - 0.8 * self.height
    }

    fn bottom(&self) -> f64 {
        self.base + 0.2 * self.height
    }

    fn on_line_of(&self, other: &Self) -> bool {
        (self.base - other.base).abs() < 0.45 * self.height.min(other.height)
    }
}

/// The text of a page.
pub fn page(pieces: &[Piece]) -> PageText {
    let mut page = PageText::default();
    for turn in 0..4 {
        let mut segments = Vec::new();
        for piece in pieces.iter().filter(|piece| piece.turn() == turn) {
            add(piece.upright(turn), &mut segments);
        }
        segments.retain(|segment: &Segment| !segment.text.trim().is_empty());
        let mut blocks = Vec::new();
        cut(segments, MAX_CUTS, &mut blocks);
        for block in blocks {
            write(block, turn, &mut page);
        }
    }
    page.unknown = page.text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    page
}

/// Joined to what was drawn before it, if it goes on there.
fn add(next: Segment, segments: &mut Vec<Segment>) {
    let Some(last) = segments.last_mut() else { return segments.push(next) };
    let gap = (next.left - last.right) / next.height.max(last.height);
    let alike = (next.base - last.base).abs() < 0.4 * next.height.max(last.height)
        && next.height < 2.5 * last.height
        && last.height < 2.5 * next.height;
    if !alike || !(-0.6..APART).contains(&gap) {
        return segments.push(next);
    }
    if gap > SPACE && !last.text.ends_with(' ') && !next.text.starts_with(' ') {
        last.text.push(' ');
    }
    last.text.push_str(&next.text);
    last.right = last.right.max(next.right);
    if last.height < next.height {
        (last.height, last.base) = (next.height, next.base);
    }
}

/// Cuts into blocks, in order.
fn cut(mut segments: Vec<Segment>, cuts: usize, blocks: &mut Vec<Vec<Segment>>) {
    if segments.len() < 2 || cuts == 0 {
        return blocks.push(segments);
    }
    if let Some(gutter) = gutter(&mut segments) {
        let (left, right) = segments.into_iter().partition(|segment| segment.left < gutter);
        cut(left, cuts - 1, blocks);
        return cut(right, cuts - 1, blocks);
    }
    if let Some(level) = widest_band(&mut segments) {
        let (above, below) = segments.into_iter().partition(|segment| segment.base < level);
        cut(above, cuts - 1, blocks);
        return cut(below, cuts - 1, blocks);
    }
    blocks.push(segments);
}

/// Where white goes down between two columns of prose.
fn gutter(segments: &mut [Segment]) -> Option<f64> {
    segments.sort_by(|a, b| a.left.total_cmp(&b.left));
    let em = typical_height(segments);
    let mut reach = f64::NEG_INFINITY;
    let mut best: Option<(f64, f64)> = None;
    for (index, segment) in segments.iter().enumerate() {
        let gap = segment.left - reach;
        if index > 0
            && gap > 0.8 * em
            && best.is_none_or(|best| gap > best.0)
            && is_prose(&segments[..index], em)
            && is_prose(&segments[index..], em)
        {
            best = Some((gap, segment.left));
        }
        reach = reach.max(segment.right);
    }
    best.map(|best| best.1)
}

fn is_prose(segments: &[Segment], em: f64) -> bool {
    let lines = segments.len();
    let length: f64 = segments.iter().map(|segment| segment.right - segment.left).sum();
    lines >= COLUMN_LINES && length / lines as f64 > PROSE * em
}

/// Where the widest white goes across, if it is wider than that between paragraphs; only worth it where there may be columns.
fn widest_band(segments: &mut [Segment]) -> Option<f64> {
    let em = typical_height(segments);
    segments.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let mut reach = segments.first()?.bottom();
    let mut best: Option<(f64, f64)> = None;
    for segment in segments.iter().skip(1) {
        let gap = segment.top() - reach;
        if gap > 0.5 * em && best.is_none_or(|best| gap > best.0) {
            best = Some((gap, 0.5 * (segment.top() + reach)));
        }
        reach = reach.max(segment.bottom());
    }
    best.map(|best| best.1)
}

fn typical_height(segments: &[Segment]) -> f64 {
    let mut heights: Vec<f64> = segments.iter().map(|segment| segment.height).collect();
    let middle = heights.len() / 2;
    if heights.is_empty() { 0.0 } else { *heights.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// Lines of a block from the top, each from the left.
fn write(mut block: Vec<Segment>, turn: usize, page: &mut PageText) {
    block.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut lines: Vec<Vec<Segment>> = Vec::new();
    for segment in block {
        match lines.last_mut().filter(|line| line[0].on_line_of(&segment)) {
            Some(line) => line.push(segment),
            None => lines.push(vec![segment]),
        }
    }
    if !page.text.is_empty() && !lines.is_empty() {
        page.text.push('\n');
    }
    let mut before: Option<f64> = None;
    for mut line in lines {
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        if before.is_some_and(|base| line[0].base - base > PARAGRAPH * line[0].height) {
            page.text.push('\n');
        }
        before = Some(line[0].base);
        for (index, segment) in line.iter().enumerate() {
            if index > 0 {
                page.text.push(' ');
            }
            put(segment, turn, page);
        }
        page.text.push('\n');
    }
}

fn put(segment: &Segment, turn: usize, page: &mut PageText) {
    let text = segment.text.trim();
    let corner = |x: f64, y: f64| match turn {
        0 => (x, y),
        1 => (-y, x),
        2 => (-x, -y),
        _ => (y, -x),
    };
    let ((a, b), (c, d)) = (corner(segment.left, segment.top()), corner(segment.right, segment.bottom()));
    let run = TextRun {
        text: text.to_owned(),
        start: page.text.len(),
        left: a.min(c) as f32,
        top: b.min(d) as f32,
        width: (a - c).abs() as f32,
        height: (b - d).abs() as f32,
    };
    page.text.push_str(text);
    page.runs.push(run);
}
