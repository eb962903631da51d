//! EMAILID and THREADID (RFC 8474): the same for every copy, worked out from the message alone.

use crate::mime::field;

/// The ids of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectIds {
    pub email: String,
    /// `None` for a message that names neither itself nor another.
    pub thread: Option<String>,
}

impl ObjectIds {
    pub fn of(raw: &[u8], header: &[u8]) -> Self {
        // The first reference is the root of its thread, whichever message arrives first.
        let names = ["References", "In-Reply-To", "Message-ID"];
        let root =
            names.iter().find_map(|name| message_ids(&field(header, name)?).into_iter().next());
        Self {
            email: format!("M{:016x}", hash(raw)),
            thread: root.map(|root| format!("T{:016x}", hash(root.as_bytes()))),
        }
    }
}

/// The ids in angle brackets, in order.
pub(crate) fn message_ids(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let ids = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    ids.map(|(id, _)| id.split_whitespace().collect())
        .filter(|id: &String| !id.is_empty())
        .collect()
}

/// FNV-1a, 64 bits: nothing here needs to withstand an attack.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::{ObjectIds, message_ids};

    #[test]
    fn a_reply_is_in_the_thread_of_what_it_answers() {
        let of = |header: &str| ObjectIds::of(header.as_bytes(), header.as_bytes());
        let root = of("Message-ID: <a@b>\r\n\r\n");
        let reply = of("Message-ID: <c@d>\r\nReferences: <a@b> <x@y>\r\n\r\n");
        assert_eq!(root.thread, reply.thread);
        assert_ne!(root.email, reply.email);
        assert_eq!(of("Subject: x\r\n\r\n").thread, None);
        assert_eq!(message_ids(b"<a @b> junk <> <c"), ["a@b"]);
    }
}
