//! What is wrong with a request, said once; each family words it its own way (see [`crate::wording`]).

use serde_json::Number;

/// One fault of a request: where, and which rule was broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Dotted path inside the body, query or path parameters: `operations.resizing.width`, `output`, `items.3.text`.
    /// Empty = the body as a whole.
    pub path: String,
    pub rule: Rule,
}

/// The rule that was broken, with the figures a message needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    Missing,
    /// A field that the schema does not know, where the family is strict.
    Unknown,
    /// The JSON type that was expected.
    Type(JsonType),
    MinLength(u64),
    MaxLength(u64),
    MinItems(u64),
    MaxItems(u64),
    /// Smaller than the inclusive minimum.
    Minimum(Number),
    /// Larger than the inclusive maximum.
    Maximum(Number),
    /// Not one of the permitted values.
    OneOf(Vec<String>),
    /// Known to the specification, active in this request, and not built yet.
    NotAvailable,
    /// Anything else; the sentence is shown to the client as it stands.
    Other(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

impl Fault {
    pub fn new(path: impl Into<String>, rule: Rule) -> Self {
        Self { path: path.into(), rule }
    }

    pub fn other(path: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::new(path, Rule::Other(sentence.into()))
    }

    pub fn not_available(path: impl Into<String>) -> Self {
        Self::new(path, Rule::NotAvailable)
    }
}

/// The checks of a request that a JSON schema cannot say: fields that exclude each other, ranges that depend on
/// another field, operations this version does not have. Reports every fault, not the first.
pub trait Check {
    fn check(&self, _faults: &mut Vec<Fault>) {}
}
