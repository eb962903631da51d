//! Fields that programs keep flags in, in the header of a message of an mbox.

use postern_shared::flag::Flag;

use crate::bundle::Marks;

/// Bits of `X-Mozilla-Status`.
const MOZILLA: [(u32, Flag); 3] = [(1, Flag::Seen), (2, Flag::Answered), (4, Flag::Flagged)];
const MOZILLA_EXPUNGED: u32 = 8;
const MOZILLA_FORWARDED: u32 = 0x1000;
/// Fields that belong to the file, not to the message.
const OF_THE_FILE: [&str; 10] = [
    "status",
    "x-status",
    "x-keywords",
    "x-uid",
    "x-imap",
    "x-imapbase",
    "content-length",
    "x-mozilla-status",
    "x-mozilla-status2",
    "x-mozilla-keys",
];

/// Whether a field, its name in lower case, belongs to the file and not to the message.
pub(super) fn is_of_the_file(name: &str) -> bool {
    OF_THE_FILE.contains(&name)
}

/// What the fields of a message say.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub marks: Marks,
    /// No message: expunged but not yet taken out of the file, or a note of the program's own.
    pub is_none: bool,
    holds_state: bool,
}

impl Said {
    /// Takes a field's name, in lower case, and its value.
    pub(super) fn take(&mut self, name: &str, value: &str) {
        match name {
            "status" | "x-status" => self.letters(name, value),
            "x-keywords" | "x-mozilla-keys" => self.marks.set_keywords(value),
            "x-mozilla-status" => self.mozilla(value),
            "x-gmail-labels" => self.labels(value),
            "x-imap" => self.holds_state = true,
            "subject" => {
                self.is_none |= self.holds_state && value.contains("FOLDER INTERNAL DATA");
            }
            _ => {}
        }
    }

    fn letters(&mut self, name: &str, value: &str) {
        for letter in value.chars() {
            let flag = match letter {
                'R' if name == "status" => Flag::Seen,
                'A' => Flag::Answered,
                'F' => Flag::Flagged,
                'T' => Flag::Draft,
                'D' => Flag::Deleted,
                _ => continue,
            };
            self.marks.set(flag);
        }
    }

    fn mozilla(&mut self, value: &str) {
        let Ok(bits) = u32::from_str_radix(value.trim(), 16) else { return };
        let set = MOZILLA.into_iter().filter(|(bit, _)| bits & bit != 0);
        set.for_each(|(_, flag)| self.marks.set(flag));
        if bits & MOZILLA_FORWARDED != 0 {
            self.marks.set(Flag::Keyword(Flag::FORWARDED.into()));
        }
        self.is_none |= bits & MOZILLA_EXPUNGED != 0;
    }

    /// What Gmail calls labels, where they are flags to everybody else.
    fn labels(&mut self, value: &str) {
        let labels: Vec<&str> = value.split(',').map(str::trim).collect();
        let has = |label: &str| labels.contains(&label);
        for (is_set, flag) in [(!has("Unread"), Flag::Seen), (has("Starred"), Flag::Flagged)] {
            if is_set {
                self.marks.set(flag);
            }
        }
    }
}
