//! The jobs.

use language::{Calibration, Label, Labels, Language, Tier};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Texts {
    texts: Vec<String>,
    tier: Option<Tier>,
    #[serde(default)]
    longest: usize,
    #[serde(default)]
    rounds: usize,
}

impl Texts {
    fn all(&self) -> Vec<&str> {
        self.texts.iter().map(String::as_str).collect()
    }
}

#[derive(Deserialize)]
pub struct Classify {
    labels: Vec<Given>,
    text_type: Option<String>,
    tier: Tier,
    /// Texts and the number of their label.
    texts: Vec<String>,
    truth: Vec<usize>,
    /// As many of the first texts fit the calibration, and the answer is about the others.
    #[serde(default)]
    evaluated: usize,
}

#[derive(Deserialize)]
struct Given {
    name: String,
    description: Option<String>,
    #[serde(default)]
    examples: Vec<String>,
}

/// Of this process, user and system.
pub fn cpu_seconds() -> anyhow::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6)
}

/// The pieces of each text, marks included.
pub fn pieces(language: &Language, job: &Texts) -> Value {
    json!(job.texts.iter().map(|text| language.pieces(text, job.longest)).collect::<Vec<_>>())
}

/// Each text in the space of a tier.
pub fn embed(language: &Language, job: &Texts) -> anyhow::Result<Value> {
    Ok(json!(language.embed(&job.all(), job.tier.unwrap_or(Tier::Standard))?))
}

/// The transformer's embeddings of texts of at most `longest` pieces, and the CPU seconds of each of `rounds`, tokenizer included.
pub fn encode(language: &Language, job: &Texts, load: f64) -> anyhow::Result<Value> {
    let mut seconds = Vec::new();
    let mut vectors = Vec::new();
    for _ in 0..=job.rounds {
        let before = cpu_seconds()?;
        let pieces: Vec<Vec<u32>> = job.texts.iter().map(|text| language.pieces(text, job.longest)).collect();
        let ids: Vec<&[u32]> = pieces.iter().map(Vec::as_slice).collect();
        vectors = language.encode(&ids)?;
        seconds.push(cpu_seconds()? - before);
    }
    // The first warms up.
    Ok(json!({"vectors": vectors, "cpu_seconds": seconds.split_off(1), "load_cpu_seconds": load}))
}

/// Scores of texts, with the CPU seconds of preparing the labels and of classifying.
pub fn classify(language: &Language, job: &Classify) -> anyhow::Result<Value> {
    let label = |given: &'_ Given| -> (String, Option<String>, Vec<String>) {
        (given.name.clone(), given.description.clone(), given.examples.clone())
    };
    let owned: Vec<_> = job.labels.iter().map(label).collect();
    let labels = owned.iter().map(|(name, description, examples)| Label {
        name,
        description: description.as_deref(),
        examples: examples.iter().map(String::as_str).collect(),
    });
    let labels = Labels { labels: labels.collect(), text_type: job.text_type.as_deref() };
    let before = cpu_seconds()?;
    let mut prepared = language.prepare(&labels, job.tier)?;
    let prepare = cpu_seconds()? - before;
    let texts: Vec<&str> = job.texts.iter().map(String::as_str).collect();
    let (first, rest) = texts.split_at(job.evaluated.min(texts.len()));
    let (first_truth, truth) = job.truth.split_at(first.len());
    if !first.is_empty() {
        let scores = language.classify(&prepared, first)?;
        let scores: Vec<&[f32]> = scores.iter().map(|scores| &scores.scores[..]).collect();
        let fitted: Calibration = language::fit(&scores, first_truth, prepared.calibration());
        prepared = prepared.calibrated(fitted);
    }
    let before = cpu_seconds()?;
    let scores = language.classify(&prepared, rest)?;
    let seconds = cpu_seconds()? - before;
    let best: Vec<(usize, f32)> = scores.iter().map(language::Scores::best).collect();
    let answers: Vec<(f32, bool)> =
        best.iter().zip(truth).map(|((label, confidence), truth)| (*confidence, label == truth)).collect();
    let independent = scores.iter().zip(truth).flat_map(|(scores, truth)| {
        scores.independent.iter().enumerate().map(move |(label, confidence)| (*confidence, label == *truth))
    });
    Ok(json!({
        "right": answers.iter().filter(|(_, right)| *right).count(), "of": answers.len(),
        "calibration_error": language::calibration_error(&answers),
        "tag_calibration_error": language::calibration_error(&independent.collect::<Vec<_>>()),
        "calibration": prepared.calibration(), "method": prepared.method(), "bytes": prepared.bytes(),
        "prepare_cpu_seconds": prepare, "cpu_seconds": seconds,
        "tokens": scores.iter().map(|scores| u64::from(scores.tokens)).sum::<u64>(),
        "best": best.iter().map(|(label, _)| label).collect::<Vec<_>>(),
        "scores": scores.into_iter().map(|scores| scores.scores).collect::<Vec<_>>(),
    }))
}
