//! What a server said, and what follows from it.

use std::future::Future;
use std::time::Duration;

use lettre::transport::smtp::response::Response;
use serde::{Deserialize, Serialize};

/// Characters of a server's words that are kept.
const WORDS: usize = 500;

/// A server's refusal, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The reply code; 0 where there was no reply.
    pub code: u16,
    /// The enhanced status code (RFC 3463), where it sent one.
    pub enhanced: Option<String>,
    /// Its text.
    pub text: String,
}

impl Reply {
    /// Another attempt may end otherwise.
    pub fn is_temporary(&self) -> bool {
        !(500..600).contains(&self.code)
    }

    /// Words of ours where there is no reply.
    pub(crate) fn local(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    fn new(code: u16, text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control()).take(WORDS).collect();
        let enhanced = text.split(' ').next().filter(|word| is_status(word)).map(str::to_owned);
        let rest = enhanced.as_ref().and_then(|status| text.strip_prefix(status.as_str()));
        let text = rest.unwrap_or(&text).trim().to_owned();
        Self { code, enhanced, text }
    }
}

impl From<&Response> for Reply {
    fn from(response: &Response) -> Self {
        Self::new(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
    }
}

/// `class.subject.detail` (RFC 3463 §2).
fn is_status(word: &str) -> bool {
    let mut numbers = word.split('.');
    let number = |n: &str| !n.is_empty() && n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit());
    numbers.clone().count() == 3 && numbers.all(number)
}

/// Why a message was not handed over, by what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Try again later: a 4xx reply, or the connection was lost before the message was complete.
    #[error("put off: {} {}", .0.code, .0.text)]
    Temporary(Reply),
    /// It will never be taken: a 5xx reply, or something the server cannot do.
    #[error("refused: {} {}", .0.code, .0.text)]
    Permanent(Reply),
    /// An address or content outside of ASCII that the server cannot take.
    #[error("the server takes no international {0}")]
    International(&'static str),
    /// The credentials were refused.
    #[error("authentication failed: {} {}", .0.code, .0.text)]
    Authentication(Reply),
    /// The connection would carry the password in the clear.
    #[error("the connection is not encrypted")]
    Plaintext,
    /// Lost between the end of the message and the server's word: it may have been taken.
    #[error("the connection was lost before the server's last word")]
    Uncertain,
}

/// A step with its time limit, its error sorted by what follows from it.
pub(super) async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, step).await {
        Ok(done) => done.map_err(|error| sorted(&error)),
        Err(_) => Err(Error::Temporary(Reply::local("no answer in time"))),
    }
}

fn sorted(error: &lettre::transport::smtp::Error) -> Error {
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let code = error.status().map_or(0, u16::from);
    let reply = Reply::new(code, &text);
    match code {
        500..600 => Error::Permanent(reply),
        400..500 => Error::Temporary(reply),
        _ if error.is_client() => Error::Permanent(reply),
        _ => Error::Temporary(Reply { code: 0, ..reply }),
    }
}
