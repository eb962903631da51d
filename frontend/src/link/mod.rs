//! The link: one WebSocket to the bridge, held up over every drop.

mod backoff;
mod future;
mod machine;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::api::Call;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::frame::{CallId, DEFLATED, PLAIN};
use postern_shared::page::hear;
use postern_shared::settings::Limits;

use crate::browser::socket::{Report, Socket};
use crate::browser::timer::{Timer, now};
use crate::browser::{compression, device, history, random};

pub use machine::LinkState;

use future::{Answer, Waiter};
use machine::{Effect, Machine};

/// Hears the bridge's build and limits.
pub type Greeted = Box<dyn Fn(&str, Limits)>;

/// What the stores want to hear.
pub struct Hooks {
    /// A socket is open: windows are to be resumed now, before waiting calls go out.
    pub resume: Box<dyn Fn()>,
    /// The bridge said hello.
    pub greeted: Greeted,
    /// Something changed.
    pub event: Box<dyn Fn(Event)>,
    /// A socket was refused: perhaps the session is over.
    pub doubted: Box<dyn Fn()>,
}

struct Inner {
    machine: Machine,
    socket: Option<Socket>,
    timer: Option<Timer>,
    answers: Vec<(CallId, Answer)>,
    hooks: Option<Rc<Hooks>>,
    inbox: VecDeque<Vec<u8>>,
    pumping: bool,
    /// Tells the frames of one socket from those of the socket before it.
    era: u32,
}

/// The link, as the stores hold it.
#[derive(Clone, Copy)]
pub struct Link {
    inner: StoredValue<Rc<RefCell<Inner>>, LocalStorage>,
    state: RwSignal<LinkState>,
}

impl Link {
    /// A link that is not connected yet.
    #[must_use]
    pub fn new() -> Self {
        let inner = Inner {
            machine: Machine::new(),
            socket: None,
            timer: None,
            answers: Vec::new(),
            hooks: None,
            inbox: VecDeque::new(),
            pumping: false,
            era: 0,
        };
        Self {
            inner: StoredValue::new_local(Rc::new(RefCell::new(inner))),
            state: RwSignal::new(LinkState::Idle),
        }
    }

    /// How the link stands.
    #[must_use]
    pub fn state(self) -> Signal<LinkState> {
        self.state.into()
    }

    /// Whether the browser believes it has a network.
    #[must_use]
    pub fn network(self) -> bool {
        device::online()
    }

    /// Says who is told what, and listens to the network coming back.
    pub fn listen(self, hooks: Hooks) {
        self.core().borrow_mut().hooks = Some(Rc::new(hooks));
        device::on_window("online", move |_| self.nudge());
        device::on_document("visibilitychange", move |_| {
            if device::visible() {
                self.nudge();
            }
        });
    }

    /// Connects, and stays connected until [`Link::stop`].
    pub fn start(self) {
        self.step(Machine::start);
    }

    /// Closes the link; calls under way fail.
    pub fn stop(self) {
        self.step(|machine, _| machine.stop());
    }

    /// Tries at once where a wait is on, and checks a link that seems open.
    pub fn nudge(self) {
        self.step(Machine::nudge);
    }

    /// Asks the bridge for something. A call survives a drop of the link: it is asked again.
    ///
    /// # Errors
    /// What the bridge answers; `Limit` where too much is under way; `NotSignedIn` once ended.
    pub fn call<C: Call>(
        self,
        call: C,
    ) -> impl Future<Output = Result<C::Reply, CallError>> + use<C> {
        let waiter = self.ask(call.encode());
        async move { C::decode(&waiter.await?).ok_or_else(|| CallError::new(ErrorCode::Internal)) }
    }

    /// Asks by an encoded call, for an encoded reply; see [`Link::call`].
    pub fn ask(self, request: Vec<u8>) -> Waiter {
        let mut made = Err(CallError::new(ErrorCode::Limit));
        self.step(|machine, _| {
            let (result, effects) = machine.request(request);
            made = result;
            effects
        });
        match made {
            Err(error) => Waiter::failed(error),
            Ok(id) => {
                let (answer, waiter) = future::pair(Box::new(move || self.cancel(id)));
                self.core().borrow_mut().answers.push((id, answer));
                waiter
            }
        }
    }

    /// Asks for something whose answer nobody needs.
    pub fn tell<C: Call>(self, call: C) {
        self.ask(call.encode()).forget();
    }

    fn cancel(self, id: CallId) {
        // A disposed owner means that the whole page is being taken down.
        if let Some(core) = self.inner.try_get_value() {
            drop(take_answer(&core, id));
            self.step(|machine, _| machine.cancel(id));
        }
    }

    fn core(self) -> Rc<RefCell<Inner>> {
        self.inner.get_value()
    }

    /// Moves the machine and does what it says.
    fn step(self, input: impl FnOnce(&mut Machine, f64) -> Vec<Effect>) {
        let core = self.core();
        let effects = input(&mut core.borrow_mut().machine, now());
        for effect in effects {
            self.perform(&core, effect);
        }
        let (state, wake) = {
            let machine = &core.borrow().machine;
            (machine.state(), machine.wake_in(now()))
        };
        core.borrow_mut().timer = wake.map(|millis| Timer::after(millis, move || self.tick()));
        if self.state.get_untracked() != state {
            self.state.set(state);
        }
    }

    fn tick(self) {
        self.step(|machine, now| machine.tick(now, random::fraction()));
    }

    fn perform(self, core: &Rc<RefCell<Inner>>, effect: Effect) {
        let hooks = core.borrow().hooks.clone();
        match effect {
            Effect::Connect => self.connect(core),
            Effect::Close => {
                let mut inner = core.borrow_mut();
                inner.era += 1;
                inner.inbox.clear();
                inner.socket = None;
            }
            Effect::Send(bytes) => {
                if let Some(socket) = &core.borrow().socket {
                    socket.send(&bytes);
                }
            }
            Effect::Answer(id, result) => {
                let answer = take_answer(core, id);
                if let Some(answer) = answer {
                    answer.give(result);
                }
            }
            Effect::Resume => tell(hooks, |hooks| (hooks.resume)()),
            Effect::Greeted(build, limits) => tell(hooks, |hooks| (hooks.greeted)(&build, *limits)),
            Effect::Event(event) => tell(hooks, |hooks| (hooks.event)(*event)),
            Effect::Doubt => tell(hooks, |hooks| (hooks.doubted)()),
        }
    }

    fn connect(self, core: &Rc<RefCell<Inner>>) {
        core.borrow_mut().era += 1;
        let era = core.borrow().era;
        let socket = Socket::open("ws", move |report| match report {
            Report::Opened => {
                let build = history::build();
                self.step(|machine, now| machine.opened(now, build));
            }
            Report::Message(bytes) => self.receive(bytes, era),
            Report::Closed => self.lost(),
        });
        core.borrow_mut().socket = socket;
        if core.borrow().socket.is_none() {
            spawn_local(async move { self.lost() });
        }
    }

    fn lost(self) {
        self.step(|machine, now| machine.closed(now, random::fraction()));
    }

    /// Keeps frames in order although some must be decompressed, which the browser does aside.
    fn receive(self, bytes: Vec<u8>, era: u32) {
        let core = self.core();
        if !core.borrow().pumping && bytes.first() == Some(&PLAIN) {
            return self.take(&bytes[1..]);
        }
        core.borrow_mut().inbox.push_back(bytes);
        if !core.borrow().pumping {
            core.borrow_mut().pumping = true;
            spawn_local(async move { self.pump(era).await });
        }
    }

    async fn pump(self, era: u32) {
        let core = self.core();
        loop {
            let Some(bytes) = core.borrow_mut().inbox.pop_front() else { break };
            let body = match bytes.split_first() {
                Some((&PLAIN, body)) => Some(body.to_vec()),
                Some((&DEFLATED, body)) => compression::inflate(body).await.ok(),
                _ => None,
            };
            // The socket may have changed while the browser decompressed.
            match body {
                _ if core.borrow().era != era => continue,
                Some(body) => self.take(&body),
                None => self.lost(),
            }
        }
        core.borrow_mut().pumping = false;
    }

    fn take(self, body: &[u8]) {
        match hear(body) {
            Ok((frame, reply)) => self.step(|machine, now| machine.frame(frame, reply, now)),
            Err(_) => self.lost(),
        }
    }
}

fn take_answer(core: &RefCell<Inner>, id: CallId) -> Option<Answer> {
    let answers = &mut core.borrow_mut().answers;
    let at = answers.iter().position(|(known, _)| *known == id)?;
    Some(answers.swap_remove(at).1)
}

fn tell(hooks: Option<Rc<Hooks>>, what: impl FnOnce(&Hooks)) {
    if let Some(hooks) = hooks {
        what(&hooks);
    }
}

impl Default for Link {
    fn default() -> Self {
        Self::new()
    }
}

/// What a call came to: its reply is still encoded, because only the caller knows its type.
pub type Outcome = Result<Vec<u8>, CallError>;
