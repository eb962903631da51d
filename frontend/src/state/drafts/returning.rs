//! Drafts that come back from the outbox.

use postern_shared::draft::Draft;

use super::{Composing, Drafts};

impl Drafts {
    /// Opens what was taken out of the outbox; answers its number.
    pub fn reopen(self, draft: Draft) -> u32 {
        let id = self.fresh_id();
        self.put_changed(composing(id, draft));
        id
    }

    /// Keeps what was taken out of the outbox, to be restored by the number that this answers.
    pub fn put_away(self, draft: Draft) -> u32 {
        let id = self.fresh_id();
        self.park(composing(id, draft), None);
        id
    }
}

/// It was worth sending, so it is worth keeping.
fn composing(id: u32, draft: Draft) -> Composing {
    Composing { touched: true, ..Composing::from_draft(id, draft) }
}
