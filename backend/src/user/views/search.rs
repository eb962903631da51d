//! Searches that only servers can do: one mailbox after the other, what they find streaming in from
//! the newest message on, until all have answered or the search has failed.
//!
//! A mailbox that cannot be searched is tried once more. If none could be, whoever opened the
//! search is told by an error; if some could be, what they found stays in sight, not as the whole,
//! and the others are named. Nothing is left waiting.

use std::mem::take;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::AbortHandle;
use postern_shared::error::{CallError, MOST_WORDS};
use postern_shared::event::Event;
use postern_shared::window::Grouping;

use super::opened::Opened;
use super::{Error, Views, failed, scope};
use crate::account::{self, Finds, WindowKey};
use crate::store::index::{Look, Place, Wanted, is_answered_by_headers, possible};
use crate::store::query::Query;

/// Finds of which a window is told first; of the next ones each time twice as many.
const FIRST_FINDS: usize = 250;
/// How long the first finds wait for the others: often all are there, and put in order once.
const MOMENT: Duration = Duration::from_millis(25);
/// How long a window is left alone that was told of finds: each time it is put in order anew.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a mailbox that could not be searched is left alone before it is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long after that an opened search may try once more.
const LATER: Duration = Duration::from_secs(10);

/// What was found, and the window was not told of yet.
#[derive(Debug, Default)]
struct Untold {
    ids: Vec<u32>,
    /// Mailboxes that have answered.
    searched: u32,
    /// When the first of them was found, on the clock's `elapsed` time.
    found: Option<Duration>,
    /// When it was told of finds last, by the same clock.
    told: Option<Duration>,
}

impl Untold {
    fn is_anything(&self) -> bool {
        self.searched > 0 || !self.ids.is_empty()
    }
}

impl Views {
    /// The mailboxes that servers have to search for a view that is opened now; none where the
    /// index answers alone, or where it is under way.
    pub(super) fn to_search(&self, opened: &mut Opened) -> Vec<Place> {
        let now = self.0.clock.elapsed();
        if opened.search.is_some() {
            let due = now.saturating_sub(opened.failed_at) >= LATER;
            return if due { take(&mut opened.unsearched) } else { Vec::new() };
        }
        let places = self.searched_places(&opened.look);
        let of = u32::try_from(places.len()).unwrap_or(u32::MAX);
        opened.searched = (of > 0).then_some((0, of));
        places
    }

    /// The mailboxes of which the index alone cannot tell what matches.
    pub(super) fn searched_places(&self, look: &Look) -> Vec<Place> {
        let Some(wanted) = &look.wanted else { return Vec::new() };
        let in_index = is_answered_by_headers(&wanted.query);
        let needed = |place: &&Place| !in_index || !self.0.shelf.progress.get(place).verified;
        look.places.iter().filter(needed).cloned().collect()
    }

    /// Has the servers search these mailboxes.
    pub(super) fn search(&self, key: WindowKey, look: Look, places: Vec<Place>) -> AbortHandle {
        let views = self.clone();
        let work = async move {
            let failures = views.search_each(key, &look, places).await;
            if failures.is_empty() {
                return;
            }
            views.0.clock.sleep(AGAIN).await;
            let places = failures.into_iter().map(|(place, _)| place).collect();
            let failures = views.search_each(key, &look, places).await;
            if !failures.is_empty() {
                views.give_up(key, failures).await;
            }
        };
        let (work, handle) = futures_util::future::abortable(work);
        tokio::spawn(work);
        handle
    }

    async fn search_each(
        &self,
        key: WindowKey,
        look: &Look,
        places: Vec<Place>,
    ) -> Vec<(Place, Error)> {
        let (mut failures, mut untold) = (Vec::new(), Untold::default());
        for place in places {
            match self.search_one((key, &mut untold), look, &place).await {
                // A mailbox that is gone holds nothing.
                Err(error) if !is_gone(&error) => failures.push((place, error)),
                _ => untold.searched += 1,
            }
        }
        self.tell(key, &mut untold).await;
        failures
    }

    async fn search_one(
        &self,
        (key, untold): (WindowKey, &mut Untold),
        look: &Look,
        place: &Place,
    ) -> Result<(), Error> {
        let finds = self.meanwhile((key, untold), self.ask(look, place)).await?;
        let (mut left, mut most) = (finds.uids.as_slice(), FIRST_FINDS);
        while !left.is_empty() {
            let (rest, newest) = left.split_at(left.len().saturating_sub(most));
            let ids = self.taken_in(look, place, &finds, newest);
            let ids = self.meanwhile((key, untold), ids).await?;
            untold.ids.extend(ids);
            untold.found.get_or_insert_with(|| self.0.clock.elapsed());
            (left, most) = (rest, most.saturating_mul(2));
        }
        Ok(())
    }

    /// Waits for a piece of work; tells the window of what was found before, if it takes longer.
    async fn meanwhile<T>(
        &self,
        (key, untold): (WindowKey, &mut Untold),
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        let now = self.0.clock.elapsed();
        let due = match (untold.told, untold.found) {
            (Some(told), _) => told + PAUSE,
            (None, Some(found)) => found + MOMENT,
            (None, None) => now + PAUSE,
        };
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = self.0.clock.due(Some(due)), if untold.is_anything() => {}
        }
        // It goes on meanwhile: what it holds of the index may be what the window waits for.
        tokio::join!(work, self.tell(key, untold)).0
    }

    /// Tells the window of what was found.
    async fn tell(&self, key: WindowKey, untold: &mut Untold) {
        if !untold.is_anything() {
            return;
        }
        let Untold { ids, searched, told, .. } = take(untold);
        let had_finds = told.is_some() || !ids.is_empty();
        let change = |opened: &mut Opened| {
            opened.add_found(ids);
            if let Some((done, _)) = &mut opened.searched {
                *done += searched;
            }
        };
        self.refresh(key, change).await;
        untold.told = had_finds.then(|| self.0.clock.elapsed());
    }

    /// Ids of everything that a server finds in a mailbox, however many.
    pub(super) async fn found(&self, look: &Look, place: &Place) -> Result<Vec<u32>, Error> {
        let finds = self.ask(look, place).await?;
        self.taken_in(look, place, &finds, &finds.uids).await
    }

    async fn ask(&self, look: &Look, place: &Place) -> Result<Finds, Error> {
        let wanted = look.wanted.as_ref().ok_or(Error::Invalid("nothing is looked for"))?;
        let account = &self.account(&place.account).ok_or(Error::NonExistent)?;
        let query: Query = scope::query_in(&wanted.query, place, &wanted.places);
        Ok(account.search_mailbox(scope::id_of(place), query).await?)
    }

    /// The ids of finds, which come into the index for it, less those that headers refute: where a
    /// server could not compare everything, or compares headers in its own way.
    async fn taken_in(
        &self,
        look: &Look,
        place: &Place,
        finds: &Finds,
        uids: &[u32],
    ) -> Result<Vec<u32>, Error> {
        let account = &self.account(&place.account).ok_or(Error::NonExistent)?;
        let ids = account.index_messages(&finds.mailbox, finds.uid_validity, uids, false).await?;
        let by_headers = |wanted: &Wanted| is_answered_by_headers(&wanted.query);
        let is_final = finds.exact && !look.wanted.as_ref().is_some_and(by_headers);
        if is_final { Ok(ids) } else { self.sift(look, ids).await }
    }

    async fn sift(&self, look: &Look, found: Vec<u32>) -> Result<Vec<u32>, Error> {
        let Some(wanted) = &look.wanted else { return Ok(found) };
        let query = possible(&wanted.query);
        let wanted = Some(Wanted { query, places: wanted.places.clone(), found: Vec::new() });
        let look = Look { wanted, grouping: Grouping::Messages, ..look.clone() };
        let mut kept = self.0.shelf.index.order(&look, &[]).await.map_err(failed)?;
        kept.sort_unstable();
        Ok(found.into_iter().filter(|id| kept.binary_search(id).is_ok()).collect())
    }

    /// Says that mailboxes could not be searched.
    async fn give_up(&self, key: WindowKey, failures: Vec<(Place, Error)>) {
        let mut all = self.0.open.lock().await;
        let Some(opened) = all.get_mut(&key) else { return };
        for (_, error) in &failures {
            tracing::warn!(%error, "a mailbox could not be searched");
        }
        opened.failed_at = self.0.clock.elapsed();
        let none = opened.searched.is_some_and(|(done, _)| done == 0);
        if none {
            // The page asks again, is told why, and can have it tried once more.
            opened.failure = failures.into_iter().next().map(|(_, error)| error);
            self.0.audience.tell(key.link, Event::WindowStale(key.window));
            return;
        }
        for (place, error) in failures {
            // The server's own words where it refused.
            let told = error.to_string();
            let said = CallError::from(error).text;
            let words = if said.is_empty() { told } else { said };
            let words = words.chars().take(MOST_WORDS).collect();
            self.0.audience.tell(key.link, Event::ServerAlert(place.account.clone(), words));
            opened.unsearched.push(place);
        }
    }
}

/// Whether a mailbox is there no longer.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::NonExistent | Error::Account(account::Error::NonExistent))
}
