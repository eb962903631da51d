//! The fields of a header (RFC 5322 §2.2), without decoding.

/// The fields of a header in order: name (empty without a colon), and the raw lines with breaks.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn of(header: &'a [u8]) -> Self {
        Self { rest: header }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let first = *self.rest.first()?;
        if first == b'\r' || first == b'\n' {
            return None;
        }
        let mut end = 0;
        loop {
            let length = self.rest[end..].iter().position(|byte| *byte == b'\n');
            end = length.map_or(self.rest.len(), |length| end + length + 1);
            if !matches!(self.rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (lines, rest) = self.rest.split_at(end);
        self.rest = rest;
        let colon = lines.iter().position(|byte| *byte == b':').unwrap_or(0);
        Some((lines[..colon].trim_ascii_end(), lines))
    }
}

/// The first field of that name, unfolded; `None` where it is missing.
pub(crate) fn field(header: &[u8], name: &str) -> Option<Vec<u8>> {
    Fields::of(header)
        .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, lines)| unfold(lines))
}

/// A field's value on one line, a space for each fold.
fn unfold(lines: &[u8]) -> Vec<u8> {
    let colon = lines.iter().position(|byte| *byte == b':').map_or(lines.len(), |colon| colon + 1);
    let lines = lines[colon..].split(|byte| *byte == b'\n');
    let lines: Vec<&[u8]> = lines.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    lines.join(&b' ').into_iter().filter(|byte| !matches!(byte, b'\r' | 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_any_case_and_unfolded() {
        let header =
            b"B A\r\nA: 1\r\nSubject :  two\r\n\t  lines  here\r\n \r\nB:\r\n\r\nC: body\r\n";
        let check = |name, expect: Option<&str>| {
            assert_eq!(field(header, name).as_deref(), expect.map(str::as_bytes), "{name}");
        };
        check("subject", Some("two lines  here"));
        check("a", Some("1"));
        check("b", Some(""));
        check("c", None);
    }
}
