//! The habits of real servers that a recorded transcript cannot show, as switches.
//!
//! What one answer can express is a fault (`faults`); what takes state, or lies in what a server
//! leaves out, is here. All are off by default and can be changed while the host runs.

use std::time::Duration;

/// How a host departs from the RFCs; nowhere by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quirks {
    /// SELECT and STATUS answer `NO … Unsafe Login` until ID was sent (163.com, 126.com).
    pub unsafe_login: bool,
    /// Messages that are expunged anywhere but in Trash and Junk stay in Archive (Gmail).
    pub expunge_archives: bool,
    /// Flags changed over other connections are never told (Gmail).
    pub flags_untold: bool,
    /// SEARCH, SORT and THREAD take no charset but US-ASCII (Exchange, Courier).
    pub ascii_search: bool,
    /// FETCH by UID leaves out these UIDs, which SEARCH gives (Exchange).
    pub unfetchable: Vec<u32>,
    /// The items of a FETCH answer come in the opposite order (Exchange).
    pub items_reversed: bool,
    /// UIDs that SEARCH ALL gives beside the real ones (iCloud).
    pub phantom_uids: Vec<u32>,
    /// ENABLE answers OK without an untagged ENABLED, and does enable (iCloud).
    pub enables_silently: bool,
    /// CHANGEDSINCE is taken and has no effect (iCloud).
    pub changed_since_ignored: bool,
    /// LIST spells the inbox this way, such as `Inbox` (Yahoo).
    pub inbox_spelling: Option<&'static str>,
    /// LIST with RETURN gives nothing, and OK (Strato).
    pub list_return_empty: bool,
    /// LIST (SPECIAL-USE) is BAD, though SPECIAL-USE is offered (Proton Bridge).
    pub special_use_bad: bool,
    /// Body literals are empty where one FETCH asks for several messages (PurelyMail).
    pub batches_empty: bool,
    /// An IDLE tells nothing more after so long, until it is issued anew (PurelyMail: 4 min).
    pub idle_deaf_after: Option<Duration>,
    /// SEARCH RETURN is answered by an untagged SEARCH (Cyrus).
    pub plain_search: bool,
    /// The connections in a mailbox that is deleted get BYE (Cyrus).
    pub bye_on_delete: bool,
    /// A range such as `5:1` is BAD (hMailServer).
    pub descending_bad: bool,
    /// Every UIDVALIDITY is 0 (SmarterMail).
    pub validity_zero: bool,
    /// The hierarchy delimiter is shown as NIL: all names are flat.
    pub no_delimiter: bool,
    /// A command line longer than this closes the connection (Courier 16 kB, Dovecot 64 kB).
    pub longest_line: Option<usize>,
    /// How many signed-in IMAP connections a user may have; the next is refused with
    /// `NO [LIMIT] Too many connections` (Dovecot 10, Gmail 15).
    pub connections: Option<usize>,
    /// Submission files a copy in Sent by itself (Gmail, Exchange).
    pub files_sent: bool,
    /// The habits of POP3 servers.
    pub pop3: Pop3Quirks,
}

/// How a maildrop's server departs from the RFCs; nowhere by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pop3Quirks {
    /// STAT counts -1 messages of -1 octets.
    pub stat_below_zero: bool,
    /// UIDL says nothing of the messages with these numbers.
    pub without_uidl: Vec<usize>,
    /// UIDL says this of the messages with these numbers.
    pub uidls: Vec<(usize, String)>,
    /// LIST says that messages with these numbers are so large.
    pub sizes: Vec<(usize, i64)>,
    /// Answers end in a dot and a bare LF.
    pub bare_dot: bool,
    /// A second sign-in within so long is refused (`[LOGIN-DELAY]`).
    pub login_delay: Option<Duration>,
}
