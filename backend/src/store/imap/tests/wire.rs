//! The cut into responses does not depend on how the bytes arrive.

use bytes::BytesMut;
use proptest::prelude::*;

use crate::store::imap::ext::token::Tokens;
use crate::store::imap::limits::Limits;
use crate::store::imap::wire::{Piece, Response, Splitter};
use crate::store::mailbox_name::Spelling;

/// Cuts `bytes` as they arrive in pieces of these sizes.
fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let (mut splitter, mut buffer, mut found) = (Splitter::default(), BytesMut::new(), Vec::new());
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    while !rest.is_empty() {
        let size = (*sizes.next().unwrap()).clamp(1, rest.len());
        buffer.extend_from_slice(&rest[..size]);
        rest = &rest[size..];
        while let Ok(Piece::Response(response)) =
            splitter.next(&mut buffer, &Limits::default(), None)
        {
            found.push(response.to_vec());
        }
    }
    found
}

#[test]
fn responses_are_lines_with_their_literals() {
    let check = |bytes: &str, expect: &[&str]| {
        let found = cut(bytes.as_bytes(), &[bytes.len()]);
        let found: Vec<_> = found.iter().map(|one| std::str::from_utf8(one).unwrap()).collect();
        assert_eq!(found, expect);
    };
    check("* 1 EXISTS\r\n* 2 EXISTS\r\n", &["* 1 EXISTS\r\n", "* 2 EXISTS\r\n"]);
    let fetch = "* 1 FETCH (A {3}\r\na\r\n B {0}\r\n C {2 +}\r\n)\n)\r\n";
    check(&format!("{fetch}P1 OK -\r\n"), &[fetch, "P1 OK -\r\n"]);
    check("* OK text {5}\r\n+ {5}\r\n\r\n", &["* OK text {5}\r\n", "+ {5}\r\n"]);
    check("* LIST () NIL {x}\r\n", &["* LIST () NIL {x}\r\n"]);
    check("* 1 EXISTS", &[]);
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"* 12 FETCH (FLAGS (\\Seen) ".to_vec()),
        Just(b"{4}\r\na(\"\n".to_vec()),
        Just(b"{999}\r\n".to_vec()),
        Just(b"BODY[HEADER.FIELDS (A)]<0> ".to_vec()),
        Just(b"\"a\\\"b\" NIL ((".to_vec()),
        Just(b")\r\n".to_vec()),
        Just(b"P1 OK [CODE 1] done\r\n".to_vec()),
        prop::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #[test]
    fn chunks_make_no_difference(
        pieces in prop::collection::vec(piece(), 0..40),
        sizes in prop::collection::vec(1_usize..20, 1..20),
    ) {
        let bytes = pieces.concat();
        let whole = cut(&bytes, &[usize::MAX]);
        prop_assert!(bytes.len() >= whole.iter().map(Vec::len).sum());
        prop_assert_eq!(cut(&bytes, &sizes), whole);
    }

    #[test]
    fn nothing_makes_the_tokenizer_panic(pieces in prop::collection::vec(piece(), 0..40)) {
        let bytes = pieces.concat();
        // Ends, whatever it says: an error, or values no longer than what was read.
        if let Ok(values) = Tokens::new(&bytes).all() {
            prop_assert!(values.len() <= bytes.len());
        }
        for response in cut(&bytes, &[7]) {
            let response = Response::read(response.into());
            drop(crate::store::imap::news::change(&response, Spelling::Utf7));
        }
    }
}
