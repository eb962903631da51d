//! What others do is told, in one numbering; what is not there is an error and never "empty".

use anyhow::Result;
use postern::store::{Criteria, Error, MailboxName};
use postern_shared::flag::Flag;

use super::{Stage, inbox, same};

pub async fn what_others_do_is_told(stage: &mut Stage<'_>) -> Result<()> {
    let mut uids = stage.fill(4).await?;
    stage.other.ok("SELECT INBOX").await?;
    stage.other.ok("STORE 3 +FLAGS (\\Flagged)").await?;
    let flagged =
        |(uid, flags): &(u32, Vec<Flag>)| *uid == uids[2] && flags.contains(&Flag::Flagged);
    stage.news("a flag", &uids, |news| news.changed.iter().any(flagged)).await?;

    stage.other.ok("STORE 2 +FLAGS (\\Deleted)").await?;
    stage.other.ok("EXPUNGE").await?;
    stage.news("a removal", &uids, |news| news.gone == [uids[1]]).await?;
    uids.remove(1);

    stage.file("INBOX", "Message 5", 5, &[]).await?;
    stage.news("an arrival", &uids, |news| news.unknown == 1).await?;
    let exists = stage.store.selected().map(|(_, selected)| selected.exists);
    same("messages as told", exists, Some(4))?;
    let found = stage.store.search(Criteria::All).await?;
    same("the uids of before", found[..3].to_vec(), uids.clone())?;
    let rows = stage.store.rows_after(uids[2]).await?;
    same("the new row", rows[0].envelope.subject.as_str(), "Message 5")
}

pub async fn what_is_missing_is_an_error(stage: &mut Stage<'_>) -> Result<()> {
    let nowhere = MailboxName::from_text("Nowhere");
    same("selecting nowhere fails", stage.store.select(&nowhere).await.is_err(), true)?;
    // Refused and gone are two things: the connection goes on.
    same("the connection lives", stage.store.is_alive(), true)?;
    same("its status fails", stage.store.status(&nowhere).await.is_err(), true)?;
    let uids = stage.fill(1).await?;
    match stage.store.body(uids[0] + 50, "", 0, 100).await {
        Err(Error::NonExistent) => {}
        other => same("the body of nothing", other.map(|slice| slice.bytes.len()).ok(), None)?,
    }
    stage.other.ok("CREATE Brief").await?;
    let brief = MailboxName::from_text("Brief");
    stage.store.select(&brief).await?;
    stage.other.ok("DELETE Brief").await?;
    // Some servers say so, some close: none of them says that nothing was found.
    let found = stage.store.search(Criteria::All).await;
    if let Ok(found) = &found {
        same("an open mailbox that was deleted", found.len(), 0)?;
    }
    if stage.store.is_alive() {
        same("back in the inbox", stage.store.select(&inbox()).await?.exists, 1)?;
    }
    Ok(())
}
