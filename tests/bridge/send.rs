//! SubmitMessage: it arrives, is filed once, and marks what it answers.

use anyhow::Result;
use postern_mailhost::{SmtpEffect, Trigger};
use postern_shared::address::Address;
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::api::submissions::{ListSubmissions, RetrySubmission, SubmitMessage};
use postern_shared::draft::{Draft, DraftOptions, Origin};
use postern_shared::error::ErrorCode;
use postern_shared::event::Aside;
use postern_shared::mailbox::Role;
use postern_shared::submission::{Plan, SubmissionId, SubmissionState};
use postern_tests::bridge::Home;
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, wait};

pub(crate) fn letter(tab: &Tab, to: &Person, subject: &str) -> Draft {
    Draft {
        account: tab.id(),
        from: tab.account.identities[0].from.clone(),
        to: vec![Address { name: String::new(), email: to.address.clone() }],
        cc: vec![],
        bcc: vec![],
        subject: subject.into(),
        text: "Dear reader,\n.\nFrom here\n".into(),
        origin: Origin::New,
        html: None,
        attachments: vec![],
        options: DraftOptions::default(),
    }
}

/// Waits until a submission has come to its end, and returns that.
pub(crate) async fn outcome(tab: &mut Tab, id: &SubmissionId) -> Result<SubmissionState> {
    tab.link
        .event("the submission's end", |event| match event.aside()? {
            Aside::SubmissionChanged(submission) if submission.id == *id => {
                match submission.state {
                    SubmissionState::Sending | SubmissionState::Retrying { .. } => None,
                    ended => Some(ended),
                }
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn an_answer_arrives_once_is_filed_once_and_marks_the_original() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (anna, ben) = (scene.person("anna"), scene.person("ben"));
        scene.world.deliver(&ben, &anna, "Question").await?;
        let (mut tab, mut theirs) = (scene.tab("anna").await?, scene.tab("ben").await?);
        let mut arrivals = theirs.open(Role::Inbox).await?;
        let inbox = tab.open(Role::Inbox).await?;
        let key = inbox.list.row("Question").expect("it was delivered").key.clone();
        let opened = tab.link.call(OpenMessage { key: key.clone(), urgency: Urgency::Now }).await?;
        let mut draft = letter(&tab, &ben, "Re: Question");
        draft.origin = Origin::Reply {
            original: key,
            message_id: opened.summary.envelope.message_id.clone(),
            references: opened.references,
        };
        let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
        let id = tab.link.call(call.clone()).await?;
        assert_eq!(tab.link.call(call.clone()).await?, id, "a repeat made a second submission");
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        theirs
            .follow(&mut arrivals, "the answer", |list| list.row("Re: Question").is_some())
            .await?;
        assert_eq!(tab.link.call(call).await?, id, "a repeat made a second submission");

        let mut mine = scene.world.session(&anna).await?;
        mine.wait_for("INBOX", "ANSWERED SUBJECT Question").await?;
        mine.wait_for("Sent", "SEEN SUBJECT Question").await?;
        assert_eq!(mine.count("Sent").await?, 1);
        assert_eq!(tab.link.call(ListSubmissions).await?, []);
        let mut session = scene.world.session(&ben).await?;
        assert_eq!(session.count("INBOX").await?, 1);
        let raw = session.ok("FETCH 1 BODY.PEEK[]").await?.untagged.concat();
        let sought = opened.summary.envelope.message_id;
        for part in ["In-Reply-To: ", "References: ", &sought, "\r\n.\r\n"] {
            assert!(raw.contains(part), "{part:?} is missing in {raw}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_recipient_is_named_and_the_others_get_it() -> Result<()> {
    let scene = Scene::real().await?;
    let ben = scene.person("ben");
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &ben, "To both");
    draft.cc = letter(&tab, &Person::named("refused"), "").to;
    let id = tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
    match outcome(&mut tab, &id).await? {
        SubmissionState::Failed { refused, accepted } => {
            assert_eq!(accepted, 1);
            assert_eq!(refused[0].recipient.email, "refused@example.test");
            assert_eq!(refused[0].code, 550);
        }
        other => panic!("{other:?}"),
    }
    scene.world.session(&ben).await?.wait_for("INBOX", "SUBJECT \"To both\"").await?;
    Ok(())
}

#[tokio::test]
async fn bcc_gets_the_message_and_stands_in_no_copy() -> Result<()> {
    let scene = Scene::real().await?;
    let (ben, chen) = (scene.person("ben"), scene.person("chen"));
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &ben, "Discreet");
    draft.bcc = letter(&tab, &chen, "").to;
    let id = tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
    assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
    for person in [&ben, &chen] {
        let mut session = scene.world.session(person).await?;
        session.wait_for("INBOX", "SUBJECT Discreet").await?;
        let raw = session.ok("FETCH 1 BODY.PEEK[]").await?.untagged.concat();
        let content = raw.split("Subject:").nth(1).unwrap_or_default();
        assert!(!content.contains("chen@"), "{raw}");
    }
    Ok(())
}

#[tokio::test]
async fn another_s_address_cannot_be_sent_from() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let mut draft = letter(&tab, &scene.person("chen"), "Forged");
    draft.from.email = "ben@example.test".into();
    let error =
        tab.link.refusal(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
    assert!(matches!(error.code, ErrorCode::NoPermission | ErrorCode::Invalid), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_unanswered_end_of_content_is_uncertain_and_not_sent_twice_by_itself() -> Result<()> {
    for delivered in [true, false] {
        let scene = Scene::in_memory().await?;
        let ben = scene.person("ben");
        let fault = SmtpEffect::CloseAfterDot { delivered };
        scene.world.host().faults().smtp(Trigger::on(".").times(1), fault);
        let mut tab = scene.tab("anna").await?;
        let draft = letter(&tab, &ben, "Perhaps");
        let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
        let id = tab.link.call(call).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Uncertain);
        let listed = tab.link.call(ListSubmissions).await?;
        assert_eq!(listed.iter().map(|one| &one.id).collect::<Vec<_>>(), [&id]);
        let arrived = scene.world.session(&ben).await?.count("INBOX").await?;
        assert_eq!(arrived, usize::from(delivered));
        tab.link.call(RetrySubmission { action: action(), submission: id.clone() }).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        let arrived = scene.world.session(&ben).await?.count("INBOX").await?;
        assert_eq!(arrived, usize::from(delivered) + 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_bridge_killed_while_sending_leaves_it_uncertain() -> Result<()> {
    let world = World::in_memory().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let mut bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let stalled = world.host().faults().smtp(Trigger::on("."), SmtpEffect::Stall);
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    let draft = letter(&tab, &ben, "Cut off");
    let id = tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
    wait::until("the content to be handed over", || async {
        Ok((world.host().faults().struck(stalled) > 0).then_some(()))
    })
    .await?;
    bridge.kill()?;
    world.host().faults().clear_all();
    bridge.launch().await?;
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    let listed = tab.link.call(ListSubmissions).await?;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0].id, &listed[0].state), (&id, &SubmissionState::Uncertain));
    assert_eq!(world.session(&ben).await?.count("INBOX").await?, 0);
    Ok(())
}
