//! The bytes of a file that messages are taken out into, one message after the other.

use std::collections::{HashMap, HashSet};
use std::io;

use flate2::Compression;
use postern_shared::flag::Flag;
use postern_shared::transfer::Form;

use crate::account::Noted;
use crate::bundle::messages::{Line, NOTES};
use crate::bundle::zip::Archive;
use crate::bundle::{Marks, mbox};
use crate::mime::attachment;

/// Messages that are noted together in a zip.
const NOTED_TOGETHER: usize = 1000;
/// Characters of a subject that name a file.
const MOST_OF_SUBJECT: usize = 60;

/// A file that is being written; each verb gives the bytes that are next.
pub(super) enum Outlet {
    Mbox(Option<mbox::Writer>),
    Zip(Box<Packing>),
}

pub(super) struct Packing {
    archive: Archive,
    lines: Vec<Line>,
    notes: u32,
    /// Messages of each directory so far.
    counts: HashMap<String, u32>,
    directories: HashSet<String>,
}

impl Outlet {
    pub(super) fn new(form: Form, now: i64) -> Self {
        match form {
            Form::Mbox => Self::Mbox(None),
            Form::Zip => Self::Zip(Box::new(Packing {
                archive: Archive::new(now),
                lines: Vec::new(),
                notes: 0,
                counts: HashMap::new(),
                directories: HashSet::new(),
            })),
        }
    }

    /// Begins a message of a mailbox.
    pub(super) fn begin(
        &mut self,
        directory: &str,
        note: &Noted,
        shape: mbox::Shape,
    ) -> io::Result<Vec<u8>> {
        match self {
            Self::Mbox(writer) => {
                let (begun, bytes) = mbox::Writer::begin(&note.marks, shape);
                *writer = Some(begun);
                Ok(bytes)
            }
            Self::Zip(packing) => packing.begin(directory, note),
        }
    }

    /// Bytes of the message that was begun.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Mbox(Some(writer)) => Ok(writer.bytes(bytes)),
            Self::Mbox(None) => Err(io::ErrorKind::InvalidInput.into()),
            Self::Zip(packing) => packing.archive.bytes(bytes),
        }
    }

    /// Ends the message that was begun.
    pub(super) fn end(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Mbox(writer) => Ok(writer.take().map(mbox::Writer::end).unwrap_or_default()),
            Self::Zip(packing) => packing.end(),
        }
    }

    /// Ends the file.
    pub(super) fn finish(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Mbox(_) => Ok(Vec::new()),
            Self::Zip(packing) => {
                let mut out = packing.note_down()?;
                out.extend(packing.archive.finish()?);
                Ok(out)
            }
        }
    }
}

impl Packing {
    fn begin(&mut self, directory: &str, note: &Noted) -> io::Result<Vec<u8>> {
        self.archive.at(note.marks.received_at.unwrap_or(0));
        let count = self.counts.entry(directory.to_owned()).or_default();
        *count += 1;
        let subject: String = note.subject.chars().take(MOST_OF_SUBJECT).collect();
        let file = attachment::file_name(Some(&format!("{count:06} {subject}")), "message/rfc822");
        let name = format!("{directory}/{file}.eml");
        let Marks { flags, received_at } = note.marks.clone();
        let flags = flags.iter().map(|flag: &Flag| flag.as_imap().to_owned()).collect();
        self.lines.push(Line { name: name.clone(), flags, received_at });
        self.archive.begin(name, Compression::fast())
    }

    fn end(&mut self) -> io::Result<Vec<u8>> {
        let mut out = self.archive.end()?;
        if self.lines.len() >= NOTED_TOGETHER {
            out.extend(self.note_down()?);
        }
        Ok(out)
    }

    /// What mailboxes know of the last messages, as a file of its own: no more than some are held.
    fn note_down(&mut self) -> io::Result<Vec<u8>> {
        if self.lines.is_empty() {
            return Ok(Vec::new());
        }
        self.notes += 1;
        let name = format!("{NOTES}{:05}.jsonl", self.notes);
        let mut out = self.archive.begin(name, Compression::fast())?;
        for line in self.lines.drain(..) {
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            out.extend(self.archive.bytes(&text)?);
        }
        out.extend(self.archive.end()?);
        Ok(out)
    }

    /// A directory's name that no other mailbox has.
    fn directory(&mut self, wanted: &str) -> String {
        let numbered = (2..).map(|number| format!("{wanted} ({number})"));
        let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
        let free = all.find(|name| self.directories.insert(name.to_lowercase()));
        free.unwrap_or_else(|| wanted.to_owned())
    }
}

impl Outlet {
    /// The directory of a mailbox, by its levels from the top.
    pub(super) fn directory(&mut self, levels: &[String]) -> String {
        let Self::Zip(packing) = self else { return String::new() };
        let safe = |level: &String| level.replace(['/', '\\'], "_");
        let levels: Vec<String> = levels.iter().map(safe).filter(|it| !it.is_empty()).collect();
        packing.directory(&if levels.is_empty() { "Mail".to_owned() } else { levels.join("/") })
    }
}
