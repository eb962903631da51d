//! The files of a draft: where their bytes come from, opened but not read.

use std::sync::Arc;

use futures_util::TryStreamExt;
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::message::MessageKey;
use postern_shared::upload::Purpose;
use postern_shared::upload::UploadId;
use tokio_util::io::StreamReader;

use super::{Error, User};
use crate::account::{Account, Download};
use crate::submission::{Content, PartHead, content, whole};

/// The media type of a message that is passed on as a file.
const MESSAGE: &str = "message/rfc822";
/// Largest message that is looked at to see whether it can stand as it is, in bytes; a larger one
/// travels encoded.
const LOOKED_AT: usize = 4 << 20;
/// Longest line of a message (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// A file and its bytes.
pub(super) type Opened = (PartHead, Content);

/// How often the files of a draft are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Once: it goes out.
    Once,
    /// With every save of it.
    Again,
}

impl User {
    /// Everything that travels with a draft: the parts of what it forwards, then its own files.
    /// Uploads are kept at least until then.
    pub(super) async fn files(
        &self,
        account: &Account,
        draft: &Draft,
        (until, reading): (i64, Reading),
    ) -> Result<Vec<Opened>, Error> {
        let mut files = Vec::new();
        if let Origin::Forward { original, sections, .. } = &draft.origin {
            for section in sections {
                files.push(self.part(account, (original, section), reading).await?);
            }
        }
        for enclosed in &draft.attachments {
            let (mut head, bytes) = match &enclosed.source {
                Source::Upload(id) => {
                    let (upload, bytes) = self.uploaded(id, (Purpose::Attachment, until)).await?;
                    let head = PartHead {
                        name: upload.name,
                        content_type: upload.content_type,
                        ..PartHead::default()
                    };
                    (head, bytes)
                }
                Source::Part(key, section) => self.part(account, (key, section), reading).await?,
            };
            named(&mut head, enclosed);
            files.push((head, bytes));
        }
        let mut ready = Vec::with_capacity(files.len());
        for (head, bytes) in files {
            ready.push(if head.content_type == MESSAGE {
                as_it_is(head, bytes).await?
            } else {
                (head, bytes)
            });
        }
        Ok(ready)
    }

    /// Takes the files out of a draft that are not here in full: still on their way, or expired.
    pub(super) async fn without_missing(&self, draft: &mut Draft) -> Result<Vec<Enclosed>, Error> {
        let mut missing = Vec::new();
        for file in std::mem::take(&mut draft.attachments) {
            let is_here = match &file.source {
                Source::Upload(id) => self.is_here(id).await?,
                Source::Part(..) => true,
            };
            if is_here { &mut draft.attachments } else { &mut missing }.push(file);
        }
        Ok(missing)
    }

    async fn is_here(&self, id: &UploadId) -> Result<bool, Error> {
        match self.upload(id).await {
            Ok(upload) => Ok(upload.is_complete()),
            Err(Error::NonExistent) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A part of a message of the account; what is read again and again is fetched once.
    async fn part(
        &self,
        account: &Account,
        (key, section): (&MessageKey, &str),
        reading: Reading,
    ) -> Result<Opened, Error> {
        if key.account != account.facts().id {
            return Err(Error::NonExistent);
        }
        let place = (key.clone(), section.to_owned());
        if let Some((head, bytes)) = self.aside.find(&place, self.clock.elapsed()) {
            let bytes = bytes.stream().await?.map_err(std::io::Error::other);
            return Ok((head, content(bytes)));
        }
        let download = account.download(key.clone(), section).await?;
        let head = PartHead {
            name: download.name.clone(),
            content_type: download.content_type.clone(),
            ..PartHead::default()
        };
        if reading == Reading::Once {
            return Ok((head, fetched(&download)));
        }
        let bytes = self.blobs.put_aside(StreamReader::new(fetched(&download))).await?;
        let bytes = Arc::new(bytes);
        self.aside.keep(place, head.clone(), bytes.clone(), self.clock.elapsed());
        Ok((head, content(bytes.stream().await?.map_err(std::io::Error::other))))
    }

    /// The files of a draft's copy are those of the new one.
    pub(super) fn follow_copy(&self, draft: &Draft, to: &MessageKey, sections: &[String]) {
        for (file, section) in draft.attachments.iter().zip(sections) {
            if let Source::Part(key, before) = &file.source
                && Some(key) == draft.options.stored.as_ref()
            {
                let (from, to) = ((key.clone(), before.clone()), (to.clone(), section.clone()));
                self.aside.moved(&from, to);
            }
        }
        self.aside.tidy(self.clock.elapsed());
    }
}

fn fetched(download: &Download) -> Content {
    content(download.bytes(None).map_err(std::io::Error::other))
}

/// What the draft says of a file goes before what its source says.
fn named(head: &mut PartHead, enclosed: &Enclosed) {
    if !enclosed.name.is_empty() {
        head.name.clone_from(&enclosed.name);
    }
    head.content_id.clone_from(&enclosed.content_id);
}

/// A message stands as it is where that is allowed, for then programs show it as one.
async fn as_it_is(mut head: PartHead, mut bytes: Content) -> Result<Opened, Error> {
    let mut start = Vec::new();
    while let Some(slice) = bytes.try_next().await.map_err(crate::blob::Error::Source)? {
        start.extend_from_slice(&slice);
        if start.len() > LOOKED_AT {
            use futures_util::StreamExt;
            return Ok((head, content(whole(start).chain(bytes))));
        }
    }
    let lines = || start.split(|byte| *byte == b'\n');
    let ended = |line: &[u8]| line.last() == Some(&b'\r');
    let count = lines().count();
    head.plain_message = start.is_ascii()
        && !start.contains(&0)
        && lines().all(|line| line.len() <= LONGEST_LINE)
        && lines().take(count - 1).all(ended);
    Ok((head, whole(start)))
}
