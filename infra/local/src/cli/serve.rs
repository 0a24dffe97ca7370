use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use atelier::{ServeOptions, Server};
use clap::Args;
use common::{Config, telemetry};
use contract::settings;
use fetch::FetchConfig;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Folder of all data
    #[arg(long, default_value = ".atelier")]
    data: PathBuf,
    /// File for the key that a first start makes (mode 0600); without it the key is printed once
    #[arg(long)]
    key_file: Option<PathBuf>,
}

impl Serve {
    pub async fn run(self) -> Result<()> {
        telemetry::init(false);
        let options = ServeOptions {
            listen: self.listen,
            key_file: self.key_file,
            config: Config::from_env(),
            fetch: FetchConfig::from_env().context("a setting is wrong")?,
            workers: settings::WORKERS.is_on(),
            ..ServeOptions::new(self.data)
        };
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let server = Server::start(options).await?;
        println!("ready http://{}", server.address());
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping; work in flight is finished first");
        server.stop().await;
        Ok(())
    }
}
