//! The outbox: held and scheduled mail, with and without a browser, taken back, settled.

use anyhow::Result;
use postern::clock::Clock;
use postern_mailhost::{SmtpEffect, Trigger};
use postern_shared::api::submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, ListSubmissions, RetrySubmission,
    SubmitMessage,
};
use postern_shared::error::ErrorCode;
use postern_shared::event::{Aside, Event};
use postern_shared::submission::{Cause, Plan, SubmissionState};
use postern_tests::bridge::Home;
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Visitor, action};
use postern_tests::world::World;

use crate::send::{letter, outcome};

fn now() -> i64 {
    Clock::system().unix_ms() / 1000
}

#[tokio::test]
async fn scheduled_mail_goes_out_with_the_browser_closed_and_the_bridge_restarted() -> Result<()> {
    let world = World::real().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let mut bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let visitor = Visitor::sign_in(&bridge.home, &anna).await?;
    let mut tab = visitor.tab().await?;
    let draft = letter(&tab, &ben, "Later");
    let call = SubmitMessage { action: action(), draft, plan: Plan::At(now() + 4) };
    tab.link.call(call).await?;
    let listed = tab.link.call(ListSubmissions).await?;
    assert!(matches!(listed[0].state, SubmissionState::Scheduled { .. }), "{listed:?}");
    assert_eq!(listed[0].recipients, ["ben@example.test"]);
    drop(tab);
    visitor.sign_out().await?;
    bridge.kill()?;
    bridge.launch().await?;
    world.session(&ben).await?.wait_for("INBOX", "SUBJECT Later").await?;
    world.session(&anna).await?.wait_for("Sent", "SEEN SUBJECT Later").await?;
    assert_eq!(world.session(&ben).await?.count("INBOX").await?, 1);
    assert_eq!(world.session(&anna).await?.count("Sent").await?, 1);
    Ok(())
}

#[tokio::test]
async fn held_mail_is_taken_back_for_more_work_or_sent_at_once() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ben = scene.person("ben");
    let mut tab = scene.tab("anna").await?;
    let draft = letter(&tab, &ben, "Hasty");
    let call = SubmitMessage { action: action(), draft: draft.clone(), plan: Plan::Held(60) };
    let submission = tab.link.call(call).await?;
    let edit = EditSubmission { action: action(), submission: submission.clone() };
    assert_eq!(tab.link.call(edit.clone()).await?, draft);
    assert_eq!(tab.link.call(edit).await?, draft, "the same action again");
    let other = EditSubmission { action: action(), submission: submission.clone() };
    assert_eq!(tab.link.call(other).await?, draft, "another action, its answer lost");
    assert_eq!(tab.link.call(ListSubmissions).await?, []);
    let again = RetrySubmission { action: action(), submission };
    assert_eq!(tab.link.refusal(again).await?.code, ErrorCode::Refused);

    let call = SubmitMessage { action: action(), draft, plan: Plan::Held(60) };
    let submission = tab.link.call(call).await?;
    tab.link.call(RetrySubmission { action: action(), submission: submission.clone() }).await?;
    let sent = |event: Event| match event.aside()? {
        Aside::SubmissionChanged(one) => (one.state == SubmissionState::Sent).then_some(one.id),
        _ => None,
    };
    assert_eq!(tab.link.event("it to be sent", sent).await?, submission);
    assert_eq!(scene.world.session(&ben).await?.count("INBOX").await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_arrived_in_spite_of_a_lost_answer_is_filed_when_the_user_says_so() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    let fault = SmtpEffect::CloseAfterDot { delivered: true };
    scene.world.host().faults().smtp(Trigger::on(".").times(1), fault);
    let mut tab = scene.tab("anna").await?;
    let draft = letter(&tab, &ben, "Perhaps");
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    let submission = tab.link.call(call).await?;
    assert_eq!(outcome(&mut tab, &submission).await?, SubmissionState::Uncertain);
    let confirm = ConfirmSubmission { action: action(), submission: submission.clone() };
    tab.link.call(confirm).await?;
    assert_eq!(outcome(&mut tab, &submission).await?, SubmissionState::Sent);
    scene.world.session(&anna).await?.wait_for("Sent", "SUBJECT Perhaps").await?;
    assert_eq!(scene.world.session(&ben).await?.count("INBOX").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_server_that_hangs_up_puts_mail_off_and_says_until_when() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ben = scene.person("ben");
    let mut tab = scene.tab("anna").await?;
    let hangs_up = SmtpEffect::Reply(421, "4.3.2 shutting down".into());
    scene.world.host().faults().smtp(Trigger::on("MAIL").times(1), hangs_up);
    let draft = letter(&tab, &ben, "Patience");
    let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
    let submission = tab.link.call(call).await?;
    let put_off = |event: Event| match event.aside()? {
        Aside::SubmissionChanged(one) => match one.state {
            SubmissionState::Retrying { cause, next, .. } => Some((cause, next)),
            _ => None,
        },
        _ => None,
    };
    let (cause, next) = tab.link.event("it to be put off", put_off).await?;
    assert_eq!(cause, Cause::Busy);
    assert!((now() + 50..now() + 80).contains(&next), "{next}");
    tab.link.call(CancelSubmission { action: action(), submission }).await?;
    assert_eq!(tab.link.call(ListSubmissions).await?, []);
    assert_eq!(scene.world.session(&ben).await?.count("INBOX").await?, 0);
    Ok(())
}
