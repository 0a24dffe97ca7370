//! Nothing is spent on the body of a caller without a key.

use std::time::Duration;

use harness::Harness;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
