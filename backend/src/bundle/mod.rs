//! Many messages, or files, in one file: mbox (RFC 4155) and zip, and tar for backups.
//!
//! Pure: writers give the bytes that are next, readers take whatever can be read and sought. What is
//! read may come from anybody: it costs no more memory than its bounds say, and gives an error or a
//! message, never a panic.

pub mod mbox;
pub mod messages;
mod spool;
pub mod tar;
pub mod zip;

use postern_shared::flag::Flag;
use serde::{Deserialize, Serialize};

pub use spool::{Spool, Spooled};

/// What a mailbox knows of a message beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Its flags and keywords.
    pub flags: Vec<Flag>,
    /// When it arrived, in seconds since 1970 UTC; none where the file does not say.
    pub received_at: Option<i64>,
}

impl Marks {
    /// Adds a flag, once.
    fn set(&mut self, flag: Flag) {
        let same = |known: &Flag| known.as_imap().eq_ignore_ascii_case(flag.as_imap());
        if !self.flags.iter().any(same) {
            self.flags.push(flag);
        }
    }

    /// Adds keywords that are separated by white space; what no server takes is left out.
    fn set_keywords(&mut self, words: &str) {
        let bad = |c: char| !c.is_ascii_graphic() || "(){%*\"\\]".contains(c);
        let words = words.split_ascii_whitespace().filter(|word| !word.contains(bad));
        words
            .filter(|word| word.len() <= 200)
            .for_each(|word| self.set(Flag::Keyword(word.into())));
    }
}
