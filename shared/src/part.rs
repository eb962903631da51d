//! A part of a message, opened in place of being saved.

use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::card::Card;
use crate::envelope::Envelope;
use crate::insight::Danger;

/// Between the section of a message inside a message and a section of its own: `2!1.3`.
pub const INSIDE: char = '!';

/// What a part holds, as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartContent {
    /// Words.
    Text {
        /// They, as many as are shown.
        text: String,
        /// The charset that they were read in, lower case.
        charset: String,
        /// Whether there is no more of it.
        whole: bool,
    },
    /// A page: the path below `/api/body/` of it, made safe.
    Page(String),
    /// A message of its own.
    Message(Box<PartMessage>),
    /// Events or people.
    Cards(Vec<Card>),
}

/// A message inside a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartMessage {
    /// Its headers.
    pub envelope: Envelope,
    /// The path below `/api/body/` of its body, made safe.
    pub body: String,
    /// What it shows as files; their sections are of the message around it.
    pub attachments: Vec<Attachment>,
    /// Those that are not to be opened lightly, by section.
    pub dangers: Vec<(String, Danger)>,
    /// Remote images in it, which are not shown.
    pub blocked_images: u32,
}
