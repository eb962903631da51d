//! Views of a user's index: every order, filter, thread and search that no server gives by itself,
//! over one mailbox or many, of one account or all.
//!
//! A view is an order of ids out of the index. Whenever the index changes, the order is asked for
//! again and the difference is what windows are told; so it does not matter what changed, nor who
//! changed it. A view that is not whole yet says how far it is, and tells when it is.

mod diff;
mod opened;
mod scope;
mod search;
mod served;
mod targets;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::api::windows::{MAX_WINDOW_ROWS, OpenWindow};
use postern_shared::event::Event;
use postern_shared::mailbox::{Mailbox, Role};
use postern_shared::window::{Generation, Scope, View, Window, WindowId};
use tokio::sync::Mutex;

use super::Error;
use super::roster::Roster;
use crate::account::{Account, Audience, LinkId, Shelf, WindowKey};
use crate::clock::{Clock, random};
use crate::store::index::{Look, Place, Wanted};
use crate::store::query::{Day, parse};
use opened::{News, Opened};

/// Most views that one link may have open.
const VIEWS_PER_LINK: usize = 16;
/// Changes within this time are told together.
const GATHER: Duration = Duration::from_millis(60);

/// Where looking takes long, changes are gathered longer, up to this.
const MOST_GATHER: Duration = Duration::from_secs(3);

/// The open views of a user. Clones share them.
#[derive(Clone)]
pub(super) struct Views(Arc<Inner>);

struct Inner {
    shelf: Shelf,
    roster: Arc<Roster>,
    audience: Arc<Audience>,
    clock: Clock,
    open: Mutex<BTreeMap<WindowKey, Opened>>,
}

pub(super) use scope::is_plain;

impl Views {
    /// None is open yet. `run` keeps them true.
    pub(super) fn new(
        shelf: Shelf,
        roster: Arc<Roster>,
        audience: Arc<Audience>,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner { shelf, roster, audience, clock, open: Mutex::default() }))
    }

    /// Tells windows what changes; ends when nobody holds the views any longer.
    pub(super) fn run(&self) {
        let (inner, mut news) = (Arc::downgrade(&self.0), self.0.shelf.progress.subscribe());
        tokio::spawn(async move {
            let mut pause = GATHER;
            while news.changed().await.is_ok() {
                // Real time, also where the clock is a test's: this only gathers.
                tokio::time::sleep(pause).await;
                news.mark_unchanged();
                let Some(inner) = inner.upgrade() else { return };
                let before = inner.clock.elapsed();
                let views = Self(inner);
                views.refresh_all().await;
                // Large views are not looked at all the time while the index fills.
                let took = views.0.clock.elapsed().saturating_sub(before);
                pause = GATHER.max(took * 4).min(MOST_GATHER);
            }
        });
    }

    /// Opens a view for a link, or moves it.
    pub(super) async fn open(&self, link: LinkId, open: OpenWindow) -> Result<Window, Error> {
        let key = WindowKey { link, window: open.window };
        if open.count == 0 || open.count > MAX_WINDOW_ROWS {
            return Err(Error::Limit("rows of a window"));
        }
        let mailboxes = self.mailboxes(scope::account_of(&open.view.scope)).await?;
        let look = self.look(&open.view, &mailboxes)?;
        self.want(&look.places);
        let served = self.served_stretch(key, &open, &look).await?;
        let mut all = self.0.open.lock().await;
        let of_link = all.keys().filter(|other| other.link == link).count();
        if of_link >= VIEWS_PER_LINK && !all.contains_key(&key) {
            return Err(Error::Limit("windows"));
        }
        // A search that is only moved goes on with what the servers have said.
        let mut known = all.remove(&key).filter(|known| is_same(&known.look, &look));
        if let Some(failure) = known.as_mut().and_then(|known| known.failure.take()) {
            // Said once; whoever opens it again has it tried again.
            return Err(failure);
        }
        let generation = Generation(u64::from(u32::from_le_bytes(random::<4>())) << 32);
        let mut opened = match known {
            Some(mut known) => {
                (known.count, known.generation) = (open.count, generation);
                known
            }
            None => Opened::new(look, open.count, generation),
        };
        let to_search = self.to_search(&mut opened);
        let (index, progress) = (&self.0.shelf.index, &self.0.shelf.progress);
        let window = match served {
            Some((served, offset, rows)) => opened.served_window(served, offset, rows),
            None => {
                opened.served = None;
                let window = opened.window(index, progress, &open.anchor).await.map_err(failed)?;
                window.ok_or(Error::NonExistent)?
            }
        };
        if !to_search.is_empty() {
            opened.search = Some(self.search(key, opened.look.clone(), to_search));
        }
        all.insert(key, opened);
        Ok(window)
    }

    /// Ends a view.
    pub(super) fn close(&self, link: LinkId, window: WindowId) {
        let views = self.clone();
        tokio::spawn(async move {
            views.0.open.lock().await.remove(&WindowKey { link, window });
        });
    }

    /// Ends every view of a link.
    pub(super) fn leave(&self, link: LinkId) {
        let views = self.clone();
        tokio::spawn(async move {
            views.0.open.lock().await.retain(|key, _| key.link != link);
        });
    }

    /// People whose name or address begins so.
    pub(super) async fn suggest(&self, prefix: &str, count: u32) -> Result<Vec<Address>, Error> {
        self.0.shelf.index.suggest(prefix, count).await.map_err(failed)
    }

    /// Whether it is certain that the user never had to do with an address before its one message:
    /// of that every mailbox must be in the index.
    pub(super) async fn is_stranger(&self, email: &str) -> Result<bool, Error> {
        let mut sent = 0;
        for account in self.0.roster.all() {
            let all = account.known_mailboxes();
            sent += usize::from(all.iter().any(|mailbox| mailbox.role == Some(Role::Sent)));
            // These only show what lies elsewhere.
            let shows = |role| matches!(role, Some(Role::Flagged | Role::Important));
            let own = all.into_iter().filter(|it| it.selectable && !shows(it.role));
            let mut places = own.map(|it| Place { account: it.account, mailbox: it.id });
            if !places.all(|place| self.0.shelf.progress.get(&place).verified) {
                return Ok(false);
            }
        }
        // Who has no Sent mailbox keeps what was written elsewhere.
        if sent < self.0.roster.all().len() {
            return Ok(false);
        }
        self.0.shelf.index.has_met(email).await.map(|met| !met).map_err(failed)
    }

    /// Other accounts are there than before: every view is to be opened again.
    pub(super) async fn doubt_all(&self) {
        for (key, _) in std::mem::take(&mut *self.0.open.lock().await) {
            self.0.audience.tell(key.link, Event::WindowStale(key.window));
        }
    }

    async fn refresh_all(&self) {
        let keys: Vec<WindowKey> = self.0.open.lock().await.keys().copied().collect();
        for key in keys {
            self.refresh(key, |_| {}).await;
        }
    }

    /// Looks again at one view after a change of it, and tells what is news.
    async fn refresh(&self, key: WindowKey, change: impl FnOnce(&mut Opened)) {
        let mut all = self.0.open.lock().await;
        if !self.0.audience.holds(key.link) {
            all.remove(&key);
            return;
        }
        let Some(opened) = all.get_mut(&key) else { return };
        change(opened);
        let shelf = &self.0.shelf;
        let news = match &opened.served {
            Some(served) if !self.is_current(served) => Ok(News::Stale),
            Some(_) => opened.refresh_served(&shelf.index).await,
            None => opened.refresh(&shelf.index, &shelf.progress).await,
        };
        let event = match news {
            Ok(News::None) => return,
            Ok(News::Delta(delta)) => Event::WindowDelta(key.window, delta),
            Ok(News::Stale) => Event::WindowStale(key.window),
            Err(error) => {
                tracing::warn!(%error, "a view of the index could not be followed");
                Event::WindowStale(key.window)
            }
        };
        if matches!(event, Event::WindowStale(_)) {
            all.remove(&key);
        }
        self.0.audience.tell(key.link, event);
    }

    /// The mailboxes of one account, or of all that can be asked.
    async fn mailboxes(&self, of: Option<&AccountId>) -> Result<Vec<Mailbox>, Error> {
        let mut all = Vec::new();
        for account in self.0.roster.all() {
            match of {
                Some(of) if account.facts().id == *of => {
                    return Ok(account.list_mailboxes().await?);
                }
                Some(_) => {}
                // One server that is down does not hide the others.
                None => all.extend(account.list_mailboxes().await.unwrap_or_default()),
            }
        }
        if of.is_some() { Err(Error::NonExistent) } else { Ok(all) }
    }

    fn look(&self, view: &View, mailboxes: &[Mailbox]) -> Result<Look, Error> {
        let query = match &view.scope {
            Scope::Search { query, .. } => {
                let today = Day::at(self.0.clock.unix_ms() / 1_000);
                Some(parse(query, today).map_err(Error::Query)?)
            }
            _ => None,
        };
        let places = scope::places(&view.scope, query.as_ref(), mailboxes);
        if places.is_empty() && matches!(view.scope, Scope::Mailbox(..)) {
            return Err(Error::NonExistent);
        }
        let wanted = query.map(|query| {
            let places = scope::named_places(&query, mailboxes);
            Wanted { query, places, found: Vec::new() }
        });
        let (sort, filter, grouping) = (view.sort, view.filter, view.grouping);
        Ok(Look { places, sort, filter, grouping, wanted })
    }

    fn account(&self, id: &AccountId) -> Option<Account> {
        self.0.roster.find(id)
    }

    /// Has mailboxes taken into the index.
    fn want(&self, places: &[Place]) {
        for account in self.0.roster.all() {
            let own = places.iter().filter(|place| place.account == account.facts().id);
            let own: Vec<_> = own.map(scope::id_of).collect();
            if !own.is_empty() {
                account.want_index(own);
            }
        }
    }
}

fn is_same(known: &Look, look: &Look) -> bool {
    let query = |look: &Look| look.wanted.as_ref().map(|wanted| wanted.query.clone());
    known.places == look.places
        && known.sort == look.sort
        && known.filter == look.filter
        && known.grouping == look.grouping
        && query(known) == query(look)
}

/// The index's error as a user's.
fn failed(error: crate::store::index::Error) -> Error {
    Error::Account(error.into())
}
