//! Read receipts: sent by choice alone, once, to whom the message names, with a null reverse path.

use anyhow::{Context, Result};
use postern_mailhost::{ImapEffect, Trigger};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::api::receipts::{AnswerReceipt, Receipt};
use postern_shared::card::{CardContent, Disposition};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::insight::{Insight, ReceiptRequest};
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, action};

fn letter(subject: &str, header: &str) -> Vec<u8> {
    format!(
        "From: Ben <ben@example.test>\r\nTo: anna@example.test\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@example.test>\r\n{header}\r\n\r\nHello.\r\n"
    )
    .into_bytes()
}

const ASKS: &str = "Disposition-Notification-To: Ben <ben@example.test>";

async fn asked(tab: &mut Tab, subject: &str) -> Result<(MessageKey, Option<ReceiptRequest>)> {
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row(subject).with_context(|| subject.to_owned())?.key.clone();
    let opened = tab.link.call(OpenMessage { key: key.clone(), urgency: Urgency::Now }).await?;
    Ok((key, Insight::decode(&opened.insight).receipt))
}

fn answer(key: &MessageKey, sends: bool) -> AnswerReceipt {
    let receipt = Receipt { subject: "已读: Tea".into(), text: "It was shown.".into() };
    AnswerReceipt { action: action(), key: key.clone(), receipt: sends.then_some(receipt) }
}

#[tokio::test]
async fn a_receipt_goes_out_once_by_choice_and_is_not_asked_for_again() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (anna, ben) = (scene.person("anna"), scene.person("ben"));
        let letter = letter("Tea", ASKS);
        scene.world.session(&anna).await?.append("INBOX", "", [&letter[..]]).await?;
        let (mut tab, mut theirs) = (scene.tab("anna").await?, scene.tab("ben").await?);
        let mut arrivals = theirs.open(Role::Inbox).await?;
        let (key, request) = asked(&mut tab, "Tea").await?;
        let request = request.context("it is asked for")?;
        assert_eq!((request.to.email.as_str(), request.elsewhere), (&*ben.address, false));
        // Two pages, both of which say yes.
        let mut other = scene.tab("anna").await?;
        let (one, two) =
            tokio::join!(tab.link.call(answer(&key, true)), other.link.call(answer(&key, true)));
        one?;
        two?;
        theirs.follow(&mut arrivals, "the receipt", |list| list.row("已读: Tea").is_some()).await?;
        let sent = arrivals.list.row("已读: Tea").context("it came")?.key.clone();
        let told = theirs.link.call(OpenMessage { key: sent, urgency: Urgency::Now }).await?;
        let insight = Insight::decode(&told.insight);
        let card = insight.cards.into_iter().next().context("no card")?;
        let CardContent::Disposition(report) = card.content else { panic!("{:?}", card.content) };
        assert_eq!(report.recipient, anna.address);
        assert_eq!((report.disposition, report.automatic), (Disposition::Displayed, false));
        assert_eq!(report.original.context("named")?.message_id, "Tea@example.test");
        let mut session = scene.world.session(&ben).await?;
        assert_eq!(session.count("INBOX").await?, 1, "once");
        let raw = session.ok("FETCH 1 BODY.PEEK[]").await?.untagged.concat();
        assert!(raw.contains("Return-Path: <>"), "{raw}");
        // Nothing asks again: not this page, not another program, not a page of tomorrow.
        assert_eq!(asked(&mut tab, "Tea").await?.1, None);
        let mut session = scene.world.session(&anna).await?;
        session.count("INBOX").await?;
        assert_eq!(session.search("KEYWORD $MDNSent").await?.len(), 1);
        assert_eq!(session.count("Sent").await?, 0, "it is no letter");
        assert_eq!(session.count("Drafts").await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn ignored_it_is_remembered_even_where_the_server_keeps_no_keyword() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let letters = [letter("Quiet", ASKS), letter("Elsewhere", &ASKS.replace("Ben", "Cem"))];
    let mut session = scene.world.session(&anna).await?;
    session.append("INBOX", "", letters.iter().map(Vec::as_slice)).await?;
    let mut tab = scene.tab("anna").await?;
    let (key, request) = asked(&mut tab, "Quiet").await?;
    assert!(request.is_some());
    let faults = scene.world.host().faults();
    faults.imap(Trigger::on("STORE"), ImapEffect::No("no keywords here".into()));
    tab.link.call(answer(&key, false)).await?;
    assert_eq!(asked(&mut tab, "Quiet").await?.1, None);
    assert_eq!(asked(&mut scene.tab("anna").await?, "Quiet").await?.1, None);
    // Too late to change one's mind: what is decided is not sent by another page.
    tab.link.call(answer(&key, true)).await?;
    assert!(asked(&mut tab, "Elsewhere").await?.1.is_some());
    let ben = scene.person("ben");
    assert_eq!(scene.world.session(&ben).await?.count("INBOX").await?, 0);
    Ok(())
}

#[tokio::test]
async fn what_asks_for_nothing_or_was_decided_elsewhere_is_not_answered() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let mut session = scene.world.session(&anna).await?;
    let own = String::from_utf8(letter("Own", "Disposition-Notification-To: anna@example.test"))?;
    let own = own.replace("From: Ben <ben@example.test>", "From: anna@example.test");
    let report = "Content-Type: multipart/report; report-type=x; boundary=b\r\n";
    let letters = [
        letter("Plain", "X-Nothing: 1"),
        own.into_bytes(),
        letter("Report", &format!("{report}{ASKS}")),
        letter("Spy", "Disposition-Notification-To: spy@example.test"),
    ];
    session.append("INBOX", "", letters.iter().map(Vec::as_slice)).await?;
    let seen = letter("Before", ASKS);
    session.append("INBOX", "$MDNSent", [&seen[..]]).await?;
    let mut tab = scene.tab("anna").await?;
    for subject in ["Plain", "Own", "Report", "Before"] {
        let (key, request) = asked(&mut tab, subject).await?;
        assert_eq!(request, None, "{subject}");
        match tab.link.call(answer(&key, true)).await {
            Ok(()) => assert!(matches!(subject, "Own" | "Before"), "{subject}"),
            Err(error) => {
                let told = error.downcast_ref::<CallError>().map(|error| error.code);
                assert_eq!(told, Some(ErrorCode::NonExistent), "{subject}: {error}");
            }
        }
    }
    let spy = asked(&mut tab, "Spy").await?.1.context("it asks")?;
    assert!(spy.elsewhere);
    let ben = scene.person("ben");
    assert_eq!(scene.world.session(&ben).await?.count("INBOX").await?, 0, "nothing went out");
    Ok(())
}
