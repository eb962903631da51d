//! ENABLE and COMPRESS: what a connection turns on for itself (RFC 5161, RFC 4978).

use super::arguments::Arguments;
use super::session::Session;
use super::{Outcome, Refusal, done};

pub(crate) fn enable(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    let on = session.shared.capabilities;
    let mut enabled = Vec::new();
    arguments.space()?;
    loop {
        match arguments.keyword()?.as_str() {
            "CONDSTORE" if on.condstore => {
                session.condstore = true;
                enabled.push("CONDSTORE");
            }
            "QRESYNC" if on.qresync => {
                (session.condstore, session.qresync) = (true, true);
                enabled.push("QRESYNC");
            }
            // What is not known is left out of the answer, and no mistake.
            _ => {}
        }
        if !arguments.take(b' ') {
            break;
        }
    }
    arguments.end()?;
    if !session.quirks.enables_silently {
        let words: String = enabled.iter().map(|word| format!(" {word}")).collect();
        session.reply.untagged(format!("ENABLED{words}"));
    }
    done("Enabled")
}

/// The answer itself is the last that goes out as it is.
pub(crate) fn compress(session: &mut Session, arguments: &mut Arguments<'_>) -> Outcome {
    arguments.space()?;
    if arguments.keyword()? != "DEFLATE" {
        return Err(Refusal::bad("Only DEFLATE is offered"));
    }
    arguments.end()?;
    if session.compressing {
        return Err(Refusal::no("[COMPRESSIONACTIVE] Already compressing"));
    }
    session.compressing = true;
    done("Compressing")
}

/// Turns mod-sequences on, as any command that speaks of them does (RFC 7162 §3.1).
pub(super) fn aware(session: &mut Session) {
    session.condstore |= session.shared.capabilities.condstore;
}
