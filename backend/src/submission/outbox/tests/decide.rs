//! What users do with their submissions, how long something is tried, and what is kept for it.

use super::*;

fn errand(plan: Plan) -> Errand {
    let order = Order { plan, ..order(&["bob@b.test"]) };
    Errand { draft: Some(b"the draft".to_vec()), ..order.into() }
}

impl Bench {
    async fn accept_draft(&self, plan: Plan) -> Submission {
        let message = b"Subject: x\r\n\r\nhi\r\n".as_slice();
        self.outbox.accept_from(errand(plan), message).await.unwrap()
    }

    fn kept(&self) -> usize {
        self.world.kept.lock().unwrap().len()
    }
}

#[tokio::test]
async fn what_is_taken_back_gives_its_draft_as_often_as_it_is_asked_for() {
    let mut bench = Bench::new(vec![]).await;
    let id = bench.accept_draft(Plan::Held(10)).await.id;
    let mut updates = bench.outbox.updates();
    assert_eq!(bench.kept(), 1);
    let taken = bench.outbox.edit(ANN, &id).await.unwrap();
    assert_eq!(taken, TakenBack { draft: b"the draft".to_vec(), accepted: vec![] });
    assert_eq!(bench.kept(), 0);
    let gone = Update { user: ANN, news: News::Gone(id.clone()) };
    assert_eq!(updates.recv().await.unwrap(), gone);
    assert_eq!(bench.outbox.list(ANN).await.unwrap(), []);
    bench.clock.advance(Duration::from_secs(60));
    bench = bench.crash().await;
    assert_eq!(bench.outbox.edit(ANN, &id).await.unwrap(), taken);
    assert!(matches!(bench.outbox.retry(ANN, &id).await, Err(Error::Busy)));
    assert_eq!(bench.taken().await, 0);
    bench.clock.advance(Duration::from_secs(8 * 24 * 3600));
    for _ in 0..1000 {
        if submissions::find(&bench.outbox.db, ANN, &id.0).await.unwrap().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it is kept for ever");
}

#[tokio::test]
async fn what_was_no_draft_cannot_be_written_on() {
    let bench = Bench::new(vec![]).await;
    let held = Order { plan: Plan::Held(10), ..order(&["bob@b.test"]) };
    let id = bench.outbox.accept(held).await.unwrap().id;
    assert!(matches!(bench.outbox.edit(ANN, &id).await, Err(Error::NoDraft)));
    assert_eq!(bench.outbox.list(ANN).await.unwrap().len(), 1, "it is still there");
}

#[tokio::test]
async fn whoever_has_it_is_told_when_it_is_taken_back() {
    let picky = Fake::with(("RCPT TO:<no@", Act::Say("550 5.1.1 unknown")));
    let mut bench = Bench::new(vec![Some(picky)]).await;
    let mut errand = errand(Plan::Now);
    errand.smtp_envelope.to.push("no@b.test".into());
    let message = b"Subject: x\r\n\r\nhi\r\n".as_slice();
    let id = bench.outbox.accept_from(errand, message).await.unwrap().id;
    let SubmissionState::Failed { refused, accepted: 1 } = bench.settled().await else {
        panic!("not failed")
    };
    assert_eq!(refused[0].cause, Cause::NoSuchRecipient);
    assert_eq!(bench.outbox.edit(ANN, &id).await.unwrap().accepted, ["bob@b.test"]);
}

#[tokio::test]
async fn an_uncertain_message_that_arrived_is_filed_and_not_sent_again() {
    let mut bench = Bench::new(vec![Some(Fake::with((".", Act::Close)))]).await;
    let id = bench.accept_draft(Plan::Now).await.id;
    assert_eq!(bench.settled().await, SubmissionState::Uncertain);
    assert!(matches!(bench.outbox.edit(ANN, &id).await, Err(Error::Busy)));
    bench.outbox.confirm(ANN, &id).await.unwrap();
    assert_eq!(bench.until(|s| *s == SubmissionState::Sent).await, SubmissionState::Sent);
    bench.eventually(|world| *world.filed.lock().unwrap() == [FilingStep::SentCopy]).await;
    bench.eventually(|world| world.kept.lock().unwrap().is_empty()).await;
    assert_eq!(bench.outbox.list(ANN).await.unwrap(), []);
    assert!(bench.outbox.confirm(ANN, &id).await.is_err(), "it is settled");
    assert_eq!(bench.world.servers.lock().unwrap().len(), 1, "it was handed over once");
}

#[tokio::test]
async fn a_server_that_puts_off_is_asked_for_two_days_and_no_longer() {
    let grey = || Some(Fake::with(("RCPT", Act::Say("450 4.2.0 greylisted"))));
    let mut bench = Bench::new((0..60).map(|_| grey()).collect()).await;
    // A week ahead: the two days begin with the first attempt.
    let week = 7 * 24 * 3600;
    bench.accept_draft(Plan::At(1_000_000 + week)).await;
    bench.clock.advance(Duration::from_secs(week.unsigned_abs()));
    let mut attempts = 0;
    let refused = loop {
        match bench.settled().await {
            SubmissionState::Retrying { next, .. } => {
                attempts += 1;
                assert!(next <= 1_000_000 + week + 48 * 3600, "{next}");
                let pause = next - bench.clock.unix_ms() / 1000;
                bench.clock.advance(Duration::from_secs(pause.unsigned_abs() + 1));
            }
            SubmissionState::Failed { refused, accepted: 0 } => break refused,
            SubmissionState::Scheduled { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    assert!((12..30).contains(&attempts), "{attempts}");
    assert_eq!((refused[0].code, refused[0].cause), (450, Cause::Greylisted));
    bench.eventually(|world| world.kept.lock().unwrap().is_empty()).await;
}

#[tokio::test]
async fn credentials_are_kept_only_while_something_waits() {
    let greylisting = Fake::with(("RCPT", Act::Say("451 4.7.1 greylisted")));
    let mut bench = Bench::new(vec![None, Some(greylisting)]).await;
    bench.accept_draft(Plan::Now).await;
    for pause in [75, 225] {
        assert!(matches!(bench.settled().await, SubmissionState::Retrying { .. }));
        bench.eventually(|world| world.kept.lock().unwrap().len() == 1).await;
        bench.clock.advance(Duration::from_secs(pause));
    }
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    bench.eventually(|world| world.kept.lock().unwrap().is_empty()).await;
    // Left by a process that ended between the last step and the erasure.
    bench.world.kept.lock().unwrap().insert((ANN, AccountId("a".into())));
    let bench = bench.crash().await;
    bench.eventually(|world| world.kept.lock().unwrap().is_empty()).await;
}

#[tokio::test]
async fn a_message_that_takes_too_long_to_undo_is_held_a_minute_at_most() {
    let bench = Bench::new(vec![]).await;
    let state = bench.accept_draft(Plan::Held(3600)).await.state;
    assert_eq!(state, SubmissionState::Held { until: 1_000_060 });
    assert_eq!(bench.accept_draft(Plan::Held(0)).await.state, SubmissionState::Sending);
}

#[tokio::test]
async fn steps_that_a_crash_left_undone_are_done_at_once_by_the_next_process() {
    let mut bench = Bench::new(vec![]).await;
    *bench.world.failing_filings.lock().unwrap() = 1;
    bench.accept_draft(Plan::Now).await;
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    bench.eventually(|world| *world.failing_filings.lock().unwrap() == 0).await;
    bench.eventually(|_| bench.outbox.busy().is_empty()).await;
    let bench = bench.crash().await;
    bench.eventually(|world| *world.filed.lock().unwrap() == [FilingStep::SentCopy]).await;
}
