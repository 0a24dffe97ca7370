//! Text to the pieces of an encoder's vocabulary.

mod bpe;
mod file;
mod hash;
mod wordpiece;

pub use bpe::Bpe;
pub use wordpiece::WordPiece;

use crate::LanguageError;

/// Pieces and the marks around them, as one encoder wants them.
pub struct Tokenizer {
    pieces: Pieces,
    before: Option<u32>,
    after: Option<u32>,
}

enum Pieces {
    WordPiece(Box<WordPiece>),
    Bpe(Box<Bpe>),
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. Kinds that are not read here, and settings under which the pieces would be others, are refused by name.
    pub fn new(json: &[u8]) -> Result<Self, LanguageError> {
        let found = file::File::read(json)?;
        let (before, after) = found.marks()?;
        let pieces = match found.kind()? {
            file::Kind::WordPiece { cased, unknown } => {
                Pieces::WordPiece(Box::new(WordPiece::of(found.vocabulary(), &unknown, cased)?))
            }
            file::Kind::Bpe => Pieces::Bpe(Box::new(Bpe::new(json)?)),
        };
        Ok(Self { pieces, before, after })
    }

    /// The pieces of a text, without marks.
    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        match &self.pieces {
            Pieces::WordPiece(pieces) => pieces.encode(text, ids),
            // A part of a text starts with the space before it, which would become a piece.
            Pieces::Bpe(pieces) => pieces.encode(text.trim(), ids),
        }
    }

    /// Pieces with the marks.
    pub fn marked(&self, ids: &[u32]) -> Vec<u32> {
        self.before.into_iter().chain(ids.iter().copied()).chain(self.after).collect()
    }

    /// How many marks there are.
    pub fn marks(&self) -> usize {
        usize::from(self.before.is_some()) + usize::from(self.after.is_some())
    }
}
