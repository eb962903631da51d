//! The targets that are functions: from generated input to a value, without a panic.

use std::time::Duration;

use anyhow::{Result, bail};
use postern::mime::{self, Defect};
use postern::store::MailboxName;
use postern::store::query::{self, Day};
use postern_tests::wait;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::shown::safe;

/// Cases between two looks at the clock.
const BATCH: u32 = 64;

/// Checks generated values until the time is over; a failure comes with its smallest input.
pub fn until<S: Strategy>(
    lasts: Duration,
    strategy: &S,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Result<String>
where
    S::Value: std::fmt::Debug,
{
    let config = Config { cases: BATCH, failure_persistence: None, ..Config::default() };
    let (started, mut cases) = (wait::now(), 0);
    while started.elapsed() < lasts {
        // A runner counts its cases once and for all: each batch has its own.
        if let Err(error) = TestRunner::new(config.clone()).run(strategy, &check) {
            bail!("{error}");
        }
        cases += u64::from(BATCH);
    }
    Ok(format!("{cases} cases"))
}

/// The search language: an error names a place inside the query.
pub fn query(lasts: Duration) -> Result<String> {
    const PIECES: [&str; 30] = [
        "from:",
        "to:",
        "subject:",
        "has:attachment",
        "is:unread",
        "is:",
        "in:",
        "before:",
        "after:",
        "2026-02-30",
        "older_than:",
        "3d",
        "99999999999y",
        "larger:",
        "5M",
        "filename:",
        "list:",
        "\"",
        "-",
        "NOT",
        "OR",
        "|",
        "(",
        ")",
        " ",
        "陈",
        "é",
        ":",
        "\\",
        "word",
    ];
    let piece = prop_oneof![8 => select(&PIECES[..]).prop_map(str::to_owned), 2 => ".{0,6}", 4 => Just(" ".to_owned())];
    let text = prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat());
    until(lasts, &text, |text| {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        match query::parse(&text, Day::at(1_793_491_200)) {
            Ok(_) => Ok(()),
            Err(error) => {
                let shown = format!("{error:?} {error}");
                prop_assert!(error.position <= length, "{shown} beyond {length}");
                Ok(())
            }
        }
    })
}

/// Mailbox names: what is decoded and encoded again is the same name.
pub fn utf7(lasts: Duration) -> Result<String> {
    let piece = prop_oneof![
        3 => select(&["&", "-", "&-", ",", "+", "/", "&AOk-", "&U,BTFw-", "&2D3eAA-", "&2D0-", "\\", "\""][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => ".{0,4}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    let raw = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    until(lasts, &raw, |raw| {
        let name = MailboxName::from_server(&raw);
        prop_assert_eq!(name.as_bytes(), raw.as_slice(), "the server's own octets are kept");
        let text = name.decoded();
        let again = MailboxName::from_text(&text);
        prop_assert_eq!(again.decoded(), text);
        prop_assert!(again.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')));
        Ok(())
    })
}

/// Messages: read, shown, quoted; our own code never gives up on one.
pub fn mime(lasts: Duration) -> Result<String> {
    const PIECES: [&str; 34] = [
        "Content-Type: multipart/mixed; boundary=a\r\n",
        "Content-Type: multipart/alternative; boundary=\"b\"\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Type: text/html; charset=utf-16\r\n",
        "Content-Type: text/plain; charset=gb2312; format=flowed; delsp=yes\r\n",
        "Content-Type: ;;=\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Content-Transfer-Encoding: x-uuencode\r\n",
        "begin 644 x\r\n",
        "Content-Disposition: attachment; filename*=utf-8''%E9\r\n",
        "Subject: =?utf-8?Q?=E9?= =?gb18030?B?1tA=?=\r\n",
        "From: (((<<<@,;:\r\n",
        "To: a:b@c,;\r\n",
        "Date: Thu, 99 Foo -1\r\n",
        "Message-ID: <<\r\n",
        "References: <a@b> <\r\n",
        "\r\n",
        "\r\n--a\r\n",
        "\r\n--b\r\n",
        "\r\n--a--\r\n",
        "\r\n--b--\r\n",
        "=3D=\r\n",
        "=E9=9",
        "AAAA",
        "====",
        "> quoted\r\n",
        "-- \r\n",
        " ",
        "\t",
        "<p>",
        "<script>",
        "é",
        "text \r\n",
    ];
    let piece = prop_oneof![
        9 => select(&PIECES[..]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    let raw = prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat());
    until(lasts, &raw, |raw| {
        let parsed = mime::parse(raw, &mime::Limits::default());
        prop_assert!(!parsed.defects.contains(&Defect::Unreadable), "a panic was caught");
        let shown = mime::body::render(&parsed, |_| None);
        safe(&shown.html)?;
        drop((mime::preview::preview(&parsed), mime::quote::quote_text(&parsed)));
        for part in &parsed.parts {
            drop(parsed.decoded(part));
        }
        Ok(())
    })
}
