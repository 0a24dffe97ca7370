//! The command, with everything that it starts in one process group.

use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Command;

use super::environment::REMOVED;

/// How long the command may take to end once it is asked to.
const FAREWELL: Duration = Duration::from_secs(10);

pub struct Child {
    process: tokio::process::Child,
    group: Option<Pid>,
}

impl Child {
    pub fn start(
        command: &OsString,
        arguments: &[OsString],
        variables: Vec<(String, String)>,
    ) -> io::Result<Self> {
        let mut process = Command::new(command);
        process.args(arguments).envs(variables).stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        for name in REMOVED {
            process.env_remove(name);
        }
        let process = process.spawn()?;
        let group = process.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        Ok(Self { process, group })
    }

    /// Waits until the command has ended by itself.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.process.wait().await
    }

    /// Asks the group to end, and makes it where it does not.
    pub async fn end(&mut self) {
        self.signal(Signal::SIGTERM);
        if tokio::time::timeout(FAREWELL, self.process.wait()).await.is_err() {
            tracing::warn!("the command did not end when asked; it is killed");
        }
        // Also who outlived the command: a function, or the build of one.
        self.signal(Signal::SIGKILL);
        if let Err(error) = self.process.wait().await {
            tracing::warn!(%error, "the command's end was not seen");
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group
            && let Err(error) = killpg(group, signal)
            && error != nix::errno::Errno::ESRCH
        {
            tracing::warn!(%error, "the command's processes were not sent {signal}");
        }
    }
}
