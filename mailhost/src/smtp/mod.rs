//! SMTP submission (RFC 5321, RFC 4954, RFC 6409) between the host's users.

mod connection;
mod envelope;
mod session;

pub(crate) use connection::serve;
