//! Calls about windows.

use serde::{Deserialize, Serialize};

use crate::window::{Anchor, Generation, View, Window, WindowId};

/// Most rows that one window may hold.
pub const MAX_WINDOW_ROWS: u32 = 200;

/// Opens a window, or moves one of that id; its deltas are pushed from then on.
///
/// # Errors
/// `Limit` past [`MAX_WINDOW_ROWS`] or 16 windows a link; `NonExistent` for an unknown mailbox or
/// an anchor that is not in the view; `Invalid` with a position for a query that cannot be read;
/// `Unsupported` for an order that nobody can give here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenWindow {
    /// The window's name.
    pub window: WindowId,
    /// What it shows.
    pub view: View,
    /// Where in the list it lies.
    pub anchor: Anchor,
    /// How many rows it holds at most.
    pub count: u32,
}

/// Takes a window up again after the link broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeWindow {
    /// The window, as it was; an `Offset` anchor says where it lies.
    pub open: OpenWindow,
    /// The generation that the page holds.
    pub generation: Generation,
}

/// The answer to [`ResumeWindow`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resumed {
    /// What the page holds is current; deltas continue from it.
    Current,
    /// It is not: here is the window anew. Rows cached outside it are void.
    Stale(Window),
}

/// Says which window the user looks at: push follows its mailbox most closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FocusWindow {
    /// The window.
    pub window: WindowId,
}

/// Ends a window; no delta of it follows the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseWindow {
    /// The window.
    pub window: WindowId,
}
