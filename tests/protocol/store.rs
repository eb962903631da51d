//! The IMAP store against Dovecot, with everything that Dovecot offers and with next to nothing.

use anyhow::Result;
use postern::secret::Secret;
use postern::store::imap::{Credentials, ImapConnection, Limits};
use postern::store::{Criteria, Error, Expunged, MailboxName, News, Stretch};
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;
use postern_tests::dovecot::{Dovecot, Setup};
use postern_tests::{Person, message};
use tokio::net::TcpStream;

/// What CAPABILITY answers in each run: everything, the usual, the least.
const OFFERS: [Option<&str>; 3] =
    [None, Some("IMAP4rev1 IDLE UIDPLUS MOVE SPECIAL-USE LIST-EXTENDED"), Some("IMAP4rev1")];

/// A connection of the store's own.
#[expect(clippy::disallowed_methods, reason = "the store takes any stream; this is one")]
pub async fn connect(dovecot: &Dovecot, person: &Person) -> Result<ImapConnection> {
    let stream = TcpStream::connect(("127.0.0.1", dovecot.imap)).await?;
    let credentials =
        Credentials { login: person.address.clone(), secret: Secret::new(person.password.clone()) };
    Ok(ImapConnection::open(stream, false, &credentials, Limits::default()).await?)
}

async fn offering(capability: Option<&'static str>) -> Result<Dovecot> {
    Dovecot::start_as(Setup { capability, ..Setup::default() }).await
}

/// The inbox.
pub fn inbox() -> MailboxName {
    MailboxName::from_text("INBOX")
}

#[tokio::test]
async fn a_wrong_password_is_an_authentication_failure() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let wrong = Person { password: "wrong".into(), ..dovecot.person("anna") };
    let error = connect(&dovecot, &wrong).await.expect_err("the password is wrong");
    assert!(matches!(error.downcast()?, Error::AuthenticationFailed { .. }));
    Ok(())
}

#[tokio::test]
async fn mailboxes_are_listed_with_roles_and_counts() -> Result<()> {
    for capability in OFFERS {
        let dovecot = offering(capability).await?;
        let anna = dovecot.person("anna");
        let mut raw = dovecot.session(&anna).await?;
        message::fill(&mut raw, "INBOX", &anna, 3).await?;
        raw.ok("CREATE \"Caf&AOk-/Men&APw-\"").await?;
        let mut store = connect(&dovecot, &anna).await?;
        let listed = store.list().await?;
        let role = |role| listed.iter().find(|mailbox| mailbox.role == Some(role));
        for wanted in
            [Role::Inbox, Role::Archive, Role::Drafts, Role::Junk, Role::Sent, Role::Trash]
        {
            assert!(role(wanted).is_some(), "{capability:?}: no {wanted:?} in {listed:?}");
        }
        assert!(listed.iter().any(|mailbox| mailbox.name.decoded() == "Café/Menü"), "{listed:?}");
        let counts = match role(Role::Inbox).and_then(|inbox| inbox.counts) {
            Some(counts) => counts,
            None => store.status(&inbox()).await?,
        };
        assert_eq!((counts.messages, counts.unseen), (3, 0));
    }
    Ok(())
}

#[tokio::test]
async fn rows_come_in_order_and_flags_are_kept() -> Result<()> {
    for capability in OFFERS {
        let dovecot = offering(capability).await?;
        let anna = dovecot.person("anna");
        let mut raw = dovecot.session(&anna).await?;
        message::fill(&mut raw, "INBOX", &anna, 120).await?;
        let mut store = connect(&dovecot, &anna).await?;
        let selected = store.select(&inbox()).await?;
        assert_eq!(selected.exists, 120);
        let stretch = Stretch { newest_first: false, offset: 70, count: 50 };
        let rows: Vec<_> = store.rows_of(stretch).await?.1.into_iter().flatten().collect();
        let subjects: Vec<_> = rows.iter().map(|row| row.envelope.subject.clone()).collect();
        let expect: Vec<_> = (71..=120).map(|n| format!("Message {n}")).collect();
        assert_eq!(subjects, expect);
        let uids = [rows[0].uid, rows[9].uid];
        store.store_flags(&uids, &[Flag::Flagged], &[Flag::Seen]).await?;
        assert_eq!(store.search(Criteria::Flagged).await?, uids);
        assert_eq!(store.search(Criteria::Unseen).await?, uids);
        let flags = store.flags_by_uid(&uids).await?;
        assert!(flags.iter().all(|of| of.flags == [Flag::Flagged]), "{flags:?}");
        raw.ok("SELECT INBOX").await?;
        assert_eq!(raw.search("FLAGGED UNSEEN").await?, uids);
    }
    Ok(())
}

#[tokio::test]
async fn moved_and_copied_messages_are_where_the_answer_says() -> Result<()> {
    for capability in OFFERS {
        let dovecot = offering(capability).await?;
        let anna = dovecot.person("anna");
        let mut raw = dovecot.session(&anna).await?;
        message::fill(&mut raw, "INBOX", &anna, 4).await?;
        let mut store = connect(&dovecot, &anna).await?;
        store.select(&inbox()).await?;
        let uids = store.uids().await?;
        let archive = MailboxName::from_text("Archive");
        let copied = store.copy(&uids[..1], &archive).await?;
        let moved = store.move_to(&uids[1..3], &archive).await?;
        let left = raw.count("INBOX").await?;
        assert_eq!(left, if moved.originals_remain { 4 } else { 2 }, "{capability:?}");
        assert_eq!(raw.count("Archive").await?, 3);
        for (from, to) in copied.pairs.iter().chain(&moved.pairs) {
            assert!(uids.contains(from));
            if let Some(to) = to {
                let found = raw.search(&format!("UID {to}")).await?;
                assert_eq!(found, [*to], "{capability:?}");
            }
        }
        if capability.is_none() {
            assert!(moved.pairs.iter().all(|(_, to)| to.is_some()), "{moved:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_expunge_takes_only_what_it_is_told() -> Result<()> {
    for capability in OFFERS {
        let dovecot = offering(capability).await?;
        let anna = dovecot.person("anna");
        let mut raw = dovecot.session(&anna).await?;
        message::fill(&mut raw, "INBOX", &anna, 3).await?;
        raw.ok("SELECT INBOX").await?;
        raw.ok("STORE 1 +FLAGS (\\Deleted)").await?;
        let mut store = connect(&dovecot, &anna).await?;
        store.select(&inbox()).await?;
        let uids = store.uids().await?;
        let left = match store.expunge(&uids[1..2]).await? {
            Expunged::Removed => vec![uids[0], uids[2]],
            Expunged::MarkedOnly => uids,
        };
        raw.ok("NOOP").await?;
        assert_eq!(raw.search("ALL").await?, left, "{capability:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_appended_message_comes_back_byte_for_byte() -> Result<()> {
    for capability in OFFERS {
        let dovecot = offering(capability).await?;
        let anna = dovecot.person("anna");
        let mut store = connect(&dovecot, &anna).await?;
        let sent = message::with_attachment(&anna, &anna, "Filed", 700_000);
        let name = MailboxName::from_text("Sent");
        store.append(&name, &[Flag::Seen], Some(1_700_000_000), sent.clone()).await?;
        store.select(&name).await?;
        let row = store.rows_after(0).await?.remove(0);
        assert_eq!((row.internal_date, row.flags.as_slice()), (1_700_000_000, &[Flag::Seen][..]));
        assert!(row.has_attachment);
        let mut read = Vec::new();
        loop {
            let slice = store.body(row.uid, "", read.len() as u64, 256 << 10).await?;
            read.extend_from_slice(&slice.bytes);
            if slice.end {
                break;
            }
        }
        assert!(read == sent, "{} bytes of {} came back", read.len(), sent.len());
    }
    Ok(())
}

#[tokio::test]
async fn idle_tells_of_new_mail_flags_and_removals() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    let mut raw = dovecot.session(&anna).await?;
    message::fill(&mut raw, "INBOX", &anna, 2).await?;
    let mut store = connect(&dovecot, &anna).await?;
    store.select(&inbox()).await?;
    let uids = store.uids().await?;
    raw.ok("SELECT INBOX").await?;
    for (order, is_told) in [
        (
            "STORE 1 +FLAGS (\\Flagged)",
            (|news, uids| matches!(&news.changed[..], [(uid, flags)] if *uid == uids[0] && flags.contains(&Flag::Flagged)))
                as fn(&News, &[u32]) -> bool,
        ),
        ("COPY 1 INBOX", |news, _| news.unknown == 1),
        ("STORE 2 +FLAGS (\\Deleted)", |news, uids| news.changed[0].0 == uids[1]),
        ("EXPUNGE", |news, uids| news.gone == [uids[1]]),
    ] {
        raw.ok(order).await?;
        assert!(store.idle(std::future::pending()).await?, "{order}");
        let news = store.take_news(&uids);
        assert!(is_told(&news, &uids), "{order}: {news:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_killed_server_is_a_lost_connection_not_an_empty_mailbox() -> Result<()> {
    let mut dovecot = Dovecot::start().await?;
    let anna = dovecot.person("anna");
    message::fill(&mut dovecot.session(&anna).await?, "INBOX", &anna, 3).await?;
    let mut store = connect(&dovecot, &anna).await?;
    store.select(&inbox()).await?;
    dovecot.kill()?;
    let error = store.uids().await.expect_err("the server is gone");
    assert!(error.is_lost(), "{error:?}");
    assert!(!store.is_alive());
    Ok(())
}
