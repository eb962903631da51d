//! An invitation in the open message: how it stands, and answering it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::action::ActionId;
use postern_shared::api::invitations::{AnswerInvitation, ReadInvitation};
use postern_shared::calendar::{Answer, Standing};
use postern_shared::error::CallError;
use postern_shared::message::MessageKey;

use crate::browser::random;
use crate::link::Link;

/// How far an invitation is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// How it stands; none until the bridge said.
    pub standing: Option<Standing>,
    /// The answer that is on its way.
    pub sending: Option<Answer>,
    /// Why the last answer could not be sent.
    pub failed: Option<CallError>,
}

/// The message, the section of the part, and the UID of the event.
type Place = (MessageKey, String, String);

/// One invitation, as its view knows it. Lives as long as the view does.
#[derive(Clone, Copy)]
pub struct Invitation {
    link: Link,
    place: StoredValue<Place>,
    asked: RwSignal<Asked>,
}

impl Invitation {
    /// Asks how the invitation in a part stands.
    #[must_use]
    pub fn open(link: Link, place: Place) -> Self {
        let (key, section, event) = place.clone();
        let asked = RwSignal::new(Asked::default());
        let read = ReadInvitation { key, section, event };
        spawn_local(async move {
            // What cannot be told is not asked for: the card stands without it.
            if let Ok(standing) = link.call(read).await {
                asked.try_update(|asked| asked.standing = Some(standing));
            }
        });
        Self { link, place: StoredValue::new(place), asked }
    }

    /// How far it is known.
    #[must_use]
    pub fn asked(self) -> Signal<Asked> {
        self.asked.into()
    }

    /// Answers, with what the message to the organizer says.
    pub fn answer(self, answer: Answer, subject: String, text: String) {
        if self.asked.with_untracked(|asked| asked.sending.is_some()) {
            return;
        }
        self.asked.update(|asked| {
            asked.sending = Some(answer);
            asked.failed = None;
        });
        let (key, section, event) = self.place.get_value();
        let action = ActionId(random::bytes());
        let call = AnswerInvitation { action, key, section, event, answer, subject, text };
        let Self { link, asked, .. } = self;
        spawn_local(async move {
            let outcome = link.call(call).await;
            asked.try_update(|asked| {
                asked.sending = None;
                match outcome {
                    Ok(standing) => asked.standing = Some(standing),
                    Err(error) => asked.failed = Some(error),
                }
            });
        });
    }
}
