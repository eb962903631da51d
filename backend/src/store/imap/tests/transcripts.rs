//! What real servers have said goes through wire, tokenizer and conversion: read or counted as a
//! defect, never a panic, never a hang.

use std::path::{Path, PathBuf};

use bytes::BytesMut;

use crate::store::imap::fetched::Fetched;
use crate::store::imap::limits::Limits;
use crate::store::imap::wire::{Kind, Name, Piece, Response, Splitter, handover};
use crate::store::imap::{news, rows};
use crate::store::mailbox_name::Spelling;

/// Where the collections lie, beside the repository.
pub(super) fn corpora() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test's own setting")]
    let set = std::env::var("POSTERN_CORPORA");
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    set.map_or_else(|_| beside(), PathBuf::from).join("imap-transcripts")
}

#[expect(clippy::print_stdout, reason = "a test's report")]
pub(super) fn report(text: &str) {
    println!("{text}");
}

/// What was made of some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    responses: usize,
    garbled: usize,
    fetches: usize,
    rows: usize,
}

fn read(bytes: &[u8], reading: &mut Reading) {
    let limits = Limits::default();
    let (mut splitter, mut buffer) = (Splitter::default(), BytesMut::from(bytes));
    while let Ok(Piece::Response(response)) = splitter.next(&mut buffer, &limits, None) {
        let response = Response::read(response);
        reading.responses += 1;
        reading.garbled += usize::from(response.kind == Kind::Garbled);
        let tag = match &response.kind {
            Kind::Tagged { tag, .. } => Some(tag.clone()),
            _ => None,
        };
        let handed = handover(&response, tag.as_deref(), &limits);
        assert!(tag.is_none() || handed.is_some(), "a tagged status must reach async-imap");
        reading.fetches += usize::from(response.untagged(Name::Fetch).is_some());
        if let Some(fetched) = Fetched::read(&response) {
            rows::fill(&mut crate::store::Row::default(), &fetched);
            reading.rows += 1;
        }
        drop(news::change(&response, Spelling::Utf7));
    }
}

/// The files hold bare LF where the server sent CRLF, as their literals count.
pub(super) fn with_line_ends(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if *byte == b'\n' && whole.last() != Some(&b'\r') {
            whole.push(b'\r');
        }
        whole.push(*byte);
    }
    whole
}

/// Every file below a root.
pub(super) fn every_file(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(root, &mut found);
    found
}

fn files(root: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn transcripts_of_real_servers_are_read() {
    let paths = every_file(&corpora().join("mailkit"));
    if paths.is_empty() {
        report("skipped: all transcripts, there are none");
        return;
    }
    let mut reading = Reading::default();
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        read(&with_line_ends(&bytes), &mut reading);
    }
    report(&format!("{} transcripts: {reading:?}", paths.len()));
    assert!(reading.responses > 500 && reading.rows > 100, "{reading:?}");
    assert!(reading.garbled * 50 < reading.responses, "{reading:?}");
}

#[test]
fn vectors_of_other_parsers_are_read() {
    let Ok(text) = std::fs::read_to_string(corpora().join("response-vectors.json")) else {
        report("skipped: all vectors, there are none");
        return;
    };
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut reading = Reading::default();
    for vector in vectors["vectors"].as_array().unwrap() {
        let response = vector["response"].as_str().unwrap();
        read(response.as_bytes(), &mut reading);
        read(format!("{response}\r\n").as_bytes(), &mut reading);
    }
    report(&format!("{reading:?}"));
    assert!(reading.responses > 600 && reading.rows > 50, "{reading:?}");
}
