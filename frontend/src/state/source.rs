//! A message as it was sent, as text.

use postern_shared::message::MessageKey;

use super::Stores;
use crate::browser::fetch::{self, Text};

/// How many bytes are shown; the rest is for the download.
const MOST: usize = 256 * 1024;

/// What of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All of it, up to a limit.
    All,
    /// What stands before the first empty line.
    Headers,
}

impl Shown {
    fn cut(self, text: &str) -> &str {
        let end = match self {
            Self::All => None,
            Self::Headers => ["\r\n\r\n", "\n\n"].iter().filter_map(|end| text.find(end)).min(),
        };
        end.and_then(|end| text.get(..end)).unwrap_or(text)
    }

    fn has_enough(self, bytes: &[u8]) -> bool {
        let ends = |end: &[u8]| bytes.windows(end.len()).any(|found| found == end);
        self == Self::Headers && (ends(b"\r\n\r\n") || ends(b"\n\n"))
    }
}

impl Stores {
    /// What was sent; none where it does not come.
    pub async fn source(self, key: &MessageKey, shown: Shown) -> Option<Text> {
        let url = self.blob_url(key, "source") + "?inline";
        let Text { words, whole } =
            fetch::text(&url, MOST, |bytes| shown.has_enough(bytes)).await?;
        let cut = shown.cut(&words);
        Some(Text { whole: whole || cut.len() < words.len(), words: cut.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_end_at_the_first_empty_line() {
        let check = |text, expect| assert_eq!(Shown::Headers.cut(text), expect);
        check("A: b\r\nC: d\r\n\r\ntext\n\nmore", "A: b\r\nC: d");
        check("A: b\n\ntext\r\n\r\n", "A: b");
        check("A: b\r\n", "A: b\r\n");
        assert_eq!(Shown::All.cut("A: b\n\ntext"), "A: b\n\ntext");
    }
}
