//! Whole submissions against a scripted server: every phase, and every way it can end.

use super::*;
use crate::submission::fake::{Act, Fake};

fn envelope(to: &[&str]) -> SmtpEnvelope {
    SmtpEnvelope { from: "ann@a.test".into(), to: to.iter().map(|to| (*to).to_owned()).collect() }
}

fn login() -> Login {
    Login { name: "ann".into(), secret: Secret::new("pass".into()) }
}

struct Handed {
    result: Result<(Recipients, Option<Reply>), Error>,
    heard: Vec<String>,
}

async fn submit(fake: Fake, to: &[&str], message: &[u8]) -> Handed {
    let (opened, server) = fake.open();
    let result = async {
        let mut submitter = Submitter::connect(opened, Some(&login()), false).await?;
        let asked = submitter.recipients(&envelope(to), message).await?;
        if asked.accepted.is_empty() {
            submitter.quit().await;
            return Ok((asked, None));
        }
        let reply = submitter.message(message).await?;
        Ok((asked, Some(reply)))
    }
    .await;
    Handed { result, heard: server.await.expect("the server ends").0 }
}

async fn check(act: (&'static str, Act), expect: fn(&Error) -> bool) -> Vec<String> {
    let handed = submit(Fake::with(act), &["bob@b.test"], b"Subject: x\r\n\r\nhi\r\n").await;
    let error = handed.result.expect_err("an error");
    assert!(expect(&error), "{error:?}");
    handed.heard
}

#[tokio::test]
async fn a_message_is_handed_over_with_size_and_dots_stuffed() {
    let message = b"Subject: x\r\n\r\n.hidden\r\n..\r\nend\r\n";
    let Handed { result, heard } =
        submit(Fake::default(), &["bob@b.test", "eve@b.test"], message).await;
    let (asked, reply) = result.unwrap();
    assert_eq!(asked.accepted, ["bob@b.test", "eve@b.test"]);
    assert_eq!(
        reply.unwrap(),
        Reply { code: 250, enhanced: Some("2.0.0".into()), text: "queued".into() }
    );
    assert_eq!(
        heard[1..],
        [
            "EHLO [127.0.0.1]",
            "AUTH PLAIN AGFubgBwYXNz",
            "MAIL FROM:<ann@a.test> SIZE=32",
            "RCPT TO:<bob@b.test>",
            "RCPT TO:<eve@b.test>",
            "DATA",
            "Subject: x",
            "",
            "..hidden",
            "...",
            "end",
            ".",
            "QUIT",
        ]
    );
}

#[tokio::test]
async fn one_refused_recipient_does_not_keep_the_message_from_the_others() {
    let fake = Fake::with(("RCPT TO:<no@b.test>", Act::Say("550 5.1.1 no such user")));
    let (asked, reply) = submit(fake, &["no@b.test", "bob@b.test"], b"x\r\n").await.result.unwrap();
    assert_eq!(asked.accepted, ["bob@b.test"]);
    let refusal = Reply { code: 550, enhanced: Some("5.1.1".into()), text: "no such user".into() };
    assert_eq!(asked.refused, [("no@b.test".to_owned(), refusal)]);
    assert!(reply.is_some());
}

#[tokio::test]
async fn without_a_recipient_there_is_no_message() {
    let fake = Fake::with(("RCPT", Act::Say("450 4.2.0 greylisted")));
    let Handed { result, heard } = submit(fake, &["bob@b.test"], b"x\r\n").await;
    assert!(result.unwrap().0.refused[0].1.is_temporary());
    assert!(!heard.contains(&"DATA".to_owned()));
}

#[tokio::test]
async fn temporary_and_permanent_refusals_are_told_apart_in_every_phase() {
    check(
        ("GREETING", Act::Say("421 busy")),
        |e| matches!(e, Error::Temporary(r) if r.code == 421),
    )
    .await;
    check(
        ("GREETING", Act::Say("554 go away")),
        |e| matches!(e, Error::Permanent(r) if r.code == 554),
    )
    .await;
    check(
        ("MAIL", Act::Say("451 4.3.0 later")),
        |e| matches!(e, Error::Temporary(r) if r.text == "later"),
    )
    .await;
    check(
        ("MAIL", Act::Say("552 5.3.4 too big")),
        |e| matches!(e, Error::Permanent(r) if r.code == 552),
    )
    .await;
    check(("RCPT", Act::Say("421 bye")), |e| matches!(e, Error::Temporary(r) if r.code == 421))
        .await;
    check(("DATA", Act::Say("451 disk")), |e| matches!(e, Error::Temporary(r) if r.code == 451))
        .await;
    check((".", Act::Say("554 5.7.1 spam")), |e| matches!(e, Error::Permanent(r) if r.code == 554))
        .await;
    check((".", Act::Say("452 4.3.1 full")), |e| matches!(e, Error::Temporary(r) if r.code == 452))
        .await;
}

#[tokio::test]
async fn refused_credentials_are_no_refused_message() {
    check(
        ("AUTH", Act::Say("535 5.7.8 no")),
        |e| matches!(e, Error::Authentication(r) if r.code == 535),
    )
    .await;
    check(("AUTH", Act::Say("454 4.7.0 try later")), |e| matches!(e, Error::Temporary(_))).await;
}

#[tokio::test]
async fn a_connection_lost_before_the_end_is_tried_again_and_after_it_is_uncertain() {
    for phase in ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        check((phase, Act::Close), |e| matches!(e, Error::Temporary(r) if r.code == 0)).await;
    }
    check((".", Act::Close), |e| *e == Error::Uncertain).await;
    let large = b"0123456789abcdef\r\n".repeat(40_000);
    let handed = submit(Fake::with(("CONTENT", Act::Close)), &["bob@b.test"], &large).await;
    assert!(matches!(handed.result, Err(Error::Temporary(_))), "{:?}", handed.result);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_not_waited_for_for_ever() {
    check(
        ("MAIL", Act::Stall),
        |e| matches!(e, Error::Temporary(r) if r.text == "no answer in time"),
    )
    .await;
    check((".", Act::Stall), |e| *e == Error::Uncertain).await;
}

#[tokio::test]
async fn login_is_used_where_plain_is_not_offered() {
    let fake = Fake::with(("EHLO", Act::Say("250-b.test\r\n250-auth=login\r\n250 AUTH LOGIN")))
        .and(("AUTH LOGIN", Act::Say("334 VXNlcm5hbWU6")))
        .and(("YW5u", Act::Say("334 UGFzc3dvcmQ6")))
        .and(("cGFzcw==", Act::Say("235 2.7.0 ok")));
    let Handed { result, heard } = submit(fake, &["bob@b.test"], b"x\r\n").await;
    result.unwrap();
    assert!(
        heard.contains(&"MAIL FROM:<ann@a.test>".to_owned()),
        "no SIZE where it is not offered"
    );
}

#[tokio::test]
async fn no_password_goes_over_plaintext_that_is_not_allowed() {
    let (mut opened, server) = Fake::default().open();
    opened.tls_version = None;
    let refused = Submitter::connect(opened, Some(&login()), false).await;
    assert_eq!(refused.err(), Some(Error::Plaintext));
    assert!(!server.await.unwrap().0.iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn the_greeting_that_starttls_consumed_is_not_waited_for() {
    let (mut opened, _server) = Fake::with(("GREETING", Act::Nothing)).open();
    opened.greeting_consumed = true;
    assert!(Submitter::connect(opened, Some(&login()), false).await.is_ok());
}

#[tokio::test]
async fn what_the_server_cannot_take_is_not_sent() {
    let small = Fake::with(("EHLO", Act::Say("250-b.test\r\n250 SIZE 10")));
    let handed = submit(small, &["bob@b.test"], b"Subject: too long\r\n").await;
    assert!(matches!(handed.result, Err(Error::Permanent(reply)) if reply.code == 552));
    let handed = submit(Fake::default(), &["bób@b.test"], b"x\r\n").await;
    assert!(
        matches!(handed.result, Err(Error::Permanent(reply)) if reply.text.contains("international"))
    );
    let fake = Fake::with(("EHLO", Act::Say("250-b.test\r\n250-8BITMIME\r\n250 SMTPUTF8")));
    let handed = submit(fake, &["bób@b.test"], "é\r\n".as_bytes()).await;
    assert!(handed.heard.contains(&"MAIL FROM:<ann@a.test> BODY=8BITMIME SMTPUTF8".to_owned()));
}

#[cfg(feature = "demo")]
#[tokio::test]
async fn a_message_reaches_the_other_mailbox_of_a_whole_mail_host() {
    use crate::net::{Endpoint, Protocol, Trust, connect};
    let builder = postern_mailhost::MailHost::builder();
    let host = builder.user("ann@a.test", "Ann", "pass").user("bob@a.test", "Bob", "word").start();
    let host = host.await.unwrap();
    let endpoint =
        Endpoint::parse(Protocol::Smtp, &format!("smtp://{}", host.smtp_addr())).unwrap();
    let opened = connect(&endpoint, &Trust::new(None).unwrap(), Protocol::Smtp).await.unwrap();
    let login = Login { name: "ann@a.test".into(), secret: Secret::new("pass".into()) };
    let mut submitter = Submitter::connect(opened, Some(&login), true).await.unwrap();
    let message = b"From: ann@a.test\r\nSubject: x\r\n\r\n.dot\r\n";
    let asked =
        submitter.recipients(&envelope(&["bob@a.test", "nobody@a.test"]), message).await.unwrap();
    assert_eq!((asked.accepted.len(), asked.refused[0].1.code / 100), (1, 5));
    assert_eq!(submitter.message(message).await.unwrap().code, 250);
    let inbox = host.mailbox("bob@a.test", "INBOX").unwrap();
    assert_eq!(inbox.messages.len(), 1);
    let raw = String::from_utf8_lossy(&inbox.messages[0].raw).into_owned();
    assert!(raw.ends_with("\r\n\r\n.dot\r\n"), "{raw}");
    host.stop().await;
}
