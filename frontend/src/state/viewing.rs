//! Files that are looked at in the page: what a part holds, and where it is had.

use postern_shared::api::messages::ListImageSenders;
use postern_shared::api::parts::OpenPart;
use postern_shared::attachment::Attachment;
use postern_shared::error::CallError;
use postern_shared::message::MessageKey;
use postern_shared::part::PartContent;

use super::Stores;
use crate::browser::history::{base_path, build};

impl Stores {
    /// What a part holds: words, a page, a message, events or people.
    ///
    /// # Errors
    /// See [`OpenPart`].
    pub async fn open_part(
        self,
        key: MessageKey,
        section: String,
    ) -> Result<PartContent, CallError> {
        self.link.call(OpenPart { key, section }).await
    }

    /// Where the body of a page or a message inside a message is, in the page's theme.
    #[must_use]
    pub fn part_url(self, body: &str) -> String {
        let theme = if self.preferences.dark() { "dark" } else { "light" };
        [&base_path(), "api/body/", body, "?theme=", theme].concat()
    }
}

impl Stores {
    /// Where a message's body is as it is printed: on light paper.
    #[must_use]
    pub fn print_url(self, key: &MessageKey) -> String {
        self.body_url(key).replace("theme=dark", "theme=light")
    }

    /// Where the frame is that shows documents by code of its own.
    #[must_use]
    pub fn viewer_url(self) -> String {
        [&base_path(), "api/viewer/", &build()].concat()
    }

    /// Opens a draft that passes one file on.
    pub fn forward_file(self, key: &MessageKey, file: &Attachment) {
        self.show_draft(self.drafts.forward_file(key, file));
    }

    /// Whose remote images are shown without asking; the empty one stands for everybody.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn image_senders(self) -> Result<Vec<String>, CallError> {
        self.link.call(ListImageSenders).await
    }
}

/// The file beside one of `count`, forward or back; none past either end.
#[must_use]
pub fn beside(at: usize, count: usize, forward: bool) -> Option<usize> {
    match forward {
        true => Some(at + 1).filter(|next| *next < count),
        false => at.checked_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_nothing_past_the_ends() {
        assert_eq!([beside(0, 2, true), beside(1, 2, true)], [Some(1), None]);
        assert_eq!([beside(0, 2, false), beside(1, 2, false)], [None, Some(0)]);
    }
}
