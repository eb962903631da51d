//! The decoded text of a message, worked out when a key first asks for it.

use std::cell::OnceCell;

use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::key::date;
use crate::mailbox::Message;
use crate::mime::{DEEPEST_DECODED, Fields, field};
use crate::stamp::Stamp;

pub(crate) struct Decoded<'a> {
    message: &'a Message,
    /// Lower-case name and value of each field.
    fields: OnceCell<Vec<(String, String)>>,
    body: OnceCell<String>,
}

impl<'a> Decoded<'a> {
    pub fn new(message: &'a Message) -> Self {
        Self { message, fields: OnceCell::new(), body: OnceCell::new() }
    }

    /// Whether a field of that name holds the text, which is in lower case; any field for "".
    pub fn header_contains(&self, name: &str, text: &str) -> bool {
        let fields = self.fields().iter();
        fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .any(|(_, value)| value.contains(text))
    }

    pub fn body_contains(&self, text: &str) -> bool {
        self.body().contains(text)
    }

    pub fn text_contains(&self, text: &str) -> bool {
        let in_field =
            |(name, value): &(String, String)| name.contains(text) || value.contains(text);
        self.fields().iter().any(in_field) || self.body_contains(text)
    }

    pub fn sent_at(&self) -> Option<Stamp> {
        field(self.header(), "Date").and_then(|text| date(&text))
    }

    fn header(&self) -> &[u8] {
        let content = &self.message.content;
        &content.raw[content.structure().header.clone()]
    }

    /// Raw and decoded, so that either form is found.
    fn fields(&self) -> &[(String, String)] {
        self.fields.get_or_init(|| {
            let header = self.header();
            let raw = Fields::of(header).map(|(name, lines)| {
                let value = lines.get(name.len() + 1..).unwrap_or_default();
                let value: Vec<u8> =
                    value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
                (lower(name), lower(value.trim_ascii()))
            });
            let mut fields: Vec<_> = raw.collect();
            if fields.iter().any(|(_, value)| value.contains("=?"))
                && let Some(parsed) = MessageParser::default().parse_headers(header)
            {
                for found in parsed.headers() {
                    let value = decoded_value(found.value());
                    fields.push((found.name().to_lowercase(), value.to_lowercase()));
                }
            }
            fields
        })
    }

    fn body(&self) -> &str {
        self.body.get_or_init(|| {
            let content = &self.message.content;
            if content.structure().depth() > DEEPEST_DECODED {
                return lower(&content.raw[content.structure().body.clone()]);
            }
            let Some(parsed) = MessageParser::default().parse(&*content.raw) else {
                return String::new();
            };
            let mut texts = Vec::new();
            collect_texts(&parsed, &mut texts);
            texts.join("\n").to_lowercase()
        })
    }
}

fn collect_texts(message: &mail_parser::Message<'_>, texts: &mut Vec<String>) {
    for part in &message.parts {
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => texts.push(text.to_string()),
            PartType::Message(inner) => collect_texts(inner, texts),
            _ => texts.extend(part.attachment_name().map(str::to_owned)),
        }
    }
}

fn decoded_value(value: &mail_parser::HeaderValue<'_>) -> String {
    match value {
        mail_parser::HeaderValue::Address(list) => {
            let shown = list.iter().map(|address| {
                let name = address.name().unwrap_or_default();
                format!("{name} <{}>", address.address().unwrap_or_default())
            });
            shown.collect::<Vec<_>>().join(", ")
        }
        mail_parser::HeaderValue::TextList(list) => list.join(" "),
        other => other.as_text().unwrap_or_default().to_owned(),
    }
}

fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_lowercase()
}
