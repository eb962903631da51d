//! A third connection, where the provider allows one: what is read ahead and what is downloaded
//! travels over it, so that not even a slice stands before a click.
//!
//! It is opened when it is needed and closed soon after. Where the server takes no third one, the
//! command connection does the work, as it does where only two are allowed.

use std::time::Duration;

use postern_shared::message::MessageKey;
use tokio::sync::Mutex;

use super::connect::open_connection;
use super::error::Error;
use super::facts::Facts;
use super::open::SLICE;
use crate::clock::Clock;
use crate::store::{Connection, MailboxName, Slice};

/// The connections that an account may hold for this one to be the third.
const THIRD: u8 = 3;
/// How long it stays open without use.
const IDLE: Duration = Duration::from_secs(60);
/// How long a server that refused it is not asked again.
const PAUSE: Duration = Duration::from_secs(600);
/// How long saying goodbye may take.
const GRACE: Duration = Duration::from_millis(500);

/// The third connection of an account.
pub(super) struct Lane {
    facts: Facts,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    used: Duration,
    refused_until: Duration,
}

impl Lane {
    /// Not open yet.
    pub(super) fn new(facts: Facts, clock: Clock) -> Self {
        Self { facts, clock, state: Mutex::default() }
    }

    /// Whether there may be one.
    pub(super) fn is_allowed(&self) -> bool {
        self.facts.provider.settings.connections >= THIRD
    }

    /// One slice of a part; none where this connection cannot give it.
    pub(super) async fn slice(
        &self,
        name: &MailboxName,
        key: &MessageKey,
        (section, offset): (&str, u64),
    ) -> Option<Result<Slice, Error>> {
        let mut state = self.state.lock().await;
        let now = self.clock.elapsed();
        if state.connection.is_none() && now < state.refused_until {
            return None;
        }
        // While it is used it belongs to whoever uses it: dropped midway it is of no more use.
        let connection = match state.connection.take() {
            Some(connection) => Ok(connection),
            None => open_connection(self.facts.clone()).await,
        };
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(error) => {
                tracing::debug!(account = %self.facts.id.0, %error, "no third connection");
                state.refused_until = now + PAUSE;
                return None;
            }
        };
        let read = read(&mut connection, name, key, (section, offset)).await;
        state.used = self.clock.elapsed();
        if connection.is_alive() {
            state.connection = Some(connection);
        }
        match read {
            Err(error) if error.is_lost() => None,
            other => Some(other),
        }
    }

    /// Closes it if nobody used it for a while.
    pub(super) async fn close_idle(&self) {
        let idle = |state: &State| self.clock.elapsed().saturating_sub(state.used) >= IDLE;
        let connection = match self.state.try_lock() {
            Ok(mut state) if idle(&state) => state.connection.take(),
            _ => None,
        };
        goodbye(connection).await;
    }

    /// Closes it.
    pub(super) async fn close(&self) {
        let connection = tokio::time::timeout(GRACE, self.state.lock()).await;
        goodbye(connection.ok().and_then(|mut state| state.connection.take())).await;
    }
}

async fn goodbye(connection: Option<Connection>) {
    if let Some(mut connection) = connection {
        let _ = tokio::time::timeout(GRACE, connection.logout()).await;
    }
}

async fn read(
    connection: &mut Connection,
    name: &MailboxName,
    key: &MessageKey,
    (section, offset): (&str, u64),
) -> Result<Slice, Error> {
    let selected = connection.select(name).await?;
    // What changed is for the command connection to settle.
    connection.take_news(&[]);
    if selected.uid_validity != key.uid_validity.0 {
        return Err(Error::NonExistent);
    }
    Ok(connection.body(key.uid.0, section, offset, SLICE).await?)
}
