//! What the page knows: one store a noun, wired together here and told what the bridge says.

pub mod accounts;
pub mod actions;
pub mod arranging;
pub mod attaching;
mod bulk;
mod choices;
pub mod collecting;
pub mod commands;
mod conversing;
pub mod discovering;
pub mod drafts;
mod events;
#[cfg(test)]
mod fixtures;
pub mod frames;
mod hidden;
mod identities;
pub mod invitations;
mod keys;
mod keyword;
mod later;
pub mod list;
#[cfg(test)]
mod list_tests;
pub mod lists;
pub mod location;
pub mod mailboxes;
pub mod messages;
mod outbox;
mod overlay;
#[cfg(test)]
mod overlay_tests;
pub mod parts;
pub mod preferences;
mod previews;
pub mod receipts;
mod rows;
pub mod schedule;
mod searching;
pub mod seen;
pub mod selection;
pub mod servers;
pub mod session;
pub mod shortcuts;
pub mod source;
pub mod submissions;
pub mod tags;
pub mod threads;
pub mod toasts;
pub mod transfers;
pub mod uploads;
pub mod viewing;
pub mod windows;

use leptos::prelude::*;
use postern_shared::settings::Limits;

use crate::link::Link;

use accounts::Accounts;
use actions::{Actions, Touched};
use drafts::{Drafts, Needed};
use location::Location;
use mailboxes::Mailboxes;
use messages::Messages;
use overlay::Overlay;
use parts::Parts;
use preferences::Preferences;
use selection::Selection;
use session::Session;
use submissions::Submissions;
use threads::Threads;
use toasts::Toasts;
use windows::Windows;

pub use crate::browser::history::base_path;
pub use crate::link::LinkState;

/// What the page asks the user in a dialog of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Which keys do what.
    Shortcuts,
    /// Where to move the messages to.
    Move,
    /// What to do to the mailbox in sight.
    Mailbox,
    /// Which tags the messages have.
    Tags,
}

/// Every store.
#[derive(Clone, Copy)]
pub struct Stores {
    /// The link.
    pub link: Link,
    /// Who is signed in.
    pub session: Session,
    /// Where the user is.
    pub location: Location,
    /// Accounts.
    pub accounts: Accounts,
    /// Mailboxes.
    pub mailboxes: Mailboxes,
    /// Lists.
    pub windows: Windows,
    /// Opened messages.
    pub messages: Messages,
    /// Opened threads.
    pub threads: Threads,
    /// Selected rows.
    pub selection: Selection,
    /// Mutations.
    pub actions: Actions,
    /// Drafts.
    pub drafts: Drafts,
    /// Submissions.
    pub submissions: Submissions,
    /// Preferences of this device.
    pub preferences: Preferences,
    /// Notices.
    pub toasts: Toasts,
    /// What the configuration allows; none until the bridge said.
    pub limits: RwSignal<Option<Limits>>,
    /// The dialog that is open.
    pub prompt: RwSignal<Option<Prompt>>,
    /// A newer build of the page waits.
    pub newer: RwSignal<bool>,
    /// Parts of the page in modules of their own.
    pub parts: Parts,
}

impl Stores {
    /// Makes every store; nothing is connected yet.
    #[must_use]
    pub fn new() -> Self {
        let (link, toasts) = (Link::new(), Toasts::new());
        let overlay = RwSignal::new(Overlay::default());
        let mailboxes = Mailboxes::new(overlay);
        let windows = Windows::new(link, overlay);
        let (messages, threads) = (Messages::new(link), Threads::new(link));
        let touched = Touched { mailboxes, windows, messages, threads, toasts };
        let actions = Actions::new(link, touched);
        let accounts = Accounts::new();
        let submissions = Submissions::new(toasts);
        let needed = Needed { accounts, actions, messages, submissions, toasts };
        Self {
            link,
            session: Session::new(),
            location: Location::new(),
            accounts,
            mailboxes,
            windows,
            messages,
            threads,
            selection: Selection::new(),
            actions,
            drafts: Drafts::new(link, needed),
            submissions,
            preferences: Preferences::new(),
            toasts,
            limits: RwSignal::new(None),
            prompt: RwSignal::new(None),
            newer: RwSignal::new(false),
            parts: Parts::new(),
        }
    }

    /// Forgets everything that belongs to a user; what this tab kept of drafts only on request.
    fn clear(self, drafts_too: bool) {
        self.link.stop();
        self.accounts.clear();
        self.mailboxes.clear();
        self.windows.clear();
        self.messages.clear();
        self.threads.clear();
        self.selection.clear();
        self.actions.clear();
        self.submissions.clear();
        self.location.clear();
        if drafts_too {
            self.drafts.clear();
        }
    }
}

impl Default for Stores {
    fn default() -> Self {
        Self::new()
    }
}

/// The stores, where a view needs them.
///
/// # Panics
/// Never below `App`, which provides them.
#[must_use]
pub fn stores() -> Stores {
    // Not `expect_context`: its message would bring the formatting of texts along.
    use_context().expect("`App` provides the stores")
}
