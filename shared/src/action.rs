//! A mutation's identity: a repeated call is answered from memory, not done twice.

use serde::{Deserialize, Serialize};

/// 128 random bits that the page makes for every mutating call.
///
/// The bridge keeps (user, id) → reply for 7 days and answers a repeat from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActionId(pub [u8; 16]);
