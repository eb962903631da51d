//! The page's end of the link, over tokio-tungstenite: calls with their replies, and the events as they come.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use postern_shared::api::{Call, Reply};
use postern_shared::error::CallError;
use postern_shared::event::Event;
use postern_shared::frame::{self, CallId, DEFLATED, PROTOCOL_VERSION, ToBridge, ToPage};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, http};

use crate::wait;

type Waiting = Arc<Mutex<HashMap<CallId, oneshot::Sender<Result<Reply, CallError>>>>>;

/// An open link: hello has been exchanged.
pub struct Link {
    writer: SplitSink<WebSocketStream<TcpStream>, Message>,
    waiting: Waiting,
    next: u32,
    events: mpsc::UnboundedReceiver<Event>,
    reader: tokio::task::JoinHandle<()>,
}

/// What a browser says when it opens `/ws`.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The bridge's port on loopback.
    pub port: u16,
    /// The path of the link, base path included.
    pub path: String,
    /// The page's origin.
    pub origin: String,
    /// The session's cookie.
    pub cookie: String,
}

/// Upgrades to a WebSocket and says nothing yet.
pub async fn upgrade(handshake: &Handshake) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", handshake.port)).await?;
    stream.set_nodelay(true)?;
    let host = format!("127.0.0.1:{}", handshake.port);
    let request = http::Request::get(format!("ws://{host}{}", handshake.path))
        .header("Host", &host)
        .header("Origin", &handshake.origin)
        .header("Cookie", &handshake.cookie)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key())
        .body(())?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let (stream, _) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
    Ok(stream)
}

/// Sends one frame.
pub async fn send(stream: &mut WebSocketStream<TcpStream>, frame: &ToBridge) -> Result<()> {
    Ok(stream.send(Message::Binary(frame::encode(frame).into())).await?)
}

/// Receives the next frame; none when the bridge has closed the link.
pub async fn receive<S>(stream: &mut S) -> Result<Option<ToPage>>
where
    S: StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    loop {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => return Ok(Some(decode(&bytes)?)),
            Some(Ok(Message::Close(_))) | None => return Ok(None),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
        }
    }
}

fn decode(bytes: &[u8]) -> Result<ToPage> {
    match bytes.split_first() {
        Some((&DEFLATED, body)) => {
            let mut plain = Vec::new();
            flate2::read::DeflateDecoder::new(body).read_to_end(&mut plain)?;
            Ok(frame::decode_body(&plain)?)
        }
        _ => Ok(frame::decode(bytes)?),
    }
}

impl Link {
    /// Opens a link and exchanges hello; a goodbye is the error, as a [`CallError`].
    pub async fn open(handshake: &Handshake) -> Result<Self> {
        let mut stream = upgrade(handshake).await?;
        let hello = ToBridge::Hello { protocol: PROTOCOL_VERSION, build: "tests".into() };
        send(&mut stream, &hello).await?;
        match wait::within("the bridge's hello", receive(&mut stream)).await? {
            Some(ToPage::Hello { .. }) => {}
            Some(ToPage::Goodbye(error)) => return Err(error.into()),
            other => bail!("the bridge opened with {other:?}"),
        }
        let (writer, reader) = stream.split();
        let waiting = Waiting::default();
        let (sender, events) = mpsc::unbounded_channel();
        let reader = tokio::spawn(dispatch(reader, Arc::clone(&waiting), sender));
        Ok(Self { writer, waiting, next: 0, events, reader })
    }

    /// Asks and waits for the answer; the bridge's refusal is the error, as a [`CallError`].
    pub async fn call<C: Call>(&mut self, call: C) -> Result<C::Reply> {
        let reply = self.ask(call).await?.1;
        let reply = wait::within("a reply", async { Ok(reply.await?) }).await??;
        C::unwrap(reply).context("the call was answered with another call's reply")
    }

    /// Asks for something that must be refused, and returns the refusal.
    pub async fn refusal<C: Call>(&mut self, call: C) -> Result<CallError>
    where
        C::Reply: std::fmt::Debug,
    {
        match self.call(call).await {
            Ok(reply) => bail!("expected a refusal, was answered {reply:?}"),
            Err(error) => error.downcast::<CallError>(),
        }
    }

    /// Asks without waiting.
    pub async fn ask<C: Call>(
        &mut self,
        call: C,
    ) -> Result<(CallId, oneshot::Receiver<Result<Reply, CallError>>)> {
        self.next += 1;
        let id = CallId(self.next);
        let (sender, reply) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        self.send(&ToBridge::Call(id, call.into_request())).await?;
        Ok((id, reply))
    }

    /// Sends one frame.
    pub async fn send(&mut self, frame: &ToBridge) -> Result<()> {
        Ok(self.writer.send(Message::Binary(frame::encode(frame).into())).await?)
    }

    /// Waits for the first event that `wanted` takes, and drops those before it.
    pub async fn event<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(Event) -> Option<T>,
    ) -> Result<T> {
        wait::within(what, async {
            loop {
                let event =
                    self.events.recv().await.ok_or_else(|| anyhow!("the link is closed"))?;
                if let Some(found) = wanted(event) {
                    return Ok(found);
                }
            }
        })
        .await
    }

    /// The next event, whatever it is; none when the link is closed.
    pub async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Waits until the bridge closes the link, and returns the events that came before.
    pub async fn closed(&mut self) -> Result<Vec<Event>> {
        wait::within("the link's end", async {
            let mut last = Vec::new();
            while let Some(event) = self.events.recv().await {
                last.push(event);
            }
            Ok(last)
        })
        .await
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn dispatch(
    mut stream: SplitStream<WebSocketStream<TcpStream>>,
    waiting: Waiting,
    events: mpsc::UnboundedSender<Event>,
) {
    while let Ok(Some(frame)) = receive(&mut stream).await {
        match frame {
            ToPage::Reply(id, reply) => {
                let call = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                // A caller that has given up no longer listens.
                if let Some(call) = call {
                    let _ = call.send(reply);
                }
            }
            ToPage::Event(event) => {
                let _ = events.send(event);
            }
            ToPage::Hello { .. }
            | ToPage::Goodbye(_)
            | ToPage::Progress { .. }
            | ToPage::Heartbeat => {}
        }
    }
    // Whoever still waits is told by the closed channel.
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
