//! Letters of a large mailbox: threads, lists, senders by the thousand, sizes and scripts as they
//! come in life. The same seed writes the same mailbox.

use std::fmt::Write;

use postern_tests::chance::Chance;

use crate::words::{self, Tongue};

/// Who writes; a few of them most of it.
const PEOPLE: usize = 2_000;
/// Threads that may still be answered.
const LIVELY: usize = 400;
/// Ids that an answer names.
const MOST_REFERENCES: usize = 12;
/// The date of the first letter, and of the last: five years later.
const FROM: u64 = 1_636_000_000;
const TO: u64 = 1_793_600_000;

/// In the subject of one letter of 500.
pub const RARE_SUBJECT: &str = "zeppelin";
/// In the body of one letter of 1,000.
pub const RARE_BODY: &str = "quokkaberry";

/// A letter as APPEND takes it.
pub struct Letter {
    /// Its flags and its date: `(\Seen) "1-Nov-2026 10:00:00 +0000"`.
    pub begin: String,
    /// Its bytes.
    pub message: Vec<u8>,
}

/// A thread that goes on.
struct Thread {
    subject: String,
    tongue: Tongue,
    list: Option<usize>,
    ids: Vec<String>,
}

/// Writes one letter after the other.
pub struct Writer {
    chance: Chance,
    to: String,
    threads: Vec<Thread>,
    written: u64,
    of: u64,
}

impl Writer {
    /// Letters to an address, so many of them.
    pub fn new(to: &str, of: usize) -> Self {
        let (threads, to) = (Vec::new(), to.to_owned());
        Self { chance: Chance::new(7), to, threads, written: 0, of: (of as u64).max(1) }
    }

    /// The next letter, later than all before.
    pub fn letter(&mut self) -> Letter {
        self.written += 1;
        let number = self.written;
        let date = FROM + (TO - FROM) * number / self.of;
        let id = format!("<{number}.{:x}@letters.test>", self.chance.draw());
        let answers = !self.threads.is_empty() && !self.chance.one_in(2);
        let at = if answers { self.older_thread() } else { self.new_thread() };
        let head = self.head(at, answers, &id, date);
        let thread = &mut self.threads[at];
        thread.ids.push(id);
        if thread.ids.len() > MOST_REFERENCES {
            thread.ids.remove(1);
        }
        let tongue = thread.tongue;
        let message = self.body(head, tongue);
        Letter { begin: format!("{} \"{}\"", self.flags(), internal_date(date)), message }
    }

    fn older_thread(&mut self) -> usize {
        // The youngest are answered most.
        let age = self.chance.below(self.threads.len());
        let age = self.chance.below(age + 1);
        self.threads.len() - 1 - age
    }

    fn new_thread(&mut self) -> usize {
        let tongue = Tongue::of(self.chance.below(100));
        let length = 2 + self.chance.below(6);
        let mut subject = words::some(&mut self.chance, tongue, length);
        if self.chance.one_in(500) {
            subject = format!("{subject} {RARE_SUBJECT}");
        }
        let list = self.chance.one_in(6).then(|| self.chance.below(40));
        if self.threads.len() >= LIVELY {
            self.threads.remove(0);
        }
        self.threads.push(Thread { subject, tongue, list, ids: Vec::new() });
        self.threads.len() - 1
    }

    fn head(&mut self, at: usize, answers: bool, id: &str, date: u64) -> String {
        let writer = self.chance.below(PEOPLE);
        let writer = self.chance.below(writer + 1);
        let thread = &self.threads[at];
        let name = words::name(writer);
        let re = if answers { "Re: " } else { "" };
        let tag = thread.list.map_or_else(String::new, |list| format!("[group{list}] "));
        let mut head = format!(
            "Return-Path: <p{writer}@house{}.test>\r\n\
             From: {} <p{writer}@house{}.test>\r\nTo: <{}>\r\nSubject: {re}{tag}{}\r\n\
             Message-ID: {id}\r\nDate: {}\r\nMIME-Version: 1.0\r\n",
            writer % 90,
            words::encoded(&name),
            writer % 90,
            self.to,
            words::encoded(&thread.subject),
            header_date(date),
        );
        if let Some(list) = thread.list {
            let _ = write!(head, "Cc: group{list}@lists.test\r\n");
            let _ = write!(head, "List-Id: Group {list} <group{list}.lists.test>\r\n");
        }
        if let (true, Some(last)) = (answers, thread.ids.last()) {
            let _ = write!(head, "In-Reply-To: {last}\r\n");
            let _ = write!(head, "References: {}\r\n", thread.ids.join("\r\n "));
        }
        head
    }

    fn body(&mut self, head: String, tongue: Tongue) -> Vec<u8> {
        let length = 20 + self.chance.below(160);
        let mut text = words::some(&mut self.chance, tongue, length).replace(". ", ".\r\n");
        if self.chance.one_in(1_000) {
            text = format!("{text}\r\n{RARE_BODY}");
        }
        let plain = "Content-Type: text/plain; charset=utf-8\r\n\
                     Content-Transfer-Encoding: 8bit\r\n\r\n";
        let part = |kind: &str, body: &str| format!("--edge\r\n{kind}{body}\r\n");
        let whole = match self.chance.below(100) {
            0..75 => format!("{head}{plain}{text}\r\n"),
            75..93 => {
                let cell = format!("<table><tr><td style=\"font: 14px sans-serif\">{text}</td>");
                let html = cell.repeat(1 + self.chance.below(5));
                let kind = "Content-Type: text/html; charset=utf-8\r\n\
                            Content-Transfer-Encoding: 8bit\r\n\r\n";
                let (one, other) = (part(plain, &text), part(kind, &html));
                let of = "Content-Type: multipart/alternative; boundary=edge\r\n\r\n";
                format!("{head}{of}{one}{other}--edge--\r\n")
            }
            rest => {
                let lines = if rest == 99 { 900 } else { 100 + self.chance.below(200) };
                let file = format!("{}\r\n", "QUJD".repeat(19)).repeat(lines);
                let name = format!("report-{}.pdf", self.written);
                let kind = format!(
                    "Content-Type: application/pdf; name=\"{name}\"\r\n\
                     Content-Disposition: attachment; filename=\"{name}\"\r\n\
                     Content-Transfer-Encoding: base64\r\n\r\n"
                );
                let (one, other) = (part(plain, &text), part(&kind, &file));
                let of = "Content-Type: multipart/mixed; boundary=edge\r\n\r\n";
                format!("{head}{of}{one}{other}--edge--\r\n")
            }
        };
        whole.into_bytes()
    }

    fn flags(&mut self) -> String {
        let flags: Vec<&str> = [("\\Seen", 85), ("\\Flagged", 4), ("\\Answered", 12), ("$Work", 5)]
            .into_iter()
            .filter(|(_, percent)| self.chance.below(100) < *percent)
            .map(|(flag, _)| flag)
            .collect();
        format!("({})", flags.join(" "))
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Day, month and year of so many seconds since 1970, by the civil calendar's own arithmetic.
fn day(seconds: u64) -> (u64, &'static str, u64) {
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (day, MONTHS[(month - 1) as usize], year + era * 400 + u64::from(month <= 2))
}

fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

fn internal_date(seconds: u64) -> String {
    let (day, month, year) = day(seconds);
    format!("{day:02}-{month}-{year} {} +0000", clock(seconds))
}

fn header_date(seconds: u64) -> String {
    let (day, month, year) = day(seconds);
    format!("{day} {month} {year} {} +0000", clock(seconds))
}
