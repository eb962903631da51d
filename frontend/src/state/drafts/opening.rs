//! Opening drafts: new ones, replies and forwards.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::api::messages::{OpenMessage, QuoteMessage, Urgency};
use postern_shared::attachment::Attachment;
use postern_shared::draft::{Draft, DraftOptions, Enclosed, Origin, Source};
use postern_shared::error::CallError;
use postern_shared::identity::Identity;
use postern_shared::message::{Message, MessageKey, MessageSummary, Quote};

use super::answer::{self, Kind, Labels};
use super::mailto::Mailto;
use super::quoting::{Heading, Quoted};
use super::recipients::written;
use super::rich;
use super::signing::Signature;
use super::writing::Writing;
use super::{Composing, Drafts};
use crate::i18n::{Key, error_text, full_date, text, text_with};
use crate::state::messages::Opened;

impl Drafts {
    /// Opens an empty draft; answers its number, or none where no account can send.
    pub fn compose(self) -> Option<u32> {
        self.compose_to(Mailto::default())
    }

    /// Opens a draft with what a link asks for.
    pub fn compose_to(self, wanted: Mailto) -> Option<u32> {
        let Mailto { to, cc, bcc, subject, body } = wanted;
        let identities = untrack(|| self.needed.accounts.identities());
        let (account, identity) = identities.into_iter().next()?;
        let id = self.fresh_id();
        let signature = Signature::of(&identity);
        let html = Writing::kept().rich.then(|| rich::from_text(&body) + &signature.with_html(""));
        let text = body + &signature.with_text("");
        let draft = blank(account, identity.from);
        let draft = Draft { to, cc, bcc, subject, text, html, ..draft };
        self.put(Composing::from_draft(id, draft));
        Some(id)
    }

    /// Opens an answer to the mailing list that a message came through.
    pub fn answer_list(self, original: &MessageSummary, list: &str) -> Option<u32> {
        let id = self.answer(original, Kind::Reply)?;
        let list = Address { name: String::new(), email: list.to_owned() };
        untrack(|| self.get(id))?.update(|draft| draft.to = vec![list]);
        Some(id)
    }

    /// Opens a draft that passes a message on as a file, unchanged.
    pub fn forward_whole(self, original: &MessageSummary) -> Option<u32> {
        let account = original.key.account.clone();
        let identity = self.own(&account).into_iter().next()?;
        let subject = answer::subject(Kind::Forward, &original.envelope.subject);
        let signature = Signature::of(&identity);
        let text = signature.with_text("");
        let html = Writing::kept().rich.then(|| rich::EMPTY.to_owned() + &signature.with_html(""));
        let origin = origin(original, Kind::Forward, Vec::new());
        let attachments = vec![whole(original)];
        let draft = blank(account, identity.from);
        let draft = Draft { subject, text, html, origin, attachments, ..draft };
        let id = self.fresh_id();
        self.put(Composing::from_draft(id, draft));
        Some(id)
    }

    /// Opens a draft that passes one file of a message on.
    pub fn forward_file(self, key: &MessageKey, file: &Attachment) -> Option<u32> {
        let account = key.account.clone();
        let identity = self.own(&account).into_iter().next()?;
        let id = self.fresh_id();
        let draft = Draft {
            subject: answer::subject(Kind::Forward, &file.name),
            text: Signature::of(&identity).with_text(""),
            attachments: vec![enclosed(key, file)],
            ..blank(account, identity.from)
        };
        let kind = Kind::Forward;
        self.put(Composing { kind, ..Composing::from_draft(id, draft) });
        Some(id)
    }

    /// Opens an answer to a message at once; its quotation follows as soon as it is here.
    pub fn answer(self, original: &MessageSummary, kind: Kind) -> Option<u32> {
        let account = original.key.account.clone();
        let identities = self.own(&account);
        let own: Vec<Address> = identities.iter().map(|identity| identity.from.clone()).collect();
        let identity = identities.get(answer::identity(&original.envelope, &own)?)?.clone();
        let (to, cc) = answer::recipients(kind, &original.envelope, &own);
        let id = self.fresh_id();
        let subject = answer::subject(kind, &original.envelope.subject);
        let origin = origin(original, kind, Vec::new());
        let html = Writing::kept().rich.then(|| rich::EMPTY.to_owned());
        let draft =
            Draft { to, cc, subject, html, origin, ..blank(account, identity.from.clone()) };
        self.put(Composing { kind, loading: true, ..Composing::from_draft(id, draft) });
        let original = original.clone();
        spawn_local(async move { self.quote(id, original, kind, identity).await });
        Some(id)
    }

    async fn quote(self, id: u32, original: MessageSummary, kind: Kind, identity: Identity) {
        let key = original.key.clone();
        let quote = self.link.call(QuoteMessage { key }).await;
        let message = self.whole(&original).await;
        if let Err(error) = quote.as_ref().map(drop).and(message.as_ref().map(drop)) {
            self.complain(error);
        }
        let Some(draft) = untrack(|| self.get(id)) else { return };
        let own = self.own(&original.key.account);
        let first = identity.from.clone();
        draft.update(|draft| {
            // Another may have been chosen meanwhile.
            let mut identity = match own.iter().find(|one| one.from == draft.from) {
                Some(chosen) => chosen.clone(),
                None => identity,
            };
            let quoted = match &quote {
                Ok(quote) => {
                    let kept = draft.from == first;
                    let reached = reached(&original, &quote.delivered_to, &own);
                    if let Some(reached) = reached.filter(|_| kept) {
                        draft.from = reached.from.clone();
                        identity = reached;
                    }
                    Quoted::new(quote, &heading(quote, &original, kind))
                }
                Err(_) => Quoted::default(),
            };
            // What was typed meanwhile stays.
            quoted.arrange(draft, &Signature::of(&identity), Writing::kept().quoting);
            draft.loading = false;
            if let Ok(message) = message {
                let files = message.attachments.iter().filter(|file| !file.inline);
                let files = files.map(|file| enclosed(&original.key, file));
                draft.attachments =
                    if kind == Kind::Forward { files.collect() } else { Vec::new() };
                draft.origin = origin(&original, kind, message.references);
            }
            // Pictures that the quotation shows travel with it.
            if let (Ok(quote), Some(html)) = (quote, &draft.html) {
                let shown = |file: &Enclosed| html.contains(&named(file));
                draft.attachments.extend(quote.pictures.into_iter().filter(shown));
            }
        });
    }

    /// What mail of an account may be sent as, the default first.
    fn own(self, account: &AccountId) -> Vec<Identity> {
        let all = untrack(|| self.needed.accounts.identities());
        all.into_iter().filter(|(of, _)| of == account).map(|(_, identity)| identity).collect()
    }

    async fn whole(self, original: &MessageSummary) -> Result<Message, CallError> {
        let known = untrack(|| self.needed.messages.get(&original.key));
        match known {
            Some(Opened::Ready(message)) => Ok((*message).clone()),
            _ => {
                let key = original.key.clone();
                self.link.call(OpenMessage { key, urgency: Urgency::Now }).await
            }
        }
    }

    fn complain(self, error: &CallError) {
        let reason = error_text(error);
        self.needed.toasts.complain(text_with(Key::ComposeQuoteFailed, &[("reason", &reason)]));
    }

    /// Leaves out what travels along at a place.
    pub fn drop_attachment(self, id: u32, at: usize) {
        self.edit(id, |draft| {
            if at < draft.attachments.len() {
                draft.attachments.remove(at);
            }
        });
    }
}

/// A message as a file, named by its subject.
fn whole(original: &MessageSummary) -> Enclosed {
    let plain = |letter: char| {
        if letter.is_control() || "/\\:*?\"<>|".contains(letter) { ' ' } else { letter }
    };
    let name: String = original.envelope.subject.chars().map(plain).take(80).collect();
    let name = if name.trim().is_empty() { "message" } else { name.trim() };
    Enclosed {
        name: [name, ".eml"].concat(),
        content_type: "message/rfc822".to_owned(),
        size: original.size.into(),
        source: Source::Part(original.key.clone(), "source".to_owned()),
        content_id: None,
    }
}

/// A draft with nothing in it.
fn blank(account: AccountId, from: Address) -> Draft {
    Draft {
        account,
        from,
        to: Vec::new(),
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: String::new(),
        text: String::new(),
        origin: Origin::New,
        html: None,
        attachments: Vec::new(),
        options: DraftOptions::default(),
    }
}

/// A file of a message, to be passed on from where it lies.
fn enclosed(of: &MessageKey, file: &Attachment) -> Enclosed {
    Enclosed {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        source: Source::Part(of.clone(), file.section.clone()),
        content_id: None,
    }
}

fn origin(original: &MessageSummary, kind: Kind, references: Vec<String>) -> Origin {
    let message_id = original.envelope.message_id.clone();
    let original = original.key.clone();
    match kind {
        Kind::New => Origin::New,
        Kind::Reply | Kind::ReplyAll => Origin::Reply { original, message_id, references },
        Kind::Forward => Origin::Forward { original, message_id, references, sections: Vec::new() },
    }
}

/// How HTML names a picture.
fn named(file: &Enclosed) -> String {
    ["cid:", file.content_id.as_deref().unwrap_or("\0")].concat()
}

/// The identity that only the servers' own notes say that it was sent to.
fn reached(original: &MessageSummary, delivered: &[String], own: &[Identity]) -> Option<Identity> {
    let envelope = &original.envelope;
    let named = envelope.to.iter().chain(&envelope.cc).chain(&envelope.from);
    let is_named = |one: &Identity| named.clone().any(|known| known.same_mailbox(&one.from));
    if own.iter().any(is_named) {
        return None;
    }
    let at = |one: &&Identity| delivered.iter().any(|it| it.eq_ignore_ascii_case(&one.from.email));
    own.iter().find(at).cloned()
}

fn heading(quote: &Quote, original: &MessageSummary, kind: Kind) -> Heading {
    match kind {
        Kind::Forward => Heading::Forward(labels(original)),
        _ => Heading::Reply(attribution(quote)),
    }
}

fn attribution(quote: &Quote) -> String {
    let name = quote.from.first().map(written).unwrap_or_default();
    let date = quote.sent_at.map(|seconds| full_date(seconds as f64 * 1000.0)).unwrap_or_default();
    text_with(Key::ComposeQuoteIntro, &[("date", &date), ("name", &name)])
}

fn labels(original: &MessageSummary) -> Labels {
    let list = |list: &[Address]| list.iter().map(written).collect::<Vec<_>>().join(", ");
    let envelope = &original.envelope;
    let sent_at = envelope.sent_at.unwrap_or(original.received_at);
    Labels {
        intro: text(Key::ComposeForwardIntro),
        headers: vec![
            (text(Key::MessageFrom), list(&envelope.from)),
            (text(Key::MessageDate), full_date(sent_at as f64 * 1000.0)),
            (text(Key::ComposeSubject), envelope.subject.clone()),
            (text(Key::MessageTo), list(&envelope.to)),
            (text(Key::MessageCc), list(&envelope.cc)),
        ],
    }
}
