//! The message types of the link between page and bridge, compiled for both sides.
//!
//! One noun, one file. `api` holds the calls and their replies, `event` what the bridge pushes,
//! `frame` how both travel. Everything is `postcard`-encoded and has no schema evolution: the
//! hello carries [`frame::PROTOCOL_VERSION`] and a mismatch reloads the page, so a change to any
//! type here raises that number and its golden bytes.

pub mod account;
pub mod action;
pub mod address;
pub mod api;
pub mod attachment;
pub mod calendar;
pub mod card;
pub mod check;
pub mod collecting;
pub mod draft;
pub mod envelope;
pub mod error;
pub mod event;
pub mod flag;
pub mod frame;
pub mod identity;
pub mod insight;
pub mod list;
pub mod mailbox;
pub mod message;
pub mod page;
pub mod part;
pub mod quota;
pub mod server;
pub mod session;
pub mod settings;
pub mod submission;
pub mod template;
pub mod transfer;
pub mod trust;
pub mod uid;
pub mod upload;
pub mod window;

#[cfg(test)]
mod golden;
