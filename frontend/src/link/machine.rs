//! The link's rules without a browser: when to connect, what to send, what to give up.

use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::frame::{CallId, HEARTBEAT_SECONDS, MAX_INBOUND, PROTOCOL_VERSION, encode};
use postern_shared::page::{Heard, Said, encode_call};
use postern_shared::settings::Limits;

use super::{Outcome, backoff};

/// Most calls under way or waiting for the link.
pub const MAX_CALLS: usize = 256;
/// Milliseconds within which the bridge must answer a connection, a hello, or a heartbeat.
pub const PATIENCE_MS: f64 = 10_000.0;

const BEAT_MS: f64 = HEARTBEAT_SECONDS as f64 * 1000.0;

/// How the link stands, as the page shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinkState {
    /// Not wanted.
    Idle,
    /// For the first time on its way.
    Connecting,
    /// Both sides talk.
    Open,
    /// Lost; tried again at `next` (milliseconds since 1970).
    Reconnecting {
        /// The attempt that is under way or comes next, from 1 on.
        attempt: u32,
        /// When it is made.
        next: f64,
    },
    /// Page and bridge speak different versions: the page must be loaded anew.
    VersionMismatch,
    /// The session is over.
    SignedOut,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Open a socket.
    Connect,
    /// Drop the socket.
    Close,
    /// Send a message.
    Send(Vec<u8>),
    /// Answer a call.
    Answer(CallId, Outcome),
    /// Let the windows resume.
    Resume,
    /// The bridge greeted: its build and its limits.
    Greeted(String, Box<Limits>),
    /// Something changed.
    Event(Box<Event>),
    /// Ask whether there is still a session.
    Doubt,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    /// A socket is being opened, or the hello is out.
    Opening {
        since: f64,
        sent: bool,
    },
    Open,
    Waiting {
        until: f64,
    },
    Ended(LinkState),
}

/// The link's state.
pub struct Machine {
    phase: Phase,
    attempt: u32,
    /// Under way or waiting for the link, oldest first; few enough to look through.
    calls: Vec<(CallId, Vec<u8>)>,
    next_call: u32,
    heard_at: f64,
    beat_at: f64,
}

impl Machine {
    pub fn new() -> Self {
        let calls = Vec::new();
        Self { phase: Phase::Idle, attempt: 0, calls, next_call: 0, heard_at: 0.0, beat_at: 0.0 }
    }

    pub fn state(&self) -> LinkState {
        match self.phase {
            Phase::Idle => LinkState::Idle,
            Phase::Open => LinkState::Open,
            Phase::Opening { .. } if self.attempt == 0 => LinkState::Connecting,
            Phase::Opening { since, .. } => {
                LinkState::Reconnecting { attempt: self.attempt, next: since }
            }
            Phase::Waiting { until } => {
                LinkState::Reconnecting { attempt: self.attempt, next: until }
            }
            Phase::Ended(state) => state,
        }
    }

    pub fn start(&mut self, now: f64) -> Vec<Effect> {
        match self.phase {
            Phase::Idle | Phase::Ended(LinkState::SignedOut) => {
                self.attempt = 0;
                self.connect(now)
            }
            _ => Vec::new(),
        }
    }

    pub fn stop(&mut self) -> Vec<Effect> {
        self.end(Phase::Idle, ErrorCode::NotSignedIn)
    }

    pub fn opened(&mut self, now: f64, build: String) -> Vec<Effect> {
        self.phase = Phase::Opening { since: now, sent: true };
        (self.heard_at, self.beat_at) = (now, now);
        let hello = Said::Hello { protocol: PROTOCOL_VERSION, build };
        // The windows' calls come first, then what waited: nobody waits for the bridge's hello.
        let waiting: Vec<_> = self.calls.clone();
        let mut effects = vec![Effect::Send(encode(&hello)), Effect::Resume];
        effects.extend(waiting.iter().map(|(id, call)| Effect::Send(encode_call(*id, call))));
        effects
    }

    /// Takes a frame in; `reply` is what a reply holds, still encoded.
    pub fn frame(&mut self, frame: Heard, reply: &[u8], now: f64) -> Vec<Effect> {
        self.heard_at = now;
        match frame {
            Heard::Hello { build, limits, .. } => {
                self.phase = Phase::Open;
                self.attempt = 0;
                vec![Effect::Greeted(build, Box::new(limits))]
            }
            Heard::Goodbye(error) => match error.code {
                ErrorCode::VersionMismatch => {
                    self.end(Phase::Ended(LinkState::VersionMismatch), error.code)
                }
                ErrorCode::NotSignedIn => self.end(Phase::Ended(LinkState::SignedOut), error.code),
                // Limit and the like pass: the socket closes and the next attempt may do.
                _ => Vec::new(),
            },
            Heard::Reply(id, outcome) => match self.forget(id) {
                true => vec![Effect::Answer(id, outcome.map(|()| reply.to_vec()))],
                false => Vec::new(),
            },
            Heard::Event(Event::SessionEnded) => {
                self.end(Phase::Ended(LinkState::SignedOut), ErrorCode::NotSignedIn)
            }
            Heard::Event(event) => vec![Effect::Event(Box::new(event))],
            Heard::Progress { .. } | Heard::Heartbeat => Vec::new(),
        }
    }

    pub fn closed(&mut self, now: f64, jitter: f64) -> Vec<Effect> {
        let refused = match self.phase {
            Phase::Opening { sent, .. } => !sent,
            Phase::Open => false,
            _ => return Vec::new(),
        };
        self.attempt += 1;
        self.phase = Phase::Waiting { until: now + backoff::wait(self.attempt, jitter) };
        let doubt = refused.then_some(Effect::Doubt);
        std::iter::once(Effect::Close).chain(doubt).collect()
    }

    pub fn tick(&mut self, now: f64, jitter: f64) -> Vec<Effect> {
        match self.phase {
            Phase::Waiting { until } if now >= until => self.connect(now),
            Phase::Opening { since, .. } if now >= since + PATIENCE_MS => self.closed(now, jitter),
            Phase::Open if self.unanswered() && now >= self.beat_at + PATIENCE_MS => {
                self.closed(now, jitter)
            }
            Phase::Open if now >= self.beat_at + BEAT_MS => self.beat(now),
            _ => Vec::new(),
        }
    }

    /// The network or the user came back.
    pub fn nudge(&mut self, now: f64) -> Vec<Effect> {
        match self.phase {
            Phase::Waiting { .. } => self.connect(now),
            Phase::Open if !self.unanswered() => self.beat(now),
            _ => Vec::new(),
        }
    }

    /// Asks for what an encoded call says.
    pub fn request(&mut self, request: Vec<u8>) -> (Result<CallId, CallError>, Vec<Effect>) {
        if let Phase::Ended(_) = self.phase {
            return (Err(CallError::new(ErrorCode::NotSignedIn)), Vec::new());
        }
        let id = CallId(self.next_call);
        let frame = encode_call(id, &request);
        let too_long = frame.len() > MAX_INBOUND;
        if too_long || self.calls.len() >= MAX_CALLS {
            return (Err(CallError::new(ErrorCode::Limit)), Vec::new());
        }
        self.next_call = self.next_call.wrapping_add(1);
        self.calls.push((id, request));
        (Ok(id), if self.talking() { vec![Effect::Send(frame)] } else { Vec::new() })
    }

    pub fn cancel(&mut self, id: CallId) -> Vec<Effect> {
        match self.forget(id) {
            true if self.talking() => vec![Effect::Send(encode(&Said::Cancel(id)))],
            _ => Vec::new(),
        }
    }

    /// Milliseconds until [`Machine::tick`] has something to do.
    pub fn wake_in(&self, now: f64) -> Option<u32> {
        let at = match self.phase {
            Phase::Idle | Phase::Ended(_) => return None,
            Phase::Opening { since, .. } => since + PATIENCE_MS,
            Phase::Waiting { until } => until,
            Phase::Open if self.unanswered() => self.beat_at + PATIENCE_MS,
            Phase::Open => self.beat_at + BEAT_MS,
        };
        Some((at - now).max(0.0).ceil() as u32)
    }

    /// Says whether the call was known.
    fn forget(&mut self, id: CallId) -> bool {
        let found = self.calls.iter().position(|(known, _)| *known == id);
        found.map(|at| self.calls.remove(at)).is_some()
    }

    fn connect(&mut self, now: f64) -> Vec<Effect> {
        self.phase = Phase::Opening { since: now, sent: false };
        vec![Effect::Connect]
    }

    fn beat(&mut self, now: f64) -> Vec<Effect> {
        self.beat_at = now;
        vec![Effect::Send(encode(&Said::Heartbeat))]
    }

    fn unanswered(&self) -> bool {
        self.heard_at < self.beat_at
    }

    fn talking(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Opening { sent: true, .. })
    }

    fn end(&mut self, phase: Phase, code: ErrorCode) -> Vec<Effect> {
        self.phase = phase;
        let calls = std::mem::take(&mut self.calls);
        let answers =
            calls.into_iter().map(|(id, _)| Effect::Answer(id, Err(CallError::new(code))));
        std::iter::once(Effect::Close).chain(answers).collect()
    }
}
