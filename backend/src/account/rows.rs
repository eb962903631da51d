//! Rows of the store as they travel.

use postern_shared::flag::Flags;
use postern_shared::message::{MessageKey, MessageSummary};

use crate::store::Row;

/// A row under its key.
pub(super) fn summary(key: &MessageKey, row: Row) -> MessageSummary {
    MessageSummary {
        key: key.clone(),
        envelope: row.envelope,
        flags: Flags(row.flags),
        size: row.size,
        received_at: row.internal_date,
        has_attachment: row.has_attachment,
        preview: row.preview.unwrap_or_default(),
        thread: None,
    }
}
