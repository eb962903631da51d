//! Sending as another identity: its address, and its signature in the place of the last one's.

use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::identity::{Identity, Placement};

use super::Desk;
use super::editor::wire::Order;
use crate::state::drafts::signing::{Signature, exchange, exchange_html};

impl Desk {
    /// Goes on as an identity.
    pub fn send_as(self, account: AccountId, identity: &Identity) {
        let (old, new) = (self.signature(), Signature::of(identity));
        let is_rich = self.draft.with_untracked(|draft| draft.html.is_some());
        let in_frame = is_rich && self.editor.is_ready();
        self.edit(|draft| {
            (draft.account, draft.from) = (account, identity.from.clone());
            // Its quotation brings the signature along.
            if draft.loading || in_frame {
                return;
            }
            draft.text = exchange(&draft.text, &old, &new).unwrap_or_else(|| draft.text.clone());
            if let Some(html) = &mut draft.html
                && let Some(other) = exchange_html(html, &old, &new)
            {
                *html = other;
            }
        });
        if in_frame && !self.draft.with_untracked(|draft| draft.loading) {
            let below = new.placement == Placement::Below;
            self.editor.order(&Order::Sign { old: &old.html, new: &new.html, below });
        }
    }

    /// What the identity that it is from signs with.
    pub fn signature(self) -> Signature {
        let from = self.draft.with_untracked(|draft| draft.from.clone());
        let all = untrack(|| self.stores.accounts.identities());
        let found = all.iter().find(|(_, identity)| identity.from == from);
        found.map(|(_, identity)| Signature::of(identity)).unwrap_or_default()
    }
}
