//! Attempts against a clock that only the test moves.

use super::*;
use futures_util::FutureExt;
use std::time::UNIX_EPOCH;

const SECOND: Duration = Duration::from_secs(1);

fn limits() -> (Clock, SignInLimits) {
    let clock = Clock::fake(UNIX_EPOCH);
    (clock.clone(), SignInLimits::new(clock))
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// Whether an attempt is allowed at once; it fails then.
fn fails(limits: &SignInLimits, from: IpAddr, address: &str) -> Result<(), Limited> {
    limits.begin(from, address).now_or_never().expect("decided at once").map(drop)
}

#[test]
fn an_address_is_blocked_for_longer_and_longer() {
    let (clock, limits) = limits();
    for last in 0..5 {
        assert_eq!(fails(&limits, ip(last), "ann"), Ok(()));
    }
    assert_eq!(fails(&limits, ip(99), "ann"), Err(Limited(2 * SECOND)));
    clock.advance(2 * SECOND);
    assert_eq!(fails(&limits, ip(99), "ann"), Ok(()));
    let Err(Limited(longer)) = fails(&limits, ip(99), "ann") else { panic!("not blocked") };
    assert!(longer > 3 * SECOND, "{longer:?}");
    assert_eq!(fails(&limits, ip(99), "bob"), Ok(()), "others are not concerned");
    clock.advance(Duration::from_secs(24 * 3_600));
    assert_eq!(fails(&limits, ip(99), "ann"), Ok(()), "forgotten");
}

#[test]
fn a_network_is_blocked_whatever_the_address() {
    let (_, limits) = limits();
    let from = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
    for host in 0..20 {
        assert_eq!(fails(&limits, from(host), &format!("user{host}")), Ok(()));
    }
    assert_eq!(fails(&limits, from(500), "new"), Err(Limited(2 * SECOND)));
    assert_eq!(fails(&limits, IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), "new"), Ok(()));
}

#[test]
fn a_success_clears_the_address_and_not_the_network() {
    let (_, limits) = limits();
    for round in 0..5 {
        for _ in 0..4 {
            assert_eq!(fails(&limits, ip(1), "ann"), Ok(()), "round {round}");
        }
        if round < 4 {
            limits.begin(ip(1), "ann").now_or_never().unwrap().unwrap().succeeded();
        }
    }
    assert!(fails(&limits, ip(1), "bob").is_err());
}

#[test]
fn what_was_not_tried_does_not_count() {
    let (_, limits) = limits();
    for _ in 0..100 {
        limits.begin(ip(1), "ann").now_or_never().unwrap().unwrap().void();
    }
}

#[test]
fn a_burst_gets_no_more_than_the_free_attempts() {
    let (_, limits) = limits();
    let mut allowed: Vec<_> =
        (0..5).map(|_| limits.begin(ip(1), "ann").now_or_never().unwrap().unwrap()).collect();
    let mut sixth = Box::pin(limits.begin(ip(2), "ann"));
    assert!((&mut sixth).now_or_never().is_none(), "waits for the others");
    allowed.pop().unwrap().succeeded();
    let granted = (&mut sixth).now_or_never().expect("woken").expect("allowed");
    let mut seventh = Box::pin(limits.begin(ip(2), "ann"));
    drop(granted);
    allowed.clear();
    assert!((&mut seventh).now_or_never().expect("woken").is_err(), "the others failed");
}

#[test]
fn waiting_ends() {
    let (clock, limits) = limits();
    let _allowed: Vec<_> =
        (0..5).map(|_| limits.begin(ip(1), "ann").now_or_never().unwrap().unwrap()).collect();
    let mut sixth = Box::pin(limits.begin(ip(2), "ann"));
    assert!((&mut sixth).now_or_never().is_none());
    clock.advance(LONGEST_WAIT);
    assert_eq!((&mut sixth).now_or_never().unwrap().err(), Some(Limited(LONGEST_WAIT)));
    assert_eq!(limits.counters().waiting, 0);
}
