//! What servers said in life, every file of it: understood, refused or left out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::corpora;

/// The collection, and what of it was played.
struct Collection {
    place: PathBuf,
    played: RefCell<BTreeSet<String>>,
}

impl Collection {
    fn said(&self, file: &str) -> Vec<u8> {
        self.played.borrow_mut().insert(file.to_owned());
        let text = std::fs::read_to_string(self.place.join(file).with_extension("txt"));
        // The files hold bare LF where the server sent CRLF.
        text.unwrap().replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
    }

    /// What there is of a server.
    fn files(&self, server: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.place.join(server)).unwrap().flatten();
        let name = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
        files.filter_map(|file| name(file.path())).map(|name| format!("{server}/{name}")).collect()
    }
}

#[tokio::test]
async fn every_transcript_is_played() {
    let Some(place) = corpora::find("pop3-transcripts/mailkit") else { return };
    let all = Collection { place, played: RefCell::default() };
    greetings(&all).await;
    gmail(&all).await;
    gmail_by_one(&all).await;
    long_credentials(&all).await;
    languages(&all).await;
    wrong(&all).await;
    let files: BTreeSet<String> =
        ["common", "gmail", "lang"].iter().flat_map(|server| all.files(server)).collect();
    assert_eq!(*all.played.borrow(), files);
}

async fn greetings(all: &Collection) {
    let (opened, _server) = server(&all.said("common/err-greeting"), &[]);
    let refused = Pop3Connection::greet(opened).await.err();
    assert!(matches!(refused, Some(Error::Refused { .. })), "{refused:?}");
    let (opened, _server) = server(&all.said("common/ok-greeting"), &[("CAPA", BARE)]);
    assert!(Pop3Connection::greet(opened).await.is_ok());
}

/// A session of Gmail past its sign-in.
async fn signed_in(
    all: &Collection,
    more: &[(&str, Vec<u8>)],
) -> (Pop3Connection, JoinHandle<String>) {
    let [greeting, capa1, auth, capa2] =
        ["greeting", "capa1", "auth", "capa2"].map(|file| all.said(&format!("gmail/{file}")));
    let mut script: Vec<(&str, &[u8])> =
        vec![("CAPA", &capa1), ("AUTH PLAIN AGFubgB0d28gd29yZHM=", &auth), ("CAPA", &capa2)];
    script.extend(more.iter().map(|(line, answer)| (*line, answer.as_slice())));
    let (opened, server) = server(&greeting, &script);
    let mut connection = Pop3Connection::greet(opened).await.unwrap();
    let secret = secret();
    connection.sign_in("ann", Proof::Password(&secret), Plaintext::Refused).await.unwrap();
    (connection, server)
}

/// Everything at once: several commands before the first answer.
async fn gmail(all: &Collection) {
    let said = |file: &str| all.said(&format!("gmail/{file}"));
    let none = Vec::new;
    let script = [
        ("STAT", said("stat")),
        ("LIST", said("list")),
        ("UIDL", said("uidl")),
        ("TOP 1 0", none()),
        ("TOP 2 0", none()),
        ("TOP 3 0", said("top123")),
        ("RETR 1", none()),
        ("RETR 2", none()),
        ("RETR 3", said("retr123")),
        ("DELE 1", none()),
        ("DELE 2", none()),
        ("DELE 3", said("dele123")),
        ("QUIT", said("quit")),
    ];
    let (mut connection, server) = signed_in(all, &script).await;
    assert!(connection.capabilities().has("PIPELINING"));
    assert_eq!(connection.stat().await.unwrap().unwrap().octets, 221_409);
    assert_eq!(connection.list().await.unwrap().len(), 3);
    assert_eq!(connection.uidl().await.unwrap().unwrap()[2], (3, "103".to_owned()));
    connection.ask_headers(1..=3).await.unwrap();
    let headers = messages(&mut connection).await;
    connection.ask(1..=3).await.unwrap();
    let whole = messages(&mut connection).await;
    assert_eq!(whole.len(), 3);
    for ((_, header), (_, message)) in headers.into_iter().zip(whole) {
        let (header, message) = (header.unwrap(), message.unwrap());
        assert!(message.starts_with(&header) && header.starts_with(b"Delivered-To: "));
        assert!(message.len() > 70_000);
    }
    assert_eq!(connection.dele(&[1, 2, 3]).await.unwrap().len(), 0);
    connection.quit().await.unwrap();
    assert_eq!(server.await.unwrap(), "");
}

/// One command, one answer.
async fn gmail_by_one(all: &Collection) {
    let said = |file: &str| all.said(&format!("gmail/{file}"));
    let script = [
        ("UIDL 1", said("uidl1")),
        ("UIDL 2", said("uidl2")),
        ("UIDL 3", said("uidl3")),
        ("TOP 1 0", said("top")),
        ("RETR 1", said("retr1")),
        // A message that is no message comes as it is.
        ("RETR 2", said("retr1-parse-error")),
        ("DELE 1", said("dele")),
        ("NOOP", said("noop")),
        ("RSET", said("rset")),
    ];
    let (mut connection, server) = signed_in(all, &script).await;
    for number in 1..=3 {
        let uidl = connection.uidl_of(number).await.unwrap();
        assert_eq!(uidl, Some(format!("10{number}")));
        // LIST is never asked about one message; its answer is read as an entry of a listing.
        let line = String::from_utf8(said(&format!("list{number}"))).unwrap();
        let octets = listing::entry(line.trim_end()).flatten().map(|listed| listed.octets);
        assert_eq!(octets, Some(1023 + u64::from(number)));
    }
    let header = connection.top(1, 0).await.unwrap();
    connection.ask([1]).await.unwrap();
    let first = messages(&mut connection).await.remove(0).1.unwrap();
    assert!(first.starts_with(&header) && first.len() > 70_000);
    connection.ask([2]).await.unwrap();
    let odd = messages(&mut connection).await.remove(0).1.unwrap();
    assert!(odd.starts_with(b"7P7D8l/xpRAQcgD8l") && odd.len() > 600);
    assert_eq!(connection.dele(&[1]).await.unwrap().len(), 0);
    connection.noop().await.unwrap();
    connection.rset().await.unwrap();
    drop(connection);
    assert_eq!(server.await.unwrap(), "");
}

/// A password that does not go on the line of AUTH waits for the server's plus.
async fn long_credentials(all: &Collection) {
    let said = |file: &str| all.said(&format!("gmail/{file}"));
    let password = "p".repeat(300);
    let message = crate::sasl::base64::encode(format!("\0ann\0{password}").as_bytes());
    let (capa1, plus, auth, capa2) = (said("capa1"), said("plus"), said("auth"), said("capa2"));
    let script: Script<'_> =
        &[("CAPA", &capa1), ("AUTH PLAIN", &plus), (message.as_str(), &auth), ("CAPA", &capa2)];
    let (opened, _server) = server(&said("greeting"), script);
    let mut connection = Pop3Connection::greet(opened).await.unwrap();
    let secret = Secret::new(password);
    connection.sign_in("ann", Proof::Password(&secret), Plaintext::Refused).await.unwrap();
}

/// A server with UTF8 and LANG; nobody asks about languages, and its answers are read all the same.
async fn languages(all: &Collection) {
    let said = |file: &str| all.said(&format!("lang/{file}"));
    let answers = [
        ("CAPA", said("capa1")),
        ("UTF8", said("utf8")),
        ("AUTH PLAIN AGFubgB0d28gd29yZHM=", said("auth")),
        ("CAPA", said("capa2")),
        ("LANG", said("getlang")),
        ("LANG en", said("setlang")),
        ("STAT", said("stat")),
        ("QUIT", said("quit")),
    ];
    let script: Vec<(&str, &[u8])> =
        answers.iter().map(|(line, answer)| (*line, answer.as_slice())).collect();
    let (opened, server) = server(&said("greeting"), &script);
    let mut connection = Pop3Connection::greet(opened).await.unwrap();
    assert!(connection.capabilities().has_utf8_names());
    let secret = secret();
    connection.sign_in("ann", Proof::Password(&secret), Plaintext::Refused).await.unwrap();
    connection.command("LANG").await.unwrap().ok().unwrap();
    let languages = connection.lines().await.unwrap().unwrap();
    assert_eq!((languages.len(), languages[2].as_str()), (6, "de Deutsch"));
    connection.command("LANG en").await.unwrap().ok().unwrap();
    assert_eq!(connection.stat().await.unwrap().unwrap().messages, 3);
    connection.quit().await.unwrap();
    assert_eq!(server.await.unwrap(), "");
}

async fn wrong(all: &Collection) {
    for (file, expect) in [
        ("uidl-error1", 2),
        // A number that is not there: whoever looks it up in LIST finds nothing.
        ("uidl-error2", 3),
    ] {
        let answer = all.said(&format!("gmail/{file}"));
        let (mut connection, _server) = session(CAPA, &[("UIDL", &answer)]).await;
        assert_eq!(connection.uidl().await.unwrap().unwrap().len(), expect, "{file}");
    }
    for file in ["uidl1-error1", "uidl1-error2"] {
        let answer = all.said(&format!("gmail/{file}"));
        let (mut connection, _server) = session(CAPA, &[("UIDL 1", &answer)]).await;
        assert_eq!(connection.uidl_of(1).await.unwrap(), None, "{file}");
    }
}
