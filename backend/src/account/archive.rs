//! Where messages go by themselves: into the archive, into junk, and back.

use std::collections::BTreeMap;

use postern_shared::api::messages::{ArchiveBy, Verdict};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::{MailboxId, Role};

use super::actor::Actor;
use super::error::Error;
use super::mutate::{Batch, Carry, Part, can_keep};
use super::undo::Step;

/// What the archive is called where there is none.
const ARCHIVE: &str = "Archive";
/// What the junk mailbox is called where there is none.
const JUNK: &str = "Junk";

impl Actor {
    /// Moves a batch into the archive.
    pub(super) async fn archive(&mut self, piece: &Batch, by: ArchiveBy) -> Result<Part, Error> {
        let mut whole = Part::default();
        let root = self.archive_root().await?;
        let divided = by != ArchiveBy::Flat
            && self.node(&root)?.delimiter.is_some()
            && self.node(&root)?.shown.role == Some(Role::Archive);
        if !divided {
            let carried = self.carry_there(piece, &root).await;
            whole.add_or_fail(carried)?;
            return Ok(whole);
        }
        self.select_for(&piece.mailbox, piece.uid_validity).await?;
        let dates = self.store()?.dates(&piece.uids).await?;
        let mut groups: BTreeMap<Vec<String>, Vec<u32>> = BTreeMap::new();
        for (uid, received_at) in dates {
            groups.entry(levels(by, received_at)).or_default().push(uid);
        }
        for (levels, uids) in groups {
            let carried = self.archive_group(&root, &levels, &piece.with(uids)).await;
            whole.add_or_fail(carried)?;
            if whole.failure.is_some() {
                break;
            }
        }
        Ok(whole)
    }

    async fn archive_group(
        &mut self,
        root: &MailboxId,
        levels: &[String],
        group: &Batch,
    ) -> Result<Part, Error> {
        let mut whole = Part::default();
        let mut place = root.clone();
        for level in levels {
            place = match self.tree.child(&place, level) {
                Some(node) => node.shown.id.clone(),
                None => {
                    let (made, undo) = self.create_mailbox(Some(&place), level).await?;
                    whole.undo.extend(undo);
                    made
                }
            };
        }
        let carried = self.carry_there(group, &place).await;
        whole.add_or_fail(carried)?;
        Ok(whole)
    }

    /// The archive; where a server keeps everything in one mailbox anyway, that one.
    async fn archive_root(&mut self) -> Result<MailboxId, Error> {
        let known = self.tree.of_role(Role::Archive).or_else(|| self.tree.of_role(Role::All));
        if let Some(node) = known {
            return Ok(node.shown.id.clone());
        }
        self.create_for(Role::Archive, ARCHIVE).await
    }

    /// Moves a batch unless it is there already.
    async fn carry_there(&mut self, batch: &Batch, to: &MailboxId) -> Result<Part, Error> {
        if batch.mailbox == *to {
            return Ok(Part::default());
        }
        self.carry(batch, to, Carry::Move).await
    }

    /// Files a batch as junk, or as not.
    pub(super) async fn judge(&mut self, piece: &Batch, verdict: Verdict) -> Result<Part, Error> {
        let keyword = |keyword: &str| Flag::Keyword(keyword.to_owned());
        let (junk, not_junk) = (keyword(Flag::JUNK), keyword(Flag::NOT_JUNK));
        let (to, add, remove) = match verdict {
            Verdict::Junk => (self.junk_mailbox().await?, junk, not_junk),
            Verdict::NotJunk => {
                let inbox = self.tree.of_role(Role::Inbox).ok_or(Error::NonExistent)?;
                (inbox.shown.id.clone(), not_junk, junk)
            }
        };
        let selected = self.select_for(&piece.mailbox, piece.uid_validity).await?;
        // Where keywords cannot be kept the mailbox alone tells.
        let keeps = !selected.read_only && can_keep(&selected, &add);
        let mut marked = Part::default();
        if keeps {
            let change = FlagChange { add: vec![add], remove: vec![remove] };
            marked = self.change_flags(piece, &change).await?;
        }
        if piece.mailbox == to {
            return Ok(marked);
        }
        let mut carried = self.carry(piece, &to, Carry::Move).await?;
        // They are taken back where they are now, before they are moved back.
        let unmark = marked.undo.into_iter().filter_map(|step| moved_along(step, &carried));
        let unmark: Vec<Step> = unmark.collect();
        carried.undo.extend(unmark);
        Ok(carried)
    }

    async fn junk_mailbox(&mut self) -> Result<MailboxId, Error> {
        match self.tree.of_role(Role::Junk) {
            Some(node) => Ok(node.shown.id.clone()),
            None => self.create_for(Role::Junk, JUNK).await,
        }
    }
}

/// A step about messages that were moved since, where they are now.
fn moved_along(step: Step, carried: &Part) -> Option<Step> {
    let Step::Flags { at, change } = step else { return None };
    let now = |uid: &u32| {
        let moved = carried.moved.iter().find(|moved| moved.from.uid.0 == *uid)?;
        moved.to.clone()
    };
    let keys: Vec<_> = at.uids.iter().filter_map(now).collect();
    let first = keys.first()?;
    let at = Batch {
        mailbox: first.mailbox.clone(),
        uid_validity: first.uid_validity,
        uids: keys.iter().map(|key| key.uid.0).collect(),
    };
    Some(Step::Flags { at, change })
}

/// The mailboxes below the archive for a message of this time.
fn levels(by: ArchiveBy, received_at: i64) -> Vec<String> {
    let (year, month) = year_and_month(received_at);
    match by {
        ArchiveBy::Flat => Vec::new(),
        ArchiveBy::Year => vec![format!("{year:04}")],
        ArchiveBy::Month => vec![format!("{year:04}"), format!("{month:02}")],
    }
}

/// Year and month in UTC of seconds since 1970, by the civil calendar.
fn year_and_month(seconds: i64) -> (i64, i64) {
    // Days since 0000-03-01, in eras of 400 years: leap days then end each year.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_fall_into_their_months() {
        for (seconds, expect) in [
            (0, (1970, 1)),
            (-1, (1969, 12)),
            (951_782_400, (2000, 2)),
            (951_868_800, (2000, 3)),
            (1_704_067_199, (2023, 12)),
            (1_704_067_200, (2024, 1)),
            (1_709_164_800, (2024, 2)),
            (1_735_689_599, (2024, 12)),
        ] {
            assert_eq!(year_and_month(seconds), expect, "{seconds}");
        }
        assert_eq!(levels(ArchiveBy::Month, 1_709_164_800), ["2024", "02"]);
    }
}
