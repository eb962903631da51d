//! Lines that real servers said: recorded transcripts and other parsers' vectors where they lie
//! beside the repository, and a few of the worst that are always there.

use std::path::{Path, PathBuf};

use super::trick::mutate;
use crate::chance::Chance;

/// Known to have hurt somebody.
const WORST: [&str; 24] = [
    "* 1 FETCH (INTERNALDATE NIL)",
    "* OK [ALERT]\u{e9}",
    "* 1 FETCH (BODYSTRUCTURE ((((((((((",
    "* 0 FETCH (UID 0 FLAGS NIL)",
    "* 1 FETCH (UID 4294967295 RFC822.SIZE -1)",
    "* 1 FETCH (RFC822.SIZE 9.3736e+06)",
    "* 1 FETCH (MODSEQ (-1))",
    "* 1 FETCH (ENVELOPE ())",
    "* 1 FETCH (BODY[] {0}",
    "* 1 FETCH (BODY[] {-1}",
    "* 1 FETCH (BODY[] {3 +}",
    "* LIST () NIL \"\"",
    "* LIST (\\Noselect) \"\\\\\" {5}",
    "* LIST () \"/\" &AAA",
    "* STATUS INBOX ()",
    "* STATUS INBOX (MESSAGES 9.3736e+06)",
    "* ESEARCH (TAG \"x\") UID RETURN ()",
    "* ESEARCH UID ALL 1:4294967295",
    "* SEARCH 4294967296 -1",
    "* VANISHED (EARLIER) 1:4294967295",
    "* 4294967295 EXISTS",
    "* 4294967295 EXPUNGE",
    "* BYE",
    "+",
];

#[derive(Debug)]
pub(super) struct Corpus(Vec<Vec<u8>>);

impl Corpus {
    pub fn load() -> Self {
        let mut lines: Vec<Vec<u8>> = WORST.iter().map(|line| line.as_bytes().to_vec()).collect();
        let root = root();
        if let Ok(text) = std::fs::read_to_string(root.join("response-vectors.json"))
            && let Ok(vectors) = serde_json::from_str::<serde_json::Value>(&text)
        {
            let vectors = vectors["vectors"].as_array().cloned().unwrap_or_default();
            let responses = vectors.iter().filter_map(|vector| vector["response"].as_str());
            lines.extend(responses.map(|text| text.trim_end().as_bytes().to_vec()));
        }
        read_folder(&root, &mut lines);
        Self(lines)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// A line of another server, often mutated; before this one, or in its place.
    pub fn line(&self, line: &[u8], chance: &mut Chance) -> Vec<u8> {
        let found = chance.pick(&self.0).cloned().unwrap_or_default();
        let mut said = if chance.one_in(2) { mutate(&found, chance) } else { found };
        said.extend_from_slice(b"\r\n");
        if chance.one_in(2) {
            said.extend_from_slice(line);
        }
        said
    }
}

fn root() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let set = std::env::var_os("POSTERN_CORPORA");
    set.map_or_else(beside, PathBuf::from).join("imap-transcripts")
}

fn read_folder(folder: &Path, lines: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            read_folder(&path, lines);
        } else if path.extension().is_some_and(|kind| kind == "txt") {
            let bytes = std::fs::read(&path).unwrap_or_default();
            let said = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
            lines.extend(said.filter(|line| line.starts_with(b"* ")).map(<[u8]>::to_vec));
        }
    }
}
