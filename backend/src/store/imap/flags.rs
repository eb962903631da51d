//! Flags: read them, store them, and expunge what is marked deleted (RFC 9051 §6.4.6, RFC 4315).

use postern_shared::flag::Flag;

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::ext::qresync;
use super::fetched::Fetched;
use crate::store::{Error, Expunged, FlagsOf};

impl ImapConnection {
    /// The flags of these messages; those that are gone are absent.
    ///
    /// # Errors
    /// `Garbled` if an answer cannot be read.
    pub async fn flags_by_uid(&mut self, uids: &[u32]) -> Result<Vec<FlagsOf>, Error> {
        let mut all = Vec::with_capacity(uids.len());
        let mut wanted = uids.to_vec();
        wanted.sort_unstable();
        for set in sets(uids) {
            self.fetch_flags(&set, "", Some(&wanted), &mut all).await?;
        }
        Ok(all)
    }

    /// Messages of which only the header is here: none, nothing is here.
    ///
    /// # Errors
    /// None; as every verb's.
    pub async fn incomplete(&mut self, _uids: &[u32]) -> Result<Vec<(u32, String)>, Error> {
        Ok(Vec::new())
    }

    /// Messages that became whole since: none, they never change (RFC 9051 §2.3.1.1).
    ///
    /// # Errors
    /// None; as every verb's.
    pub async fn completed_since(&mut self, _modseq: u64) -> Result<Vec<u32>, Error> {
        Ok(Vec::new())
    }

    /// The flags of messages that changed after this modification number (RFC 7162 §3.1.4.1).
    ///
    /// # Errors
    /// As `flags_by_uid`; `Unsupported` without CONDSTORE.
    pub async fn flags_since(&mut self, modseq: u64) -> Result<Vec<FlagsOf>, Error> {
        if !self.capabilities.counts_changes() {
            return Err(Error::Unsupported("CONDSTORE"));
        }
        if modseq == 0 {
            // Since ever; some refuse the 0.
            return self.all_flags().await;
        }
        let mut all = Vec::new();
        if self.selection.as_ref().is_some_and(|(_, selected)| selected.exists > 0) {
            let since = format!(" (CHANGEDSINCE {modseq})");
            self.fetch_flags("1:*", &since, None, &mut all).await?;
        }
        Ok(all)
    }

    /// The flags of every message of the selected mailbox.
    ///
    /// # Errors
    /// As `flags_by_uid`.
    pub async fn all_flags(&mut self) -> Result<Vec<FlagsOf>, Error> {
        let mut all = Vec::new();
        if self.selection.as_ref().is_some_and(|(_, selected)| selected.exists > 0) {
            self.fetch_flags("1:*", "", None, &mut all).await?;
        }
        Ok(all)
    }

    async fn fetch_flags(
        &mut self,
        set: &str,
        modifier: &str,
        wanted: Option<&[u32]>,
        all: &mut Vec<FlagsOf>,
    ) -> Result<(), Error> {
        let items = format!("(UID FLAGS){modifier}");
        let exchange = self.run(Command::new("UID FETCH").words(set).words(&items)).await?;
        let missed = exchange.defects > 0 || exchange.untagged.iter().any(Fetched::is_missed);
        for response in exchange.untagged {
            if let Some((_, content)) = response.untagged(super::wire::Name::Vanished) {
                for (first, last) in qresync::vanished_now(content).unwrap_or_default() {
                    all.retain(|one| !(first..=last).contains(&one.uid));
                }
            }
            let fetched = Fetched::read(&response);
            let answer = fetched.as_ref().and_then(|it| Some((it.uid()?, it.flags()?)));
            match answer {
                Some((uid, flags))
                    if wanted.is_none_or(|wanted| wanted.binary_search(&uid).is_ok()) =>
                {
                    all.push(FlagsOf { uid, flags });
                }
                _ => self.absorb_one(&response),
            }
        }
        if missed { Err(Error::Garbled("FETCH FLAGS")) } else { Ok(()) }
    }

    /// Sets and clears flags; those in neither list stay as they are.
    ///
    /// # Errors
    /// `Refused`: of several commands' worth of uids the earlier ones are done.
    pub async fn store_flags(
        &mut self,
        uids: &[u32],
        add: &[Flag],
        remove: &[Flag],
    ) -> Result<(), Error> {
        for (item, flags) in [("+FLAGS.SILENT", add), ("-FLAGS.SILENT", remove)] {
            if flags.is_empty() {
                continue;
            }
            for set in sets(uids) {
                let command = Command::new("UID STORE").words(&set).words(item).flags(flags)?;
                self.run_quietly(command).await?;
            }
        }
        Ok(())
    }

    /// Removes for ever whatever is marked, whoever marked it: only for a mailbox of which nothing
    /// is to stay.
    ///
    /// # Errors
    /// As `store_flags`.
    pub async fn expunge_marked(&mut self) -> Result<(), Error> {
        self.run_quietly(Command::new("EXPUNGE")).await
    }

    /// Removes these messages for ever, and no others, also without UIDPLUS: then what others have
    /// marked is unmarked for as long as the bare EXPUNGE takes. Losing the connection there loses
    /// their marks, never a message.
    ///
    /// # Errors
    /// As `store_flags`.
    pub async fn expunge_only(&mut self, uids: &[u32]) -> Result<(), Error> {
        if self.expunge(uids).await? == Expunged::Removed {
            return Ok(());
        }
        let marked = self.search_for(|command| Ok(command.words("DELETED")), true).await?;
        let others: Vec<u32> = marked.into_iter().filter(|uid| !uids.contains(uid)).collect();
        if !others.is_empty() {
            self.store_flags(&others, &[], &[Flag::Deleted]).await?;
        }
        let done = self.expunge_marked().await;
        if !others.is_empty() {
            self.store_flags(&others, &[Flag::Deleted], &[]).await?;
        }
        done
    }

    /// Removes messages for ever. Where the server can remove no single message (no UIDPLUS)
    /// they are only marked: a bare EXPUNGE would take what others marked as well.
    ///
    /// # Errors
    /// As `store_flags`.
    pub async fn expunge(&mut self, uids: &[u32]) -> Result<Expunged, Error> {
        self.store_flags(uids, &[Flag::Deleted], &[]).await?;
        if !self.capabilities.has("UIDPLUS") {
            return Ok(Expunged::MarkedOnly);
        }
        for set in sets(uids) {
            self.run_quietly(Command::new("UID EXPUNGE").words(&set)).await?;
        }
        Ok(Expunged::Removed)
    }
}
