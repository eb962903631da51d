//! Rows of a list: FETCH of envelopes, with a leaner second try for what could not be read.

use std::collections::BTreeMap;

use super::command::{Command, sets};
use super::connection::ImapConnection;
use super::convert;
use super::ext::qresync;
use super::fetched::Fetched;
use super::wire::{Name, Response};
use crate::store::{Error, Row};

/// Rows of a second try in one command: each brings a whole header.
const LEAN_BATCH: usize = 50;
/// What a second try asks for: no structures that a server can get wrong.
const LEAN_ITEMS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.65536>)";

/// Which numbers a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Seq,
    Uid,
}

/// Rows by position, and whether each has its headers, while the answer arrives.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) rows: BTreeMap<u32, (Row, bool)>,
    defects: u32,
}

impl ImapConnection {
    /// The rows of what came after this uid, in order of arrival: of everything where it is 0.
    ///
    /// # Errors
    /// As every verb. A row that the server leaves out is absent.
    pub async fn rows_after(&mut self, uid: u32) -> Result<Vec<Row>, Error> {
        let Some(first) = uid.checked_add(1) else { return Ok(Vec::new()) };
        let mut gathered = Gathered::default();
        let items = self.row_items();
        self.gather(&mut gathered, &format!("{first}:*"), Numbers::Uid, &items).await?;
        let lacking = |(_, (row, whole)): (&u32, &(Row, bool))| (!whole).then_some(row.uid);
        let retry: Vec<u32> = gathered.rows.iter().filter_map(lacking).collect();
        self.gather_lean(&mut gathered, &retry, Numbers::Uid).await?;
        // `first:*` always names the last message, though it be older (RFC 9051 §9).
        Ok(gathered.into_rows().into_iter().filter(|row| row.uid > uid).collect())
    }

    /// The rows with these uids, in order of arrival.
    ///
    /// # Errors
    /// As every verb. A row that the server leaves out is absent.
    pub async fn rows_by_uid(&mut self, uids: &[u32]) -> Result<Vec<Row>, Error> {
        let mut gathered = Gathered::default();
        let items = self.row_items();
        for set in sets(uids) {
            self.gather(&mut gathered, &set, Numbers::Uid, &items).await?;
        }
        let had: BTreeMap<u32, bool> =
            gathered.rows.values().map(|(row, whole)| (row.uid, *whole)).collect();
        let missed = |uid: &u32| match had.get(uid) {
            Some(whole) => !whole,
            None => gathered.defects > 0,
        };
        let retry: Vec<u32> = uids.iter().copied().filter(missed).collect();
        self.gather_lean(&mut gathered, &retry, Numbers::Uid).await?;
        Ok(gathered.into_rows())
    }

    /// A row from its header alone, where the server's own reading of it is of no use.
    pub(super) async fn lean_row(&mut self, uid: u32) -> Result<Option<Row>, Error> {
        let mut gathered = Gathered::default();
        self.gather_lean(&mut gathered, &[uid], Numbers::Uid).await?;
        Ok(gathered.into_rows().pop())
    }

    pub(super) async fn gather_lean(
        &mut self,
        gathered: &mut Gathered,
        retry: &[u32],
        numbers: Numbers,
    ) -> Result<(), Error> {
        for batch in retry.chunks(LEAN_BATCH) {
            for set in sets(batch) {
                self.gather(gathered, &set, numbers, LEAN_ITEMS).await?;
            }
        }
        Ok(())
    }

    pub(super) fn row_items(&self) -> String {
        let preview = if self.capabilities.has("PREVIEW") { " PREVIEW (LAZY)" } else { "" };
        format!("(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE{preview})")
    }

    pub(super) async fn gather(
        &mut self,
        gathered: &mut Gathered,
        set: &str,
        numbers: Numbers,
        items: &str,
    ) -> Result<(), Error> {
        let fetch = if numbers == Numbers::Uid { "UID FETCH" } else { "FETCH" };
        let exchange = self.run(Command::new(fetch).words(set).words(items)).await?;
        gathered.defects += exchange.defects;
        for response in exchange.untagged {
            if !gathered.take(&response) {
                self.absorb_one(&response);
            }
        }
        Ok(())
    }
}

impl Gathered {
    /// Takes a response if it is part of the answer and not news as well.
    fn take(&mut self, response: &Response) -> bool {
        if let Some((Some(seq), _)) = response.untagged(Name::Expunge) {
            self.expunge(seq);
            return false;
        }
        if let Some((_, content)) = response.untagged(Name::Vanished) {
            self.vanish(content);
            return false;
        }
        let Some(fetched) = Fetched::read(response) else {
            self.defects += u32::from(Fetched::is_missed(response));
            return false;
        };
        // Some tell of a message that is gone at position 0.
        if !fetched.is_answer() || fetched.seq == 0 {
            if let (Some((row, _)), Some(flags)) =
                (self.rows.get_mut(&fetched.seq), fetched.flags())
            {
                row.flags = flags;
            }
            return false;
        }
        let (row, whole) = self.rows.entry(fetched.seq).or_default();
        *whole |= fill(row, &fetched);
        true
    }

    /// Uids that are gone (RFC 7162 §3.2.10.2): those that lie behind move up.
    fn vanish(&mut self, content: &[u8]) {
        for (first, last) in qresync::vanished_now(content).unwrap_or_default() {
            let rows = std::mem::take(&mut self.rows).into_iter();
            let left = rows.filter(|(_, (row, _))| !(first..=last).contains(&row.uid));
            self.rows = left
                .map(|(seq, (row, whole))| {
                    let before = if row.uid > last { last - first + 1 } else { 0 };
                    (seq.saturating_sub(before), (row, whole))
                })
                .collect();
        }
    }

    fn expunge(&mut self, gone: u32) {
        self.rows.remove(&gone);
        let after = self.rows.split_off(&gone);
        self.rows.extend(after.into_iter().map(|(seq, row)| (seq - 1, row)));
    }

    /// Whether a position needs a second try: left out beside unreadable lines, or incomplete.
    pub(super) fn wants(&self, seq: u32) -> bool {
        self.rows.get(&seq).map_or(self.defects > 0, |(_, whole)| !whole)
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows.into_values().map(|(row, _)| row).filter(|row| row.uid != 0).collect()
    }
}

/// Fills a row from the items of a FETCH; whether it now has its headers.
pub(super) fn fill(row: &mut Row, fetched: &Fetched<'_>) -> bool {
    if let Some(structure) = fetched.get("BODYSTRUCTURE").and_then(convert::structure) {
        row.has_attachment = structure.has_attachment();
    }
    fill_but_structure(row, fetched)
}

/// The same without the structure, for who reads that too.
pub(super) fn fill_but_structure(row: &mut Row, fetched: &Fetched<'_>) -> bool {
    row.uid = fetched.uid().unwrap_or(row.uid);
    if let Some(flags) = fetched.flags() {
        row.flags = flags;
    }
    if let Some(size) = fetched.get("RFC822.SIZE") {
        row.size = size.number().unwrap_or(0);
    }
    if let Some(date) = fetched.get("INTERNALDATE") {
        row.internal_date = convert::internal_date(date).unwrap_or(0);
    }
    if let Some(preview) = fetched.get("PREVIEW").and_then(|preview| preview.bytes()) {
        row.preview = Some(String::from_utf8_lossy(preview).into_owned());
    }
    if let Some(envelope) = fetched.get("ENVELOPE").and_then(convert::envelope) {
        row.envelope = envelope;
        return true;
    }
    match fetched.body("HEADER]") {
        Some((header, _)) if !header.is_empty() => {
            row.envelope = convert::from_header(header);
            true
        }
        _ => false,
    }
}
