//! BERT's tokenizer: clean, lower-case, strip accents, cut into words, then take the longest known pieces from the left.
//! Source: Devlin et al., 2018 (`tokenization.py` of the published code), with the character classes of the reference implementation.

use unicode_categories::UnicodeCategories;
use unicode_normalization::UnicodeNormalization;

use super::hash::FastMap;
use crate::LanguageError;

/// Words of more characters are one unknown piece.
const LONGEST_WORD: usize = 100;

pub struct WordPiece {
    starts: FastMap<Box<[u8]>, u32>,
    continuations: FastMap<Box<[u8]>, u32>,
    /// In bytes.
    longest_piece: usize,
    unknown: u32,
    /// Case and accents stay.
    cased: bool,
}

impl WordPiece {
    /// Of a vocabulary. Pieces that start with `##` continue a word.
    pub fn of(vocabulary: FastMap<String, u32>, unknown: &str, cased: bool) -> Result<Self, LanguageError> {
        let id = vocabulary.get(unknown).copied();
        let unknown = id.ok_or_else(|| LanguageError::Vocabulary(format!("{unknown} is missing")))?;
        let (starts, continuations) = (FastMap::default(), FastMap::default());
        let mut found = Self { starts, continuations, longest_piece: 0, unknown, cased };
        for (piece, id) in &vocabulary {
            match piece.strip_prefix("##").filter(|rest| !rest.is_empty()) {
                Some(rest) => found.continuations.insert(rest.as_bytes().into(), *id),
                None => found.starts.insert(piece.as_bytes().into(), *id),
            };
            found.longest_piece = found.longest_piece.max(piece.len());
        }
        Ok(found)
    }

    /// The pieces of a text, without the start and end marks. A text that contains the name of a mark cannot forge it: it is cut like any other.
    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        let mut word = Vec::with_capacity(LONGEST_WORD);
        let mut characters = 0;
        let mut put = |class: Class, character: char| match class {
            Class::Word => {
                characters += 1;
                push(&mut word, character);
            }
            Class::Space | Class::Single => {
                self.encode_word(&word, characters, ids);
                word.clear();
                characters = 0;
                if class == Class::Single {
                    push(&mut word, character);
                    self.encode_word(&word, 1, ids);
                    word.clear();
                }
            }
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            // Up to the next other character all is plain ASCII.
            while at < bytes.len() && bytes[at] < 128 {
                let byte = bytes[at];
                at += 1;
                match byte {
                    b'\t' | b'\n' | b'\r' | b' ' => put(Class::Space, ' '),
                    0..=31 | 127 => {}
                    _ if byte.is_ascii_punctuation() => put(Class::Single, char::from(byte)),
                    _ if self.cased => put(Class::Word, char::from(byte)),
                    _ => put(Class::Word, char::from(byte.to_ascii_lowercase())),
                }
            }
            let end = bytes[at..].iter().position(|byte| *byte < 128).map_or(bytes.len(), |count| at + count);
            // A mark that follows an ASCII letter composes with nothing once marks are stripped, so runs can be taken apart here.
            if let Some(run) = text.get(at..end) {
                other_scripts(run, self.cased, &mut put);
            }
            at = end;
        }
        put(Class::Space, ' ');
    }

    /// Greedy: the longest piece that the rest of the word starts with, again and again; one unknown piece if any rest starts with none.
    fn encode_word(&self, word: &[u8], characters: usize, ids: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let before = ids.len();
        let mut rest = word;
        let mut pieces = if characters > LONGEST_WORD { None } else { Some(&self.starts) };
        while let Some(known) = pieces {
            let longest = rest.len().min(self.longest_piece);
            let found = (1..=longest).rev().find_map(|length| Some((known.get(&rest[..length])?, length)));
            let Some((id, length)) = found else {
                pieces = None;
                break;
            };
            ids.push(*id);
            rest = &rest[length..];
            pieces = Some(&self.continuations);
            if rest.is_empty() {
                return;
            }
        }
        if pieces.is_none() {
            ids.truncate(before);
            ids.push(self.unknown);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Space,
    /// A word of its own: punctuation and Chinese characters.
    Single,
}

fn push(word: &mut Vec<u8>, character: char) {
    word.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn other_scripts(run: &str, cased: bool, put: &mut impl FnMut(Class, char)) {
    let cleaned = run.chars().filter(|character| !is_control(*character));
    // The reference separates Chinese characters before it decomposes: U+2F800 and its like are judged by their own code.
    let separated = cleaned.flat_map(|character| {
        let single = is_chinese(character);
        [single.then_some(' '), Some(character), single.then_some(' ')].into_iter().flatten()
    });
    if cased {
        separated.for_each(|character| put(class(character), character));
        return;
    }
    for character in separated.nfd().filter(|character| !character.is_mark_nonspacing()) {
        for lower in character.to_lowercase() {
            put(class(lower), lower);
        }
    }
}

fn class(character: char) -> Class {
    if character.is_whitespace() {
        Class::Space
    } else if character.is_ascii_punctuation() || character.is_punctuation() {
        Class::Single
    } else {
        Class::Word
    }
}

fn is_control(character: char) -> bool {
    character == '\u{fffd}' || character.is_other()
}

/// The blocks of Chinese characters, as the published code lists them.
fn is_chinese(character: char) -> bool {
    matches!(u32::from(character),
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0x2_0000..=0x2_a6df | 0x2_a700..=0x2_b73f | 0x2_b740..=0x2_b81f
        | 0x2_b920..=0x2_ceaf | 0xf900..=0xfaff | 0x2_f800..=0x2_fa1f)
}
