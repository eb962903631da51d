//! zip (APPNOTE.TXT 6.3.10): written as a stream, read from its list of files.

mod read;
mod write;

pub use read::{Entry, Error, Reader};
pub use write::{Archive, distinct, level};
