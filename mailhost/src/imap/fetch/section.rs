//! Sections of a message: `1.2.MIME`, `HEADER.FIELDS (From)` (RFC 3501 §6.4.5).

use std::borrow::Cow;
use std::fmt;

use crate::imap::Refusal;
use crate::imap::arguments::{Arguments, is_atom};
use crate::mime::{Fields, Kind, Part};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub path: Vec<u32>,
    /// Without it the whole part.
    pub text: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    Header,
    Fields { names: Vec<String>, not: bool },
    Body,
    Mime,
}

impl Section {
    /// What stands between the brackets.
    pub fn parse(arguments: &mut Arguments<'_>) -> Result<Self, Refusal> {
        let mut section = Self { path: Vec::new(), text: None };
        while arguments.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            section.path.push(arguments.number()?);
            if !arguments.take(b'.') {
                return Ok(section);
            }
        }
        if section.path.is_empty() && arguments.peek() == Some(b']') {
            return Ok(section);
        }
        let word = arguments.word(|byte| byte.is_ascii_alphabetic() || byte == b'.')?;
        section.text = Some(match word.to_ascii_uppercase().as_str() {
            "HEADER" => Text::Header,
            "TEXT" => Text::Body,
            "MIME" if !section.path.is_empty() => Text::Mime,
            word @ ("HEADER.FIELDS" | "HEADER.FIELDS.NOT") => {
                arguments.space()?;
                let names = arguments.list(Arguments::text)?;
                Text::Fields { names, not: word.ends_with("NOT") }
            }
            _ => return Err(Refusal::bad("Unknown section")),
        });
        Ok(section)
    }

    /// The section's bytes; `None` where the message has no such part.
    pub fn of<'a>(&self, raw: &'a [u8], root: &Part) -> Option<Cow<'a, [u8]>> {
        let mut part = root;
        let mut is_message = true;
        for number in &self.path {
            part = part.child(usize::try_from(*number).ok()?, is_message)?;
            is_message = false;
        }
        // HEADER and TEXT of a part mean the message inside it.
        let message = match &part.kind {
            _ if is_message => Some(part),
            Kind::Message(inner) => Some(&**inner),
            _ => None,
        };
        let range = match &self.text {
            None if is_message => 0..raw.len(),
            None => part.body.clone(),
            Some(Text::Mime) => part.header.clone(),
            Some(Text::Header) => message?.header.clone(),
            Some(Text::Body) => message?.body.clone(),
            Some(Text::Fields { names, not }) => {
                return Some(Cow::Owned(pick(&raw[message?.header.clone()], names, *not)));
            }
        };
        Some(Cow::Borrowed(&raw[range]))
    }
}

fn pick(header: &[u8], names: &[String], not: bool) -> Vec<u8> {
    let named = |field: &[u8]| names.iter().any(|name| field.eq_ignore_ascii_case(name.as_bytes()));
    let picked = Fields::of(header).filter(|(name, _)| named(name) != not);
    let mut lines = picked.map(|(_, lines)| lines).collect::<Vec<_>>().concat();
    if !lines.is_empty() && !lines.ends_with(b"\n") {
        lines.extend_from_slice(b"\r\n");
    }
    lines.extend_from_slice(b"\r\n");
    lines
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = self.path.iter().map(u32::to_string).collect();
        words.extend(self.text.as_ref().map(|text| match text {
            Text::Header => "HEADER".to_owned(),
            Text::Body => "TEXT".to_owned(),
            Text::Mime => "MIME".to_owned(),
            Text::Fields { names, not } => {
                let quote = |name: &String| match name.bytes().all(is_atom) && !name.is_empty() {
                    true => name.clone(),
                    false => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
                };
                let names = names.iter().map(quote).collect::<Vec<_>>().join(" ");
                format!("HEADER.FIELDS{} ({names})", if *not { ".NOT" } else { "" })
            }
        }));
        formatter.write_str(&words.join("."))
    }
}
