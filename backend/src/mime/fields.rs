//! Blocks of `Name: value` lines, as reports hold them (RFC 3464 §2.1.1).

use super::header::decoded;

/// One block of fields, in their order: name, value, and the value as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String, Vec<u8>)>);

impl Fields {
    /// The value of the first field of this name, on one line; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).map_or("", |(_, value, _)| value.as_str())
    }

    /// The same as it was written, unfolded; none where there is none.
    pub(super) fn raw(&self, name: &str) -> Option<&[u8]> {
        self.find(name).map(|(.., raw)| raw.as_slice())
    }

    fn find(&self, name: &str) -> Option<&(String, String, Vec<u8>)> {
        self.0.iter().find(|(key, ..)| key.eq_ignore_ascii_case(name))
    }

    /// What follows the type in `rfc822; ann@example.test` (RFC 3464 §2.1.2).
    pub(super) fn typed(&self, name: &str) -> &str {
        let value = self.get(name);
        value.split_once(';').map_or(value, |(_, value)| value).trim()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The blocks of a text, separated by empty lines; at most a thousand.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Fields> {
    const LIMIT: usize = 1000;
    let mut blocks = vec![Vec::<(String, Vec<u8>)>::new()];
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(block) = blocks.last_mut() else { break };
        match line {
            line if line.trim_ascii().is_empty() => {
                if blocks.len() < LIMIT {
                    blocks.push(Vec::new());
                }
            }
            [b' ' | b'\t', ..] => {
                if let Some((_, value)) = block.last_mut() {
                    value.push(b' ');
                    value.extend_from_slice(line.trim_ascii());
                }
            }
            line => {
                if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                    let name = String::from_utf8_lossy(line[..colon].trim_ascii()).into_owned();
                    block.push((name, line[colon + 1..].trim_ascii().to_vec()));
                }
            }
        }
    }
    let read = |block: Vec<(String, Vec<u8>)>| {
        let field = |(name, raw): (String, Vec<u8>)| (name, decoded(&raw), raw);
        Fields(block.into_iter().map(field).collect())
    };
    blocks.into_iter().map(read).filter(|block| !block.is_empty()).collect()
}
