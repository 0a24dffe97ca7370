/// What a page says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageText {
    /// All of it in reading order; lines end with `\n`, paragraphs and blocks with an empty line.
    pub text: String,
    /// The pieces that stand together on a line, in the same order.
    pub runs: Vec<TextRun>,
    /// Characters whose meaning the file does not say; they are U+FFFD in `text`.
    pub unknown: usize,
}

/// Text that stands together, and its box in points of 1/72 inch from the page's top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRun {
    pub text: String,
    /// Where it begins in `PageText::text`, in bytes.
    pub start: usize,
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}
