//! What a text document is to us: blocks one after the other.

/// A paragraph or a table.
#[derive(Debug)]
pub enum Block {
    Paragraph(Paragraph),
    /// Rows of cells, from the top.
    Table {
        columns: Vec<f32>,
        rows: Vec<Vec<Cell>>,
    },
}

#[derive(Debug)]
pub struct Cell {
    pub blocks: Vec<Block>,
    /// How many columns it covers, at least one.
    pub span: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// Lengths are in points.
#[derive(Debug, Default)]
pub struct Paragraph {
    pub pieces: Vec<Inline>,
    pub align: Align,
    pub indent: f32,
    pub before: f32,
    pub after: f32,
    pub starts_page: bool,
}

#[derive(Debug)]
pub enum Inline {
    Text {
        text: String,
        look: Look,
    },
    Break,
    PageBreak,
    /// A file of the package, and its size in points; none said is zero.
    Picture {
        path: String,
        width: f32,
        height: f32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub size: f32,
    pub bold: bool,
}

/// All of a document.
#[derive(Debug, Default)]
pub struct Model {
    pub page: Page,
    pub body: Vec<Block>,
    pub header: Vec<Block>,
    pub footer: Vec<Block>,
    /// Footnotes, then endnotes; each begins with its number.
    pub notes: Vec<Block>,
}

/// Sides and margins of the paper in points.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub width: f32,
    pub height: f32,
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Default for Page {
    /// A4 with an inch around it.
    fn default() -> Self {
        Self { width: 595.0, height: 842.0, left: 72.0, right: 72.0, top: 72.0, bottom: 72.0 }
    }
}
