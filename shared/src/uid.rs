//! Message numbers that a mailbox gives out (RFC 9051 §2.3.1.1).

use serde::{Deserialize, Serialize};

/// A message's unique identifier within one mailbox and one [`UidValidity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(pub u32);

/// The generation of a mailbox's uids: when it changes, every uid known before is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UidValidity(pub u32);
