//! A sample of what a message tells beyond its text, with every noun in it.

use super::samples::{address, remote_contents};
use crate::calendar::{
    Answer, Attendee, Event, EventStatus, Frequency, Invitation, Method, Moment, Recurrence,
};
use crate::card::{
    AbuseReport, Card, CardContent, Contact, DeliveryAction, DeliveryReport, DeliveryStatus,
    Disposition, DispositionReport, ExternalBody, Original, PartialMessage,
};
use crate::insight::{Danger, Insight, ReceiptRequest};
use crate::list::{MailingList, Unsubscribe};
use crate::trust::{Authentication, Check, Finding, Protection, Standing, Trust, Via, Warning};

/// Every noun once.
pub(super) fn sample() -> Insight {
    let card = |content| Card { section: "2".into(), content };
    Insight {
        trust: trust(),
        cards: [reports(), others()].concat().into_iter().map(card).collect(),
        list: Some(MailingList {
            id: "talk.example.test".into(),
            name: "Talk".into(),
            post: Some("talk@example.test".into()),
            unsubscribe: vec![
                Unsubscribe::OneClick("https://example.test/u".into()),
                Unsubscribe::Page("https://example.test/p".into()),
                Unsubscribe::Mail {
                    to: "u@example.test".into(),
                    subject: "u".into(),
                    body: "".into(),
                },
            ],
            archive: None,
            help: Some("https://example.test/h".into()),
        }),
        charset: "gb18030".into(),
        charset_guessed: true,
        dangers: vec![
            ("2".into(), Danger::Program),
            ("3".into(), Danger::Disguised),
            ("4".into(), Danger::Macros),
        ],
        failed: true,
        remote: remote_contents().into_iter().last().unwrap_or_default(),
        first_contact: true,
        receipt: Some(ReceiptRequest { to: address(), elsewhere: true }),
    }
}

fn trust() -> Trust {
    let check = |finding| Check { finding, domain: "example.test".into() };
    let text = || "example.test".to_owned();
    Trust {
        standing: Standing::Confirmed(text()),
        authentication: Some(Authentication {
            server: "mx.example.test".into(),
            spf: Some(check(Finding::SoftFail)),
            dkim: [
                Finding::Pass,
                Finding::Fail,
                Finding::Neutral,
                Finding::None,
                Finding::TemporaryError,
                Finding::PermanentError,
            ]
            .map(check)
            .to_vec(),
            dmarc: Some(check(Finding::Pass)),
            arc: None,
        }),
        warnings: vec![
            Warning::NameHoldsAddress(text()),
            Warning::MalformedSender,
            Warning::SeveralSenders(vec![address()]),
            Warning::LooksLike { domain: text(), known: text() },
            Warning::MixedScripts(text()),
            Warning::International { domain: text(), ascii: text() },
            Warning::HiddenCharacters,
            Warning::ReplyGoesElsewhere(address()),
            Warning::SentBy(address()),
            Warning::ResentBy(address()),
            Warning::ClaimsToBeYou,
        ],
        via: Some(Via { list: address(), author: address() }),
        protection: vec![
            Protection::SmimeSigned,
            Protection::SmimeEncrypted,
            Protection::PgpSigned,
            Protection::PgpEncrypted,
        ],
    }
}

fn reports() -> Vec<CardContent> {
    let original = || {
        Some(Original {
            message_id: "1@example.test".into(),
            subject: "Hi".into(),
            ..Original::default()
        })
    };
    let status = DeliveryStatus {
        recipient: "gone@example.test".into(),
        action: DeliveryAction::Failed,
        status: "5.1.1".into(),
        diagnostic: "550 no".into(),
        remote: "mx.example.test".into(),
        retry_until: Some(1),
    };
    let delivery = DeliveryReport {
        reporter: "mx.example.test".into(),
        recipients: vec![status],
        original: original(),
    };
    let disposition = DispositionReport {
        recipient: "zoe@example.test".into(),
        disposition: Disposition::Displayed,
        automatic: true,
        reporter: "Postern".into(),
        original: original(),
    };
    let abuse =
        AbuseReport { kind: "abuse".into(), original: original(), ..AbuseReport::default() };
    vec![
        CardContent::Delivery(delivery),
        CardContent::Disposition(disposition),
        CardContent::Abuse(abuse),
    ]
}

fn others() -> Vec<CardContent> {
    let attendee = Attendee {
        name: "Zoë".into(),
        email: "zoe@example.test".into(),
        answer: Answer::Tentative,
        optional: true,
    };
    let event = Event {
        uid: "1".into(),
        sequence: 2,
        recurrence_id: Some(Moment::Floating(3)),
        start: Some(Moment::Instant { at: 4, zone: "Europe/Berlin".into() }),
        end: Some(Moment::Day(5)),
        organizer: Some(attendee.clone()),
        attendees: vec![attendee],
        status: EventStatus::Cancelled,
        recurrence: Some(Recurrence {
            frequency: Frequency::Weekly,
            interval: 2,
            weekdays: vec![(-1, 4)],
            ..Recurrence::default()
        }),
        ..Event::default()
    };
    let contact = Contact { name: "Zoë".into(), phones: vec!["1".into()], ..Contact::default() };
    let partial = PartialMessage { id: "x".into(), number: 1, total: Some(2) };
    let external = ExternalBody { access: "url".into(), size: Some(9), ..ExternalBody::default() };
    vec![
        CardContent::Calendar(Invitation { method: Method::Request, events: vec![event] }),
        CardContent::Contact(contact),
        CardContent::Partial(partial),
        CardContent::External(external),
    ]
}
