//! The account against a mail host in memory: windows stay true, whatever happens.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use postern_mailhost::{Capabilities, Host, ImapEffect, MailHost, Trigger};
use postern_shared::account::AccountId;
use postern_shared::api::messages::Targets;
use postern_shared::api::windows::{OpenWindow, ResumeWindow, Resumed};
use postern_shared::event::Event;
use postern_shared::flag::Flag;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageSummary;
use postern_shared::window::{Anchor, Delta, Total, View, Window, WindowId};
use tokio::sync::mpsc::Receiver;

mod bulk;
mod connection;
mod local;
mod mailboxes;
mod pool;
mod resync;

use super::*;
use crate::clock::Clock;
use crate::config;
use crate::db::{Db, UserId};
use crate::net::Provider;
use crate::secret::Secret;
use crate::store::imap::Credentials;

const ALICE: &str = "alice@postern.example";
const LINK: LinkId = LinkId(1);
const WINDOW: WindowId = WindowId(1);
const PATIENCE: Duration = Duration::from_secs(10);

/// Where every message is whole nobody is asked for more.
struct NoRest;

impl Rest for NoRest {
    fn fetch(&self, _: AccountId, names: Vec<String>) -> BoxFuture<'static, Vec<(String, Error)>> {
        panic!("the rest of {names:?} is asked for")
    }
}

struct Stage {
    host: Host,
    account: Account,
    events: Receiver<Event>,
    surroundings: Surroundings,
    _place: tempfile::TempDir,
}

impl Stage {
    async fn new(messages: usize) -> Self {
        let host = MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap();
        Self::on(host, messages).await
    }

    async fn on(host: Host, messages: usize) -> Self {
        Self::at(host, messages, Clock::system()).await
    }

    async fn at(host: Host, messages: usize, clock: Clock) -> Self {
        for number in 1..=messages {
            host.deliver(ALICE, message(number)).unwrap();
        }
        let facts = facts(&host);
        Self::with(host, facts, clock).await
    }

    async fn with(host: Host, facts: Facts, clock: Clock) -> Self {
        Self::keeping(host, facts, clock, None).await
    }

    async fn keeping(host: Host, facts: Facts, clock: Clock, shelf: Option<Shelf>) -> Self {
        let audience = Arc::new(Audience::default());
        let events = audience.join(LINK, CancellationToken::new());
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let surroundings = Surroundings {
            audience,
            clock,
            memory: Memory::default(),
            shelf,
            durable: (db, UserId([1; 16])),
            rest: Arc::new(NoRest),
        };
        let account = Account::start(facts, surroundings.clone(), None);
        Self { host, account, events, surroundings, _place: place }
    }

    /// Waits until the watcher idles and the actor has nothing left to do.
    async fn settle(&self) {
        let settled = async {
            while self.host.connections().commands(ALICE, "IDLE") == 0 {
                tokio::task::yield_now().await;
            }
            let idle = |actor: &Actor| actor.chores.is_empty();
            let is_idle = || {
                self.account.ask(Urgency::Ahead, move |actor| {
                    let idle = idle(actor);
                    async move { Ok(idle) }.boxed()
                })
            };
            while !is_idle().await.unwrap() {}
        };
        tokio::time::timeout(PATIENCE, settled).await.expect("everything comes to rest");
    }

    /// Opens another window, so that another mailbox is the selected one.
    async fn look_aside(&self) {
        let trash = View::of_mailbox(self.account.facts().id.clone(), self.mailbox("Trash").await);
        let anchor = Anchor::Offset(0);
        let open = OpenWindow { window: WindowId(2), view: trash, anchor, count: 5 };
        self.account.open_window(LINK, open).await.unwrap();
    }

    async fn mailbox(&self, name: &str) -> MailboxId {
        let all = self.account.list_mailboxes().await.unwrap();
        all.into_iter().find(|mailbox| mailbox.name.eq_ignore_ascii_case(name)).unwrap().id
    }

    async fn open(&self, offset: u32, count: u32) -> Window {
        self.account.open_window(LINK, self.inbox(offset, count).await).await.unwrap()
    }

    async fn inbox(&self, offset: u32, count: u32) -> OpenWindow {
        let view = View::of_mailbox(self.account.facts().id.clone(), self.mailbox("inbox").await);
        OpenWindow { window: WINDOW, view, anchor: Anchor::Offset(offset), count }
    }

    /// The next event that `pick` takes.
    async fn event<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the account goes on");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the event comes in time")
    }

    async fn delta(&mut self) -> Delta {
        self.event(|event| match event {
            Event::WindowDelta(WINDOW, delta) => Some(delta),
            Event::WindowStale(_) => panic!("the window went stale"),
            _ => None,
        })
        .await
    }
}

fn facts(host: &Host) -> Facts {
    let address = host.imap_addr();
    let settings = config::Provider {
        name: "Test".into(),
        domains: vec!["*".into()],
        imap: Some(config::Endpoint {
            host: address.ip().to_string(),
            port: address.port(),
            security: config::Security::Plain,
        }),
        pop3: None,
        smtp: None,
        login: "{address}".into(),
        smtp_login: String::new(),
        any_from: false,
        sent_copy: config::SentCopy::Auto,
        authserv_ids: Vec::new(),
        ca_file: None,
        connections: 2,
        imap_limits: config::ImapLimits::default(),
        allow_plaintext: true,
    };
    Facts {
        id: AccountId("a".into()),
        address: ALICE.into(),
        provider: Arc::new(Provider::new(settings).unwrap()),
        credentials: Credentials { login: ALICE.into(), secret: Secret::new("secret".into()) },
        identities: Identities::default(),
        look: Look::default(),
        local: None,
    }
}

fn message(number: usize) -> String {
    format!("From: Bob <bob@postern.example>\r\nSubject: Number {number}\r\n\r\nText {number}.\r\n")
}

fn online(event: &Event) -> bool {
    matches!(event, Event::AccountChanged(account) if account.state == AccountState::Online)
}

fn subjects(rows: &[Option<MessageSummary>]) -> Vec<&str> {
    rows.iter().map(|row| row.as_ref().map_or("-", |row| row.envelope.subject.as_str())).collect()
}

#[tokio::test]
async fn a_window_shows_the_newest_first_from_any_position() {
    let stage = Stage::new(30).await;
    let first = stage.open(0, 3).await;
    assert_eq!(subjects(&first.rows), ["Number 30", "Number 29", "Number 28"]);
    assert_eq!(first.total, Total::Exact(30));
    let deep = stage.open(27, 50).await;
    assert_eq!((deep.offset, subjects(&deep.rows)), (27, vec!["Number 3", "Number 2", "Number 1"]));
    let around = deep.rows[1].as_ref().unwrap().key.clone();
    let open = OpenWindow { anchor: Anchor::Around(around), ..stage.inbox(0, 4).await };
    let middle = stage.account.open_window(LINK, open).await.unwrap();
    assert_eq!(subjects(&middle.rows), ["Number 4", "Number 3", "Number 2", "Number 1"]);
}

#[tokio::test]
async fn arrival_flags_and_removal_are_pushed_as_deltas_that_follow_each_other() {
    let mut stage = Stage::new(3).await;
    stage.open(0, 10).await;
    // The second one comes after the uids were learned: nothing can go stale any more.
    let window = stage.open(0, 10).await;
    let uid = stage.host.deliver(ALICE, message(4)).unwrap();
    let arrived = stage.delta().await;
    assert_eq!(arrived.from, window.generation);
    let (position, row) = &arrived.inserted[0];
    assert_eq!((*position, row.as_ref().unwrap().envelope.subject.as_str()), (0, "Number 4"));
    stage.host.set_flags((ALICE, "INBOX"), uid, &["\\Flagged"]).unwrap();
    let flagged = stage.delta().await;
    assert_eq!((flagged.from, &flagged.changed[0].1.0), (arrived.to, &vec![Flag::Flagged]));
    stage.host.expunge((ALICE, "INBOX"), 2).unwrap();
    let removed = stage.delta().await;
    assert_eq!((removed.from, &removed.removed), (flagged.to, &vec![2]));
    assert_eq!(removed.total, Total::Exact(3));
}

#[tokio::test]
async fn never_more_than_two_connections() {
    let stage = Stage::new(3).await;
    stage.open(0, 10).await;
    stage.host.deliver(ALICE, message(4)).unwrap();
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    stage.account.open_message(key, Urgency::Now).await.unwrap();
    assert!(stage.host.connections().peak(ALICE) <= 2);
}

#[tokio::test]
async fn a_refused_or_garbled_answer_is_never_an_empty_mailbox() {
    let stage = Stage::new(3).await;
    for effect in [ImapEffect::No("not now".into()), ImapEffect::Bad("what?".into())] {
        let fault = stage.host.faults().imap(Trigger::on("FETCH"), effect);
        let open = stage.inbox(0, 10).await;
        assert!(stage.account.open_window(LINK, open).await.is_err());
        stage.host.faults().clear(fault);
    }
    let window = stage.open(0, 10).await;
    assert_eq!(window.rows.len(), 3);
}

#[tokio::test]
async fn a_restarted_server_is_found_again_and_the_window_resumes() {
    let mut stage = Stage::new(3).await;
    let window = stage.open(0, 10).await;
    stage.event(|event| online(&event).then_some(())).await;
    stage.host.restart().await.unwrap();
    let resume = ResumeWindow { open: stage.inbox(0, 10).await, generation: window.generation };
    let resumed = match stage.account.resume_window(LINK, resume.clone()).await {
        Ok(resumed) => resumed,
        // Asked while nobody listened: the account says when it is back.
        Err(_) => {
            stage.event(|event| online(&event).then_some(())).await;
            stage.account.resume_window(LINK, resume).await.unwrap()
        }
    };
    match resumed {
        Resumed::Current => {}
        Resumed::Stale(window) => assert_eq!(window.rows.len(), 3),
    }
    stage.host.deliver(ALICE, message(4)).unwrap();
    stage.event(|event| matches!(event, Event::MailArrived(_)).then_some(())).await;
}

#[tokio::test]
async fn a_message_is_opened_and_its_attachment_comes_as_it_went() {
    let stage = Stage::new(0).await;
    let payload: Vec<u8> =
        (0..900_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let raw = mail_builder::MessageBuilder::new()
        .from("bob@postern.example")
        .subject("Big")
        .text_body("See the file.")
        .attachment("application/octet-stream", "big.bin", payload.clone())
        .write_to_vec()
        .unwrap();
    stage.host.deliver(ALICE, raw).unwrap();
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let opened = stage.account.open_message(key.clone(), Urgency::Now).await.unwrap();
    assert_eq!(opened.attachments.len(), 1);
    assert_eq!(opened.attachments[0].name, "big.bin");
    assert!(stage.account.body(&key, None).await.unwrap().0.html.contains("See the file."));
    let section = &opened.attachments[0].section;
    let download = stage.account.download(key, section).await.unwrap();
    let bytes: Vec<Bytes> = download.bytes(None).try_collect().await.unwrap();
    assert_eq!(bytes.concat(), payload);
}

#[tokio::test]
async fn a_move_tells_where_the_message_went_and_every_window_knows() {
    let mut stage = Stage::new(2).await;
    stage.open(0, 10).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let trash = stage.mailbox("Trash").await;
    let moved =
        stage.account.move_messages(Targets::Keys(vec![key.clone()]), trash.clone()).await.unwrap();
    let moved = moved.outcome.moved;
    let to = moved[0].to.clone().unwrap();
    assert_eq!((moved[0].from.clone(), to.mailbox.clone()), (key, trash));
    assert_eq!(stage.delta().await.removed, [0]);
    assert_eq!(
        stage.account.open_message(to, Urgency::Now).await.unwrap().summary.envelope.subject,
        "Number 2"
    );
}

#[tokio::test]
async fn a_mailbox_that_breaks_every_connection_leaves_the_account_responsive() {
    let mut stage = Stage::new(3).await;
    stage.open(0, 10).await;
    stage.settle().await;
    let fault = stage.host.faults().imap(Trigger::on("SELECT"), ImapEffect::Close);
    stage.host.faults().imap(Trigger::on("NOOP").times(1), ImapEffect::Close);
    stage.host.deliver(ALICE, message(4)).unwrap();
    let offline = |event| match event {
        Event::AccountChanged(account) => {
            matches!(account.state, AccountState::Offline { .. }).then_some(())
        }
        _ => None,
    };
    stage.event(offline).await;
    let answered = tokio::time::timeout(PATIENCE, stage.account.retry()).await;
    assert!(answered.is_ok(), "the actor is caught in reconnecting");
    stage.host.faults().clear(fault);
    stage.event(|event| matches!(event, Event::MailArrived(_)).then_some(())).await;
}

#[tokio::test]
async fn a_comparison_that_was_refused_leaves_no_outdated_listing() {
    let host = MailHost::builder().capabilities(Capabilities::every().without("qresync"));
    let host = host.user(ALICE, "Alice", "secret").start().await.unwrap();
    let mut stage = Stage::on(host, 3).await;
    stage.open(0, 10).await;
    stage.open(0, 10).await;
    stage.settle().await;
    stage.look_aside().await;
    let refused = ImapEffect::No("not now".into());
    let fault = stage.host.faults().imap(Trigger::on("SEARCH"), refused);
    stage.host.expunge((ALICE, "INBOX"), 2).unwrap();
    stage.event(|event| matches!(event, Event::WindowStale(WINDOW)).then_some(())).await;
    stage.host.faults().clear(fault);
    let window = stage.open(0, 10).await;
    assert_eq!(subjects(&window.rows), ["Number 3", "Number 1"]);
}

#[tokio::test]
async fn news_told_while_a_message_is_opened_are_not_lost() {
    let mut stage = Stage::new(3).await;
    stage.open(0, 10).await;
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    stage.settle().await;
    stage.look_aside().await;
    // Told after SELECT in the same exchange; the position does not exist before.
    let told = ImapEffect::Garbage(b"* 3 FETCH (FLAGS (\\Flagged))".to_vec());
    stage.host.faults().imap(Trigger::on("UID FETCH").times(1), told);
    stage.account.open_message(key, Urgency::Now).await.unwrap();
    // The first one says what flags there were when the mailbox was selected again.
    let flagged = |delta: Delta| delta.changed.iter().any(|(_, flags)| flags.has(&Flag::Flagged));
    while !flagged(stage.delta().await) {}
}

#[tokio::test]
async fn a_silent_server_does_not_hold_up_the_end() {
    let mut stage = Stage::new(3).await;
    stage.open(0, 10).await;
    stage.event(|event| online(&event).then_some(())).await;
    let fault = stage.host.faults().imap(Trigger::on("FETCH"), ImapEffect::Stall);
    let (account, open) = (stage.account.clone(), stage.inbox(0, 10).await);
    let waiting = tokio::spawn(async move { account.open_window(LINK, open).await });
    while stage.host.faults().struck(fault) == 0 {
        tokio::task::yield_now().await;
    }
    let stopped = tokio::time::timeout(Duration::from_secs(5), stage.account.stop()).await;
    assert!(stopped.is_ok(), "a bridge ends within 5 s");
    assert!(matches!(waiting.await.unwrap(), Err(Error::Stopped)));
}
