//! Answers to invitations as messages: words for people, a calendar for programs (RFC 6047).

use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use postern_shared::draft::Draft;

use super::compose::{Composed, Error, Stamp, compose_as};

/// Writes the message; `calendar` is an iTIP REPLY.
///
/// # Errors
/// As for `compose`.
pub fn compose_answer(draft: &Draft, stamp: &Stamp, calendar: String) -> Result<Composed, Error> {
    compose_as(draft, stamp, |text| {
        let kind = ContentType::new("text/calendar")
            .attribute("method", "REPLY")
            .attribute("charset", "utf-8");
        MimePart::new("multipart/alternative", vec![text, MimePart::new(kind, calendar)])
    })
}

#[cfg(test)]
mod tests {
    use postern_shared::account::AccountId;
    use postern_shared::address::Address;
    use postern_shared::calendar::Answer;
    use postern_shared::card::CardContent;
    use postern_shared::draft::{DraftOptions, Origin};

    use super::*;
    use crate::mime::{Limits, calendar, insight, parse, quote, trust};

    #[test]
    fn an_answer_reads_in_both_forms() {
        let invitation = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nSUMMARY:会议 żółć\n\
                          ORGANIZER:mailto:zoe@a.test\nEND:VEVENT\nEND:VCALENDAR\n";
        let ann = Address { name: "Ann".into(), email: "ann@a.test".into() };
        let zoe = Address { name: "Zoë".into(), email: "zoe@a.test".into() };
        let answer =
            calendar::reply(invitation, "1", &ann, Answer::Declined, 1_795_359_600).unwrap();
        let draft = Draft {
            account: AccountId("a".into()),
            from: ann,
            to: vec![zoe],
            cc: vec![],
            bcc: vec![],
            subject: "Declined: 会议".into(),
            text: "Ann does not come.".into(),
            origin: Origin::New,
            html: None,
            attachments: vec![],
            options: DraftOptions::default(),
        };
        let stamp = Stamp { now: 1_795_359_600, zone_minutes: 0, id: [7; 16] };
        let composed = compose_answer(&draft, &stamp, answer).unwrap();
        let parsed = parse(composed.message, &Limits::default());
        assert!(quote::plain_text(&parsed).contains("Ann does not come."));
        let kind = parsed.parts.iter().find(|part| part.content_type == "text/calendar").unwrap();
        assert_eq!((kind.param("method"), kind.charset.as_deref()), (Some("REPLY"), Some("utf-8")));
        let insight = insight::of_message(&parsed, &trust::Reader::default());
        let [card] = &insight.cards[..] else { panic!("{insight:?}") };
        let CardContent::Calendar(told) = &card.content else { panic!("{card:?}") };
        assert_eq!(told.method, postern_shared::calendar::Method::Reply);
        assert_eq!(told.events[0].summary, "会议 żółć");
        assert_eq!(told.events[0].attendees[0].answer, Answer::Declined);
    }
}
