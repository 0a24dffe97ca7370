//! The real binary as a child.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Call;

/// Longest a start or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A binary of the workspace, beside the test's own.
///
/// # Panics
/// Where it was not built.
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of the test's own binary");
    let folder = own.ancestors().find(|folder| folder.ends_with("deps")).and_then(Path::parent);
    let folder = folder.or(own.parent()).expect("the folder of the test's own binary");
    let path = folder.join(name);
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

/// `atelier serve` on a data folder, with a free port of 127.0.0.1. Killed when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    key_file: PathBuf,
    log: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts the server with `data/` and `key` in `folder`, and waits until it is ready.
    ///
    /// # Panics
    /// Where it ends instead, or is not ready in time; with what it wrote on stderr.
    pub fn start(folder: &Path, env: &[(&str, &str)]) -> Self {
        Self::try_start(folder, env).unwrap_or_else(|log| panic!("the server did not start: {log}"))
    }

    /// As [`ServerProcess::start`]; what it wrote on stderr where it did not become ready.
    pub fn try_start(folder: &Path, env: &[(&str, &str)]) -> Result<Self, String> {
        let key_file = folder.join("key");
        let mut command = Command::new(binary("atelier"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("data"));
        command.arg("--key-file").arg(&key_file);
        command.envs(env.iter().copied());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let lines = lines(child.stdout.take().expect("a piped stdout"));
        let log = collected(child.stderr.take().expect("a piped stderr"));
        let mut process = Self { child, address: ([127, 0, 0, 1], 0).into(), key_file, log };
        process.address = process.ready(&lines)?;
        Ok(process)
    }

    fn ready(&mut self, lines: &Receiver<String>) -> Result<SocketAddr, String> {
        let until = Instant::now() + PATIENCE;
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(address) = line.strip_prefix("ready http://") {
                        return address.trim().parse().map_err(|_| line);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(format!("not ready in time: {}", self.log())),
                Err(RecvTimeoutError::Disconnected) => {
                    // Why wait: its last words on stderr may still be on their way.
                    let _ = self.wait();
                    std::thread::sleep(Duration::from_millis(50));
                    return Err(self.log());
                }
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://HOST:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The secret that the first start on this folder wrote.
    pub fn key(&self) -> String {
        std::fs::read_to_string(&self.key_file).expect("the key file").trim().to_owned()
    }

    pub fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// A call with the key of the first start.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path).key(&self.key())
    }

    /// Everything on stderr so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SIGKILL, and gone when this returns.
    pub fn kill9(&mut self) {
        self.child.kill().expect("a child that can be killed");
        self.child.wait().expect("a child that ends");
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// SIGINT, as Ctrl-C sends it, without waiting.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} was not sent");
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// Where it does not come in time.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child that can be waited for") {
                return status;
            }
            assert!(Instant::now() < until, "the server did not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail only where the child is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stdout: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Why go on without a receiver: a child with a full pipe would stand still.
            let _ = sender.send(line);
        }
    });
    receiver
}

fn collected(stderr: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let log = Arc::new(Mutex::new(String::new()));
    let writer = Arc::clone(&log);
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut log = writer.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
    log
}
