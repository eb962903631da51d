//! An in-memory mail host on loopback, IMAP, POP3 and SMTP submission, for the demo and the tests' faults.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use postern_mailhost::{ImapEffect, MailHost, Trigger};
//!
//! let host = MailHost::builder().user("alice@postern.example", "Alice", "secret").start().await?;
//! host.deliver("alice@postern.example", "Subject: Hello\n\nHi.\n")?;
//! host.faults().imap(Trigger::on("UID SEARCH").times(1), ImapEffect::No("[LIMIT] Later".into()));
//! assert_eq!(host.mailbox("alice@postern.example", "INBOX").map(|inbox| inbox.messages.len()), Some(1));
//! host.restart().await?; // the same ports, the same mail, every connection closed
//! # Ok(())
//! # }
//! ```
//!
//! State lives in `user` and `mailbox`; `imap`, `pop3` and `smtp` are views of it, one file per command family.
//! An extension is one file there, one switch in [`Capabilities`] and one line in `imap::session`.
//! What it never does: touch the disk, open a connection, listen beyond 127.0.0.1, speak TLS.

mod base64;
mod builder;
mod capabilities;
mod connections;
mod faults;
mod flags;
mod host;
mod imap;
mod lines;
mod mailbox;
mod mime;
mod object_id;
mod pop3;
mod quirks;
mod quota;
mod samples;
mod smtp;
mod snapshot;
mod stamp;
mod user;

pub use builder::{MailHost, MailHostBuilder};
pub use capabilities::{Capabilities, Pop3Capabilities};
pub use connections::{Connections, UserConnections};
pub use faults::{FaultId, Faults, ImapEffect, Pop3Effect, SmtpEffect, Trigger};
pub use flags::Flags;
pub use host::{Host, SignIn, Unknown};
pub use mailbox::Role;
pub use quirks::{Pop3Quirks, Quirks};
pub use quota::Quota;
pub use samples::{SampleUser, sample_users};
pub use snapshot::{MailboxSnapshot, MessageSnapshot};
