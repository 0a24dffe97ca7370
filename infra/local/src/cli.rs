mod batch;
mod client;
mod config;
mod edit;
mod extract;
mod jobs;
mod operator;
mod serve;
mod watch;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use contract::settings;
use fetch::FetchConfig;
use model_fetch::command::Models;

/// How long the end waits for what still computes.
const LINGER: Duration = Duration::from_secs(1);

/// Self-hosted picture editing over HTTP.
#[derive(Debug, Parser)]
#[command(name = "atelier", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the whole API from this machine
    Serve(serve::Serve),
    /// Runs a command that starts the functions, on embedded stores that it reaches as it reaches AWS
    Watch(watch::Watch),
    /// Lists every setting with its value
    Config,
    /// Makes and lists accounts
    Accounts(operator::Accounts),
    /// Makes keys
    Keys(operator::Keys),
    /// Grants credits to an account
    Grant(operator::Grant),
    /// Edits pictures without a server
    Edit(edit::Edit),
    /// Reads data or text out of pictures, PDF and DOCX without a server
    Extract(extract::Extract),
    /// Submits, lists, watches and cancels batch jobs of a server
    Jobs(jobs::Jobs),
    /// Submits, watches and cancels edits of whole folders of a server
    Batch(batch::Batch),
    /// Brings, lists and verifies the files of the models
    Models(Models),
}

pub fn run() -> Result<()> {
    let command = Cli::parse().command;
    // Why not for `config`: it is how one finds out.
    if !matches!(command, Command::Config) {
        settings::check().context("a setting is wrong")?;
        FetchConfig::from_env().context("a setting is wrong")?;
    }
    match command {
        Command::Serve(serve) => block_on(serve.run()),
        Command::Watch(watch) => block_on(watch.run()),
        Command::Config => {
            config::print();
            Ok(())
        }
        Command::Accounts(accounts) => block_on(accounts.run()),
        Command::Keys(keys) => block_on(keys.run()),
        Command::Grant(grant) => block_on(grant.run()),
        Command::Edit(edit) => edit.run(),
        Command::Extract(extract) => block_on(extract.run()),
        Command::Jobs(jobs) => block_on(jobs.run()),
        Command::Batch(batch) => block_on(batch.run()),
        Command::Models(models) => models.run(),
    }
}

fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(work);
    // Why not by dropping it: that waits for what still computes, and nobody does.
    runtime.shutdown_timeout(LINGER);
    ended
}
