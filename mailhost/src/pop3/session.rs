//! One POP3 session's state and what each command answers.

use std::sync::Arc;

use crate::host::Shared;
use crate::mailbox::{ConnectionId, Content};
use crate::user::{Maildrop, User};
use crate::{Pop3Capabilities, Pop3Quirks, base64};

/// Greetings end in it where APOP is on offer; the same for every session, so that tests know it.
pub(crate) const TIMESTAMP: &str = "<1896.697170952@mail.postern.example>";

/// An answer: its first line, and the octets of a listing or a message where one follows.
pub(crate) struct Answer {
    pub line: String,
    pub body: Option<Vec<u8>>,
}

impl Answer {
    fn ok(words: impl Into<String>) -> Self {
        Self { line: format!("+OK {}", words.into()), body: None }
    }

    fn error(words: &str) -> Self {
        Self { line: format!("-ERR {words}"), body: None }
    }

    fn with(body: Vec<u8>) -> Self {
        Self { body: Some(body), ..Self::ok("follows") }
    }
}

/// A message as the session found it at sign-in.
struct Kept {
    uid: u32,
    content: Arc<Content>,
    marked: bool,
}

/// What is known after sign-in.
struct Transaction {
    user: Arc<User>,
    messages: Vec<Kept>,
    uid_validity: u32,
    /// Locked until the session ends.
    _maildrop: Maildrop,
}

pub(crate) struct Session {
    shared: Arc<Shared>,
    connection: ConnectionId,
    /// The name that USER gave.
    named: Option<String>,
    transaction: Option<Transaction>,
}

impl Session {
    pub fn new(shared: Arc<Shared>) -> Self {
        let connection = shared.connection_id();
        Self { shared, connection, named: None, transaction: None }
    }

    pub fn offers(&self) -> Pop3Capabilities {
        self.shared.pop3
    }

    pub fn quirks(&self) -> Pop3Quirks {
        self.shared.quirks().pop3
    }

    /// Whose maildrop it is, or who says so.
    pub fn login(&self) -> Option<String> {
        let signed_in = self.transaction.as_ref().map(|known| known.user.login.clone());
        signed_in.or_else(|| self.named.clone())
    }

    pub fn greeting(&self) -> String {
        match self.offers().apop {
            true => format!("+OK ready {TIMESTAMP}"),
            false => "+OK ready".to_owned(),
        }
    }

    /// Answers any command but AUTH and QUIT.
    pub fn answer(&mut self, verb: &str, rest: &str) -> Answer {
        match (verb, &self.transaction) {
            ("CAPA", _) if self.offers().capa => Answer::with(self.capabilities()),
            ("UTF8", _) if self.offers().utf8 => Answer::ok("UTF8 enabled"),
            ("USER", None) if self.offers().user => {
                self.named = Some(rest.to_owned());
                Answer::ok("and the password?")
            }
            ("PASS", None) => match self.named.take() {
                Some(login) => self.sign_in(&login, rest),
                None => Answer::error("USER first"),
            },
            (_, Some(_)) => self.transact(verb, rest).unwrap_or(Answer::error("unknown command")),
            (_, None) => Answer::error("not now"),
        }
    }

    /// AUTH PLAIN with its message.
    pub fn auth_plain(&mut self, message: &str) -> Answer {
        match base64::plain(message.as_bytes()) {
            Some((login, password)) => self.sign_in(&login, &password),
            None => Answer::error("not what the mechanism asks for"),
        }
    }

    fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let coded = |code: &str, words: &str| match self.offers().resp_codes {
            true => Answer::error(&format!("[{code}] {words}")),
            false => Answer::error(words),
        };
        let Some(user) = self.shared.sign_in(login, password) else {
            return match self.offers().auth_resp_code {
                true => coded("AUTH", "wrong name or password"),
                false => Answer::error("wrong name or password"),
            };
        };
        if let Some(left) = user.too_early((self.shared.clock)(), self.quirks().login_delay) {
            return coded("LOGIN-DELAY", &format!("come again in {} s", left.as_secs()));
        }
        let Some(maildrop) = user.lock_maildrop() else {
            return coded("IN-USE", "somebody else has this maildrop");
        };
        let (messages, uid_validity) = {
            let mailboxes = user.mailboxes();
            let inbox = mailboxes.get("INBOX");
            let kept = |message: &crate::mailbox::Message| Kept {
                uid: message.uid,
                content: Arc::clone(&message.content),
                marked: false,
            };
            let messages = inbox.map(|inbox| inbox.messages.iter().map(kept).collect());
            (messages.unwrap_or_default(), inbox.map_or(0, |inbox| inbox.uid_validity))
        };
        self.transaction = Some(Transaction { user, messages, uid_validity, _maildrop: maildrop });
        Answer::ok("signed in")
    }

    fn transact(&mut self, verb: &str, rest: &str) -> Option<Answer> {
        let (offers, quirks) = (self.offers(), self.quirks());
        let known = self.transaction.as_mut()?;
        Some(match verb {
            "NOOP" => Answer::ok("done"),
            "RSET" => {
                known.messages.iter_mut().for_each(|message| message.marked = false);
                Answer::ok("nothing is marked")
            }
            "STAT" => {
                let sizes = known.listed().map(|(_, message)| message.content.raw.len());
                let (count, octets) =
                    sizes.fold((0, 0), |(count, all), one| (count + 1, all + one));
                Answer::ok(match quirks.stat_below_zero {
                    true => "-1 -1".to_owned(),
                    false => format!("{count} {octets}"),
                })
            }
            "LIST" => known.list(rest, |number, message| {
                let other = quirks.sizes.iter().find(|(of, _)| *of == number);
                let size = message.content.raw.len().to_string();
                Some(other.map_or(size, |(_, size)| size.to_string()))
            }),
            "UIDL" if offers.uidl => {
                let validity = known.uid_validity;
                known.list(rest, |number, message| {
                    let told = !quirks.without_uidl.contains(&number);
                    let other = quirks.uidls.iter().find(|(of, _)| *of == number);
                    let own = || format!("{validity:08x}{:08x}", message.uid);
                    told.then(|| other.map_or_else(own, |(_, uidl)| uidl.clone()))
                })
            }
            "TOP" if offers.top => {
                let (number, lines) = rest.split_once(' ')?;
                let lines = lines.trim().parse().ok()?;
                match known.message(number) {
                    Some(message) => Answer::with(top(&message.content.raw, lines)),
                    None => Answer::error("no such message"),
                }
            }
            "RETR" => match known.message(rest) {
                Some(message) => Answer::with(message.content.raw.to_vec()),
                None => Answer::error("no such message"),
            },
            "DELE" => match known.message(rest) {
                Some(message) => {
                    message.marked = true;
                    Answer::ok("marked")
                }
                None => Answer::error("no such message"),
            },
            _ => return None,
        })
    }

    /// QUIT: what is marked goes.
    pub fn quit(&mut self) -> Answer {
        if let Some(known) = self.transaction.take() {
            let gone: Vec<u32> =
                known.messages.iter().filter(|one| one.marked).map(|one| one.uid).collect();
            let mut mailboxes = known.user.mailboxes();
            if let Some(inbox) = mailboxes.get_mut("INBOX") {
                inbox.expunge(self.connection, |message| gone.contains(&message.uid));
            }
        }
        Answer::ok("until next time")
    }

    fn capabilities(&self) -> Vec<u8> {
        let words = self.offers().words().join("\r\n");
        let delay = self.quirks().login_delay;
        let delay =
            delay.map_or_else(String::new, |it| format!("\r\nLOGIN-DELAY {}", it.as_secs()));
        format!("{words}{delay}\r\n").into_bytes()
    }
}

impl Transaction {
    /// Those that are not marked, with their numbers.
    fn listed(&self) -> impl Iterator<Item = (usize, &Kept)> {
        let numbered = self.messages.iter().enumerate().map(|(index, one)| (index + 1, one));
        numbered.filter(|(_, message)| !message.marked)
    }

    fn message(&mut self, number: &str) -> Option<&mut Kept> {
        let number: usize = number.trim().parse().ok()?;
        let message = self.messages.get_mut(number.checked_sub(1)?)?;
        (!message.marked).then_some(message)
    }

    /// LIST and UIDL: of one message or of all.
    fn list(&self, of: &str, tell: impl Fn(usize, &Kept) -> Option<String>) -> Answer {
        let mut lines = self.listed().map(|(number, message)| {
            let told = tell(number, message).map_or_else(String::new, |told| format!(" {told}"));
            (number, format!("{number}{told}"))
        });
        if of.is_empty() {
            return Answer::with(lines.fold(Vec::new(), |mut all, (_, line)| {
                all.extend_from_slice(format!("{line}\r\n").as_bytes());
                all
            }));
        }
        let wanted = of.trim().parse().ok();
        match lines.find(|(number, _)| Some(*number) == wanted) {
            Some((_, line)) => Answer::ok(line),
            None => Answer::error("no such message"),
        }
    }
}

/// The header, the empty line and so many lines of the text.
fn top(raw: &[u8], lines: usize) -> Vec<u8> {
    let mut left = None;
    let mut out = Vec::new();
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        match &mut left {
            Some(0) => break,
            Some(left) => *left -= 1,
            None if line == b"\r\n" => left = Some(lines),
            None => {}
        }
        out.extend_from_slice(line);
    }
    out
}
