//! IDLE (RFC 2177): changes go out the moment they happen.

use tokio::time::sleep;

use super::compress::Inbound;
use super::connection::{Closed, EVICTED, Output};
use super::reader::{Command, Reader};
use super::session::Session;
use super::view::Expunges;
use crate::ImapEffect;

/// Serves an IDLE until its DONE.
pub(crate) async fn idle(
    session: &mut Session,
    (reader, output): (&mut Reader<Inbound>, &mut Output),
    command: &Command,
    effect: Option<ImapEffect>,
) -> Result<(), Closed> {
    if effect == Some(ImapEffect::Close) {
        return Err(Closed);
    }
    session.quirks = session.shared.quirks();
    let deaf_after = session.quirks.idle_deaf_after;
    let deaf = async {
        match deaf_after {
            Some(time) => sleep(time).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(deaf);
    let mut hears = true;
    let mut changes = session.view.as_ref().and_then(|view| {
        let user = session.user.as_ref()?;
        user.mailboxes().by_id(view.mailbox).map(|mailbox| mailbox.watch())
    });
    output.send(b"+ idling\r\n").await?;
    if let Some(ImapEffect::Garbage(line)) = &effect {
        output.send(&[line, b"\r\n".as_slice()].concat()).await?;
    }
    let done = loop {
        if session.is_evicted() {
            output.send(EVICTED).await?;
            return Err(Closed);
        }
        // After subscribing, so that nothing falls between the report and the wait.
        if hears {
            session.report(Expunges::Sent);
        }
        let news = std::mem::take(&mut session.reply).bytes;
        if effect != Some(ImapEffect::Silent) && !news.is_empty() {
            output.send(&news).await?;
        }
        let changed = async {
            match &mut changes {
                Some(changes) => changes.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            line = reader.line() => break line.ok().flatten().ok_or(Closed)?,
            () = &mut deaf, if hears => hears = false,
            // The sender goes with a deleted or renumbered mailbox: then there is no more news.
            lives = changed => if !lives { changes = None },
        }
    };
    let tagged = match done.eq_ignore_ascii_case(b"DONE") {
        true => format!("{} OK Idle ended\r\n", command.tag),
        false => format!("{} BAD Expected DONE\r\n", command.tag),
    };
    output.send(tagged.as_bytes()).await
}
