//! The mail host as a mail program meets it: over its ports, every byte looked at.

mod changes;
mod commands;
mod faults;
mod mailboxes;
mod oracle;
mod raw;
mod samples;
mod smtp;
