//! One sample message: where it lies, how old it is, and its text with the dates filled in.
//!
//! A place reads `mailbox age words…`: the age such as `3d4h10m`; the words `new` (unseen), `flagged`,
//! `answered`, `draft`, `id=…` and `re=…` (Message-ID and the thread before it), `zone=±hhmm`.
//! In texts stand `{{date}}`, the message's own Date; `{{day:3}}`, `{{iso:3}}` and `{{ics:3}}`, the
//! day three days after the start as words, as 2026-11-25 and as 20261125.

use crate::base64;
use crate::flags::Flags;
use crate::stamp::Stamp;

#[derive(Debug)]
pub(super) struct Letter {
    pub mailbox: &'static str,
    pub age_minutes: i64,
    pub flags: Flags,
    zone_minutes: i32,
    id: &'static str,
    thread: Vec<&'static str>,
    text: &'static str,
}

/// The letters of a text file.
pub(super) fn split(text: &'static str) -> impl Iterator<Item = Letter> {
    let letters = text.strip_prefix("@ ").unwrap_or(text).split("\n@ ");
    letters
        .filter_map(|letter| letter.split_once('\n'))
        .map(|(place, text)| Letter::new(place, text))
}

impl Letter {
    pub fn new(place: &'static str, text: &'static str) -> Self {
        let mut words = place.split(' ');
        let mut letter = Self {
            mailbox: words.next().unwrap_or("INBOX"),
            age_minutes: words.next().map_or(0, minutes),
            flags: Flags::new(["\\Seen"]),
            zone_minutes: 60,
            id: "",
            thread: Vec::new(),
            text,
        };
        for word in words {
            match word.split_once('=') {
                Some(("id", id)) => {
                    letter.id = id;
                    // Nobody writes on the full hour; copies of a message share the id and the moment.
                    let odd = id.bytes().map(i64::from).sum::<i64>() % 50;
                    letter.age_minutes += if letter.age_minutes >= 180 { odd } else { 0 };
                }
                Some(("re", ids)) => letter.thread = ids.split(',').collect(),
                Some(("zone", zone)) => letter.zone_minutes = zone_minutes(zone),
                _ if word == "new" => letter.flags.remove("\\Seen"),
                _ => {
                    letter.flags.insert(match word {
                        "flagged" => "\\Flagged",
                        "answered" => "\\Answered",
                        "draft" => "\\Draft",
                        other => other,
                    });
                }
            }
        }
        letter
    }

    pub fn sent_at(&self, now: Stamp) -> Stamp {
        Stamp { seconds: now.seconds - self.age_minutes * 60, zone_minutes: self.zone_minutes }
    }

    /// The message with a complete header, in CRLF.
    pub fn render(&self, sent_at: Stamp, now: Stamp) -> String {
        let text = fill_in(self.text, sent_at, now);
        let (header, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines: Vec<String> = header.lines().map(encode_field).collect();
        lines.push(format!("Date: {}", sent_at.rfc5322()));
        lines.push(format!("Message-ID: {}", message_id(self.id)));
        if let Some(last) = self.thread.last() {
            lines.push(format!("In-Reply-To: {}", message_id(last)));
            let thread: Vec<String> = self.thread.iter().map(|id| message_id(id)).collect();
            lines.push(format!("References: {}", thread.join("\n ")));
        }
        if !header.contains("\nMIME-Version:") {
            lines.push("MIME-Version: 1.0".to_owned());
            lines.push("Content-Type: text/plain; charset=utf-8".to_owned());
            lines.push("Content-Transfer-Encoding: 8bit".to_owned());
        }
        let message = format!("{}\n\n{}\n", lines.join("\n"), body.trim_end_matches('\n'));
        message.replace('\n', "\r\n")
    }
}

fn message_id(id: &str) -> String {
    format!("<{id}@samples.postern.example>")
}

/// `3d4h10m` in minutes.
fn minutes(age: &str) -> i64 {
    let mut total = 0;
    for part in age.split_inclusive(['d', 'h', 'm']) {
        let (number, unit) = part.split_at(part.len() - 1);
        let unit = match unit {
            "d" => 24 * 60,
            "h" => 60,
            _ => 1,
        };
        total += number.parse::<i64>().unwrap_or(0) * unit;
    }
    total
}

fn zone_minutes(zone: &str) -> i32 {
    let number = zone.parse::<i32>().unwrap_or(0);
    number / 100 * 60 + number % 100
}

fn fill_in(text: &str, sent_at: Stamp, now: Stamp) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (mark, after))) =
        rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?)))
    {
        filled.push_str(before);
        let (form, days) = mark.split_once(':').unwrap_or((mark, "0"));
        let ahead = days.parse::<i64>().unwrap_or(0) * 86_400;
        let day = Stamp { seconds: now.seconds + ahead, zone_minutes: 0 };
        filled.push_str(&match form {
            "date" => sent_at.rfc5322(),
            "day" => day.weekday_and_day(),
            "iso" => day.iso_day("-"),
            _ => day.iso_day(""),
        });
        rest = after;
    }
    filled + rest
}

/// A header line with encoded words (RFC 2047) for what is not ASCII, folded at about 76 columns.
fn encode_field(line: &str) -> String {
    // Structured fields of the parts' headers are written as they go out.
    let Some((name, value)) = line.split_once(": ").filter(|_| !line.starts_with(' ')) else {
        return line.to_owned();
    };
    let mut words: Vec<String> = Vec::new();
    let mut foreign: Vec<&str> = Vec::new();
    for word in value.split(' ') {
        if word.is_ascii() {
            words.extend(encoded_words(&std::mem::take(&mut foreign).join(" ")));
            words.push(word.to_owned());
        } else {
            foreign.push(word);
        }
    }
    words.extend(encoded_words(&foreign.join(" ")));
    let mut field = format!("{name}:");
    let mut column = field.len();
    for word in words {
        if column + word.len() > 76 && column > name.len() + 1 {
            field.push('\n');
            column = 0;
        }
        field.push(' ');
        field.push_str(&word);
        column += word.len() + 1;
    }
    field
}

/// A text in encoded words of at most 75 characters, whole characters in each.
fn encoded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(45);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("=?utf-8?B?{}?=", base64::encode(&rest.as_bytes()[..end])));
        rest = &rest[end..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_leave_in_ascii_with_short_lines() {
        let check = |line, expect| assert_eq!(encode_field(line), expect);
        check("Subject: plain words", "Subject: plain words");
        check(
            "From: 陈美 <mei@postern.example>",
            "From: =?utf-8?B?6ZmI576O?= <mei@postern.example>",
        );
        check("Subject: Re: née Moreau x", "Subject: Re: =?utf-8?B?bsOpZQ==?= Moreau x");
        let long = encode_field(&format!("Subject: {}", "水".repeat(60)));
        assert!(long.lines().count() > 1 && long.lines().all(|line| line.len() <= 90), "{long}");
    }

    #[test]
    fn ages_and_places_are_read() {
        assert_eq!(minutes("3d4h10m"), 3 * 1440 + 4 * 60 + 10);
        let letter =
            Letter::new("Club/Regatta 2h new flagged id=a re=b,c zone=-0130", "Subject: x\n\ny");
        assert_eq!(letter.flags.to_string(), "\\Flagged");
        assert_eq!((letter.mailbox, letter.zone_minutes), ("Club/Regatta", -90));
        let text = letter.render(
            letter.sent_at(Stamp { seconds: 7200, zone_minutes: 0 }),
            Stamp { seconds: 7200, zone_minutes: 0 },
        );
        assert!(text.contains("\r\nDate: Wed, 31 Dec 1969 22:30:00 -0130\r\n"), "{text}");
        assert!(text.contains("References: <b@samples.postern.example>\r\n <c@"), "{text}");
    }
}
