//! Taking messages out: one after the other, while the browser takes the file.
//!
//! What keeps the file from being whole ends it before its end, so that no part is taken for all.

use std::io;

use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use postern_shared::error::ErrorCode;
use postern_shared::transfer::{Form, Stage, TransferId};
use postern_shared::window::{Scope, View, Within};
use tokio::sync::mpsc;

use super::course::End;
use super::making::Making;
use super::outlet::Outlet;
use super::sources::{Source, sources};
use super::{Detail, detail_of};
use crate::mime::attachment;
use crate::user::{Error, User};

/// Pieces of the file that wait for the browser.
pub(super) const WAITING: usize = 4;

/// A file on its way to the browser.
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes; an error where it cannot be whole.
    pub bytes: mpsc::Receiver<io::Result<Bytes>>,
}

impl User {
    /// What the file of a view is called.
    pub(super) async fn export_name(&self, view: &View, form: Form) -> Result<String, Error> {
        let what = match &view.scope {
            Scope::Mailbox(account, id) => {
                let all = self.account(account)?.list_mailboxes().await?;
                all.into_iter().find(|it| it.id == *id).ok_or(Error::NonExistent)?.name
            }
            Scope::Account(account) => self.account(account)?.facts().address.clone(),
            Scope::Role(role) => format!("{role:?}").to_lowercase(),
            Scope::All => "mail".to_owned(),
            Scope::Search { query, within } => {
                if let Within::Mailbox(account, _) | Within::Account(account) = within {
                    self.account(account)?;
                }
                query.clone()
            }
        };
        let now = Timestamp::from_millisecond(self.clock.unix_ms()).unwrap_or_default();
        let day = TimeZone::UTC.to_datetime(now).date();
        let end = if form == Form::Mbox { "mbox" } else { "zip" };
        Ok(attachment::file_name(Some(&format!("{what} {day}.{end}")), "application/octet-stream"))
    }

    /// Begins to make a file; it goes on as it is taken.
    ///
    /// # Errors
    /// `NonExistent`; `Invalid` while it is on its way already.
    pub async fn export(&self, id: &TransferId) -> Result<Export, Error> {
        let mut row = self.transfer_row(id).await?;
        let Some(Detail::Out { view, form }) = detail_of(&row) else {
            return Err(Error::NonExistent);
        };
        let name = row.name.clone();
        (row.state.done, row.state.total, row.state.failed) = (0, 0, 0);
        let detail = Detail::Out { view: view.clone(), form };
        let mut course =
            self.course(row, &detail).ok_or(Error::Invalid("it is on its way already"))?;
        course.enter(Stage::Running).await?;
        let found = match sources(&view, (&self.roster, &self.views)).await {
            Ok(found) => found,
            Err(error) => {
                course.enter(Stage::Failed(ErrorCode::Unavailable)).await?;
                return Err(error);
            }
        };
        let (out, bytes) = mpsc::channel(WAITING);
        let outlet = Outlet::new(form, self.clock.unix_ms() / 1000);
        let making = Making { course, outlet, out, blobs: self.blobs.clone(), headers: 0 };
        tokio::spawn(made(making, found));
        let content_type = if form == Form::Mbox { "application/mbox" } else { "application/zip" };
        Ok(Export { name, content_type, bytes })
    }
}

/// Makes a file, and keeps how that ended.
async fn made(mut making: Making, sources: Vec<Source>) {
    let stage = match making.run(sources).await {
        Ok(()) => Stage::Done,
        Err(End::Left | End::Stopped) => Stage::Stopped,
        Err(error) => {
            tracing::warn!(%error, "an export was given up");
            Stage::Failed(error.code())
        }
    };
    if stage != Stage::Done {
        let _ = making.out.send(Err(io::Error::other("it was given up"))).await;
    }
    if let Err(error) = making.course.enter(stage).await {
        tracing::error!(%error, "how an export ended could not be kept");
    }
}
