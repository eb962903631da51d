//! A burst of changes at the mail host, after which every tab must show the server's state.

use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, ensure};
use postern_mailhost::Host;
use postern_shared::flag::Flag;
use postern_tests::list::List;
use postern_tests::world::World;
use postern_tests::{Person, message, wait};

use crate::report;
use crate::tabs::Watched;

/// New messages, flag changes and removals in every inbox.
const CHANGES: u32 = 20;

/// Makes the changes and waits until all tabs show them; says how long the slowest took.
pub async fn run(world: &World, watched: Vec<Watched>) -> Result<()> {
    let host = world.host();
    let started = wait::now();
    for person in world.people() {
        change(host, person)?;
    }
    let mut following = Vec::new();
    let count = watched.len();
    for tab in watched {
        let expect = state(host, &tab.person)?;
        following.push(tokio::spawn(follow(tab, expect)));
    }
    let mut slowest = None;
    for one in following {
        slowest = slowest.max(Some(one.await??));
    }
    let slowest = slowest.context("there is no tab")?.duration_since(started);
    report(&format!("  {count} of {count} tabs at the server's state {slowest:?} after the burst"))
}

fn change(host: &Host, person: &Person) -> Result<()> {
    let inbox = (person.address.as_str(), "INBOX");
    let uids: Vec<u32> = host
        .mailbox(inbox.0, inbox.1)
        .context("no inbox")?
        .messages
        .iter()
        .map(|message| message.uid)
        .collect();
    let newest: Vec<u32> = uids.iter().rev().copied().collect();
    for n in 0..CHANGES {
        let from = Person::named("sender");
        host.append(
            inbox,
            &[],
            UNIX_EPOCH,
            message::plain(&from, person, &format!("New {n}"), ""),
        )?;
        host.set_flags(inbox, newest[2 * n as usize], &["\\Flagged"])?;
        if n % 4 == 0 {
            host.expunge(inbox, newest[2 * n as usize + 1])?;
        }
    }
    Ok(())
}

/// UID and whether it is flagged, newest first: what a tab's first rows must say.
type State = Vec<(u32, bool)>;

fn state(host: &Host, person: &Person) -> Result<State> {
    let inbox = host.mailbox(&person.address, "INBOX").context("no inbox")?;
    let row = |message: &postern_mailhost::MessageSnapshot| {
        (message.uid, message.flags.contains("\\Flagged"))
    };
    Ok(inbox.messages.iter().rev().map(row).collect())
}

async fn follow(mut watched: Watched, expect: State) -> Result<std::time::Instant> {
    let done = |list: &List| {
        list.rows.len() == expect.len()
            && list.rows.iter().zip(&expect).take(50).all(|(row, (uid, flagged))| {
                row.as_ref().is_some_and(|row| {
                    row.key.uid.0 == *uid && row.flags.has(&Flag::Flagged) == *flagged
                })
            })
    };
    watched.tab.follow(&mut watched.open, "the server's state", done).await?;
    ensure!(done(&watched.open.list), "the list left the server's state");
    Ok(wait::now())
}
