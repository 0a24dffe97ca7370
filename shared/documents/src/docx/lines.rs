//! Blocks to lines of a width: words as many as fit.

use super::font::{self, Face};
use super::model::{Align, Inline, Look, Paragraph};

/// Set text on a line: from the line's left end, in points.
#[derive(Debug, Clone)]
pub struct Word {
    pub left: f32,
    pub look: Look,
    pub text: String,
}

#[derive(Debug, Clone, Default)]
pub struct Line {
    pub words: Vec<Word>,
    /// As it is read, with the white space at which it was broken.
    pub text: String,
    pub height: f32,
    pub left: f32,
    pub width: f32,
    pub picture: Option<(String, f32, f32)>,
    pub ends_paragraph: bool,
    pub starts_page: bool,
    /// White above it.
    pub before: f32,
}

pub struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    pub fn new() -> Result<Self, crate::DocumentError> {
        Ok(Self { regular: Face::new(false)?, bold: Face::new(true)? })
    }

    pub fn of(&self, look: Look) -> &Face {
        if look.bold { &self.bold } else { &self.regular }
    }

    fn width(&self, text: &str, look: Look) -> f32 {
        let face = self.of(look);
        let thousandths: f32 = text.chars().map(|c| face.width(face.glyph(c))).sum();
        thousandths * look.size * font::SHRINK / 1000.0
    }
}

/// The lines of a paragraph that is so wide and may have pictures so high.
pub fn of(paragraph: &Paragraph, width: f32, height: f32, faces: &Faces) -> Vec<Line> {
    let indent = paragraph.indent.min(0.5 * width);
    let mut setter = Setter {
        faces,
        room: (width - indent).max(20.0),
        indent,
        line: Line::default(),
        lines: Vec::new(),
        right: 0.0,
    };
    setter.line.starts_page = paragraph.starts_page;
    for piece in &paragraph.pieces {
        match piece {
            Inline::Text { text, look } => setter.text(text, *look),
            Inline::Break => setter.end(true),
            Inline::PageBreak => {
                setter.end(true);
                setter.line.starts_page = true;
            }
            Inline::Picture { path, width, height: own } => setter.picture(path, *width, *own, height),
        }
    }
    setter.finish(paragraph)
}

struct Setter<'a> {
    faces: &'a Faces,
    room: f32,
    indent: f32,
    line: Line,
    lines: Vec<Line>,
    /// Where the line ends so far.
    right: f32,
}

impl Setter<'_> {
    fn text(&mut self, text: &str, look: Look) {
        for word in text.split_inclusive([' ', '\t', '-']) {
            let seen = word.trim_end();
            let length = self.faces.width(seen, look);
            if self.right + length > self.room && !self.line.words.is_empty() {
                self.end(false);
            }
            if length > self.room {
                self.long(word, look);
                continue;
            }
            self.put(word, look);
        }
    }

    /// A word longer than a line is broken anywhere; so is text of scripts that put nothing between words.
    fn long(&mut self, word: &str, look: Look) {
        let mut part = String::new();
        let mut length = self.right;
        for c in word.chars() {
            let wide = self.faces.width(c.encode_utf8(&mut [0; 4]), look);
            if length + wide > self.room && !part.is_empty() {
                self.put(&std::mem::take(&mut part), look);
                self.end(false);
                length = 0.0;
            }
            part.push(c);
            length += wide;
        }
        self.put(&part, look);
    }

    fn put(&mut self, word: &str, look: Look) {
        self.line.text.push_str(word);
        self.line.height = self.line.height.max(font::LINE * look.size);
        let seen = word.trim_end_matches([' ', '\t']);
        if !seen.is_empty() {
            self.line.words.push(Word { left: self.right, look, text: seen.to_owned() });
        }
        let tabs = word.ends_with('\t');
        self.right += self.faces.width(&word.replace('\t', " "), look);
        if tabs {
            // Stops at every half inch.
            self.right = ((self.right / 36.0).floor() + 1.0) * 36.0;
        }
    }

    fn picture(&mut self, path: &str, width: f32, height: f32, most: f32) {
        if !self.line.text.is_empty() {
            self.end(false);
        }
        let (width, height) =
            if width > 1.0 && height > 1.0 { (width, height) } else { (0.5 * self.room, 0.3 * self.room) };
        let scale = (self.room / width).min(most / height).min(1.0);
        self.line.picture = Some((path.to_owned(), width * scale, height * scale));
        self.line.height = height * scale + 4.0;
        self.right = width * scale;
        self.end(false);
    }

    fn end(&mut self, hard: bool) {
        let mut line = std::mem::take(&mut self.line);
        line.width = self.faces_end(&line).max(line.picture.as_ref().map_or(0.0, |picture| picture.1));
        line.ends_paragraph = hard;
        line.left = self.indent;
        self.right = 0.0;
        self.lines.push(line);
    }

    fn faces_end(&self, line: &Line) -> f32 {
        line.words.last().map_or(0.0, |word| word.left + self.faces.width(&word.text, word.look))
    }

    fn finish(mut self, paragraph: &Paragraph) -> Vec<Line> {
        if !self.line.text.is_empty() || self.line.starts_page || self.lines.is_empty() {
            self.end(true);
        }
        let room = self.room;
        for line in &mut self.lines {
            line.left += match paragraph.align {
                Align::Left => 0.0,
                Align::Center => 0.5 * (room - line.width).max(0.0),
                Align::Right => (room - line.width).max(0.0),
            };
            if line.height == 0.0 {
                line.height = 12.0;
            }
        }
        if let Some(first) = self.lines.first_mut() {
            first.before = paragraph.before;
        }
        if let Some(last) = self.lines.last_mut() {
            last.ends_paragraph = true;
            last.height += paragraph.after;
        }
        self.lines
    }
}
