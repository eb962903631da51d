//! IMAP4rev1 (RFC 3501) over the host's mailboxes: one file per command family.

mod append;
mod arguments;
mod authenticate;
mod compress;
mod connection;
mod copy;
mod enable;
mod expunge;
mod fetch;
mod idle;
mod list;
mod mailboxes;
mod namespace;
mod quota;
mod reader;
mod reply;
mod search;
mod select;
mod sequence_set;
mod session;
mod status;
mod store;
mod stretch;
mod utf7;
mod view;

pub(crate) use connection::serve;

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Understood and refused.
    No(String),
    /// Not understood, or not allowed now.
    Bad(String),
}

impl Refusal {
    fn no(text: &str) -> Self {
        Self::No(text.to_owned())
    }

    fn bad(text: &str) -> Self {
        Self::Bad(text.to_owned())
    }
}

/// The text after the tagged OK, or why there is none.
type Outcome = Result<String, Refusal>;

fn done(text: &str) -> Outcome {
    Ok(text.to_owned())
}
