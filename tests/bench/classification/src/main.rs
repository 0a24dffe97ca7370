//! What the bench's Python asks of the crate `language`: a job as JSON on the standard input, an answer as JSON on the standard output.

mod jobs;

use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use language::{Language, Models};

/// Usage: bench-classification ENCODER VOCABULARY TABLE TABLE_TOKENIZER THREADS JOB
fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [encoder, vocabulary, table, table_tokenizer, threads, job] = &arguments[..] else {
        bail!("Usage: bench-classification ENCODER VOCABULARY TABLE TABLE_TOKENIZER THREADS JOB");
    };
    let path = |name: &String| PathBuf::from(name);
    let models = Models {
        encoder: path(encoder),
        vocabulary: path(vocabulary),
        table: path(table),
        table_tokenizer: path(table_tokenizer),
        own: None,
    };
    let before = jobs::cpu_seconds()?;
    let language = Language::load(&models, threads.parse().context("THREADS is a number")?)?;
    let load = jobs::cpu_seconds()? - before;
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let answer = match &job[..] {
        "pieces" => jobs::pieces(&language, &serde_json::from_slice(&input)?),
        "embed" => jobs::embed(&language, &serde_json::from_slice(&input)?)?,
        "encode" => jobs::encode(&language, &serde_json::from_slice(&input)?, load)?,
        "classify" => jobs::classify(&language, &serde_json::from_slice(&input)?)?,
        _ => bail!("there is no job {job}"),
    };
    std::io::stdout().write_all(&serde_json::to_vec(&answer)?)?;
    Ok(())
}
