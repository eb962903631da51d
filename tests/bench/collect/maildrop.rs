//! A POP3 server whose messages are made when they are asked for: a maildrop of any size takes no
//! memory.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is said at once.
const LINE: &str = "The meeting about the invoice is on Thursday, the report follows; regards, Ben";

/// A maildrop of equal messages; it ends when dropped.
pub struct Maildrop {
    pub port: u16,
    serving: JoinHandle<()>,
}

impl Drop for Maildrop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// How many messages there are, and how many lines each has.
struct Shape {
    messages: usize,
    lines: usize,
}

impl Maildrop {
    /// Serves so many messages of so many octets, about.
    pub async fn serve(messages: usize, octets: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shape = Arc::new(Shape { messages, lines: octets / (LINE.len() + 12) });
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shape = shape.clone();
                // A session that breaks is over.
                tokio::spawn(async move { shape.session(stream).await.ok() });
            }
        });
        Ok(Self { port, serving })
    }
}

impl Shape {
    async fn session(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let (read, write) = stream.into_split();
        let (mut read, mut write) =
            (BufReader::new(read), BufWriter::with_capacity(1 << 16, write));
        write.write_all(b"+OK\r\n").await?;
        let mut line = String::new();
        loop {
            // What was asked for ahead is answered in one go.
            if read.buffer().is_empty() {
                write.flush().await?;
            }
            line.clear();
            if read.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let mut words = line.split_whitespace();
            let verb = words.next().unwrap_or_default().to_ascii_uppercase();
            let number: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
            match verb.as_str() {
                "CAPA" => {
                    let capa = b"+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n";
                    write.write_all(capa).await?;
                }
                "LIST" | "UIDL" => self.list(&mut write).await?,
                "RETR" => self.message(number, &mut write).await?,
                "TOP" => {
                    let header = header(number);
                    write.write_all(format!("+OK\r\n{header}\r\n.\r\n").as_bytes()).await?;
                }
                "QUIT" => {
                    write.write_all(b"+OK\r\n").await?;
                    return Ok(write.flush().await?);
                }
                _ => write.write_all(b"+OK\r\n").await?,
            }
        }
    }

    async fn list(&self, write: &mut BufWriter<OwnedWriteHalf>) -> Result<()> {
        write.write_all(b"+OK\r\n").await?;
        for number in 1..=self.messages {
            // As good as a size, and as good as a uidl.
            write.write_all(format!("{number} {}\r\n", 1_000_000 + number).as_bytes()).await?;
        }
        Ok(write.write_all(b".\r\n").await?)
    }

    async fn message(&self, number: usize, write: &mut BufWriter<OwnedWriteHalf>) -> Result<()> {
        write.write_all(format!("+OK\r\n{}\r\n", header(number)).as_bytes()).await?;
        let mut text = String::new();
        for line in 0..self.lines {
            write!(text, "{LINE} {:08}\r\n", (number + line) % 10_000)?;
            if text.len() > 1 << 15 {
                write.write_all(text.as_bytes()).await?;
                text.clear();
            }
        }
        write.write_all(text.as_bytes()).await?;
        Ok(write.write_all(b".\r\n").await?)
    }
}

fn header(number: usize) -> String {
    format!(
        "From: Ben <ben@example.test>\r\nTo: anna@example.test\r\nSubject: Number {number}\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@example.test>\r\n"
    )
}
