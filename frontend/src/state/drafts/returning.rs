//! Drafts that come back from the outbox.

use leptos::prelude::*;
use postern_shared::draft::{Draft, Enclosed, Source};
use postern_shared::upload::UploadId;

use super::{Composing, Drafts};

impl Drafts {
    /// The bridge was told of a file: whichever draft holds it names it by its new id.
    pub fn rename_upload(self, from: &UploadId, to: &UploadId) {
        for (_, draft) in self.open.get_untracked() {
            let files = |file: &&mut Enclosed| file.source == Source::Upload(from.clone());
            let holds = draft.with_untracked(|draft| {
                draft.attachments.iter().any(|file| file.source == Source::Upload(from.clone()))
            });
            if holds {
                draft.update(|draft| {
                    for file in draft.attachments.iter_mut().filter(files) {
                        file.source = Source::Upload(to.clone());
                    }
                });
                self.keep_soon();
            }
        }
    }

    /// All of a file is at the bridge: the copy in the store can hold it from now on.
    pub fn upload_is_there(self, upload: &UploadId) {
        let is_it = |file: &Enclosed| file.source == Source::Upload(upload.clone());
        for (id, draft) in self.open.get_untracked() {
            if draft.with_untracked(|draft| draft.attachments.iter().any(is_it)) {
                self.changed(id, &draft);
            }
        }
    }

    /// Opens what was taken out of the outbox; answers its number.
    pub fn reopen(self, draft: Draft) -> u32 {
        let back = composing(0, draft);
        // A page that was loaded anew before its copy was gone has opened that.
        if let Some(id) = self.beside(&back) {
            self.edit(id, |open| *open = Composing { id, ..back });
            return id;
        }
        let id = self.fresh_id();
        self.put_changed(Composing { id, ..back });
        id
    }

    /// Keeps what was taken out of the outbox, to be restored by the number that this answers.
    pub fn put_away(self, draft: Draft) -> u32 {
        let id = self.fresh_id();
        self.park(composing(id, draft), None);
        id
    }
}

/// It was worth sending, so it is worth keeping.
fn composing(id: u32, draft: Draft) -> Composing {
    Composing { touched: true, ..Composing::from_draft(id, draft) }
}
