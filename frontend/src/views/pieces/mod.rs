//! What joins the regions: screens, notices, dialogs and keys.

mod account;
pub mod deferred;
mod dragging;
pub mod keys;
mod layers;
pub mod mail;
mod mailbox;
pub mod notices;
pub mod preferences;
pub mod prompts;
pub mod question;
mod rounds;
pub mod sign_in;
mod tags;
