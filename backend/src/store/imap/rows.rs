//! Rows of a list: FETCH of envelopes, with a leaner second try for what could not be read.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

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
enum Numbers {
    Seq,
    Uid,
}

/// How often a FETCH is repeated that met messages which another client is removing.
const EXPUNGE_TRIES: u32 = 5;

/// Rows by position, while the answer arrives.
#[derive(Debug, Default)]
struct Gathered {
    rows: BTreeMap<u32, (Row, bool)>,
    defects: u32,
}

impl ImapConnection {
    /// The rows at these positions; positions beyond the mailbox's end give none.
    ///
    /// # Errors
    /// As every verb. A row that the server leaves out is absent.
    pub async fn rows_by_seq(&mut self, range: RangeInclusive<u32>) -> Result<Vec<Row>, Error> {
        let mut tries = 0;
        loop {
            match self.try_rows_by_seq(range.clone()).await {
                // Some are gone and could not be told of during FETCH (RFC 5530, RFC 2180 §4.1):
                // NOOP lets the server tell, and then the positions are right.
                Err(error) if error.has_code("EXPUNGEISSUED") && tries < EXPUNGE_TRIES => {
                    tries += 1;
                    self.noop().await?;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_rows_by_seq(&mut self, range: RangeInclusive<u32>) -> Result<Vec<Row>, Error> {
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let (first, last) = ((*range.start()).max(1), (*range.end()).min(selected.exists));
        if first > last {
            return Ok(Vec::new());
        }
        let mut gathered = Gathered::default();
        let items = self.row_items();
        self.gather(&mut gathered, &format!("{first}:{last}"), Numbers::Seq, &items).await?;
        let retry: Vec<u32> = (first..=last).filter(|seq| gathered.wants(*seq)).collect();
        self.gather_lean(&mut gathered, &retry, Numbers::Seq).await?;
        Ok(gathered.into_rows())
    }

    /// The rows with these uids, ordered by position.
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

    /// The beginnings of these messages' texts, where the server makes them (RFC 8970). Rows bring
    /// only those that it has at hand.
    ///
    /// # Errors
    /// `Unsupported` where it does not.
    pub async fn previews(&mut self, uids: &[u32]) -> Result<Vec<(u32, String)>, Error> {
        if !self.capabilities.has("PREVIEW") {
            return Err(Error::Unsupported("PREVIEW"));
        }
        let mut gathered = Gathered::default();
        for set in sets(uids) {
            self.gather(&mut gathered, &set, Numbers::Uid, "(UID PREVIEW)").await?;
        }
        let rows = gathered.into_rows().into_iter();
        Ok(rows.filter_map(|row| Some((row.uid, row.preview?))).collect())
    }

    /// A row from its header alone, where the server's own reading of it is of no use.
    pub(super) async fn lean_row(&mut self, uid: u32) -> Result<Option<Row>, Error> {
        let mut gathered = Gathered::default();
        self.gather_lean(&mut gathered, &[uid], Numbers::Uid).await?;
        Ok(gathered.into_rows().pop())
    }

    async fn gather_lean(
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

    async fn gather(
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
        row.seq = fetched.seq;
        *whole |= fill(row, &fetched);
        true
    }

    /// Uids that are gone (RFC 7162 §3.2.10.2): those that lie behind move up.
    fn vanish(&mut self, content: &[u8]) {
        for (first, last) in qresync::vanished_ranges(content) {
            let rows = std::mem::take(&mut self.rows).into_values();
            let left = rows.filter(|(row, _)| !(first..=last).contains(&row.uid));
            self.rows = left
                .map(|(mut row, whole)| {
                    let before = if row.uid > last { last - first + 1 } else { 0 };
                    row.seq = row.seq.saturating_sub(before);
                    (row.seq, (row, whole))
                })
                .collect();
        }
    }

    fn expunge(&mut self, gone: u32) {
        self.rows.remove(&gone);
        let after = self.rows.split_off(&gone);
        self.rows.extend(after.into_values().map(|(mut row, whole)| {
            row.seq -= 1;
            (row.seq, (row, whole))
        }));
    }

    /// Whether a position needs a second try: left out beside unreadable lines, or incomplete.
    fn wants(&self, seq: u32) -> bool {
        self.rows.get(&seq).map_or(self.defects > 0, |(_, whole)| !whole)
    }

    fn into_rows(self) -> Vec<Row> {
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
