//! The mail host as a mail program meets it: over its ports, every byte looked at.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod changes;
mod commands;
mod compress;
mod extensions;
mod faults;
mod mailboxes;
mod oracle;
mod quirks;
mod raw;
mod samples;
mod smtp;
