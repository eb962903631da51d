//! The protocols against real servers: what the tests take Dovecot and Postfix for, the IMAP store and POP3
//! sessions.

mod extensions;
mod pop3;
mod scenarios;
mod servers;
mod store;
mod torture;
