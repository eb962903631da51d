//! The rest of the internet, as far as a browser is told: one port that counts whoever comes.
//!
//! It speaks HTTP in the clear and over TLS, and answers so that whoever asks goes on: a script that
//! tells of itself, a style sheet that wants another, a page that leads elsewhere.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::Acceptor;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::LazyConfigAcceptor;

/// What begins a TLS handshake.
const HANDSHAKE: u8 = 0x16;
/// A request with more lines than this is none.
const LINES: usize = 200;

/// Who came since somebody looked.
#[derive(Debug, Default)]
struct Seen {
    connections: u64,
    /// Of each its name of the host.
    handshakes: Vec<String>,
    requests: Vec<Value>,
}

/// A listening sentinel; it ends with the stage.
#[derive(Debug)]
pub struct Sentinel {
    /// Where it listens on loopback.
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Sentinel {
    /// Starts to listen on a port of its own.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let sentinel = Self { port: listener.local_addr()?.port(), seen: Arc::default() };
        let (seen, config) = (sentinel.seen.clone(), config()?);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, config) = (seen.clone(), config.clone());
                tokio::spawn(async move { receive(stream, &seen, &config).await });
            }
        });
        Ok(sentinel)
    }

    /// Who came since the last look.
    pub fn look(&self) -> Value {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        json!({
            "connections": seen.connections,
            "handshakes": seen.handshakes,
            "requests": seen.requests,
        })
    }
}

/// Any certificate will do: the browser is told to take what it gets.
fn config() -> Result<Arc<ServerConfig>> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["leak.test".into()])?.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(Arc::new(config))
}

async fn receive(stream: TcpStream, seen: &Mutex<Seen>, config: &Arc<ServerConfig>) -> Result<()> {
    seen.lock().unwrap_or_else(PoisonError::into_inner).connections += 1;
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first[0] == HANDSHAKE {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let host = start.client_hello().server_name().unwrap_or_default().to_owned();
        seen.lock().unwrap_or_else(PoisonError::into_inner).handshakes.push(host);
        return answer(start.into_stream(config.clone()).await?, "https", seen).await;
    }
    answer(stream, "http", seen).await
}

/// Answers one request, and that is all.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    scheme: &str,
    seen: &Mutex<Seen>,
) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if line.trim_end().is_empty() || head.len() > LINES {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let field = |name: &str| {
        let named = |line: &&String| {
            line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name))
        };
        let line = head.iter().find(named);
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    };
    let asked = head.first().context("a request begins with a line")?;
    let path = asked.split(' ').nth(1).unwrap_or_default();
    let kind = field("sec-fetch-dest");
    let request = json!({
        "url": format!("{scheme}://{}{path}", field("host")),
        "kind": kind,
        "referer": field("referer"),
        "cookie": field("cookie"),
    });
    let (content_type, body) = content(kind);
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    seen.lock().unwrap_or_else(PoisonError::into_inner).requests.push(request);
    Ok(stream.write_all(reply.as_bytes()).await?)
}

/// What does most harm where it is let in.
fn content(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "script" => ("text/javascript", "alert('from elsewhere')"),
        "style" => ("text/css", "@import url(//leak.test/again.css);"),
        "image" => ("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        _ => ("text/html", "<script>alert('from elsewhere')</script>"),
    }
}
