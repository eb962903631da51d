//! Widgets: they own look, keys and roles, and know nothing of mail.

pub mod avatar;
pub mod button;
pub mod dialog;
pub mod dom;
pub mod each;
pub mod field;
pub mod grid;
pub mod icon;
pub mod live_region;
pub mod menu;
pub mod placement;
pub mod skeleton;
pub mod splitter;
pub mod toast;
pub mod tooltip;
pub mod tree;
