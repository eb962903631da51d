//! The link's rules, driven by hand: no browser, no clock.

use postern_shared::api::accounts::ListAccounts;
use postern_shared::api::{Call, Reply};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::frame::{
    CallId, HEARTBEAT_SECONDS, PROTOCOL_VERSION, ToBridge, ToPage, decode, encode,
};
use postern_shared::page;
use postern_shared::settings::Limits;

use super::backoff;
use super::machine::{Effect, LinkState, MAX_CALLS, Machine, PATIENCE_MS};

const BEAT_MS: f64 = HEARTBEAT_SECONDS as f64 * 1000.0;

fn hello() -> ToPage {
    let limits = Limits { message_bytes: 1, recipients: 1, upload_bytes: 1, undo_seconds: 0 };
    ToPage::Hello { protocol: PROTOCOL_VERSION, build: "b".into(), limits }
}

/// What the bridge sent, as it comes out of the socket.
fn hear(machine: &mut Machine, frame: ToPage, now: f64) -> Vec<Effect> {
    let bytes = encode(&frame);
    let (heard, reply) = page::hear(&bytes[1..]).unwrap();
    machine.frame(heard, reply, now)
}

fn open() -> Machine {
    let mut machine = Machine::new();
    assert_eq!(machine.start(0.0), [Effect::Connect]);
    machine.opened(0.0, String::new());
    hear(&mut machine, hello(), 0.0);
    assert_eq!(machine.state(), LinkState::Open);
    machine
}

fn ask(machine: &mut Machine) -> CallId {
    machine.request(ListAccounts.encode()).0.unwrap()
}

fn sent(effects: &[Effect]) -> Vec<ToBridge> {
    let frames = effects.iter().filter_map(|effect| match effect {
        Effect::Send(bytes) => Some(decode(bytes).unwrap()),
        _ => None,
    });
    frames.collect()
}

#[test]
fn the_wait_doubles_up_to_half_a_minute_and_never_falls_below_half_a_second() {
    let check = |attempt, jitter, expect: f64| assert_eq!(backoff::wait(attempt, jitter), expect);
    check(1, 0.0, 500.0);
    check(1, 1.0, 500.0);
    check(3, 1.0, 2_000.0);
    check(3, 0.0, 1_000.0);
    check(7, 1.0, 30_000.0);
    check(4_000, 0.0, 15_000.0);
}

#[test]
fn a_call_made_while_connecting_goes_out_right_after_the_hello_and_the_windows() {
    let mut machine = Machine::new();
    machine.start(0.0);
    let id = ask(&mut machine);
    let effects = machine.opened(5.0, "b".into());
    assert!(matches!(sent(&effects)[0], ToBridge::Hello { .. }));
    assert_eq!(effects[1], Effect::Resume);
    assert_eq!(sent(&effects)[1], ToBridge::Call(id, ListAccounts.into_request()));
}

#[test]
fn a_call_under_way_is_asked_again_after_a_drop_and_answered_once() {
    let mut machine = open();
    let id = ask(&mut machine);
    assert_eq!(machine.closed(10.0, 0.0), [Effect::Close]);
    assert_eq!(machine.tick(600.0, 0.0), [Effect::Connect]);
    let effects = machine.opened(610.0, String::new());
    assert_eq!(sent(&effects)[1], ToBridge::Call(id, ListAccounts.into_request()));
    let reply = || ToPage::Reply(id, Ok(Reply::ListAccounts(vec![])));
    let answered = hear(&mut machine, reply(), 620.0);
    let [Effect::Answer(known, Ok(bytes))] = &answered[..] else { panic!("{answered:?}") };
    assert_eq!((*known, ListAccounts::decode(bytes)), (id, Some(vec![])));
    assert_eq!(hear(&mut machine, reply(), 630.0), []);
}

#[test]
fn a_cancelled_call_is_told_once_and_not_asked_again() {
    let mut machine = open();
    let id = ask(&mut machine);
    assert_eq!(sent(&machine.cancel(id)), [ToBridge::Cancel(id)]);
    assert_eq!(machine.cancel(id), []);
    machine.closed(0.0, 0.0);
    assert_eq!(sent(&machine.opened(600.0, String::new())).len(), 1);
}

#[test]
fn a_silent_link_is_given_up_and_an_answering_one_kept() {
    let mut machine = open();
    assert_eq!(machine.wake_in(0.0), Some(BEAT_MS as u32));
    assert_eq!(sent(&machine.tick(BEAT_MS, 0.0)), [ToBridge::Heartbeat]);
    hear(&mut machine, ToPage::Heartbeat, BEAT_MS + 5.0);
    assert_eq!(machine.tick(BEAT_MS + PATIENCE_MS, 0.0), []);
    assert_eq!(sent(&machine.tick(2.0 * BEAT_MS, 0.0)), [ToBridge::Heartbeat]);
    let given_up = machine.tick(2.0 * BEAT_MS + PATIENCE_MS, 0.0);
    assert_eq!(given_up, [Effect::Close]);
    assert!(matches!(machine.state(), LinkState::Reconnecting { attempt: 1, .. }));
}

#[test]
fn a_bridge_that_never_says_hello_is_given_up() {
    let mut machine = Machine::new();
    machine.start(0.0);
    machine.opened(1.0, String::new());
    assert_eq!(machine.tick(1.0 + PATIENCE_MS, 0.0), [Effect::Close]);
}

#[test]
fn a_network_that_comes_back_ends_the_wait() {
    let mut machine = open();
    machine.closed(0.0, 0.0);
    assert_eq!(machine.nudge(1.0), [Effect::Connect]);
    assert_eq!(machine.nudge(2.0), []);
}

#[test]
fn attempts_are_counted_until_the_bridge_greets() {
    let mut machine = open();
    for attempt in 1..4 {
        machine.closed(0.0, 0.0);
        assert!(
            matches!(machine.state(), LinkState::Reconnecting { attempt: a, .. } if a == attempt)
        );
        machine.nudge(1.0);
    }
    machine.opened(2.0, String::new());
    hear(&mut machine, hello(), 3.0);
    machine.closed(4.0, 0.0);
    assert!(matches!(machine.state(), LinkState::Reconnecting { attempt: 1, .. }));
}

#[test]
fn a_refused_socket_raises_the_question_of_the_session() {
    let mut machine = Machine::new();
    machine.start(0.0);
    assert_eq!(machine.closed(1.0, 0.0), [Effect::Close, Effect::Doubt]);
}

#[test]
fn an_ended_session_fails_what_waits_and_lasts_until_started_anew() {
    let mut machine = open();
    let id = ask(&mut machine);
    let error = CallError::new(ErrorCode::NotSignedIn);
    let effects = hear(&mut machine, ToPage::Event(Event::SessionEnded), 1.0);
    assert_eq!(effects, [Effect::Close, Effect::Answer(id, Err(error.clone()))]);
    assert_eq!(machine.state(), LinkState::SignedOut);
    assert_eq!(machine.nudge(2.0), []);
    assert_eq!(machine.request(ListAccounts.encode()).0, Err(error));
    assert_eq!(machine.start(3.0), [Effect::Connect]);
}

#[test]
fn another_version_ends_the_link_for_good() {
    let mut machine = open();
    hear(&mut machine, ToPage::Goodbye(CallError::new(ErrorCode::VersionMismatch)), 1.0);
    assert_eq!(machine.state(), LinkState::VersionMismatch);
    assert_eq!(machine.start(2.0), []);
}

#[test]
fn too_many_calls_are_refused_at_once() {
    let mut machine = Machine::new();
    for _ in 0..MAX_CALLS {
        ask(&mut machine);
    }
    let refused = machine.request(ListAccounts.encode()).0;
    assert_eq!(refused, Err(CallError::new(ErrorCode::Limit)));
}
