//! Pictures in the text: sent to the bridge while they are shown already, and fetched back from the
//! message or upload that they lie in.

use leptos::task::spawn_local;
use leptos::web_sys::Blob;
use postern_shared::draft::{Enclosed, Source};
use postern_shared::upload::UploadId;

use super::Drafts;
use crate::browser::pictures;
use crate::routes::key_path;
use crate::state::base_path;

/// A picture that was put into the text.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its Content-ID.
    pub cid: String,
    /// Its file name; may be empty.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its bytes.
    pub bytes: Blob,
}

impl Drafts {
    /// Sends a picture to the bridge, and lets it travel along; `done` hears whether that went well.
    pub fn enclose(self, id: u32, picture: Picture, done: impl FnOnce(bool) + 'static) {
        let begin = [base_path(), "api/upload".to_owned()].concat();
        spawn_local(async move {
            let Picture { cid, name, kind, bytes } = picture;
            let name = if name.is_empty() { "image".to_owned() } else { name };
            let uploaded = pictures::upload(&begin, &name, &kind, &bytes).await;
            let well = uploaded.is_some();
            if let Some(upload) = uploaded {
                let size = bytes.size() as u64;
                let source = Source::Upload(UploadId(upload));
                let content_id = Some(cid);
                let file = Enclosed { name, content_type: kind, size, source, content_id };
                self.edit(id, |draft| draft.attachments.push(file));
            }
            done(well);
        });
    }
}

/// The bytes of a picture that lies in a message or at the bridge, to be shown in the editor.
pub async fn fetch_part(file: &Enclosed) -> Option<Blob> {
    let path = match &file.source {
        Source::Part(key, section) => {
            [&base_path(), "api/blob/", &key_path(key), "/", section, "?inline"].concat()
        }
        Source::Upload(id) => [&base_path(), "api/upload/", &id.0, "/picture"].concat(),
    };
    pictures::bytes(&path).await
}
