//! The regions of the page; each takes signals in and gives verbs out.

pub mod composer;
pub mod login;
pub mod mailbox_tree;
pub mod message_list;
pub mod message_view;
pub mod outbox;
pub mod pieces;
pub mod servers;
pub mod settings;
pub mod shell;
pub mod transfers;
