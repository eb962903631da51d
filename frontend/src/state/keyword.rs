//! Names of tags as keywords: an IMAP atom holds few characters (RFC 9051 §9), so the others are
//! written as in mailbox names of old (RFC 3501 §5.1.3), which other mail programs do as well.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The keyword for a name.
#[must_use]
pub fn keyword_of(name: &str) -> String {
    let mut out = String::new();
    let mut run: Vec<u16> = Vec::new();
    for c in name.trim().chars() {
        let plain = if c == ' ' { '_' } else { c };
        if plain.is_ascii_alphanumeric() || matches!(plain, '-' | '.' | '_') {
            flush(&mut run, &mut out);
            out.push(plain);
        } else {
            run.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut run, &mut out);
    out
}

/// Writes what an atom cannot hold: UTF-16, six bits a letter.
fn flush(run: &mut Vec<u16>, out: &mut String) {
    if run.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut held) = (0_u32, 0);
    for unit in run.drain(..) {
        (bits, held) = (bits << 16 | u32::from(unit), held + 16);
        while held >= 6 {
            held -= 6;
            out.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(letter(bits << (6 - held)));
    }
    out.push('-');
}

fn letter(bits: u32) -> char {
    char::from(LETTERS[(bits & 63) as usize])
}

/// The name that a keyword stands for; what is not written so stays as it is.
#[must_use]
pub fn name_of(keyword: &str) -> String {
    let mut out = String::new();
    let mut rest = keyword;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(&before.replace('_', " "));
        let read = after.split_once('-').and_then(|(run, tail)| Some((units(run)?, tail)));
        let Some((text, tail)) = read else {
            out.push('&');
            rest = after;
            continue;
        };
        out.push_str(&text);
        rest = tail;
    }
    out + &rest.replace('_', " ")
}

fn units(run: &str) -> Option<String> {
    let (mut bits, mut held) = (0_u32, 0);
    let mut units = Vec::new();
    for byte in run.bytes() {
        let value = LETTERS.iter().position(|known| *known == byte)? as u32;
        (bits, held) = (bits << 6 | value, held + 6);
        if held >= 16 {
            held -= 16;
            units.push((bits >> held) as u16);
            bits &= (1 << held) - 1;
        }
    }
    if units.is_empty() { None } else { String::from_utf16(&units).ok() }
}

#[cfg(test)]
mod tests {
    use super::{keyword_of, name_of};

    #[test]
    fn a_name_comes_back_from_its_keyword() {
        let check = |name: &str, keyword: &str| {
            assert_eq!(keyword_of(name), keyword);
            assert_eq!(name_of(keyword), name);
        };
        check("Work", "Work");
        check("To do", "To_do");
        check("工作", "&XeVPXA-");
        check("Żółw (2)", "&AXsA8wFC-w_&ACg-2&ACk-");
        check("😀", "&2D3eAA-");
    }

    #[test]
    fn what_others_wrote_is_shown_as_it_is() {
        assert_eq!(name_of("a&b"), "a&b");
        assert_eq!(name_of("NotJunk"), "NotJunk");
        assert_eq!(name_of("&-"), "&-");
    }
}
