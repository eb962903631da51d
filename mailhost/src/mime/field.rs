//! The fields of a header (RFC 5322 §2.2), without decoding.

/// The fields of a header in order: name, and the raw lines with their breaks.
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
        let colon = lines.iter().position(|byte| *byte == b':').unwrap_or(lines.len());
        Some((lines[..colon].trim_ascii_end(), lines))
    }
}

/// The first field of that name, unfolded; `None` where it is missing.
pub(crate) fn field(header: &[u8], name: &str) -> Option<Vec<u8>> {
    Fields::of(header)
        .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, lines)| unfold(lines))
}

/// A field's value on one line.
fn unfold(lines: &[u8]) -> Vec<u8> {
    let colon = lines.iter().position(|byte| *byte == b':').map_or(lines.len(), |colon| colon + 1);
    let value = lines[colon..].iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    value.copied().collect::<Vec<u8>>().trim_ascii().to_vec()
}
