use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use atelier::watch::{WatchOptions, run};
use clap::Args;
use common::telemetry;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Args)]
pub struct Watch {
    /// Folder of all data
    #[arg(long, default_value = ".atelier")]
    data: PathBuf,
    /// Loopback address of the embedded stores; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Address where COMMAND takes calls and invocations
    #[arg(long, default_value = "127.0.0.1:9000")]
    invoke: SocketAddr,
    /// File for the key that a first start makes (mode 0600); without it the key is printed once
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// What starts the functions, with its arguments, as in `cargo lambda watch`
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Watch {
    pub async fn run(self) -> Result<()> {
        telemetry::init(false);
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let mut words = self.command.into_iter();
        let options = WatchOptions {
            data: self.data,
            listen: self.listen,
            invoke: self.invoke,
            key_file: self.key_file,
            command: words.next().context("a command is needed")?,
            arguments: words.collect(),
        };
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping; the functions end with their command");
        };
        run(options, |address| println!("ready http://{address}"), stop).await?;
        Ok(())
    }
}
