//! A raw SMTP submission (RFC 6409) of one message, so that mail can arrive without the bridge.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io::ErrorKind;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{Person, wait};

/// There is no reply to come.
#[derive(Debug)]
struct Closed;

impl Display for Closed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the server closed the connection")
    }
}

impl Error for Closed {}

/// Hands a message over on a loopback port; returns the replies of the recipients that were refused.
pub async fn submit(
    port: u16,
    from: &Person,
    recipients: &[&str],
    message: &[u8],
) -> Result<Vec<String>> {
    let mut stream = wait::until("submission to let somebody in", || enter(port, from)).await?;
    say(&mut stream, format!("MAIL FROM:<{}>", from.address).as_bytes(), "250").await?;
    let mut refused = Vec::new();
    for recipient in recipients {
        let reply = ask(&mut stream, format!("RCPT TO:<{recipient}>").as_bytes()).await?;
        if !reply.starts_with("25") {
            refused.push(reply);
        }
    }
    if refused.len() < recipients.len() {
        say(&mut stream, b"DATA", "354").await?;
        let text = std::str::from_utf8(message).context("the tests' messages are UTF-8")?;
        let stuffed = text.replace("\r\n.", "\r\n..");
        say(&mut stream, format!("{}\r\n.", stuffed.trim_end()).as_bytes(), "250").await?;
    }
    say(&mut stream, b"QUIT", "221").await?;
    Ok(refused)
}

/// Signs in; none where the server cannot check passwords just now: it says so (454, RFC 4954 §6),
/// or closes the connection, as Postfix does while Dovecot is being started anew.
async fn enter(port: u16, from: &Person) -> Result<Option<BufReader<TcpStream>>> {
    match introduce(port, from).await {
        Err(error) if is_closed(&error) => Ok(None),
        other => other,
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    error.is::<Closed>() || matches!(kind, Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
}

async fn introduce(port: u16, from: &Person) -> Result<Option<BufReader<TcpStream>>> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    expect(&mut stream, "220").await?;
    say(&mut stream, b"EHLO tests", "250").await?;
    let steps = [
        ("AUTH LOGIN".to_owned(), "334"),
        (STANDARD.encode(&from.address), "334"),
        (STANDARD.encode(&from.password), "235"),
    ];
    for (line, code) in steps {
        let reply = ask(&mut stream, line.as_bytes()).await?;
        if reply.starts_with("454") {
            return Ok(None);
        }
        ensure!(reply.starts_with(code), "expected {code}, was answered {reply}");
    }
    Ok(Some(stream))
}

async fn say(stream: &mut BufReader<TcpStream>, line: &[u8], code: &str) -> Result<()> {
    let reply = ask(stream, line).await?;
    ensure!(reply.starts_with(code), "expected {code}, was answered {reply}");
    Ok(())
}

async fn ask(stream: &mut BufReader<TcpStream>, line: &[u8]) -> Result<String> {
    // In one write: the second of two would wait for the other side's delayed ACK.
    stream.write_all(&[line, b"\r\n"].concat()).await?;
    reply(stream).await
}

async fn expect(stream: &mut BufReader<TcpStream>, code: &str) -> Result<()> {
    let reply = reply(stream).await?;
    ensure!(reply.starts_with(code), "expected {code}, was answered {reply}");
    Ok(())
}

/// The last line of a reply that may have several (RFC 5321 §4.2.1).
async fn reply(stream: &mut BufReader<TcpStream>) -> Result<String> {
    wait::within("an SMTP reply", async {
        loop {
            let mut line = String::new();
            let read = stream.read_line(&mut line).await?;
            ensure!(read > 0, Closed);
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.trim_end().to_owned());
            }
        }
    })
    .await
}
