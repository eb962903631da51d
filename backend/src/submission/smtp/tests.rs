//! Whole submissions against a scripted server: every phase, and every way it can end.

use super::*;
use crate::submission::fake::{Act, Fake};
use crate::submission::{content, whole};

fn envelope(to: &[&str]) -> SmtpEnvelope {
    SmtpEnvelope { from: "ann@a.test".into(), to: to.iter().map(|to| (*to).to_owned()).collect() }
}

fn login() -> Login {
    Login { name: "ann".into(), secret: Secret::new("pass".into()), proof: Proof::Password }
}

fn facts(message: &[u8]) -> Facts {
    let eight_bit = !message.is_ascii();
    Facts { size: message.len() as u64, eight_bit, ..Facts::default() }
}

struct Handed {
    result: Result<(Recipients, Option<Reply>), Error>,
    heard: Vec<String>,
}

async fn submit(fake: Fake, to: &[&str], message: &[u8]) -> Handed {
    let (opened, server) = fake.open();
    let result = async {
        let mut submitter =
            Submitter::connect(opened, Some(&login()), false, Unsigned::Allowed).await?;
        let asked = submitter.recipients(&envelope(to), &facts(message)).await?;
        if asked.accepted.is_empty() {
            submitter.quit().await;
            return Ok((asked, None));
        }
        let (content, size) = (whole(message.to_vec()), message.len() as u64);
        let reply = submitter.message(content, size).await?;
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
async fn a_message_that_cannot_be_read_to_its_end_is_never_ended() {
    let (opened, server) = Fake::default().open();
    let mut submitter =
        Submitter::connect(opened, Some(&login()), false, Unsigned::Never).await.unwrap();
    submitter.recipients(&envelope(&["bob@b.test"]), &Facts::default()).await.unwrap();
    let pieces = [Ok("Subject: x\r\n".into()), Err(std::io::Error::other("disk"))];
    let content = content(futures_util::stream::iter(pieces));
    let error = submitter.message(content, 20).await.unwrap_err();
    assert!(matches!(error, Error::Temporary(reply) if reply.code == 0));
    assert_eq!(server.await.unwrap().1, 0, "the server took it");
}

#[tokio::test]
async fn a_line_cut_anywhere_is_stuffed_and_ended_once() {
    for message in ["a\r\n.b\r\n", "a\r\n.b", ".\r\n.\r\n", "a\r\n..\r\n\r\n"] {
        let (opened, server) = Fake::default().open();
        let mut submitter =
            Submitter::connect(opened, Some(&login()), false, Unsigned::Never).await.unwrap();
        submitter.recipients(&envelope(&["bob@b.test"]), &Facts::default()).await.unwrap();
        let bytes: Vec<_> =
            message.bytes().map(|byte| Ok(bytes::Bytes::from(vec![byte]))).collect();
        submitter.message(content(futures_util::stream::iter(bytes)), 9).await.unwrap();
        let heard = server.await.unwrap().0;
        let data = heard.iter().position(|line| line == "DATA").unwrap();
        let end = heard.iter().position(|line| line == ".").unwrap();
        let lines: Vec<_> = message.strip_suffix("\r\n").unwrap_or(message).split("\r\n").collect();
        let unstuffed: Vec<_> =
            heard[data + 1..end].iter().map(|l| l.strip_prefix('.').unwrap_or(l)).collect();
        assert_eq!(unstuffed, lines, "{message:?}");
    }
}

#[tokio::test]
async fn reports_are_asked_for_where_the_server_gives_them() {
    let fake = Fake::with(("EHLO", Act::Say("250-b.test\r\n250-DSN\r\n250 AUTH PLAIN")));
    let (opened, server) = fake.open();
    let mut submitter =
        Submitter::connect(opened, Some(&login()), false, Unsigned::Never).await.unwrap();
    let facts = Facts { envelope_id: "s1".into(), notify_success: true, ..Facts::default() };
    submitter.recipients(&envelope(&["bob@b.test"]), &facts).await.unwrap();
    submitter.quit().await;
    let heard = server.await.unwrap().0;
    assert!(heard.contains(&"MAIL FROM:<ann@a.test> RET=HDRS ENVID=s1".to_owned()), "{heard:?}");
    let asked = "RCPT TO:<bob@b.test> NOTIFY=SUCCESS,FAILURE,DELAY".to_owned();
    assert!(heard.contains(&asked), "{heard:?}");
}

#[tokio::test]
async fn tokens_sign_in_by_the_mechanisms_for_them() {
    let check = async |offered: &'static str, expect: &str| {
        let (opened, server) = Fake::with(("EHLO", Act::Say(offered))).open();
        let login = Login { proof: Proof::Token, ..login() };
        let signed_in = Submitter::connect(opened, Some(&login), false, Unsigned::Never).await;
        signed_in.unwrap().quit().await;
        let heard = server.await.unwrap().0;
        assert!(heard.iter().any(|line| line == expect), "{heard:?}");
    };
    let both = "250-b.test\r\n250 AUTH PLAIN XOAUTH2 OAUTHBEARER";
    check(both, "AUTH OAUTHBEARER bixhPWFubiwBYXV0aD1CZWFyZXIgcGFzcwEB").await;
    let one = "250-b.test\r\n250 AUTH PLAIN XOAUTH2";
    check(one, "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgcGFzcwEB").await;
    let refused = Fake::with(("EHLO", Act::Say(one)))
        .and(("AUTH", Act::Say("334 eyJzdGF0dXMiOiI0MDEifQ==")))
        .and(("EMPTY", Act::Say("535 5.7.8 token expired")));
    let (opened, _server) = refused.open();
    let login = Login { proof: Proof::Token, ..login() };
    let error = Submitter::connect(opened, Some(&login), false, Unsigned::Never).await.err();
    assert!(matches!(error, Some(Error::Authentication(reply)) if reply.text == "token expired"));
}

#[tokio::test]
async fn a_server_that_a_user_named_must_ask_who_it_is() {
    let fake = || Fake::with(("EHLO", Act::Say("250 b.test"))).open();
    let (opened, _server) = fake();
    let refused = Submitter::connect(opened, Some(&login()), false, Unsigned::Never).await;
    assert!(matches!(refused.err(), Some(Error::Authentication(_))));
    let (opened, _server) = fake();
    assert!(Submitter::connect(opened, Some(&login()), false, Unsigned::Allowed).await.is_ok());
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
    let refused = Submitter::connect(opened, Some(&login()), false, Unsigned::Allowed).await;
    assert_eq!(refused.err(), Some(Error::Plaintext));
    assert!(!server.await.unwrap().0.iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn the_greeting_that_starttls_consumed_is_not_waited_for() {
    let (mut opened, _server) = Fake::with(("GREETING", Act::Nothing)).open();
    opened.greeting_consumed = true;
    assert!(Submitter::connect(opened, Some(&login()), false, Unsigned::Allowed).await.is_ok());
}

#[tokio::test]
async fn what_the_server_cannot_take_is_not_sent() {
    let small = Fake::with(("EHLO", Act::Say("250-b.test\r\n250 SIZE 10")));
    let handed = submit(small, &["bob@b.test"], b"Subject: too long\r\n").await;
    assert!(matches!(handed.result, Err(Error::Permanent(reply)) if reply.code == 552));
    let handed = submit(Fake::default(), &["bób@b.test"], b"x\r\n").await;
    assert_eq!(handed.result.err(), Some(Error::International("addresses")));
    let handed = submit(Fake::default(), &["bob@b.test"], "é\r\n".as_bytes()).await;
    assert_eq!(handed.result.err(), Some(Error::International("content")));
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
    let login = Login { name: "ann@a.test".into(), ..login() };
    let mut submitter =
        Submitter::connect(opened, Some(&login), true, Unsigned::Never).await.unwrap();
    let message = b"From: ann@a.test\r\nSubject: x\r\n\r\n.dot\r\n";
    let asked = submitter
        .recipients(&envelope(&["bob@a.test", "nobody@a.test"]), &facts(message))
        .await
        .unwrap();
    assert_eq!((asked.accepted.len(), asked.refused[0].1.code / 100), (1, 5));
    assert_eq!(
        submitter.message(whole(message.to_vec()), message.len() as u64).await.unwrap().code,
        250
    );
    let inbox = host.mailbox("bob@a.test", "INBOX").unwrap();
    assert_eq!(inbox.messages.len(), 1);
    let raw = String::from_utf8_lossy(&inbox.messages[0].raw).into_owned();
    assert!(raw.ends_with("\r\n\r\n.dot\r\n"), "{raw}");
    host.stop().await;
}

#[tokio::test]
async fn mail_that_must_cause_no_report_has_no_sender() {
    let (opened, server) =
        Fake::default().and(("EHLO", Act::Say("250-x\r\n250-AUTH PLAIN\r\n250 DSN"))).open();
    let mut submitter =
        Submitter::connect(opened, Some(&login()), false, Unsigned::Allowed).await.unwrap();
    let envelope = SmtpEnvelope { from: String::new(), ..envelope(&["bob@b.test"]) };
    let facts = Facts { envelope_id: "1".into(), notify_success: true, ..facts(b"x") };
    submitter.recipients(&envelope, &facts).await.unwrap();
    submitter.quit().await;
    let heard = server.await.unwrap().0;
    assert_eq!(
        heard[3..5],
        ["MAIL FROM:<> RET=HDRS ENVID=1", "RCPT TO:<bob@b.test> NOTIFY=NEVER",]
    );
}
