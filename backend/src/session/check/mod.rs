//! Trying the servers of an account, step by step, so that whoever set them up sees what is wrong.

mod talk;

use std::fmt::Display;

use postern_shared::check::{Checked, ServerChecked, Spoken, Step, StepKind};
use postern_shared::error::{CallError, ErrorCode};

use super::sign_in::Error as SignInError;
use super::verify::{self, VerifyError};
use super::{Account, Secret};
use crate::net::{self, Opened, Protocol, Security, Unreachable};
use crate::submission::smtp::{Error as SmtpError, Submitter};
use crate::submission::{Login, Proof, Unsigned};
use talk::{Heard, Problem};

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Whoever may know where configured servers are.
    Administrator,
    /// Whoever may not.
    User,
}

/// Tries these servers of an account; signs in where there is a password.
pub async fn examine(
    account: &Account,
    password: &Secret,
    protocols: &[Protocol],
    telling: Telling,
) -> Checked {
    let mut servers = Vec::new();
    for protocol in protocols {
        servers.extend(probe(account, password, *protocol, telling).await);
    }
    let fails = |server: &ServerChecked| server.steps.iter().any(|step| step.error.is_some());
    Checked { good: !servers.iter().any(fails), servers }
}

/// None where there is no such server.
async fn probe(
    account: &Account,
    password: &Secret,
    protocol: Protocol,
    telling: Telling,
) -> Option<ServerChecked> {
    let endpoint = account.provider.settings.endpoint(protocol)?;
    let own = account.provider.own.is_some();
    let hides = telling == Telling::User && !own;
    let mut report =
        Report::new(protocol, if hides { String::new() } else { endpoint.to_string() });
    let opened = match account.provider.connect(protocol).await {
        Ok(opened) => opened,
        Err(error) => {
            report.not_connected(
                &error,
                own,
                if hides { String::new() } else { error.to_string() },
            );
            return Some(report.0);
        }
    };
    if !own {
        let seen = if hides { String::new() } else { opened.peer.ip().to_string() };
        report.good(StepKind::Resolve, seen);
    }
    report.good(StepKind::Connect, if hides { String::new() } else { opened.peer.to_string() });
    if endpoint.security != Security::Plain {
        report.good(StepKind::Tls, opened.tls_version.unwrap_or_default());
    }
    if report.hear(opened, protocol).await && !password.is_empty() {
        match protocol {
            Protocol::Imap => report.sign_in_to_imap(account, password).await,
            Protocol::Pop3 => report.sign_in_to_pop3(account, password).await,
            Protocol::Smtp => report.sign_in_to_smtp(account, password).await,
        }
    }
    Some(report.0)
}

struct Report(ServerChecked);

impl Report {
    fn new(protocol: Protocol, endpoint: String) -> Self {
        Self(ServerChecked {
            protocol: match protocol {
                Protocol::Imap => Spoken::Imap,
                Protocol::Pop3 => Spoken::Pop3,
                Protocol::Smtp => Spoken::Smtp,
            },
            endpoint,
            steps: Vec::new(),
            capabilities: Vec::new(),
            uidl: None,
            login_delay: None,
        })
    }

    fn good(&mut self, kind: StepKind, seen: impl Display) {
        self.0.steps.push(Step { kind, seen: seen.to_string(), error: None });
    }

    fn bad(&mut self, kind: StepKind, seen: impl Display, error: impl Into<CallError>) {
        let error = Some(error.into());
        self.0.steps.push(Step { kind, seen: seen.to_string(), error });
    }

    /// How far it came. Of servers that a user named all that cannot be reached looks the same.
    fn not_connected(&mut self, error: &net::Error, own: bool, seen: String) {
        let kind = match error {
            net::Error::Unreachable { .. } if own => {
                return self.bad(StepKind::Connect, "", error);
            }
            net::Error::Unreachable { reason: Unreachable::Name, .. } => StepKind::Resolve,
            net::Error::Unreachable { .. } | net::Error::NotOffered(_) => StepKind::Connect,
            net::Error::UntrustedCertificate { .. } | net::Error::Protocol { .. } => StepKind::Tls,
        };
        for passed in [StepKind::Resolve, StepKind::Connect] {
            let is_told = passed != StepKind::Resolve || !own;
            if passed < kind && is_told {
                self.good(passed, "");
            }
        }
        self.bad(kind, seen, error);
    }

    /// Greeting and capabilities; whether both are well.
    async fn hear(&mut self, opened: Opened, protocol: Protocol) -> bool {
        let greeted = opened.greeting_consumed;
        let Heard { greeting, capabilities, problem } = talk::hear(opened, protocol).await;
        if greeted || greeting.is_some() {
            self.good(StepKind::Greeting, greeting.unwrap_or_default());
        }
        if let Some(capabilities) = capabilities {
            self.good(StepKind::Capabilities, capabilities.join(" "));
            let delay = capabilities.iter().find_map(|line| line.strip_prefix("LOGIN-DELAY "));
            let seconds = delay.and_then(|delay| delay.split(' ').next()?.parse().ok());
            self.0.login_delay = seconds.filter(|_| protocol == Protocol::Pop3);
            self.0.capabilities = capabilities;
        }
        let Some(problem) = problem else { return true };
        let is_greeted = self.0.steps.iter().any(|step| step.kind == StepKind::Greeting);
        let kind = if is_greeted { StepKind::Capabilities } else { StepKind::Greeting };
        match problem {
            Problem::Silence => self.bad(kind, "", ErrorCode::Unavailable),
            Problem::Odd(line) => self.bad(kind, line, ErrorCode::Garbled),
        }
        false
    }

    async fn sign_in_to_imap(&mut self, account: &Account, password: &Secret) {
        match verify::imap(account, password).await {
            Ok(connection) => {
                self.good(StepKind::SignIn, &account.login);
                if let Some(mut connection) = connection {
                    connection.logout().await;
                }
            }
            Err(error) => self.not_signed_in(error),
        }
    }

    /// Nothing of the maildrop is changed.
    async fn sign_in_to_pop3(&mut self, account: &Account, password: &Secret) {
        let mut connection = match verify::maildrop(account, password).await {
            Ok(connection) => connection,
            Err(error) => return self.not_signed_in(error),
        };
        self.good(StepKind::SignIn, &account.login);
        if let Some(delay) = connection.capabilities().login_delay() {
            self.0.login_delay = u32::try_from(delay.least.as_secs()).ok();
        }
        match connection.uidl().await {
            Ok(uidls) => {
                self.0.uidl = Some(uidls.is_some());
                self.good(
                    StepKind::Uidl,
                    uidls.map_or_else(String::new, |it| it.len().to_string()),
                );
            }
            Err(error) => self.bad(StepKind::Uidl, "", &error),
        }
        connection.abandon().await;
    }

    fn not_signed_in(&mut self, error: VerifyError) {
        let error = CallError::from(&SignInError::Verify(error));
        self.bad(StepKind::SignIn, error.text.clone(), error);
    }

    async fn sign_in_to_smtp(&mut self, account: &Account, password: &Secret) {
        let provider = &account.provider;
        let (name, secret) = provider.outgoing_login(&account.address, password);
        let login = Login { name, secret, proof: Proof::Password };
        let unsigned = if provider.own.is_some() { Unsigned::Never } else { Unsigned::Allowed };
        let plaintext = provider.settings.allow_plaintext;
        let opened = match provider.connect(Protocol::Smtp).await {
            Ok(opened) => opened,
            Err(error) => return self.bad(StepKind::SignIn, "", &error),
        };
        match Submitter::connect(opened, Some(&login), plaintext, unsigned).await {
            Ok(mut submitter) => {
                submitter.quit().await;
                self.good(StepKind::SignIn, &login.name);
            }
            Err(error) => {
                let (code, text) = match error {
                    SmtpError::Authentication(reply) => {
                        (ErrorCode::AuthenticationFailed, reply.text)
                    }
                    SmtpError::Temporary(reply) => (ErrorCode::Unavailable, reply.text),
                    SmtpError::Permanent(reply) => (ErrorCode::Refused, reply.text),
                    SmtpError::Plaintext => (ErrorCode::NoPermission, String::new()),
                    SmtpError::International(_) => (ErrorCode::Unsupported, String::new()),
                    SmtpError::Uncertain => (ErrorCode::Unavailable, String::new()),
                };
                let error = CallError::new(code).with_text(&text);
                self.bad(StepKind::SignIn, text, error);
            }
        }
    }
}
