//! The same engine without a server.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use atelier::asked;
use clap::Args;
use contract::endpoints::IMAGE_EDIT_UPLOAD;
use contract::images::{FormatChoice, FormatName, Operations, Output, UploadEditRequest};
use contract::validate::drop_nulls;
use editing::EditLimits;
use imaging::{Edited, Limits};
use indicatif::ProgressBar;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

#[derive(Debug, Args)]
pub struct Edit {
    /// A picture, or a folder of pictures
    input: PathBuf,
    /// File of the result, whose extension says its format where the request does not, or folder of the results
    output: PathBuf,
    /// `{"operations": .., "output": ..}` as JSON, or a file of it
    #[arg(long, default_value = "{}")]
    request: String,
    /// Edit one picture so often and print the time of each run as a JSON line
    #[arg(long)]
    repeat: Option<u32>,
}

struct Job {
    operations: Operations,
    output: Output,
    limits: Limits,
}

impl Edit {
    pub fn run(self) -> Result<()> {
        let mut job = job(&self.request)?;
        if self.input.is_dir() {
            return folder(&job, &self.input, &self.output);
        }
        if job.output.format.is_none() {
            job.output.format = by_extension(&self.output)?.map(FormatChoice::Name);
        }
        let mut edited = None;
        for _ in 0..self.repeat.unwrap_or(1).max(1) {
            let (wall, cpu) = (Instant::now(), cpu_ms()?);
            edited = Some(one(&job, &self.input, &self.output)?);
            if self.repeat.is_some() {
                let wall_ms = wall.elapsed().as_secs_f64() * 1000.0;
                println!("{}", serde_json::json!({"cpu_ms": cpu_ms()? - cpu, "wall_ms": wall_ms}));
            }
        }
        if let Some(edited) = edited.filter(|_| self.repeat.is_none()) {
            let response = serde_json::json!({"input": edited.input, "output": edited.output, "profiling": edited.profiling});
            println!("{response}");
        }
        Ok(())
    }
}

fn job(request: &str) -> Result<Job> {
    let text = if request.trim_start().starts_with('{') {
        request.to_owned()
    } else {
        fs::read_to_string(request).with_context(|| format!("the request {request} cannot be read"))?
    };
    let mut value: serde_json::Value = serde_json::from_str(&text).context("the request is not JSON")?;
    drop_nulls(&mut value);
    let request: UploadEditRequest = asked(value, &IMAGE_EDIT_UPLOAD.route).map_err(anyhow::Error::msg)?;
    let limits = EditLimits::from_env();
    let limits = Limits { max_pixels: limits.max_pixels, max_bytes: limits.memory, ..Limits::default() };
    Ok(Job { operations: request.operations(), output: request.output(), limits })
}

fn by_extension(file: &Path) -> Result<Option<FormatName>> {
    let Some(extension) = file.extension() else { return Ok(None) };
    Ok(Some(match extension.to_string_lossy().to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => FormatName::Jpeg,
        "png" => FormatName::Png,
        "webp" => FormatName::Webp,
        "avif" => FormatName::Avif,
        "tif" | "tiff" => FormatName::Tiff,
        other => bail!("{other} is no format that is written; name another, or output.format in the request"),
    }))
}

fn one(job: &Job, input: &Path, output: &Path) -> Result<Edited> {
    let bytes = fs::read(input).with_context(|| format!("{} cannot be read", input.display()))?;
    let edited = imaging::edit(&bytes, &job.operations, &job.output, &job.limits)
        .with_context(|| input.display().to_string())?;
    fs::write(output, &edited.bytes).with_context(|| format!("{} cannot be written", output.display()))?;
    Ok(edited)
}

/// Edits every file of a folder; what is no picture is reported and does not stop the others.
fn folder(job: &Job, input: &Path, output: &Path) -> Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(input)?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    fs::create_dir_all(output)?;
    if fs::canonicalize(input)? == fs::canonicalize(output)? {
        bail!("the folder of the results must be another one than that of the pictures");
    }
    let names = names(&files);
    let bar = ProgressBar::new(files.len() as u64);
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..EditLimits::from_env().threads {
            scope.spawn(|| {
                while let Some((file, name)) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = into_folder(job, file, output, name)
                        && let Ok(mut failed) = failed.lock()
                    {
                        failed.push(format!("{error:#}"));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish();
    let failed = failed.into_inner().unwrap_or_default();
    failed.iter().for_each(|error| eprintln!("{error}"));
    if failed.is_empty() { Ok(()) } else { bail!("{} of {} files failed", failed.len(), files.len()) }
}

/// Names of the results, still without the extension of their format: that of the picture without its own extension; with it
/// where two pictures differ in nothing else; numbered where that is a third picture's name. The same at every run.
fn names(files: &[PathBuf]) -> Vec<(&Path, OsString)> {
    let mut stems: HashMap<&OsStr, usize> = HashMap::new();
    for file in files {
        *stems.entry(file.file_stem().unwrap_or_default()).or_default() += 1;
    }
    let mut taken = HashSet::new();
    let name = |file: &PathBuf| {
        let stem = file.file_stem().unwrap_or_default();
        let whole = file.file_name().unwrap_or_default();
        let alone = stems.get(stem) == Some(&1);
        let numbered = (2..).map(|number| {
            let mut name = whole.to_owned();
            name.push(format!("-{number}"));
            name
        });
        let mut names = alone.then(|| stem.to_owned()).into_iter().chain([whole.to_owned()]).chain(numbered);
        names.find(|name| taken.insert(name.clone())).unwrap_or_default()
    };
    let names: Vec<OsString> = files.iter().map(name).collect();
    files.iter().map(PathBuf::as_path).zip(names).collect()
}

fn into_folder(job: &Job, file: &Path, folder: &Path, name: &OsStr) -> Result<()> {
    let bytes = fs::read(file)?;
    let edited = imaging::edit(&bytes, &job.operations, &job.output, &job.limits)
        .with_context(|| file.display().to_string())?;
    let mut name = name.to_owned();
    name.push(format!(".{}", edited.output.ext));
    fs::write(folder.join(name), &edited.bytes)?;
    Ok(())
}

/// CPU time of this process so far, user and system.
fn cpu_ms() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1000.0)
}
