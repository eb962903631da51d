//! The opening of a link: the page's hello within five seconds, and the bridge's answer.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use postern_shared::error::ErrorCode;
use postern_shared::frame::{PROTOCOL_VERSION, ToBridge, decode};

/// How long the page has for its hello.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits for the page's hello and checks its protocol version.
///
/// # Errors
/// `VersionMismatch`, or `Invalid` for anything that is not a hello, or none in time.
pub(super) async fn await_hello(socket: &mut WebSocket) -> Result<(), ErrorCode> {
    let first = tokio::time::timeout(PATIENCE, socket.recv()).await;
    let Ok(Some(Ok(Message::Binary(bytes)))) = first else {
        return Err(ErrorCode::Invalid);
    };
    match decode(&bytes) {
        Ok(ToBridge::Hello { protocol: PROTOCOL_VERSION, .. }) => Ok(()),
        Ok(ToBridge::Hello { .. }) => Err(ErrorCode::VersionMismatch),
        // A page of another version may not even say hello in our words.
        Err(_) => Err(ErrorCode::VersionMismatch),
        Ok(_) => Err(ErrorCode::Invalid),
    }
}
