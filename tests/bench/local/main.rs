//! `bench-local [MESSAGES]`: local mailboxes of 200,000 messages: delivery, the first window,
//! search, and how much memory and disk that takes; then the same at the bridge. Figures, no test.

mod bridge;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bridge::Ground;
use bytes::Bytes;
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::store::local::{Delivery, Label, LocalConnection, Stores, UserStore};
use postern::store::query::{Day, parse};
use postern::store::{Criteria, MailboxName, Stretch};
use postern_tests::wait;

/// Messages of one delivery, as a collector groups them.
const BATCH: usize = 64;
/// Octets of one message, about.
const SIZE: usize = 10_000;
/// Times that a figure is taken; the median counts.
const ROUNDS: usize = 11;
/// What texts are made of.
const WORDS: [&str; 24] = [
    "the",
    "meeting",
    "załącznik",
    "faktura",
    "project",
    "发票",
    "会议",
    "谢谢",
    "please",
    "umowa",
    "regards",
    "Gdańsk",
    "budget",
    "report",
    "系统",
    "通知",
    "delivery",
    "zamówienie",
    "question",
    "answer",
    "pociąg",
    "schedule",
    "review",
    "contract",
];

/// What is searched for.
const QUERIES: [&str; 10] = [
    "发票",
    "票",
    "\"zażółć\"",
    "zazolc",
    "gdansk",
    "ałącz",
    "subject:unikat",
    "body:\"faktura umowa\"",
    "from:person7 发票",
    "nothingatall",
];

#[tokio::main]
async fn main() -> Result<()> {
    let given = std::env::args().nth(1).map(|text| text.parse()).transpose()?;
    let count: usize = given.unwrap_or(200_000);
    let mut ground = Ground::prepare().await?;
    let (data, account) = (ground.data_dir(), ground.account.clone());
    let store = Stores::new(&data, Blobs::open(&data)?, Clock::system(), 0);
    let store = store.of(ground.user).await?;
    let mut connection = store.connect(&account).await?;
    deliver(&store, &account, count).await?;
    let mut bytes = 0;
    for entry in std::fs::read_dir(data.join("mail"))? {
        bytes += entry?.metadata()?.len();
    }
    let part = bytes as f64 / (count * SIZE) as f64 * 100.0;
    report(&format!("on disk: {:.0} MB, {part:.0} % of the mail", bytes as f64 / 1e6))?;
    let inbox = MailboxName::from_text("INBOX");
    let mut fresh = Vec::new();
    for _ in 0..ROUNDS {
        let begun = wait::now();
        let mut connection = store.connect(&account).await?;
        connection.select(&inbox).await?;
        let stretch = Stretch { newest_first: true, offset: 0, count: 50 };
        let (_, rows) = connection.rows_of(stretch).await?;
        fresh.push(begun.elapsed());
        anyhow::ensure!(rows.len() == 50.min(count));
    }
    figure("first window: connect, SELECT and 50 rows", fresh)?;
    connection.select(&inbox).await?;
    verbs(&mut connection, count).await?;
    for query in QUERIES {
        search(&mut connection, query).await?;
    }
    report(&format!("memory: {} MB resident at most", peak()? / 1024))?;
    drop(connection);
    store.close().await;
    ground.measure(count, &QUERIES).await
}

async fn deliver(store: &UserStore, account: &str, count: usize) -> Result<()> {
    let begun = wait::now();
    let mut slowest = Duration::ZERO;
    for first in (0..count).step_by(BATCH) {
        let batch = (first..count.min(first + BATCH)).map(delivery).collect();
        let one = wait::now();
        store.deliver(account, batch).await?;
        slowest = slowest.max(one.elapsed());
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    report(&format!("delivery: {rate:.0} messages/s of {SIZE} octets, slowest batch {slowest:.0?}"))
}

fn delivery(number: usize) -> Delivery {
    Delivery {
        mailbox: MailboxName::from_text("INBOX"),
        message: message(number).into(),
        flags: Vec::new(),
        received_at: 1_600_000_000 + number as i64,
        name: number.to_string(),
        label: Label::default(),
    }
}

/// A message of its own words, some of them in no other.
fn message(number: usize) -> Bytes {
    let mut text = format!(
        "From: Person {0} <person{0}@example.test>\r\nTo: me@example.test\r\n\
         Subject: Number {number}\r\nMessage-ID: <{number}@example.test>\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        number % 300,
    );
    if number % 1_000 == 7 {
        text.push_str("Zażółć gęślą jaźń. ");
    }
    // A generator of numbers that are alike in every run.
    let mut state = number as u64 * 0x9e37_79b9 + 1;
    let mut column = 0;
    while text.len() < SIZE {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = (state >> 33) as usize;
        match pick % 10 {
            // Rare words: a vocabulary as large as mail's.
            0 => text.push_str(&format!("w{:x}", pick % 300_000)),
            // Chinese mail is a part of it: two of the words are in every hundredth.
            1..=8 => {
                let word = WORDS[pick / 10 % WORDS.len()];
                let rare = !word.is_ascii() && !number.is_multiple_of(100);
                text.push_str(if rare { "letter" } else { word });
            }
            _ => text.push_str("plain"),
        }
        column += 1;
        text.push_str(if column % 12 == 0 { "\r\n" } else { " " });
    }
    text.into()
}

async fn verbs(connection: &mut LocalConnection, count: usize) -> Result<()> {
    let mut taken: [Vec<Duration>; 5] = Default::default();
    for round in 0..ROUNDS {
        let middle = u32::try_from(count / 2 + round * 50)?;
        let begun = wait::now();
        let stretch = Stretch { newest_first: true, offset: middle, count: 50 };
        connection.rows_of(stretch).await?;
        taken[0].push(begun.elapsed());
        let begun = wait::now();
        connection.message(middle).await?;
        taken[1].push(begun.elapsed());
        let begun = wait::now();
        connection.uids().await?;
        taken[2].push(begun.elapsed());
        let begun = wait::now();
        connection.search(Criteria::Unseen).await?;
        taken[3].push(begun.elapsed());
        let begun = wait::now();
        connection.list().await?;
        taken[4].push(begun.elapsed());
    }
    let names =
        ["50 rows in the middle", "open a message", "all uids", "unseen uids", "list with counts"];
    names.into_iter().zip(taken).try_for_each(|(name, taken)| figure(name, taken))
}

async fn search(connection: &mut LocalConnection, text: &str) -> Result<()> {
    let today = Day::of(2026, 11, 22).context("a day")?;
    let query = parse(text, today)?;
    let mut taken = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let begun = wait::now();
        found = connection.search_query(&query).await?.uids.len();
        taken.push(begun.elapsed());
    }
    figure(&format!("search {text}: {found} found"), taken)
}

fn figure(name: &str, mut taken: Vec<Duration>) -> Result<()> {
    taken.sort();
    let (first, last) = (taken[0], taken[taken.len() - 1]);
    report(&format!("{name}: {:.1?} ({first:.1?} to {last:.1?})", taken[taken.len() / 2]))
}

/// The most memory that the process held, in kB.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
