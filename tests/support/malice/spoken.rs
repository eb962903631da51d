//! Listens to what a malicious server says, for anything that means "there is no message".

use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug, Default)]
pub(super) struct Spoken(AtomicBool);

impl Spoken {
    pub fn hear(&self, bytes: &[u8]) {
        if bytes.split(|byte| *byte == b'\n').any(means_empty) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    pub fn take_empty(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }

    pub fn has_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether a line can honestly be read as: nothing found, nothing there, something went.
fn means_empty(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line).to_ascii_uppercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_zero = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte == b'0');
    match words.as_slice() {
        _ if line.contains("EXPUNGE") || line.contains("VANISHED") => true,
        // A line cut behind its numbers, or before them, still counts some messages.
        _ if line.contains("ESEARCH") => !line.contains(" ALL ") && !line.contains("PARTIAL"),
        ["*", "SEARCH", rest @ ..] => !rest.iter().any(|word| word.parse::<u32>().is_ok()),
        _ => words.windows(2).any(|pair| is_zero(&pair[0]) && pair[1] == "EXISTS"),
    }
}

#[cfg(test)]
mod tests {
    use super::means_empty;

    #[test]
    fn what_means_that_nothing_is_there_is_heard() {
        for (line, expect) in [
            ("* 0 EXISTS\r", true),
            ("* SEARCH\r", true),
            ("* search 1 2\r", false),
            ("* ESEARCH (TAG \"a\") UID COUNT 0\r", true),
            ("* 3 EXISTS\r", false),
            ("* 1 EXPUNGE\r", true),
            ("* OK hello", false),
        ] {
            assert_eq!(means_empty(line.as_bytes()), expect, "{line}");
        }
    }
}
