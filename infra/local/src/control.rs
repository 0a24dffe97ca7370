//! The operator's commands. A running server takes them on a 0600 Unix socket in its data folder, one JSON line each way;
//! without one they open the store themselves.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use contract::limits::Tier;
use contract::{Credits, Scope};
use serde::{Deserialize, Serialize};
use store::Store;
use store::accounts::OwnLimits;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::accounts::{self, AccountError, AccountRow};

const SOCKET: &str = "control.sock";
/// Bytes of a command.
const LONGEST: u64 = 64 * 1024;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    CreateAccount { name: String },
    SetTier { account: String, tier: Tier, own: OwnLimits },
    ListAccounts,
    CreateKey { account: String, name: String, scopes: Vec<Scope> },
    CreateOperatorKey,
    Grant { account: String, credits: Credits, reason: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Accounts(Vec<AccountRow>),
    /// A secret, shown this once.
    Key(String),
    Refused(String),
}

/// Carries out a command on a store.
pub async fn execute(store: &Store, command: Command) -> Outcome {
    let result: Result<Outcome, AccountError> = async {
        Ok(match command {
            Command::CreateAccount { name } => {
                accounts::create_account(store, &name).await.map(|()| Outcome::Done)?
            }
            Command::SetTier { account, tier, own } => {
                accounts::set_tier(store, &account, tier, own).await.map(|()| Outcome::Done)?
            }
            Command::ListAccounts => Outcome::Accounts(accounts::list(store).await?),
            Command::CreateKey { account, name, scopes } => {
                Outcome::Key(accounts::create_key(store, &account, &name, &scopes).await?.expose().to_owned())
            }
            Command::CreateOperatorKey => {
                Outcome::Key(accounts::create_operator_key(store).await?.expose().to_owned())
            }
            Command::Grant { account, credits, reason } => {
                accounts::grant(store, &account, credits, &reason).await.map(|()| Outcome::Done)?
            }
        })
    }
    .await;
    result.unwrap_or_else(|error| Outcome::Refused(error.to_string()))
}

/// Bytes of the longest path of a Unix socket.
const LONGEST_PATH: usize = 107;

/// Whether the folder's socket can be made: to be asked before anything is written.
pub(crate) fn check(data: &Path) -> io::Result<()> {
    let length = socket(data).as_os_str().len();
    if length > LONGEST_PATH {
        let sentence = format!(
            "its path is too long for a Unix socket: {length} bytes with the socket's name, at most {LONGEST_PATH}"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, sentence));
    }
    Ok(())
}

fn socket(data: &Path) -> PathBuf {
    data.join(SOCKET)
}

/// Takes commands until `stop` changes.
pub(crate) fn start(
    tasks: &mut JoinSet<()>,
    data: &Path,
    store: Store,
    stop: &watch::Receiver<bool>,
) -> io::Result<()> {
    let path = socket(data);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let mut stop = stop.clone();
    tasks.spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.changed() => break,
            };
            let Ok((stream, _)) = accepted else { continue };
            let store = store.clone();
            tokio::spawn(async move {
                if let Err(error) = answer(stream, &store).await {
                    tracing::warn!(error = %error, "command not answered");
                }
            });
        }
    });
    Ok(())
}

async fn answer(stream: UnixStream, store: &Store) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let outcome = match serde_json::from_str(&line) {
        Ok(command) => execute(store, command).await,
        Err(error) => Outcome::Refused(format!("not a command: {error}")),
    };
    write.write_all(serde_json::to_string(&outcome)?.as_bytes()).await?;
    write.write_all(b"\n").await
}

/// Sends a command to the server of a data folder; `None` where none runs.
pub async fn send(data: &Path, command: &Command) -> io::Result<Option<Outcome>> {
    let stream = match UnixStream::connect(socket(data)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let (read, mut write) = stream.into_split();
    write.write_all(format!("{}\n", serde_json::to_string(command)?).as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(read).read_line(&mut line).await?;
    Ok(Some(serde_json::from_str(&line)?))
}
