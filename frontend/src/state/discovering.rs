//! Finding out an address's servers before anybody signs in, and trying settings without adding
//! anything.

use postern_shared::account::Protocol;
use postern_shared::check::{Checked, ServerChecked, Spoken, Step, StepKind};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::server::{Asks, Discovered, Endpoint, Found, Security, Servers, Source};

use super::Stores;
use super::arranging::{Chosen, asking};
use super::session::{code, failure};
use crate::browser::json::Json;
use crate::browser::{fetch, history};

impl Stores {
    /// What is known of an address's servers.
    ///
    /// # Errors
    /// The bridge's; `Unavailable` where no answer came.
    pub async fn discover(self, address: &str) -> Result<Discovered, CallError> {
        let json = ["{\"address\":", &fetch::quote(address), "}"].concat();
        let body = post("api/discover", &json).await?;
        Ok(discovered(&body))
    }

    /// Tries what an account would be added with; nothing is added, and without a password no
    /// sign-in is tried.
    ///
    /// # Errors
    /// As for `discover`.
    pub async fn try_servers(
        self,
        address: &str,
        password: &str,
        from: &Chosen,
    ) -> Result<Checked, CallError> {
        let body = post("api/check", &asking(address, password, from)).await?;
        let servers = body.list("servers").iter().filter_map(tried).collect();
        Ok(Checked { good: body.flag("good"), servers })
    }
}

fn tried(body: &Json) -> Option<ServerChecked> {
    let protocol = match &*body.text("protocol") {
        "imap" => Spoken::Imap,
        "pop3" => Spoken::Pop3,
        "smtp" => Spoken::Smtp,
        _ => return None,
    };
    Some(ServerChecked {
        protocol,
        endpoint: body.text("endpoint"),
        steps: body.list("steps").iter().filter_map(step).collect(),
        capabilities: Vec::new(),
        uidl: body.part("uidl").map(|_| body.flag("uidl")),
        login_delay: None,
    })
}

fn step(body: &Json) -> Option<Step> {
    let kind = match &*body.text("kind") {
        "resolve" => StepKind::Resolve,
        "connect" => StepKind::Connect,
        "tls" => StepKind::Tls,
        "greeting" => StepKind::Greeting,
        "capabilities" => StepKind::Capabilities,
        "sign_in" => StepKind::SignIn,
        "uidl" => StepKind::Uidl,
        _ => return None,
    };
    let error = body.part("error").map(|error| {
        let code = code(&error.text("code")).unwrap_or(ErrorCode::Unavailable);
        CallError { text: error.text("text"), ..CallError::new(code) }
    });
    Some(Step { kind, seen: body.text("seen"), error })
}

/// Posts JSON to the bridge; what it answers to a success.
pub(super) async fn post(path: &str, json: &str) -> Result<Json, CallError> {
    let answer = fetch::request("POST", &[&history::base_path(), path].concat(), Some(json)).await;
    let answer = answer.ok_or_else(|| CallError::new(ErrorCode::Unavailable))?;
    if answer.status == 200 { Ok(answer.body) } else { Err(failure(&answer)) }
}

fn discovered(body: &Json) -> Discovered {
    Discovered {
        found: body.list("found").iter().map(found).collect(),
        asks: match &*body.text("asks") {
            "AppPassword" => Some(Asks::AppPassword),
            "AuthorisationCode" => Some(Asks::AuthorisationCode),
            "SwitchOn" => Some(Asks::SwitchOn),
            "OAuth" => Some(Asks::OAuth),
            _ => None,
        },
        // A link to anywhere else is none.
        explained_at: Some(body.text("explained_at"))
            .filter(|url| url.starts_with("https://"))
            .unwrap_or_default(),
    }
}

fn found(body: &Json) -> Found {
    Found {
        servers: body.part("servers").map(|servers| Servers {
            protocol: protocol(&servers),
            incoming: endpoint(servers.part("incoming")),
            user_name: servers.text("user_name"),
            outgoing: endpoint(servers.part("outgoing")),
            outgoing_login: None,
        }),
        protocol: protocol(body),
        source: match &*body.text("source") {
            "Configured" => Source::Configured,
            "Srv" => Source::Srv,
            "Autoconfig" => Source::Autoconfig,
            "Ispdb" => Source::Ispdb,
            "Mx" => Source::Mx,
            _ => Source::Guess,
        },
    }
}

fn protocol(body: &Json) -> Protocol {
    if body.text("protocol") == "Pop3" { Protocol::Pop3 } else { Protocol::Imap }
}

fn endpoint(body: Option<Json>) -> Endpoint {
    let text = |name| body.as_ref().map(|body| body.text(name)).unwrap_or_default();
    Endpoint {
        host: text("host"),
        // Truncation is meant: a port is whole, and what is none is refused by the bridge.
        port: body.as_ref().map_or(0.0, |body| body.number("port")) as u16,
        security: match &*text("security") {
            "StartTls" => Security::StartTls,
            "Plain" => Security::Plain,
            _ => Security::Tls,
        },
    }
}
