//! Generated messages sent and read through the page's own calls: what is read is what was written.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use postern_shared::address::Address;
use postern_shared::api::messages::{OpenMessage, QuoteMessage, Urgency};
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::{Draft, Enclosed};
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_shared::submission::Plan;
use postern_shared::window::Anchor;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::chance::Chance;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, wait};

use crate::send::letter;
use crate::uploads::upload;

/// Messages in one run.
const COUNT: usize = 300;

const WORDS: [&str; 20] = [
    "bread",
    "Łódź",
    "żółw",
    "会议纪要",
    "下周",
    "اجتماع",
    "שלום",
    "Привет",
    "東京",
    "서울",
    "Grüße",
    "🚲",
    "👨‍👩‍👧‍👦",
    "50%",
    "=?utf-8?b?eA==?=",
    "\"so\"",
    "(so)",
    "one,two",
    "Ωmega",
    "Donaudampfschifffahrtsgesellschaftskapitän",
];

const NAMES: [&str; 10] = [
    "invoice.pdf",
    "合同 最终版.docx",
    "zdjęcie z Łodzi.jpg",
    "it's \"quoted\".txt",
    "تقرير.csv",
    "none",
    "100%25.bin",
    "a;b=c.dat",
    "a name so long that no line of any header could hold all of it, and then some more.tar.gz",
    "🚲.webp",
];

fn words(chance: &mut Chance, least: usize, most: usize) -> String {
    let count = least + chance.below(most - least + 1);
    let words: Vec<&str> = (0..count).filter_map(|_| chance.pick(&WORDS).copied()).collect();
    words.join(" ")
}

fn text(chance: &mut Chance) -> String {
    let line = |chance: &mut Chance| match chance.below(8) {
        0 => format!("> {}", words(chance, 1, 6)),
        1 => "From there".to_owned(),
        2 => "y".repeat(1500),
        3 => ".".to_owned(),
        4 => String::new(),
        _ => words(chance, 1, 40),
    };
    let mut lines = vec![words(chance, 1, 8)];
    lines.extend((0..chance.below(10)).map(|_| line(chance)));
    lines.join("\n")
}

/// A message as it was handed in, with the bytes of its files.
struct Sent {
    draft: Draft,
    files: Vec<(String, Vec<u8>)>,
}

struct Writer<'a> {
    home: &'a Home,
    visitor: &'a Visitor,
    tab: &'a Tab,
    to: [&'a Person; 2],
}

impl Writer<'_> {
    async fn compose(&self, number: usize, chance: &mut Chance) -> Result<Sent> {
        let subject = format!("{number} {}", words(chance, 0, 25));
        let mut draft = letter(self.tab, self.to[0], subject.trim());
        // A name that is an encoded word is read as one, quoted or not (RFC 2047 §5).
        let [to, cc] = self.to.map(|person| {
            let name = words(chance, 0, 4).replace("=?", "=");
            vec![Address { name, email: person.address.clone() }]
        });
        (draft.to, draft.cc) = (to, cc);
        draft.text = text(chance);
        if chance.one_in(3) {
            draft.html = Some(format!("<p>{}</p>", words(chance, 1, 60).replace('<', "")));
        }
        let mut files = Vec::new();
        for _ in 0..chance.below(4) {
            let name = chance.pick(&NAMES).context("there are names")?;
            let bytes: Vec<u8> = (0..chance.below(5_000)).map(|_| chance.draw() as u8).collect();
            let enclosed = upload(self.home, self.visitor, name, &bytes).await?;
            draft.attachments.push(Enclosed { name: (*name).to_owned(), ..enclosed });
            files.push(((*name).to_owned(), bytes));
        }
        Ok(Sent { draft, files })
    }
}

/// Every message of the reader's inbox, by the number that its subject begins with.
async fn received(tab: &mut Tab) -> Result<HashMap<usize, MessageKey>> {
    let mut found = HashMap::new();
    for first in (0..COUNT as u32).step_by(100) {
        let view = tab.window(Role::Inbox, Anchor::Offset(first), 100).await?;
        let window = tab.link.call(view).await?;
        for row in window.rows.into_iter().flatten() {
            let number = row.envelope.subject.split(' ').next().unwrap_or_default();
            found.insert(number.parse().context(row.envelope.subject.clone())?, row.key);
        }
    }
    Ok(found)
}

/// Reads one message as the page does, and says what is not as it was written.
async fn compare(reader: &Visitor, tab: &mut Tab, key: MessageKey, sent: &Sent) -> Result<()> {
    let read = tab.link.call(OpenMessage { key: key.clone(), urgency: Urgency::Now }).await?;
    let envelope = &read.summary.envelope;
    ensure!(envelope.subject == sent.draft.subject, "subject {:?}", envelope.subject);
    ensure!(envelope.to == sent.draft.to, "To {:?}", envelope.to);
    ensure!(envelope.cc == sent.draft.cc, "Cc {:?}", envelope.cc);
    let quote = tab.link.call(QuoteMessage { key: key.clone() }).await?;
    let text = sent.draft.text.trim_end();
    ensure!(quote.plain.trim_end() == text, "text {:?} for {text:?}", quote.plain);
    let count = read.attachments.len();
    ensure!(count == sent.files.len(), "{count} files for {}", sent.files.len());
    for (file, (name, bytes)) in read.attachments.iter().zip(&sent.files) {
        // What a reader may not save under is made safe by ours: quotes become underscores.
        let plain = |name: &str| name.replace(['"', '\'', '_'], "");
        ensure!(plain(&file.name).starts_with(&plain(name)), "{:?} for {name:?}", file.name);
        let path = format!("api/blob/{}/{}", key.path(), file.section);
        let response = reader.fetch(&path).await?;
        ensure!(response.status == 200, "{path}: {}", response.status);
        ensure!(response.body == *bytes, "{name}: other bytes");
    }
    Ok(())
}

async fn there_and_back(world: World) -> Result<()> {
    let seed = Chance::seed();
    let mut chance = Chance::new(seed);
    let people = ["anna", "ben", "chen"].map(|name| world.person(name));
    let config = "[limits]\nsubmissions_per_hour = 10000\n";
    let bridge = Bridge::start(Home::new(&world.provider(), "/", config)?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &people[0]).await?;
    let mut tab = visitor.tab().await?;
    let to = [&people[1], &people[2]];
    let mut all = Vec::new();
    for number in 0..COUNT {
        let writer = Writer { home: &bridge.home, visitor: &visitor, tab: &tab, to };
        let sent = writer.compose(number, &mut chance).await?;
        let draft = sent.draft.clone();
        tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
        all.push(sent);
    }
    let deadline = wait::now() + std::time::Duration::from_secs(240);
    while world.session(&people[1]).await?.count("INBOX").await? < COUNT {
        ensure!(wait::now() < deadline, "not all arrive; POSTERN_SEED={seed}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let reader = Visitor::sign_in(&bridge.home, &people[1]).await?;
    let mut theirs = reader.tab().await?;
    let mut keys = received(&mut theirs).await?;
    for (number, sent) in all.iter().enumerate() {
        let key = keys.remove(&number).with_context(|| format!("{number} is not there"))?;
        let same = compare(&reader, &mut theirs, key, sent).await;
        same.with_context(|| format!("message {number}; POSTERN_SEED={seed}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn generated_messages_come_back_as_they_were_written_from_the_mail_host() -> Result<()> {
    there_and_back(World::in_memory().await?).await
}

#[tokio::test]
async fn generated_messages_come_back_as_they_were_written_from_dovecot() -> Result<()> {
    there_and_back(World::real().await?).await
}
