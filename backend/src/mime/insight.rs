//! What a message tells beyond its text, of a whole one or of the parts that were fetched.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
pub use postern_shared::insight::Insight;

use super::header::{self, Headers};
use super::parse::{Parsed, read_of};
use super::part::Part;
use super::trust::{self, Material, Reader};
use super::{body, card, embedded, list, receipt};

/// What is known of a message that was fetched whole.
pub fn of_message(parsed: &Parsed, reader: &Reader) -> Insight {
    let display = body::choose(&parsed.parts);
    let shown: Vec<usize> = display.rich.into_iter().chain(display.plain).collect();
    let encoded = |index: usize| parsed.parts.get(index).map(|part| parsed.encoded(part));
    read(&parsed.block, &parsed.headers, (&parsed.parts, &shown), reader, encoded)
}

/// Parts besides the text that a large message's insight needs, by their index.
pub fn wanted(parts: &[Part], limit: u64) -> Vec<usize> {
    let worth =
        |part: &Part| part.size <= limit && (card::is_wanted(part) || embedded::is_tnef(part));
    let own = parts.iter().enumerate().filter(|(_, part)| worth(part));
    own.map(|(index, _)| index).take(16).collect()
}

/// What is known of a message of which a header block and some parts were fetched, by index.
pub fn of_parts(
    block: &[u8],
    parts: &[Part],
    fetched: &[(usize, Bytes)],
    reader: &Reader,
) -> Insight {
    let encoded = |wanted: usize| {
        fetched.iter().find(|(index, _)| *index == wanted).map(|(_, bytes)| bytes.clone())
    };
    let shown = body::choose(parts).rich;
    read(block, &header::headers(block), (parts, &shown), reader, encoded)
}

fn read(
    block: &[u8],
    headers: &Headers,
    (parts, shown): (&[Part], &[usize]),
    reader: &Reader,
    encoded: impl Fn(usize) -> Option<Bytes>,
) -> Insight {
    // It means never to panic; a message must not be the proof of the contrary.
    let look = || look(block, headers, (parts, shown), reader, &encoded);
    catch_unwind(AssertUnwindSafe(look))
        .unwrap_or_else(|_| Insight { failed: true, ..Insight::default() })
}

fn look(
    block: &[u8],
    headers: &Headers,
    (parts, shown): (&[Part], &[usize]),
    reader: &Reader,
    encoded: impl Fn(usize) -> Option<Bytes>,
) -> Insight {
    let texts = shown.iter().filter_map(|index| Some((parts.get(*index)?, encoded(*index)?)));
    let (charset, charset_guessed) = charset(texts);
    let list = list::read(headers);
    let material = Material { block, headers, list: list.as_ref(), parts, shown };
    Insight {
        trust: trust::read(&material, reader, &encoded),
        cards: card::read(parts, &encoded),
        list,
        charset,
        charset_guessed,
        receipt: receipt::read(block, headers),
        ..Insight::default()
    }
}

/// The charset of the first text that is more than ASCII, or of the first, and whether it is a guess.
fn charset<'a>(texts: impl Iterator<Item = (&'a Part, Bytes)>) -> (String, bool) {
    let mut found = (String::new(), false);
    for (part, encoded) in texts {
        let reading = read_of(part, &encoded).0;
        let telling = !reading.text.is_ascii();
        if found.0.is_empty() || telling {
            found = (reading.charset, reading.defect.is_some());
        }
        if telling {
            break;
        }
    }
    found
}
