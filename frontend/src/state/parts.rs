//! Parts of the page in modules of their own: whether each is here, on its way, or failed to come.

use leptos::prelude::*;

pub use crate::browser::page::Sheet;

/// A region that is drawn by a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// Composers, dialogs, notices and tooltips, which lie over the page.
    Layers,
    /// The menu of the account.
    Account,
    /// What can be done to the messages of the list.
    Tools,
    /// How the list is ordered and narrowed.
    Choices,
    /// What is selected of the list.
    Selected,
    /// The open message.
    Message,
    /// Where people type servers in to sign in.
    Servers,
    /// The outbox, in the list's place.
    Outbox,
    /// The settings: a part of their own.
    Settings,
}

/// Draws a region.
pub type Draw = fn(Region) -> AnyView;

/// How far a part is loaded.
#[derive(Clone, Copy)]
pub enum Stage {
    /// Nobody asked for it yet.
    Asleep,
    /// It is on its way.
    Loading,
    /// It is here.
    Ready(Draw),
    /// It could not be had; asking again may help.
    Failed,
}

/// The parts, as views know them.
#[derive(Clone, Copy)]
pub struct Parts {
    later: RwSignal<Stage>,
    settings: RwSignal<Stage>,
}

impl Parts {
    /// None asked for.
    #[must_use]
    pub fn new() -> Self {
        Self { later: RwSignal::new(Stage::Asleep), settings: RwSignal::new(Stage::Asleep) }
    }

    /// How far the part of a region is loaded.
    #[must_use]
    pub fn stage(self, region: Region) -> Signal<Stage> {
        self.of(region).into()
    }

    /// Whether what every screen needs could not be had.
    #[must_use]
    pub fn failed(self) -> bool {
        matches!(self.later.get(), Stage::Failed)
    }

    /// Says whether the part of a region is to be loaded now: once at a time, and never again.
    #[must_use]
    pub fn begin(self, region: Region) -> bool {
        let asked = matches!(self.of(region).get_untracked(), Stage::Loading | Stage::Ready(_));
        if !asked {
            self.of(region).set(Stage::Loading);
        }
        !asked
    }

    /// What came of loading the part of a region; none where it could not be had.
    pub fn end(self, region: Region, draw: Option<Draw>) {
        self.of(region).set(draw.map_or(Stage::Failed, Stage::Ready));
    }

    fn of(self, region: Region) -> RwSignal<Stage> {
        if region == Region::Settings { self.settings } else { self.later }
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::new()
    }
}
