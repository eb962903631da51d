//! What the administrator decides: one TOML file plus `POSTERN_*` variables.

mod endpoint;

pub use endpoint::{Endpoint, Protocol, Security};
