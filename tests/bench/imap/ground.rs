//! What every measurement stands on: Dovecot with the mailboxes, bridges before it, raw sessions.

use std::time::Duration;

use anyhow::{Result, ensure};
use postern_shared::mailbox::Role;
use postern_tests::bridge::{Home, Provider};
use postern_tests::dovecot::{Dovecot, Setup};
use postern_tests::imap::RawImap;
use postern_tests::program::Program;
use postern_tests::visitor::Visitor;
use postern_tests::{Person, wait};

use crate::letters::Writer;
use crate::report;

/// Rows in a window.
pub const ROWS: u32 = 50;
/// What a list's row needs.
pub const ROW_ITEMS: &str = "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE";
/// Letters of one APPEND.
const BATCH: usize = 500;

/// Dovecot with a large mailbox (anna's inbox) and one a tenth as large (ben's).
pub struct Ground {
    pub dovecot: Dovecot,
    /// Letters in the large one.
    pub messages: u32,
    /// How often a figure is taken.
    pub rounds: usize,
}

impl Ground {
    /// Starts Dovecot and fills both mailboxes.
    pub async fn prepare(messages: u32, rounds: usize) -> Result<Self> {
        let dovecot = Dovecot::start_as(Setup { storage: "mdbox", ..Setup::default() }).await?;
        let ground = Self { dovecot, messages, rounds };
        for (local, count) in [("anna", messages), ("ben", messages / 10)] {
            let started = wait::now();
            let person = ground.dovecot.person(local);
            let mut raw = ground.dovecot.session(&person).await?;
            let mut writer = Writer::new(&person.address, count as usize);
            let mut left = count as usize;
            while left > 0 {
                let letters: Vec<_> = (0..left.min(BATCH)).map(|_| writer.letter()).collect();
                left -= letters.len();
                let each = letters.iter().map(|it| (it.begin.as_str(), it.message.as_slice()));
                raw.append_each("INBOX", each).await?;
            }
            // Once unmeasured, so that Dovecot's own caches are as warm for us as for the bridge.
            ensure!(raw.count("INBOX").await? == count as usize, "letters are missing");
            for first in (1..=count).step_by(1_000) {
                let last = (first + 999).min(count);
                raw.ok(&format!("FETCH {first}:{last} ({ROW_ITEMS} {REFERENCES})")).await?;
            }
            report(&format!("{count} letters for {local}, written in {:?}", started.elapsed()))?;
        }
        Ok(ground)
    }

    /// Whose mailbox is the large one.
    pub fn anna(&self) -> Person {
        self.dovecot.person("anna")
    }

    /// A bridge with nothing in its data folder.
    pub async fn fresh_bridge(&self) -> Result<Program> {
        self.bridge_at(self.dovecot.imap).await
    }

    /// The same before any port.
    pub async fn bridge_at(&self, port: u16) -> Result<Program> {
        Program::start(Home::new(&Provider::plain(port, 1), "/", "")?).await
    }

    /// A bridge with anna's mailbox in its index, and her browser.
    pub async fn warm_bridge(&self) -> Result<(Program, Visitor)> {
        let bridge = self.fresh_bridge().await?;
        let visitor = Visitor::sign_in(&bridge.home, &self.anna()).await?;
        let mut tab = visitor.tab().await?;
        tab.open(Role::Inbox).await?;
        tab.indexed().await?;
        Ok((bridge, visitor))
    }
}

/// What an index needs beyond a list's row.
pub const REFERENCES: &str = "BODY.PEEK[HEADER.FIELDS (REFERENCES LIST-ID)]";

/// A list's rows by raw commands, ending at a sequence number.
pub async fn rows(raw: &mut RawImap, last: u32) -> Result<Duration> {
    let first = last.saturating_sub(ROWS - 1).max(1);
    Ok(raw.ok(&format!("FETCH {first}:{last} ({ROW_ITEMS})")).await?.took)
}

/// The same by uids, which an order or a search gave.
pub async fn rows_of(raw: &mut RawImap, uids: &[u32]) -> Result<Duration> {
    let uids: Vec<String> = uids.iter().take(ROWS as usize).map(u32::to_string).collect();
    if uids.is_empty() {
        return Ok(Duration::ZERO);
    }
    Ok(raw.ok(&format!("UID FETCH {} ({ROW_ITEMS})", uids.join(","))).await?.took)
}

/// Median and minimum, in milliseconds.
pub fn middle(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
    match times.as_slice() {
        [] => "—".to_owned(),
        all => format!("{:.1} ms (least {:.1})", ms(&all[all.len() / 2]), ms(&all[0])),
    }
}
