//! Invitations: answered once, remembered, and understood over updates and cancellations.

use anyhow::{Context, Result};
use postern_shared::api::invitations::{AnswerInvitation, ReadInvitation};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::calendar::{Answer, Method, Moment};
use postern_shared::card::CardContent;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::insight::Insight;
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, action};

/// A message with an invitation in it; every one tells another version of the same event.
fn letter(subject: &str, method: &str, lines: &str) -> Vec<u8> {
    format!(
        "From: ben@example.test\r\nTo: anna@example.test\r\nSubject: {subject}\r\n\
         Message-ID: <{method}-{}@example.test>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=edge\r\n\r\n\
         --edge\r\nContent-Type: text/plain\r\n\r\nPlease come.\r\n\
         --edge\r\nContent-Type: text/calendar; method={method}; charset=utf-8\r\n\r\n\
         BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:plan-1@example.test\r\n\
         DTSTAMP:20261101T000000Z\r\nDTSTART;TZID=Europe/Warsaw:20261124T100000\r\n\
         SUMMARY:Plan żółty 计划\r\nORGANIZER;CN=Ben:mailto:ben@example.test\r\n\
         ATTENDEE;CN=Anna;PARTSTAT=NEEDS-ACTION:mailto:Anna@Example.test\r\n\
         ATTENDEE;CN=Chen;PARTSTAT=ACCEPTED:mailto:chen@example.test\r\n{lines}\
         END:VEVENT\r\nEND:VCALENDAR\r\n--edge--\r\n",
        subject.replace(' ', ""),
    )
    .into_bytes()
}

/// The key and section of the calendar in the message with this subject.
async fn find(tab: &mut Tab, subject: &str) -> Result<(MessageKey, String)> {
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row(subject).with_context(|| subject.to_owned())?.key.clone();
    let opened = tab.link.call(OpenMessage { key: key.clone(), urgency: Urgency::Now }).await?;
    let insight = Insight::decode(&opened.insight);
    let card = insight.cards.into_iter().next().context("no card")?;
    Ok((key, card.section))
}

fn answer((key, section): (MessageKey, String), answer: Answer) -> AnswerInvitation {
    AnswerInvitation {
        action: action(),
        key,
        section,
        event: String::new(),
        answer,
        subject: "Accepted: Plan żółty 计划".into(),
        text: "Anna comes.".into(),
    }
}

fn read((key, section): (MessageKey, String)) -> ReadInvitation {
    ReadInvitation { key, section, event: String::new() }
}

#[tokio::test]
async fn an_answer_reaches_the_organizer_once_and_is_remembered() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let anna = scene.person("anna");
        let first = letter("Invitation", "REQUEST", "SEQUENCE:4\r\n");
        scene.world.session(&anna).await?.append("INBOX", "", [&first[..]]).await?;
        let (mut tab, mut theirs) = (scene.tab("anna").await?, scene.tab("ben").await?);
        let mut arrivals = theirs.open(Role::Inbox).await?;
        let place = find(&mut tab, "Invitation").await?;
        let standing = tab.link.call(read(place.clone())).await?;
        assert_eq!(standing.answer, Answer::NeedsAction);
        assert_eq!(standing.organizer.email, "ben@example.test");
        assert_eq!(standing.attendee.context("anna is asked")?.email, anna.address);

        let call = answer(place.clone(), Answer::Accepted);
        let done = tab.link.call(call.clone()).await?;
        assert_eq!((done.answer, done.changed), (Answer::Accepted, false));
        assert_eq!(tab.link.call(call).await?, done, "the same again is the same");
        assert_eq!(tab.link.call(read(place)).await?, done, "it is remembered");

        theirs
            .follow(&mut arrivals, "the answer", |list| {
                list.row("Accepted: Plan żółty 计划").is_some()
            })
            .await?;
        let key = arrivals.list.row("Accepted: Plan żółty 计划").context("it came")?.key.clone();
        let told = theirs.link.call(OpenMessage { key, urgency: Urgency::Now }).await?;
        let insight = Insight::decode(&told.insight);
        let card = insight.cards.into_iter().next().context("no card")?;
        let CardContent::Calendar(reply) = card.content else { panic!("{:?}", card.content) };
        assert_eq!(reply.method, Method::Reply);
        let [event] = &reply.events[..] else { panic!("{:?}", reply.events) };
        assert_eq!((event.uid.as_str(), event.sequence), ("plan-1@example.test", 4));
        assert_eq!(event.summary, "Plan żółty 计划");
        // Ten in Warsaw, in winter.
        let zone = "Europe/Warsaw".to_owned();
        assert_eq!(event.start, Some(Moment::Instant { at: 1_795_510_800, zone }));
        let [attendee] = &event.attendees[..] else { panic!("{:?}", event.attendees) };
        assert_eq!((attendee.email.as_str(), attendee.answer), (&*anna.address, Answer::Accepted));
        assert_eq!(told.references, ["<REQUEST-Invitation@example.test>"]);

        let again = theirs.open(Role::Inbox).await?;
        assert_eq!(
            again.list.row("Accepted: Plan żółty 计划").map(|row| &row.key),
            Some(&told.summary.key)
        );
    }
    Ok(())
}

#[tokio::test]
async fn updates_and_cancellations_are_understood() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let mut session = scene.world.session(&anna).await?;
    let letters = [
        letter("Invitation", "REQUEST", ""),
        letter("Update", "REQUEST", "SEQUENCE:1\r\n"),
        letter("Cancellation", "CANCEL", "SEQUENCE:2\r\nSTATUS:CANCELLED\r\n"),
    ];
    session.append("INBOX", "", letters.iter().map(Vec::as_slice)).await?;
    let mut tab = scene.tab("anna").await?;
    let first = find(&mut tab, "Invitation").await?;
    tab.link.call(read(first.clone())).await?;
    tab.link.call(answer(first.clone(), Answer::Tentative)).await?;

    let second = find(&mut tab, "Update").await?;
    let changed = tab.link.call(read(second.clone())).await?;
    assert_eq!((changed.answer, changed.changed), (Answer::Tentative, true));
    let old = tab.link.call(read(first.clone())).await?;
    assert!(old.superseded && old.attendee.is_none(), "{old:?}");
    let refused = tab.link.call(answer(first.clone(), Answer::Accepted)).await;
    let refused = refused.unwrap_err().downcast::<CallError>()?;
    assert_eq!(refused.code, ErrorCode::Invalid);
    let done = tab.link.call(answer(second.clone(), Answer::Declined)).await?;
    assert_eq!((done.answer, done.changed), (Answer::Declined, false));

    let third = find(&mut tab, "Cancellation").await?;
    let cancelled = tab.link.call(read(third)).await?;
    assert!(cancelled.cancelled && cancelled.attendee.is_none(), "{cancelled:?}");
    let over = tab.link.call(read(second)).await?;
    assert!(over.superseded && over.attendee.is_none(), "{over:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_invitation_is_not_answered() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let letters = [letter("Publication", "PUBLISH", ""), letter("Reply", "REPLY", "")];
    let mut session = scene.world.session(&anna).await?;
    session.append("INBOX", "", letters.iter().map(Vec::as_slice)).await?;
    let mut tab = scene.tab("anna").await?;
    for subject in ["Publication", "Reply"] {
        let place = find(&mut tab, subject).await?;
        assert_eq!(tab.link.call(read(place.clone())).await?.attendee, None, "{subject}");
        let refused = tab.link.call(answer(place.clone(), Answer::Accepted)).await;
        let refused = refused.unwrap_err().downcast::<CallError>()?;
        assert_eq!(refused.code, ErrorCode::Invalid, "{subject}");
        let elsewhere = (place.0, "9".to_owned());
        let missing = tab.link.call(read(elsewhere)).await.unwrap_err().downcast::<CallError>()?;
        assert_eq!(missing.code, ErrorCode::NonExistent);
    }
    Ok(())
}
