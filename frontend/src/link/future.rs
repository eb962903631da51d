//! A call's answer as a future; dropping it before the answer cancels the call.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use postern_shared::error::CallError;

use super::Outcome;

#[derive(Default)]
struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

/// The side that gives the answer.
pub struct Answer(Rc<RefCell<Slot>>);

impl Answer {
    /// Gives it.
    pub fn give(self, outcome: Outcome) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.outcome = Some(outcome);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The side that waits for the answer.
pub struct Waiter {
    slot: Rc<RefCell<Slot>>,
    cancel: Option<Box<dyn FnOnce()>>,
}

impl Waiter {
    /// One that is answered already.
    pub fn failed(error: CallError) -> Self {
        let slot = Slot { outcome: Some(Err(error)), waker: None };
        Self { slot: Rc::new(RefCell::new(slot)), cancel: None }
    }

    /// Lets the call go on without anybody waiting.
    pub fn forget(mut self) {
        self.cancel = None;
    }
}

impl Future for Waiter {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = self.slot.borrow_mut().outcome.take();
        match outcome {
            Some(outcome) => {
                self.cancel = None;
                Poll::Ready(outcome)
            }
            None => {
                self.slot.borrow_mut().waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if self.slot.borrow().outcome.is_none()
            && let Some(cancel) = self.cancel.take()
        {
            cancel();
        }
    }
}

/// Both sides of one answer; `cancel` runs where the waiting side goes first.
pub fn pair(cancel: Box<dyn FnOnce()>) -> (Answer, Waiter) {
    let slot = Rc::new(RefCell::new(Slot::default()));
    (Answer(slot.clone()), Waiter { slot, cancel: Some(cancel) })
}
