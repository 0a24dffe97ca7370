//! Byte-pair encoding as Llama 2's tokenizer does it: spaces become `▁`, neighbours are merged by rank, unknown characters fall back to bytes.
//! Source: Sennrich et al., 2016; the file is the `tokenizer.json` of the Python package `tokenizers`.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use super::hash::FastMap;
use crate::LanguageError;

const SPACE: char = '\u{2581}';
/// Words kept with their pieces, a thread: most words of a text were seen before.
const REMEMBERED: usize = 20_000;

/// Words and their pieces.
type Words = FastMap<Box<str>, Box<[u32]>>;

pub struct Bpe {
    /// Which tokenizer the words that a thread remembers belong to.
    identity: usize,
    characters: FastMap<char, u32>,
    bytes: Vec<u32>,
    /// Two pieces beside each other to the merge's rank and the piece that it makes.
    merges: FastMap<u64, (u32, u32)>,
}

#[derive(Deserialize)]
struct File {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: FastMap<String, u32>,
    merges: Vec<Merge>,
}

/// Newer files write the two parts apart.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Joined(String),
    Parts(String, String),
}

impl Merge {
    fn parts(&self) -> Option<(&str, &str)> {
        match self {
            Self::Joined(parts) => parts.split_once(' '),
            Self::Parts(left, right) => Some((left, right)),
        }
    }
}

impl Bpe {
    /// Reads a `tokenizer.json`.
    pub fn new(json: &[u8]) -> Result<Self, LanguageError> {
        let File { model } =
            serde_json::from_slice(json).map_err(|error| LanguageError::Vocabulary(error.to_string()))?;
        let id = |piece: &str| {
            let id = model.vocab.get(piece).copied();
            id.ok_or_else(|| LanguageError::Vocabulary(format!("the piece {piece:?} is missing")))
        };
        // What `encode` relies on.
        let inner = |piece: &&String| piece.trim_start_matches(SPACE).contains(SPACE);
        if let Some(piece) = model.vocab.keys().find(inner) {
            return Err(LanguageError::Vocabulary(format!("the piece {piece:?} reaches over a space")));
        }
        let bytes = (0..=255_u8).map(|byte| id(&format!("<0x{byte:02X}>"))).collect::<Result<_, _>>()?;
        let mut merges = FastMap::default();
        let mut joined = String::new();
        for (rank, merge) in (0..).zip(&model.merges) {
            let (left, right) = merge
                .parts()
                .ok_or_else(|| LanguageError::Vocabulary(format!("merge {rank} has one part")))?;
            joined.clear();
            joined.push_str(left);
            joined.push_str(right);
            merges.entry(pair(id(left)?, id(right)?)).or_insert((rank, id(&joined)?));
        }
        let single = |(piece, id): (&String, &u32)| {
            let mut characters = piece.chars();
            characters.next().filter(|_| characters.next().is_none()).map(|character| (character, *id))
        };
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Ok(Self {
            identity: NEXT.fetch_add(1, Ordering::Relaxed),
            characters: model.vocab.iter().filter_map(single).collect(),
            bytes,
            merges,
        })
    }

    /// The pieces of a text, without a start mark.
    ///
    /// Why word by word: no piece of the vocabulary has a `▁` after another character, so no merge reaches over the start of a word.
    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        thread_local! {
            static SEEN: RefCell<(usize, Words)> = RefCell::new((0, FastMap::default()));
        }
        if text.is_empty() {
            return;
        }
        SEEN.with_borrow_mut(|(owner, seen)| {
            if *owner != self.identity || seen.len() >= REMEMBERED {
                *owner = self.identity;
                seen.clear();
            }
            let mut word = String::from(SPACE);
            let mut after_space = true;
            for character in text.chars().map(|character| if character == ' ' { SPACE } else { character }) {
                if character == SPACE && !after_space {
                    self.encode_word(&word, seen, ids);
                    word.clear();
                }
                after_space = character == SPACE;
                word.push(character);
            }
            self.encode_word(&word, seen, ids);
        });
    }

    fn encode_word(&self, word: &str, seen: &mut Words, ids: &mut Vec<u32>) {
        if let Some(pieces) = seen.get(word) {
            ids.extend_from_slice(pieces);
            return;
        }
        let mut pieces = Vec::with_capacity(word.len());
        for character in word.chars() {
            match self.characters.get(&character) {
                Some(id) => pieces.push(*id),
                None => pieces.extend(
                    character.encode_utf8(&mut [0; 4]).bytes().map(|byte| self.bytes[usize::from(byte)]),
                ),
            }
        }
        merge(&mut pieces, |left, right| self.merges.get(&pair(left, right)).copied());
        ids.extend_from_slice(&pieces);
        // Long ones are hardly seen twice, and memory is bounded by the count of words alone.
        if word.len() <= 32 {
            seen.insert(word.into(), pieces.into_boxed_slice());
        }
    }
}

fn pair(left: u32, right: u32) -> u64 {
    (u64::from(left) << 32) | u64::from(right)
}

/// Merges neighbours, always the pair of the lowest rank and of those the leftmost, until none is left. A heap of candidates and a list of
/// what is still a piece: n log n, since a text of 100,000 characters may be one word.
fn merge(pieces: &mut Vec<u32>, rule: impl Fn(u32, u32) -> Option<(u32, u32)>) {
    const GONE: u32 = u32::MAX;
    let count = pieces.len();
    let mut next: Vec<usize> = (1..=count).collect();
    let mut previous: Vec<usize> = (0..count).map(|at| at.wrapping_sub(1)).collect();
    let candidate = |pieces: &[u32], left: usize, right: usize| {
        let (rank, made) = rule(pieces[left], pieces[right])?;
        Some(Reverse((rank, left, right, made, pieces[left], pieces[right])))
    };
    let mut heap: BinaryHeap<_> =
        (1..count).filter_map(|right| candidate(pieces, right - 1, right)).collect();
    while let Some(Reverse((_, left, right, made, was_left, was_right))) = heap.pop() {
        // A candidate whose pieces have been merged since is stale; what replaced it has been put into the heap.
        if pieces[left] != was_left || next[left] != right || pieces[right] != was_right {
            continue;
        }
        pieces[left] = made;
        pieces[right] = GONE;
        next[left] = next[right];
        if let Some(after) = Some(next[left]).filter(|after| *after < count) {
            previous[after] = left;
            heap.extend(candidate(pieces, left, after));
        }
        if let Some(before) = Some(previous[left]).filter(|before| *before < count) {
            heap.extend(candidate(pieces, before, left));
        }
    }
    pieces.retain(|piece| *piece != GONE);
}
