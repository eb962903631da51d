//! What a user's mail may take (RFC 9208), and whether more of it fits.

use crate::user::Mailboxes;

/// The limits of one quota root, which holds all mailboxes of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quota {
    /// Kibibytes of all messages.
    pub storage: Option<u64>,
    /// Number of all messages.
    pub messages: Option<u64>,
}

impl Quota {
    /// Whether so many further octets in so many messages fit.
    pub(crate) fn has_room(&self, mailboxes: &Mailboxes, octets: u64, messages: u64) -> bool {
        let used = Used::of(mailboxes);
        let fits = |limit: Option<u64>, wanted| limit.is_none_or(|limit| wanted <= limit);
        fits(self.storage.map(|kibibytes| kibibytes * 1024), used.octets + octets)
            && fits(self.messages, used.messages + messages)
    }

    /// The resources of a QUOTA answer: `STORAGE 10 512 MESSAGE 3 100`.
    pub(crate) fn resources(&self, mailboxes: &Mailboxes) -> String {
        let used = Used::of(mailboxes);
        let shown = [
            ("STORAGE", used.octets.div_ceil(1024), self.storage),
            ("MESSAGE", used.messages, self.messages),
        ];
        let shown = shown
            .iter()
            .filter_map(|(name, used, limit)| limit.map(|limit| format!("{name} {used} {limit}")));
        shown.collect::<Vec<_>>().join(" ")
    }
}

struct Used {
    octets: u64,
    messages: u64,
}

impl Used {
    fn of(mailboxes: &Mailboxes) -> Self {
        let sizes = mailboxes.list.iter().map(crate::mailbox::Mailbox::octets);
        let messages = mailboxes.list.iter().map(|mailbox| mailbox.messages.len() as u64);
        Self { octets: sizes.sum(), messages: messages.sum() }
    }
}
