//! What is asked of a model and what it answers, whatever the wire.

use bytes::Bytes;
use serde_json::Value;

/// Most tokens that any answer may have.
pub const MAX_OUTPUT_TOKENS: u32 = 8192;

/// One question to a model.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The operator's and our own instructions. Never data of a user.
    pub system: String,
    /// The user's turn, in order.
    pub parts: Vec<Part>,
    /// The form of the answer.
    pub output: Output,
    /// Tokens of the answer at most; more than 8,192 counts as 8,192.
    pub max_tokens: u32,
    /// 0 for the most probable answer, 1 for one drawn as the model's probabilities are. A wire or a model that has no such choice
    /// leaves it out: its own default is then above 0.
    pub temperature: f32,
    /// Alternatives whose probabilities are asked for at every token, 0..20; 0 for none. A wire without them answers without.
    pub alternatives: u8,
    /// Whether a model that can think first should. Where it cannot be told, it does as it is made.
    pub thinking: bool,
}

impl Prompt {
    /// A prompt for free text: the longest answer, temperature 0, no alternatives.
    pub fn text(system: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            parts: vec![Part::Text(user.into())],
            output: Output::Text,
            max_tokens: MAX_OUTPUT_TOKENS,
            temperature: 0.0,
            alternatives: 0,
            thinking: false,
        }
    }
}

/// A piece of the user's turn.
#[derive(Debug, Clone)]
pub enum Part {
    /// Words.
    Text(String),
    /// A picture, sent within the request.
    Picture(Picture),
}

/// An encoded picture.
#[derive(Clone)]
pub struct Picture {
    /// What the bytes are. [`Wire::takes`](crate::Wire::takes) tells which a wire has.
    pub media: Media,
    /// The file.
    pub bytes: Bytes,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({:?}, {} bytes)", self.media, self.bytes.len())
    }
}

/// Formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Media {
    Png,
    Jpeg,
    Webp,
    Gif,
    Heic,
    Heif,
}

impl Media {
    /// As in `image/png`.
    pub fn subtype(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Heif => "heif",
        }
    }

    pub(crate) fn mime(self) -> String {
        format!("image/{}", self.subtype())
    }
}

/// The form of an answer. A wire asks for it by its own means; the caller checks what came all the same.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Free text.
    Text,
    /// Some JSON value. Wires without a mode for it are asked in words.
    Json,
    /// JSON that fits this JSON Schema. What a provider supports of JSON Schema differs.
    Schema(Value),
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its text; empty where it was refused.
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// For every token of the answer its most probable alternatives. Empty where the wire gave none.
    pub tokens: Vec<Vec<Token>>,
    /// What it cost.
    pub usage: Usage,
    /// The model as the answer names it.
    pub model: Option<String>,
}

/// One alternative for a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its text.
    pub text: String,
    /// Natural logarithm of its probability.
    pub logprob: f32,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was complete.
    Stop,
    /// At the limit of tokens: the text is cut off.
    Length,
    /// The provider or the model refused to answer.
    Refused,
    /// Something else, in the wire's own word.
    Other(String),
}

/// Tokens as the provider counts them; 0 where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, thinking included.
    pub output_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
    }
}
