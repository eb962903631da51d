//! Flags and keywords, searches for them, and removal for ever.

use anyhow::Result;
use postern::store::{Criteria, Expunged};
use postern_shared::flag::Flag;

use super::{Stage, same};

pub async fn flags_are_set_and_cleared(stage: &mut Stage<'_>) -> Result<()> {
    let uids = stage.fill(6).await?;
    let some = [uids[1], uids[3], uids[4]];
    let keyword = Flag::Keyword("$Work".into());
    stage.store.store_flags(&some, &[Flag::Flagged, keyword.clone()], &[]).await?;
    stage.store.store_flags(&uids[..2], &[Flag::Seen], &[]).await?;
    same("flagged", stage.store.search(Criteria::Flagged).await?, some)?;
    same("unseen", stage.store.search(Criteria::Unseen).await?, uids[2..].to_vec())?;
    same("all", stage.store.search(Criteria::All).await?, uids.clone())?;
    stage.store.store_flags(&some[..1], &[], &[Flag::Flagged, Flag::Seen]).await?;
    same("still flagged", stage.store.search(Criteria::Flagged).await?, some[1..].to_vec())?;
    let flags = stage.store.flags_by_uid(&uids[..2]).await?;
    let told: Vec<_> = flags.iter().map(|of| (of.uid, of.flags.clone())).collect();
    let expected = [(uids[0], vec![Flag::Seen]), (uids[1], vec![keyword])];
    same("flags by uid", told, expected)?;
    stage.other.ok("SELECT INBOX").await?;
    same(
        "as others see it",
        stage.other.search("FLAGGED KEYWORD $Work").await?,
        some[1..].to_vec(),
    )?;
    same("unseen by others", stage.other.search("UNSEEN").await?, uids[1..].to_vec())
}

pub async fn an_expunge_takes_what_it_is_told(stage: &mut Stage<'_>) -> Result<()> {
    let uids = stage.fill(4).await?;
    stage.other.ok("SELECT INBOX").await?;
    stage.other.ok("STORE 1 +FLAGS (\\Deleted)").await?;
    let left = match stage.store.expunge(&uids[1..3]).await? {
        Expunged::Removed => vec![uids[0], uids[3]],
        Expunged::MarkedOnly => uids.clone(),
    };
    same("left over", stage.store.uids().await?, left.clone())?;
    stage.other.ok("NOOP").await?;
    same("left over for others", stage.other.search("ALL").await?, left)?;
    let marked = stage.other.search("DELETED").await?;
    let expected = if marked.len() == 1 { uids[..1].to_vec() } else { uids[..3].to_vec() };
    same("marked, the other's mark among them", marked, expected)
}
