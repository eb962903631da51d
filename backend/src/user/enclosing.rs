//! The files of a draft: where their bytes come from, opened but not read.

use futures_util::TryStreamExt;
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::message::MessageKey;

use super::{Error, User};
use crate::account::Account;
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

impl User {
    /// Everything that travels with a draft: the parts of what it forwards, then its own files.
    /// Uploads are kept at least until then.
    pub(super) async fn files(
        &self,
        account: &Account,
        draft: &Draft,
        until: i64,
    ) -> Result<Vec<Opened>, Error> {
        let mut files = Vec::new();
        if let Origin::Forward { original, sections, .. } = &draft.origin {
            for section in sections {
                files.push(part(account, original, section).await?);
            }
        }
        for enclosed in &draft.attachments {
            let (mut head, bytes) = match &enclosed.source {
                Source::Upload(id) => {
                    let (upload, bytes) = self.uploaded(id, until).await?;
                    let head = PartHead {
                        name: upload.name,
                        content_type: upload.content_type,
                        ..PartHead::default()
                    };
                    (head, bytes)
                }
                Source::Part(key, section) => part(account, key, section).await?,
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
}

/// What the draft says of a file goes before what its source says.
fn named(head: &mut PartHead, enclosed: &Enclosed) {
    if !enclosed.name.is_empty() {
        head.name.clone_from(&enclosed.name);
    }
    head.content_id.clone_from(&enclosed.content_id);
}

async fn part(account: &Account, key: &MessageKey, section: &str) -> Result<Opened, Error> {
    if key.account != account.facts().id {
        return Err(Error::NonExistent);
    }
    let download = account.download(key.clone(), section).await?;
    let head = PartHead {
        name: download.name.clone(),
        content_type: download.content_type.clone(),
        ..PartHead::default()
    };
    Ok((head, content(download.bytes(None).map_err(std::io::Error::other))))
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
