//! Rows by where they lie in a mailbox: a first screen needs no uids. Positions stay in here.

use std::ops::RangeInclusive;

use super::connection::ImapConnection;
use super::rows::{Gathered, Numbers};
use crate::store::{Error, Row, Stretch};

/// How often a FETCH is repeated that met messages which another client is removing.
const EXPUNGE_TRIES: u32 = 5;

impl ImapConnection {
    /// How many messages there are, and the rows of a stretch of them, in the stretch's order; none
    /// in place of a row that the server leaves out.
    ///
    /// # Errors
    /// As every verb.
    pub async fn rows_of(&mut self, stretch: Stretch) -> Result<(u32, Vec<Option<Row>>), Error> {
        let mut tries = 0;
        loop {
            match self.try_rows_of(stretch).await {
                // Some are gone and could not be told of during FETCH (RFC 5530, RFC 2180 §4.1):
                // NOOP lets the server tell, and then it is counted anew.
                Err(error) if error.has_code("EXPUNGEISSUED") && tries < EXPUNGE_TRIES => {
                    tries += 1;
                    self.noop().await?;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_rows_of(&mut self, stretch: Stretch) -> Result<(u32, Vec<Option<Row>>), Error> {
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let exists = selected.exists;
        let Some(range) = positions(stretch, exists) else { return Ok((exists, Vec::new())) };
        let mut gathered = Gathered::default();
        let (set, items) = (format!("{}:{}", range.start(), range.end()), self.row_items());
        self.gather(&mut gathered, &set, Numbers::Seq, &items).await?;
        let retry: Vec<u32> = range.clone().filter(|seq| gathered.wants(*seq)).collect();
        self.gather_lean(&mut gathered, &retry, Numbers::Seq).await?;
        let mut at =
            |seq| gathered.rows.remove(&seq).map(|(row, _)| row).filter(|row| row.uid != 0);
        let rows = match stretch.newest_first {
            true => range.rev().map(&mut at).collect(),
            false => range.map(&mut at).collect(),
        };
        Ok((exists, rows))
    }
}

/// The positions of a stretch, ascending; none where it is empty.
fn positions(stretch: Stretch, exists: u32) -> Option<RangeInclusive<u32>> {
    let Stretch { newest_first, offset, count } = stretch;
    let remaining = exists.checked_sub(offset).filter(|remaining| *remaining > 0)?;
    let length = count.min(remaining);
    Some(if newest_first {
        remaining - length + 1..=remaining
    } else {
        offset + 1..=offset + length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_become_positions() {
        let check = |newest_first, exists, offset, expect: Option<RangeInclusive<u32>>| {
            let stretch = Stretch { newest_first, offset, count: 50 };
            assert_eq!(positions(stretch, exists), expect);
        };
        check(true, 100, 0, Some(51..=100));
        check(true, 100, 90, Some(1..=10));
        check(false, 100, 90, Some(91..=100));
        check(true, 7, 0, Some(1..=7));
        check(true, 0, 0, None);
        check(false, 100, 100, None);
    }
}
