//! What callers without a key and a broken surrounding cannot do to a server.

use std::process::Stdio;
use std::time::Duration;

use harness::{Harness, Scratch, binary};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::subject::bounded;

#[tokio::test]
async fn the_body_of_a_caller_without_a_key_is_not_waited_for() {
    bounded(30, async {
        let harness = Harness::start().await;
        for key in ["", "Authorization: Bearer atl_live_00000000000000000000000000000000\r\n"] {
            let mut stream = TcpStream::connect(harness.server.address()).await.expect("a connection");
            let head = format!(
                "POST /v1-beta1/image/edit/upload HTTP/1.1\r\nHost: localhost\r\n{key}\
                 Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 19000000\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.expect("the head is sent");
            let mut answer = vec![0; 12];
            let read = tokio::time::timeout(Duration::from_secs(3), stream.read_exact(&mut answer)).await;
            read.expect("an answer before the body").expect("an answer");
            assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 401");
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_sends_nothing_or_one_byte_is_closed_in_time() {
    bounded(40, async {
        let harness = Harness::start().await;
        for sent in ["", "P"] {
            let mut stream = TcpStream::connect(harness.server.address()).await.expect("a connection");
            stream.write_all(sent.as_bytes()).await.expect("sent");
            let mut answer = Vec::new();
            let closed = tokio::time::timeout(Duration::from_secs(18), stream.read_to_end(&mut answer)).await;
            assert!(closed.is_ok(), "still open after {sent:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_that_cannot_be_written_breaks_no_call() {
    bounded(60, async {
        let scratch = Scratch::new();
        let mut server = Command::new(binary("atelier"));
        server.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(scratch.join("data"));
        server.arg("--key-file").arg(scratch.join("key")).kill_on_drop(true);
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a server");
        drop(server.stderr.take());
        let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
        let ready = lines.next_line().await.expect("a line").expect("ready");
        let address = ready.strip_prefix("ready http://").expect("its address");
        for _ in 0..3 {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            let request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
        }
    })
    .await;
}
