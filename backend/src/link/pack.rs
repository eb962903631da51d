//! Frames as they leave: large ones compressed, since WebSocket compression is not on offer.

use std::io::Write;

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use postern_shared::frame::{DEFLATED, ToPage, encode};

/// Frames below this many bytes travel as they are: compressing them costs more than it saves.
const WORTHWHILE: usize = 16 * 1024;

/// Encodes a frame, compressed as raw deflate (RFC 1951) where that pays.
pub(super) fn pack(frame: &ToPage) -> Bytes {
    let plain = encode(frame);
    if plain.len() < WORTHWHILE {
        return plain.into();
    }
    let mut deflater = DeflateEncoder::new(vec![DEFLATED], Compression::fast());
    let packed = deflater.write_all(&plain[1..]).and_then(|()| deflater.finish());
    match packed {
        Ok(packed) if packed.len() < plain.len() => packed.into(),
        _ => plain.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use postern_shared::account::AccountId;
    use postern_shared::event::Event;
    use postern_shared::frame::{PLAIN, decode_body};

    use super::*;

    fn alert(length: usize) -> ToPage {
        ToPage::Event(Event::ServerAlert(AccountId("a".into()), "x".repeat(length)))
    }

    #[test]
    fn small_frames_travel_as_they_are() {
        assert_eq!(pack(&alert(10))[0], PLAIN);
    }

    #[test]
    fn large_frames_are_compressed_and_come_back() {
        let frame = alert(100_000);
        let packed = pack(&frame);
        assert_eq!(packed[0], DEFLATED);
        assert!(packed.len() < 1000);
        let mut body = Vec::new();
        flate2::read::DeflateDecoder::new(&packed[1..]).read_to_end(&mut body).unwrap();
        assert_eq!(decode_body(&body), Ok(frame));
    }
}
