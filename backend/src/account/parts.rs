//! The bytes of a message's parts: described by BODYSTRUCTURE, fetched in slices, decoded on the way.

use bytes::Bytes;
use futures_util::{FutureExt, Stream, stream};
use postern_shared::api::messages::Urgency;
use postern_shared::message::MessageKey;

use super::Account;
use super::error::Error;
use super::open::SLICE;
use crate::mime::part::{Disposition, Flowed};
use crate::mime::{Encoding, Part, TransferDecoder, attachment};
use crate::store::{Slice, Structure};

/// The section that stands for the whole message as it was received.
pub const SOURCE: &str = "source";

/// A part that is being downloaded.
pub struct Download<S> {
    /// A name that is safe to save under.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// The decoded bytes.
    pub bytes: S,
}

impl Account {
    /// Streams one part, decoded, or the whole message for [`SOURCE`].
    ///
    /// # Errors
    /// `NonExistent` for a message or a part that is not there; a failure on the way ends the
    /// stream with an error, never as if it were complete.
    pub async fn download(
        &self,
        key: MessageKey,
        section: &str,
    ) -> Result<Download<impl Stream<Item = Result<Bytes, Error>> + Send + use<>>, Error> {
        let opened = self.opened(&key, Urgency::Now).await?;
        let (part, section) = match section {
            SOURCE => (source(&opened.message.summary.envelope.subject), String::new()),
            other => {
                let found = opened.parts.iter().find(|part| part.section == other);
                (found.cloned().ok_or(Error::NonExistent)?, other.to_owned())
            }
        };
        let name = attachment::file_name(part.name.as_deref(), &part.content_type);
        let content_type = attachment::content_type(&part.content_type);
        let ready = match part.embedded {
            Some(_) => Some(self.embedded_bytes(&key, &opened, &part).await?),
            None => None,
        };
        let state = Progress {
            account: self.clone(),
            key,
            section,
            offset: 0,
            decoder: TransferDecoder::new(part.encoding),
            done: false,
            ready,
        };
        let bytes = stream::try_unfold(state, Progress::next);
        Ok(Download { name, content_type, bytes })
    }

    /// One slice of a part's encoded bytes.
    pub(super) async fn slice(
        &self,
        key: &MessageKey,
        section: &str,
        offset: u64,
        urgency: Urgency,
    ) -> Result<Slice, Error> {
        if urgency == Urgency::Ahead && self.0.lane.is_allowed() {
            let mailbox = key.mailbox.clone();
            let name = self.ask(Urgency::Now, move |actor| {
                let name = actor.name(&mailbox);
                async move { name }.boxed()
            });
            let name = name.await?;
            if let Some(slice) = self.0.lane.slice(&name, key, (section, offset)).await {
                return slice;
            }
        }
        let (key, section) = (key.clone(), section.to_owned());
        self.ask(urgency, move |actor| {
            let (key, section) = (key.clone(), section.clone());
            async move {
                actor.select_for(&key.mailbox, key.uid_validity).await?;
                Ok(actor.imap()?.body(key.uid.0, &section, offset, SLICE).await?)
            }
            .boxed()
        })
        .await
    }
}

/// How far a download has come.
struct Progress {
    account: Account,
    key: MessageKey,
    section: String,
    offset: u64,
    decoder: TransferDecoder,
    done: bool,
    /// All of it, where it came out of another part.
    ready: Option<Bytes>,
}

impl Progress {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        if self.done {
            return Ok(None);
        }
        if let Some(bytes) = self.ready.take() {
            self.done = true;
            return Ok(Some((bytes, self)));
        }
        let slice =
            self.account.slice(&self.key, &self.section, self.offset, Urgency::Ahead).await?;
        self.offset += slice.bytes.len() as u64;
        let mut decoded = self.decoder.push(&slice.bytes);
        if slice.end {
            self.done = true;
            decoded.extend(self.decoder.finish());
        }
        Ok(Some((decoded.into(), self)))
    }
}

/// The whole message as a part.
fn source(subject: &str) -> Part {
    let name = (!subject.is_empty()).then(|| format!("{subject}.eml"));
    Part { content_type: "message/rfc822".to_owned(), name, ..Part::default() }
}

/// The decoded size of a part, estimated where only the encoded one is known.
pub(super) fn transfer_size(part: &Part) -> u64 {
    match (part.encoding, part.span.is_empty()) {
        // BODYSTRUCTURE gives the encoded size: 57 bytes become a line of 76 and CRLF.
        (Encoding::Base64, true) => part.size * 57 / 78,
        _ => part.size,
    }
}

/// The parts of a BODYSTRUCTURE in document order, messages inside not looked into.
pub(super) fn parts_of(structure: &Structure) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(structure, None, &mut parts);
    parts
}

fn collect(structure: &Structure, parent: Option<usize>, parts: &mut Vec<Part>) {
    let own = parts.len();
    parts.push(Part {
        section: structure.section.clone(),
        parent,
        content_type: structure.media_type(),
        charset: structure.param("charset").map(str::to_owned),
        params: structure.params.clone(),
        flowed: Flowed::from_params(structure.param("format"), structure.param("delsp")),
        name: structure.name.clone(),
        disposition: match structure.disposition.as_deref() {
            None => Disposition::Unstated,
            Some("inline") => Disposition::Inline,
            Some(_) => Disposition::Attachment,
        },
        content_id: structure.id.clone(),
        encoding: Encoding::from_name(&structure.encoding),
        size: structure.octets,
        ..Part::default()
    });
    if structure.is_multipart() {
        for child in &structure.children {
            collect(child, Some(own), parts);
        }
    }
}
