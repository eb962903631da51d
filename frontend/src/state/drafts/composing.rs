//! A draft as the composer holds it, and the one place where it becomes a [`Draft`] and comes back.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::draft::{Draft, DraftOptions, Enclosed, Origin, Source};
use postern_shared::message::{MessageKey, Moved};

use super::answer::Kind;
use super::recipients::{valid, written};

/// A draft as the composer holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composing {
    /// Its number in this tab.
    pub id: u32,
    /// How it came about.
    pub kind: Kind,
    /// The account that sends it.
    pub account: AccountId,
    /// The From header.
    pub from: Address,
    /// The To header.
    pub to: Vec<Address>,
    /// The Cc header.
    pub cc: Vec<Address>,
    /// Gets it without standing in it.
    pub bcc: Vec<Address>,
    /// The Subject header.
    pub subject: String,
    /// What was typed, with the quotation; derived from `html` where there is some.
    pub text: String,
    /// The same as HTML while it is written as rich text; only the editor's frame may take it.
    pub html: Option<String>,
    /// What it answers or passes on.
    pub origin: Origin,
    /// What travels along: files, and pictures that `html` shows.
    pub attachments: Vec<Enclosed>,
    /// What is seldom changed.
    pub options: DraftOptions,
    /// The original's text is on its way.
    pub loading: bool,
    /// The user changed something.
    pub touched: bool,
}

/// Why a draft cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// Nobody gets it.
    NoRecipient,
    /// This is no address.
    NotAnAddress(String),
    /// Files are still being uploaded.
    Uploading,
    /// This file cannot be uploaded.
    NotUploaded(String),
}

impl Composing {
    /// What is to be sent.
    ///
    /// # Errors
    /// See [`Unready`].
    pub fn ready(&self) -> Result<Draft, Unready> {
        let mut all = self.recipients().peekable();
        if all.peek().is_none() {
            return Err(Unready::NoRecipient);
        }
        if let Some(wrong) = all.find(|address| !valid(address)) {
            return Err(Unready::NotAnAddress(written(wrong)));
        }
        Ok(self.draft())
    }

    /// Everybody who gets it.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// The draft as it is kept and sent.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft {
            account: self.account.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            cc: self.cc.clone(),
            bcc: self.bcc.clone(),
            subject: self.subject.clone(),
            text: self.text.clone(),
            origin: self.origin.clone(),
            html: self.html.clone(),
            attachments: self
                .attachments
                .iter()
                .filter(|file| self.travels(file))
                .cloned()
                .collect(),
            options: self.options.clone(),
        }
    }

    /// A kept draft under a number of this tab. Files that the original gives by section only are
    /// enclosed like all others.
    #[must_use]
    pub fn from_draft(id: u32, draft: Draft) -> Self {
        let kind = match &draft.origin {
            Origin::New => Kind::New,
            Origin::Reply { .. } if draft.to.len() + draft.cc.len() > 1 => Kind::ReplyAll,
            Origin::Reply { .. } => Kind::Reply,
            Origin::Forward { .. } => Kind::Forward,
        };
        Self {
            id,
            kind,
            account: draft.account,
            from: draft.from,
            to: draft.to,
            cc: draft.cc,
            bcc: draft.bcc,
            subject: draft.subject,
            text: draft.text,
            html: draft.html,
            origin: draft.origin,
            attachments: draft.attachments,
            options: draft.options,
            loading: false,
            touched: false,
        }
    }

    /// Whether a file goes out: a picture that was taken out of the text does not.
    fn travels(&self, file: &Enclosed) -> bool {
        match (&file.content_id, &self.html) {
            (Some(cid), Some(html)) => html.contains(&["cid:", cid].concat()),
            _ => true,
        }
    }

    /// Files that are shown as such, with their places in `attachments`.
    pub fn files(&self) -> impl Iterator<Item = (usize, &Enclosed)> {
        let shown = |file: &Enclosed| file.content_id.is_none() || self.html.is_none();
        self.attachments.iter().enumerate().filter(move |(_, file)| shown(file))
    }

    /// Messages that it names have new keys.
    pub(super) fn rekey(&mut self, moved: &[Moved]) {
        let follow = |key: &mut MessageKey| {
            let found = moved.iter().find(|moved| moved.from == *key);
            if let Some(to) = found.and_then(|moved| moved.to.clone()) {
                *key = to;
            }
        };
        if let Origin::Reply { original, .. } | Origin::Forward { original, .. } = &mut self.origin
        {
            follow(original);
        }
        for file in &mut self.attachments {
            if let Source::Part(key, _) = &mut file.source {
                follow(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{account, key};

    fn sample() -> Composing {
        let ann = Address { name: "Ann".into(), email: "ann@x.test".into() };
        let file = |content_id: Option<&str>| Enclosed {
            name: "a.png".into(),
            content_type: "image/png".into(),
            size: 9,
            source: Source::Part(key(3), "2".into()),
            content_id: content_id.map(str::to_owned),
        };
        let draft = Draft {
            account: account(),
            from: ann.clone(),
            to: vec![ann],
            cc: vec![],
            bcc: vec![],
            subject: "Tea".into(),
            text: "Now?".into(),
            origin: Origin::Forward {
                original: key(3),
                message_id: "<m@x>".into(),
                references: vec![],
                sections: vec![],
            },
            html: Some("<div>Now?<img src=\"cid:c@x\"></div>".into()),
            attachments: vec![file(None), file(Some("c@x"))],
            options: DraftOptions { message_id: "<d@x>".into(), ..DraftOptions::default() },
        };
        Composing::from_draft(4, draft)
    }

    #[test]
    fn nothing_is_lost_between_the_two_forms() {
        let composing = sample();
        assert_eq!(composing.kind, Kind::Forward);
        assert_eq!(Composing::from_draft(4, composing.draft()), composing);
    }

    #[test]
    fn pictures_in_the_text_are_no_files_unless_the_text_is_plain() {
        let mut composing = sample();
        assert_eq!(composing.files().map(|(at, _)| at).collect::<Vec<_>>(), [0]);
        composing.html = None;
        assert_eq!(composing.files().count(), 2);
    }

    #[test]
    fn a_picture_that_the_text_no_longer_shows_stays_here() {
        let mut composing = sample();
        composing.html = Some("<div>Now?</div>".into());
        assert_eq!(composing.draft().attachments.len(), 1);
    }

    #[test]
    fn a_moved_original_is_followed_by_what_comes_from_it() {
        let mut composing = sample();
        composing.rekey(&[Moved { from: key(3), to: Some(key(8)) }]);
        assert!(
            matches!(&composing.origin, Origin::Forward { original, .. } if *original == key(8))
        );
        assert!(
            composing
                .attachments
                .iter()
                .all(|file| file.source == Source::Part(key(8), "2".into()))
        );
    }
}
