//! Invitations: how they stand over all messages about them, and answers to them (RFC 5546).

use postern_shared::address::Address;
use postern_shared::api::invitations::AnswerInvitation;
use postern_shared::api::messages::Urgency;
use postern_shared::calendar::{Answer, Event, EventStatus, Method, Standing};
use postern_shared::draft::{Draft, DraftOptions, Origin};
use postern_shared::message::MessageKey;
use postern_shared::submission::Plan;

use super::submissions::{filing, submission_id};
use super::{Error, User};
use crate::account::{self, Account};
use crate::clock::random;
use crate::db::invitations::{self, EventKey, Known, Told};
use crate::mime::calendar;
use crate::submission::{Order, Stamp, compose_answer};

/// An invitation, read.
struct Asked {
    text: String,
    method: Method,
    event: Event,
    standing: Standing,
    /// Where what is known of it is kept; none where nothing is.
    known_as: Option<EventKey>,
}

impl User {
    /// How an invitation stands. What its message tells of the event is remembered.
    ///
    /// # Errors
    /// `NonExistent`, or the account's.
    pub async fn read_invitation(
        &self,
        key: &MessageKey,
        section: &str,
        event: &str,
    ) -> Result<Standing, Error> {
        Ok(self.asked(key, section, event).await?.standing)
    }

    /// Answers an invitation; the same action again is the same answer.
    ///
    /// # Errors
    /// `Invalid` where nothing is to be answered; as for `submit_message`.
    pub async fn answer_invitation(&self, call: AnswerInvitation) -> Result<Standing, Error> {
        let AnswerInvitation { action, key, section, event, answer, subject, text } = call;
        let asked = self.asked(&key, &section, &event).await?;
        let nothing = Error::Invalid("there is nothing to answer");
        let (Some(from), Some(known_as)) = (asked.standing.attendee, asked.known_as) else {
            return Err(nothing);
        };
        let now = self.clock.unix_ms() / 1000;
        let reply =
            calendar::reply(&asked.text, &asked.event.uid, &from, answer, now).ok_or(nothing)?;
        let account = &self.account(&key.account)?;
        let opened = account.open_message(key.clone(), Urgency::Now).await?;
        let draft = Draft {
            account: key.account.clone(),
            from: from.clone(),
            to: vec![asked.standing.organizer.clone()],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject,
            text,
            origin: Origin::Reply {
                original: key,
                message_id: opened.summary.envelope.message_id,
                references: opened.references,
            },
            html: None,
            attachments: Vec::new(),
            options: DraftOptions::default(),
        };
        let composed =
            compose_answer(&draft, &Stamp { now, zone_minutes: 0, id: random() }, reply)?;
        let order = Order {
            id: submission_id(self.id, action),
            user: self.id,
            account: draft.account,
            subject: draft.subject,
            composed,
            plan: Plan::Now,
            filing: filing(account, &draft.origin),
        };
        self.outbox.accept(order).await?;
        let version = asked.event.sequence;
        let kept = invitations::answer(&self.db, &known_as, name(answer), version).await;
        kept.map_err(account::Error::from)?;
        Ok(Standing { attendee: Some(from), answer, changed: false, ..asked.standing })
    }

    async fn asked(&self, key: &MessageKey, section: &str, uid: &str) -> Result<Asked, Error> {
        let account = &self.account(&key.account)?;
        let (part, text) = account.part_text(key, section).await?;
        let declared = part.param("method").unwrap_or_default();
        let invitation = calendar::read(&text, declared).ok_or(Error::NonExistent)?;
        let method = invitation.method;
        let mut events = invitation.events;
        events.retain(|event| uid.is_empty() || event.uid == uid);
        // A series is answered as a whole, where it is here as a whole.
        let whole = events.iter().position(|event| event.recurrence_id.is_none()).unwrap_or(0);
        let event = events.into_iter().nth(whole).ok_or(Error::NonExistent)?;
        let mut asked =
            Asked { text, method, event, standing: Standing::default(), known_as: None };
        self.stand(account, &mut asked).await?;
        Ok(asked)
    }

    /// Finds out how it stands.
    async fn stand(&self, account: &Account, asked: &mut Asked) -> Result<(), Error> {
        let Asked { method, event, standing, .. } = asked;
        standing.cancelled = *method == Method::Cancel || event.status == EventStatus::Cancelled;
        let Some(organizer) = event.organizer.as_ref().filter(|it| it.email.contains('@')) else {
            return Ok(());
        };
        let (name, email) = (organizer.name.clone(), organizer.email.clone());
        standing.organizer = Address { name, email };
        let own: Vec<Address> = account.facts().identities.confirmed().map(|it| it.from).collect();
        let identities = || own.iter();
        let own = identities().any(|own| own.same_mailbox(&standing.organizer));
        if own || event.uid.is_empty() || !matches!(method, Method::Request | Method::Cancel) {
            return Ok(());
        }
        let invited = |own: &&Address| named(event, own).is_some();
        // Whoever was invited through a list answers as who they are here.
        let Some(who) = identities().find(invited).or_else(|| identities().next()) else {
            return Ok(());
        };
        let key = EventKey {
            user: self.id,
            account: account.facts().id.0.clone(),
            event: event.uid.clone(),
            instance: calendar::instance(event.recurrence_id.as_ref()),
        };
        let told = Told {
            organizer: standing.organizer.email.to_lowercase(),
            sequence: event.sequence,
            cancelled: standing.cancelled,
        };
        let now = self.clock.unix_ms() / 1000;
        let known = invitations::learn(&self.db, &key, &told, now).await;
        let known = known.map_err(account::Error::from)?;
        weigh(standing, &known, &told);
        if known.answer.is_empty() {
            standing.answer = named(event, who).unwrap_or_default();
        }
        if !standing.cancelled && !standing.superseded {
            standing.attendee = Some(who.clone());
        }
        asked.known_as = Some(key);
        Ok(())
    }
}

/// What is known of an event beside what this message tells.
fn weigh(standing: &mut Standing, known: &Known, told: &Told) {
    let same = known.told.organizer == told.organizer;
    standing.superseded = same && known.told.sequence > told.sequence;
    standing.cancelled |= same && known.told.cancelled && known.told.sequence >= told.sequence;
    standing.answer = ANSWERS
        .iter()
        .find(|(_, name)| *name == known.answer)
        .map_or(Answer::NeedsAction, |(answer, _)| *answer);
    standing.changed = !known.answer.is_empty() && told.sequence > known.answered_version;
}

/// What the organizer knows of somebody; none where they are not invited by name.
fn named(event: &Event, who: &Address) -> Option<Answer> {
    let found = event.attendees.iter().find(|it| it.email.eq_ignore_ascii_case(&who.email))?;
    Some(found.answer)
}

/// Answers as they are kept.
const ANSWERS: [(Answer, &str); 3] = [
    (Answer::Accepted, "accepted"),
    (Answer::Declined, "declined"),
    (Answer::Tentative, "tentative"),
];

fn name(answer: Answer) -> &'static str {
    ANSWERS.iter().find(|(known, _)| *known == answer).map_or("", |(_, name)| name)
}
