//! Orders and threads, where a server gives them: the right ones. Where it gives none, it is said.

use anyhow::{Result, ensure};
use postern::store::{Criteria, Error, SortBy};
use postern_tests::ground::NOVEMBER;

use super::{Stage, inbox, same};

/// A name, a subject, an answered message, and the day of November that Date says.
type Letter = (&'static str, &'static str, Option<u32>, u32);

/// Arrived in this order.
const LETTERS: [Letter; 6] = [
    ("Zoë", "Plans", None, 9),
    ("adam", "Re: Plans", Some(1), 8),
    ("Mia", "apples", None, 3),
    ("Bea", "Re: apples", Some(3), 4),
    ("Carl", "Fwd: Re: Plans", Some(2), 11),
    ("Dora", "Alone", None, 1),
];

async fn fill(stage: &mut Stage<'_>) -> Result<Vec<u32>> {
    for (number, (name, subject, answers, day)) in (1_u32..).zip(LETTERS) {
        let references = match answers {
            Some(before) => format!("References: <letter-{before}@b.test>\r\n"),
            None => String::new(),
        };
        let filler = "x".repeat(100 * (7 - number) as usize);
        let local = name.to_lowercase().replace('ë', "e");
        let message = format!(
            "From: =?utf-8?q?{}?= <{local}@b.test>\r\nTo: {to}\r\nSubject: {subject}\r\n\
             Date: {day} Nov 2026 10:00:00 +0000\r\nMessage-ID: <letter-{number}@b.test>\r\n\
             {references}\r\n{filler}\r\n",
            name.replace('ë', "=C3=AB"),
            to = stage.person.address,
        );
        let at = NOVEMBER + u64::from(number) * 3600;
        stage.file_at("INBOX", &[], at, message.as_bytes()).await?;
    }
    stage.store.select(&inbox()).await?;
    Ok(stage.store.uids().await?)
}

pub async fn orders_are_right(stage: &mut Stage<'_>) -> Result<()> {
    let uids = fill(stage).await?;
    for (by, expected) in [
        (SortBy::Arrival, [1, 2, 3, 4, 5, 6]),
        (SortBy::Date, [6, 3, 4, 2, 1, 5]),
        (SortBy::From, [2, 4, 5, 6, 3, 1]),
        (SortBy::Subject, [6, 3, 4, 2, 1, 5]),
        (SortBy::Size, [6, 5, 4, 3, 2, 1]),
    ] {
        let expected: Vec<u32> = expected.map(|number| uids[number - 1]).to_vec();
        for descending in [false, true] {
            let mut wanted = expected.clone();
            if descending {
                wanted.reverse();
            }
            match stage.store.sort(by, descending, Criteria::All).await {
                // What is equal may come in either direction: subjects are compared by their order.
                Ok(found) if by == SortBy::Subject => {
                    let mut found = found;
                    found.sort_unstable();
                    same("all of them", found, uids.clone())?;
                }
                Ok(found) => same(&format!("{by:?} {descending}"), found, wanted)?,
                Err(Error::Unsupported(_)) => {
                    let offers = stage.store.capabilities().has("SORT");
                    ensure!(!offers, "SORT is offered and not used");
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

pub async fn threads_are_right(stage: &mut Stage<'_>) -> Result<()> {
    let uids = fill(stage).await?;
    let expected = vec![vec![uids[0], uids[1], uids[4]], vec![uids[2], uids[3]], vec![uids[5]]];
    match stage.store.threads(Criteria::All).await {
        Ok(mut threads) => {
            threads.iter_mut().for_each(|thread| thread.sort_unstable());
            threads.sort();
            same("threads", threads, expected)
        }
        Err(Error::Unsupported(_)) => {
            let offers = stage.store.capabilities().iter().any(|word| word == "THREAD=REFERENCES");
            ensure!(!offers, "THREAD is offered and not used");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// What an index needs is there, whatever the server offers.
pub async fn index_rows_are_whole(stage: &mut Stage<'_>) -> Result<()> {
    let uids = fill(stage).await?;
    let rows = stage.store.index_rows(&uids).await?;
    let found: Vec<u32> = rows.iter().map(|row| row.row.uid).collect();
    same("uids", found, uids)?;
    for (number, (row, (_, subject, answers, _))) in (1..).zip(rows.iter().zip(LETTERS)) {
        same("subject", row.row.envelope.subject.as_str(), subject)?;
        let id = &row.row.envelope.message_id;
        ensure!(id.contains(&format!("letter-{number}@b.test")), "the Message-ID is {id}");
        let references = answers.map(|before| format!("letter-{before}@b.test"));
        let named: Vec<&str> =
            row.references.iter().map(|id| id.trim_matches(['<', '>'])).collect();
        same("references", named, references.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}
