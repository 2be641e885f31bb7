//! The least of an HTTP client: what it costs is taken from the machine that the service runs on.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// One connection that stays open.
pub struct Wire {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Wire {
    pub async fn connect(address: SocketAddr, cookie: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("connected");
        stream.set_nodelay(true).expect("set");
        let head = format!(
            "POST /api/reports HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: "
        );
        Self { stream: BufReader::new(stream), head }
    }

    /// Sends a report and waits until it is acknowledged.
    pub async fn report(&mut self, body: &str) {
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await.expect("sent");
        let (mut line, mut length, mut is_first) = (String::new(), 0, true);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.expect("a header");
            if is_first {
                assert!(line.starts_with("HTTP/1.1 201"), "{line}");
                is_first = false;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await.expect("a body");
    }
}
