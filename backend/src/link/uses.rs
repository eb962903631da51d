//! Which calls show that a person is there: only those keep a session alive.
//!
//! A page that lies open asks for things by itself: neighbours of the open message, what a link
//! that broke has missed, a window that went stale. None of that is use.

use std::collections::HashMap;

use postern_shared::api::Request;
use postern_shared::api::messages::Urgency;
use postern_shared::api::windows::OpenWindow;
use postern_shared::window::WindowId;

/// More windows than a link may have open are not compared with.
const MOST: usize = 64;

/// What a link asked for last, so that the same again is known for a repeat.
#[derive(Debug, Default)]
pub(super) struct Uses {
    windows: HashMap<WindowId, OpenWindow>,
}

impl Uses {
    /// Whether a person is behind a call.
    pub(super) fn is_use(&mut self, request: &Request) -> bool {
        match request {
            Request::OpenWindow(open) => self.is_new(open),
            Request::ResumeWindow(resume) => {
                self.is_new(&resume.open);
                false
            }
            Request::CloseWindow(close) => {
                self.windows.remove(&close.window);
                false
            }
            Request::OpenMessage(open) => open.urgency == Urgency::Now,
            Request::ListAccounts(_)
            | Request::ListMailboxes(_)
            | Request::ListSubmissions(_)
            | Request::RetryAccount(_)
            | Request::ReadQuota(_)
            | Request::ReadPreviews(_)
            // Asked again by itself when mail comes; whoever opens one opens its messages.
            | Request::OpenThread(_) => false,
            _ => true,
        }
    }

    /// Whether a window is another than it was.
    fn is_new(&mut self, open: &OpenWindow) -> bool {
        if self.windows.len() >= MOST && !self.windows.contains_key(&open.window) {
            self.windows.clear();
        }
        self.windows.insert(open.window, open.clone()).as_ref() != Some(open)
    }
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::api::Call;
    use postern_shared::api::messages::OpenMessage;
    use postern_shared::mailbox::MailboxId;
    use postern_shared::message::MessageKey;
    use postern_shared::uid::{Uid, UidValidity};
    use postern_shared::window::{Anchor, View};

    use super::*;

    fn open(offset: u32) -> Request {
        let view = View::of_mailbox(AccountId("a".into()), MailboxId("m".into()));
        OpenWindow { window: WindowId(1), view, anchor: Anchor::Offset(offset), count: 50 }
            .into_request()
    }

    fn message(urgency: Urgency) -> Request {
        let key = MessageKey {
            account: AccountId("a".into()),
            mailbox: MailboxId("m".into()),
            uid_validity: UidValidity(1),
            uid: Uid(1),
        };
        OpenMessage { key, urgency }.into_request()
    }

    #[test]
    fn what_a_page_asks_by_itself_is_no_use() {
        let mut uses = Uses::default();
        assert!(uses.is_use(&message(Urgency::Now)));
        assert!(!uses.is_use(&message(Urgency::Ahead)));
        assert!(uses.is_use(&open(0)), "somebody came here");
        assert!(!uses.is_use(&open(0)), "a stale window is opened again");
        assert!(uses.is_use(&open(50)), "somebody scrolls");
    }
}
