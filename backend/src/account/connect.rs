//! Connecting an account's command connection, and what follows from losing it.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use postern_shared::account::AccountState;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::mailbox::MailboxId;

use super::actor::{Actor, Chore};
use super::error::Error;
use super::facts::Facts;
use super::protocol_log;
use super::throttle::asked_pause;
use super::tree::Tree;
use crate::net;
use crate::store::imap::{ImapConnection, Limits, Options};
use crate::store::{self, Connection, ListedMailbox};

/// A failed attempt is not repeated within this time, even if somebody asks.
const BREATHER: Duration = Duration::from_millis(500);
/// Where connecting anew takes longer than this, everybody is told.
const QUIET: Duration = Duration::from_secs(1);

impl Actor {
    /// Sees to it that there is a connection.
    pub(super) async fn connected(&mut self) -> Result<(), Error> {
        self.check_connection().await;
        if self.connection.is_some() {
            return Ok(());
        }
        match self.state.borrow().clone() {
            AccountState::NeedsSignIn => return Err(Error::NeedsSignIn),
            AccountState::Offline { code, .. }
                if self.backoff.failed_within(&self.clock, BREATHER) =>
            {
                return Err(Error::Offline { code, retry_after: 1 });
            }
            _ => {}
        }
        self.connect().await
    }

    /// Tries to connect; where that fails, says when it is tried again.
    pub(super) async fn reconnect(&mut self) {
        if self.connection.is_none() {
            // The failure is in the account's state already.
            let _ = self.connect().await;
        }
    }

    async fn connect(&mut self) -> Result<(), Error> {
        let mut opening =
            pin!(AssertUnwindSafe(open(self.facts.clone(), self.signed_in.take())).catch_unwind());
        let opened = tokio::select! {
            opened = &mut opening => opened,
            () = self.clock.sleep(QUIET) => {
                self.say_unreachable();
                opening.await
            }
        };
        match opened.unwrap_or(Err(Error::Panicked)) {
            Ok((connection, listed)) => {
                self.connection = Some(connection);
                self.backoff.succeed(&self.clock);
                self.feel_pulse();
                self.set_state(AccountState::Online);
                self.take_list(listed);
                self.offer_rest();
                // What is shown may be out of date by now.
                for mailbox in self.windows.mailboxes() {
                    self.later(Chore::Refresh(mailbox));
                }
                Ok(())
            }
            Err(error) => {
                self.note_failure(&error);
                Err(error)
            }
        }
    }

    /// Shows a new tree. Windows on a mailbox that is no longer there are told.
    pub(super) fn take_tree(&mut self, tree: Tree) {
        self.tree = tree;
        for id in self.windows.mailboxes() {
            if self.tree.get(&id).is_none() {
                self.forget_mailbox(&id);
            }
        }
        let mailboxes = self.tree.shown();
        if self.shown.send_replace(mailboxes.clone()) != mailboxes {
            let event = Event::MailboxesChanged(self.facts.id.clone(), mailboxes);
            self.audience.publish(&event);
        }
    }

    fn note_failure(&mut self, error: &Error) {
        if error.is_refused_sign_in() {
            self.backoff.give_up();
            tracing::warn!(account = %self.facts.id.0, "the mail server refused the credentials");
            return self.set_state(AccountState::NeedsSignIn);
        }
        if matches!(error, Error::Store(store::Error::TooManyConnections { .. })) {
            // One connection that takes commands is worth more than one that watches.
            self.give_way.notify_one();
        }
        let asked = asked_pause(error).unwrap_or_default();
        let pause = self.backoff.fail_for(&self.clock, asked);
        let code = CallError::from(error).code;
        let retry_in_ms = u32::try_from(pause.as_millis()).unwrap_or(u32::MAX);
        tracing::warn!(account = %self.facts.id.0, %error, retry_in_ms, "no connection");
        self.set_state(AccountState::Offline { code, retry_in_ms });
    }

    /// Gives the connection up. Another one is made by itself, or sooner by whoever needs it.
    pub(super) fn lose(&mut self, error: &Error) {
        tracing::info!(account = %self.facts.id.0, %error, "connection lost");
        self.forget_connection();
        if let Some(pause) = self.backoff.lose(&self.clock) {
            let retry_in_ms = u32::try_from(pause.as_millis()).unwrap_or(u32::MAX);
            let code = CallError::from(error).code;
            self.set_state(AccountState::Offline { code, retry_in_ms });
        }
    }

    /// Drops the connection and what is true only as long as it lasts.
    fn forget_connection(&mut self) {
        self.connection = None;
        self.selected = None;
        self.keeper.lose();
        if let Some(shelf) = &self.keeper.shelf {
            shelf.progress.doubt(&self.facts.id.0);
        }
        for promise in self.promises.values_mut() {
            promise.broken = true;
        }
    }

    /// The connection of a piece of work.
    pub(super) fn store(&mut self) -> Result<&mut Connection, Error> {
        let state = self.state.borrow().clone();
        self.connection.as_mut().ok_or(match state {
            AccountState::Offline { code, .. } => Error::Offline { code, retry_after: 1 },
            _ => Error::Offline { code: ErrorCode::Unavailable, retry_after: 1 },
        })
    }

    /// A mailbox is gone: nothing of it is true any longer.
    pub(super) fn forget_mailbox(&mut self, id: &MailboxId) {
        for (key, _) in self.windows.on(id) {
            self.audience.tell(key.link, Event::WindowStale(key.window));
        }
        self.windows.close_on(id);
        self.listings.remove(id);
        self.promises.remove(id);
        self.cache.forget_mailbox(id);
    }
}

/// Opens a connection: to our own data, or to the server, and signs in there.
pub(super) async fn open_connection(facts: Facts) -> Result<Connection, Error> {
    if let Some(mail) = &facts.local {
        return Ok(mail.open().await?.connect(&facts.id.0).await?.into());
    }
    if facts.credentials.secret.is_empty() {
        // Nothing that could be tried: somebody has to type it in.
        return Err(store::Error::AuthenticationFailed { text: String::new() }.into());
    }
    let opened = facts.provider.connect(net::Protocol::Imap).await?;
    let (stream, greeted) = (opened.stream, opened.greeting_consumed);
    let limits = Limits::from(facts.provider.settings.imap_limits);
    let options = Options { log: protocol_log::of(&facts.id), ..Options::from(limits) };
    Ok(ImapConnection::open(stream, greeted, &facts.credentials, options).await?.into())
}

/// Opens a connection, unless one is there already, and learns the mailboxes. Takes the facts
/// whole: a connection is not `Sync`.
async fn open(
    facts: Facts,
    signed_in: Option<Connection>,
) -> Result<(Connection, Vec<ListedMailbox>), Error> {
    if let Some(mut connection) = signed_in
        && let Ok(listed) = connection.list().await
    {
        return Ok((connection, listed));
    }
    let mut connection = open_connection(facts).await?;
    let listed = connection.list().await?;
    Ok((connection, listed))
}
