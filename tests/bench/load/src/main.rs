//! Load on a running server, from one thread, so that the cores are left to the server. Each command prints one JSON line:
//! calls, seconds, calls a second and latencies in milliseconds from the first byte sent to the last byte read.

mod calls;
mod connection;
mod load;
mod report;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// Load on a running server; prints one JSON line.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Asynchronous edits are accepted; nobody waits for them
    Accept {
        #[command(flatten)]
        load: Load,
        /// Address of the picture to name
        #[arg(long, default_value = "http://pictures.example/photo.jpg")]
        input: String,
        /// File for the tasks made, a line each: key's line and id
        #[arg(long)]
        tasks: PathBuf,
    },
    /// Tasks are looked at
    Look {
        #[command(flatten)]
        load: Load,
        /// File that `accept` wrote
        #[arg(long)]
        tasks: PathBuf,
    },
    /// A picture is uploaded, edited and answered
    Upload {
        #[command(flatten)]
        load: Load,
        #[arg(long)]
        picture: PathBuf,
        /// `{"operations": .., "output": ..}`
        #[arg(long)]
        request: String,
    },
    /// JSON is posted, and answered with a success
    Post {
        #[command(flatten)]
        load: Load,
        /// As in `/v1/classify`
        #[arg(long)]
        path: String,
        /// File of bodies, one a line; calls take them in turn
        #[arg(long)]
        bodies: PathBuf,
    },
    /// Asynchronous edits are accepted and waited for
    Edit {
        #[command(flatten)]
        load: Load,
        /// Address of the picture, which the server must be allowed to fetch
        #[arg(long)]
        input: String,
        /// `{"operations": .., "output": ..}`
        #[arg(long)]
        request: String,
    },
}

/// How much load.
#[derive(Debug, Clone, Args)]
pub struct Load {
    /// `http://HOST:PORT`
    #[arg(long)]
    pub url: String,
    /// File of keys, one a line; calls take them in turn
    #[arg(long)]
    pub keys: PathBuf,
    /// Connections, each with one call at a time
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// No new calls after so many seconds
    #[arg(long, default_value_t = 3600.0)]
    pub seconds: f64,
    /// No more calls than this
    #[arg(long, default_value_t = usize::MAX)]
    pub calls: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let report = match Cli::parse().command {
        Command::Accept { load, input, tasks } => calls::accept(load, &input, &tasks).await?,
        Command::Look { load, tasks } => calls::look(load, &tasks).await?,
        Command::Upload { load, picture, request } => calls::upload(load, &picture, &request).await?,
        Command::Post { load, path, bodies } => calls::post_all(load, &path, &bodies).await?,
        Command::Edit { load, input, request } => calls::edit(load, &input, &request).await?,
    };
    println!("{}", report.line());
    Ok(())
}
