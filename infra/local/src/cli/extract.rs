//! Data or text out of files, by the same engine without a server.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use atelier::asked;
use clap::Args;
use contract::endpoints::EXTRACT_DOCUMENT;
use contract::extraction::{Ask, ExtractDocument};
use contract::limits::MAX_EXTRACT_DOCUMENT_BYTES;
use contract::validate::drop_nulls;
use contract::wording::{pydantic_v1, sentence};
use editing::{EditLimits, Editor};
use extracting::{Extractor, OfFile};
use fetch::{FetchConfig, Fetcher, SystemResolver};
use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::serve::hosted;

/// Files that are read at the same time.
const AT_ONCE: usize = 4;
/// Longest a file may take: 3000 dense pages read on one core, as on the server.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);

#[derive(Debug, Args)]
pub struct Extract {
    /// Pictures, PDF or DOCX; each is read by itself
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What is wanted
    #[arg(long)]
    prompt: String,
    /// File of a JSON Schema; without it the answer is text
    #[arg(long)]
    schema: Option<PathBuf>,
    /// Tell in `_evidence` where each value was read (local reader only)
    #[arg(long, requires_all = ["schema", "json"])]
    evidence: bool,
    /// Print a JSON line for each file in place of a table
    #[arg(long)]
    json: bool,
}

/// How results are shown.
enum Form {
    /// A JSON line a file, with the name of the model.
    Json(String),
    /// A line a file, a column a field, tabs between; one column of JSON where the schema names no fields.
    Table(Vec<String>),
    /// The text alone.
    Text,
    /// Texts under the names of their files.
    Texts,
}

impl Extract {
    pub async fn run(self) -> Result<()> {
        let ask = self.ask()?;
        let hosted = hosted().await.context("a setting is wrong")?;
        let fetcher = Fetcher::new(FetchConfig::from_env()?, SystemResolver::default());
        let editor = Editor::new(fetcher, EditLimits::from_env());
        let extractor = Extractor::new(hosted, editor).map_err(said)?;
        let form = self.form(&ask, &extractor);
        if let Form::Table(fields) = &form {
            let whole = fields.is_empty().then_some("data");
            print(&row("file", fields.iter().map(String::as_str).chain(whole)))?;
        }
        let bar = ProgressBar::new(self.files.len() as u64);
        let (ask, extractor) = (&ask, &extractor);
        let read = |file: &'_ PathBuf| {
            let file = file.clone();
            async move { (one(extractor, ask, &file).await, file) }
        };
        let mut results = stream::iter(&self.files).map(read).buffered(AT_ONCE);
        let mut failed = 0;
        while let Some((result, file)) = results.next().await {
            failed += usize::from(!matches!(&result, Ok(found) if found.error.is_none()));
            let name = file.display().to_string();
            bar.suspend(|| print(&form.line(&name, &result)))?;
            if !self.json && result.is_ok_and(|found| found.truncated) {
                bar.suspend(|| eprintln!("{}: the answer was cut off", flat(&name)));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        if failed == 0 { Ok(()) } else { bail!("{failed} of {} files failed", self.files.len()) }
    }

    /// Held against the rules of the route that does the same.
    fn ask(&self) -> Result<Ask> {
        let schema = self.schema.as_deref().map(schema).transpose()?;
        let mut request = json!({
            "inputMethod": "base64", "files": ["a file"], "prompt": self.prompt, "schema": schema, "evidence": self.evidence,
        });
        drop_nulls(&mut request);
        // Nulls within a schema are its own.
        if let Some(schema) = schema {
            request["schema"] = schema;
        }
        let request: ExtractDocument = asked(request, &EXTRACT_DOCUMENT.route).map_err(anyhow::Error::msg)?;
        extracting::check(&request.ask).map_err(said)?;
        Ok(request.ask)
    }

    fn form(&self, ask: &Ask, extractor: &Extractor) -> Form {
        match &ask.schema {
            _ if self.json => Form::Json(extractor.model()),
            Some(schema) => {
                let fields = schema["properties"].as_object();
                Form::Table(fields.into_iter().flat_map(|fields| fields.keys().cloned()).collect())
            }
            None if self.files.len() == 1 => Form::Text,
            None => Form::Texts,
        }
    }
}

fn schema(file: &Path) -> Result<Value> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not JSON", file.display()))
}

async fn one(extractor: &Extractor, ask: &Ask, file: &Path) -> Result<OfFile> {
    let known = tokio::fs::metadata(file).await.context("it cannot be read")?;
    if !known.is_file() {
        bail!("it is no file");
    }
    // Before it is in memory.
    if known.len() > MAX_EXTRACT_DOCUMENT_BYTES as u64 {
        bail!("it is larger than {} MB", MAX_EXTRACT_DOCUMENT_BYTES / 1_000_000);
    }
    let bytes = tokio::fs::read(file).await.context("it cannot be read")?;
    extractor.extract(ask.clone(), bytes.into(), Instant::now() + PATIENCE).await.map_err(said)
}

/// The one at this machine is told both: the sentence for clients and what is meant for the log.
fn said(error: common::ApiError) -> anyhow::Error {
    if !error.faults.is_empty() {
        return anyhow!(sentence(&error.faults, pydantic_v1));
    }
    let source = error.source.map(|source| source.to_string()).unwrap_or_default();
    match error.message.contains(&source) {
        true => anyhow!(error.message),
        false => anyhow!("{}: {source}", error.message.trim_end_matches('.')),
    }
}

impl Form {
    fn line(&self, file: &str, result: &Result<OfFile>) -> String {
        let failure = match result {
            Ok(found) => found.error.clone(),
            Err(error) => Some(format!("{error:#}")),
        };
        match (self, result, failure) {
            (Self::Json(model), found, error) => json_line(file, found.as_ref().ok(), error, model),
            (Self::Table(fields), Ok(found), None) => {
                let data = found.data.as_ref().unwrap_or(&Value::Null);
                if fields.is_empty() {
                    return row(file, [&*cell(data)]);
                }
                let cells: Vec<String> = fields.iter().map(|field| cell(&data[field.as_str()])).collect();
                row(file, cells.iter().map(String::as_str))
            }
            (Self::Text, Ok(found), None) => shown(&found.results),
            (Self::Texts, Ok(found), None) => format!("{}:\n{}\n", flat(file), shown(&found.results)),
            (_, _, error) => row(file, [&*format!("error: {}", error.unwrap_or_default())]),
        }
    }
}

fn json_line(file: &str, found: Option<&OfFile>, error: Option<String>, model: &str) -> String {
    json!({
        "file": file,
        "results": found.map(|found| &found.results),
        "data": found.and_then(|found| found.data.as_ref()),
        "error": error,
        "truncated": found.is_some_and(|found| found.truncated),
        "model": model,
    })
    .to_string()
}

fn row<'a>(file: &'a str, cells: impl IntoIterator<Item = &'a str>) -> String {
    [file].into_iter().chain(cells).map(flat).collect::<Vec<_>>().join("\t")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// On one line. What a file says must not move the cursor of a terminal.
fn flat(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// The same of text with its lines.
fn shown(text: &str) -> String {
    text.trim_end().replace(|character: char| character.is_control() && character != '\n', " ")
}

fn print(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
