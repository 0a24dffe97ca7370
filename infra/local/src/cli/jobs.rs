//! Batch jobs from the command line, over the API of a server.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::client::{Api, Client};

/// Between two looks at a job that is watched.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub struct Jobs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    api: Api,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Uploads a file of lines like {"text": ".."} and starts a job on it
    Submit(Submit),
    /// Lists the newest jobs
    List,
    /// Shows a job
    Get {
        #[arg(value_parser = id)]
        id: String,
    },
    /// Stops a job; lines that are done are kept
    Cancel {
        #[arg(value_parser = id)]
        id: String,
    },
    /// Downloads the results of a job that has ended
    Results {
        #[arg(value_parser = id)]
        id: String,
        /// File of the results; without it they are printed
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Submit {
    file: PathBuf,
    /// Comma between
    #[arg(long, value_delimiter = ',', required_unless_present = "classifier")]
    labels: Vec<String>,
    /// A saved classifier instead of labels
    #[arg(long, conflicts_with = "labels")]
    classifier: Option<String>,
    /// single or multi
    #[arg(long)]
    mode: Option<String>,
    /// standard or fast
    #[arg(long)]
    priority: Option<String>,
    /// Wait for the end and download the results
    #[arg(long)]
    watch: bool,
    /// File of the results; without it they are printed
    #[arg(long, short, requires = "watch")]
    output: Option<PathBuf>,
}

/// What goes into a path as it stands.
fn id(text: &str) -> Result<String, &'static str> {
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_id { Ok(text.to_owned()) } else { Err("an id is like job_0198...") }
}

impl Jobs {
    pub async fn run(self) -> Result<()> {
        let client = self.api.client()?;
        match self.action {
            Action::Submit(submit) => submit.run(&client).await,
            Action::List => {
                let jobs = client.call("GET", "/v1/batch", None).await?;
                for job in jobs.as_array().into_iter().flatten() {
                    print(&row(job))?;
                }
                Ok(())
            }
            Action::Get { id } => {
                print(&format!("{:#}", client.call("GET", &format!("/v1/batch/{id}"), None).await?))
            }
            Action::Cancel { id } => {
                let job = client.call("POST", &format!("/v1/batch/{id}/cancel"), None).await?;
                print(text(&job["status"]))
            }
            Action::Results { id, output } => results(&client, &id, Output::open(output)?).await,
        }
    }
}

fn print(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Where results go.
enum Output {
    Printed,
    File(std::fs::File),
}

impl Output {
    fn open(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Printed) };
        let file = std::fs::File::create(&path);
        Ok(Self::File(file.with_context(|| format!("{} cannot be written", path.display()))?))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn row(job: &Value) -> String {
    let (done, total) = (&job["requests_completed"], &job["requests_total"]);
    let names = [text(&job["job_id"]), text(&job["status"]), text(&job["created_at"])];
    format!("{}\t{}\t{done} of {total}\t{}", names[0], names[1], names[2])
}

impl Submit {
    async fn run(self, client: &Client) -> Result<()> {
        // Before a job is made that would wait for it.
        let known = std::fs::metadata(&self.file)
            .with_context(|| format!("{} cannot be read", self.file.display()))?;
        if !known.is_file() || known.len() == 0 {
            bail!("{} is no file with lines in it", self.file.display());
        }
        // The same: what cannot be written is told now, not when the work is done.
        let output = Output::open(self.output)?;
        let mut body = json!({});
        if !self.labels.is_empty() {
            body["labels"] = self.labels.iter().map(|label| label.trim()).collect::<Vec<_>>().into();
        }
        for (name, value) in
            [("classifier", self.classifier), ("mode", self.mode), ("priority", self.priority)]
        {
            if let Some(value) = value {
                body[name] = value.into();
            }
        }
        let made = client.call("POST", "/v1/batch", Some(body)).await?;
        let id = text(&made["job_id"]).to_owned();
        let bar = ProgressBar::new(known.len())
            .with_style(style("{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")?);
        bar.set_prefix("upload");
        client.upload(text(&made["upload_url"]), &made["upload_fields"], &self.file, &bar).await?;
        bar.finish_and_clear();
        client.call("POST", &format!("/v1/batch/{id}/start"), None).await?;
        if !self.watch {
            return print(&id);
        }
        eprintln!("{id}");
        let end = watch(client, &id).await?;
        if end["requests_completed"].as_u64().unwrap_or(0) > 0 {
            results(client, &id, output).await?;
        }
        match text(&end["status"]) {
            "completed" => Ok(()),
            "failed" => bail!("the job failed: {}", text(&end["error"])),
            other => bail!("the job is {other}"),
        }
    }
}

fn style(template: &str) -> Result<ProgressStyle> {
    Ok(ProgressStyle::with_template(template)?)
}

/// Shows the lines that are done, their rate and the time left, until the job has ended.
async fn watch(client: &Client, id: &str) -> Result<Value> {
    let bar = ProgressBar::new(0).with_style(style("{prefix} {wide_bar} {pos}/{len} {msg}")?);
    let begun = Instant::now();
    loop {
        let job = client.call("GET", &format!("/v1/batch/{id}"), None).await?;
        let done = job["requests_completed"].as_u64().unwrap_or(0);
        bar.set_length(job["requests_total"].as_u64().unwrap_or(0));
        bar.set_position(done);
        bar.set_prefix(text(&job["status"]).to_owned());
        let rate = done as f64 / begun.elapsed().as_secs_f64().max(0.001);
        let left = job["eta_seconds"].as_u64().map_or(String::new(), |seconds| format!(", {seconds} s left"));
        bar.set_message(format!("{rate:.0} lines/s{left}"));
        match text(&job["status"]) {
            "processing" | "cancelling" => tokio::time::sleep(LOOK).await,
            _ => {
                bar.abandon();
                return Ok(job);
            }
        }
    }
}

async fn results(client: &Client, id: &str, output: Output) -> Result<()> {
    let links = client.call("GET", &format!("/v1/batch/{id}/results"), None).await?;
    let url = text(&links["download_url"]);
    match output {
        Output::File(mut file) => client.download(url, &mut file).await?,
        Output::Printed => client.download(url, &mut std::io::stdout()).await?,
    }
    if let Some(errors) = links["errors_url"].as_str() {
        eprintln!("failed lines: {errors}");
    }
    Ok(())
}
