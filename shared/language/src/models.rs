//! The models, loaded once a process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use inference::Rten;
use rayon::prelude::*;

use crate::LanguageError;
use crate::encoder::{Bert, Own, Table};
use crate::space::Contrast;
use crate::tokens::Tokenizer;

/// Where the files are. Their hashes have been verified by whoever names them.
#[derive(Debug, Clone)]
pub struct Models {
    /// MiniLM as ONNX with int8 weights.
    pub encoder: PathBuf,
    /// Its `tokenizer.json`, for the pieces, which are what is billed, whatever model runs.
    pub vocabulary: PathBuf,
    /// WordLlama's table, safetensors.
    pub table: PathBuf,
    /// `tokenizer.json` of the table.
    pub table_tokenizer: PathBuf,
    /// What reads texts on the standard tier instead of `encoder` and the table.
    pub own: Option<OwnEncoder>,
}

/// A sentence encoder of the operator's. The files have been verified by whoever names them.
///
/// The network takes `input_ids` and, where it wants them, `attention_mask` and `token_type_ids` (int64, `[texts, tokens]`), and gives
/// `sentence_embedding`, `last_hidden_state` or another output, of the shape `[texts, width]` or `[texts, tokens, width]`; of the latter the mean
/// over each text's tokens is taken. Prefixes that some encoders are trained with, as in "query: ", are not added.
#[derive(Debug, Clone)]
pub struct OwnEncoder {
    pub file: PathBuf,
    /// A `tokenizer.json` with BERT's WordPiece, cased or not, or Llama's byte-fallback BPE.
    pub tokenizer: PathBuf,
}

impl Models {
    /// The files by their names in the models' manifest, from whoever knows where they are.
    pub fn named<E>(mut file: impl FnMut(&str) -> Result<PathBuf, E>) -> Result<Self, E> {
        Ok(Self {
            encoder: file("minilm/model.onnx")?,
            vocabulary: file("minilm/tokenizer.json")?,
            table: file("wordllama/embeddings.safetensors")?,
            table_tokenizer: file("wordllama/tokenizer.json")?,
            own: None,
        })
    }
}

/// The text models. Calls from several threads at once share the threads of `load`.
pub struct Language {
    pub(crate) encoder: Encoder,
    /// MiniLM's, which are billed whatever model runs.
    pub(crate) pieces: Tokenizer,
    pub(crate) table: Table,
    /// Of the standard tier's encoder.
    pub(crate) contrast: Contrast,
    threads: Arc<rayon::ThreadPool>,
}

/// What reads texts on the standard tier.
pub(crate) enum Encoder {
    Ours {
        bert: Box<Bert>,
        /// A direction of the encoder's space, and after it where its middle lies.
        feelings: Vec<f32>,
    },
    Own(Box<Own>),
}

/// For the one encoder that the project ships; the files' hashes are pinned.
static FEELINGS: &[u8] = include_bytes!("../data/feelings.f32");

/// Tokens multiplied at once: enough for the matrices to be worth packing, few enough for what is between them to stay in the cache.
const PACK: usize = 256;
/// Packs between two looks at the clock: half a second of one core.
const PACKS: usize = 16;
/// Tokens of a sequence.
const LONGEST: usize = 512;

impl Language {
    /// Reads and checks the files, some 40 MB, or the operator's encoder in place of half of them. `threads` is for all calls together; 0 is
    /// taken as 1.
    pub fn load(models: &Models, threads: usize) -> Result<Self, LanguageError> {
        let threads = threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| LanguageError::Run(error.to_string()))?;
        let encoder = match &models.own {
            None => ours(&read(&models.encoder)?)?,
            Some(own) => {
                let pieces = Tokenizer::new(&read(&own.tokenizer)?)?;
                Encoder::Own(Box::new(Own::load(&Rten, &own.file, pieces, threads)?))
            }
        };
        let mut language = Self {
            encoder,
            contrast: Contrast::default(),
            pieces: Tokenizer::new(&read(&models.vocabulary)?)?,
            table: Table::new(&read(&models.table)?, &read(&models.table_tokenizer)?)?,
            threads: Arc::new(pool),
        };
        if models.own.is_some() {
            language.contrast = language.measured_contrast()?;
        }
        Ok(language)
    }

    /// What a text is billed: the pieces of MiniLM's vocabulary, without marks and without truncation, whatever the tier and the encoder.
    pub fn tokens(&self, text: &str) -> u32 {
        let mut ids = Vec::with_capacity(text.len() / 3);
        self.pieces.encode(text, &mut ids);
        u32::try_from(ids.len()).unwrap_or(u32::MAX)
    }

    /// The pieces of a text as the transformer reads them, its marks included; at most `longest`, of 2 to 512.
    pub fn pieces(&self, text: &str, longest: usize) -> Vec<u32> {
        let pieces = self.encoder_pieces();
        let mut ids = Vec::new();
        pieces.encode(text, &mut ids);
        ids.truncate(longest.clamp(2, LONGEST) - pieces.marks());
        pieces.marked(&ids)
    }

    pub(crate) fn encoder_pieces(&self) -> &Tokenizer {
        match &self.encoder {
            Encoder::Ours { .. } => &self.pieces,
            Encoder::Own(own) => &own.pieces,
        }
    }

    /// The transformer's embeddings of token sequences, marks included, each of length 1: 1 to 512 tokens. Packs of texts run beside each other.
    pub fn encode(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, LanguageError> {
        self.encode_until(texts, None)
    }

    /// The same, with a look at the clock between some thousand tokens.
    pub(crate) fn encode_until(
        &self,
        texts: &[&[u32]],
        deadline: Option<Instant>,
    ) -> Result<Vec<Vec<f32>>, LanguageError> {
        let bert = match &self.encoder {
            Encoder::Ours { bert, .. } => bert,
            Encoder::Own(own) => return own.encode(texts, deadline),
        };
        let mut vectors: Vec<Vec<f32>> = Vec::with_capacity(texts.len());
        for packs in packs(texts).chunks(PACKS) {
            in_time(deadline)?;
            let runs = || packs.par_iter().map(|pack| bert.means(pack)).collect::<Result<Vec<_>, _>>();
            let means = self.threads.install(runs)?;
            vectors
                .extend(means.iter().flat_map(|pack| pack.chunks_exact(bert.width()).map(<[f32]>::to_vec)));
        }
        vectors.iter_mut().for_each(|vector| normalize(vector));
        Ok(vectors)
    }

    /// Runs a closure on the threads of this instance.
    pub(crate) fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.threads.install(work)
    }
}

fn ours(file: &[u8]) -> Result<Encoder, LanguageError> {
    let bert = Box::new(Bert::new(file)?);
    let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let feelings: Vec<f32> = FEELINGS.chunks_exact(4).map(value).collect();
    if feelings.len() != bert.width() + 1 || bert.longest() < LONGEST {
        return Err(LanguageError::Encoder(format!(
            "its width is {}, its length {}",
            bert.width(),
            bert.longest()
        )));
    }
    Ok(Encoder::Ours { bert, feelings })
}

/// Texts in their order, taken together up to `PACK` tokens.
fn packs<'t, 'i>(texts: &'t [&'i [u32]]) -> Vec<&'t [&'i [u32]]> {
    let mut packs = Vec::new();
    let (mut start, mut tokens) = (0, 0);
    for (at, text) in texts.iter().enumerate() {
        if tokens > 0 && tokens + text.len() > PACK {
            packs.push(&texts[start..at]);
            (start, tokens) = (at, 0);
        }
        tokens += text.len();
    }
    packs.push(&texts[start..]);
    packs
}

pub(crate) fn in_time(deadline: Option<Instant>) -> Result<(), LanguageError> {
    if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        return Err(LanguageError::Deadline);
    }
    Ok(())
}

/// To length 1; zeros stay zeros.
pub(crate) fn normalize(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
}

/// Eight sums beside each other, which the compiler turns into vectors.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (lefts, rights) = (left.chunks_exact(8), right.chunks_exact(8));
    let rest: f32 = lefts.remainder().iter().zip(rights.remainder()).map(|(left, right)| left * right).sum();
    for (left, right) in lefts.zip(rights) {
        for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += left * right;
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn read(file: &Path) -> Result<Vec<u8>, LanguageError> {
    std::fs::read(file).map_err(|cause| LanguageError::Read { file: file.display().to_string(), cause })
}
