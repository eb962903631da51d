//! COMPRESS=DEFLATE: everything after its answer is deflated, in both directions.

use std::io::Read;

use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress};

use crate::raw::{ALICE, INBOX, Raw, host_with, noon};

#[tokio::test]
async fn a_compressed_connection_says_the_same() {
    let host = host_with(&["one"]).await;
    let large = "Compressible. ".repeat(5000);
    host.append(INBOX, &[], noon(), format!("Subject: x\n\n{large}")).unwrap();
    let mut raw = Raw::inbox(&host).await;
    raw.check_tagged("COMPRESS LZMA", "BAD").await;
    raw.check_tagged("COMPRESS DEFLATE", "OK").await;
    let mut deflate = Compress::new(Compression::fast(), false);
    // A literal and its go-ahead are among them.
    for command in [
        "z1 COMPRESS DEFLATE\r\n",
        "z2 FETCH 2 BODY.PEEK[TEXT]\r\n",
        "z3 APPEND Drafts {1}\r\n",
        "x\r\n",
        "z4 LOGOUT\r\n",
    ] {
        let mut bytes = Vec::with_capacity(1024);
        deflate.compress_vec(command.as_bytes(), &mut bytes, FlushCompress::Sync).unwrap();
        raw.send(bytes).await;
    }
    let deflated = raw.rest().await;
    assert!(deflated.len() < large.len() / 10, "{} octets", deflated.len());
    let mut said = Vec::new();
    // The stream has no end of its own: whoever reads it stops at the close.
    let _ = DeflateDecoder::new(deflated.as_slice()).read_to_end(&mut said);
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("z1 NO [COMPRESSIONACTIVE]"), "{said:.100}");
    assert!(said.contains(&large));
    for part in ["\r\nz2 OK", "\r\n+ Ready", "\r\nz3 OK", "\r\nz4 OK Done\r\n"] {
        assert!(said.contains(part), "{part:?}");
    }
    assert_eq!(host.mailbox(ALICE, "Drafts").unwrap().messages.len(), 1);
}
