//! A sentence encoder that the operator brings: any ONNX network that takes token ids and gives states or embeddings.

use std::path::Path;
use std::time::Instant;

use inference::{Backend, InferenceError, Input, Network, Options, Output};

use crate::models::{in_time, normalize};
use crate::{LanguageError, tokens::Tokenizer};

/// Windows of a run: with windows of 128 tokens, attention's memory stays at some 20 MB a layer of 12 heads.
const BATCH: usize = 16;
/// Inputs that are known, in the order in which `Batch` holds them.
const INPUTS: [&str; 3] = ["input_ids", "attention_mask", "token_type_ids"];
/// Outputs that are looked for, before any other.
const OUTPUTS: [&str; 4] = ["sentence_embedding", "last_hidden_state", "token_embeddings", "pooler_output"];

pub struct Own {
    network: Box<dyn Network>,
    pub pieces: Tokenizer,
    inputs: Vec<&'static str>,
    output: String,
    width: usize,
}

impl Own {
    /// Loads the network and tries it on a text of one token. `file` has been verified by the caller.
    pub fn load(
        backend: &dyn Backend,
        file: &Path,
        pieces: Tokenizer,
        threads: usize,
    ) -> Result<Self, LanguageError> {
        let network = backend.load(file, &Options { threads, prepack: true }).map_err(unusable)?;
        let asked = network.inputs();
        if let Some(unknown) = asked.iter().find(|name| !INPUTS.contains(&name.as_str())) {
            return Err(LanguageError::Encoder(format!(
                "it wants an input {unknown:?}; {} are given",
                INPUTS.join(", ")
            )));
        }
        let inputs: Vec<&str> =
            INPUTS.into_iter().filter(|name| asked.iter().any(|asked| asked == name)).collect();
        if inputs.first() != Some(&INPUTS[0]) {
            return Err(LanguageError::Encoder(format!("it has no input {:?}", INPUTS[0])));
        }
        let given = network.outputs();
        let known =
            OUTPUTS.into_iter().find(|name| given.iter().any(|given| given == name)).map(str::to_owned);
        let none = || LanguageError::Encoder("it has no output".to_owned());
        let output = known.or_else(|| given.first().cloned()).ok_or_else(none)?;
        let mut own = Self { network, pieces, inputs, output, width: 0 };
        let tried = own.pieces.marked(&[1]);
        own.width = own.run(&[&tried]).map_err(|error| LanguageError::Encoder(error.to_string()))?.len();
        if own.width == 0 {
            return Err(LanguageError::Encoder(format!("its output {:?} is empty", own.output)));
        }
        Ok(own)
    }

    /// Embeddings of token sequences, marks included, each of length 1. Sequences of about one length run together.
    pub fn encode(
        &self,
        texts: &[&[u32]],
        deadline: Option<Instant>,
    ) -> Result<Vec<Vec<f32>>, LanguageError> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        // Without a mask, padding would be taken for text.
        let alike = |left: &usize, right: &usize| self.masked() || texts[*left].len() == texts[*right].len();
        for group in order.chunk_by(alike).flat_map(|group| group.chunks(BATCH)) {
            in_time(deadline)?;
            let batch: Vec<&[u32]> = group.iter().map(|at| texts[*at]).collect();
            let found = self.run(&batch)?;
            for (at, vector) in group.iter().zip(found.chunks_exact(self.width)) {
                vectors[*at] = vector.to_vec();
                normalize(&mut vectors[*at]);
            }
        }
        Ok(vectors)
    }

    fn masked(&self) -> bool {
        self.inputs.contains(&INPUTS[1])
    }

    /// The embeddings of a batch, one after the other.
    fn run(&self, texts: &[&[u32]]) -> Result<Vec<f32>, LanguageError> {
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        if texts.iter().any(|text| text.is_empty()) {
            return Err(LanguageError::Run("a text has 0 tokens".to_owned()));
        }
        let padded = |value: fn(u32) -> i32| -> Vec<i32> {
            let row = |text: &&[u32]| {
                text.iter().map(|id| value(*id)).chain(std::iter::repeat_n(0, longest - text.len())).collect()
            };
            texts.iter().flat_map(|text| -> Vec<i32> { row(text) }).collect()
        };
        let ids = padded(|id| i32::try_from(id).unwrap_or(0));
        let mask = padded(|_| 1);
        let kinds = vec![0; ids.len()];
        let shape = [texts.len(), longest];
        let inputs: Vec<(&str, Input<'_>)> = self
            .inputs
            .iter()
            .map(|name| {
                let data = match *name {
                    "input_ids" => &ids,
                    "attention_mask" => &mask,
                    _ => &kinds,
                };
                (*name, Input::I32 { shape: &shape, data })
            })
            .collect();
        let mut outputs = self.network.run(&inputs, &[&self.output]).map_err(failed)?;
        let output = outputs.pop().ok_or_else(|| LanguageError::Run("it gave nothing".to_owned()))?;
        let embeddings = self.embeddings(output, texts, longest)?;
        if embeddings.iter().all(|value| value.is_finite()) {
            Ok(embeddings)
        } else {
            Err(LanguageError::Run("it gave numbers that are not finite".to_owned()))
        }
    }

    /// An output of two sides is taken as it is; of three it is the states of the tokens, whose mean is taken.
    fn embeddings(
        &self,
        output: Output,
        texts: &[&[u32]],
        longest: usize,
    ) -> Result<Vec<f32>, LanguageError> {
        match output.shape[..] {
            [count, _] if count == texts.len() => Ok(output.data),
            [count, length, width] if count == texts.len() && length == longest && width > 0 => {
                let states = output.data.chunks_exact(longest * width).zip(texts);
                Ok(states.flat_map(|(states, text)| mean(&states[..text.len() * width], width)).collect())
            }
            _ => Err(LanguageError::Run(format!(
                "its output {:?} is {:?} for {} texts of {longest} tokens",
                self.output,
                output.shape,
                texts.len()
            ))),
        }
    }
}

fn mean(states: &[f32], width: usize) -> Vec<f32> {
    let mut mean = vec![0.0; width];
    let share = width as f32 / states.len() as f32;
    for state in states.chunks_exact(width) {
        mean.iter_mut().zip(state).for_each(|(sum, value)| *sum += value * share);
    }
    mean
}

fn unusable(error: InferenceError) -> LanguageError {
    LanguageError::Encoder(error.to_string())
}

fn failed(error: InferenceError) -> LanguageError {
    LanguageError::Run(error.to_string())
}
