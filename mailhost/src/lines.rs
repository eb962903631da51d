//! A connection that speaks in lines, for POP3 and submission.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// The connection has to close.
pub(crate) struct Closed;

/// Both directions of a connection.
pub(crate) struct Lines {
    /// What comes.
    pub(crate) reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    longest: u64,
}

impl Lines {
    /// Over a connection; no line may have more octets than `longest`.
    pub(crate) fn new(stream: TcpStream, longest: u64) -> Self {
        // Without it small answers would wait for their ACK.
        let _ = stream.set_nodelay(true);
        let (read, writer) = stream.into_split();
        Self { reader: BufReader::new(read), writer, longest }
    }

    /// The next line without its end.
    pub(crate) async fn line(&mut self) -> Result<String, Closed> {
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(self.longest);
        limited.read_until(b'\n', &mut line).await.map_err(|_| Closed)?;
        let line = line.strip_suffix(b"\n").ok_or(Closed)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(String::from_utf8_lossy(line).into_owned())
    }

    /// Sends octets as they are.
    pub(crate) async fn send(&mut self, octets: &[u8]) -> Result<(), Closed> {
        self.writer.write_all(octets).await.map_err(|_| Closed)
    }

    /// Reads until the other side closes.
    pub(crate) async fn stall(&mut self) -> Closed {
        let _ = tokio::io::copy(&mut self.reader, &mut tokio::io::sink()).await;
        Closed
    }
}
