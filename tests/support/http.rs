//! HTTP requests as a browser makes them, byte by byte, so that a test may also make wrong ones.
//!
//! HTTP/1.0 (RFC 1945): the answer ends with the connection, and there is nothing to decode.

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::wait;

/// What to ask for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method; empty means GET.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Header lines as they are sent, such as `("Origin", "https://elsewhere.test")`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Opened {
    /// The status code.
    pub status: u16,
    /// The header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where the body comes from; the connection closes after it.
    pub body: BufReader<TcpStream>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        header(&self.headers, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}: {}", self.status, self.text()))
    }
}

/// Sends a request to a loopback port and reads the head of the answer.
pub async fn open(port: u16, request: &Request) -> Result<Opened> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    let method = if request.method.is_empty() { "GET" } else { request.method };
    let mut head = format!("{method} {} HTTP/1.0\r\n", request.path);
    if !request.headers.iter().any(|(name, _)| *name == "Host") {
        head.push_str(&format!("Host: 127.0.0.1:{port}\r\n"));
    }
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !request.body.is_empty() || method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", request.body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&request.body).await?;
    wait::within("the head of an HTTP answer", async {
        let status = line(&mut stream).await?;
        let code = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut headers = Vec::new();
        loop {
            let line = line(&mut stream).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let status = code.with_context(|| format!("no status in {status:?}"))?;
        Ok(Opened { status, headers, body: stream })
    })
    .await
}

/// Sends a request to a loopback port and reads the whole answer.
pub async fn fetch(port: u16, request: &Request) -> Result<Response> {
    let mut opened = open(port, request).await?;
    let mut body = Vec::new();
    wait::within("the body of an HTTP answer", async {
        Ok(opened.body.read_to_end(&mut body).await?)
    })
    .await?;
    Ok(Response { status: opened.status, headers: opened.headers, body })
}

/// Sends a head as it stands; whatever comes back until the connection ends, or breaks.
pub async fn exchange(port: u16, head: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(head.as_bytes()).await?;
    let mut all = Vec::new();
    wait::within("the end of an HTTP answer", async {
        // An answer that is broken off may end in a reset.
        let _ = stream.read_to_end(&mut all).await;
        Ok(())
    })
    .await?;
    Ok(all)
}

/// The value of a header; empty where it is missing.
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

async fn line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}
