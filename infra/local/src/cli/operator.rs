//! Accounts, keys and grants: on AWS, on the server of the data folder, or on the folder itself.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use atelier::control::{Command, Outcome, execute, send};
use atelier::open_store;
use clap::{Args, Subcommand};
use common::{Config, Platform, aws_http_client, aws_platform};
use contract::limits::Tier;
use contract::{Credits, Scope};
use embedded::{Embedded, EmbeddedOptions, holds_data};
use store::accounts::OwnLimits;

#[derive(Debug, Args)]
struct Target {
    /// Work on the tables that the environment names, with the environment's AWS credentials
    #[arg(long, global = true)]
    aws: bool,
    /// Folder of all data
    #[arg(long, global = true, default_value = ".atelier")]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub struct Accounts {
    #[command(subcommand)]
    action: AccountAction,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum AccountAction {
    /// Makes an account with an empty balance
    Create { name: String },
    /// Puts an account into a tier, which limits classify and tag
    Tier {
        name: String,
        /// developer, production or enterprise
        tier: String,
        /// Instead of the tier's own; as the next two
        #[arg(long)]
        requests: Option<u32>,
        /// Tokens a minute
        #[arg(long)]
        tokens: Option<u32>,
        /// Calls at the same time
        #[arg(long)]
        concurrent: Option<u32>,
    },
    /// Lists accounts with their balances
    List,
}

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    action: KeyAction,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum KeyAction {
    /// Makes a key and prints it, this once
    Create {
        #[arg(long, default_value = "default")]
        account: String,
        #[arg(long, default_value = "command line")]
        name: String,
        /// Comma between; `admin` is all of them
        #[arg(long, value_delimiter = ',', default_value = "admin")]
        scopes: Vec<String>,
        /// A key that grants credits and does nothing else
        #[arg(long, conflicts_with_all = ["account", "scopes"])]
        operator: bool,
    },
}

#[derive(Debug, Args)]
pub struct Grant {
    account: String,
    /// Negative takes back what is available
    #[arg(allow_negative_numbers = true)]
    credits: String,
    #[arg(long, default_value = "granted by the operator")]
    reason: String,
    #[command(flatten)]
    target: Target,
}

impl Accounts {
    pub async fn run(self) -> Result<()> {
        let command = match self.action {
            AccountAction::Create { name } => Command::CreateAccount { name },
            AccountAction::Tier { name, tier, requests, tokens, concurrent } => {
                let tier = Tier::parse(&tier).with_context(|| format!("there is no tier {tier}"))?;
                let own = OwnLimits { requests_per_minute: requests, tokens_per_minute: tokens, concurrent };
                Command::SetTier { account: name, tier, own }
            }
            AccountAction::List => Command::ListAccounts,
        };
        self.target.carry_out(command).await
    }
}

impl Keys {
    pub async fn run(self) -> Result<()> {
        let KeyAction::Create { account, name, scopes, operator } = self.action;
        let command = if operator {
            Command::CreateOperatorKey
        } else {
            let scopes = scopes
                .iter()
                .map(|name| Scope::parse(name).with_context(|| format!("there is no scope {name}")));
            Command::CreateKey { account, name, scopes: scopes.collect::<Result<_>>()? }
        };
        self.target.carry_out(command).await
    }
}

impl Grant {
    pub async fn run(self) -> Result<()> {
        let credits: Credits =
            serde_json::from_str(&self.credits).context("credits are a number with at most 6 decimals")?;
        let command = Command::Grant { account: self.account, credits, reason: self.reason };
        self.target.carry_out(command).await
    }
}

impl Target {
    async fn carry_out(&self, command: Command) -> Result<()> {
        match self.outcome(command).await? {
            Outcome::Done => println!("done"),
            Outcome::Key(secret) => println!("{secret}"),
            Outcome::Accounts(rows) => {
                for row in rows {
                    println!(
                        "{}\tbalance {}\theld {}\tspent {}",
                        row.account, row.balance, row.held, row.spent
                    );
                }
            }
            Outcome::Refused(why) => bail!(why),
        }
        Ok(())
    }

    async fn outcome(&self, command: Command) -> Result<Outcome> {
        if self.aws {
            return Ok(execute(&on_aws().await?.store, command).await);
        }
        if let Some(outcome) = send(&self.data, &command).await.context("the server did not answer")? {
            return Ok(outcome);
        }
        // Why: a folder named by mistake must not become one of data.
        if !holds_data(&self.data) && !matches!(command, Command::CreateAccount { .. }) {
            bail!("there is no data folder {}", self.data.display());
        }
        let embedded = Embedded::open(&self.data, &EmbeddedOptions::default())?;
        let (store, _) = open_store(&embedded, "http://localhost").await?;
        let outcome = execute(&store, command).await;
        embedded.close().await;
        Ok(outcome)
    }
}

/// AWS with whatever credentials the SDK finds on this machine.
async fn on_aws() -> Result<Platform> {
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(aws_http_client()?);
    aws_platform(Config::from_env(), &loader.load().await).map_err(|error| anyhow::anyhow!(error))
}
