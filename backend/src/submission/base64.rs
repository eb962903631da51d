//! Base64 (RFC 4648 §4), whole or in the lines of a message body (RFC 2045 §6.8).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::TryStreamExt;

use super::{Content, content};

/// Encodes without line breaks.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What such letters stand for; none where they are others.
pub(super) fn decode(letters: &str) -> Option<Vec<u8>> {
    STANDARD.decode(letters).ok()
}

/// Bytes of a body line before they are encoded.
pub(super) const LINE: usize = 57;

/// Encodes in lines of 76 characters, each ended by CR LF.
pub(super) fn lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(bytes.len().div_ceil(LINE) * 78);
    for line in bytes.chunks(LINE) {
        STANDARD.encode_string(line, &mut out);
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// Encodes in such lines what comes in stretches of any length.
pub(super) fn stream(source: Content) -> Content {
    let state = (source, Vec::new(), false);
    let next = |(mut source, mut carry, done): (Content, Vec<u8>, bool)| async move {
        if done {
            return Ok(None);
        }
        while let Some(bytes) = source.try_next().await? {
            carry.extend_from_slice(&bytes);
            let whole = carry.len() - carry.len() % LINE;
            if whole > 0 {
                let coded = lines(&carry[..whole]);
                carry.drain(..whole);
                return Ok(Some((Bytes::from(coded), (source, carry, false))));
            }
        }
        Ok(Some((lines(&carry).into(), (source, Vec::new(), true))))
    };
    content(futures_util::stream::try_unfold(state, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_encoded() {
        for (clear, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\u{0}ann", "AGFubg==")]
        {
            assert_eq!(encode(clear.as_bytes()), coded);
        }
    }

    #[tokio::test]
    async fn a_stream_gives_the_same_lines_however_it_is_cut() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| (n * 7 % 251) as u8).collect();
        for cut in [1, 56, 57, 58, 400, 5000] {
            let pieces: Vec<_> = bytes.chunks(cut).map(Bytes::copy_from_slice).map(Ok).collect();
            let coded = stream(content(futures_util::stream::iter(pieces)));
            let coded: Vec<Bytes> = coded.try_collect().await.unwrap();
            assert_eq!(coded.concat(), lines(&bytes));
        }
        assert!(lines(&bytes).split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    }
}
