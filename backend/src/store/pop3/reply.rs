//! `+OK` and `-ERR`, with the response codes of RFC 2449 §8 and RFC 3206.

use super::wire::Wire;
use crate::store::{Error, Refusal};

/// The first line of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// Done; what the server says beside that.
    Ok(String),
    /// Not done.
    Refused {
        /// In upper case and without brackets, as `IN-USE` or `SYS/TEMP`.
        code: Option<String>,
        /// The server's own words.
        text: String,
    },
}

impl Reply {
    pub(super) async fn read(wire: &mut Wire) -> Result<Self, Error> {
        Self::parse(&wire.line().await?).ok_or(Error::Garbled("an answer"))
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        let (word, text) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let text = text.trim();
        match word {
            "+OK" => Some(Self::Ok(text.to_owned())),
            "-ERR" => {
                let coded = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let (code, text) = match coded {
                    Some((code, words)) => (Some(code.to_ascii_uppercase()), words.trim_start()),
                    None => (None, text),
                };
                Some(Self::Refused { code, text: text.to_owned() })
            }
            _ => None,
        }
    }

    /// What the server said beside its `+OK`, or its refusal as an error.
    pub(super) fn ok(self) -> Result<String, Error> {
        match self {
            Self::Ok(text) => Ok(text),
            Self::Refused { code, text } if code.as_deref() == Some("IN-USE") => {
                Err(Error::TooManyConnections { text })
            }
            Self::Refused { code, text } => {
                Err(Error::Refused { refusal: Refusal::No, code, text })
            }
        }
    }

    /// The same for an answer to credentials: what is refused without another reason was wrong.
    pub(super) fn signed_in(self, tells_apart: bool) -> Result<(), Error> {
        let Self::Refused { code, text } = self else { return Ok(()) };
        match code.as_deref() {
            Some("AUTH") => Err(Error::AuthenticationFailed { text }),
            // AUTH-RESP-CODE: whoever offers it says AUTH where it means that (RFC 3206 §4).
            None if !tells_apart => Err(Error::AuthenticationFailed { text }),
            _ => Self::Refused { code, text }.ok().map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_their_codes() {
        let refused = |code: Option<&str>, text: &str| {
            Some(Reply::Refused { code: code.map(str::to_owned), text: text.to_owned() })
        };
        let check = |line: &str, expect: Option<Reply>| assert_eq!(Reply::parse(line), expect);
        check("+OK", Some(Reply::Ok(String::new())));
        check("+OK 2 320", Some(Reply::Ok("2 320".to_owned())));
        check("-ERR", refused(None, ""));
        check(
            "-ERR [in-use] Do you have another?",
            refused(Some("IN-USE"), "Do you have another?"),
        );
        check("-ERR [SYS/TEMP] later", refused(Some("SYS/TEMP"), "later"));
        check("-ERR [odd", refused(None, "[odd"));
        check("+OKAY", None);
        check("* OK", None);
        check("", None);
    }

    #[test]
    fn a_refused_sign_in_is_told_from_a_busy_maildrop() {
        let refused = |code: Option<&str>| Reply::Refused {
            code: code.map(str::to_owned),
            text: String::new(),
        };
        let failed = |code, tells_apart| {
            let signed_in = refused(code).signed_in(tells_apart);
            matches!(signed_in, Err(Error::AuthenticationFailed { .. }))
        };
        assert!(failed(None, false) && failed(Some("AUTH"), false) && failed(Some("AUTH"), true));
        assert!(!failed(None, true) && !failed(Some("SYS/TEMP"), false));
        assert!(!failed(Some("LOGIN-DELAY"), false));
        let busy = refused(Some("IN-USE")).signed_in(false);
        assert!(matches!(busy, Err(Error::TooManyConnections { .. })));
    }
}
