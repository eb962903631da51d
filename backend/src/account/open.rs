//! Opening a message: its parts, its text made safe, and what is offered as files.
//!
//! A small message is fetched whole. Of a large one only the text is; attachments wait until
//! somebody asks. Every slice is a piece of work of its own, so that a click elsewhere overtakes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::attachment::Attachment;
use postern_shared::insight::Insight;
use postern_shared::message::{Message, MessageKey};

use super::Account;
use super::cache::Opened;
use super::error::Error;
use super::parts::{parts_of, transfer_size};
use crate::mime::html::Sanitised;
use crate::mime::trust::Reader;
use crate::mime::{Limits, Parsed, Part, attachment, body, embedded, insight, quote};
use crate::readers::{self, Pace};
use crate::store::Opened as Described;

/// Messages up to this size are fetched whole; also the size of a slice.
pub(super) const SLICE: u32 = 256 * 1024;
/// Text of a large message past this many bytes is cut.
const TEXT_LIMIT: u64 = body::TEXT_LIMIT as u64;

impl Account {
    /// Opens a message. Does not set `\Seen`.
    ///
    /// # Errors
    /// `NonExistent` where it is gone or the mailbox's uid_validity is another.
    pub async fn open_message(&self, key: MessageKey, urgency: Urgency) -> Result<Message, Error> {
        let mut message = self.opened(&key, urgency).await?.message.clone();
        if let Some(flags) = self.0.cache.flags(&key) {
            message.summary.flags = flags;
        }
        Ok(message)
    }

    /// A message's body, made safe, and the message; its text read in `charset`, if one is named.
    ///
    /// # Errors
    /// As for `open_message`.
    pub async fn body(
        &self,
        key: &MessageKey,
        charset: Option<&str>,
    ) -> Result<(Sanitised, Message), Error> {
        let opened = self.opened_as(key, charset, Urgency::Now).await?;
        Ok((opened.body.clone(), opened.message.clone()))
    }

    /// A message that was opened before, or is now.
    pub(super) async fn opened(
        &self,
        key: &MessageKey,
        urgency: Urgency,
    ) -> Result<Arc<Opened>, Error> {
        match self.0.cache.get(key) {
            Some(opened) => Ok(opened),
            None => self.opened_as(key, None, urgency).await,
        }
    }

    /// A message that was opened before in the same charset, or is now.
    pub(super) async fn opened_as(
        &self,
        key: &MessageKey,
        charset: Option<&str>,
        urgency: Urgency,
    ) -> Result<Arc<Opened>, Error> {
        let known = || self.0.cache.get(key).filter(|it| it.charset.as_deref() == charset);
        if let Some(opened) = known() {
            return Ok(opened);
        }
        // The page asks for a message and for its body at once: the second waits for the first.
        let _turn = match urgency {
            Urgency::Now => Some(self.0.turns.take(key).await),
            Urgency::Ahead => None,
        };
        if let Some(opened) = known() {
            return Ok(opened);
        }
        let mut found = self.describe(key, urgency).await;
        // What nobody looks at yet is not fetched.
        if urgency == Urgency::Now {
            found = match self.or_fetch_rest(found).await? {
                Some(found) => Ok(found),
                None => self.describe(key, urgency).await,
            };
        }
        let (described, first) = found?;
        let reader = self.0.facts.reader();
        let charset = charset.map(str::to_owned);
        let wanted = Wanted { key: key.clone(), described, charset, reader };
        let opened = match first {
            Some(raw) => read_whole(wanted, raw).await?,
            None => self.read_text(wanted, urgency).await?,
        };
        let opened = Arc::new(opened);
        self.0.cache.put(opened.clone());
        Ok(opened)
    }

    /// What the server says of a message, and all of its bytes if they are few.
    async fn describe(
        &self,
        key: &MessageKey,
        urgency: Urgency,
    ) -> Result<(Described, Option<Bytes>), Error> {
        let key = key.clone();
        self.ask(urgency, move |actor| {
            let key = key.clone();
            async move {
                let mut described = actor.find(&key).await?;
                let connection = actor.store()?;
                // Where the structure cannot be read there is no other way than the whole.
                let whole = described.row.size <= SLICE || described.structure.is_none();
                if !whole {
                    return Ok((described, None));
                }
                let mut raw = match described.beginning.take() {
                    Some(all) if all.end => return Ok((described, Some(all.bytes))),
                    Some(beginning) => BytesMut::from(beginning.bytes),
                    None => BytesMut::new(),
                };
                loop {
                    let offset = raw.len() as u64;
                    let slice = connection.body(key.uid.0, "", offset, SLICE).await?;
                    raw.extend_from_slice(&slice.bytes);
                    if slice.end || raw.len() as u64 > TEXT_LIMIT {
                        return Ok((described, Some(raw.freeze())));
                    }
                }
            }
            .boxed()
        })
        .await
    }

    /// Fetches only what is shown of a large message: its texts, its header and what makes cards.
    async fn read_text(&self, wanted: Wanted, urgency: Urgency) -> Result<Opened, Error> {
        let mut parts = wanted.described.structure.as_ref().map(parts_of).unwrap_or_default();
        if let Some(charset) = &wanted.charset {
            for part in parts.iter_mut().filter(|part| part.content_type.starts_with("text/")) {
                part.charset = Some(charset.clone());
            }
        }
        let display = body::choose(&parts);
        let mut fetched = Vec::new();
        let worth = insight::wanted(&parts, u64::from(SLICE));
        let shown = display.rich.iter().chain(worth.iter().filter(|it| !display.rich.contains(it)));
        for index in shown {
            let section = &parts[*index].section;
            fetched
                .push((*index, self.part_bytes(&wanted.key, section, TEXT_LIMIT, urgency).await?));
        }
        let header = match &wanted.described.beginning {
            Some(beginning) => beginning.bytes.clone(),
            None => self.part_bytes(&wanted.key, "HEADER", SLICE.into(), urgency).await?,
        };
        blocking(move || {
            let shown = |(index, bytes): &(usize, Bytes)| {
                display.rich.contains(index).then(|| (parts[*index].clone(), bytes.clone()))
            };
            let blocks: Vec<(Part, Bytes)> = fetched.iter().filter_map(shown).collect();
            let text = OnceLock::from(text_of_blocks(&blocks));
            let blocks: Vec<(&Part, &Bytes)> =
                blocks.iter().map(|(part, bytes)| (part, bytes)).collect();
            let body = body::render_blocks(&blocks, addresses(&wanted.key, &parts));
            let mut inside = Vec::new();
            for (index, bytes) in &fetched {
                if embedded::may_hold(&parts[*index], bytes) {
                    inside.extend(embedded::files(*index, &parts[*index], bytes));
                }
            }
            let insight = insight::of_parts(&header, &parts, &fetched, &wanted.reader);
            parts.extend(inside.into_iter().map(|file| file.part));
            finish(wanted, Material { parts, parsed: None, body, text, insight })
        })
        .await
    }

    /// The encoded bytes of a part, up to a limit, slice by slice.
    pub(super) async fn part_bytes(
        &self,
        key: &MessageKey,
        section: &str,
        limit: u64,
        urgency: Urgency,
    ) -> Result<Bytes, Error> {
        let mut bytes = BytesMut::new();
        loop {
            let slice = self.slice(key, section, bytes.len() as u64, urgency).await?;
            bytes.extend_from_slice(&slice.bytes);
            if slice.end || bytes.len() as u64 >= limit {
                return Ok(bytes.freeze());
            }
        }
    }
}

/// What is to be opened, and how it is to be read.
struct Wanted {
    key: MessageKey,
    described: Described,
    charset: Option<String>,
    /// What is known before it is looked at.
    reader: Reader,
}

/// Parses and sanitises a message that was fetched whole.
async fn read_whole(wanted: Wanted, raw: Bytes) -> Result<Opened, Error> {
    blocking(move || {
        let charset = wanted.charset.as_deref();
        let parsed: Parsed = crate::mime::parse_as(raw, &Limits::default(), charset);
        let body = body::render(&parsed, addresses(&wanted.key, &parsed.parts));
        let insight = insight::of_message(&parsed, &wanted.reader);
        let (parts, text) = (parsed.parts.clone(), OnceLock::new());
        finish(wanted, Material { parts, parsed: Some(parsed), body, text, insight })
    })
    .await
}

struct Material {
    parts: Vec<Part>,
    parsed: Option<Parsed>,
    body: Sanitised,
    text: OnceLock<String>,
    insight: Insight,
}

fn finish(wanted: Wanted, material: Material) -> Opened {
    let Material { mut parts, parsed, body, text, mut insight } = material;
    let Wanted { key, described, charset, .. } = wanted;
    let offered = settle_types(&mut parts, parsed.as_ref());
    let attachments = attachments(&parts, &offered, &body);
    let dangers = attachments
        .iter()
        .filter_map(|file| Some((file.section.clone(), attachment::danger(&file.name)?)));
    insight.dangers = dangers.collect();
    insight.remote = super::reported::remote_content(&body);
    let summary = super::rows::summary(&key, described.row);
    let message = Message {
        summary,
        references: described.references,
        body: body_token(&key, charset.as_deref()),
        attachments,
        blocked_images: body.blocked_images,
        insight: insight.encode(),
    };
    Opened { message, parts, parsed, body, charset, text, layouts: Mutex::default() }
}

/// Which parts are offered as files; their types are made sure of.
pub(super) fn settle_types(parts: &mut [Part], parsed: Option<&Parsed>) -> Vec<usize> {
    let offered = body::choose(parts).attachments;
    for index in &offered {
        let beginning = parsed.map(|parsed| parsed.beginning(&parts[*index]));
        let (part, beginning) = (&mut parts[*index], beginning.unwrap_or_default());
        let declared = attachment::content_type(&part.content_type);
        part.content_type = attachment::type_of(&declared, part.name.as_deref(), &beginning);
    }
    offered
}

/// The parts that are offered as files; pictures that the body shows in place are marked.
pub(super) fn attachments(parts: &[Part], offered: &[usize], body: &Sanitised) -> Vec<Attachment> {
    let shown = |section: &str| {
        // Of a message inside another the address is longer.
        ['/', '!'].iter().any(|before| body.html.contains(&format!("{before}{section}?inline")))
    };
    let offered = offered.iter().map(|index| &parts[*index]);
    offered
        .map(|part| Attachment {
            section: part.section.clone(),
            name: attachment::name_of(part, parts),
            content_type: part.content_type.clone(),
            size: transfer_size(part),
            inline: part.content_id.is_some() && shown(&part.section),
        })
        .collect()
}

/// Where the pictures of a body are served: relative to the body's own address.
fn addresses(
    key: &MessageKey,
    parts: &[Part],
) -> impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static {
    let sections: HashMap<String, String> = parts
        .iter()
        .filter_map(|part| Some((part.content_id.clone()?, part.section.clone())))
        .collect();
    let key = key.clone();
    move |cid| sections.get(cid).map(|section| address(&key, section))
}

/// Where a body finds a part that it shows.
pub(super) fn address(key: &MessageKey, section: &str) -> String {
    format!("../blob/{}/{section}?inline", key.path())
}

/// A message's name below `/api/body/`: its key, and the charset that somebody wants it read in.
fn body_token(key: &MessageKey, charset: Option<&str>) -> String {
    let token = key.token();
    charset.map_or_else(|| token.clone(), |charset| format!("{token}.{charset}"))
}

fn text_of_blocks(blocks: &[(Part, Bytes)]) -> String {
    let text = |(part, bytes): &(Part, Bytes)| {
        quote::part_text(part, &crate::mime::parse::text_of(part, bytes).0)
    };
    blocks.iter().map(text).collect::<Vec<_>>().join("\n\n")
}

/// Runs what takes CPU time on the readers' threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    readers::read(Pace::Now, work).await.map_err(|_| Error::Panicked)
}
