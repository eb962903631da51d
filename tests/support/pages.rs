//! Where the bridge serves what belongs to a message.

use postern_shared::message::MessageKey;

/// The path of a part of a message, below the base path.
pub fn blob_path(key: &MessageKey, section: &str) -> String {
    format!(
        "api/blob/{}/{}/{}-{}/{section}",
        key.account.0, key.mailbox.0, key.uid_validity.0, key.uid.0
    )
}
