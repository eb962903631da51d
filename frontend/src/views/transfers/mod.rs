//! Mail taken out as a file and brought in from one, and how each of these goes.

mod export;
mod import;
mod list;

pub use export::Export;
pub use import::Import;
