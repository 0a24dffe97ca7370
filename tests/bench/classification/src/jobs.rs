//! The jobs.

use language::{Label, Labels, Language, Placed, Prepared, Tier};
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

/// Texts that several sets of labels judge.
#[derive(Deserialize)]
pub struct Classify {
    tier: Tier,
    texts: Vec<String>,
    runs: Vec<Judge>,
}

#[derive(Deserialize)]
struct Judge {
    labels: Vec<Given>,
    text_type: Option<String>,
    /// The number of each text's label.
    truth: Vec<usize>,
    /// Each half of the texts, every other one, has its confidences by a calibration that the other half has fitted.
    #[serde(default)]
    evaluated: bool,
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

/// Reads the texts once and answers for each set of labels.
pub fn classify(language: &Language, job: &Classify) -> anyhow::Result<Value> {
    let texts: Vec<&str> = job.texts.iter().map(String::as_str).collect();
    let before = cpu_seconds()?;
    let placed = language.place(&texts, job.tier)?;
    let seconds = cpu_seconds()? - before;
    let tokens: u64 = placed.iter().map(|placed| u64::from(placed.tokens)).sum();
    let runs = job.runs.iter().map(|run| judge(language, job.tier, &placed, run));
    let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(json!({"runs": runs, "cpu_seconds": seconds, "tokens": tokens}))
}

fn judge(language: &Language, tier: Tier, placed: &[Placed], run: &Judge) -> anyhow::Result<Value> {
    let labels = run.labels.iter().map(|given| Label {
        name: &given.name,
        description: given.description.as_deref(),
        examples: given.examples.iter().map(String::as_str).collect(),
    });
    let labels = Labels { labels: labels.collect(), text_type: run.text_type.as_deref() };
    let before = cpu_seconds()?;
    let prepared = language.prepare(&labels, tier)?;
    let prepare = cpu_seconds()? - before;
    let pairs: Vec<(&Placed, usize)> = placed.iter().zip(run.truth.iter().copied()).collect();
    let answers = if run.evaluated {
        let half = |first: usize| -> Vec<_> { pairs.iter().copied().skip(first).step_by(2).collect() };
        let (one, other) = (half(0), half(1));
        [answers(&fitted(&prepared, &one), &other), answers(&fitted(&prepared, &other), &one)].concat()
    } else {
        answers(&prepared, &pairs)
    };
    Ok(json!({
        "right": answers.iter().filter(|(_, right)| *right).count(), "of": answers.len(),
        "calibration_error": language::calibration_error(&answers),
        "calibration": prepared.calibration(), "method": prepared.method(), "bytes": prepared.bytes(),
        "prepare_cpu_seconds": prepare, "answers": answers,
    }))
}

/// With the calibration that an evaluation by these texts fits.
fn fitted(prepared: &Prepared, texts: &[(&Placed, usize)]) -> Prepared {
    let scores: Vec<Vec<f32>> = texts.iter().map(|(placed, _)| prepared.score(placed).scores).collect();
    let scores: Vec<&[f32]> = scores.iter().map(Vec::as_slice).collect();
    let truth: Vec<usize> = texts.iter().map(|(_, truth)| *truth).collect();
    prepared.clone().calibrated(language::fit(&scores, &truth, prepared.calibration()))
}

/// How sure each answer was, and whether it was right.
fn answers(prepared: &Prepared, texts: &[(&Placed, usize)]) -> Vec<(f32, bool)> {
    let answer = |(placed, truth): &(&Placed, usize)| {
        let (label, confidence) = prepared.score(placed).best();
        (confidence, label == *truth)
    };
    texts.iter().map(answer).collect()
}
