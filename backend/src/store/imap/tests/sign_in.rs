//! Signing in: each mechanism, what is tried where, and what follows at once.

use std::io::Write;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex};

use super::script::{limits, open, play, script};
use crate::sasl::Proof;
use crate::secret::Secret;
use crate::store::imap::{ImapConnection, Options};
use crate::store::{Error, MailboxName};

/// Signs in as `ann` with any proof against a script.
async fn open_with(
    steps: &str,
    proof: Proof<'_>,
    options: Options,
) -> Result<ImapConnection, Error> {
    let (near, far) = duplex(64 << 10);
    let server = tokio::spawn(play(far, script(steps)));
    let result = ImapConnection::open_with(near, false, ("ann", proof), options).await;
    if result.is_err() {
        server.await.unwrap();
    }
    result
}

fn options() -> Options {
    Options::from(limits())
}

#[tokio::test]
async fn plain_goes_with_the_command_where_it_may() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] -
                 C: AUTHENTICATE PLAIN AGFubgBwYSJzcw==
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open(steps).await.is_ok());
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN LOGINDISABLED] -
                 C: AUTHENTICATE PLAIN AGFubgBwYSJzcw==
                 S: {tag} NO [AUTHENTICATIONFAILED] no
                 CLOSE";
    assert!(matches!(open(steps).await, Err(Error::AuthenticationFailed { .. })));
}

#[tokio::test]
async fn login_is_spoken_in_both_its_forms() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=LOGIN] -
                 C: AUTHENTICATE LOGIN
                 S: + VXNlcm5hbWU6
                 C: YW5u
                 S: + UGFzc3dvcmQ6
                 C: cGEic3M=
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open(steps).await.is_ok());
    // Asked for more than there is to say, it is called off.
    let steps = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=LOGIN] -
                 C: AUTHENTICATE LOGIN
                 S: + VXNlcm5hbWU6
                 C: YW5u
                 S: + UGFzc3dvcmQ6
                 C: cGEic3M=
                 S: + TW9yZTo=
                 C: *
                 S: {tag} BAD called off
                 CLOSE";
    assert!(matches!(open(steps).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn a_password_beyond_ascii_goes_by_plain_or_as_a_literal() {
    let secret = Secret::new("é".into());
    let steps = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] -
                 C: AUTHENTICATE PLAIN
                 S: +
                 C: AGFubgDDqQ==
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open_with(steps, Proof::Password(&secret), options()).await.is_ok());
    let steps = "S: * OK [CAPABILITY IMAP4rev1] -
                 C: LOGIN \"ann\" {2}
                 S: + go
                 C# 2
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open_with(steps, Proof::Password(&secret), options()).await.is_ok());
}

#[tokio::test]
async fn tokens_are_borne() {
    let token = Secret::new("t0ken".into());
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER] -
                 C: AUTHENTICATE OAUTHBEARER bixhPWFubiwBYXV0aD1CZWFyZXIgdDBrZW4BAQ==
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open_with(steps, Proof::Token(&token), options()).await.is_ok());
    // What is wrong comes as a challenge, which wants an answer before the refusal.
    let steps = "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] -
                 C: AUTHENTICATE XOAUTH2
                 S: +
                 C: dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==
                 S: + eyJzdGF0dXMiOiI0MDEifQ==
                 C: 
                 S: {tag} NO SASL authentication failed
                 CLOSE";
    let refused = open_with(steps, Proof::Token(&token), options()).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed { .. })));
    let steps = "S: * OK [CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER] -
                 C: AUTHENTICATE OAUTHBEARER
                 S: +
                 C: bixhPWFubiwBYXV0aD1CZWFyZXIgdDBrZW4BAQ==
                 S: + eyJzdGF0dXMiOiI0MDEifQ==
                 C: AQ==
                 S: {tag} NO -
                 CLOSE";
    let refused = open_with(steps, Proof::Token(&token), options()).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed { .. })));
    let steps = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] -\n CLOSE";
    let unable = open_with(steps, Proof::Token(&token), options()).await;
    assert!(matches!(unable, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn scram_that_is_not_for_this_user_makes_room_for_plain() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256] -
                 C: AUTHENTICATE SCRAM-SHA-256 biwsbj1hbm4scj
                 S: {tag} NO no such verifier
                 C: AUTHENTICATE PLAIN AGFubgBwYSJzcw==
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open(steps).await.is_ok());
}

#[tokio::test]
async fn a_server_that_proves_nothing_is_not_signed_in_to() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 LOGINDISABLED] -
                 C: AUTHENTICATE SCRAM-SHA-256 biws
                 S: {tag} OK welcome
                 CLOSE";
    assert!(matches!(open(steps).await, Err(Error::Garbled(_))));
    let steps = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 LOGINDISABLED] -
                 C: AUTHENTICATE SCRAM-SHA-256 biws
                 S: + cj1vdGhlcixzPVFRPT0saT00MDk2
                 C: *
                 S: {tag} BAD called off
                 CLOSE";
    assert!(matches!(open(steps).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn a_signed_in_greeting_is_believed_only_where_that_was_agreed() {
    let steps = "S: * PREAUTH [CAPABILITY IMAP4rev1 IDLE] welcome
                 C: NOOP
                 S: {tag} OK -";
    let secret = Secret::new("x".into());
    let agreed = Options { preauth: true, ..options() };
    let mut connection = open_with(steps, Proof::Password(&secret), agreed).await.unwrap();
    assert!(connection.capabilities().has("IDLE"));
    connection.noop().await.unwrap();
    let steps = "S: * PREAUTH welcome\n CLOSE";
    let refused = open_with(steps, Proof::Password(&secret), options()).await;
    assert!(matches!(refused, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn capabilities_are_those_last_told() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1] -
                 C: LOGIN
                 S: * CAPABILITY IMAP4rev1 IDLE
                 S: {tag} OK -
                 C: NOOP
                 S: * CAPABILITY IMAP4rev1 MOVE
                 S: {tag} OK -
                 C: NOOP
                 S: {tag} OK [CAPABILITY IMAP4rev1 QUOTA] -";
    let mut connection = open(steps).await.unwrap();
    assert!(connection.capabilities().has("IDLE"));
    connection.noop().await.unwrap();
    assert!(connection.capabilities().has("MOVE") && !connection.capabilities().has("IDLE"));
    connection.noop().await.unwrap();
    assert!(connection.capabilities().has("QUOTA") && !connection.capabilities().has("MOVE"));
}

#[tokio::test]
async fn names_travel_in_utf8_where_that_is_on() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1] -
                 C: LOGIN
                 S: {tag} OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] -
                 C: ENABLE UTF8=ACCEPT
                 S: * ENABLED UTF8=ACCEPT
                 S: {tag} OK -
                 C: SELECT \"Entwürfe\"
                 S: * 0 EXISTS
                 S: {tag} OK -
                 C: STATUS \"Q&A\" (
                 S: * STATUS \"Q&A\" (MESSAGES 3)
                 S: {tag} OK -";
    let mut connection = open(steps).await.unwrap();
    connection.select(&MailboxName::from_text("Entwürfe")).await.unwrap();
    let counts = connection.status(&MailboxName::from_text("Q&A")).await.unwrap();
    assert_eq!(counts.messages, 3);
}

#[tokio::test]
async fn a_server_of_the_second_revision_alone_is_understood() {
    let steps = "S: * OK [CAPABILITY IMAP4rev2 AUTH=PLAIN] -
                 C: AUTHENTICATE PLAIN AGFubgBwYSJzcw==
                 S: {tag} OK -
                 C: CAPABILITY
                 S: * CAPABILITY IMAP4rev2 AUTH=PLAIN
                 S: {tag} OK -
                 C: LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES
                 S: * LIST (\\Subscribed) \"/\" \"Entwürfe\"
                 S: * STATUS \"Entwürfe\" (MESSAGES 2 UNSEEN 0)
                 S: {tag} OK -
                 C: SELECT \"Entwürfe\"
                 S: * 2 EXISTS
                 S: * OK [UIDVALIDITY 1] -
                 S: * LIST () \"/\" \"Entwürfe\"
                 S: {tag} OK [READ-WRITE] -
                 C: UID SEARCH RETURN (ALL) ALL
                 S: * ESEARCH (TAG \"{tag}\") UID ALL 1:2
                 S: {tag} OK -";
    let mut connection = open(steps).await.unwrap();
    let listed = connection.list().await.unwrap();
    assert_eq!(listed[0].name, MailboxName::from_text("Entwürfe"));
    assert_eq!(connection.select(&listed[0].name).await.unwrap().exists, 2);
    assert_eq!(connection.uids().await.unwrap(), [1, 2]);
    assert_eq!(connection.defects(), 0);
}

#[tokio::test]
async fn a_compressed_connection_is_a_connection() {
    let (near, far) = duplex(64 << 10);
    let server = tokio::spawn(async move {
        let mut far = BufReader::new(far);
        let mut line = String::new();
        let greeting = "* OK [CAPABILITY IMAP4rev1] -\r\n";
        far.write_all(greeting.as_bytes()).await.unwrap();
        far.read_line(&mut line).await.unwrap();
        let offered = "S1 OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] -\r\n";
        far.write_all(offered.as_bytes()).await.unwrap();
        line.clear();
        far.read_line(&mut line).await.unwrap();
        assert!(line.ends_with("COMPRESS DEFLATE\r\n"), "{line}");
        let tag = line.split(' ').next().unwrap().to_owned();
        // What is compressed follows at once, in the same packet.
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let noops = "* 1 EXISTS\r\n".repeat(10_000);
        encoder.write_all(noops.as_bytes()).unwrap();
        encoder.flush().unwrap();
        let answer = [format!("{tag} OK -\r\n").as_bytes(), encoder.get_ref()].concat();
        far.write_all(&answer).await.unwrap();
        let mut block = [0; 5];
        far.read_exact(&mut block).await.unwrap();
        let mut command = vec![0; usize::from(block[1])];
        far.read_exact(&mut command).await.unwrap();
        let mut plain = String::new();
        let sent = [&block[..], &command].concat();
        let mut decoder = DeflateDecoder::new(&sent[..]);
        let mut room = vec![0; command.len()];
        std::io::Read::read_exact(&mut decoder, &mut room).unwrap();
        plain.push_str(std::str::from_utf8(&room).unwrap());
        let tag = plain.split(' ').next().unwrap();
        assert!(plain.ends_with("NOOP\r\n"), "{plain}");
        let written = encoder.get_ref().len();
        encoder.write_all(format!("{tag} OK done\r\n").as_bytes()).unwrap();
        encoder.flush().unwrap();
        far.write_all(&encoder.get_ref()[written..]).await.unwrap();
        far
    });
    let secret = Secret::new("x".into());
    let opened =
        ImapConnection::open_with(near, false, ("ann", Proof::Password(&secret)), options());
    let mut connection = opened.await.unwrap();
    connection.noop().await.unwrap();
    assert!(connection.traffic().received < 10_000, "{:?}", connection.traffic());
    server.await.unwrap();
}

#[tokio::test]
async fn the_log_of_a_connection_holds_no_secret() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let log = move |line: &str| kept.lock().unwrap().push(line.to_owned());
    let steps = "S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN LOGINDISABLED] hello ann
                 C: AUTHENTICATE LOGIN
                 S: + VXNlcm5hbWU6
                 C: YW5u
                 S: + UGFzc3dvcmQ6
                 C: c2VjcmV0
                 S: {tag} OK [CAPABILITY IMAP4rev1] welcome ann
                 C: SELECT \"Lovers\"
                 S: * 3 EXISTS
                 S: {tag} OK [READ-WRITE] Lovers selected";
    let options = Options { log: Some(Arc::new(log)), ..options() };
    let secret = Secret::new("secret".into());
    let mut connection = open_with(steps, Proof::Password(&secret), options).await.unwrap();
    connection.select(&MailboxName::from_text("Lovers")).await.unwrap();
    let text = lines.lock().unwrap().join("\n");
    for hidden in ["ann", "c2VjcmV0", "YW5u", "Lovers", "secret"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    for shown in
        ["C: S1 AUTHENTICATE LOGIN", "S: * 3 EXISTS", "SELECT", "[READ-WRITE]", "IMAP4rev1"]
    {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
}
