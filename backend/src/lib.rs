//! The bridge: holds IMAP, POP3 and SMTP sessions for the page, behind one WebSocket.

pub mod blob;
pub mod clock;
pub mod config;
pub mod db;
pub mod mime;
pub mod net;
pub mod secret;
pub mod session;
pub mod store;
