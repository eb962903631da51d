//! The sample mail is there, dated back from the start, in order and in every kind.

use std::time::Duration;

use mail_parser::{MessageParser, MimeHeaders};
use postern_mailhost::{Host, MailHost, MailboxSnapshot, sample_users};

use crate::raw::{ALICE, noon};

async fn demo() -> Host {
    MailHost::demo().clock(noon).start().await.unwrap()
}

fn everything(host: &Host, login: &str) -> Vec<(String, MailboxSnapshot)> {
    let names = host.mailbox_names(login).into_iter();
    names.map(|name| (name.clone(), host.mailbox(login, &name).unwrap())).collect()
}

#[tokio::test]
async fn every_sample_message_is_whole_and_dated_in_the_past() {
    let host = demo().await;
    for user in sample_users() {
        for (mailbox, snapshot) in everything(&host, user.address) {
            let mut last = Duration::MAX;
            for message in &snapshot.messages {
                let text = message.text();
                let context = format!("{} {mailbox} {}", user.address, message.uid);
                let parsed = MessageParser::default().parse(&*message.raw).unwrap();
                let age = noon().duration_since(message.received_at);
                let seconds = age.unwrap_or_else(|_| panic!("{context}: in the future"));
                let date =
                    parsed.date().unwrap_or_else(|| panic!("{context}: no date")).to_timestamp();
                assert_eq!(
                    date,
                    1_795_348_800 - i64::try_from(seconds.as_secs()).unwrap(),
                    "{context}"
                );
                assert!(seconds <= last, "{context}: out of order");
                last = seconds;
                let header = text.split("\r\n\r\n").next().unwrap();
                assert!(
                    header.is_ascii() && header.lines().all(|line| line.len() < 100),
                    "{context}"
                );
                assert!(parsed.from().is_some() && parsed.message_id().is_some(), "{context}");
                assert!(
                    !text.contains("{{") && !text.contains("\n@ "),
                    "{context}: a mark is left"
                );
            }
        }
    }
}

#[tokio::test]
async fn alice_has_mail_of_every_kind() {
    let host = demo().await;
    let mailboxes = everything(&host, ALICE);
    let total: usize = mailboxes.iter().map(|(_, snapshot)| snapshot.messages.len()).sum();
    assert!((60..=120).contains(&total), "{total}");
    for name in ["Club/Regatta", "Reçus"] {
        assert!(!host.mailbox(ALICE, name).unwrap().messages.is_empty(), "{name}");
    }
    let inbox = host.mailbox(ALICE, "INBOX").unwrap();
    assert!((5..inbox.messages.len()).contains(&inbox.unseen()));
    for flag in ["\\Flagged", "\\Answered"] {
        assert!(inbox.messages.iter().any(|message| message.flags.contains(flag)), "{flag}");
    }
    let parsed: Vec<_> = inbox
        .messages
        .iter()
        .filter_map(|message| MessageParser::default().parse(&*message.raw))
        .collect();
    let subjects: Vec<&str> =
        parsed.iter().map(|message| message.subject().unwrap_or("")).collect();
    assert!(subjects.contains(&"") && subjects.iter().any(|subject| subject.len() > 300));
    for script in ['茶', 'ł', 'و', 'ü', 'é', 'の'] {
        assert!(
            subjects.iter().any(|subject| subject.contains(script))
                || parsed.iter().any(|message| {
                    message.body_text(0).is_some_and(|text| text.contains(script))
                }),
            "{script}"
        );
    }
    let named = |name: &str| {
        parsed
            .iter()
            .flat_map(|message| &message.parts)
            .any(|part| part.attachment_name() == Some(name))
    };
    assert!(
        named("茶单.txt")
            && named("lake.png")
            && named("Quittung-88-1042.pdf")
            && named("invite.ics")
    );
}

#[tokio::test]
async fn attachments_are_what_they_claim_to_be() {
    let host = demo().await;
    let (mut pictures, mut documents) = (0, 0);
    for (_, snapshot) in everything(&host, ALICE) {
        for message in &snapshot.messages {
            let parsed = MessageParser::default().parse(&*message.raw).unwrap();
            for part in &parsed.parts {
                match part.attachment_name().and_then(|name| name.rsplit('.').next()) {
                    Some("png") => {
                        assert!(part.contents().starts_with(b"\x89PNG\r\n\x1a\n"));
                        assert!(part.contents().ends_with(b"IEND\xaeB`\x82"));
                        pictures += 1;
                    }
                    Some("pdf") => {
                        assert!(part.contents().starts_with(b"%PDF-1.4"));
                        assert!(part.contents().ends_with(b"%%EOF\n"));
                        documents += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(pictures >= 3 && documents >= 2, "{pictures} {documents}");
}
