//! One submission's state and what each command answers.

use std::sync::Arc;

use super::envelope::path;
use crate::host::Shared;
use crate::mailbox::{Content, Role};
use crate::user::User;
use crate::{Flags, base64};

/// The largest message taken, as SIZE announces it.
pub(crate) const LARGEST: usize = 50 * 1024 * 1024;
const MOST_RECIPIENTS: usize = 100;

pub(crate) struct Session {
    pub shared: Arc<Shared>,
    pub user: Option<Arc<User>>,
    /// What the other side calls itself; `None` before EHLO or HELO.
    greeted: Option<String>,
    sender: Option<String>,
    recipients: Vec<Arc<User>>,
}

impl Session {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, user: None, greeted: None, sender: None, recipients: Vec::new() }
    }

    pub fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    /// Answers any command but AUTH, DATA and QUIT.
    pub fn answer(&mut self, verb: &str, rest: &str) -> String {
        match verb {
            "EHLO" => {
                self.greet(rest);
                format!(
                    "250-mail.postern.example\r\n250-SIZE {LARGEST}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN"
                )
            }
            "HELO" => {
                self.greet(rest);
                "250 mail.postern.example".to_owned()
            }
            "NOOP" => "250 2.0.0 Done".to_owned(),
            "VRFY" => "252 2.1.5 Send and see".to_owned(),
            "RSET" => {
                self.reset();
                "250 2.0.0 Forgotten".to_owned()
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            _ => "500 5.5.1 Unknown command".to_owned(),
        }
    }

    /// The answer that stands in the way of AUTH, if any.
    pub fn refuses_auth(&self) -> Option<&'static str> {
        match (&self.greeted, &self.user) {
            (None, _) => Some("503 5.5.1 EHLO first"),
            (_, Some(_)) => Some("503 5.5.1 Already signed in"),
            _ => None,
        }
    }

    pub fn sign_in(&mut self, login: &str, password: &str) -> &'static str {
        self.user = self.shared.sign_in(login, password);
        match self.user {
            Some(_) => "235 2.7.0 Signed in",
            None => "535 5.7.8 Wrong name or password",
        }
    }

    /// Whether DATA may follow, else the answer that says why not.
    pub fn ready_for_content(&self) -> Result<(), &'static str> {
        match &self.sender {
            None => Err("503 5.5.1 MAIL first"),
            Some(_) if self.recipients.is_empty() => Err("554 5.5.1 No valid recipients"),
            Some(_) => Ok(()),
        }
    }

    /// Delivers a message with the trace that RFC 5321 §4.4 asks for.
    pub fn deliver(&mut self, content: &[u8]) -> String {
        let now = self.shared.now();
        let sender = self.sender.take().unwrap_or_default();
        let from = self.greeted.as_deref().unwrap_or("unknown");
        let recipients = std::mem::take(&mut self.recipients);
        let count = recipients.len();
        for user in recipients {
            let trace = format!(
                "Return-Path: <{sender}>\r\nDelivered-To: {}\r\nReceived: from {from} (localhost \
                 [127.0.0.1])\r\n\tby mail.postern.example with ESMTPA; {}\r\n",
                user.login,
                now.rfc5322()
            );
            user.deliver(&[trace.as_bytes(), content].concat(), now);
        }
        if let Some(user) = self.user.as_ref().filter(|_| self.shared.quirks().files_sent) {
            let mut mailboxes = user.mailboxes();
            let sent = mailboxes.list.iter_mut().find(|mailbox| mailbox.role == Some(Role::Sent));
            if let Some(sent) = sent {
                sent.add(Content::new(content), Flags::new(["\\Seen"]), now, 0);
            }
        }
        format!("250 2.0.0 Delivered to {count}")
    }

    fn greet(&mut self, name: &str) {
        let plain: String = name.chars().filter(|character| character.is_ascii_graphic()).collect();
        self.greeted = Some(plain);
        self.reset();
    }

    fn mail(&mut self, rest: &str) -> String {
        if self.user.is_none() {
            return "530 5.7.0 Sign in first".to_owned();
        }
        if self.sender.is_some() {
            return "503 5.5.1 One sender at a time".to_owned();
        }
        let Some(path) = path(rest, "FROM") else {
            return "501 5.5.4 Expected FROM:<address>".to_owned();
        };
        for (name, value) in &path.parameters {
            let size = value.as_deref().and_then(|value| value.parse::<usize>().ok());
            match (name.as_str(), size) {
                ("SIZE", Some(size)) if size > LARGEST => {
                    return "552 5.3.4 Too large a message".to_owned();
                }
                ("SIZE", Some(_)) | ("BODY" | "AUTH" | "SMTPUTF8", _) => {}
                _ => return "555 5.5.4 Unknown parameter".to_owned(),
            }
        }
        self.sender = Some(path.address);
        "250 2.1.0 Go on".to_owned()
    }

    fn recipient(&mut self, rest: &str) -> String {
        if self.sender.is_none() {
            return "503 5.5.1 MAIL first".to_owned();
        }
        let Some(path) = path(rest, "TO") else {
            return "501 5.5.4 Expected TO:<address>".to_owned();
        };
        let Some(user) = self.shared.user(&path.address) else {
            return "550 5.1.1 No such user here".to_owned();
        };
        if self.recipients.len() == MOST_RECIPIENTS {
            return "452 4.5.3 Too many recipients".to_owned();
        }
        // Named twice, a user still gets one copy.
        if !self.recipients.iter().any(|known| Arc::ptr_eq(known, user)) {
            self.recipients.push(Arc::clone(user));
        }
        "250 2.1.5 Go on".to_owned()
    }
}

/// Reads one line of AUTH LOGIN.
pub(crate) fn login_line(line: &str) -> Option<String> {
    String::from_utf8(base64::decode(line.as_bytes())?).ok()
}
