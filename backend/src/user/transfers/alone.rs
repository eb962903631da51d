//! One account worked on with nobody at a page: what the command line takes out and brings in.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::{Form, Stage};
use postern_shared::window::{Filter, Grouping, Scope, Sort, View, Within};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::bringing::{Bringing, Opener, Sought, Target};
use super::course::{Course, End, Log, Patience};
use super::making::Making;
use super::outlet::Outlet;
use super::sources::{lineage, sources};
use crate::account::{Account, Audience, Memory, Progress, Shelf, Surroundings};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::transfers::TransferState;
use crate::db::{self, Db};
use crate::store::index::Indexes;
use crate::store::local::Stores;
use crate::user::Error;
use crate::user::collecting::NoFetcher;
use crate::user::entrant::{Entrant, account_id};
use crate::user::roster::Roster;
use crate::user::views::Views;

/// How long a server is waited for that was there a moment ago: pauses up to this.
const PATIENCE: Duration = Duration::from_secs(16);

/// What such an account stands on.
pub struct LoneGround {
    /// Durable state.
    pub db: Db,
    /// Where large messages lie meanwhile.
    pub blobs: Blobs,
    /// Mail that lives here.
    pub stores: Stores,
    /// Where searches are made; nothing is searched without.
    pub indexes: Indexes,
    /// Time.
    pub clock: Clock,
}

/// An account that nobody looks at.
pub struct Lone {
    account: Account,
    roster: Arc<Roster>,
    views: Views,
    blobs: Blobs,
    clock: Clock,
}

/// Which messages are taken out; of all there are if nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Those of one mailbox.
    pub mailbox: Option<MailboxId>,
    /// Those that a search finds.
    pub query: Option<String>,
}

/// A file on the disk that is brought in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is called; where it says nothing of mailboxes that is the mailbox's name.
    pub name: String,
    /// The one mailbox that all of it goes into, by its levels; made where it lacks.
    pub mailbox: Option<Vec<String>>,
    /// Leaves out what is there already.
    pub skip_known: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that there are; 0 while nobody knows.
    pub total: u32,
    /// Messages that went through.
    pub done: u32,
    /// Messages that were there already.
    pub known: u32,
    /// Messages that could not be read, or were refused.
    pub failed: u32,
    /// Of those the ones of which only the header is here.
    pub headers: u32,
    /// The account is gone for a moment.
    pub is_waiting: bool,
}

impl Lone {
    /// Starts an account.
    #[must_use]
    pub fn start(entrant: Entrant, ground: LoneGround) -> Self {
        let LoneGround { db, blobs, stores, indexes, clock } = ground;
        let (user, audience) = (entrant.user, Arc::new(Audience::default()));
        let id = account_id(user, &entrant.address);
        let (facts, connection) = entrant.described(id, &stores);
        let shelf = Shelf { index: indexes.of(&user.to_string()), progress: Progress::default() };
        let surroundings = Surroundings {
            audience: audience.clone(),
            clock: clock.clone(),
            memory: Memory::default(),
            durable: (db, user),
            shelf: Some(shelf.clone()),
            rest: Arc::new(NoFetcher),
        };
        let account = Account::start(facts, surroundings, connection);
        let roster = Arc::new(Roster::new(vec![account.clone()]));
        let views = Views::new(shelf, roster.clone(), audience, clock.clone());
        Self { account, roster, views, blobs, clock }
    }

    /// The names of its mailboxes, levels apart by `/`.
    ///
    /// # Errors
    /// Why the account cannot be asked.
    pub async fn mailboxes(&self) -> Result<Vec<(String, MailboxId)>, Error> {
        let all = self.account.list_mailboxes().await?;
        let selectable = all.iter().filter(|mailbox| mailbox.selectable);
        let named = |id: &MailboxId| (lineage(&all, id).join("/"), id.clone());
        Ok(selectable.map(|mailbox| named(&mailbox.id)).collect())
    }

    /// Takes messages out; `out` is given the file's bytes, which are all of it only if this succeeds.
    ///
    /// # Errors
    /// See [`End`].
    pub async fn take_out(
        &self,
        selection: Selection,
        (form, out): (Form, mpsc::Sender<io::Result<Bytes>>),
        tell: impl FnMut(Tally) + Send + Sync + 'static,
    ) -> Result<Tally, End> {
        let view = self.view(selection);
        let found = sources(&view, (&self.roster, &self.views)).await?;
        let course = self.course(tell);
        let outlet = Outlet::new(form, self.clock.unix_ms() / 1000);
        let mut making = Making { course, outlet, out, blobs: self.blobs.clone(), headers: 0 };
        making.run(found).await?;
        Ok(Tally { headers: making.headers, ..Tally::of(&making.course.state) })
    }

    /// Brings the messages of a file in; what is there already is told from what is new by Message-ID
    /// and size, so that the same again goes on where it was cut off.
    ///
    /// # Errors
    /// See [`End`]; what came in before stays.
    pub async fn bring_in(
        &self,
        file: Incoming,
        tell: impl FnMut(Tally) + Send + Sync + 'static,
    ) -> Result<Tally, End> {
        let Incoming { path, name, mailbox, skip_known } = file;
        let target = Target { account: self.account.clone(), mailbox: None, skip_known };
        let mut bringing = Bringing::new(self.course(tell), target, (name, self.blobs.clone()));
        let open = move || Ok(Box::new(File::open(&path)?) as Box<dyn Sought>);
        let opener: Opener = Arc::new(open);
        if let Some(levels) = mailbox {
            // Nothing is made for what is no mail.
            bringing.count(&opener).await?;
            bringing.target.mailbox = Some(bringing.target(levels).await?);
        }
        bringing.run(&opener).await?;
        Ok(Tally::of(&bringing.course.state))
    }

    /// Says goodbye to its server.
    pub async fn stop(self) {
        self.account.stop().await;
    }

    fn view(&self, selection: Selection) -> View {
        let account = self.account.facts().id.clone();
        let Selection { mailbox, query } = selection;
        let scope = match (query, mailbox) {
            (Some(query), Some(mailbox)) => {
                Scope::Search { query, within: Within::Mailbox(account, mailbox) }
            }
            (Some(query), None) => Scope::Search { query, within: Within::Account(account) },
            (None, Some(mailbox)) => Scope::Mailbox(account, mailbox),
            (None, None) => Scope::Account(account),
        };
        let (sort, filter, grouping) = (Sort::NEWEST_FIRST, Filter::All, Grouping::Messages);
        View { scope, sort, filter, grouping }
    }

    fn course(&self, tell: impl FnMut(Tally) + Send + Sync + 'static) -> Course {
        let log = Told(tell);
        let clock = (self.clock.clone(), CancellationToken::new());
        Course::new(TransferState::default(), clock, Patience::Within(PATIENCE), Box::new(log))
    }
}

impl Tally {
    fn of(state: &TransferState) -> Self {
        let TransferState { done, total, known, failed, .. } = *state;
        let is_waiting = super::stage_of(&state.stage) == Stage::Waiting;
        Self { total, done, known, failed, headers: 0, is_waiting }
    }
}

/// Tells and keeps nothing.
struct Told<F>(F);

impl<F: FnMut(Tally) + Send + Sync> Log for Told<F> {
    fn keep<'a>(&'a mut self, _: &'a TransferState) -> BoxFuture<'a, Result<(), db::Error>> {
        std::future::ready(Ok(())).boxed()
    }

    fn tell(&mut self, state: &TransferState, _: bool) {
        (self.0)(Tally::of(state));
    }
}
