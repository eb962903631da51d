//! Sessions with servers that play a script: what they said in life, what RFCs say, and garbage.

mod sign_in;
mod transcripts;

use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::*;
use crate::sasl::Proof;
use crate::secret::Secret;

/// What the server expects, and what it says then.
type Script<'a> = &'a [(&'a str, &'a [u8])];

fn opened(stream: DuplexStream, encrypted: bool) -> Opened {
    Opened {
        stream: Box::new(stream),
        greeting_consumed: false,
        peer: ([127, 0, 0, 1], 110).into(),
        tls_version: encrypted.then_some("TLSv1.3"),
    }
}

/// A server with this greeting and script; it ends by reading what else was said.
fn server(greeting: &[u8], script: Script<'_>) -> (Opened, JoinHandle<String>) {
    let (ours, theirs) = duplex(1 << 20);
    let greeting = greeting.to_vec();
    let script: Vec<(String, Vec<u8>)> =
        script.iter().map(|(line, answer)| ((*line).to_owned(), answer.to_vec())).collect();
    let task = tokio::spawn(async move {
        let mut theirs = BufReader::new(theirs);
        theirs.write_all(&greeting).await.unwrap();
        for (expected, answer) in script {
            let mut line = String::new();
            theirs.read_line(&mut line).await.unwrap();
            assert_eq!(line, format!("{expected}\r\n"));
            theirs.write_all(&answer).await.unwrap();
        }
        let mut rest = String::new();
        theirs.read_to_string(&mut rest).await.unwrap();
        rest
    });
    (opened(ours, true), task)
}

const CAPA: &[u8] = b"+OK\r\nUSER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\n.\r\n";
const BARE: &[u8] = b"-ERR what?\r\n";

fn secret() -> Secret {
    Secret::new("two words".to_owned())
}

/// A session past USER and PASS before a server that offers `capa`.
async fn session(capa: &[u8], more: Script<'_>) -> (Pop3Connection, JoinHandle<String>) {
    let sign_in: [(&str, &[u8]); 4] = [
        ("CAPA", capa),
        ("USER ann", b"+OK\r\n"),
        ("PASS two words", b"+OK welcome\r\n"),
        ("CAPA", capa),
    ];
    let script: Vec<_> = sign_in.iter().chain(more).copied().collect();
    let (opened, task) = server(b"+OK ready\r\n", &script);
    let mut connection = Pop3Connection::greet(opened).await.unwrap();
    let secret = secret();
    let proof = Proof::Password(&secret);
    connection.sign_in("ann", proof, Plaintext::Refused).await.unwrap();
    (connection, task)
}

async fn whole(body: &mut Body<'_>) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while let Some(octets) = body.next().await? {
        all.extend_from_slice(octets);
    }
    Ok(all)
}

/// A server that says all of this, whatever it hears, and hangs up.
async fn deaf(octets: &[u8]) -> DuplexStream {
    let (ours, theirs) = duplex(1 << 16);
    let (mut hears, mut says) = tokio::io::split(theirs);
    says.write_all(octets).await.unwrap();
    says.shutdown().await.unwrap();
    tokio::spawn(async move { tokio::io::copy(&mut hears, &mut tokio::io::sink()).await });
    ours
}

/// Every message that was asked for.
async fn messages(connection: &mut Pop3Connection) -> Vec<(u32, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    while let Some((number, body)) = connection.message().await.unwrap() {
        let octets = match body {
            Ok(mut body) => Some(whole(&mut body).await.unwrap()),
            Err(_) => None,
        };
        found.push((number, octets));
    }
    found
}

#[tokio::test]
async fn a_maildrop_is_listed_read_and_left() {
    let script: Script<'_> = &[
        ("STAT", b"+OK 2 320\r\n"),
        ("LIST", b"+OK\r\n1 120\r\n2 200\r\n.\r\n"),
        ("UIDL", b"+OK\r\n1 a\r\n2 b\r\n.\r\n"),
        ("TOP 1 0", b"+OK\r\nSubject: x\r\n\r\n.\r\n"),
        ("RETR 1", b"+OK\r\nSubject: x\r\n\r\n..dots\r\n.. \r\n.\r\n"),
        ("RETR 2", b"+OK\r\n.\r\n"),
        ("DELE 1", b"+OK\r\n"),
        ("DELE 2", b"-ERR locked\r\n"),
        ("NOOP", b"+OK\r\n"),
        ("RSET", b"+OK\r\n"),
        ("QUIT", b"+OK bye\r\n"),
    ];
    let (mut connection, server) = session(CAPA, script).await;
    assert_eq!(connection.stat().await.unwrap(), Some(Stat { messages: 2, octets: 320 }));
    let listed = connection.list().await.unwrap();
    assert_eq!(listed[1], Listed { number: 2, octets: 200 });
    let uidls = connection.uidl().await.unwrap().unwrap();
    assert_eq!(uidls, [(1, "a".to_owned()), (2, "b".to_owned())]);
    assert_eq!(connection.top(1, 0).await.unwrap(), b"Subject: x\r\n\r\n");
    connection.ask([1, 2]).await.unwrap();
    let found = messages(&mut connection).await;
    let first = b"Subject: x\r\n\r\n.dots\r\n. \r\n".to_vec();
    assert_eq!(found, [(1, Some(first)), (2, Some(vec![]))]);
    let refused = connection.dele(&[1, 2]).await.unwrap();
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2]);
    connection.noop().await.unwrap();
    connection.rset().await.unwrap();
    connection.quit().await.unwrap();
    assert_eq!(server.await.unwrap(), "");
}

#[tokio::test]
async fn a_server_without_pipelining_hears_one_command_at_a_time() {
    let (ours, theirs) = duplex(1 << 16);
    let server = tokio::spawn(async move {
        let mut theirs = BufReader::new(theirs);
        theirs.write_all(b"+OK\r\n").await.unwrap();
        for answer in [BARE, b"+OK\r\none\r\n.\r\n", b"-ERR gone\r\n", b"+OK\r\nthree\r\n.\r\n"] {
            let mut line = String::new();
            theirs.read_line(&mut line).await.unwrap();
            assert!(theirs.buffer().is_empty(), "it was told more than it can take");
            theirs.write_all(answer).await.unwrap();
        }
    });
    let mut connection = Pop3Connection::greet(opened(ours, true)).await.unwrap();
    connection.ask([1, 2, 3]).await.unwrap();
    let found = messages(&mut connection).await;
    let text = |text: &str| Some(text.as_bytes().to_vec());
    assert_eq!(found, [(1, text("one\r\n")), (2, None), (3, text("three\r\n"))]);
    server.await.unwrap();
}

#[tokio::test]
async fn a_body_that_nobody_reads_to_its_end_is_read_over() {
    let script: Script<'_> =
        &[("RETR 7", b"+OK\r\nlong\r\nlonger\r\n.\r\n"), ("NOOP", b"+OK still here\r\n")];
    let (mut connection, _server) = session(CAPA, script).await;
    connection.ask([7]).await.unwrap();
    let (_, body) = connection.message().await.unwrap().unwrap();
    body.unwrap().next().await.unwrap();
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn half_a_message_is_no_message() {
    let ours = deaf(b"+OK\r\n-ERR\r\n+OK\r\nhalf of it\r\n").await;
    let mut connection = Pop3Connection::greet(opened(ours, true)).await.unwrap();
    connection.ask([1]).await.unwrap();
    let (_, body) = connection.message().await.unwrap().unwrap();
    assert!(matches!(whole(&mut body.unwrap()).await, Err(Error::Lost(_))));
}

#[tokio::test]
async fn odd_answers_are_understood() {
    let script: Script<'_> = &[
        ("STAT", b"+OK -1 -1\r\n"),
        ("UIDL", b"+OK\n+OK 1 101\n2   102\n3\n.\n"),
        ("UIDL 3", b"+OK 3 103\r\n"),
        ("UIDL 4", b"+OK 99 104\r\n"),
        ("LIST", b"+OK\r\n1 10\r\n-ERR internal\r\n"),
        ("RETR 1", b"+OK\nbare\n..\n.\n"),
    ];
    let (mut connection, _server) = session(CAPA, script).await;
    assert_eq!(connection.stat().await.unwrap(), None);
    let uidls = connection.uidl().await.unwrap().unwrap();
    assert_eq!(uidls, [(1, "101".to_owned()), (2, "102".to_owned())]);
    assert_eq!(connection.uidl_of(3).await.unwrap().as_deref(), Some("103"));
    assert_eq!(connection.uidl_of(4).await.unwrap(), None);
    assert!(connection.list().await.is_err(), "a listing that breaks off is not an empty one");
    connection.ask([1]).await.unwrap();
    assert_eq!(messages(&mut connection).await, [(1, Some(b"bare\n.\n".to_vec()))]);
}

#[tokio::test]
async fn a_listing_may_be_as_long_as_that_and_no_longer() {
    for (more, expect) in [(0, true), (1, false)] {
        let count = listing::MOST + more;
        let lines: String = (1..=count).map(|number| format!("{number} 9\r\n")).collect();
        let answer = format!("+OK\r\n{lines}.\r\n");
        let (mut connection, _server) = session(CAPA, &[("LIST", answer.as_bytes())]).await;
        match connection.list().await {
            Ok(listed) => assert!(expect && listed.len() == count as usize),
            Err(error) => assert!(!expect && matches!(error, Error::Limit(listing::MESSAGES))),
        }
    }
}

/// Stuffs and ends a body as RFC 1939 says.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !message.is_empty() && !message.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// What comes out of a body that arrives in these pieces, and what is left behind it.
fn unstuffed(octets: &[u8], piece: usize) -> Option<(Vec<u8>, usize)> {
    let (mut dots, mut out, mut used) = (body::Dots::default(), Vec::new(), 0);
    while used < octets.len() {
        let end = (used - used % piece + piece).min(octets.len());
        match dots.next(&octets[used..end]) {
            body::Seen::Octets(count) => {
                out.extend_from_slice(&octets[used..used + count]);
                used += count;
            }
            body::Seen::Held(count) => used += count,
            body::Seen::Owed(owed) => out.extend_from_slice(owed),
            body::Seen::End(count) => return Some((out, octets.len() - used - count)),
        }
    }
    None
}

proptest! {
    #[test]
    fn bodies_come_back_however_they_are_cut(
        lines in proptest::collection::vec("[.\r x]{0,5}", 0..20),
        piece in 1_usize..9,
    ) {
        let message: Vec<u8> = lines.iter().flat_map(|line| format!("{line}\r\n").into_bytes()).collect();
        let mut sent = stuffed(&message);
        sent.extend_from_slice(b"+OK");
        prop_assert_eq!(unstuffed(&sent, piece), Some((message, 3)));
    }

    #[test]
    fn garbage_never_panics_and_never_hangs(
        octets in proptest::collection::vec(proptest::sample::select(&b"+OKER-. 1\r\n[]a"[..]), 0..400),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let greeted = [b"+OK\r\n-ERR\r\n", octets.as_slice()].concat();
            let ours = deaf(&greeted).await;
            let mut connection = Pop3Connection::greet(opened(ours, true)).await.unwrap();
            let _ = connection.stat().await;
            let _ = connection.uidl().await;
            let _ = connection.list().await;
            if connection.ask([1, 2]).await.is_ok() {
                while let Ok(Some((_, body))) = connection.message().await {
                    if let Ok(mut body) = body {
                        while matches!(body.next().await, Ok(Some(_))) {}
                    }
                }
            }
        });
    }
}
