//! Who is told: the links of one user, each with a bounded queue of events.
//!
//! A link whose queue is full is ended rather than told a part: the page then reconnects and its
//! windows say whether they are current.

use std::sync::Mutex;

use postern_shared::event::Event;
use postern_shared::window::WindowId;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Events that may wait for one link.
pub const QUEUE: usize = 256;

/// A link's number, unique in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

struct Listener {
    link: LinkId,
    events: mpsc::Sender<Event>,
    lagging: CancellationToken,
}

/// The links of one user.
#[derive(Default)]
pub struct Audience {
    listeners: Mutex<Vec<Listener>>,
}

impl Audience {
    /// Adds a link. `lagging` is cancelled when its queue overflows.
    pub fn join(&self, link: LinkId, lagging: CancellationToken) -> mpsc::Receiver<Event> {
        let (events, receiver) = mpsc::channel(QUEUE);
        self.listeners().push(Listener { link, events, lagging });
        receiver
    }

    /// Takes a link out.
    pub fn leave(&self, link: LinkId) {
        self.listeners().retain(|listener| listener.link != link);
    }

    /// Whether a link is here.
    pub fn holds(&self, link: LinkId) -> bool {
        self.listeners().iter().any(|listener| listener.link == link)
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.listeners().len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells every link.
    pub fn publish(&self, event: &Event) {
        self.listeners().iter().for_each(|listener| listener.tell(event.clone()));
    }

    /// Tells one link, if it is still there.
    pub fn tell(&self, link: LinkId, event: Event) {
        if let Some(listener) = self.listeners().iter().find(|listener| listener.link == link) {
            listener.tell(event);
        }
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        self.listeners.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Listener {
    fn tell(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            self.lagging.cancel();
        }
    }
}

/// A window of a link: what a delta is addressed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey {
    /// The link.
    pub link: LinkId,
    /// The window's name on it.
    pub window: WindowId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_ends_the_link_instead_of_dropping_a_part() {
        let audience = Audience::default();
        let lagging = CancellationToken::new();
        let mut events = audience.join(LinkId(1), lagging.clone());
        for _ in 0..QUEUE {
            audience.publish(&Event::BridgeStopping);
        }
        assert!(!lagging.is_cancelled());
        audience.publish(&Event::BridgeStopping);
        assert!(lagging.is_cancelled());
        assert_eq!(events.try_recv(), Ok(Event::BridgeStopping));
    }

    #[test]
    fn only_the_link_meant_is_told() {
        let audience = Audience::default();
        let mut first = audience.join(LinkId(1), CancellationToken::new());
        let mut second = audience.join(LinkId(2), CancellationToken::new());
        audience.tell(LinkId(2), Event::SessionEnded);
        assert!(first.try_recv().is_err());
        assert_eq!(second.try_recv(), Ok(Event::SessionEnded));
        audience.leave(LinkId(2));
        assert_eq!(audience.len(), 1);
    }
}
