//! The life of an open link: calls in, replies and events out, until somebody ends it.
//!
//! Everything is bounded: calls under way, waiting events, the time a page may take to read and
//! the time it may be silent. Replies go out before events that were made after them, so a window
//! is always known to the page before its first delta.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::future::{AbortHandle, Abortable, Aborted, BoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use postern_shared::api::{Reply, Request};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::frame::{CallId, HEARTBEAT_SECONDS, ToBridge, ToPage, decode};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::dispatch;
use super::pack::pack;
use super::uses::Uses;
use crate::account::LinkId;
use crate::session::Session;
use crate::user::User;

/// Calls that may be under way on one link.
const CALLS: usize = 64;
/// How long the page may take to read one frame.
const SEND_PATIENCE: Duration = Duration::from_secs(30);
/// How long the last words may take: a link is closed within a second of its session's end.
const FAREWELL: Duration = Duration::from_millis(500);
/// How long the page may be silent: three heartbeats.
const SILENCE: Duration = Duration::from_secs(3 * HEARTBEAT_SECONDS as u64);

type Answer = (CallId, Result<Result<Reply, CallError>, Aborted>);

/// Why a link ended, for its close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The page closed it, or the network did.
    Gone,
    /// The page did not keep up, or was silent.
    Lagging,
    /// The session ended.
    SignedOut,
    /// The bridge stops.
    Stopping,
    /// The page sent something that is no frame.
    Malformed,
}

/// One open link.
pub(super) struct Pump {
    pub socket: WebSocket,
    pub link: LinkId,
    pub session: Session,
    pub user: Arc<User>,
    pub events: mpsc::Receiver<Event>,
    pub lagging: CancellationToken,
    pub stopping: CancellationToken,
    pub uses: Uses,
}

impl Pump {
    /// Runs until the link ends; `signed_out` resolves when its session does. A page that does not
    /// read holds none of this up.
    pub(super) async fn run(&mut self, signed_out: impl Future<Output = ()>) -> Ending {
        let (stopping, lagging) = (self.stopping.clone(), self.lagging.clone());
        tokio::select! {
            biased;
            () = signed_out => Ending::SignedOut,
            () = stopping.cancelled() => Ending::Stopping,
            () = lagging.cancelled() => Ending::Lagging,
            ending = self.talk() => ending,
        }
    }

    /// Says why the link ends, to a page that may no longer be listening, and closes it.
    pub(super) async fn part(&mut self, ending: Ending, close: CloseFrame) {
        let words = async {
            let event = match ending {
                Ending::SignedOut => Some(Event::SessionEnded),
                Ending::Stopping => Some(Event::BridgeStopping),
                Ending::Gone | Ending::Lagging | Ending::Malformed => None,
            };
            if let Some(event) = event {
                let _ = self.send(&ToPage::Event(event)).await;
            }
            let _ = self.socket.send(Message::Close(Some(close))).await;
        };
        let _ = tokio::time::timeout(FAREWELL, words).await;
    }

    async fn talk(&mut self) -> Ending {
        let mut calls = Calls::default();
        let silence = tokio::time::sleep(SILENCE);
        tokio::pin!(silence);
        loop {
            tokio::select! {
                biased;
                Some(answer) = calls.under_way.next() => {
                    let frame = calls.finish(answer);
                    if let Err(ending) = self.send(&frame).await {
                        return ending;
                    }
                }
                Some(event) = self.events.recv() => {
                    if let Err(ending) = self.send(&ToPage::Event(event)).await {
                        return ending;
                    }
                }
                inbound = self.socket.recv() => {
                    silence.set(tokio::time::sleep(SILENCE));
                    if let Err(ending) = self.receive(inbound, &mut calls).await {
                        return ending;
                    }
                }
                () = &mut silence => return Ending::Lagging,
            }
        }
    }

    async fn receive(
        &mut self,
        inbound: Option<Result<Message, axum::Error>>,
        calls: &mut Calls,
    ) -> Result<(), Ending> {
        let bytes = match inbound {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Text(_))) => return Err(Ending::Malformed),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ending::Gone),
        };
        match decode(&bytes).map_err(|_| Ending::Malformed)? {
            ToBridge::Heartbeat => self.send(&ToPage::Heartbeat).await,
            ToBridge::Cancel(call) => {
                calls.cancel(call);
                Ok(())
            }
            ToBridge::Call(call, request) => {
                if self.uses.is_use(&request) {
                    self.session.touch();
                }
                if let Some(refusal) = calls.start(self, call, request) {
                    self.send(&refusal).await?;
                }
                Ok(())
            }
            ToBridge::Hello { .. } => Err(Ending::Malformed),
        }
    }

    async fn send(&mut self, frame: &ToPage) -> Result<(), Ending> {
        let message = Message::Binary(pack(frame));
        match tokio::time::timeout(SEND_PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ending::Gone),
            Err(_) => Err(Ending::Lagging),
        }
    }
}

/// The calls under way on one link.
#[derive(Default)]
struct Calls {
    under_way: FuturesUnordered<BoxFuture<'static, Answer>>,
    /// The calls and how each can be stopped; a mutation cannot: what has begun is answered.
    handles: HashMap<CallId, Option<AbortHandle>>,
}

impl Calls {
    /// Starts a call, or says why not.
    fn start(&mut self, pump: &Pump, call: CallId, request: Request) -> Option<ToPage> {
        if self.handles.len() >= CALLS {
            return Some(ToPage::Reply(call, Err(ErrorCode::Limit.into())));
        }
        if self.handles.contains_key(&call) {
            return Some(ToPage::Reply(call, Err(ErrorCode::Invalid.into())));
        }
        let (handle, registration) = AbortHandle::new_pair();
        let handle = request.action().is_none().then_some(handle);
        let work = dispatch::answer(pump.user.clone(), pump.link, request);
        let work = Abortable::new(work, registration);
        self.handles.insert(call, handle);
        self.under_way.push(Box::pin(async move { (call, work.await) }));
        None
    }

    fn cancel(&self, call: CallId) {
        if let Some(Some(handle)) = self.handles.get(&call) {
            handle.abort();
        }
    }

    fn finish(&mut self, (call, outcome): Answer) -> ToPage {
        self.handles.remove(&call);
        ToPage::Reply(call, outcome.unwrap_or_else(|Aborted| Err(ErrorCode::Cancelled.into())))
    }
}
