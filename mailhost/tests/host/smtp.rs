//! Submission: what is sent arrives, what is refused says why, and faults strike.

use postern_mailhost::{Host, SmtpEffect, Trigger};

use crate::raw::{ALICE, BOB, Raw, host, host_with};

/// `\0alice@postern.example\0secret`.
const PLAIN: &str = "AUTH PLAIN AGFsaWNlQHBvc3Rlcm4uZXhhbXBsZQBzZWNyZXQ=";

async fn say(raw: &mut Raw, line: &str, expect: &str) {
    raw.send(format!("{line}\r\n")).await;
    let mut answer = raw.line().await.unwrap_or_else(|| panic!("{line}: closed"));
    while answer.as_bytes().get(3) == Some(&b'-') {
        answer = raw.line().await.unwrap_or_else(|| panic!("{line}: closed"));
    }
    assert!(answer.starts_with(expect), "{line}: {answer}");
}

/// Connected, greeted and signed in as Alice.
async fn submission(host: &Host) -> Raw {
    let mut raw = Raw::open(host.smtp_addr()).await;
    assert!(raw.line().await.unwrap().starts_with("220 "));
    say(&mut raw, "EHLO test.example", "250 ").await;
    say(&mut raw, PLAIN, "235 ").await;
    raw
}

async fn up_to_content(raw: &mut Raw) {
    say(raw, &format!("MAIL FROM:<{ALICE}> SIZE=50 BODY=8BITMIME"), "250 ").await;
    say(raw, &format!("RCPT TO:<{BOB}>"), "250 ").await;
    say(raw, "DATA", "354 ").await;
}

#[tokio::test]
async fn a_message_arrives_with_its_trace_and_its_dots() {
    let host = host().await;
    let mut raw = submission(&host).await;
    up_to_content(&mut raw).await;
    raw.send("Subject: Dots\r\n\r\n..hidden\r\n...\r\nend\r\n").await;
    say(&mut raw, ".", "250 2.0.0").await;
    say(&mut raw, "QUIT", "221 ").await;
    let inbox = host.mailbox(BOB, "INBOX").unwrap();
    let text = inbox.messages[0].text().into_owned();
    assert!(text.starts_with(&format!(
        "Return-Path: <{ALICE}>\r\nDelivered-To: {BOB}\r\nReceived: from test.example"
    )));
    assert!(
        text.ends_with(
            "; Sun, 22 Nov 2026 12:00:00 +0000\r\nSubject: Dots\r\n\r\n.hidden\r\n..\r\nend\r\n"
        ),
        "{text}"
    );
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().messages.len(), 0);
}

#[tokio::test]
async fn delivery_is_pushed_to_an_idle_reader() {
    let host = host_with(&[]).await;
    let mut reader = Raw::inbox(&host).await;
    reader.start("IDLE").await;
    assert_eq!(reader.line().await.as_deref(), Some("+ idling"));
    let mut raw = submission(&host).await;
    say(&mut raw, &format!("MAIL FROM:<{ALICE}>"), "250 ").await;
    say(&mut raw, "RCPT TO:<Alice@Postern.Example>", "250 ").await;
    say(&mut raw, "DATA", "354 ").await;
    raw.send("Subject: To myself\r\n\r\nx\r\n").await;
    say(&mut raw, ".", "250 ").await;
    assert_eq!(reader.line().await.as_deref(), Some("* 1 EXISTS"));
}

#[tokio::test]
async fn refusals_name_their_reason() {
    let host = host().await;
    let mut raw = Raw::open(host.smtp_addr()).await;
    raw.line().await;
    say(&mut raw, PLAIN, "503 ").await;
    say(&mut raw, "EHLO x", "250 ").await;
    say(&mut raw, &format!("MAIL FROM:<{ALICE}>"), "530 ").await;
    say(&mut raw, "AUTH PLAIN AGFsaWNlQHBvc3Rlcm4uZXhhbXBsZQB3cm9uZw==", "535 5.7.8").await;
    say(&mut raw, "AUTH CRAM-MD5", "504 ").await;
    say(&mut raw, "AUTH LOGIN", "334 ").await;
    say(&mut raw, "YWxpY2VAcG9zdGVybi5leGFtcGxl", "334 ").await;
    say(&mut raw, "c2VjcmV0", "235 ").await;
    say(&mut raw, "RCPT TO:<x@y>", "503 ").await;
    say(&mut raw, &format!("MAIL FROM:<{ALICE}> SIZE=999999999999"), "552 ").await;
    say(&mut raw, &format!("MAIL FROM:<{ALICE}>"), "250 ").await;
    say(&mut raw, "RCPT TO:<nobody@postern.example>", "550 5.1.1").await;
    say(&mut raw, "DATA", "554 ").await;
    say(&mut raw, "RSET", "250 ").await;
    say(&mut raw, "DATA", "503 ").await;
    say(&mut raw, "XYZZY", "500 ").await;
}

#[tokio::test]
async fn one_recipient_is_denied_and_the_other_gets_the_message() {
    let host = host().await;
    let denied = host.faults().deny_recipient(BOB);
    let mut raw = submission(&host).await;
    say(&mut raw, &format!("MAIL FROM:<{ALICE}>"), "250 ").await;
    say(&mut raw, &format!("RCPT TO:<{ALICE}>"), "250 ").await;
    say(&mut raw, &format!("RCPT TO:<{BOB}>"), "550 5.1.1").await;
    say(&mut raw, "DATA", "354 ").await;
    raw.send("Subject: x\r\n\r\nx\r\n").await;
    say(&mut raw, ".", "250 ").await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().messages.len(), 1);
    assert_eq!(host.mailbox(BOB, "INBOX").unwrap().messages.len(), 0);
    assert_eq!(host.faults().struck(denied), 1);
}

#[tokio::test]
async fn faults_strike_every_stage_of_a_submission() {
    let host = host().await;
    let faults = host.faults();
    faults.smtp(Trigger::on("AUTH").user(ALICE).times(1), SmtpEffect::RefuseAuth);
    let mut raw = Raw::open(host.smtp_addr()).await;
    raw.line().await;
    say(&mut raw, "EHLO x", "250 ").await;
    say(&mut raw, PLAIN, "535 ").await;
    say(&mut raw, PLAIN, "235 ").await;
    let later = || SmtpEffect::Reply(451, "4.7.1 Greylisted".into());
    faults.smtp(Trigger::on("RCPT").times(1), later());
    say(&mut raw, &format!("MAIL FROM:<{ALICE}>"), "250 ").await;
    say(&mut raw, &format!("RCPT TO:<{BOB}>"), "451 ").await;
    say(&mut raw, &format!("RCPT TO:<{BOB}>"), "250 ").await;
    faults.smtp(Trigger::on("DATA").times(1), later());
    say(&mut raw, "DATA", "451 ").await;
    faults.smtp(Trigger::on("DATA").times(1), SmtpEffect::CloseInContent(10));
    say(&mut raw, "DATA", "354 ").await;
    raw.send("Subject: cut off here\r\n").await;
    assert!(raw.rest().await.is_empty());
    assert_eq!(host.mailbox(BOB, "INBOX").unwrap().messages.len(), 0);
    for (delivered, expect) in [(false, 0), (true, 1)] {
        faults.smtp(Trigger::on(".").times(1), SmtpEffect::CloseAfterDot { delivered });
        let mut raw = submission(&host).await;
        up_to_content(&mut raw).await;
        raw.send("Subject: x\r\n\r\nx\r\n.\r\n").await;
        assert!(raw.rest().await.is_empty());
        assert_eq!(host.mailbox(BOB, "INBOX").unwrap().messages.len(), expect);
    }
}
