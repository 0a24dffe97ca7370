//! Stories of people with the server and its command, end to end. This library holds what the stories share.

pub mod webhooks;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use harness::{Answer, FileServer, Scratch, ServerProcess, binary};
use serde_json::{Value, json};
use tokio::process::Command;

/// Longest a command may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a command.
#[derive(Debug)]
pub struct Run {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `atelier` to its end.
///
/// # Panics
/// It does not end in time.
pub async fn atelier(arguments: &[&str], env: &[(&str, &str)]) -> Run {
    let mut command = Command::new(binary("atelier"));
    command.args(arguments).envs(env.iter().copied()).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("a command that ends");
    let output = output.expect("a command that runs");
    Run {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A folder for the real server, and a server of pictures it may fetch from.
#[derive(Debug)]
pub struct Home {
    pub folder: Scratch,
    pub files: FileServer,
}

impl Home {
    pub async fn new() -> Self {
        Self { folder: Scratch::new(), files: FileServer::start().await }
    }

    /// Starts the server, with further settings.
    pub fn serve(&self, settings: &[(&str, &str)]) -> ServerProcess {
        let address = self.files.address().to_string();
        let mut env = vec![("ATELIER_FETCH_ALLOW", address.as_str()), ("ATELIER_RATE_LIMITS", "off")];
        env.extend_from_slice(settings);
        ServerProcess::start(self.folder.path(), &env)
    }

    /// The data folder as an argument.
    pub fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }
}

/// A request for a small edit.
pub fn edit(input: &str) -> Value {
    json!({"input": input, "operations": {"resizing": {"width": 24}}})
}

/// The id in the answer to an accepted task.
///
/// # Panics
/// It was not accepted.
pub fn accepted(answer: Answer) -> u64 {
    answer.expect(200).json()["data"]["id"].as_u64().expect("an id")
}

/// Waits for the end of a task of a server in another process, and returns what the API shows of it.
pub async fn ended(process: &ServerProcess, id: u64) -> Value {
    let path = format!("/v1/image/edit/async/{id}?wait=20");
    let task = process.call("GET", &path).send().await.expect(200).json()["data"].clone();
    assert!(matches!(task["status"].as_str(), Some("DONE" | "ERROR" | "CANCELLED")), "{task}");
    task
}

/// Balance, held and spent as the API shows them.
pub async fn balance(process: &ServerProcess) -> Value {
    let sheet = process.call("GET", "/v1/balance").send().await.expect(200).json();
    json!([sheet["balance"], sheet["held"], sheet["spent"]])
}

/// The permission bits of a file or folder.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    metadata.permissions().mode() & 0o777
}

/// Path and query of a URL.
pub fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    format!("/{}", rest.split_once('/').map_or("", |(_, path)| path))
}
