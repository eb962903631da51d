//! Mailboxes: names in every script, roles, subscriptions, counts.

use anyhow::{Context, Result};
use postern_shared::mailbox::Role;

use super::{Stage, inbox, same};

pub async fn mailboxes_are_listed(stage: &mut Stage<'_>) -> Result<()> {
    // Café/Menü, 台北, and one whose name is full of what has a meaning elsewhere.
    for name in ["Caf&AOk-/Men&APw-", "&U,BTFw-", "Tom &- 100\\\\ \\\"quoted\\\""] {
        stage.other.ok(&format!("CREATE \"{name}\"")).await?;
    }
    stage.other.ok("SUBSCRIBE \"&U,BTFw-\"").await?;
    let listed = stage.store.list().await?;
    let mut roles: Vec<Role> = listed.iter().filter_map(|mailbox| mailbox.role).collect();
    roles.sort();
    let mut expected =
        vec![Role::Inbox, Role::Archive, Role::Drafts, Role::Junk, Role::Sent, Role::Trash];
    expected.sort();
    same("roles", roles, expected)?;
    for name in ["Café/Menü", "台北", "Tom & 100\\ \"quoted\""] {
        let found = listed.iter().find(|mailbox| mailbox.name.decoded() == name);
        let found = found.with_context(|| format!("no {name} in {listed:?}"))?;
        same("it can be selected", found.selectable, true)?;
        same("its delimiter", found.delimiter, Some('/'))?;
        same("its messages", stage.store.select(&found.name).await?.exists, 0)?;
    }
    Ok(())
}

pub async fn counts_are_told(stage: &mut Stage<'_>) -> Result<()> {
    for (day, flags) in [(1, &["\\Seen"][..]), (2, &[]), (3, &["\\Flagged"])] {
        stage.file("INBOX", &format!("Count {day}"), day, flags).await?;
    }
    let counts = stage.store.status(&inbox()).await?;
    same("messages and unseen", (counts.messages, counts.unseen), (3, 2))?;
    let selected = stage.store.select(&inbox()).await?;
    same("uid_validity", counts.uid_validity, Some(selected.uid_validity))?;
    let listed = stage.store.list().await?;
    let listed = listed.iter().find(|mailbox| mailbox.name.is_inbox()).context("no inbox")?;
    if let Some(counts) = listed.counts {
        same("counts in the list", (counts.messages, counts.unseen), (3, 2))?;
    }
    Ok(())
}
