//! The state machine against a scripted server, a database and a clock of its own.

mod decide;

use std::collections::VecDeque;
use std::time::UNIX_EPOCH;

use postern_shared::submission::{Cause, SubmissionState};

use super::*;
use crate::config::{Endpoint, Protocol};
use crate::net::{Error as NetError, Opened, Trust, Unreachable};
use crate::submission::fake::{Act, Fake, Heard};
use crate::submission::smtp::{SmtpEnvelope, Unsigned};

const ANN: UserId = UserId([1; 16]);

/// What happens at the next connection; none left: a server that takes everything.
type Plans = Arc<Mutex<VecDeque<Option<Fake>>>>;
type Servers = Arc<Mutex<Vec<tokio::task::JoinHandle<Heard>>>>;

#[derive(Clone, Default)]
struct World {
    plans: Plans,
    servers: Servers,
    signed_out: Arc<Mutex<bool>>,
    filed: Arc<Mutex<Vec<FilingStep>>>,
    failing_filings: Arc<Mutex<u32>>,
    kept: Arc<Mutex<HashSet<(UserId, AccountId)>>>,
}

impl Accounts for World {
    async fn route(&self, _: UserId, _: &AccountId) -> Option<Route> {
        let signed_out = *self.signed_out.lock().unwrap();
        (!signed_out).then(|| Route {
            endpoint: Endpoint::parse(Protocol::Smtp, "smtps://b.test:465").unwrap(),
            reach: None,
            trust: Trust::new(None).unwrap(),
            login: None,
            allow_plaintext: false,
            unsigned: Unsigned::Allowed,
        })
    }

    async fn keep(&self, user: UserId, account: &AccountId) -> Result<(), String> {
        self.kept.lock().unwrap().insert((user, account.clone()));
        Ok(())
    }

    async fn release(&self, user: UserId, account: &AccountId) -> Result<(), String> {
        self.kept.lock().unwrap().remove(&(user, account.clone()));
        Ok(())
    }

    async fn kept(&self) -> Result<Vec<(UserId, AccountId)>, String> {
        Ok(self.kept.lock().unwrap().iter().cloned().collect())
    }

    async fn file(&self, filing: Filing<'_>) -> Result<(), String> {
        let (blobs, key) = filing.message;
        assert!(blobs.bytes(key).await.unwrap().starts_with(b"Subject: x"));
        assert_eq!(filing.message_id, "<1@a.test>");
        let mut failing = self.failing_filings.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err("no".into());
        }
        self.filed.lock().unwrap().push(filing.step.clone());
        Ok(())
    }

    async fn open(&self, route: &Route) -> Result<Opened, NetError> {
        let plan = self.plans.lock().unwrap().pop_front().unwrap_or_else(|| Some(Fake::default()));
        let Some(fake) = plan else {
            let endpoint = route.endpoint.to_string();
            return Err(NetError::Unreachable {
                endpoint,
                reason: Unreachable::Refused,
                source: None,
            });
        };
        let (opened, server) = fake.open();
        self.servers.lock().unwrap().push(server);
        Ok(opened)
    }
}

struct Bench {
    world: World,
    clock: Clock,
    outbox: Arc<Outbox<World>>,
    updates: broadcast::Receiver<Update>,
    runner: tokio::task::JoinHandle<()>,
    place: tempfile::TempDir,
}

impl Bench {
    async fn new(fakes: Vec<Option<Fake>>) -> Self {
        let world = World { plans: Arc::new(Mutex::new(fakes.into())), ..World::default() };
        let clock = Clock::fake(UNIX_EPOCH + Duration::from_secs(1_000_000));
        Self::start(world, clock, tempfile::tempdir().unwrap(), Limits::default()).await
    }

    async fn start(world: World, clock: Clock, place: tempfile::TempDir, limits: Limits) -> Self {
        let db = Db::open(place.path()).await.unwrap();
        let blobs = Blobs::open(place.path()).unwrap();
        let outbox = Outbox::new(world.clone(), (db, blobs), clock.clone(), limits);
        let updates = outbox.updates();
        let runner = tokio::spawn(Arc::clone(&outbox).run());
        Self { world, clock, outbox, updates, runner, place }
    }

    /// Ends the process as a crash does, and starts another one over the same place.
    async fn crash(self) -> Self {
        self.runner.abort();
        while !self.runner.is_finished() {
            tokio::task::yield_now().await;
        }
        self.outbox.db.close().await;
        let Self { world, clock, place, outbox, .. } = self;
        drop(outbox);
        Self::start(world, clock, place, Limits::default()).await
    }

    async fn accept(&self, to: &[&str]) -> Submission {
        self.outbox.accept(order(to)).await.unwrap()
    }

    /// The next state that satisfies `wanted`.
    async fn until(&mut self, wanted: impl Fn(&SubmissionState) -> bool) -> SubmissionState {
        let wait = async {
            loop {
                match self.updates.recv().await.unwrap().news {
                    News::Changed(Submission { state, .. }) if wanted(&state) => return state,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("the state comes")
    }

    async fn settled(&mut self) -> SubmissionState {
        self.until(|state| !matches!(state, SubmissionState::Sending)).await
    }

    /// Waits for a condition of the outside world.
    async fn eventually(&self, condition: impl Fn(&World) -> bool) {
        for _ in 0..1000 {
            if condition(&self.world) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it never came true");
    }

    /// Messages that servers took.
    async fn taken(&self) -> usize {
        let servers = std::mem::take(&mut *self.world.servers.lock().unwrap());
        let mut taken = 0;
        for server in servers {
            taken += server.await.unwrap().1;
        }
        taken
    }
}

fn order(to: &[&str]) -> Order {
    let to = to.iter().map(|to| (*to).to_owned()).collect();
    Order {
        id: SubmissionId(crate::clock::random::<16>().iter().map(|b| format!("{b:02x}")).collect()),
        user: ANN,
        account: AccountId("a".into()),
        subject: "x".into(),
        composed: Composed {
            message: b"Subject: x\r\n\r\nhi\r\n".to_vec(),
            message_id: "<1@a.test>".into(),
            smtp_envelope: SmtpEnvelope { from: "ann@a.test".into(), to },
        },
        plan: Plan::Now,
        filing: vec![FilingStep::SentCopy],
    }
}

#[tokio::test]
async fn an_order_that_comes_again_is_the_same_submission() {
    let mut bench = Bench::new(vec![]).await;
    let order = order(&["bob@b.test"]);
    let first = bench.outbox.accept(order.clone()).await.unwrap();
    assert_eq!(bench.outbox.accept(order.clone()).await.unwrap().id, first.id);
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    let again = bench.outbox.accept(order).await.unwrap();
    assert_eq!((again.id, again.state), (first.id, SubmissionState::Sent));
    assert_eq!(bench.world.servers.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_orderly_end_waits_for_what_is_handed_over() {
    let bench = Bench::new(vec![]).await;
    let submission = bench.accept(&["bob@b.test"]).await;
    bench.eventually(|world| !world.servers.lock().unwrap().is_empty()).await;
    bench.runner.abort();
    bench.outbox.finish().await;
    let row = bench.outbox.find(ANN, &submission.id).await.unwrap();
    assert_eq!(row.state, State::Sent);
}

#[tokio::test]
async fn a_message_is_sent_and_filed_once() {
    let mut bench = Bench::new(vec![]).await;
    assert_eq!(bench.accept(&["bob@b.test"]).await.state, SubmissionState::Sending);
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    bench.eventually(|world| *world.filed.lock().unwrap() == [FilingStep::SentCopy]).await;
    assert_eq!(bench.outbox.list(ANN).await.unwrap(), []);
    assert_eq!(bench.taken().await, 1);
}

#[tokio::test]
async fn a_message_that_is_put_off_is_tried_again_on_time() {
    let greylisting = Fake::with(("RCPT", Act::Say("451 4.7.1 greylisted")));
    let mut bench = Bench::new(vec![None, Some(greylisting)]).await;
    bench.accept(&["bob@b.test"]).await;
    let SubmissionState::Retrying { next, .. } = bench.settled().await else {
        panic!("not retrying")
    };
    assert!((1_000_060..=1_000_075).contains(&next), "{next}");
    bench.clock.advance(Duration::from_secs(75));
    let SubmissionState::Retrying { next, reason, cause } = bench.settled().await else {
        panic!("not retrying")
    };
    assert_eq!((reason.as_str(), cause), ("greylisted", Cause::Greylisted));
    assert!((1_000_255..=1_000_300).contains(&next), "{next}");
    bench.clock.advance(Duration::from_secs(225));
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    assert_eq!(bench.taken().await, 1);
}

#[tokio::test]
async fn each_recipient_has_a_fate_of_its_own() {
    let picky = Fake::with(("RCPT TO:<no@", Act::Say("550 5.1.1 unknown")))
        .and(("RCPT TO:<later@", Act::Say("450 busy")));
    let mut bench = Bench::new(vec![Some(picky)]).await;
    bench.accept(&["bob@b.test", "no@b.test", "later@b.test"]).await;
    assert!(matches!(bench.settled().await, SubmissionState::Retrying { .. }));
    bench.eventually(|world| world.filed.lock().unwrap().len() == 1).await;
    let first = std::mem::take(&mut *bench.world.servers.lock().unwrap());
    bench.clock.advance(Duration::from_secs(75));
    let SubmissionState::Failed { refused, accepted } = bench.settled().await else {
        panic!("not failed")
    };
    assert_eq!(
        (refused.len(), refused[0].recipient.email.as_str(), refused[0].code, accepted),
        (1, "no@b.test", 550, 2)
    );
    let second = bench.world.servers.lock().unwrap().pop().unwrap();
    let second = second.await.unwrap().0;
    let asked: Vec<_> = second.iter().filter(|line| line.starts_with("RCPT")).collect();
    assert_eq!(asked, ["RCPT TO:<later@b.test>"], "nobody gets it twice");
    assert_eq!((first.len(), bench.world.filed.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_refused_message_can_be_retried_or_given_up() {
    let refused = || Some(Fake::with((".", Act::Say("554 5.7.1 no"))));
    let mut bench = Bench::new(vec![refused(), refused()]).await;
    let id = bench.accept(&["bob@b.test"]).await.id;
    let SubmissionState::Failed { refused, accepted: 0 } = bench.settled().await else {
        panic!("not failed")
    };
    assert_eq!((refused[0].recipient.email.as_str(), refused[0].text.as_str()), ("", "5.7.1 no"));
    bench.outbox.retry(ANN, &id).await.unwrap();
    assert!(matches!(
        bench.until(|s| matches!(s, SubmissionState::Failed { .. })).await,
        SubmissionState::Failed { .. }
    ));
    let stranger = bench.outbox.cancel(UserId([2; 16]), &id).await;
    assert!(matches!(stranger, Err(Error::NonExistent)));
    bench.outbox.cancel(ANN, &id).await.unwrap();
    assert_eq!(bench.outbox.list(ANN).await.unwrap(), []);
    assert!(
        std::fs::read_dir(bench.place.path().join("blobs").join(ANN.to_string()))
            .unwrap()
            .next()
            .is_none()
    );
}

#[tokio::test]
async fn a_lost_last_word_is_never_sent_again_unasked() {
    let mut bench = Bench::new(vec![Some(Fake::with((".", Act::Close)))]).await;
    let id = bench.accept(&["bob@b.test"]).await.id;
    assert_eq!(bench.settled().await, SubmissionState::Uncertain);
    bench.clock.advance(Duration::from_secs(30 * 24 * 3600));
    let mut bench = bench.crash().await;
    assert_eq!(bench.outbox.list(ANN).await.unwrap()[0].state, SubmissionState::Uncertain);
    assert_eq!(bench.taken().await, 0);
    bench.outbox.retry(ANN, &id).await.unwrap();
    assert_eq!(bench.until(|s| *s == SubmissionState::Sent).await, SubmissionState::Sent);
}

#[tokio::test]
async fn a_crash_before_the_message_sends_it_again_and_amid_it_asks() {
    for (phase, sent) in [("MAIL", true), (".", false)] {
        let bench = Bench::new(vec![Some(Fake::with((phase, Act::Stall)))]).await;
        let id = bench.accept(&["bob@b.test"]).await.id;
        for _ in 0..1000 {
            let row = submissions::find(&bench.outbox.db, ANN, &id.0).await.unwrap().unwrap();
            if row.state == State::Sending && Detail::decode(&row).unwrap().data_started != sent {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let servers = std::mem::take(&mut *bench.world.servers.lock().unwrap());
        // What a crash leaves behind, seen by the next process.
        let left = submissions::find(&bench.outbox.db, ANN, &id.0).await.unwrap().unwrap();
        assert_eq!(left.state, State::Sending);
        bench.outbox.recover(|_| true).await.unwrap();
        let state = bench.outbox.list(ANN).await.unwrap().remove(0).state;
        match sent {
            true => assert!(!matches!(state, SubmissionState::Uncertain), "{state:?}"),
            false => assert_eq!(state, SubmissionState::Uncertain),
        }
        servers.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[tokio::test]
async fn what_was_accepted_survives_a_crash() {
    let bench = Bench::new(vec![]).await;
    *bench.world.signed_out.lock().unwrap() = true;
    bench.accept(&["bob@b.test"]).await;
    let mut bench = bench.crash().await;
    *bench.world.signed_out.lock().unwrap() = false;
    bench.outbox.signed_in(ANN).await.unwrap();
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.until(|s| *s == SubmissionState::Sent).await, SubmissionState::Sent);
    assert_eq!(bench.taken().await, 1);
}

#[tokio::test]
async fn a_failing_step_after_sending_never_sends_again() {
    let mut bench = Bench::new(vec![]).await;
    *bench.world.failing_filings.lock().unwrap() = 2;
    bench.accept(&["bob@b.test"]).await;
    assert_eq!(bench.settled().await, SubmissionState::Sent);
    for left in [1, 0] {
        bench.eventually(|world| *world.failing_filings.lock().unwrap() == left).await;
        bench.eventually(|_| bench.outbox.busy().is_empty()).await;
        bench.clock.advance(Duration::from_secs(300));
    }
    bench.eventually(|world| world.filed.lock().unwrap().len() == 1).await;
    assert_eq!(bench.taken().await, 1);
}

#[tokio::test]
async fn held_and_scheduled_mail_waits_and_can_be_taken_back() {
    let mut bench = Bench::new(vec![]).await;
    let held = bench
        .outbox
        .accept(Order { plan: Plan::Held(10), ..order(&["bob@b.test"]) })
        .await
        .unwrap();
    assert_eq!(held.state, SubmissionState::Held { until: 1_000_010 });
    bench.outbox.cancel(ANN, &held.id).await.unwrap();
    let at = Plan::At(1_000_100);
    let scheduled =
        bench.outbox.accept(Order { plan: at, ..order(&["bob@b.test"]) }).await.unwrap();
    assert_eq!(scheduled.state, SubmissionState::Scheduled { at: 1_000_100 });
    bench.clock.advance(Duration::from_secs(100));
    assert_eq!(bench.until(|s| *s == SubmissionState::Sent).await, SubmissionState::Sent);
    assert_eq!(bench.taken().await, 1);
}

#[tokio::test]
async fn limits_are_kept_before_anything_is_stored() {
    let limits =
        Limits { recipients: 1, submissions_per_hour: 1, message_mb: 1, ..Limits::default() };
    let clock = Clock::fake(UNIX_EPOCH + Duration::from_secs(1_000_000));
    let bench = Bench::start(World::default(), clock, tempfile::tempdir().unwrap(), limits).await;
    let many = bench.outbox.accept(order(&["a@b.test", "c@b.test"])).await;
    assert!(matches!(many, Err(Error::TooManyRecipients(1))));
    let mut large = order(&["a@b.test"]);
    large.composed.message = vec![b'x'; (1 << 20) + 1];
    assert!(matches!(bench.outbox.accept(large).await, Err(Error::TooLarge(1))));
    bench.accept(&["a@b.test"]).await;
    assert!(matches!(bench.outbox.accept(order(&["a@b.test"])).await, Err(Error::TooOften(1))));
    bench.clock.advance(Duration::from_secs(3601));
    bench.accept(&["a@b.test"]).await;
}
