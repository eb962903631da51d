//! FETCH, STORE, SEARCH, COPY, MOVE, APPEND in one connection.

use postern_mailhost::{Capabilities, MailHost};

use crate::raw::{ALICE, BOB, INBOX, Raw, host, host_with, in_time, noon};

const NESTED: &str = "From: =?utf-8?B?6ZmI576O?= <mei@postern.example>
To: Alice <alice@postern.example>, team: bob@postern.example;
Subject: =?utf-8?Q?Zdj=C4=99cia_z_wakacji?=
Date: Wed, 17 Jul 1996 02:44:25 -0700
Message-ID: <nested@postern.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--outer
Content-Type: message/rfc822

Subject: Inner
Content-Type: multipart/alternative; boundary=inner

--inner

plain
--inner
Content-Type: text/html

<p>html</p>
--inner--
--outer--
";

#[tokio::test]
async fn sections_and_partials_are_fetched_as_asked() {
    let host = host().await;
    host.append(INBOX, &["\\Seen"], noon(), NESTED).unwrap();
    let mut raw = Raw::inbox(&host).await;
    for (item, expect) in [
        ("BODY[2.2]", "BODY[2.2] {11}\r\n<p>html</p>"),
        (
            "BODY[2.HEADER.FIELDS (subject)]",
            "BODY[2.HEADER.FIELDS (subject)] {18}\r\nSubject: Inner\r\n\r\n",
        ),
        ("BODY[2.2.MIME]", "BODY[2.2.MIME] {27}\r\nContent-Type: text/html\r\n\r\n"),
        ("BODY.PEEK[1]<3.4>", "BODY[1]<3> {4}\r\nC3=B"),
        ("BODY[1]<500.4>", "BODY[1]<500> \"\""),
        ("BODY[9]", "BODY[9] NIL"),
        ("BODY[2.1.TEXT]", "BODY[2.1.TEXT] NIL"),
        ("RFC822.SIZE", &format!("RFC822.SIZE {}", NESTED.replace('\n', "\r\n").len())),
        ("INTERNALDATE", "INTERNALDATE \"22-Nov-2026 12:00:00 +0000\""),
    ] {
        raw.check(&format!("FETCH 1 ({item})"), &[&format!("* 1 FETCH ({expect})")]).await;
    }
    let whole = raw.command("UID FETCH 1 BODY.PEEK[]").await;
    let expect = NESTED.replace('\n', "\r\n");
    let expect = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{expect})", expect.len());
    assert_eq!(whole.lines(), [expect]);
}

#[tokio::test]
async fn reading_a_body_sets_seen_and_peeking_does_not() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    raw.command("FETCH 1 BODY.PEEK[TEXT]").await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().unseen(), 1);
    let expect = "* 1 FETCH (BODY[TEXT] {14}\r\nText of one.\r\n FLAGS (\\Seen \\Recent))";
    raw.check("FETCH 1 BODY[TEXT]", &[expect]).await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().unseen(), 0);
    raw.command("EXAMINE INBOX").await;
    raw.check_tagged("STORE 1 -FLAGS (\\Seen)", "NO [READ-ONLY]").await;
}

#[tokio::test]
async fn store_answers_with_the_flags_unless_silent() {
    let host = host_with(&["one", "two"]).await;
    let mut raw = Raw::inbox(&host).await;
    raw.command("EXAMINE INBOX").await;
    raw.command("SELECT INBOX").await;
    let both = ["* 1 FETCH (FLAGS (\\Flagged work))", "* 2 FETCH (FLAGS (\\Flagged work))"];
    raw.check("STORE 1:* +FLAGS (\\flagged work)", &both).await;
    raw.check("UID STORE 2 -FLAGS WORK", &["* 2 FETCH (UID 2 FLAGS (\\Flagged))"]).await;
    raw.check("STORE 1 FLAGS.SILENT (\\Seen)", &[]).await;
    raw.check("FETCH 1 FLAGS", &["* 1 FETCH (FLAGS (\\Seen))"]).await;
    raw.check_tagged("STORE 3 FLAGS ()", "BAD").await;
    raw.check("UID STORE 9 FLAGS ()", &[]).await;
}

#[tokio::test]
async fn every_search_key_finds_what_it_names() {
    let host = host().await;
    host.append(INBOX, &["\\Seen", "$Work"], noon(), NESTED).unwrap();
    let second = "From: bob@postern.example\nSubject: Lunch\nDate: Sun, 22 Nov 2026 09:00:00 +0000\n\nSoup\n";
    host.append(INBOX, &["\\Flagged"], noon() - std::time::Duration::from_secs(86_400), second)
        .unwrap();
    let mut raw = Raw::inbox(&host).await;
    for (keys, expect) in [
        ("ALL", " 1 2"),
        ("UNSEEN", " 2"),
        ("FLAGGED", " 2"),
        ("KEYWORD $work", " 1"),
        ("UNKEYWORD $Work", " 2"),
        ("FROM \"陈美\"", " 1"),
        ("FROM mei@", " 1"),
        ("TO alice", " 1"),
        ("SUBJECT \"zdjęcia z\"", " 1"),
        ("BODY \"grüße\"", " 1"),
        ("BODY html", " 1"),
        ("TEXT inner", ""),
        ("TEXT soup", " 2"),
        ("HEADER Message-ID nested@", " 1"),
        ("HEADER Message-ID \"\"", " 1"),
        ("SINCE 22-Nov-2026", " 1"),
        ("ON 21-Nov-2026", " 2"),
        ("BEFORE 22-Nov-2026", " 2"),
        ("SENTBEFORE 1-Jan-2000", " 1"),
        ("SENTON 22-Nov-2026", " 2"),
        ("LARGER 500", " 1"),
        ("SMALLER 500", " 2"),
        ("UID 2:*", " 2"),
        ("1", " 1"),
        ("NOT SEEN", " 2"),
        ("OR SEEN FLAGGED", " 1 2"),
        ("(SEEN KEYWORD $Work) UNFLAGGED", " 1"),
        ("RECENT NEW", " 2"),
        ("OLD", ""),
    ] {
        let command = format!("UID SEARCH CHARSET UTF-8 {keys}");
        raw.check(&command, &[&format!("* SEARCH{expect}")]).await;
    }
    raw.check_tagged("SEARCH CHARSET KOI8-R ALL", "NO [BADCHARSET").await;
    raw.check_tagged("SEARCH NONSENSE", "BAD").await;
    raw.check_tagged(&format!("SEARCH {}ALL", "NOT ".repeat(5000)), "BAD").await;
}

#[tokio::test]
async fn esearch_counts_and_ranges() {
    let host = host_with(&["a", "b", "c", "d"]).await;
    host.expunge(INBOX, 2).unwrap();
    let mut raw = Raw::inbox(&host).await;
    let answer = raw.command("UID SEARCH RETURN (MIN MAX COUNT ALL) ALL").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a3\") UID MIN 1 MAX 4 COUNT 3 ALL 1,3:4"]);
    let answer = raw.command("SEARCH RETURN (MIN COUNT) SEEN").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a4\") COUNT 0"]);
}

#[tokio::test]
async fn copies_and_moves_name_the_new_uids() {
    let host = host_with(&["one", "two", "three"]).await;
    host.expunge(INBOX, 2).unwrap();
    let mut raw = Raw::inbox(&host).await;
    let validity = host.mailbox(ALICE, "Archive").unwrap().uid_validity;
    raw.check_tagged("COPY 1:2 Archive", &format!("OK [COPYUID {validity} 1,3 1:2]")).await;
    let moved = format!("* OK [COPYUID {validity} 3 3] Moved");
    raw.check("UID MOVE 3 Archive", &[&moved, "* 2 EXPUNGE"]).await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().messages.len(), 1);
    assert_eq!(host.mailbox(ALICE, "Archive").unwrap().messages.len(), 3);
    raw.check_tagged("COPY 1 Nowhere", "NO [TRYCREATE]").await;
    raw.check_tagged("UID COPY 99 Archive", "OK Copied").await;
}

#[tokio::test]
async fn append_takes_both_kinds_of_literal_and_names_the_uid() {
    let host = host().await;
    let mut raw = Raw::signed_in(&host).await;
    let message = "Subject: Draft\r\n\r\nTo be continued\r\n";
    let validity = host.mailbox(ALICE, "Drafts").unwrap().uid_validity;
    let begin = "APPEND Drafts (\\Draft $Mine) \"17-Jul-1996 02:44:25 -0700\"";
    let tag = raw.start(&format!("{begin} {{{}}}", message.len())).await;
    assert_eq!(raw.line().await.as_deref(), Some("+ Ready for literal data"));
    raw.send(format!("{message}\r\n")).await;
    let answer = raw.answer(&tag).await.unwrap();
    assert_eq!(answer.tagged, format!("OK [APPENDUID {validity} 1] Appended"));
    let length = message.len();
    raw.check_tagged(&format!("APPEND Drafts {{{length}+}}\r\n{message}"), "OK [APPENDUID").await;
    raw.check_tagged(&format!("APPEND Nowhere {{{length}+}}\r\n{message}"), "NO [TRYCREATE]").await;
    let drafts = host.mailbox(ALICE, "Drafts").unwrap();
    assert_eq!(drafts.messages[0].flags.to_string(), "$Mine \\Draft");
    assert_eq!(&*drafts.messages[0].raw, message.as_bytes());
    assert_eq!(drafts.messages[1].received_at, noon());
}

#[tokio::test]
async fn what_is_switched_off_is_neither_announced_nor_understood() {
    let builder = MailHost::builder().user(ALICE, "Alice", "secret").user(BOB, "Bob", "secret");
    let host = builder.capabilities(Capabilities::none()).start().await.unwrap();
    host.deliver(ALICE, "Subject: x\n\nx\n").unwrap();
    let mut raw = Raw::imap(&host).await;
    raw.check("CAPABILITY", &["* CAPABILITY IMAP4rev1"]).await;
    raw.check_tagged("ID NIL", "BAD").await;
    raw.check_tagged("AUTHENTICATE PLAIN AGFsaWNlQHBvc3Rlcm4uZXhhbXBsZQBzZWNyZXQ=", "BAD").await;
    assert!(raw.command(&format!("LOGIN {ALICE} secret")).await.is_ok());
    raw.check("LIST \"\" Sent", &["* LIST () \"/\" Sent"]).await;
    raw.check_tagged("LIST \"\" % RETURN (STATUS (UNSEEN))", "BAD").await;
    raw.command("SELECT INBOX").await;
    raw.check_tagged("MOVE 1 Archive", "BAD").await;
    raw.check_tagged("IDLE", "BAD").await;
    raw.check_tagged("UID EXPUNGE 1", "BAD").await;
    raw.check_tagged("UNSELECT", "BAD").await;
    raw.check_tagged("SEARCH RETURN (COUNT) ALL", "BAD").await;
    raw.check_tagged("COPY 1 Archive", "OK Copied").await;
    raw.check_tagged("APPEND Drafts {1+}\r\nx", "BAD").await;
}

#[tokio::test]
async fn sign_in_counts_attempts_and_connections() {
    let host = host().await;
    let mut raw = Raw::imap(&host).await;
    raw.check_tagged(&format!("LOGIN {ALICE} wrong"), "NO [AUTHENTICATIONFAILED]").await;
    raw.check_tagged("SELECT INBOX", "BAD").await;
    // alice@postern.example, secret
    let plain = "AGFsaWNlQHBvc3Rlcm4uZXhhbXBsZQBzZWNyZXQ=";
    raw.check_tagged(&format!("AUTHENTICATE PLAIN {plain}"), "OK [CAPABILITY").await;
    let mut other = Raw::imap(&host).await;
    let tag = other.start("AUTHENTICATE PLAIN").await;
    assert_eq!(other.line().await.as_deref(), Some("+"));
    other.send(format!("{plain}\r\n")).await;
    assert!(other.answer(&tag).await.unwrap().is_ok());
    let connections = host.connections();
    assert_eq!((connections.current(ALICE), connections.peak(ALICE)), (2, 2));
    assert_eq!(connections.attempts(ALICE), 3);
    assert_eq!(connections.user(ALICE).refused, 1);
    raw.command("NOOP").await;
    assert_eq!(connections.commands(ALICE, "NOOP"), 1);
    other.command("LOGOUT").await;
    assert!(other.rest().await.is_empty());
    in_time(async {
        while connections.current(ALICE) > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(connections.peak(ALICE), 2);
}
