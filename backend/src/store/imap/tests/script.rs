//! A scripted server: lines it expects, bytes it answers with. `{tag}` is the tag of the last
//! line that it read.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::secret::Secret;
use crate::store::Error;
use crate::store::imap::{Credentials, ImapConnection, Limits};

/// One step of a script.
pub(super) enum Step {
    /// Read a line; after its tag it must begin so.
    Expect(String),
    /// Read this many octets and a line end.
    Swallow(usize),
    /// Write.
    Say(Vec<u8>),
    /// Write octets that are no text; the last `{tag}` is replaced.
    Raw(Vec<u8>),
    /// Close the connection.
    Close,
}

/// `C: ` lines are expected, `S: ` lines said, `C# 12` swallows, `CLOSE` closes.
pub(super) fn script(text: &str) -> Vec<Step> {
    let step = |line: &str| {
        let line = line.trim_start();
        if let Some(expected) = line.strip_prefix("C: ") {
            Step::Expect(expected.to_owned())
        } else if let Some(octets) = line.strip_prefix("C# ") {
            Step::Swallow(octets.parse().unwrap())
        } else if let Some(said) = line.strip_prefix("S: ") {
            Step::Say(format!("{said}\r\n").into_bytes())
        } else {
            assert_eq!(line, "CLOSE", "not a step");
            Step::Close
        }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(step).collect()
}

/// Plays a script to its end, then keeps the connection open until the other side closes.
pub(super) async fn play(stream: DuplexStream, steps: Vec<Step>) {
    let mut stream = BufReader::new(stream);
    let mut tag = String::new();
    for step in steps {
        match step {
            Step::Expect(expected) => {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                let line = line.trim_end();
                let rest = match line.split_once(' ') {
                    Some((first, rest)) if expected != line => {
                        tag = first.to_owned();
                        rest
                    }
                    _ => line,
                };
                assert!(rest.starts_with(&expected), "expected {expected:?}, got {line:?}");
            }
            Step::Swallow(octets) => {
                let mut octets = vec![0; octets + 2];
                stream.read_exact(&mut octets).await.unwrap();
                assert!(octets.ends_with(b"\r\n"));
            }
            Step::Say(bytes) => {
                let bytes = replace(&bytes, &tag);
                // The other side may have given up already: that is then what is tested.
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Raw(bytes) => {
                if stream.write_all(&with_tag(bytes, &tag)).await.is_err() {
                    return;
                }
            }
            Step::Close => return,
        }
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
}

/// Replaces the last `{tag}`.
fn with_tag(mut bytes: Vec<u8>, tag: &str) -> Vec<u8> {
    if let Some(at) = bytes.windows(5).rposition(|window| window == b"{tag}") {
        bytes.splice(at..at + 5, tag.bytes());
    }
    bytes
}

fn replace(bytes: &[u8], tag: &str) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.replace("{tag}", tag).into_bytes(),
        Err(_) => bytes.to_vec(),
    }
}

/// Limits that let a test end soon.
pub(super) fn limits() -> Limits {
    let second = Duration::from_secs(5);
    Limits {
        greeting_time: second,
        sign_in_time: second,
        silence: second,
        idle_time: second,
        ..Limits::default()
    }
}

pub(super) fn credentials() -> Credentials {
    Credentials { login: "ann".into(), secret: Secret::new("pa\"ss".into()) }
}

/// A connection whose server offers `capabilities` and then plays `steps`.
pub(super) async fn connected(
    capabilities: &str,
    steps: Vec<Step>,
) -> (ImapConnection, JoinHandle<()>) {
    connected_with(capabilities, steps, limits()).await
}

pub(super) async fn connected_with(
    capabilities: &str,
    steps: Vec<Step>,
    limits: Limits,
) -> (ImapConnection, JoinHandle<()>) {
    let opening = format!(
        "S: * OK [CAPABILITY IMAP4rev1] hello
         C: LOGIN \"ann\" \"pa\\\"ss\"
         S: {{tag}} OK [CAPABILITY IMAP4rev1 {capabilities}] welcome"
    );
    let (near, far) = duplex(64 << 10);
    let mut all = script(&opening);
    all.extend(steps);
    let server = tokio::spawn(play(far, all));
    let connection = ImapConnection::open(near, false, &credentials(), limits).await.unwrap();
    (connection, server)
}

/// As `connected`, with `exists` messages selected.
pub(super) async fn selected(
    capabilities: &str,
    exists: u32,
    steps: Vec<Step>,
) -> (ImapConnection, JoinHandle<()>) {
    selected_with(capabilities, exists, steps, limits()).await
}

pub(super) async fn selected_with(
    capabilities: &str,
    exists: u32,
    steps: Vec<Step>,
    limits: Limits,
) -> (ImapConnection, JoinHandle<()>) {
    let mut all = script(&format!(
        "C: SELECT \"INBOX\"
         S: * {exists} EXISTS
         S: * OK [UIDVALIDITY 9] -
         S: {{tag}} OK [READ-WRITE] -"
    ));
    all.extend(steps);
    let (mut connection, server) = connected_with(capabilities, all, limits).await;
    let name = crate::store::MailboxName::from_text("INBOX");
    assert_eq!(connection.select(&name).await.unwrap().exists, exists);
    (connection, server)
}

/// Signs in against a script.
pub(super) async fn open(steps: &str) -> Result<ImapConnection, Error> {
    let (near, far) = duplex(64 << 10);
    let server = tokio::spawn(play(far, script(steps)));
    let result = ImapConnection::open(near, false, &credentials(), limits()).await;
    if result.is_err() {
        server.await.unwrap();
    }
    result
}
