//! Files on their way to the bridge: piece by piece, at most three at a time, on after a cut or a
//! reload. A draft names its files by upload; here is how each of them stands.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

mod course;
mod run;

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use postern_shared::draft::{Enclosed, Source};
use postern_shared::upload::UploadId;

use super::{Stores, transfers};
use crate::browser::files::{Bytes, Stop, shelf};
use crate::browser::random;

pub use course::End;

/// Most files that move at a time; the others wait for their turn.
const MOST_MOVING: usize = 3;
/// How the id of a file begins that the bridge was not told of yet.
const NEW: &str = "new-";

/// Where a file on its way stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its turn, or for word of how much of it is there.
    Waiting,
    /// It moves.
    Moving,
    /// The network is away; it goes on by itself.
    Resting,
    /// It is there, or cannot go on.
    Ended(End),
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id: of the bridge, once that was told of it.
    pub id: UploadId,
    /// The file's name.
    pub name: String,
    /// Its `type/subtype`; may be empty.
    pub content_type: String,
    /// Its bytes.
    pub size: u64,
    /// Bytes that are there.
    pub offset: u64,
    /// Where it stands.
    pub phase: Phase,
}

/// What is held for an upload besides.
struct Held {
    id: UploadId,
    bytes: Option<Bytes>,
    stop: Stop,
    /// The run that moves it; 0 while none does.
    run: u32,
}

thread_local! {
    static ALL: ArcRwSignal<Vec<Upload>> = ArcRwSignal::new(Vec::new());
    static HELD: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

/// How far a draft's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All of them are at the bridge.
    Ready,
    /// Some are on their way.
    Moving,
    /// This one cannot go on.
    Stuck(String),
}

/// How far all files of a draft are; one that nobody asked after is the bridge's to judge.
#[must_use]
pub fn standing(files: &[Enclosed]) -> Standing {
    let uploads = files.iter().filter_map(upload_of).filter_map(get);
    uploads.fold(Standing::Ready, |so_far, upload| match (so_far, upload.phase) {
        (stuck @ Standing::Stuck(_), _) => stuck,
        (so_far, Phase::Ended(End::Done)) => so_far,
        (_, Phase::Ended(_)) => Standing::Stuck(upload.name),
        _ => Standing::Moving,
    })
}

/// The upload that a file of a draft is.
#[must_use]
pub fn upload_of(file: &Enclosed) -> Option<&UploadId> {
    match &file.source {
        Source::Upload(id) => Some(id),
        Source::Part(..) => None,
    }
}

/// An upload, where it is on its way.
#[must_use]
pub fn get(id: &UploadId) -> Option<Upload> {
    let find = |all: &Vec<Upload>| all.iter().find(|known| known.id == *id).cloned();
    ALL.with(|all| all.with(find))
}

impl Stores {
    /// Begins to upload a file; answers what a draft holds of it.
    #[must_use]
    pub fn upload(self, bytes: Bytes) -> Enclosed {
        let digits = random::bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let id = UploadId([NEW, &digits].concat());
        let file = Enclosed {
            name: bytes.name(),
            content_type: bytes.content_type(),
            size: bytes.size(),
            source: Source::Upload(id.clone()),
            content_id: None,
        };
        enter(&file, id, Some(bytes));
        pump(self);
        file
    }

    /// Takes up the files of a draft that was opened: asks how far they are, and goes on.
    pub fn adopt_uploads(self, files: &[Enclosed]) {
        for file in files {
            if let Some(id) = upload_of(file).filter(|id| untrack(|| get(id)).is_none()) {
                enter(file, id.clone(), None);
            }
        }
        pump(self);
    }

    /// The user chose the file again whose bytes were gone; false where it is another file.
    #[must_use]
    pub fn supply_upload(self, id: &UploadId, bytes: Bytes) -> bool {
        if untrack(|| get(id)).is_none_or(|upload| upload.size != bytes.size()) {
            return false;
        }
        held(id, |held| held.bytes = Some(bytes));
        change(id, |upload| upload.phase = Phase::Waiting);
        pump(self);
        true
    }

    /// Gives an upload up, here and at the bridge.
    pub fn drop_upload(self, id: &UploadId) {
        let done = untrack(|| get(id)).is_none();
        leave(id);
        if !done {
            run::give_up(id.clone());
        }
    }

    /// The draft of these files was closed: they rest until it is opened again.
    pub fn rest_uploads(self, files: &[Enclosed]) {
        files.iter().filter_map(upload_of).for_each(leave);
    }
}

fn enter(file: &Enclosed, id: UploadId, bytes: Option<Bytes>) {
    let upload = Upload {
        id: id.clone(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        offset: 0,
        phase: Phase::Waiting,
    };
    HELD.with_borrow_mut(|held| held.push(Held { id, bytes, stop: Stop::new(), run: 0 }));
    ALL.with(|all| all.update(|all| all.push(upload)));
}

/// Forgets an upload that the bridge made use of.
pub(super) fn forget(id: &UploadId) {
    leave(id);
}

/// Forgets an upload here; what is kept on this device stays.
fn leave(id: &UploadId) {
    HELD.with_borrow_mut(|held| {
        held.iter().filter(|held| held.id == *id).for_each(|held| held.stop.now());
        held.retain(|held| held.id != *id);
    });
    ALL.with(|all| all.update(|all| all.retain(|known| known.id != *id)));
}

/// Lets those move whose turn it is.
fn pump(stores: Stores) {
    let waiting =
        |id: &UploadId| untrack(|| get(id)).is_some_and(|upload| upload.phase == Phase::Waiting);
    loop {
        let next = HELD.with_borrow_mut(|held| {
            let moving = held.iter().filter(|held| held.run > 0).count();
            let next = held.iter_mut().find(|held| held.run == 0 && waiting(&held.id))?;
            if moving >= MOST_MOVING {
                return None;
            }
            next.run = RUNS.get() + 1;
            RUNS.set(next.run);
            Some((next.id.clone(), next.run))
        });
        match next {
            Some((id, turn)) => run::begin(stores, id, turn),
            None => return,
        }
    }
}

fn change(id: &UploadId, change: impl FnOnce(&mut Upload)) {
    ALL.with(|all| {
        all.update(|all| {
            if let Some(known) = all.iter_mut().find(|known| known.id == *id) {
                change(known);
            }
        });
    });
}

fn held<T>(id: &UploadId, read: impl FnOnce(&mut Held) -> T) -> Option<T> {
    HELD.with_borrow_mut(|held| held.iter_mut().find(|held| held.id == *id).map(read))
}

/// The bridge was told: from now on the upload goes by its id.
fn rename(stores: Stores, from: &UploadId, to: &UploadId) {
    held(from, |held| held.id = to.clone());
    change(from, |upload| upload.id = to.clone());
    stores.drafts.rename_upload(from, to);
    transfers::rename_upload(from, to);
    let bytes = held(to, |held| held.bytes.clone()).flatten();
    if let Some(bytes) = bytes {
        shelf::put(to.0.clone(), bytes);
    }
    shelf::remove(from.0.clone());
}
