//! What there is of each message: at a server, as it says, and in a file, as it is read.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};
use postern::bundle::messages::{self, Item, Reading};
use postern_tests::imap::RawImap;

/// A message: what it is known by, and everything that should stay as it is.
pub struct Seen {
    id: String,
    whole: u64,
}

impl Seen {
    fn new(bytes: &[u8], mut flags: Vec<String>, date: &str) -> Self {
        flags.retain(|flag| flag != "\\Recent" && !flag.is_empty());
        flags.sort_unstable();
        let text = String::from_utf8_lossy(bytes);
        let id = text.split("Message-ID: <").nth(1).and_then(|rest| rest.split('>').next());
        let mut hash = DefaultHasher::new();
        (bytes, flags, date).hash(&mut hash);
        Self { id: id.unwrap_or_default().to_owned(), whole: hash.finish() }
    }
}

/// Every message of a mailbox.
pub async fn of_mailbox(session: &mut RawImap, mailbox: &str) -> Result<Vec<Seen>> {
    let count = session.count(mailbox).await?;
    let mut all = Vec::with_capacity(count);
    for first in (1..=count).step_by(500) {
        let last = count.min(first + 499);
        let command = format!("FETCH {first}:{last} (FLAGS INTERNALDATE BODY.PEEK[])");
        let answer = session.ok(&command).await?;
        for text in answer.untagged.iter().filter(|text| text.contains(" FETCH (")) {
            all.extend(read(text));
        }
    }
    Ok(all)
}

/// None where something else was told than was asked for.
fn read(text: &str) -> Option<Seen> {
    let flags = text.split("FLAGS (").nth(1)?.split(')').next()?;
    let date = text.split("INTERNALDATE \"").nth(1)?.split('"').next()?;
    let (size, rest) = text.split_once("BODY[] {")?.1.split_once("}\r\n")?;
    let bytes = rest.as_bytes().get(..size.parse().ok()?)?;
    let flags = flags.split(' ').map(str::to_owned).collect();
    Some(Seen::new(bytes, flags, date.trim()))
}

/// Every message of a file.
pub fn of_file(path: &Path) -> Result<Vec<Seen>> {
    let aside = tempfile::tempdir()?;
    let reading = Reading { name: "mail", aside: aside.path(), largest: 1 << 30, skip: 0 };
    let (mut all, mut failed) = (Vec::new(), 0);
    let mut take = |item: Item| {
        let bytes = item.content.and_then(|mut content| content.next(usize::MAX).ok());
        let flags = item.marks.flags.iter().map(|flag| flag.as_imap().to_owned()).collect();
        let date = item.marks.received_at.unwrap_or_default().to_string();
        match bytes {
            Some(bytes) => all.push(Seen::new(&bytes, flags, &date)),
            None => failed += 1,
        }
        true
    };
    messages::read(File::open(path)?, reading, &mut take).context("reading the file")?;
    anyhow::ensure!(failed == 0, "{failed} messages cannot be read");
    Ok(all)
}

/// Says how many are equal, different, missing and too many; and how many are not equal.
pub fn compare(before: &[Seen], after: &[Seen]) -> (String, usize) {
    let mut left: HashMap<&str, Vec<u64>> = HashMap::new();
    after.iter().for_each(|one| left.entry(&one.id).or_default().push(one.whole));
    let (mut equal, mut different, mut missing) = (0, 0, 0);
    for one in before {
        let there = left.entry(&one.id).or_default();
        match there.iter().position(|whole| *whole == one.whole) {
            Some(at) => {
                there.remove(at);
                equal += 1;
            }
            None if there.pop().is_some() => different += 1,
            None => missing += 1,
        }
    }
    let surplus: usize = left.values().map(Vec::len).sum();
    let text =
        format!("equal {equal}, different {different}, missing {missing}, too many {surplus}");
    (text, different + missing + surplus)
}
