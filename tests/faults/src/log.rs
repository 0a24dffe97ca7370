//! The log of the process under test, kept for a look.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static READY: OnceLock<()> = OnceLock::new();

struct Keep;

impl Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From here on errors are kept, in this whole process.
pub fn keep() {
    READY.get_or_init(|| {
        let lines = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::ERROR);
        // A log that was set up before stays, and the test that looks for its line says so.
        let _ = lines.with_ansi(false).with_writer(|| Keep).try_init();
    });
}

/// The kept lines with this text in them.
pub fn lines_with(text: &str) -> Vec<String> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&lines).lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}
