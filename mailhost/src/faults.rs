//! Faults that tests arm at run time: which command, whose, how often, and what goes wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When a fault strikes: by command name and, where given, user and number of times.
#[derive(Debug, Clone)]
pub struct Trigger {
    command: Option<String>,
    user: Option<String>,
    after: u32,
    left: Option<u32>,
}

impl Trigger {
    /// On a command: `"FETCH"` also strikes UID FETCH, `"UID FETCH"` only that; `"GREETING"` is the
    /// banner. SMTP commands go by their verb (`"RCPT"`), the final dot by `"."`.
    pub fn on(command: &str) -> Self {
        Self { command: Some(command.to_ascii_uppercase()), user: None, after: 0, left: None }
    }

    /// On every command.
    pub fn always() -> Self {
        Self { command: None, user: None, after: 0, left: None }
    }

    /// Only for one user's login (before sign-in: the name in LOGIN or AUTHENTICATE PLAIN).
    pub fn user(self, login: &str) -> Self {
        Self { user: Some(login.to_ascii_lowercase()), ..self }
    }

    /// Only this many times; without it until cleared.
    pub fn times(self, count: u32) -> Self {
        Self { left: Some(count), ..self }
    }

    /// Lets the first matches pass.
    pub fn after(self, count: u32) -> Self {
        Self { after: count, ..self }
    }

    fn strikes(&mut self, command: &str, user: Option<&str>) -> bool {
        let base = command.strip_prefix("UID ").unwrap_or(command);
        let named = self.command.as_deref().is_none_or(|name| name == command || name == base);
        let theirs = self
            .user
            .as_deref()
            .is_none_or(|login| user.is_some_and(|user| user.eq_ignore_ascii_case(login)));
        if !named || !theirs || self.left == Some(0) {
            return false;
        }
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        self.left = self.left.map(|left| left - 1);
        true
    }
}

/// What goes wrong with an IMAP command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImapEffect {
    /// The command is not run and answered NO with this text (which may start with `[CODE]`).
    No(String),
    /// The command is not run and answered BAD with this text.
    Bad(String),
    /// The command is not run; untagged BYE with this text, then the connection closes.
    Bye(String),
    /// The command runs; the connection closes after so many bytes from its answer on (a shorter
    /// answer leaves the rest to those that follow).
    CloseAfter(usize),
    /// The command runs; the connection closes before any answer.
    Close,
    /// The command is not run and nothing is ever answered; the connection stays open.
    Stall,
    /// The command runs; this line (CRLF is added) goes out before the tagged answer.
    Garbage(Vec<u8>),
    /// A literal of so many bytes is announced in a FETCH answer and never sent.
    GiantLiteral(u64),
    /// The command runs; the connection closes in the middle of the answer's first literal,
    /// or in the middle of the answer where it has none.
    DropMidLiteral,
    /// The command runs after this delay.
    Slow(Duration),
    /// The command runs, but untagged lines are withheld: only the tagged OK goes out.
    Silent,
}

/// What goes wrong in an SMTP exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpEffect {
    /// This recipient is refused with 550 5.1.1 (armed on `"RCPT"`).
    DenyRecipient(String),
    /// The command is answered with this code and text and not run.
    Reply(u16, String),
    /// The connection closes once more than this many bytes of content came (armed on `"DATA"`).
    CloseInContent(usize),
    /// The message is taken, delivered or not, and the connection closes without a reply
    /// (armed on `"."`).
    CloseAfterDot {
        /// Whether the message was delivered all the same.
        delivered: bool,
    },
    /// AUTH is refused with 535 5.7.8, whatever the password (armed on `"AUTH"`).
    RefuseAuth,
    /// Nothing is ever answered; the connection stays open.
    Stall,
    /// The connection closes before the command is answered.
    Close,
    /// The command runs after this delay.
    Slow(Duration),
}

/// What goes wrong with a POP3 command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pop3Effect {
    /// The command is not run and answered -ERR with this text (which may start with `[CODE]`).
    Error(String),
    /// The command is not run; these octets go out in place of an answer.
    Garbage(Vec<u8>),
    /// The command runs; the connection closes after so many bytes of its answer.
    CloseAfter(usize),
    /// The command is not run; the connection closes.
    Close,
    /// The command runs; the connection closes before any answer.
    CloseAfterwards,
    /// Nothing is ever answered; the connection stays open.
    Stall,
    /// The command runs after this delay.
    Slow(Duration),
}

/// Names one armed fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaultId(u64);

#[derive(Debug)]
struct Armed<Effect> {
    id: FaultId,
    trigger: Trigger,
    effect: Effect,
}

#[derive(Debug, Default)]
struct Board {
    next: u64,
    imap: Vec<Armed<ImapEffect>>,
    smtp: Vec<Armed<SmtpEffect>>,
    pop3: Vec<Armed<Pop3Effect>>,
    struck: HashMap<FaultId, usize>,
}

/// The host's faults, a handle to clone freely; the one armed first strikes first.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Board>>);

impl Faults {
    /// Arms a fault of IMAP commands.
    pub fn imap(&self, trigger: Trigger, effect: ImapEffect) -> FaultId {
        let mut board = self.board();
        let id = board.id();
        board.imap.push(Armed { id, trigger, effect });
        id
    }

    /// Arms a fault of SMTP commands.
    pub fn smtp(&self, trigger: Trigger, effect: SmtpEffect) -> FaultId {
        let mut board = self.board();
        let id = board.id();
        board.smtp.push(Armed { id, trigger, effect });
        id
    }

    /// Arms a fault of POP3 commands, which go by their verb (`"RETR"`).
    pub fn pop3(&self, trigger: Trigger, effect: Pop3Effect) -> FaultId {
        let mut board = self.board();
        let id = board.id();
        board.pop3.push(Armed { id, trigger, effect });
        id
    }

    /// Refuses one recipient with 550 until cleared.
    pub fn deny_recipient(&self, address: &str) -> FaultId {
        self.smtp(Trigger::on("RCPT"), SmtpEffect::DenyRecipient(address.to_owned()))
    }

    /// Disarms one fault.
    pub fn clear(&self, id: FaultId) {
        let mut board = self.board();
        board.imap.retain(|armed| armed.id != id);
        board.smtp.retain(|armed| armed.id != id);
        board.pop3.retain(|armed| armed.id != id);
    }

    /// Disarms all faults.
    pub fn clear_all(&self) {
        let mut board = self.board();
        board.imap.clear();
        board.smtp.clear();
        board.pop3.clear();
    }

    /// How often a fault has struck so far.
    pub fn struck(&self, id: FaultId) -> usize {
        self.board().struck.get(&id).copied().unwrap_or(0)
    }

    pub(crate) fn imap_effect(&self, command: &str, user: Option<&str>) -> Option<ImapEffect> {
        let Board { imap, struck, .. } = &mut *self.board();
        let armed = imap.iter_mut().find_map(|armed| {
            armed.trigger.strikes(command, user).then(|| (armed.id, armed.effect.clone()))
        });
        armed.map(|(id, effect)| {
            *struck.entry(id).or_default() += 1;
            effect
        })
    }

    pub(crate) fn pop3_effect(&self, command: &str, user: Option<&str>) -> Option<Pop3Effect> {
        let Board { pop3, struck, .. } = &mut *self.board();
        let armed = pop3.iter_mut().find_map(|armed| {
            armed.trigger.strikes(command, user).then(|| (armed.id, armed.effect.clone()))
        });
        armed.map(|(id, effect)| {
            *struck.entry(id).or_default() += 1;
            effect
        })
    }

    pub(crate) fn smtp_effect(
        &self,
        command: &str,
        user: Option<&str>,
        recipient: Option<&str>,
    ) -> Option<SmtpEffect> {
        let Board { smtp, struck, .. } = &mut *self.board();
        let armed = smtp.iter_mut().find_map(|armed| {
            if let SmtpEffect::DenyRecipient(denied) = &armed.effect
                && !recipient.is_some_and(|recipient| recipient.eq_ignore_ascii_case(denied))
            {
                return None;
            }
            armed.trigger.strikes(command, user).then(|| (armed.id, armed.effect.clone()))
        });
        armed.map(|(id, effect)| {
            *struck.entry(id).or_default() += 1;
            effect
        })
    }

    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn id(&mut self) -> FaultId {
        self.next += 1;
        FaultId(self.next)
    }
}
