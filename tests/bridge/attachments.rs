//! Attachments as files: in ranges, all at once, and never half of one as a whole one.

use std::io::Read as _;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use postern_mailhost::{Capabilities, ImapEffect, MailHost, Trigger};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::api::parts::OpenPart;
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_shared::message::Message;
use postern_shared::part::PartContent;
use postern_tests::Person;
use postern_tests::http::{self, Response};
use postern_tests::scene::Scene;
use postern_tests::visitor::Visitor;
use postern_tests::world::World;

/// Bytes of the large attachment.
const SIZE: usize = 900_001;

fn payload() -> Vec<u8> {
    (0..SIZE as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8).collect()
}

/// A message with files of every kind: name, type, transfer encoding and content as it is sent.
fn letter(files: &[(&str, &str, &str, Vec<u8>)]) -> Vec<u8> {
    let mut raw = b"From: ben@example.test\r\nTo: anna@example.test\r\nSubject: Files: 2026/11\r\n\
        Date: Mon, 02 Nov 2026 10:00:06 +0000\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=edge\r\n\r\n\
        --edge\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n"
        .to_vec();
    for (name, kind, encoding, content) in files {
        let head = format!(
            "--edge\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\
             Content-Disposition: attachment; {name}\r\n\r\n"
        );
        raw.extend(head.as_bytes());
        raw.extend(content);
        raw.extend(b"\r\n");
    }
    raw.extend(b"--edge--\r\n");
    raw
}

/// Base64 as senders write it.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let flat = STANDARD.encode(bytes).into_bytes();
    flat.chunks(76).collect::<Vec<_>>().join(&b"\r\n"[..])
}

fn files() -> Vec<(&'static str, &'static str, &'static str, Vec<u8>)> {
    let name = "filename*=UTF-8''%E6%8A%A5%E5%91%8A.bin";
    vec![
        (name, "application/octet-stream", "base64", base64(&payload())),
        (
            "filename=\"a.txt\"",
            "text/plain",
            "quoted-printable",
            b"caf=C3=A9 =\r\nau lait".to_vec(),
        ),
        ("filename=\"A.txt\"", "text/plain", "7bit", b"plain".to_vec()),
        ("filename=\"x.svg\"", "image/svg+xml", "7bit", b"<svg onload='alert(1)'/>".to_vec()),
        ("filename=\"fake.png\"", "image/png", "7bit", b"<html><script>1</script>".to_vec()),
    ]
}

/// A bridge before a mail host that does not compress, so that what breaks off breaks off where
/// the test says.
async fn uncompressed() -> Result<Scene> {
    let people: Vec<Person> = ["anna", "ben"].map(Person::named).into();
    let builder = people.iter().fold(MailHost::builder(), |builder, person| {
        builder.user(&person.address, person.local(), &person.password)
    });
    let capabilities = Capabilities { compress: false, ..Capabilities::default() };
    let host = Box::new(builder.capabilities(capabilities).start().await?);
    Scene::of(World::InMemory { host, people }, "").await
}

async fn open(scene: &Scene, raw: &[u8]) -> Result<(Visitor, Message)> {
    let anna = scene.person("anna");
    scene.world.session(&anna).await?.append("INBOX", "", [raw]).await?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row("Files: 2026/11").context("it was filed")?.key.clone();
    let opened = tab.link.call(OpenMessage { key, urgency: Urgency::Now }).await?;
    Ok((visitor, opened))
}

fn address(message: &Message, section: &str) -> String {
    format!("api/blob/{}/{section}", message.summary.key.path())
}

async fn range(
    visitor: &Visitor,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Response> {
    let mut request = visitor.get(path);
    request.headers.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
    http::fetch(visitor.port(), &request).await
}

#[tokio::test]
async fn a_file_comes_whole_or_in_any_range() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (visitor, message) = open(&scene, &letter(&files())).await?;
        let large = address(&message, &message.attachments[0].section);
        let expect = payload();
        let whole = visitor.fetch(&large).await?;
        assert_eq!((whole.status, whole.header("content-length")), (200, "900001"));
        assert!(whole.body == expect, "it came as it went");
        let disposition = whole.header("content-disposition");
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        assert!(disposition.ends_with("filename*=UTF-8''%E6%8A%A5%E5%91%8A.bin"), "{disposition}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, no-store"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(whole.header(name), value, "{name}");
        }
        let etag = whole.header("etag").to_owned();
        for (asked, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=57-113", 57, 114),
            ("bytes=300001-600002", 300_001, 600_003),
            ("bytes=899999-", 899_999, SIZE),
            ("bytes=-5", SIZE - 5, SIZE),
        ] {
            let headers = [("Range", asked), ("If-Range", etag.as_str())];
            let part = range(&visitor, &large, &headers).await?;
            assert_eq!(part.status, 206, "{asked}");
            let told = format!("bytes {from}-{}/{SIZE}", to - 1);
            assert_eq!(part.header("content-range"), told, "{asked}");
            assert!(part.body == expect[from..to], "{asked}");
        }
        let past = range(&visitor, &large, &[("Range", "bytes=900001-")]).await?;
        assert_eq!((past.status, past.header("content-range")), (416, "bytes */900001"));
        assert!(past.body.is_empty());
        let other = [("Range", "bytes=5-"), ("If-Range", "\"another\"")];
        assert_eq!(range(&visitor, &large, &other).await?.status, 200);
        let stranger = scene.visitor("ben").await?;
        assert_eq!(stranger.fetch(&large).await?.status, 404);
    }
    Ok(())
}

#[tokio::test]
async fn nothing_that_could_run_is_shown_in_place() -> Result<()> {
    let scene = uncompressed().await?;
    let (visitor, message) = open(&scene, &letter(&files())).await?;
    for file in &message.attachments[3..] {
        let path = format!("{}?inline", address(&message, &file.section));
        let answer = visitor.fetch(&path).await?;
        assert_eq!(answer.header("content-type"), "application/octet-stream", "{}", file.name);
        assert!(answer.header("content-disposition").starts_with("attachment"), "{}", file.name);
    }
    Ok(())
}

#[tokio::test]
async fn all_files_come_as_one_archive() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (visitor, message) = open(&scene, &letter(&files())).await?;
        let answer = visitor.fetch(&address(&message, "zip")).await?;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"));
        let disposition = answer.header("content-disposition");
        assert!(disposition.contains("filename=\"Files_ 2026_11.zip\""), "{disposition}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        let found = unpack(&answer.body)?;
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["报告.bin", "a.txt", "A (2).txt", "x.svg", "fake.png"]);
        assert!(found[0].1 == payload());
        assert_eq!(found[1].1, "café au lait".as_bytes());
        assert_eq!(found[2].1, b"plain");
    }
    Ok(())
}

/// Names and contents of an archive, by the directory at its end.
fn unpack(zip: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let number = |at: usize, length: usize| {
        let bytes = zip[at..at + length].iter().rev();
        bytes.fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let mut at = number(end + 16, 4);
    let mut found = Vec::new();
    while at < end {
        let (packed, length, offset) = (number(at + 20, 4), number(at + 28, 2), number(at + 42, 4));
        let name = std::str::from_utf8(&zip[at + 46..at + 46 + length])?.to_owned();
        let begin = offset + 30 + length;
        let mut bytes = Vec::new();
        DeflateDecoder::new(&zip[begin..begin + packed]).read_to_end(&mut bytes)?;
        found.push((name, bytes));
        at += 46 + length;
    }
    assert_eq!(number(end + 10, 2), found.len());
    Ok(found)
}

/// The body of an HTTP/1.1 answer as it travels.
async fn chunked(visitor: &Visitor, path: &str) -> Result<Vec<u8>> {
    let request = visitor.get(path);
    let (_, cookie) = &request.headers[0];
    let port = visitor.port();
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n",
        request.path
    );
    http::exchange(port, &head).await
}

#[tokio::test]
async fn a_download_that_breaks_off_is_never_taken_for_a_whole_one() -> Result<()> {
    let scene = uncompressed().await?;
    let (visitor, message) = open(&scene, &letter(&files())).await?;
    let large = address(&message, &message.attachments[0].section);
    let archive = address(&message, "zip");
    let last = b"\r\n0\r\n\r\n";
    let good = chunked(&visitor, &archive).await?;
    assert!(good.ends_with(last), "a whole archive says that it ends");
    let faults = scene.world.host().faults();
    let refuse = ImapEffect::No("[UNAVAILABLE] Later".into());
    faults.imap(Trigger::on("FETCH").after(1), refuse.clone());
    let broken = chunked(&visitor, &archive).await?;
    assert!(broken.starts_with(b"HTTP/1.1 200"), "it had begun");
    assert!(broken.len() > 150_000 && !broken.ends_with(last));
    faults.clear_all();
    faults.imap(Trigger::on("FETCH").after(1), refuse);
    let broken = visitor.fetch(&large).await;
    // As many bytes as were announced, or it failed.
    assert!(broken.is_err() || broken?.body.len() < SIZE);
    faults.clear_all();
    assert!(visitor.fetch(&large).await?.body == payload());
    Ok(())
}

#[tokio::test]
async fn a_length_that_cannot_be_told_is_not_promised() -> Result<()> {
    let scene = uncompressed().await?;
    let text = "zażółć gęślą jaźń ".repeat(30_000);
    let encoded: String = text.bytes().map(|byte| format!("={byte:02X}")).collect();
    let lines = encoded.as_bytes().chunks(72).collect::<Vec<_>>().join(&b"=\r\n"[..]);
    let name = "filename=\"long.txt\"";
    let raw = letter(&[(name, "text/plain; charset=utf-8", "quoted-printable", lines)]);
    let (visitor, message) = open(&scene, &raw).await?;
    let path = address(&message, &message.attachments[0].section);
    let answer = range(&visitor, &path, &[("Range", "bytes=5-9")]).await?;
    assert_eq!((answer.status, answer.header("content-length")), (200, ""));
    assert_eq!(answer.header("accept-ranges"), "");
    assert!(answer.text() == text);
    let source = visitor.fetch(&address(&message, "source")).await?;
    assert!(source.body == raw, "the whole message as it was received");
    let tail = format!("bytes={}-", raw.len() - 9);
    let end = range(&visitor, &address(&message, "source"), &[("Range", &tail)]).await?;
    assert_eq!((end.status, end.body.as_slice()), (206, &b"-edge--\r\n"[..]));
    Ok(())
}

/// A letter inside a letter, which holds a file of its own.
const INNER: &str = "From: Zoe <zoe@print.invalid>\r\nSubject: Inside\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/html\r\n\r\n\
<p onclick=x>Deep words</p><script>1</script>\r\n--i\r\nContent-Type: text/plain\r\n\
Content-Disposition: attachment; filename=deep.txt\r\n\r\ndeep down\r\n--i--";

#[tokio::test]
async fn what_is_inside_a_message_is_opened_in_place() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        // Large enough that its parts are fetched one by one.
        let long = format!("{}\r\n", "x".repeat(70)).repeat(5_000);
        let files = vec![
            ("filename=\"a.eml\"", "message/rfc822", "7bit", INNER.as_bytes().to_vec()),
            ("filename=\"long.txt\"", "text/plain", "7bit", long.repeat(2).into_bytes()),
            ("filename=\"x.bin\"", "application/x-unknown", "base64", base64(&payload())),
        ];
        let (visitor, message) = open(&scene, &letter(&files)).await?;
        let mut tab = visitor.tab().await?;
        let key = message.summary.key.clone();
        let section = |at: usize| message.attachments[at].section.clone();
        let part = |at: usize| OpenPart { key: key.clone(), section: section(at) };
        let PartContent::Message(inner) = tab.link.call(part(0)).await? else {
            anyhow::bail!("it is a message");
        };
        assert_eq!(inner.envelope.subject, "Inside");
        let body = visitor.fetch(&format!("api/body/{}", inner.body)).await?;
        assert!(body.text().contains("Deep words") && !body.text().contains("onclick"));
        assert!(body.header("content-security-policy").contains("sandbox allow-same-origin"));
        let file = visitor.fetch(&address(&message, &inner.attachments[0].section)).await?;
        assert_eq!((file.status, file.text().trim()), (200, "deep down"));
        assert!(file.header("content-disposition").contains("deep.txt"));
        let stranger = scene.visitor("ben").await?;
        assert_eq!(stranger.fetch(&format!("api/body/{}", inner.body)).await?.status, 404);

        let PartContent::Text { text, whole, .. } = tab.link.call(part(1)).await? else {
            anyhow::bail!("it is text");
        };
        assert!(!whole && text.starts_with("xxx") && text.len() < long.len() * 2);
        let refused = tab.link.refusal(part(2)).await?;
        assert_eq!(refused.code, ErrorCode::Unsupported);
        let path = format!("api/body/{}/{}", key.token(), section(2));
        assert_eq!(visitor.fetch(&path).await?.status, 404);
    }
    Ok(())
}
