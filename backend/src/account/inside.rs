//! Parts opened in place of being saved: words, pages, events, people, and messages of their own.
//!
//! What a message inside a message holds has a section behind `!`, such as `2!1.3`: the message
//! around it is asked for the one, that for the other, however deep. Only what was opened last is
//! kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use postern_shared::api::messages::Urgency;
use postern_shared::attachment::{Attachment, Look, look};
use postern_shared::envelope::Envelope;
use postern_shared::message::MessageKey;
use postern_shared::part::{INSIDE, PartContent, PartMessage};

use super::Account;
use super::error::Error;
use super::open::{attachments, blocking, settle_types};
use crate::mime::html::Sanitised;
use crate::mime::transfer::decode;
use crate::mime::{Limits, Parsed, Part, attachment, body, card, parse};
use crate::store;

/// Encoded bytes of a text that are looked at.
const WORDS: usize = 512 << 10;
/// Encoded bytes of a message or a page past which it is only saved.
const WHOLE: usize = 16 << 20;
/// Messages inside one another that are looked into.
const DEPTH: usize = 20;

/// A message or a page inside a message.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The message; none for a page.
    parsed: Option<Parsed>,
    /// Its parts, those that it shows as files with their true types.
    pub parts: Vec<Part>,
    /// What it shows as files, by sections of its own.
    files: Vec<Attachment>,
    body: Sanitised,
}

/// What was opened last.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(MessageKey, String, Arc<Inside>)>>);

impl Kept {
    /// It, if it is this one.
    fn get(&self, key: &MessageKey, section: &str) -> Option<Arc<Inside>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.as_ref().filter(|(of, at, _)| of == key && at == section);
        found.map(|(_, _, inside)| inside.clone())
    }

    /// Keeps it in the place of the one before.
    fn put(&self, key: &MessageKey, section: &str, inside: &Arc<Inside>) {
        let kept = (key.clone(), section.to_owned(), inside.clone());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

impl Account {
    /// Opens a part that is shown in place of being saved.
    ///
    /// # Errors
    /// `NonExistent` for a message or a part that is not there; `Unsupported` for what is not shown
    /// so; `Limit` for a message that is too large.
    pub async fn open_part(&self, key: &MessageKey, section: &str) -> Result<PartContent, Error> {
        let (part, _) = self.part_at(key, section).await?;
        match look(&part.content_type, &name(&part)) {
            Look::Text => self.words(key, section).await,
            Look::Calendar | Look::Contact => {
                let (part, bytes, _) = self.encoded(key, section, body::TEXT_LIMIT).await?;
                let cards = blocking(move || card::of_part(&part, &bytes)).await?;
                match cards.is_empty() {
                    // What cannot be understood can still be read.
                    true => self.words(key, section).await,
                    false => Ok(PartContent::Cards(cards)),
                }
            }
            Look::Page => {
                self.inside(key, section).await?;
                Ok(PartContent::Page(address(key, section)))
            }
            Look::Message => {
                let inside = self.inside(key, section).await?;
                Ok(PartContent::Message(Box::new(inside.told(key, section))))
            }
            Look::Picture | Look::Sound | Look::Film | Look::Pdf | Look::Not => {
                Err(store::Error::Unsupported("the part is no text").into())
            }
        }
    }

    /// The body of a page or a message inside a message, made safe.
    ///
    /// # Errors
    /// As for `open_part`.
    pub async fn part_body(&self, key: &MessageKey, section: &str) -> Result<Sanitised, Error> {
        let (part, _) = self.part_at(key, section).await?;
        match look(&part.content_type, &name(&part)) {
            Look::Page | Look::Message => Ok(self.inside(key, section).await?.body.clone()),
            _ => Err(Error::NonExistent),
        }
    }

    async fn words(&self, key: &MessageKey, section: &str) -> Result<PartContent, Error> {
        let (part, bytes, whole) = self.encoded(key, section, WORDS).await?;
        let reading = blocking(move || parse::read_of(&part, &bytes).0).await?;
        Ok(PartContent::Text { text: reading.text, charset: reading.charset, whole })
    }

    /// A message or a page inside a message, read.
    pub(super) async fn inside(
        &self,
        key: &MessageKey,
        section: &str,
    ) -> Result<Arc<Inside>, Error> {
        if let Some(kept) = self.0.cache.inside().get(key, section) {
            return Ok(kept);
        }
        let (part, bytes, whole) = self.encoded(key, section, WHOLE).await?;
        if !whole {
            return Err(Error::Limit("a message inside a message"));
        }
        let base = format!("../../blob/{}/{section}{INSIDE}", key.path());
        let inside = Arc::new(blocking(move || Inside::read(&part, &bytes, base)).await?);
        self.0.cache.inside().put(key, section, &inside);
        Ok(inside)
    }

    /// A part and its first encoded bytes, and whether these are all.
    pub(super) async fn encoded(
        &self,
        key: &MessageKey,
        section: &str,
        limit: usize,
    ) -> Result<(Part, Bytes, bool), Error> {
        let (part, held) = self.part_at(key, section).await?;
        let bytes = match held {
            Some(bytes) => bytes,
            // One more than is wanted tells whether there is more.
            None => self.part_bytes(key, section, limit as u64 + 1, Urgency::Now).await?,
        };
        let whole = bytes.len() <= limit;
        Ok((part, bytes.slice(..bytes.len().min(limit)), whole))
    }

    /// A part, by its section in the message or in one inside; its encoded bytes, if they are held.
    async fn part_at(
        &self,
        key: &MessageKey,
        section: &str,
    ) -> Result<(Part, Option<Bytes>), Error> {
        if let Some((outer, inner)) = section.rsplit_once(INSIDE) {
            let (part, bytes) = self.part_inside(key, outer, inner).await?;
            return Ok((part, Some(bytes)));
        }
        let opened = self.opened(key, Urgency::Now).await?;
        let found = opened.parts.iter().find(|part| part.section == section);
        let part = found.cloned().ok_or(Error::NonExistent)?;
        let held = match (&opened.parsed, part.embedded) {
            (Some(parsed), _) => Some(parsed.encoded(&part)),
            (None, Some(_)) => Some(self.embedded_bytes(key, &opened, &part).await?),
            (None, None) => None,
        };
        Ok((part, held))
    }

    /// A part of the message in the part `outer`, and its encoded bytes.
    pub(super) async fn part_inside(
        &self,
        key: &MessageKey,
        outer: &str,
        inner: &str,
    ) -> Result<(Part, Bytes), Error> {
        if outer.matches(INSIDE).count() >= DEPTH {
            return Err(Error::Limit("messages inside one another"));
        }
        let inside = Box::pin(self.inside(key, outer)).await?;
        let parsed = inside.parsed.as_ref().ok_or(Error::NonExistent)?;
        let found = inside.parts.iter().find(|part| part.section == inner);
        let part = found.cloned().ok_or(Error::NonExistent)?;
        let bytes = parsed.encoded(&part);
        Ok((Part { section: within(outer, inner), ..part }, bytes))
    }
}

impl Inside {
    /// Reads it; pictures of its own are served below `base`.
    fn read(part: &Part, encoded: &Bytes, base: String) -> Self {
        if look(&part.content_type, &name(part)) == Look::Page {
            let body = body::render_blocks(&[(part, encoded)], |_: &str| None);
            return Self { body, ..Self::default() };
        }
        let raw = decode(encoded, part.encoding).0;
        let parsed = parse(raw, &Limits::default());
        let named = |part: &Part| Some((part.content_id.clone()?, part.section.clone()));
        let sections: HashMap<String, String> = parsed.parts.iter().filter_map(named).collect();
        let sections = Arc::new(sections);
        let body = body::render(&parsed, move |cid: &str| {
            sections.get(cid).map(|section| format!("{base}{section}?inline"))
        });
        let mut parts = parsed.parts.clone();
        let offered = settle_types(&mut parts, Some(&parsed));
        let files = attachments(&parts, &offered, &body);
        Self { parsed: Some(parsed), parts, files, body }
    }

    /// What is told of a message.
    fn told(&self, key: &MessageKey, section: &str) -> PartMessage {
        let headers = self.parsed.as_ref().map(|it| it.headers.clone()).unwrap_or_default();
        let file = |file: &Attachment| Attachment {
            section: within(section, &file.section),
            ..file.clone()
        };
        let attachments: Vec<Attachment> = self.files.iter().map(file).collect();
        let danger =
            |file: &Attachment| Some((file.section.clone(), attachment::danger(&file.name)?));
        PartMessage {
            dangers: attachments.iter().filter_map(danger).collect(),
            envelope: Envelope {
                sent_at: headers.sent_at,
                subject: headers.subject,
                from: headers.from,
                sender: headers.sender,
                reply_to: headers.reply_to,
                to: headers.to,
                cc: headers.cc,
                ..Envelope::default()
            },
            body: address(key, section),
            attachments,
            blocked_images: self.body.blocked_images,
        }
    }
}

fn name(part: &Part) -> String {
    attachment::file_name(part.name.as_deref(), &part.content_type)
}

/// The section, for those outside, of a part of a message inside.
fn within(outer: &str, inner: &str) -> String {
    format!("{outer}{INSIDE}{inner}")
}

/// Where a body is, below `/api/body/`.
fn address(key: &MessageKey, section: &str) -> String {
    format!("{}/{section}", key.token())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &[u8] = b"From: Zo\xc3\xab <zoe@a.test>\nSubject: =?utf-8?Q?Tea=20=E8=8C=B6?=\n\
        Content-Type: multipart/related; boundary=e\n\n--e\nContent-Type: text/html\n\n\
        <p>Hello <img src=cid:1><img src='https://a.test/x.png' width=90>\n--e\n\
        Content-Type: image/png\nContent-ID: <1>\n\nx\n--e\n\
        Content-Disposition: attachment; filename=a.pdf.exe\n\nMZ\n--e--\n";

    fn part(content_type: &str) -> Part {
        Part { section: "2".into(), content_type: content_type.into(), ..Part::default() }
    }

    #[test]
    fn a_message_inside_is_told_with_sections_of_the_message_around_it() {
        let base = "../../blob/a/m/7-9/2!".to_owned();
        let inside = Inside::read(&part("message/rfc822"), &Bytes::from_static(LETTER), base);
        assert!(inside.body.html.contains("../../blob/a/m/7-9/2!2?inline"), "{:?}", inside.body);
        let key = MessageKey {
            account: postern_shared::account::AccountId("a".into()),
            mailbox: postern_shared::mailbox::MailboxId("m".into()),
            uid_validity: postern_shared::uid::UidValidity(7),
            uid: postern_shared::uid::Uid(9),
        };
        let told = inside.told(&key, "2");
        assert_eq!((told.body.as_str(), told.blocked_images), ("a.m.7-9/2", 1));
        assert_eq!(told.envelope.subject, "Tea 茶");
        let files: Vec<_> = told.attachments.iter().map(|it| (&*it.section, it.inline)).collect();
        assert_eq!(files, [("2!2", true), ("2!3", false)]);
        assert_eq!(told.dangers.len(), 1, "{:?}", told.dangers);
    }

    #[test]
    fn a_page_is_made_safe() {
        let page = Bytes::from_static(b"<p onclick=x>Hi<script>1</script>");
        let inside = Inside::read(&part("text/html"), &page, String::new());
        assert!(inside.body.html.contains("Hi"));
        assert!(!inside.body.html.contains("onclick") && !inside.body.html.contains("script"));
    }
}
