//! X-GM-EXT-1: Gmail's labels. Its ids of messages and threads come with an index's rows, its
//! search with a query.

use crate::store::imap::ImapConnection;
use crate::store::imap::command::{Command, sets};
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::Response;
use crate::store::{Error, MailboxName};

impl ImapConnection {
    /// The labels of these messages: names of mailboxes, or roles such as `\Inbox`.
    ///
    /// # Errors
    /// `Unsupported` where there are no labels; `Garbled` if an answer cannot be read.
    pub async fn gmail_labels(
        &mut self,
        uids: &[u32],
    ) -> Result<Vec<(u32, Vec<MailboxName>)>, Error> {
        self.check_gmail()?;
        let spelling = self.spelling();
        let (mut found, mut missed) = (Vec::new(), false);
        for set in sets(uids) {
            let take = |response: &Response| {
                let fetched = Fetched::read(response);
                missed |= fetched.is_none() && Fetched::is_missed(response);
                let labels = fetched.and_then(|it| {
                    let labels = it.get("X-GM-LABELS")?.list().iter();
                    // NIL and empty ones are no labels.
                    let labels = labels.filter_map(|it| it.bytes()).filter(|it| !it.is_empty());
                    let names = labels.map(|it| MailboxName::read(it, spelling)).collect();
                    Some((it.uid()?, names))
                });
                let taken = labels.is_some();
                found.extend(labels);
                taken
            };
            let command = Command::new("UID FETCH").words(&set).words("(UID X-GM-LABELS)");
            let exchange = self.run_each(command, take).await?;
            missed |= exchange.defects > 0;
            self.absorb(exchange.untagged);
        }
        if missed { Err(Error::Garbled("X-GM-LABELS")) } else { Ok(found) }
    }

    /// Sets a label on these messages.
    ///
    /// # Errors
    /// `Unsupported` where there are no labels.
    pub async fn add_gmail_label(
        &mut self,
        uids: &[u32],
        label: &MailboxName,
    ) -> Result<(), Error> {
        self.store_label("+X-GM-LABELS.SILENT", uids, label).await
    }

    /// Takes a label off these messages.
    ///
    /// # Errors
    /// `Unsupported` where there are no labels.
    pub async fn clear_gmail_label(
        &mut self,
        uids: &[u32],
        label: &MailboxName,
    ) -> Result<(), Error> {
        self.store_label("-X-GM-LABELS.SILENT", uids, label).await
    }

    async fn store_label(
        &mut self,
        item: &str,
        uids: &[u32],
        label: &MailboxName,
    ) -> Result<(), Error> {
        self.check_gmail()?;
        for set in sets(uids) {
            let command = Command::new("UID STORE").words(&set).words(item);
            self.run_quietly(command.open().mailbox(label)?.close()).await?;
        }
        Ok(())
    }

    fn check_gmail(&self) -> Result<(), Error> {
        if self.capabilities.has("X-GM-EXT-1") {
            Ok(())
        } else {
            Err(Error::Unsupported("X-GM-EXT-1"))
        }
    }
}
