//! Rows, messages and their bodies.

use anyhow::{Context, Result};
use postern::store::{Row, Stretch};
use postern_tests::ground::NOVEMBER;
use postern_tests::{Person, message};

use super::{Stage, inbox, same};

pub async fn rows_come_in_order(stage: &mut Stage<'_>) -> Result<()> {
    let uids = stage.fill(20).await?;
    let stretch = Stretch { newest_first: false, offset: 10, count: 50 };
    let (exists, rows) = stage.store.rows_of(stretch).await?;
    same("messages", exists, 20)?;
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    let subjects: Vec<_> = rows.iter().map(|row| row.envelope.subject.clone()).collect();
    let expected: Vec<_> = (11..=20).map(|day| format!("Message {day}")).collect();
    same("subjects", subjects, expected)?;
    let newest = Stretch { newest_first: true, offset: 0, count: 10 };
    let (_, turned) = stage.store.rows_of(newest).await?;
    same("the newest first", turned.into_iter().flatten().rev().collect::<Vec<_>>(), rows.clone())?;
    same("those that came after", stage.store.rows_after(uids[9]).await?, rows.clone())?;
    same("after the last", stage.store.rows_after(uids[19]).await?, Vec::<Row>::new())?;
    let found: Vec<_> = rows.iter().map(|row| row.uid).collect();
    same("uids", found, uids[10..].to_vec())?;
    let dates: Vec<_> = rows.iter().map(|row| row.internal_date).collect();
    let day = |day: u64| i64::try_from(NOVEMBER + (day - 1) * 86_400 + 60).unwrap_or(0);
    same("dates", dates, (11..=20).map(day).collect::<Vec<_>>())?;
    let picked = [uids[4], uids[17]];
    let by_uid = stage.store.rows_by_uid(&picked).await?;
    let subject = |row: &Row| row.envelope.subject.clone();
    let subjects: Vec<_> = by_uid.iter().map(subject).collect();
    same("subjects by uid", subjects, ["Message 5", "Message 18"])?;
    let none = stage.store.rows_by_uid(&[uids[19] + 100]).await?;
    same("rows of a uid that is not there", none.len(), 0)
}

pub async fn a_message_is_opened(stage: &mut Stage<'_>) -> Result<()> {
    let from = Person::named("sender");
    let sent = message::with_attachment(&from, &stage.person, "Attached", 5000);
    stage.file_at("INBOX", &["$Work"], NOVEMBER, &sent).await?;
    let (selected, none) = stage.store.open_message(&inbox(), 99).await?;
    same("messages", selected.exists, 1)?;
    same("a uid that is not there", none, None)?;
    let uid = *stage.store.uids().await?.first().context("no uid")?;
    let opened = stage.store.message(uid).await?.context("no message")?;
    same("its size", opened.row.size as usize, sent.len())?;
    same("an attachment", opened.row.has_attachment, true)?;
    let structure = opened.structure.context("no structure")?;
    let attachments = structure.attachments();
    same("attachments", attachments.len(), 1)?;
    same("its type", attachments[0].media_type(), "application/octet-stream")?;
    let part = structure.find("2").context("no second part")?;
    same("the second part", part.media_type(), "application/octet-stream")
}

pub async fn a_body_comes_in_slices(stage: &mut Stage<'_>) -> Result<()> {
    let from = Person::named("sender");
    let sent = message::with_attachment(&from, &stage.person, "Sliced", 50_000);
    stage.file_at("INBOX", &[], NOVEMBER, &sent).await?;
    stage.store.select(&inbox()).await?;
    let uid = *stage.store.uids().await?.first().context("no uid")?;
    for most in [7_000, 1 << 20] {
        let mut read = Vec::new();
        loop {
            let slice = stage.store.body(uid, "", read.len() as u64, most).await?;
            read.extend_from_slice(&slice.bytes);
            if slice.end {
                break;
            }
        }
        same("it came back byte for byte", read == sent, true)?;
    }
    stage.other.ok("SELECT INBOX").await?;
    same("unseen after reading", stage.other.search("UNSEEN").await?, [uid])
}
