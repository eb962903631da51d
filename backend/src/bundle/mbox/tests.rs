//! mbox files, written and read: our own byte for byte, and those of others.

use std::io::BufReader;

use postern_shared::flag::Flag;
use proptest::prelude::*;

use super::*;
use crate::bundle::Marks;

fn written(messages: &[(Marks, Vec<u8>)], cut: usize) -> Vec<u8> {
    let mut file = Vec::new();
    for (marks, message) in messages {
        let mut shaping = Shaping::default();
        message.chunks(cut).for_each(|piece| shaping.push(piece));
        let (mut writer, begun) = Writer::begin(marks, shaping.shape());
        file.extend(begun);
        message.chunks(cut).for_each(|piece| file.extend(writer.bytes(piece)));
        file.extend(writer.end());
    }
    file
}

fn read(file: &[u8], buffer: usize) -> Vec<(Marks, Vec<u8>)> {
    let mut reader = Reader::new(BufReader::with_capacity(buffer, file));
    let mut all = Vec::new();
    loop {
        let mut message = Vec::new();
        match reader.next(&mut message).unwrap() {
            Some(found) if found.is_none => {}
            Some(found) => all.push((found.marks, message)),
            None => return all,
        }
    }
}

fn flags() -> impl Strategy<Value = Vec<Flag>> {
    let known = [Flag::Seen, Flag::Answered, Flag::Flagged, Flag::Draft, Flag::Deleted];
    let keywords = ["$Forwarded", "Work", "a:b"].map(|word| Flag::Keyword(word.into()));
    let all: Vec<Flag> = known.into_iter().chain(keywords).collect();
    proptest::sample::subsequence(all, 0..=8)
}

/// Lines that are hard to keep as they are.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let words =
        ["From ", ">From ", ">>From x", "Fro", ">", "\r", "", "x", "Status: RO", " a", "\0"];
    let line = (
        proptest::sample::select(words.to_vec()),
        proptest::sample::select(vec!["\r\n", "\n", "\r\n", ""]),
    );
    let crlf = proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..12)
        .prop_map(|lines| lines.join("\r\n").into_bytes());
    let mixed = proptest::collection::vec(line, 0..12)
        .prop_map(|lines| lines.iter().map(|(a, b)| format!("{a}{b}")).collect::<String>().into());
    prop_oneof![crlf, mixed, proptest::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        all in proptest::collection::vec((flags(), 0_i64..4_000_000_000, message()), 0..5),
        cut in 1_usize..40,
        buffer in 1_usize..40,
    ) {
        let all: Vec<_> = all
            .into_iter()
            .map(|(flags, at, message)| (Marks { flags, received_at: Some(at) }, message))
            .collect();
        if all.is_empty() {
            return Ok(());
        }
        let found = read(&written(&all, cut), buffer);
        prop_assert_eq!(found.len(), all.len());
        for (found, all) in found.into_iter().zip(all) {
            prop_assert_eq!(found.1, all.1);
            prop_assert_eq!(found.0, all.0);
        }
    }

    #[test]
    fn garbage_is_read_to_its_end(
        lines in proptest::collection::vec(message(), 0..9),
        buffer in 1_usize..99,
    ) {
        let mut file = b"From x Thu Jan  1 00:00:00 1970\n".to_vec();
        file.extend(lines.concat());
        read(&file, buffer);
        let _ = Reader::new(&lines.concat()[..]).next(&mut Vec::new());
    }
}

#[test]
fn very_long_lines_stay_whole() {
    let arrows = [&b">".repeat(20_000)[..], b"From here\r\n"].concat();
    let long = [&b"x".repeat(100_000)[..], b"\r\n", &arrows, &b"\r".repeat(9_000), b"\n"].concat();
    let all = vec![(Marks { flags: vec![], received_at: Some(7) }, long)];
    assert_eq!(read(&written(&all, 8 << 10), 8 << 10), all);
}

fn check(file: &str, expect: &[(&[Flag], Option<i64>, &str)]) {
    let found = read(file.as_bytes(), 1 << 16);
    let found: Vec<_> = found
        .iter()
        .map(|(marks, message)| {
            (&marks.flags[..], marks.received_at, std::str::from_utf8(message).unwrap())
        })
        .collect();
    assert_eq!(found, expect, "{file}");
}

#[test]
fn files_of_other_programs_are_read() {
    // Content-Length that is wrong, a quoted line, flags in the usual fields, LF.
    check(
        "From a@b Thu Jan  1 00:01:00 1970\nSubject: x\nStatus: RO\nX-Status: AF\n\
         X-Keywords: Work\n  Home\nContent-Length: 99999\n\n>From me\n\nFrom b Thu Jan  1 00:02:00 1970\n\
         Subject: y\n\nend",
        &[
            (
                &[
                    Flag::Seen,
                    Flag::Answered,
                    Flag::Flagged,
                    Flag::Keyword("Work".into()),
                    Flag::Keyword("Home".into()),
                ],
                Some(60),
                "Subject: x\r\n\r\nFrom me\r\n",
            ),
            (&[], Some(120), "Subject: y\r\n\r\nend"),
        ],
    );
    // Thunderbird: CRLF, expunged messages still in the file.
    check(
        "From - Thu Jan  1 00:01:00 1970\r\nX-Mozilla-Status: 0009\r\nSubject: gone\r\n\r\nx\r\n\r\n\
         From - Thu Jan  1 00:01:00 1970\r\nX-Mozilla-Status: 1003\r\nX-Mozilla-Status2: 00000000\r\n\
         Subject: here\r\n\r\nx\r\n\r\n",
        &[(
            &[Flag::Seen, Flag::Answered, Flag::Keyword("$Forwarded".into())],
            Some(60),
            "Subject: here\r\n\r\nx\r\n",
        )],
    );
    // Gmail's, the labels folded.
    check(
        "From 1@xxx Thu Jan  1 00:01:00 +0000 1970\nX-Gmail-Labels: Inbox,\n Unread,Starred\n\nx\n",
        &[(&[Flag::Flagged], Some(60), "X-Gmail-Labels: Inbox,\r\n Unread,Starred\r\n\r\nx\r\n")],
    );
    // No dates at all: an empty line has to stand before.
    check(
        "From nobody\nA: b\n\nFrom text\n\nFrom nobody\nC: d\n\nFrom\n",
        &[(&[], None, "A: b\r\n"), (&[], None, ""), (&[], None, "C: d\r\n\r\nFrom\r\n")],
    );
}

#[test]
fn what_is_no_mbox_is_refused() {
    for file in [&b""[..], b"\n\n", b"Subject: x\n\nFrom a Thu Jan  1 00:01:00 1970\n"] {
        assert!(Reader::new(file).next(&mut Vec::new()).is_err());
    }
}
