//! How many connections, how soon again, and who goes first.

use super::connection::struck;
use super::*;

async fn host() -> Host {
    MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap()
}

fn asked(stage: &Stage, command: &str) -> usize {
    stage.host.connections().commands(ALICE, command)
}

/// Waits until the condition holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, holding).await.expect(what);
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_is_left_alone_but_by_clicks() {
    let clock = Clock::fake(std::time::UNIX_EPOCH);
    let stage = Stage::at(host().await, 3, clock.clone()).await;
    stage.open(0, 10).await;
    stage.settle().await;
    let words = "Request is throttled. Suggested Backoff Time: 30000 milliseconds";
    let once = Trigger::on("STATUS").times(1);
    let refusal = stage.host.faults().imap(once, ImapEffect::No(words.into()));
    let inbox = stage.mailbox("inbox").await;
    stage.account.tell(|actor| actor.later(actor::Chore::Count(inbox)));
    struck(&stage, refusal, 1).await;
    let before = asked(&stage, "LIST");
    stage.account.tell(|actor| actor.later(actor::Chore::Poll));
    assert_eq!(stage.open(0, 10).await.rows.len(), 3, "a click is answered");
    let held = stage.account.ask(Urgency::Now, |actor| {
        let held = actor.held_for();
        async move { Ok(held) }.boxed()
    });
    assert_eq!(held.await.unwrap(), Some(Duration::from_secs(30)));
    assert_eq!(asked(&stage, "LIST"), before, "what can wait does");
    clock.advance(Duration::from_secs(31));
    until("the poll to be made", || asked(&stage, "LIST") > before).await;
}

/// Some clicks: by the end of them every other task has read what was there to read.
async fn rest(stage: &Stage) {
    for _ in 0..5 {
        assert_eq!(stage.open(0, 10).await.rows.len(), 3, "one connection is enough for clicks");
    }
}

#[tokio::test]
async fn a_server_that_takes_one_connection_is_not_asked_for_a_second_all_the_time() {
    let clock = Clock::fake(std::time::UNIX_EPOCH);
    let host = host().await;
    let full = ImapEffect::Bye("Too many simultaneous connections".into());
    let second = host.faults().imap(Trigger::on("GREETING").after(1), full);
    let stage = Stage::at(host, 3, clock.clone()).await;
    assert_eq!(stage.open(0, 10).await.rows.len(), 3);
    struck(&stage, second, 1).await;
    rest(&stage).await;
    clock.advance(Duration::from_secs(599));
    rest(&stage).await;
    assert_eq!(stage.host.faults().struck(second), 1, "not before ten minutes");
    clock.advance(Duration::from_secs(2));
    struck(&stage, second, 2).await;
    rest(&stage).await;
    clock.advance(Duration::from_secs(1199));
    rest(&stage).await;
    assert_eq!(stage.host.faults().struck(second), 2, "then twice as long");
    stage.host.faults().clear_all();
    let back = || {
        clock.advance(Duration::from_secs(2));
        asked(&stage, "IDLE") > 0
    };
    until("the second connection", back).await;
}

#[tokio::test]
async fn a_third_connection_carries_downloads_where_it_is_allowed() {
    for most in [2, 3] {
        let host = host().await;
        let raw = mail_builder::MessageBuilder::new()
            .from("bob@postern.example")
            .subject("Big")
            .text_body("See the file.")
            .attachment("application/octet-stream", "big.bin", vec![7_u8; 900_000])
            .write_to_vec()
            .unwrap();
        host.deliver(ALICE, raw).unwrap();
        let mut facts = facts(&host);
        let mut settings = facts.provider.settings.clone();
        settings.connections = most;
        facts.provider = Arc::new(Provider::new(settings).unwrap());
        let stage = Stage::with(host, facts, Clock::system()).await;
        let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
        stage.settle().await;
        let opened = stage.account.open_message(key.clone(), Urgency::Now).await.unwrap();
        let section = &opened.attachments[0].section;
        let download = stage.account.download(key, section).await.unwrap();
        let bytes: Vec<Bytes> = download.bytes(None).try_collect().await.unwrap();
        assert_eq!(bytes.concat(), vec![7; 900_000]);
        assert_eq!(stage.host.connections().peak(ALICE), usize::from(most));
        stage.account.stop().await;
        let all_closed = || stage.host.connections().current(ALICE) == 0;
        until("every connection to be closed", all_closed).await;
    }
}
