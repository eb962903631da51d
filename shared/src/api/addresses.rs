//! Calls about addresses.

use serde::{Deserialize, Serialize};

/// Most addresses that one answer holds.
pub const MAX_SUGGESTIONS: u32 = 50;

/// Asks for people whose name or address begins so: those written to most and last come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestAddresses {
    /// What has been typed; the beginning of any word of a name, or of an address.
    pub prefix: String,
    /// How many at most; past [`MAX_SUGGESTIONS`] as many as that.
    pub count: u32,
}
