//! POP3 (RFC 1939, 2449, 5034, 6856) over a user's inbox: one session at a time has the maildrop.

mod connection;
mod session;

pub(crate) use connection::serve;
