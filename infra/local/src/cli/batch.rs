//! Edits of whole folders from the command line, over the API of a server.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::client::{Api, Client};

const BATCHES: &str = "/v1/image/edit/batch";
/// Between two looks at a batch that is watched.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub struct Batch {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    api: Api,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Edits the pictures of a folder of a connected storage into another one
    Submit(Submit),
    /// Shows a batch
    Get { id: u64 },
    /// Stops a batch; pictures that are done are kept
    Cancel { id: u64 },
}

#[derive(Debug, Args)]
struct Submit {
    /// Folder of the pictures: storage://STORAGE/FOLDER/
    #[arg(long)]
    source: String,
    /// Sub-folders too; they are made again at the output
    #[arg(long)]
    recursive: bool,
    /// Folder of the results: storage://STORAGE/FOLDER/. Without it they are behind links for a day
    #[arg(long)]
    output: Option<String>,
    /// `{"operations": .., "output": ..}` as JSON, or a file of it
    #[arg(long, default_value = "{}")]
    request: String,
    /// Wait for the end; files without a result are listed
    #[arg(long)]
    watch: bool,
    /// File for one line of JSON a picture, in the order of the folder
    #[arg(long, requires = "watch")]
    results: Option<PathBuf>,
}

impl Batch {
    pub async fn run(self) -> Result<()> {
        let client = self.api.client()?;
        match self.action {
            Action::Submit(submit) => submit.run(&client).await,
            Action::Get { id } => print(&format!("{:#}", look(&client, id).await?)),
            Action::Cancel { id } => {
                let answer = client.call("DELETE", &format!("{BATCHES}/{id}"), None).await?;
                print(text(&answer["data"]["status"]))
            }
        }
    }
}

impl Submit {
    async fn run(self, client: &Client) -> Result<()> {
        let body = self.body()?;
        // Now, and not when the work is done: whether it can be written.
        let results = self.results.as_ref().map(|path| {
            fs::File::create(path).with_context(|| format!("{} cannot be written", path.display()))
        });
        let results = results.transpose()?;
        let made = client.call("POST", BATCHES, Some(body)).await?;
        let id = made["data"]["id"].as_u64().context("the answer has no id")?;
        if !self.watch {
            return print(&id.to_string());
        }
        eprintln!("{id}");
        let end = watch(client, id).await?;
        tell(&end)?;
        if let Some(mut file) = results {
            write_results(client, &end, &mut file).await?;
        }
        match text(&end["status"]) {
            "DONE" => Ok(()),
            "ERROR" => bail!("no picture was edited"),
            other => bail!("the batch is {other}"),
        }
    }

    fn body(&self) -> Result<Value> {
        let text = if self.request.trim_start().starts_with(['{', '[', '"']) {
            self.request.clone()
        } else {
            fs::read_to_string(&self.request)
                .with_context(|| format!("the request {} cannot be read", self.request))?
        };
        let mut body: Value = serde_json::from_str(&text).context("the request is not JSON")?;
        if !body.is_object() {
            bail!("the request is no JSON object");
        }
        body["input"] = json!({"source": self.source, "recursive": self.recursive});
        if body.get("operations").is_none() {
            body["operations"] = json!({});
        }
        if let Some(folder) = &self.output {
            if !body["output"].is_object() {
                body["output"] = json!({});
            }
            body["output"]["destination"] = folder.as_str().into();
        }
        Ok(body)
    }
}

fn print(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

async fn look(client: &Client, id: u64) -> Result<Value> {
    Ok(client.call("GET", &format!("{BATCHES}/{id}"), None).await?["data"].take())
}

/// Shows the pictures that are done and their rate, until the batch has ended.
async fn watch(client: &Client, id: u64) -> Result<Value> {
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}")?);
    let begun = Instant::now();
    loop {
        let batch = look(client, id).await?;
        let count = |name: &str| batch["progress"][name].as_u64().unwrap_or(0);
        let (done, failed) = (count("done"), count("failed"));
        bar.set_length(count("total"));
        bar.set_position(done + failed);
        bar.set_prefix(text(&batch["status"]).to_owned());
        let rate = (done + failed) as f64 / begun.elapsed().as_secs_f64().max(0.001);
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        bar.set_message(format!("{rate:.1} pictures/s{failed}"));
        match text(&batch["status"]) {
            "ACCEPTED" | "PROCESSING" => tokio::time::sleep(LOOK).await,
            _ => {
                bar.abandon();
                return Ok(batch);
            }
        }
    }
}

/// What became of the pictures: those without a result by name, and how many have one.
fn tell(batch: &Value) -> Result<()> {
    for error in batch["errors"].as_array().into_iter().flatten() {
        eprintln!("{}: {}", error["source"].as_str().unwrap_or("the batch"), text(&error["error"]));
    }
    let progress = &batch["progress"];
    let count = |name: &str| progress[name].as_u64().unwrap_or(0);
    print(&format!("{}: {} done, {} failed", text(&batch["status"]), count("done"), count("failed")))
}

/// A line an item; those of a batch whose answer has them all are made from it.
async fn write_results(client: &Client, batch: &Value, file: &mut fs::File) -> Result<()> {
    if let Some(url) = batch["results_url"].as_str() {
        return client.download(url, file).await;
    }
    let items = |name: &str| batch[name].as_array().cloned().unwrap_or_default();
    let mut lines = [items("results"), items("errors")].concat();
    lines.sort_by(|left, right| text(&left["source"]).as_bytes().cmp(text(&right["source"]).as_bytes()));
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(())
}
