//! Every message of the public corpora: something readable in, something sensible on screen.

use std::path::{Path, PathBuf};

use super::trust::Reader;
use super::*;

fn messages() -> Vec<(String, Parsed)> {
    let mut paths = Vec::new();
    if let Some(folder) = crate::corpora::find("mime") {
        files(&folder, &mut paths);
    }
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, parse(std::fs::read(path).expect("a readable message"), &Limits::default()))
    };
    paths.into_iter().map(read).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            found.push(path);
        }
    }
}

/// Lines with words behind the first empty line, told by nothing but the bytes.
fn holds_a_sentence(raw: &[u8]) -> bool {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n").replace('\r', "\n");
    let body = text.split_once("\n\n").map_or("", |(_, body)| body);
    let is_prose = |line: &str| {
        let words = line.split(' ').filter(|w| w.len() > 1 && w.chars().all(char::is_alphabetic));
        words.count() >= 4 && !line.contains([':', '<', '='])
    };
    body.lines().any(is_prose)
}

#[test]
fn where_bytes_hold_a_sentence_something_is_on_screen() {
    let all = messages();
    let mut silent = Vec::new();
    for (name, parsed) in &all {
        let display = body::choose(&parsed.parts);
        let shown = body::render(parsed, |_| None);
        let nothing = !body::is_readable(&shown.html) && display.attachments.is_empty();
        if nothing && holds_a_sentence(parsed.raw()) {
            silent.push(name);
        }
    }
    assert!(all.is_empty() || all.len() > 1000, "the corpus is whole");
    // Preambles and empty parts: "This is a multi-part message in MIME format." is no message.
    silent.retain(|name| !PREAMBLES.iter().any(|known| name.ends_with(known)));
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Messages whose only sentence tells readers without MIME that they cannot read it.
const PREAMBLES: [&str; 5] = [
    "FORGED_MUA_OUTLOOK_fp13.eml",
    "FORGED_MUA_OUTLOOK_fp8.eml",
    "msg_12.eml",
    "msg_12a.eml",
    "multipartemptypart.eml",
];

#[test]
fn what_is_on_screen_is_text_and_not_its_encoding() {
    let (mut garbled, mut encoded) = (Vec::new(), Vec::new());
    for (name, parsed) in messages() {
        // Characters that were lost before the message came here are in its bytes.
        let lost = parsed.raw().windows(3).filter(|w| *w == "\u{fffd}".as_bytes()).count();
        let text = quote::plain_text(&parsed);
        if text.matches('\u{fffd}').count() > lost + text.chars().count() / 100 {
            garbled.push(name.clone());
        }
        let Headers { subject, from, to, .. } = &parsed.headers;
        let names = from.iter().chain(to).map(|address| address.name.as_str());
        if names.chain([subject.as_str()]).any(|shown| shown.contains("?=")) {
            encoded.push(name);
        }
    }
    // Bytes of another kind in a text, and a text that holds such a character, in base64.
    let known = ["rfc3464-66.eml", "utf8-base64-replacement.eml"];
    garbled.retain(|name| !known.iter().any(|known| name.ends_with(known)));
    assert!(garbled.is_empty(), "{garbled:#?}");
    assert!(encoded.is_empty(), "{encoded:#?}");
}

#[test]
fn reports_events_and_pieces_become_cards() {
    use postern_shared::card::CardContent;
    let kinds = ["message/delivery-status", "text/calendar", "message/partial"];
    let (mut parts, mut cards) = ([0; 3], [0; 3]);
    for (_, parsed) in messages() {
        let found = insight::of_message(&parsed, &Reader::default());
        assert!(!found.failed);
        for part in parsed.parts.iter().filter(|part| !part.is_inside_message(&parsed.parts)) {
            let kind = kinds.iter().position(|kind| *kind == part.content_type);
            parts[kind.unwrap_or(0)] += usize::from(kind.is_some());
        }
        for card in found.cards {
            match card.content {
                CardContent::Delivery(_) => cards[0] += 1,
                CardContent::Calendar(_) => cards[1] += 1,
                CardContent::Partial(_) => cards[2] += 1,
                _ => {}
            }
        }
    }
    for (kind, (parts, cards)) in kinds.iter().zip(parts.iter().zip(cards)) {
        assert!(cards * 10 >= parts * 9, "{kind}: {cards} cards of {parts} parts");
    }
}

#[test]
fn wrapped_files_come_out_and_the_wrapping_goes() {
    let mut seen = 0;
    for (name, parsed) in messages() {
        let offered = body::choose(&parsed.parts).attachments;
        let wrapped = parsed.parts.iter().enumerate().filter(|(_, part)| embedded::is_tnef(part));
        for (index, _) in wrapped {
            let inside = |part: &&Part| part.parent == Some(index) && part.embedded.is_some();
            let files = parsed.parts.iter().filter(inside).count();
            seen += files;
            assert!(files == 0 || !offered.contains(&index), "{name} still offers winmail.dat");
        }
    }
    assert!(seen == 0 || seen >= 20, "{seen} files");
}
