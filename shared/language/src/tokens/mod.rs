//! Text to the pieces of an encoder's vocabulary.

mod bpe;
mod hash;
mod wordpiece;

pub use bpe::Bpe;
pub use wordpiece::WordPiece;
