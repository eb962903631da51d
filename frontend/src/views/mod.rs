//! The regions of the page; each takes signals in and gives verbs out.

pub mod login;
pub mod mailbox_tree;
pub mod settings;
pub mod shell;
