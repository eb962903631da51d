//! Copies, moves and appended messages: where they are, and what they are.

use anyhow::{Context, Result, ensure};
use postern::store::{MailboxName, Moved};
use postern_shared::flag::Flag;
use postern_tests::message;

use super::{Stage, same};

/// The subjects in a mailbox, as others see them, in order.
async fn subjects(stage: &mut Stage<'_>, mailbox: &str) -> Result<Vec<String>> {
    if stage.other.count(mailbox).await? == 0 {
        return Ok(Vec::new());
    }
    let fetched = stage.other.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await?;
    let lines = fetched.iter().filter_map(|line| line.split_once("Subject: "));
    Ok(lines.map(|(_, rest)| rest.lines().next().unwrap_or_default().to_owned()).collect())
}

/// What the answer says of new uids is true, where it says anything.
async fn check_pairs(stage: &mut Stage<'_>, moved: &Moved, originals: &[u32]) -> Result<()> {
    let from: Vec<u32> = moved.pairs.iter().map(|(from, _)| *from).collect();
    same("moved or copied", from, originals)?;
    stage.other.ok("SELECT Archive").await?;
    let mut to: Vec<u32> = moved.pairs.iter().filter_map(|(_, to)| *to).collect();
    if to.is_empty() {
        return Ok(());
    }
    to.sort_unstable();
    same("the new uids", stage.other.search("ALL").await?, to)
}

pub async fn copies_are_where_the_answer_says(stage: &mut Stage<'_>) -> Result<()> {
    let uids = stage.fill(3).await?;
    let archive = MailboxName::from_text("Archive");
    let copied = stage.store.copy(&uids[1..], &archive).await?;
    same("originals marked", copied.originals_remain, false)?;
    check_pairs(stage, &copied, &uids[1..]).await?;
    same("in the target", subjects(stage, "Archive").await?, ["Message 2", "Message 3"])?;
    same("in the source", subjects(stage, "INBOX").await?.len(), 3)?;
    let error = stage.store.copy(&uids[..1], &MailboxName::from_text("Nowhere")).await;
    same("a copy to nowhere is refused", error.is_err(), true)
}

pub async fn moves_are_where_the_answer_says(stage: &mut Stage<'_>) -> Result<()> {
    let uids = stage.fill(4).await?;
    let archive = MailboxName::from_text("Archive");
    let some = [uids[0], uids[2]];
    let moved = stage.store.move_to(&some, &archive).await?;
    check_pairs(stage, &moved, &some).await?;
    same("in the target", subjects(stage, "Archive").await?, ["Message 1", "Message 3"])?;
    if moved.originals_remain {
        stage.other.ok("SELECT INBOX").await?;
        return same("marked in the source", stage.other.search("DELETED").await?, some);
    }
    same("in the source", subjects(stage, "INBOX").await?, ["Message 2", "Message 4"])?;
    same("uids left", stage.store.uids().await?, [uids[1], uids[3]])
}

pub async fn what_is_appended_comes_back(stage: &mut Stage<'_>) -> Result<()> {
    let large = message::with_attachment(&stage.person, &stage.person, "Filed", 100_000);
    let small = message::plain(&stage.person, &stage.person, "Ünïcode 台北", "Wörter");
    let (sent, none) = (MailboxName::from_text("Sent"), MailboxName::from_text("Nowhere"));
    for (message, second) in [(&large, 1_700_000_000), (&small, 1_700_000_500)] {
        stage.store.append(&sent, &[Flag::Seen], Some(second), message.clone()).await?;
    }
    let refused = stage.store.append(&none, &[], None, small.clone()).await;
    ensure!(refused.is_err(), "it was appended to a mailbox that is not there");
    stage.store.select(&sent).await?;
    let rows = stage.store.rows_after(0).await?;
    let facts: Vec<_> = rows
        .iter()
        .map(|row| (row.size as usize, row.internal_date, row.flags.clone(), row.has_attachment))
        .collect();
    let expected = [
        (large.len(), 1_700_000_000, vec![Flag::Seen], true),
        (small.len(), 1_700_000_500, vec![Flag::Seen], false),
    ];
    same("rows", facts, expected)?;
    let row = rows.last().context("no row")?;
    let slice = stage.store.body(row.uid, "", 0, 1 << 20).await?;
    same("byte for byte", slice.bytes.as_ref() == small.as_slice(), true)
}
