//! Bringing in what a user uploaded, beside everything else that goes on.

use std::sync::Arc;

use postern_shared::transfer::Stage;
use tokio::runtime::Handle;

use super::bringing::{Bringing, Opener, Sought, Target};
use super::course::End;
use super::file::UploadedFile;
use super::{Detail, detail_of};
use crate::blob::{BlobKey, Blobs};
use crate::db::{Db, transfers, uploads};
use crate::user::uploads::forget;
use crate::user::{Error, User};

/// The upload that is brought in.
struct Uploaded {
    db: Db,
    blobs: Blobs,
    row: Option<uploads::UploadRow>,
}

impl User {
    /// Goes on with an import, or begins it; nothing happens where it is under way.
    pub(super) async fn resume_import(&self, id: &str) -> Result<(), Error> {
        let row = transfers::find(&self.db, self.id, id).await?;
        let mut row = row.ok_or(Error::NonExistent)?;
        let Some(detail @ Detail::In { .. }) = detail_of(&row) else {
            return Err(Error::NonExistent);
        };
        let Detail::In { account, mailbox, upload, skip_known } = detail.clone() else {
            return Err(Error::NonExistent);
        };
        let account = self.account(&account)?;
        let file = self.pieces(&upload).await?;
        let name = row.name.clone();
        let (db, blobs) = (self.db.clone(), self.blobs.clone());
        let upload = Uploaded { row: uploads::find(&db, self.id, &upload).await?, db, blobs };
        // However it ended before, whoever looks now sees that it goes on.
        row.state.stage = super::written(Stage::Waiting);
        let Some(course) = self.course(row, &detail) else { return Ok(()) };
        let target = Target { account, mailbox, skip_known };
        let bringing = Bringing::new(course, target, (name, self.blobs.clone()));
        tokio::spawn(brought(bringing, file, upload));
        Ok(())
    }

    /// Opens an uploaded file; none where it is not there.
    async fn pieces(&self, upload: &str) -> Result<Option<Opener>, Error> {
        let owner = self.id.to_string();
        let piece = |row: &uploads::PieceRow| {
            let key = BlobKey::parse(&owner, &row.blob_key)?;
            Some((row.place.unsigned_abs(), row.size.unsigned_abs(), key))
        };
        let rows = uploads::pieces(&self.db, upload).await?;
        let pieces: Option<Vec<_>> = rows.iter().map(piece).collect();
        let (blobs, runtime) = (self.blobs.clone(), Handle::current());
        Ok(pieces.filter(|all| !all.is_empty()).map(|pieces| {
            let open = move || {
                let file = UploadedFile::new(blobs.clone(), pieces.clone(), runtime.clone());
                Ok(Box::new(file) as Box<dyn Sought>)
            };
            Arc::new(open) as Opener
        }))
    }
}

/// Brings a file in, and keeps how that ended.
async fn brought(mut bringing: Bringing, file: Option<Opener>, upload: Uploaded) {
    let stage = match through(&mut bringing, file, upload).await {
        Ok(()) => Stage::Done,
        Err(End::Stopped) => Stage::Stopped,
        // They come again.
        Err(End::Left) => Stage::Waiting,
        Err(error) => {
            tracing::warn!(%error, "an import was given up");
            Stage::Failed(error.code())
        }
    };
    if let Err(error) = bringing.write(stage).await {
        tracing::error!(%error, "how an import ended could not be kept");
    }
}

async fn through(
    bringing: &mut Bringing,
    file: Option<Opener>,
    upload: Uploaded,
) -> Result<(), End> {
    let Some(file) = file else {
        // It was given up, or is long forgotten; or it was cut off right at its end.
        let total = u64::from(bringing.course.state.total);
        let is_through = total > 0 && bringing.place.position >= total;
        return if is_through { Ok(()) } else { Err(End::NoFile) };
    };
    bringing.run(&file).await?;
    // All of it is in: the file takes no more of the space that the user has for files.
    match &upload.row {
        Some(row) => Ok(forget(&upload.db, &upload.blobs, row).await?),
        None => Ok(()),
    }
}
