use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use atelier::{ServeOptions, Server};
use clap::Args;
use common::{Config, aws_http_client, telemetry};
use contract::settings;
use fetch::FetchConfig;
use hosted::{Hosted, HostedConfig, Wire};
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
            hosted: hosted().await.context("a setting is wrong")?,
            workers: settings::WORKERS.is_on(),
            ..ServeOptions::new(self.data)
        };
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let farewell = options.farewell;
        let server = Server::start(options).await?;
        println!("ready http://{}", server.address());
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!(
            seconds = farewell.as_secs(),
            "stopping; work in flight is finished first, or cut off"
        );
        server.stop().await;
        Ok(())
    }
}

/// The hosted model that the settings name. On Bedrock with the credentials that the tools of AWS would use.
pub async fn hosted() -> Result<Option<Hosted>> {
    engine::check_settings()?;
    let Some(config) = HostedConfig::from_env()? else { return Ok(None) };
    let connected = match config.wire {
        Wire::Bedrock => {
            let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
            let sdk = loader.http_client(aws_http_client()?).load().await;
            if sdk.region().is_none() {
                bail!("AWS_REGION is not set; ATELIER_LLM_WIRE is bedrock");
            }
            hosted_bedrock::connect(config, &sdk)
        }
        _ => Hosted::over_http(config),
    };
    connected.map(Some).map_err(|error| anyhow!(error))
}
