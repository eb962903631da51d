//! What an index keeps of messages: a batch of rows with thread links and names of attachments,
//! read while it arrives.

use std::collections::BTreeMap;

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::convert;
use super::fetched::Fetched;
use super::rows::fill_but_structure;
use super::wire::Response;
use crate::store::{Error, IndexRow};

/// Messages in one batch.
const BATCH: usize = 1000;
/// Messages whose whole headers are asked for at once, where a server's own reading is of no use.
const LEAN_BATCH: usize = 50;
/// What such a second try asks for.
const LEAN_ITEMS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.65536>)";
/// File names that are kept of one message.
const MOST_NAMES: usize = 50;

/// Rows by uid, and whether each has its headers.
#[derive(Debug, Default)]
struct Gathered {
    rows: BTreeMap<u32, (IndexRow, bool)>,
    defects: u32,
}

impl ImapConnection {
    /// What an index keeps of these messages (at most 1,000), by ascending uid. Their positions
    /// are not told: they may be others by the time the batch ends.
    ///
    /// # Errors
    /// As every verb. A message that the server leaves out is absent.
    pub async fn index_rows(&mut self, uids: &[u32]) -> Result<Vec<IndexRow>, Error> {
        if uids.len() > BATCH {
            return Err(Error::Invalid("too many uids"));
        }
        let mut gathered = Gathered::default();
        let items = self.index_items();
        for set in sets(uids) {
            self.gather_index(&mut gathered, &set, &items).await?;
        }
        let missed = |uid: &u32| match gathered.rows.get(uid) {
            Some((_, whole)) => !whole,
            None => gathered.defects > 0,
        };
        let retry: Vec<u32> = uids.iter().copied().filter(missed).collect();
        for batch in retry.chunks(LEAN_BATCH) {
            for set in sets(batch) {
                self.gather_index(&mut gathered, &set, LEAN_ITEMS).await?;
            }
        }
        let mut wanted = uids.to_vec();
        wanted.sort_unstable();
        let rows = gathered.rows.into_iter().filter(|(uid, _)| wanted.binary_search(uid).is_ok());
        Ok(rows.map(|(_, (row, _))| row).collect())
    }

    /// What a batch asks for, by what the server offers.
    fn index_items(&self) -> String {
        let has = |name| self.capabilities.has(name);
        let modseq = self.selection.as_ref().is_some_and(|(_, it)| it.highest_modseq.is_some());
        let mut items = String::from("(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE");
        for (offered, item) in [
            (modseq, " MODSEQ"),
            (has("PREVIEW"), " PREVIEW (LAZY)"),
            (has("OBJECTID"), " EMAILID THREADID"),
            (has("X-GM-EXT-1") && !has("OBJECTID"), " X-GM-MSGID X-GM-THRID"),
        ] {
            if offered {
                items.push_str(item);
            }
        }
        items.push_str(" BODY.PEEK[HEADER.FIELDS (REFERENCES LIST-ID)])");
        items
    }

    async fn gather_index(
        &mut self,
        gathered: &mut Gathered,
        set: &str,
        items: &str,
    ) -> Result<(), Error> {
        let command = Command::new("UID FETCH").words(set).words(items);
        let exchange = self.run_each(command, |response| gathered.take(response)).await?;
        gathered.defects += exchange.defects;
        self.absorb(exchange.untagged);
        Ok(())
    }
}

impl Gathered {
    fn take(&mut self, response: &Response) -> bool {
        let Some(fetched) = Fetched::read(response) else {
            self.defects += u32::from(Fetched::is_missed(response));
            return false;
        };
        let Some(uid) = fetched.uid().filter(|_| fetched.is_answer()) else { return false };
        let (row, whole) = self.rows.entry(uid).or_default();
        *whole |= fill_but_structure(&mut row.row, &fetched);
        extend(row, &fetched);
        true
    }
}

/// Reads what a list's row does not have.
fn extend(row: &mut IndexRow, fetched: &Fetched<'_>) {
    if let Some(modseq) = fetched.get("MODSEQ") {
        row.modseq = modseq.modseq();
    }
    let id = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| fetched.get(name))?;
        // An id of RFC 8474 stands in parentheses, and NIL where there is none.
        let id = value.list().first().unwrap_or(value).text().into_owned();
        (!id.is_empty()).then_some(id)
    };
    row.email_id = id(["EMAILID", "X-GM-MSGID"]).or(row.email_id.take());
    row.thread_id = id(["THREADID", "X-GM-THRID"]).or(row.thread_id.take());
    if let Some(structure) = fetched.get("BODYSTRUCTURE").and_then(convert::structure) {
        let files = structure.attachments();
        row.row.has_attachment = !files.is_empty();
        let names = files.into_iter().filter_map(|file| file.name.clone());
        row.attachment_names = names.take(MOST_NAMES).collect();
    }
    let header = fetched.body("HEADER.FIELDS").or_else(|| fetched.body("HEADER]"));
    if let Some((header, _)) = header {
        row.references = convert::references(header);
        row.list_id = convert::list_id(header);
    }
}
