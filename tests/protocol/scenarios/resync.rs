//! What changed while nobody looked: told by QRESYNC, or found by comparing; the same either way.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use postern::store::{Known, MailboxName};
use postern_shared::flag::Flag;

use super::{Stage, connect, inbox, same};

pub async fn changes_of_the_meantime_are_found(stage: &mut Stage<'_>) -> Result<()> {
    let before = stage.fill(8).await?;
    let flags = flags_of(stage.store.flags_by_uid(&before).await?);
    let (_, selected) = stage.store.selected().context("nothing is selected")?;
    let (uid_validity, modseq) = (selected.uid_validity, selected.highest_modseq.unwrap_or(0));
    stage.store.logout().await;

    stage.other.ok("SELECT INBOX").await?;
    stage.other.ok(&format!("UID STORE {},{} +FLAGS (\\Deleted)", before[1], before[5])).await?;
    stage.other.ok("EXPUNGE").await?;
    stage.other.ok(&format!("UID STORE {} +FLAGS (\\Flagged $Work)", before[2])).await?;
    stage.file("INBOX", "Message 9", 9, &["\\Seen"]).await?;

    stage.store = connect(stage.place, &stage.person).await?;
    let known = Known { uid_validity, modseq, uids: &before };
    let (selected, since) = stage.store.select_since(&inbox(), known).await?;
    same("messages", selected.exists, 7)?;
    let after = stage.store.uids().await?;
    same("the old uids that are left", after[..6].to_vec(), {
        let gone = [before[1], before[5]];
        before.iter().copied().filter(|uid| !gone.contains(uid)).collect::<Vec<_>>()
    })?;
    let (vanished, mut changed) = match since {
        Some(since) => {
            same("what came", since.arrived, after[6..].to_vec())?;
            (since.vanished, flags_of(since.changed))
        }
        None => {
            let now = flags_of(stage.store.flags_by_uid(&after).await?);
            let vanished = before.iter().copied().filter(|uid| !after.contains(uid)).collect();
            let changed = now.into_iter().filter(|(uid, now)| flags.get(uid) != Some(now));
            (vanished, changed.collect())
        }
    };
    same("vanished", vanished, [before[1], before[5]])?;
    // A server may also name what changed and changed back.
    changed.retain(|uid, now| before.contains(uid) && flags.get(uid) != Some(now));
    let keyword = Flag::Keyword("$Work".into());
    same("changed", changed, BTreeMap::from([(before[2], vec![Flag::Flagged, keyword])]))?;
    let again = Known { uid_validity: uid_validity + 1, modseq: 1, uids: &before };
    let (_, since) = stage.store.select_since(&inbox(), again).await?;
    same("what changed since another generation", since, None)
}

fn flags_of(flags: Vec<postern::store::FlagsOf>) -> BTreeMap<u32, Vec<Flag>> {
    let sorted = flags.into_iter().map(|mut of| {
        of.flags.sort();
        (of.uid, of.flags)
    });
    sorted.collect()
}

pub async fn mailboxes_are_made_and_removed(stage: &mut Stage<'_>) -> Result<()> {
    let name = |text: &str| MailboxName::from_text(text);
    let (plans, done) = (name("Pläne/2026"), name("Fertig"));
    stage.store.create(&plans).await?;
    same("made twice", stage.store.create(&plans).await.is_err(), true)?;
    stage.store.subscribe(&plans).await?;
    same("it is empty", stage.store.select(&plans).await?.exists, 0)?;
    stage.store.select(&inbox()).await?;
    stage.store.rename(&plans, &done).await?;
    let names = |listed: Vec<postern::store::ListedMailbox>| -> Vec<String> {
        listed.iter().filter(|it| it.selectable).map(|it| it.name.decoded()).collect()
    };
    let listed = names(stage.store.list().await?);
    same("under its new name", listed.contains(&"Fertig".to_owned()), true)?;
    same("under its old one", listed.contains(&"Pläne/2026".to_owned()), false)?;
    stage.store.delete(&done).await?;
    same("removed", names(stage.store.list().await?).contains(&"Fertig".to_owned()), false)?;
    same("removed twice", stage.store.delete(&done).await.is_err(), true)?;
    let namespaces = stage.store.namespaces().await?;
    same("one's own namespace", namespaces.personal.len(), 1)?;
    same("its delimiter", namespaces.personal[0].delimiter, Some('/'))
}
