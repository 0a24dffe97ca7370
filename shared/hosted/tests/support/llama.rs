//! llama.cpp with a model of 135 million parameters, started for a test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hosted::HostedConfig;

/// Ends with its standard input, also when this process is killed.
pub struct Llama {
    process: Child,
    address: SocketAddr,
}

impl Llama {
    /// `script`: `serve` of the folder `llama` beside this one.
    pub fn start(script: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("loopback has a free port");
        let process = Command::new(script)
            .arg(address.port().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the script runs");
        let mut llama = Self { process, address };
        let begun = Instant::now();
        while !llama.is_ready() {
            assert!(begun.elapsed() < Duration::from_secs(300), "the server does not get ready");
            let ended = llama.process.try_wait().expect("a child");
            assert!(ended.is_none(), "the server ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        llama
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let asked = stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// Settings of an operator who names its URL and nothing else.
    pub fn config(&self) -> HostedConfig {
        let url = format!("http://{}/v1", self.address);
        let config = HostedConfig::from_variables(|name| (name == "ATELIER_LLM_URL").then(|| url.clone()));
        config.expect("right settings").expect("a model")
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
