//! How often somebody may try to sign in: per network, per address and in all.
//!
//! A counter takes some failures freely, then blocks for a time that doubles with every further
//! one; failures are forgotten slowly. Attempts under way count as failures until they end, so
//! that a burst cannot slip through, and one that nobody waits for any more counts as failed.

use crate::clock::Clock;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Longest wait for other attempts of the same origin to end.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Most attempts that may wait at a time.
const MOST_WAITING: usize = 1_024;
/// Counters kept before forgotten ones are swept out.
const SWEEP_ABOVE: usize = 4_096;

struct Rule {
    /// Failures before the first block.
    free: u32,
    /// The first block; doubles with every failure.
    first: Duration,
    /// The longest block.
    longest: Duration,
    /// How long until one failure is forgotten.
    leak: Duration,
}

const PER_IP: Rule = Rule {
    free: 20,
    first: Duration::from_secs(2),
    longest: Duration::from_secs(900),
    leak: Duration::from_secs(120),
};
const PER_ADDRESS: Rule = Rule {
    free: 5,
    first: Duration::from_secs(2),
    longest: Duration::from_secs(900),
    leak: Duration::from_secs(300),
};
const IN_ALL: Rule = Rule {
    free: 500,
    first: Duration::from_millis(250),
    longest: Duration::from_secs(10),
    leak: Duration::from_millis(200),
};

#[derive(Default)]
struct Counter {
    failures: f64,
    /// When `failures` was right.
    at: Duration,
    blocked_until: Duration,
    under_way: u32,
}

enum Verdict {
    Go,
    Wait,
    Blocked(Duration),
}

impl Counter {
    fn settle(&mut self, rule: &Rule, now: Duration) {
        let forgotten = (now.saturating_sub(self.at)).as_secs_f64() / rule.leak.as_secs_f64();
        self.failures = (self.failures - forgotten).max(0.0);
        self.at = now;
    }

    fn verdict(&mut self, rule: &Rule, now: Duration) -> Verdict {
        self.settle(rule, now);
        if self.blocked_until > now {
            return Verdict::Blocked(self.blocked_until - now);
        }
        // One at a time once the free ones are used up.
        let room = (f64::from(rule.free) - self.failures).max(1.0);
        if f64::from(self.under_way) + 1.0 > room { Verdict::Wait } else { Verdict::Go }
    }

    fn fail(&mut self, rule: &Rule, now: Duration) {
        self.settle(rule, now);
        self.failures += 1.0;
        let beyond = self.failures - f64::from(rule.free);
        if beyond >= 0.0 {
            let block = rule.first.as_secs_f64() * beyond.min(64.0).exp2();
            self.blocked_until =
                now + Duration::from_secs_f64(block.min(rule.longest.as_secs_f64()));
        }
    }

    fn is_forgotten(&mut self, rule: &Rule, now: Duration) -> bool {
        self.settle(rule, now);
        self.under_way == 0 && self.failures == 0.0 && self.blocked_until <= now
    }
}

#[derive(Default)]
struct Counters {
    by_ip: HashMap<IpAddr, Counter>,
    by_address: HashMap<String, Counter>,
    in_all: Counter,
    waiting: usize,
}

impl Counters {
    fn each(&mut self, ip: IpAddr, address: &str, mut act: impl FnMut(&mut Counter, &Rule)) {
        act(self.by_ip.entry(ip).or_default(), &PER_IP);
        act(self.by_address.entry(address.to_owned()).or_default(), &PER_ADDRESS);
        act(&mut self.in_all, &IN_ALL);
    }

    fn sweep(&mut self, now: Duration) {
        if self.by_ip.len() + self.by_address.len() > SWEEP_ABOVE {
            self.by_ip.retain(|_, counter| !counter.is_forgotten(&PER_IP, now));
            self.by_address.retain(|_, counter| !counter.is_forgotten(&PER_ADDRESS, now));
        }
    }
}

/// The counters of this bridge. Cheap to clone.
#[derive(Clone)]
pub struct SignInLimits(Arc<Inner>);

struct Inner {
    clock: Clock,
    counters: Mutex<Counters>,
    ended: Notify,
}

/// Too many attempts; another one makes sense after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited(pub Duration);

/// An attempt that may be made. Dropped without a word, it has failed.
pub struct Attempt {
    limits: SignInLimits,
    ip: IpAddr,
    address: String,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    Succeeded,
    Void,
}

impl Attempt {
    /// The credentials were right.
    pub fn succeeded(mut self) {
        self.outcome = Outcome::Succeeded;
    }

    /// The credentials were not tried at all.
    pub fn void(mut self) {
        self.outcome = Outcome::Void;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let now = self.limits.0.clock.elapsed();
        let mut counters = self.limits.0.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.outcome;
        counters.each(self.ip, &self.address, |counter, rule| {
            counter.under_way = counter.under_way.saturating_sub(1);
            if outcome == Outcome::Failed {
                counter.fail(rule, now);
            }
        });
        if outcome == Outcome::Succeeded {
            // Not the network's counter: one good account must not buy guesses at the others.
            if let Some(counter) = counters.by_address.get_mut(&self.address) {
                (counter.failures, counter.blocked_until) = (0.0, Duration::ZERO);
            }
        }
        drop(counters);
        self.limits.0.ended.notify_waiters();
    }
}

impl SignInLimits {
    /// Counters at zero.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, counters: Mutex::default(), ended: Notify::new() }))
    }

    /// Asks for an attempt; waits while too many of the same origin are under way.
    ///
    /// # Errors
    /// `Limited`, before anything was tried.
    pub async fn begin(&self, ip: IpAddr, address: &str) -> Result<Attempt, Limited> {
        let ip = network_of(ip);
        let deadline = self.0.clock.sleep(LONGEST_WAIT);
        tokio::pin!(deadline);
        loop {
            let ended = self.0.ended.notified();
            tokio::pin!(ended);
            // Before the look, so that an end between look and wait is not missed.
            ended.as_mut().enable();
            if let Some(attempt) = self.look(ip, address)? {
                return Ok(attempt);
            }
            let _waiting = self.wait()?;
            tokio::select! {
                () = ended => {}
                () = &mut deadline => return Err(Limited(LONGEST_WAIT)),
            }
        }
    }

    fn look(&self, ip: IpAddr, address: &str) -> Result<Option<Attempt>, Limited> {
        let now = self.0.clock.elapsed();
        let mut counters = self.counters();
        counters.sweep(now);
        let (mut blocked, mut wait) = (Duration::ZERO, false);
        counters.each(ip, address, |counter, rule| match counter.verdict(rule, now) {
            Verdict::Go => {}
            Verdict::Wait => wait = true,
            Verdict::Blocked(time) => blocked = blocked.max(time),
        });
        if !blocked.is_zero() {
            return Err(Limited(blocked));
        }
        if wait {
            return Ok(None);
        }
        counters.each(ip, address, |counter, _| counter.under_way += 1);
        let limits = self.clone();
        Ok(Some(Attempt { limits, ip, address: address.to_owned(), outcome: Outcome::Failed }))
    }

    fn wait(&self) -> Result<Waiting<'_>, Limited> {
        let mut counters = self.counters();
        if counters.waiting >= MOST_WAITING {
            return Err(Limited(LONGEST_WAIT));
        }
        counters.waiting += 1;
        Ok(Waiting(self))
    }

    fn counters(&self) -> std::sync::MutexGuard<'_, Counters> {
        self.0.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Waiting<'a>(&'a SignInLimits);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.counters().waiting -= 1;
    }
}

/// An IPv6 customer has a /64: addresses in it are one origin.
fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => {
            let bits = ip.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    }
}

#[cfg(test)]
mod tests;
