//! One suite of scenarios, as a page plays it, on good servers and on poor ones: the same results.
//!
//! `protocol/scenarios` plays the store's verbs; here the bridge makes up for what a server lacks, and
//! what is collected from a maildrop is mail like any other.

use anyhow::{Context, Result, ensure};
use postern_mailhost::{Capabilities, Pop3Capabilities};
use postern_shared::account::Protocol;
use postern_shared::api::mailboxes::{CreateMailbox, RenameMailbox};
use postern_shared::api::messages::{
    ChangeFlags, ExpungeMessages, MoveMessages, ReadPreviews, Targets,
};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_shared::uid::Uid;
use postern_shared::window::{Filter, Grouping, Order, Scope, Sort, SortKey, View, Within};
use postern_tests::bridge::{Bridge, Home};
use postern_tests::ground::{self, Ground, NOVEMBER};
use postern_tests::list::List;
use postern_tests::other::Other;
use postern_tests::visitor::{OpenList, Tab, Visitor, action};
use postern_tests::{Person, message};

/// From, subject, the message answered, the day that Date says, a word of the text.
type Letter = (&'static str, &'static str, Option<u32>, u32, &'static str);

/// In the order of arrival.
const LETTERS: [Letter; 5] = [
    ("Zora", "Plans", None, 9, "harbour"),
    ("Adam", "Re: Plans", Some(1), 8, "lighthouse"),
    ("Mia", "apples", None, 3, "orchard"),
    ("Bea", "Re: apples", Some(3), 4, "cellar"),
    ("Carl", "Alone", None, 11, "island 台北"),
];

async fn fill(ground: &Ground, person: &Person) -> Result<()> {
    for (number, (name, subject, answers, day, word)) in (1_u32..).zip(LETTERS) {
        let references = match answers {
            Some(before) => format!("References: <letter-{before}@b.test>\r\n"),
            None => String::new(),
        };
        let filler = "x ".repeat(100 * (6 - number) as usize);
        let message = format!(
            "From: {name} <{local}@b.test>\r\nTo: {to}\r\nSubject: {subject}\r\n\
             Date: {day} Nov 2026 10:00:00 +0000\r\nMessage-ID: <letter-{number}@b.test>\r\n\
             {references}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{word}\r\n{filler}\r\n",
            local = name.to_lowercase(),
            to = person.address,
        );
        let at = NOVEMBER + u64::from(number) * 3600;
        ground.file((person, "INBOX"), &[], at, message.as_bytes()).await?;
    }
    Ok(())
}

async fn inbox(tab: &mut Tab) -> Result<View> {
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    Ok(View::of_mailbox(tab.id(), inbox))
}

/// Opens a view and waits until it shows these subjects in a final order.
async fn check(tab: &mut Tab, what: &str, view: View, expected: &[&str]) -> Result<List> {
    let mut open = tab.open_view(view).await?;
    let followed = tab
        .follow(&mut open, what, |list| {
            list.order == Order::Final && list.rows.len() == expected.len()
        })
        .await;
    followed.with_context(|| format!("{what}: {:?}", open.list.subjects()))?;
    // The final delta may fill positions without rows: what is shown is asked for once more.
    let list = List::of(tab.link.call(open.call.clone()).await?)?;
    ensure!(list.subjects() == expected, "{what}: {:?} in place of {expected:?}", list.subjects());
    Ok(list)
}

async fn orders_threads_and_searches(tab: &mut Tab) -> Result<()> {
    let view = inbox(tab).await?;
    let newest = ["Alone", "Re: apples", "apples", "Re: Plans", "Plans"];
    check(tab, "by arrival", view.clone(), &newest).await?;
    for (by, expected) in [
        (SortKey::SentAt, ["apples", "Re: apples", "Re: Plans", "Plans", "Alone"]),
        (SortKey::From, ["Re: Plans", "Re: apples", "Alone", "apples", "Plans"]),
        (SortKey::Size, ["Alone", "Re: apples", "apples", "Re: Plans", "Plans"]),
    ] {
        let sorted = View { sort: Sort { by, descending: false }, ..view.clone() };
        check(tab, &format!("{by:?}"), sorted, &expected).await?;
    }
    let threads = View { grouping: Grouping::Threads, ..view.clone() };
    let list = check(tab, "threads", threads, &["Alone", "Re: apples", "Re: Plans"]).await?;
    let sizes: Vec<_> = list.rows.iter().flatten().filter_map(|row| row.thread.as_ref()).collect();
    let sizes: Vec<u32> = sizes.iter().map(|thread| thread.messages).collect();
    ensure!(sizes == [1, 2, 2], "messages of the threads: {sizes:?}");
    for (query, expected) in [
        ("subject:plans", &["Re: Plans", "Plans"][..]),
        ("from:mia", &["apples"]),
        ("orchard", &["apples"]),
        ("台北", &["Alone"]),
        ("subject:apples -from:bea", &["apples"]),
        ("nowhere-at-all", &[]),
    ] {
        let within = Within::Account(tab.id());
        let scope = Scope::Search { query: query.to_owned(), within };
        check(tab, query, View { scope, ..view.clone() }, expected).await?;
    }
    Ok(())
}

/// How messages begin: said by the rows, or once it is asked for; and a second time alike.
async fn previews(tab: &mut Tab) -> Result<()> {
    let rows = tab.open(Role::Inbox).await?.list.rows;
    let key = rows.iter().flatten().next().context("no rows")?.key.clone();
    let uids: Vec<Uid> = rows.iter().flatten().map(|row| row.key.uid).collect();
    let MessageKey { account, mailbox, uid_validity, .. } = key;
    for _ in 0..2 {
        let (account, mailbox, uids) = (account.clone(), mailbox.clone(), uids.clone());
        let call = ReadPreviews { account, mailbox, uid_validity, uids };
        let told = tab.link.call(call).await?;
        for row in rows.iter().flatten() {
            let letter = LETTERS.iter().find(|(_, subject, ..)| *subject == row.envelope.subject);
            let word = letter.map(|(.., word)| *word).context("a letter of nobody")?;
            let preview = told.iter().find(|(uid, _)| *uid == row.key.uid);
            let preview = preview.map_or("nothing", |(_, preview)| preview);
            ensure!(preview.starts_with(word), "{preview:?} in place of {word:?}");
            ensure!(!row.flags.seen(), "reading how it begins marked it as seen");
        }
    }
    Ok(())
}

async fn keys(tab: &mut Tab, subjects: &[&str]) -> Result<Vec<MessageKey>> {
    let open = tab.open(Role::Inbox).await?;
    let key = |subject: &&str| open.list.row(subject).map(|row| row.key.clone());
    subjects.iter().map(|subject| key(subject).with_context(|| format!("no {subject}"))).collect()
}

async fn changes(tab: &mut Tab, other: &mut Other) -> Result<()> {
    let view = inbox(tab).await?;
    let change = FlagChange { add: vec![Flag::Flagged, Flag::Seen], remove: vec![] };
    let targets = Targets::Keys(keys(tab, &["apples", "Plans"]).await?);
    tab.link.call(ChangeFlags { action: action(), targets, change }).await?;
    let flagged = View { filter: Filter::Flagged, ..view.clone() };
    check(tab, "flagged", flagged, &["apples", "Plans"]).await?;
    let unseen = View { filter: Filter::Unseen, ..view.clone() };
    check(tab, "unseen", unseen, &["Alone", "Re: apples", "Re: Plans"]).await?;

    let archive = tab.mailbox(Role::Archive).await?.id;
    let targets = Targets::Keys(keys(tab, &["Re: apples"]).await?);
    tab.link.call(MoveMessages { action: action(), targets, to: archive.clone() }).await?;
    let archived = View::of_mailbox(tab.id(), archive);
    check(tab, "the archive", archived, &["Re: apples"]).await?;
    ensure!(other.count(Role::Archive, "Re: apples").await? == 1, "others do not see the move");
    let targets = Targets::Keys(keys(tab, &["Re: Plans"]).await?);
    let expunged = tab.link.call(ExpungeMessages { action: action(), targets }).await;
    let left = other.count(Role::Inbox, "Re: Plans").await?;
    match expunged {
        Ok(_) => ensure!(left == 0, "expunged, and still there"),
        // Without UIDPLUS no single message can be expunged: it says so, and nothing is lost.
        Err(error) => {
            let error = error.downcast::<CallError>()?;
            ensure!(error.code == ErrorCode::Unsupported && left == 1, "{error:?}, {left} left");
        }
    }
    Ok(())
}

async fn mailboxes(tab: &mut Tab) -> Result<()> {
    let (account, parent) = (tab.id(), None);
    let name = "Pläne 台北".to_owned();
    let create =
        CreateMailbox { action: action(), account: account.clone(), parent: parent.clone(), name };
    let mailbox = tab.link.call(create).await?;
    let name = "Fertig".to_owned();
    tab.link.call(RenameMailbox { action: action(), account, mailbox, parent, name }).await?;
    let names: Vec<String> = tab.mailboxes().await?.into_iter().map(|it| it.name).collect();
    let there = |name: &str| names.iter().any(|it| it == name);
    ensure!(there("Fertig") && !there("Pläne 台北"), "{names:?}");
    Ok(())
}

/// A message of others, as many hours after the last one; the page is told of it.
async fn arrival(
    (ground, person): (&Ground, &Person),
    (tab, other): (&mut Tab, &mut Other),
    subject: &str,
) -> Result<OpenList> {
    let mut open = tab.open(Role::Inbox).await?;
    let message = message::plain(person, person, subject, "new");
    let at = NOVEMBER + 3600 * (25 + open.list.rows.len() as u64);
    ground.file((person, "INBOX"), &[], at, &message).await?;
    other.bring_in().await?;
    tab.follow(&mut open, "an arrival", |list| list.row(subject).is_some()).await?;
    Ok(open)
}

/// What others do reaches the page; at once where the server pushes.
async fn push(place: (&Ground, &Person), tab: &mut Tab, other: &mut Other) -> Result<()> {
    let mut open = arrival(place, (tab, other), "News").await?;
    other.flag("News").await?;
    let flagged = |list: &List| list.row("News").is_some_and(|row| row.flags.flagged());
    tab.follow(&mut open, "a flag", flagged).await?;
    other.expunge("News").await?;
    tab.follow(&mut open, "a removal", |list| list.row("News").is_none()).await
}

/// The next message comes alone: nothing that is gone comes back with it, from a maildrop neither.
async fn afterwards(place: (&Ground, &Person), (tab, other): (&mut Tab, &mut Other)) -> Result<()> {
    let before = tab.open(Role::Inbox).await?.list;
    let after = arrival(place, (tab, other), "Last").await?.list;
    let expected = [&["Last"], before.subjects().as_slice()].concat();
    ensure!(after.subjects() == expected, "{:?} in place of {expected:?}", after.subjects());
    Ok(())
}

/// Whether a page hears of what others do without asking.
fn pushes(ground: &Ground) -> bool {
    let lacks = |what: &&str| ground.name.contains(what);
    ground.protocol == Protocol::Pop3 || !["idle", "nothing", "the least"].iter().any(lacks)
}

async fn play(ground: &Ground) -> Result<()> {
    let person = ground.person("anna");
    fill(ground, &person).await?;
    let bridge = Bridge::start(Home::new(&ground.provider(), "/", "")?).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &person).await?.tab().await?;
    orders_threads_and_searches(&mut tab).await.context("orders, threads, searches")?;
    previews(&mut tab).await.context("previews")?;
    mailboxes(&mut tab).await.context("mailboxes")?;
    let (place, mut other) = ((ground, &person), Other::of(ground, &bridge, &person).await?);
    if pushes(ground) {
        push(place, &mut tab, &mut other).await.context("push")?;
    }
    changes(&mut tab, &mut other).await.context("changes")?;
    if pushes(ground) {
        afterwards(place, (&mut tab, &mut other)).await.context("afterwards")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_shows_the_same_whatever_dovecot_offers() -> Result<()> {
    for mask in ground::masks() {
        let ground = Ground::dovecot(mask, &["anna"]).await?;
        play(&ground).await.with_context(|| ground.name.clone())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_shows_the_same_whatever_the_mail_host_lacks() -> Result<()> {
    let every = Capabilities::every();
    let all = [("everything", every), ("nothing", Capabilities::none())];
    let one_less = Capabilities::NAMES.iter().map(|name| (*name, every.without(name)));
    for (name, on) in all.into_iter().chain(one_less) {
        let ground = Ground::host(name, on, &["anna"]).await?;
        play(&ground).await.with_context(|| ground.name.clone())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_shows_the_same_of_a_maildrop_whatever_its_server_lacks() -> Result<()> {
    let every = Pop3Capabilities::every();
    // A way to sign in there has to be.
    let least = Pop3Capabilities { user: true, ..Pop3Capabilities::none() };
    let all = [("everything", every), ("nothing", least)];
    let one_less = Pop3Capabilities::NAMES.iter().map(|name| (*name, every.without(name)));
    for (name, on) in all.into_iter().chain(one_less) {
        let ground = Ground::host_by_pop3(name, on, &["anna"]).await?;
        play(&ground).await.with_context(|| ground.name.clone())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_shows_the_same_of_a_maildrop_of_dovecot() -> Result<()> {
    play(&Ground::dovecot_by_pop3(&["anna"]).await?).await
}
