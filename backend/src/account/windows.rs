//! The windows that links have open on an account's mailboxes. Pure.

use std::collections::BTreeMap;

use postern_shared::account::AccountId;
use postern_shared::api::windows::{MAX_WINDOW_ROWS, OpenWindow};
use postern_shared::flag::Flags;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, MessageSummary};
use postern_shared::window::{
    Delta, Filter, Generation, Grouping, Order, Scope, SortKey, Total, View,
};

use super::audience::{LinkId, WindowKey};
use super::error::Error;
use super::listing::{Lens, Outline};
use crate::store;

/// Most windows that one link may have open.
const WINDOWS_PER_LINK: usize = 16;

/// A window that is kept true.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    /// The mailbox it shows.
    pub mailbox: MailboxId,
    /// How it looks at it.
    pub lens: Lens,
    /// The position of its first row.
    pub offset: u32,
    /// How many rows it holds at most.
    pub count: u32,
}

impl Opened {
    fn holds(&self, position: u32) -> bool {
        position >= self.offset && position - self.offset < self.count
    }
}

/// All open windows.
#[derive(Debug, Default)]
pub(super) struct Windows {
    open: BTreeMap<WindowKey, Opened>,
    focus: Option<WindowKey>,
}

impl Windows {
    /// Opens or moves a window.
    pub(super) fn open(&mut self, key: WindowKey, window: Opened) -> Result<(), Error> {
        let of_link = self.open.keys().filter(|other| other.link == key.link).count();
        if of_link >= WINDOWS_PER_LINK && !self.open.contains_key(&key) {
            return Err(Error::Limit("windows"));
        }
        self.open.insert(key, window);
        self.focus.get_or_insert(key);
        Ok(())
    }

    /// Whether a window is open and looks at a mailbox in this way.
    pub(super) fn shows(&self, key: WindowKey, (mailbox, lens): (&MailboxId, Lens)) -> bool {
        self.open.get(&key).is_some_and(|it| it.mailbox == *mailbox && it.lens == lens)
    }

    /// Closes a window; one that is opened again, as a moved one is, has kept its focus.
    pub(super) fn close(&mut self, key: WindowKey) {
        self.open.remove(&key);
    }

    /// Closes every window of a link.
    pub(super) fn leave(&mut self, link: LinkId) {
        let keys: Vec<WindowKey> =
            self.open.keys().filter(|key| key.link == link).copied().collect();
        keys.into_iter().for_each(|key| self.close(key));
    }

    /// Closes the windows of links that are gone.
    pub(super) fn keep(&mut self, is_here: impl Fn(LinkId) -> bool) {
        self.open.retain(|key, _| is_here(key.link));
    }

    /// Closes every window on a mailbox.
    pub(super) fn close_on(&mut self, mailbox: &MailboxId) {
        self.open.retain(|_, window| window.mailbox != *mailbox);
    }

    /// Says which window a user looks at.
    pub(super) fn focus(&mut self, key: WindowKey) {
        if self.open.contains_key(&key) {
            self.focus = Some(key);
        }
    }

    /// The mailbox of the window last looked at; where that is closed, of the newest.
    pub(super) fn focused(&self) -> Option<&MailboxId> {
        let looked_at = self.focus.and_then(|key| self.open.get(&key));
        looked_at.or_else(|| self.open.values().next_back()).map(|window| &window.mailbox)
    }

    /// The windows on a mailbox.
    pub(super) fn on<'a>(
        &'a self,
        mailbox: &'a MailboxId,
    ) -> impl Iterator<Item = (WindowKey, &'a Opened)> {
        self.open
            .iter()
            .filter(move |(_, window)| window.mailbox == *mailbox)
            .map(|(key, window)| (*key, window))
    }

    /// Whether a mailbox has a window.
    pub(super) fn has(&self, mailbox: &MailboxId) -> bool {
        self.on(mailbox).next().is_some()
    }

    /// Whether a window on the mailbox uses the filter.
    pub(super) fn uses(&self, mailbox: &MailboxId, filter: Filter) -> bool {
        self.on(mailbox).any(|(_, window)| window.lens.filter == filter)
    }

    /// The mailboxes that have windows, each once.
    pub(super) fn mailboxes(&self) -> Vec<MailboxId> {
        let mut all: Vec<MailboxId> =
            self.open.values().map(|window| window.mailbox.clone()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Reads the part of a view that one account can show by itself.
pub(super) fn lens_of(account: &AccountId, view: &View) -> Result<(MailboxId, Lens), Error> {
    let Scope::Mailbox(owner, mailbox) = &view.scope else {
        return Err(Error::Invalid("this scope is not one mailbox"));
    };
    if owner != account {
        return Err(Error::Invalid("the mailbox is another account's"));
    }
    let plain = matches!(view.filter, Filter::All | Filter::Unseen | Filter::Flagged);
    if !plain || view.sort.by != SortKey::ReceivedAt || view.grouping != Grouping::Messages {
        return Err(store::Error::Unsupported("this view").into());
    }
    Ok((mailbox.clone(), Lens { sort: view.sort, filter: view.filter }))
}

/// The number of rows that a window gets.
pub(super) fn bounded_count(open: &OpenWindow) -> Result<u32, Error> {
    if open.count == 0 || open.count > MAX_WINDOW_ROWS {
        return Err(Error::Limit("rows of a window"));
    }
    Ok(open.count)
}

/// Makes a window's delta of what changed, with the rows that fall into it.
pub(super) fn delta(
    window: &Opened,
    (from, to): (Generation, Generation),
    outline: &Outline,
    row: impl Fn(u32) -> Option<MessageSummary>,
) -> Delta {
    let fill = |&(position, uid): &(u32, u32)| {
        (position, if window.holds(position) { row(uid) } else { None })
    };
    Delta {
        from,
        to,
        removed: outline.removed.clone(),
        inserted: outline.inserted.iter().map(fill).collect(),
        changed: Vec::new(),
        total: Total::Exact(outline.total),
        order: Order::Final,
    }
}

/// A delta that says nothing but new flags.
pub(super) fn flags_delta(
    (from, to): (Generation, Generation),
    changed: Vec<(MessageKey, Flags)>,
    total: u32,
) -> Delta {
    let total = Total::Exact(total);
    let order = Order::Final;
    Delta { from, to, removed: Vec::new(), inserted: Vec::new(), changed, total, order }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::window::{Sort, WindowId};

    #[test]
    fn windows_of_links_that_are_gone_are_closed() {
        let mut windows = Windows::default();
        for link in [LinkId(1), LinkId(2)] {
            let lens = Lens { sort: Sort::NEWEST_FIRST, filter: Filter::All };
            let mailbox = MailboxId(link.0.to_string());
            let key = WindowKey { link, window: WindowId(1) };
            windows.open(key, Opened { mailbox, lens, offset: 0, count: 1 }).expect("two are few");
        }
        windows.keep(|link| link == LinkId(2));
        assert_eq!(windows.mailboxes(), [MailboxId("2".into())]);
    }

    #[test]
    fn a_moved_window_keeps_its_focus() {
        let key = |link| WindowKey { link: LinkId(link), window: WindowId(1) };
        let window = |mailbox: &str| Opened {
            mailbox: MailboxId(mailbox.into()),
            lens: Lens { sort: Sort::NEWEST_FIRST, filter: Filter::All },
            offset: 0,
            count: 50,
        };
        let mut windows = Windows::default();
        for (link, mailbox) in [(1, "inbox"), (2, "trash")] {
            windows.open(key(link), window(mailbox)).expect("two are few");
        }
        let focused = |windows: &Windows| windows.focused().map(|mailbox| mailbox.0.clone());
        windows.focus(key(1));
        windows.close(key(1));
        assert_eq!(focused(&windows).as_deref(), Some("trash"));
        windows.open(key(1), window("inbox")).expect("two are few");
        assert_eq!(focused(&windows).as_deref(), Some("inbox"));
    }
}
