//! The protocols against real servers: what the tests take Dovecot and Postfix for, and the IMAP store.

mod extensions;
mod scenarios;
mod servers;
mod store;
mod torture;
