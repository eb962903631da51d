//! 300 generated messages, read back by our own reader and by Python's `email`.

use std::io::Write;
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest::{collection, option, sample};
use serde_json::json;

use super::*;
use crate::mime::attachment;
use crate::submission::flow;

const COUNT: usize = 300;
/// Reads messages as another program does; says what is not as expected.
const READER: &str = include_str!("reader.py");

const WORDS: [&str; 24] = [
    "tea",
    "Zażółć",
    "gęślą",
    "你好，世界",
    "文件",
    "مرحبا",
    "בוקר",
    "Ёжик",
    "日本語",
    "한국어",
    "naïve",
    "🦊",
    "👩‍👩‍👧",
    "a=b",
    "=?utf-8?q?x?=",
    "\"quoted\"",
    "(brackets)",
    "comma,",
    "semi;",
    "a@b",
    "ελληνικά",
    "ไทย",
    "हिन्दी",
    "supercalifragilisticexpialidocious",
];
const NAMES: [&str; 11] = [
    "report.pdf",
    "报告 2026 年度总结.pdf",
    "raport żółty.txt",
    "a'b\"c.png",
    "ملف.zip",
    "no extension",
    "percent%20name.bin",
    "semi;colon=.doc",
    "very long name that does not fit on any line of a header at all, not even nearly so.tar.gz",
    "🦊.gif",
    "=?utf-8?q?x?= =?utf-8?b?eA==?=.txt",
];
const KINDS: [&str; 5] =
    ["application/pdf", "image/png", "text/plain", "application/octet-stream", "text/html"];

/// Words with single spaces between them.
fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    collection::vec(sample::select(&WORDS[..]), count).prop_map(|words| words.join(" "))
}

fn text() -> impl Strategy<Value = String> {
    let line = proptest::prop_oneof![
        4 => words(0..40),
        1 => words(1..6).prop_map(|line| format!("> {line}")),
        1 => proptest::strategy::Just("From here".to_owned()),
        1 => proptest::strategy::Just("x".repeat(2000)),
        1 => proptest::strategy::Just(".".to_owned()),
    ];
    collection::vec(line, 1..12).prop_map(|lines| lines.join("\n"))
}

fn file() -> impl Strategy<Value = Enclosure> {
    let bytes = collection::vec(proptest::num::u8::ANY, 0..400);
    (sample::select(&NAMES[..]), sample::select(&KINDS[..]), bytes).prop_map(
        |(name, kind, bytes)| Enclosure {
            name: name.to_owned(),
            content_type: kind.to_owned(),
            bytes,
        },
    )
}

/// A draft and its files.
fn letter() -> impl Strategy<Value = (Draft, Vec<Enclosure>)> {
    let people = || collection::vec((words(0..4), "[a-z]{1,20}@[a-z]{1,20}\\.test"), 1..8);
    let html = option::of(text().prop_map(|text| format!("<p>{text}</p>")));
    let parts = (words(1..30), people(), people(), text(), html);
    (parts, collection::vec(file(), 0..6)).prop_map(|((subject, to, cc, text, html), files)| {
        let list = |people: Vec<(String, String)>| {
            people.into_iter().map(|(name, email)| Address { name, email }).collect()
        };
        (Draft { subject, to: list(to), cc: list(cc), text, html, ..draft() }, files)
    })
}

#[test]
fn generated_messages_are_read_as_they_were_written() {
    let mut runner = TestRunner::deterministic();
    let mut all = Vec::new();
    for _ in 0..COUNT {
        let (sent, files) = letter().new_tree(&mut runner).unwrap().current();
        let composed = compose(&sent, &STAMP, files.clone()).unwrap();
        let message = String::from_utf8(composed.message.clone()).expect("ASCII");
        assert!(message.is_ascii() && message.split("\r\n").all(|line| line.len() <= 998));
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
        let parsed = mime::parse(composed.message, &Limits::default());
        assert_eq!(parsed.headers.subject, sent.subject);
        assert_eq!((&parsed.headers.to, &parsed.headers.cc), (&sent.to, &sent.cc));
        // Without any text, what there is of HTML is quoted.
        if sent.html.is_none() || !sent.text.trim().is_empty() {
            assert_eq!(quote::plain_text(&parsed), sent.text.trim_end(), "{message}");
        }
        let named = |file: &Enclosure| {
            let kind = attachment::content_type(&file.content_type);
            attachment::file_name(Some(&file.name), &kind)
        };
        let read: Vec<_> = parsed.parts.iter().filter(|part| part.name.is_some()).collect();
        assert_eq!(read.len(), files.len(), "{message}");
        for (part, file) in read.into_iter().zip(&files) {
            assert_eq!(part.name.as_deref(), Some(named(file).as_str()));
            assert_eq!(parsed.decoded(part).as_ref(), file.bytes);
        }
        let list = |list: &[Address]| -> Vec<_> {
            list.iter().map(|one| json!([one.name, one.email])).collect()
        };
        let enclosed: Vec<_> =
            files.iter().map(|file| json!([named(file), file.content_type, file.bytes])).collect();
        all.push(json!({
            "message": message,
            "subject": sent.subject,
            "to": list(&sent.to),
            "cc": list(&sent.cc),
            "text": flow::wrap(&sent.text).replace("\r\n", "\n"),
            "html": sent.html,
            "files": enclosed,
        }));
    }
    check_by_python(&serde_json::to_vec(&all).unwrap());
}

fn check_by_python(all: &[u8]) {
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 reads the messages");
    python.stdin.take().unwrap().write_all(all).unwrap();
    let done = python.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(said.trim(), format!("{COUNT} read"), "python says");
}
