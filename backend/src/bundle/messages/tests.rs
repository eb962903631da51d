//! Files that people bring, good and bad.

use std::io::Cursor;

use flate2::Compression;
use proptest::prelude::*;

use super::*;
use crate::bundle::zip::Archive;

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Archive::new(0);
    let mut out = Vec::new();
    for (name, bytes) in files {
        out.extend(archive.begin((*name).to_owned(), Compression::fast()).unwrap());
        out.extend(archive.bytes(bytes).unwrap());
        out.extend(archive.end().unwrap());
    }
    out.extend(archive.finish().unwrap());
    out
}

type Got = (String, Marks, Option<String>);

fn all(name: &str, file: &[u8], skip: u64) -> Result<Vec<Got>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let reading = Reading { name, aside: folder.path(), largest: 2_000_000, skip };
    let mut got = Vec::new();
    let count = read(Cursor::new(file), reading, &mut |item: Item| {
        let text = item.content.map(|mut content| {
            let bytes = content.next(usize::MAX).unwrap();
            assert_eq!(bytes.len() as u64, content.size);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        got.push((item.place.join("|"), item.marks, text));
        true
    })?;
    assert_eq!(count, got.len() as u64 + skip.min(count));
    Ok(got)
}

#[test]
fn messages_mboxes_and_zips_of_both_are_read() {
    let got = all("x.eml", b"A: b\n\nc\r\n", 0).unwrap();
    assert_eq!(got, [(String::new(), Marks::default(), Some("A: b\r\n\r\nc\r\n".into()))]);
    let mbox =
        b"From x Thu Jan  1 00:00:01 1970\nA: 1\n\nFrom x Thu Jan  1 00:00:02 1970\nA: 2\n\n";
    let got = all("Old mail.mbox", mbox, 1).unwrap();
    let marks = Marks { flags: vec![], received_at: Some(2) };
    assert_eq!(got, [("Old mail".into(), marks, Some("A: 2\r\n".into()))]);
    let notes = b"{\"name\":\"INBOX/1.eml\",\"flags\":[\"\\\\Seen\",\"$a\",\"b d\"],\"received_at\":9}\nx\n";
    let zip = archive(&[
        ("INBOX/1.eml", b"A: 1\n"),
        ("../../etc/\\C:\\Work/2.EML", b"A: 2\n"),
        ("Takeout/Mail/All mail.mbox", mbox),
        ("Plans.mbox/mbox", mbox),
        ("readme.txt", b"no mail"),
        ("postern/1.jsonl", notes),
        ("Inbox.sbd/Deep", mbox),
    ]);
    let got = all("x.zip", &zip, 0).unwrap();
    let places: Vec<&str> = got.iter().map(|(place, ..)| place.as_str()).collect();
    let expect = [
        "INBOX",
        "etc|Work",
        "Takeout|Mail|All mail",
        "Takeout|Mail|All mail",
        "Plans",
        "Plans",
        "Inbox|Deep",
        "Inbox|Deep",
    ];
    assert_eq!(places, expect);
    let flags = vec![
        Flag::Seen,
        Flag::Keyword("$a".into()),
        Flag::Keyword("b".into()),
        Flag::Keyword("d".into()),
    ];
    assert_eq!(got[0].1, Marks { flags, received_at: Some(9) });
    assert_eq!(got[0].2.as_deref(), Some("A: 1\n"), "what we noted is as it was");
    assert_eq!(got[1].2.as_deref(), Some("A: 2\r\n"));
    assert_eq!(all("x.zip", &zip, 3).unwrap()[..], got[3..]);
    assert!(all("x.zip", &zip, u64::MAX).unwrap().is_empty());
}

#[test]
fn what_is_too_large_or_damaged_fails_alone() {
    let large = [&b"A: b\r\n\r\n"[..], &b"x".repeat(2_000_000)].concat();
    let mut zip = archive(&[("1.eml", &large), ("2.eml", b"A: 2\r\n"), ("3.eml", b"A: 3\r\n")]);
    let list = zip.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    zip[list + 16] ^= 1;
    let got: Vec<_> = all("x.zip", &zip, 0).unwrap().into_iter().map(|(.., text)| text).collect();
    assert_eq!(got, [None, Some("A: 2\r\n".into()), None]);
}

#[test]
fn bombs_and_what_is_no_mail_are_refused() {
    // It says what it would unpack to: four times a gigabyte.
    let names = ["1.eml", "2.eml", "3.eml", "4.eml"];
    let mut bomb = archive(&names.map(|name| (name, &b"A: b\r\n\r\n000"[..])));
    let list: Vec<usize> =
        (0..bomb.len()).filter(|at| bomb[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in list {
        bomb[at + 24..at + 28].copy_from_slice(&(1_u32 << 30).to_le_bytes());
    }
    assert!(matches!(all("x.zip", &bomb, 0), Err(Error::Bomb)));
    assert_eq!(all("x.zip", &bomb, u64::MAX).unwrap(), [], "counting unpacks nothing");
    for file in [&b""[..], b"\n", b"%PDF-1.4\n", b"no mail\n", b"two words: x\n"] {
        assert!(matches!(all("x", file, 0), Err(Error::Unknown)), "{file:?}");
    }
}

proptest! {
    #[test]
    fn garbage_is_never_a_panic(
        begin in proptest::sample::select(vec![&b"From "[..], b"PK\x03\x04", b"A: b\n", b""]),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = all("x", &[begin, &bytes].concat(), 0);
    }
}
