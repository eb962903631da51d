//! The link: one WebSocket a tab (RFC 6455), over which the page calls and the bridge pushes.
//!
//! `hello` opens it, `pump` keeps it going, `dispatch` leads a call to the user's verb, `pack`
//! encodes what leaves. A link holds no mail: whatever it shows lives in the user's accounts.

mod dispatch;
mod hello;
mod pack;
mod pump;
mod uses;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use postern_shared::error::CallError;
use postern_shared::frame::{MAX_INBOUND, PROTOCOL_VERSION, ToPage};
use postern_shared::settings::Limits;
use tokio_util::sync::CancellationToken;

use crate::account::LinkId;
use crate::session::{Session, SessionId};
use crate::user::User;
use pump::{Ending, Pump};
use uses::Uses;

/// Most links that one session may hold.
pub const MAX_LINKS: usize = 16;
/// Most bytes that may wait to be written to one page.
const WRITE_BUFFER: usize = 8 << 20;
/// tungstenite takes 128 KiB a connection otherwise.
const READ_BUFFER: usize = 4096;

/// How many links each session holds. Clones share the count.
#[derive(Clone, Default)]
pub struct Links(Arc<Mutex<HashMap<SessionId, usize>>>);

/// A link's place among its session's; given back when dropped.
pub struct Place {
    links: Links,
    session: SessionId,
}

impl Links {
    /// Takes a place for one more link; none where the session holds [`MAX_LINKS`] already.
    #[must_use]
    pub fn take_place(&self, session: SessionId) -> Option<Place> {
        let mut held = self.held();
        let count = held.entry(session).or_default();
        if *count >= MAX_LINKS {
            return None;
        }
        *count += 1;
        Some(Place { links: self.clone(), session })
    }

    /// How many links there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.held().values().sum()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<SessionId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.links.held();
        if let Some(count) = held.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.session);
            }
        }
    }
}

static NEXT_LINK: AtomicU64 = AtomicU64::new(1);

/// What every link is greeted with.
#[derive(Debug, Clone)]
pub struct Greeting {
    /// Build hash of the page that is served.
    pub build: String,
    /// What the configuration allows.
    pub limits: Limits,
}

/// Sets the limits of a WebSocket that is about to open.
pub fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(MAX_INBOUND)
        .max_frame_size(MAX_INBOUND)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
}

/// Refuses a link in the words of the protocol, so that the page knows why.
pub async fn refuse(mut socket: WebSocket, error: CallError) {
    let _ = socket.send(Message::Binary(pack::pack(&ToPage::Goodbye(error)))).await;
    let _ = socket.send(Message::Close(None)).await;
}

/// Serves one link until it ends, at the latest with its session.
pub async fn serve(
    mut socket: WebSocket,
    (session, user): (&Session, Arc<User>),
    greeting: Greeting,
    stopping: CancellationToken,
) {
    if let Err(code) = hello::await_hello(&mut socket).await {
        return refuse(socket, code.into()).await;
    }
    let Greeting { build, limits } = greeting;
    let hello = ToPage::Hello { protocol: PROTOCOL_VERSION, build, limits };
    if socket.send(Message::Binary(pack::pack(&hello))).await.is_err() {
        return;
    }
    let link = LinkId(NEXT_LINK.fetch_add(1, Ordering::Relaxed));
    let lagging = CancellationToken::new();
    let events = user.join(link, lagging.clone());
    let session = session.clone();
    let ended = session.ended();
    let uses = Uses::default();
    let mut pump =
        Pump { socket, link, session, user: user.clone(), events, lagging, stopping, uses };
    let ending = pump.run(ended).await;
    user.leave(link);
    tracing::debug!(link = link.0, ?ending, "link ended");
    pump.part(ending, close_frame(ending)).await;
}

fn close_frame(ending: Ending) -> CloseFrame {
    let (code, reason) = match ending {
        Ending::Gone => (close_code::NORMAL, ""),
        Ending::Lagging => (close_code::AGAIN, "too slow"),
        Ending::SignedOut => (close_code::POLICY, "signed out"),
        Ending::Stopping => (close_code::AWAY, "going away"),
        Ending::Malformed => (close_code::PROTOCOL, "malformed frame"),
    };
    CloseFrame { code, reason: reason.into() }
}
