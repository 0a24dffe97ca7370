//! The lines of results and of errors.

use contract::classification::{Mode, TagLabel};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{CustomId, LineFault};

/// What a segment came to.
#[derive(Debug, Default)]
pub struct Output {
    pub results: Vec<u8>,
    /// Failed lines, numbered within their shard.
    pub faults: Vec<u8>,
    pub completed: i64,
    pub failed: i64,
    pub tokens: i64,
}

#[derive(Serialize)]
struct Label<'a> {
    label: &'a str,
    confidence: f64,
}

#[derive(Serialize)]
struct Single<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<&'a CustomId>,
    #[serde(flatten)]
    label: Label<'a>,
    tokens: u32,
}

#[derive(Serialize)]
struct Multi<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<&'a CustomId>,
    labels: Vec<Label<'a>>,
    tokens: u32,
}

#[derive(Serialize)]
struct Failed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<&'a CustomId>,
    error: &'a str,
    tokens: u32,
}

/// A line of the errors file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Fault {
    /// From 1, blank lines included.
    pub line: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<Box<RawValue>>,
    pub code: String,
    pub error: String,
}

/// Codes of the errors file: what the line is to blame for, and what it is not.
const INVALID_LINE: &str = "INVALID_LINE";
const MODEL_FAILED: &str = "MODEL_FAILED";

fn write<T: Serialize>(to: &mut Vec<u8>, line: &T) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *to, line)?;
    to.push(b'\n');
    Ok(())
}

impl Output {
    pub fn answer(
        &mut self,
        mode: Mode,
        custom_id: Option<&CustomId>,
        labels: &[TagLabel],
        tokens: u32,
    ) -> Result<(), serde_json::Error> {
        let mut labels =
            labels.iter().map(|found| Label { label: &found.label, confidence: found.confidence });
        self.completed += 1;
        self.tokens += i64::from(tokens);
        match (mode, labels.next()) {
            (Mode::Single, Some(label)) => write(&mut self.results, &Single { custom_id, label, tokens }),
            (_, first) => {
                let labels = first.into_iter().chain(labels).collect();
                write(&mut self.results, &Multi { custom_id, labels, tokens })
            }
        }
    }

    /// A line that is to blame for having no result.
    pub fn invalid(&mut self, number: i64, fault: &LineFault) -> Result<(), serde_json::Error> {
        self.fault(number, INVALID_LINE, fault.sentence, fault.custom_id.as_ref())
    }

    /// A line that the model failed.
    pub fn unanswered(
        &mut self,
        number: i64,
        sentence: &str,
        custom_id: Option<&CustomId>,
    ) -> Result<(), serde_json::Error> {
        self.fault(number, MODEL_FAILED, sentence, custom_id)
    }

    fn fault(
        &mut self,
        number: i64,
        code: &str,
        error: &str,
        custom_id: Option<&CustomId>,
    ) -> Result<(), serde_json::Error> {
        self.completed += 1;
        self.failed += 1;
        write(&mut self.results, &Failed { custom_id, error, tokens: 0 })?;
        let custom_id = custom_id.map(serde_json::value::to_raw_value).transpose()?;
        let fault = Fault { line: number + 1, custom_id, code: code.into(), error: error.into() };
        write(&mut self.faults, &fault)
    }
}
