//! One upload as it goes: asks the course what to do, does it, and tells what came back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::upload::UploadId;

use super::course::{Course, End, Heard, Next};
use super::{NEW, Phase, Upload, change, get, held, pump, rename};
use crate::browser::fetch::{self, Answer};
use crate::browser::files::{Bytes, Stop, shelf};
use crate::browser::timer;
use crate::state::{Stores, base_path, transfers};

/// A piece without an answer for so long is taken for lost, in milliseconds.
const PATIENCE_MS: u32 = 90_000;

/// Sets an upload going.
pub(super) fn begin(stores: Stores, id: UploadId, turn: u32) {
    spawn_local(async move {
        let last = run(stores, id, turn).await;
        if own(&last, turn).is_some() {
            held(&last, |held| held.run = 0);
        }
        pump(stores);
    });
}

/// The upload, as long as this run moves it: it may be given up, or taken up anew by another.
fn own(id: &UploadId, turn: u32) -> Option<Upload> {
    held(id, |held| held.run == turn).filter(|own| *own)?;
    untrack(|| get(id))
}

/// Tells the bridge that nobody wants an upload any more, and forgets what is kept of it.
pub(super) fn give_up(id: UploadId) {
    shelf::remove(id.0.clone());
    if !id.0.starts_with(NEW) {
        // Where that cannot be said, the bridge forgets it by itself after a week.
        spawn_local(async move { drop(fetch::request("DELETE", &path(&id), None).await) });
    }
}

fn path(id: &UploadId) -> String {
    [&base_path(), "api/upload/", &id.0].concat()
}

/// Goes on until it ends or nobody wants it any more; answers the id that it has then.
async fn run(stores: Stores, mut id: UploadId, turn: u32) -> UploadId {
    let Some(upload) = own(&id, turn) else { return id };
    let Some((in_memory, stop)) = held(&id, |held| (held.bytes.clone(), held.stop.clone())) else {
        return id;
    };
    let bytes = match in_memory {
        Some(bytes) => Some(bytes),
        None => shelf::get(&id.0).await,
    };
    held(&id, |held| held.bytes.clone_from(&bytes));
    let mut course = Course::new(upload.size, !id.0.starts_with(NEW));
    loop {
        let Some(upload) = own(&id, turn) else { return id };
        let next = course.next(bytes.is_some());
        show(&id, next);
        let heard = match next {
            Next::End(end) => {
                if end == End::Done {
                    shelf::remove(id.0.clone());
                    stores.drafts.upload_is_there(&id);
                    stores.upload_is_there(&id);
                }
                return id;
            }
            Next::Rest(millis) => {
                keep(&id, bytes.as_ref());
                timer::rest(millis).await;
                course.rested();
                continue;
            }
            Next::Announce => match announce(&upload).await {
                Ok(announced) if own(&id, turn).is_none() => {
                    give_up(announced);
                    return id;
                }
                Ok(announced) => {
                    rename(stores, &id, &announced);
                    id = announced;
                    Heard::Stands(0, 0.0)
                }
                Err(heard) => heard,
            },
            Next::Look => heard(fetch::request("GET", &path(&id), None).await, timer::now()),
            Next::Send(from, to) => send(&id, bytes.as_ref(), (from, to), &stop).await,
        };
        if let (Heard::Stands(offset, _), Some(_)) = (heard, own(&id, turn)) {
            change(&id, |upload| upload.offset = offset);
        }
        course.hear(heard);
    }
}

/// A file that the bridge does not know yet outlives a reload as well.
fn keep(id: &UploadId, bytes: Option<&Bytes>) {
    if let Some(bytes) = bytes.filter(|_| id.0.starts_with(NEW)) {
        shelf::put(id.0.clone(), bytes.clone());
    }
}

fn show(id: &UploadId, next: Next) {
    let phase = match next {
        Next::Announce | Next::Look => Phase::Waiting,
        Next::Send(..) => Phase::Moving,
        Next::Rest(_) => Phase::Resting,
        Next::End(end) => Phase::Ended(end),
    };
    if untrack(|| get(id)).is_some_and(|upload| upload.phase != phase) {
        change(id, |upload| upload.phase = phase);
    }
}

async fn announce(upload: &Upload) -> Result<UploadId, Heard> {
    let (name, content_type) = (fetch::quote(&upload.name), fetch::quote(&upload.content_type));
    let size = upload.size.to_string();
    let purpose = if transfers::is_import(&upload.id) { ",\"purpose\":\"import\"}" } else { "}" };
    let json =
        ["{\"name\":", &name, ",\"content_type\":", &content_type, ",\"size\":", &size, purpose]
            .concat();
    let place = [&base_path(), "api/upload"].concat();
    match fetch::request("POST", &place, Some(&json)).await {
        None => Err(Heard::Nothing),
        Some(answer) if answer.status == 201 => Ok(UploadId(answer.text("id"))),
        Some(answer) => Err(Heard::Status(answer.status)),
    }
}

async fn send(id: &UploadId, bytes: Option<&Bytes>, piece: (u64, u64), stop: &Stop) -> Heard {
    let (from, to) = piece;
    let Some(piece) = bytes.and_then(|bytes| bytes.slice(from, to)) else {
        return Heard::Status(403);
    };
    let place = [&path(id), "?offset=", &from.to_string()].concat();
    let began = timer::now();
    heard(fetch::put(&place, &piece, stop, PATIENCE_MS).await, began)
}

fn heard(answer: Option<Answer>, began: f64) -> Heard {
    match answer {
        None => Heard::Nothing,
        // Truncation is meant: a file's bytes are whole.
        Some(answer) if answer.status == 200 => {
            Heard::Stands(answer.number("offset") as u64, timer::now() - began)
        }
        Some(answer) => Heard::Status(answer.status),
    }
}
