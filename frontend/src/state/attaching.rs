//! Files that the user adds to a draft, as far as a message may hold them.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::api::drafts::{ReadSizeLimits, SizeLimits};

use super::Stores;
pub use crate::browser::files::Bytes;
use crate::i18n::{Key, file_size, text_with};

/// What files take in a message besides their bytes: base64 makes 57 of them a line of 78 (RFC 2045
/// §6.8), and each has a header of its own.
const HEADER: u64 = 512;

/// The bytes that a file takes in a message.
fn encoded(size: u64) -> u64 {
    size.div_ceil(57) * 78 + HEADER
}

/// Whether a file of so many bytes still fits into a message of at most `most`, beside files of
/// these sizes and so many bytes of text.
fn fits(size: u64, beside: &[u64], text: u64, most: u64) -> bool {
    let taken: u64 = beside.iter().map(|size| encoded(*size)).sum();
    taken + text + encoded(size) <= most
}

/// Why a file is not taken: the figure that it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TooLarge {
    /// For a file.
    File(u64),
    /// For the message with all that is in it.
    Message(u64),
}

/// Whether a file may join files of these sizes and so many bytes of text.
fn weigh(size: u64, beside: &[u64], text: u64, limits: SizeLimits) -> Option<TooLarge> {
    let SizeLimits { message_bytes, file_bytes } = limits;
    if !fits(size, beside, text, message_bytes) {
        return Some(TooLarge::Message(message_bytes));
    }
    (size > file_bytes).then_some(TooLarge::File(file_bytes))
}

thread_local! {
    /// What accounts' servers take, as far as that was heard.
    static TOLD: RefCell<Vec<(AccountId, SizeLimits)>> = const { RefCell::new(Vec::new()) };
}

impl Stores {
    /// Asks what mail of an account may measure, so that it is known when a file is chosen.
    pub fn learn_sizes(self, account: AccountId) {
        if TOLD.with_borrow(|told| told.iter().any(|(known, _)| *known == account)) {
            return;
        }
        spawn_local(async move {
            if let Ok(sizes) = self.link.call(ReadSizeLimits { account: account.clone() }).await {
                TOLD.with_borrow_mut(|told| told.push((account, sizes)));
            }
        });
    }

    /// What is known of it; until the server's word is heard, the bridge's.
    fn sizes(self, account: &AccountId) -> SizeLimits {
        let told = TOLD.with_borrow(|told| {
            told.iter().find(|(known, _)| known == account).map(|(_, sizes)| *sizes)
        });
        let own = || {
            self.limits.with_untracked(|limits| {
                limits.as_ref().map(|limits| SizeLimits {
                    message_bytes: limits.message_bytes,
                    file_bytes: limits.upload_bytes,
                })
            })
        };
        let nothing = SizeLimits { message_bytes: u64::MAX, file_bytes: u64::MAX };
        told.or_else(own).unwrap_or(nothing)
    }

    /// Adds files to a draft and uploads them; one that does not fit is named, with figures.
    pub fn attach(self, draft: u32, files: Vec<Bytes>) {
        for bytes in files {
            let Some(composing) = untrack(|| self.drafts.get(draft)) else { return };
            let over = composing.with_untracked(|composing| {
                let beside: Vec<_> = composing.attachments.iter().map(|file| file.size).collect();
                let html = composing.html.as_deref().unwrap_or_default();
                let text = (composing.text.len() + html.len()) as u64;
                weigh(bytes.size(), &beside, text, self.sizes(&composing.account))
            });
            let Some(over) = over else {
                let file = self.upload(bytes);
                self.drafts.edit(draft, |composing| composing.attachments.push(file));
                continue;
            };
            let (key, most) = match over {
                TooLarge::File(most) => (Key::ComposeUploadHuge, most),
                TooLarge::Message(most) => (Key::ComposeUploadLarge, most),
            };
            let (name, size, most) = (bytes.name(), file_size(bytes.size()), file_size(most));
            let values = [("name", &*name), ("size", &*size), ("most", &*most)];
            self.toasts.complain(text_with(key, &values));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_take_in_the_message_counts_not_what_they_take_on_the_disk() {
        let message = TooLarge::Message(50 << 20);
        let check = |size, beside: &[u64], expect| {
            let limits = SizeLimits { message_bytes: 50 << 20, file_bytes: 30 << 20 };
            assert_eq!(weigh(size, beside, 1000, limits), expect, "{size} {beside:?}");
        };
        check(0, &[], None);
        check(30 << 20, &[], None);
        check(31 << 20, &[], Some(TooLarge::File(30 << 20)));
        check(38 << 20, &[], Some(message));
        check(20 << 20, &[20 << 20], Some(message));
        check(16 << 20, &[20 << 20], None);
    }
}
