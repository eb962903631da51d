//! What is said of the open message between its header and its body: who sent it, what it wants
//! from elsewhere, what its parts mean.

mod list;
mod receipt;
mod remote;
mod trust;

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::address::Address;
use postern_shared::insight::{Danger, Insight};
use postern_shared::message::{Message, MessageKey};

use super::cards::Cards;
use crate::i18n::{Key, text, text_with};
use crate::ui::icon::{Icon, icon};

use list::List;
use receipt::Asked;
use remote::Remote;
pub use remote::decide;
use trust::Trusted;

/// What is told of a message beyond its text; its flags are no part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The message.
    pub key: MessageKey,
    /// Who it says that it is from.
    pub from: Address,
    /// Its subject.
    pub subject: String,
    /// What the bridge found.
    pub insight: Insight,
    /// Its files: section and name.
    pub files: Vec<(String, String)>,
}

impl About {
    fn new(message: &Message) -> Self {
        let summary = &message.summary;
        let files = message.attachments.iter().map(|it| (it.section.clone(), it.name.clone()));
        Self {
            key: summary.key.clone(),
            from: summary.envelope.from.first().cloned().unwrap_or_default(),
            subject: summary.envelope.subject.clone(),
            insight: insight(message),
            files: files.collect(),
        }
    }
}

/// What the bridge found about a message.
pub fn insight(message: &Message) -> Insight {
    Insight::decode(&message.insight)
}

/// What is told of a message, once it is here.
pub fn about(message: Memo<Option<Arc<Message>>>) -> Memo<Option<Arc<About>>> {
    Memo::new(move |_| message.with(|it| it.as_ref().map(|it| Arc::new(About::new(it)))))
}

/// Everything that is said of a message.
#[component]
pub fn Notes(about: Memo<Option<Arc<About>>>) -> impl IntoView {
    move || {
        about.get().map(|about| {
            view! {
                <div class="notes">
                    <Trusted about=about.clone() />
                    <Dangers about=about.clone() />
                    <List about=about.clone() />
                    <Asked about=about.clone() />
                    <Remote about=about.clone() />
                    <Cards about />
                </div>
            }
        })
    }
}

/// How much something is to be minded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It is as it should be.
    Quiet,
    /// It is good to know.
    Plain,
    /// It deserves a second look.
    Caution,
    /// It is probably meant to deceive.
    Danger,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Quiet => "note is-quiet",
            Self::Plain => "note",
            Self::Caution => "note is-caution",
            Self::Danger => "note is-danger",
        }
    }

    fn shape(self) -> Icon {
        match self {
            Self::Quiet => Icon::Shield,
            Self::Plain => Icon::Mail,
            Self::Caution | Self::Danger => Icon::Warning,
        }
    }
}

/// A sentence, and perhaps what can be done about it.
#[component]
pub fn Note(
    tone: Tone,
    said: String,
    #[prop(optional)] shape: Option<Icon>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=tone.class()>
            {icon(shape.unwrap_or_else(|| tone.shape()))}
            <span class="note-text" dir="auto">{said}</span>
            {children.map(|children| children())}
        </div>
    }
}

/// Files that are not to be opened lightly.
#[component]
fn Dangers(about: Arc<About>) -> impl IntoView {
    let dangers = about.insight.dangers.iter().filter_map(|(section, danger)| {
        let (_, name) = about.files.iter().find(|(known, _)| known == section)?;
        let (tone, said) = danger_of(*danger, name);
        Some(view! { <Note tone said /> })
    });
    dangers.collect_view()
}

/// What is to be minded of a file.
pub fn danger_of(danger: Danger, name: &str) -> (Tone, String) {
    let (tone, key) = match danger {
        Danger::Program => (Tone::Caution, Key::TrustProgram),
        Danger::Disguised => (Tone::Danger, Key::TrustDisguised),
        Danger::Macros => (Tone::Caution, Key::TrustMacros),
    };
    (tone, text_with(key, &[("name", name)]))
}

/// Says so where nothing could be found out.
fn unread(about: &About) -> Option<String> {
    about.insight.failed.then(|| text(Key::TrustFailed))
}
