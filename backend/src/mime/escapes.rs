//! Seven-bit charsets that no library here reads: HZ (RFC 1843) and ISO-2022-KR (RFC 1557).

use encoding_rs::{EUC_KR, GBK};

/// HZ: `~{` and `~}` around GB 2312 with the high bits taken off.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut raised = Vec::with_capacity(bytes.len());
    let (mut rest, mut wide) = (bytes, false);
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'~', [b'{', after @ ..]) if !wide => {
                wide = true;
                after
            }
            (b'~', [b'}', after @ ..]) if wide => {
                wide = false;
                after
            }
            (b'~', [b'~', after @ ..]) if !wide => {
                raised.push(b'~');
                after
            }
            (b'~', [b'\n', after @ ..]) if !wide => after,
            // A line ends every shift (RFC 1843 §2).
            (b'\n', after) => {
                wide = false;
                raised.push(b'\n');
                after
            }
            (byte, after) => {
                raised.push(raise(*byte, wide));
                after
            }
        };
    }
    GBK.decode_without_bom_handling(&raised).0.into_owned()
}

/// ISO-2022-KR: shift out and shift in around KS X 1001 with the high bits taken off.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut raised = Vec::with_capacity(bytes.len());
    let (mut rest, mut wide) = (bytes, false);
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (0x1b, [b'$', b')', b'C', after @ ..]) => after,
            (0x0e | 0x0f, after) => {
                wide = *first == 0x0e;
                after
            }
            (b'\n', after) => {
                wide = false;
                raised.push(b'\n');
                after
            }
            (byte, after) => {
                raised.push(raise(*byte, wide));
                after
            }
        };
    }
    EUC_KR.decode_without_bom_handling(&raised).0.into_owned()
}

fn raise(byte: u8, wide: bool) -> u8 {
    if wide && byte.is_ascii_graphic() { byte | 0x80 } else { byte }
}
