//! What views need of the browser for frames of an origin of nobody's: the channel, the bytes that
//! go over it, the clock that ends waiting for an answer, and the build whose frame is theirs.

pub use crate::browser::frame::{Channel, Said, Saying};
pub use crate::browser::history::build;
pub use crate::browser::pictures::bytes;
pub use crate::browser::timer::Timer;
