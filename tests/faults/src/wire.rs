//! Raw bytes on a connection, without a careful client between.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends raw bytes and reads until the server closes, or for as long as `limit`. A server that closes while we still send
/// is no failure.
pub async fn exchange(address: SocketAddr, bytes: &[u8], limit: Duration) -> Vec<u8> {
    let Ok(stream) = TcpStream::connect(address).await else { return Vec::new() };
    let (mut reader, mut writer) = stream.into_split();
    let mut answer = Vec::new();
    let send = async {
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..count]);
        }
    };
    let both = async {
        tokio::select! { () = send => {}, () = read => {} }
    };
    let _ = tokio::time::timeout(limit, both).await;
    answer
}

/// The status of a raw answer; 0 where there is none.
pub fn status(answer: &[u8]) -> u16 {
    let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok()).unwrap_or(0)
}

/// Sends a head and then chunks for as long as the server takes them and `most` bytes are not reached. How many bytes of
/// chunks went out, and the answer.
pub async fn pour(address: SocketAddr, head: &str, most: usize, limit: Duration) -> (usize, Vec<u8>) {
    let Ok(stream) = TcpStream::connect(address).await else { return (0, Vec::new()) };
    let (mut reader, mut writer) = stream.into_split();
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend(std::iter::repeat_n(b' ', 0x10000));
    chunk.extend_from_slice(b"\r\n");
    let until = Instant::now() + limit;
    let mut answer = Vec::new();
    let mut sent = 0;
    let pour = async {
        if writer.write_all(head.as_bytes()).await.is_err() {
            return;
        }
        while sent < most && Instant::now() < until && writer.write_all(&chunk).await.is_ok() {
            sent += 0x10000;
        }
        let _ = writer.write_all(b"0\r\n\r\n").await;
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..count]);
            if status(&answer) >= 400 {
                return;
            }
        }
    };
    let both = async {
        tokio::select! { () = pour => {}, () = read => {} }
    };
    let _ = tokio::time::timeout(limit, both).await;
    (sent, answer)
}

/// Resident memory of a process in bytes.
pub fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a living process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    kilobytes * 1024
}
