//! Which ways of signing in are tried on a server, in their order.

use crate::sasl::{Mechanism, Proof, is_preparable};
use crate::store::Error;
use crate::store::imap::Capabilities;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// AUTHENTICATE.
    Sasl(Mechanism),
    /// The command LOGIN.
    LoginCommand,
}

/// What can be tried on a server, best first.
pub(super) fn choices(
    offered: &Capabilities,
    login: &str,
    proof: Proof<'_>,
) -> Result<Vec<Way>, Error> {
    use Way::LoginCommand;
    let [scram, plain, old, bearer, x_oauth] = [
        Mechanism::Scram,
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::OAuthBearer,
        Mechanism::XOAuth2,
    ]
    .map(Way::Sasl);
    let has = |mechanism: Mechanism| offered.has(&format!("AUTH={}", mechanism.name()));
    let able = |way: &Way| match way {
        LoginCommand => !offered.has("LOGINDISABLED"),
        Way::Sasl(mechanism) => has(*mechanism),
    };
    let (ways, missing) = match proof {
        Proof::Token(_) => (vec![bearer, x_oauth], "sign-in with a token"),
        Proof::Password(password) => {
            let all = |holds: fn(&str) -> bool| holds(login) && holds(password.expose());
            let ways = match (all(str::is_ascii), offered.has("SASL-IR")) {
                (true, true) => vec![scram, plain, LoginCommand, old],
                (true, false) => vec![scram, LoginCommand, plain, old],
                // LOGIN knows ASCII alone, SCRAM what can be prepared.
                (false, _) if all(is_preparable) => vec![scram, plain, old, LoginCommand],
                (false, _) => vec![plain, old, LoginCommand],
            };
            (ways, "sign-in with a password")
        }
    };
    let ways: Vec<Way> = ways.into_iter().filter(able).collect();
    if ways.is_empty() { Err(Error::Unsupported(missing)) } else { Ok(ways) }
}
