//! A malicious mail server: a real one with somebody in between who garbles what it says.
//!
//! The proxy passes commands on as they are and plays tricks on answers: bytes turned, cut, doubled,
//! lines that real servers once said in place of these, giant literals, lines without an end,
//! parentheses by the thousand, wrong tags, early closes, slow drips. What it said is watched, so
//! that a test knows whether "empty" was ever really said.

mod corpus;
mod spoken;
mod tokens;
mod trick;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, copy};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::chance::Chance;
use corpus::Corpus;
use spoken::Spoken;
use trick::Trick;

/// Whose way of garbling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Octets of answers turned, cut, doubled.
    Octets,
    /// Lines made of the tokens of the protocol.
    Tokens,
    /// Lines that real servers said, and mutations of them.
    Transcripts,
    /// All of it, with everything that costs memory and time.
    Everything,
}

/// The one in between; a handle to clone freely.
#[derive(Debug, Clone)]
pub struct Malice {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    style: Style,
    corpus: Corpus,
    /// One line in so many is garbled; 0: none.
    rate: AtomicU32,
    /// Connections wait for ever on a stall only where a test has time for it.
    stalls: AtomicBool,
    tricks: AtomicU64,
    spoken: Spoken,
    seeds: AtomicU64,
    /// The most octets that one trick sends.
    large: usize,
    /// Every connection ends when this changes.
    cuts: watch::Sender<u32>,
}

impl Malice {
    /// One that garbles a line in ten; `large` is how much one trick may send.
    pub fn new(style: Style, seed: u64, large: usize) -> Self {
        let inner = Inner {
            style,
            corpus: Corpus::load(),
            rate: AtomicU32::new(10),
            stalls: AtomicBool::new(true),
            tricks: AtomicU64::new(0),
            spoken: Spoken::default(),
            seeds: AtomicU64::new(seed),
            large,
            cuts: watch::Sender::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Garbles one line in `rate`, or none where that is 0.
    pub fn set_rate(&self, rate: u32) {
        self.inner.rate.store(rate, Ordering::Relaxed);
    }

    /// Whether a trick may be to say nothing more.
    pub fn set_stalls(&self, stalls: bool) {
        self.inner.stalls.store(stalls, Ordering::Relaxed);
    }

    /// Closes every connection.
    pub fn cut(&self) {
        self.inner.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many tricks were played.
    pub fn tricks(&self) -> u64 {
        self.inner.tricks.load(Ordering::Relaxed)
    }

    /// Whether since the last call something was said that means: there is no message.
    pub fn said_empty(&self) -> bool {
        self.inner.spoken.take_empty()
    }

    /// The same, and it is not forgotten.
    pub fn has_said_empty(&self) -> bool {
        self.inner.spoken.has_empty()
    }

    /// How many lines of other servers it knows.
    pub fn lines_known(&self) -> usize {
        self.inner.corpus.len()
    }

    /// Listens on a loopback port and serves there in place of the server on `port`.
    pub async fn listen(&self, port: u16) -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = listener.local_addr()?.port();
        let malice = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let malice = malice.clone();
                tokio::spawn(async move { malice.between(stream, port).await });
            }
        });
        Ok(own)
    }

    /// Stands between a program and the server on `port` until either closes.
    pub async fn between<S: AsyncRead + AsyncWrite + Send + 'static>(&self, stream: S, port: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
        let seed = self.inner.seeds.fetch_add(1, Ordering::Relaxed);
        let mut cut = self.inner.cuts.subscribe();
        let (said, mut commands) = server.into_split();
        let (mut asked, mut answers) = tokio::io::split(stream);
        tokio::select! {
            _ = copy(&mut asked, &mut commands) => {}
            _ = cut.changed() => {}
            () = self.garble(said, &mut answers, Chance::new(seed)) => {}
        }
    }

    async fn garble(
        &self,
        said: OwnedReadHalf,
        answers: &mut (impl AsyncWrite + Unpin),
        mut chance: Chance,
    ) {
        let mut said = BufReader::new(said);
        let mut line = Vec::new();
        loop {
            // A line, or as much as has come: what is deflated has no lines.
            let Ok(come) = said.fill_buf().await else { return };
            let end = come.iter().position(|byte| *byte == b'\n').map_or(come.len(), |at| at + 1);
            line.clear();
            line.extend_from_slice(&come[..end]);
            said.consume(end);
            if line.is_empty() {
                return;
            }
            let rate = self.inner.rate.load(Ordering::Relaxed) as usize;
            let trick = match rate > 0 && chance.one_in(rate) {
                true => {
                    self.inner.tricks.fetch_add(1, Ordering::Relaxed);
                    self.trick(&line, &mut chance)
                }
                false => Trick::Say(std::mem::take(&mut line)),
            };
            if self.play(trick, answers).await.is_none() {
                return;
            }
        }
    }

    fn trick(&self, line: &[u8], chance: &mut Chance) -> Trick {
        let Inner { style, corpus, large, .. } = &*self.inner;
        let trick = match style {
            Style::Octets => Trick::Say(trick::mutate(line, chance)),
            Style::Tokens => Trick::Say(tokens::line(line, chance)),
            Style::Transcripts => Trick::Say(corpus.line(line, chance)),
            Style::Everything => trick::any(line, chance, (corpus, *large)),
        };
        match trick {
            Trick::Stall if !self.inner.stalls.load(Ordering::Relaxed) => Trick::Close,
            trick => trick,
        }
    }

    /// Plays a trick; none where the connection has to end.
    async fn play(&self, trick: Trick, answers: &mut (impl AsyncWrite + Unpin)) -> Option<()> {
        match trick {
            Trick::Say(bytes) => {
                self.inner.spoken.hear(&bytes);
                answers.write_all(&bytes).await.ok()?;
            }
            Trick::Drip(bytes) => {
                self.inner.spoken.hear(&bytes);
                for byte in bytes {
                    answers.write_all(&[byte]).await.ok()?;
                    answers.flush().await.ok()?;
                    tokio::task::yield_now().await;
                }
            }
            Trick::Pour { head, filler, octets } => {
                self.inner.spoken.hear(&[&head, filler].concat());
                answers.write_all(&head).await.ok()?;
                let chunk = filler.repeat((64 << 10) / filler.len());
                let mut left = octets;
                while left > 0 {
                    let part = left.min(chunk.len());
                    answers.write_all(&chunk[..part]).await.ok()?;
                    left -= part;
                }
            }
            Trick::Stall => std::future::pending().await,
            Trick::Close => return None,
        }
        answers.flush().await.ok()
    }
}
