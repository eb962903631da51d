//! Signatures and encryption, recognised by their form and never verified (RFC 1847, 8551, 3156, 4880).

use bytes::Bytes;
use postern_shared::trust::Protection;

use crate::mime::part::Part;
use crate::mime::transfer::decode;

/// Encoded bytes in which a form shows.
const BEGINNING: usize = 4096;

/// What protects a message itself; parts of messages inside it do not count.
pub(super) fn read(
    parts: &[Part],
    shown: &[usize],
    bytes: impl Fn(usize) -> Option<Bytes>,
) -> Vec<Protection> {
    let mut found: Vec<Protection> = Vec::new();
    let own = parts.iter().enumerate().filter(|(_, part)| !part.is_inside_message(parts));
    for (index, part) in own {
        let protocol = part.param("protocol").unwrap_or_default().to_ascii_lowercase();
        let beginning = || {
            let encoded = bytes(index).unwrap_or_default();
            decode(&encoded[..encoded.len().min(BEGINNING)], part.encoding).0
        };
        match part.content_type.as_str() {
            "multipart/signed" if protocol.contains("pgp") => found.push(Protection::PgpSigned),
            "multipart/signed" => found.push(Protection::SmimeSigned),
            "multipart/encrypted" => found.push(Protection::PgpEncrypted),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                found.extend(smime(part, &beginning()));
            }
            "text/plain" if shown.contains(&index) => found.extend(inline(&beginning())),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn smime(part: &Part, beginning: &[u8]) -> Option<Protection> {
    /// ContentInfo's types (RFC 5652 §14), DER.
    const SIGNED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let head = &beginning[..beginning.len().min(64)];
    match part.param("smime-type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "signed-data" => Some(Protection::SmimeSigned),
        "certs-only" | "compressed-data" => None,
        "" if memchr::memmem::find(head, SIGNED).is_some() => Some(Protection::SmimeSigned),
        _ => Some(Protection::SmimeEncrypted),
    }
}

/// OpenPGP armour that a text begins a line with; quoted it is somebody else's.
fn inline(text: &[u8]) -> Option<Protection> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.into_iter().find_map(|line| match line {
        b"-----BEGIN PGP MESSAGE-----" => Some(Protection::PgpEncrypted),
        b"-----BEGIN PGP SIGNED MESSAGE-----" => Some(Protection::PgpSigned),
        _ => None,
    })
}
