//! The models, loaded once a process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::LanguageError;
use crate::encoder::{Bert, Table};
use crate::tokens::WordPiece;

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
}

impl Models {
    /// The files by their names in the models' manifest, from whoever knows where they are.
    pub fn named<E>(mut file: impl FnMut(&str) -> Result<PathBuf, E>) -> Result<Self, E> {
        Ok(Self {
            encoder: file("minilm/model.onnx")?,
            vocabulary: file("minilm/tokenizer.json")?,
            table: file("wordllama/embeddings.safetensors")?,
            table_tokenizer: file("wordllama/tokenizer.json")?,
        })
    }
}

/// The text models. Calls from several threads at once share the threads of `load`.
pub struct Language {
    pub(crate) encoder: Bert,
    pub(crate) pieces: WordPiece,
    pub(crate) table: Table,
    /// A direction of the encoder's space, and after it where its middle lies.
    pub(crate) feelings: Vec<f32>,
    threads: Arc<rayon::ThreadPool>,
}

/// For the one encoder that the project ships; the files' hashes are pinned.
static FEELINGS: &[u8] = include_bytes!("../data/feelings.f32");

/// Tokens multiplied at once: enough for the matrices to be worth packing, few enough for what is between them to stay in the cache.
const PACK: usize = 256;

impl Language {
    /// Reads and checks the files, some 40 MB. `threads` is for all calls together; 0 is taken as 1.
    pub fn load(models: &Models, threads: usize) -> Result<Self, LanguageError> {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
        let threads = threads.map_err(|error| LanguageError::Run(error.to_string()))?;
        let encoder = Bert::new(&read(&models.encoder)?)?;
        let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let feelings: Vec<f32> = FEELINGS.chunks_exact(4).map(value).collect();
        if feelings.len() != encoder.width() + 1 {
            return Err(LanguageError::Encoder(format!("its width is {}", encoder.width())));
        }
        Ok(Self {
            encoder,
            feelings,
            pieces: WordPiece::new(&read(&models.vocabulary)?)?,
            table: Table::new(&read(&models.table)?, &read(&models.table_tokenizer)?)?,
            threads: Arc::new(threads),
        })
    }

    /// What a text is billed: the pieces of the encoder's vocabulary, without marks and without truncation, whatever the tier.
    pub fn tokens(&self, text: &str) -> u32 {
        let mut ids = Vec::with_capacity(text.len() / 3);
        self.pieces.encode(text, &mut ids);
        u32::try_from(ids.len()).unwrap_or(u32::MAX)
    }

    /// The pieces of a text as the transformer reads them, its start and end marks included; at most `longest`, of 2 to 512.
    pub fn pieces(&self, text: &str, longest: usize) -> Vec<u32> {
        let mut ids = vec![self.pieces.start];
        self.pieces.encode(text, &mut ids);
        ids.truncate(longest.clamp(2, self.encoder.longest()) - 1);
        ids.push(self.pieces.end);
        ids
    }

    /// The transformer's embeddings of token sequences, marks included, each of length 1: 1 to 512 tokens. Packs of texts run beside each other.
    pub fn encode(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, LanguageError> {
        let mut packs: Vec<&[&[u32]]> = Vec::new();
        let (mut start, mut tokens) = (0, 0);
        for (at, text) in texts.iter().enumerate() {
            if tokens > 0 && tokens + text.len() > PACK {
                packs.push(&texts[start..at]);
                (start, tokens) = (at, 0);
            }
            tokens += text.len();
        }
        packs.push(&texts[start..]);
        let runs = || packs.par_iter().map(|pack| self.encoder.means(pack)).collect::<Result<Vec<_>, _>>();
        let means = self.threads.install(runs)?;
        let mut vectors: Vec<Vec<f32>> = means
            .iter()
            .flat_map(|pack| pack.chunks_exact(self.encoder.width()).map(<[f32]>::to_vec))
            .collect();
        vectors.iter_mut().for_each(|vector| normalize(vector));
        Ok(vectors)
    }

    /// Runs a closure on the threads of this instance.
    pub(crate) fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.threads.install(work)
    }
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
