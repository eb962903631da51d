//! `/api/blob/{account}/{mailbox}/{uidvalidity}-{uid}/zip`: every attachment of a message at once.
//!
//! One file after the other is read and packed while the browser takes it. What fails on the way
//! ends the answer before its end, so that the browser keeps no half of an archive as a whole one.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use postern_shared::api::messages::Urgency;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::message::MessageKey;

use super::{disposition, header, headers, whole};
use crate::AppState;
use crate::bundle::zip::{Archive, distinct, level};
use crate::error::Failure;
use crate::middleware::auth::SignedIn;
use crate::mime::attachment;
use crate::routes::message;
use crate::user::User;

type Content = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Streams the archive.
pub(in crate::routes) async fn serve(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    Path((account, mailbox, numbers)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let key =
        message::key(&account, &mailbox, &numbers).ok_or(Failure::from(ErrorCode::NonExistent))?;
    let user = state.users.enter(&session);
    let opened = user.open_message(key.clone(), Urgency::Now).await.map_err(CallError::from)?;
    let files: Vec<_> = opened.attachments.into_iter().filter(|file| !file.inline).collect();
    if files.is_empty() {
        return Err(ErrorCode::NonExistent.into());
    }
    let subject = &opened.summary.envelope.subject;
    let declared = (!subject.is_empty()).then(|| format!("{subject}.zip"));
    let name = attachment::file_name(declared.as_deref(), "application/zip");
    let names = distinct(files.iter().map(|file| file.name.clone()));
    let packing = Packing {
        user,
        key,
        files: files.into_iter().map(|file| file.section).zip(names).collect(),
        archive: Archive::new(opened.summary.received_at),
        content: None,
        ended: false,
    };
    let bytes = stream::try_unfold(packing, Packing::next);
    let kind = header("application/zip")?;
    let headers = headers(kind, header(&disposition(false, &name))?);
    Ok((headers, Body::from_stream(whole(bytes))).into_response())
}

/// How far an archive has come.
struct Packing {
    user: Arc<User>,
    key: MessageKey,
    /// Sections and names that are still to come.
    files: VecDeque<(String, String)>,
    archive: Archive,
    /// The file that is being packed.
    content: Option<Content>,
    ended: bool,
}

impl Packing {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.ended {
            return Ok(None);
        }
        let packed = match &mut self.content {
            Some(content) => match content.next().await {
                Some(slice) => self.archive.bytes(&slice?)?,
                None => {
                    self.content = None;
                    self.archive.end()?
                }
            },
            None => match self.files.pop_front() {
                Some((section, name)) => self.begin(&section, name).await?,
                None => {
                    self.ended = true;
                    self.archive.finish()?
                }
            },
        };
        Ok(Some((packed.into(), self)))
    }

    async fn begin(&mut self, section: &str, name: String) -> io::Result<Vec<u8>> {
        let found = self.user.download(self.key.clone(), section).await;
        let download = found.map_err(io::Error::other)?;
        let begun = self.archive.begin(name, level(&download.content_type))?;
        let content = download.bytes(None).map(|slice| slice.map_err(io::Error::other));
        self.content = Some(Box::pin(content));
        Ok(begun)
    }
}
