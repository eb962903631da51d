//! One connection's state (RFC 3501 §3) and the table of commands.

use std::sync::Arc;

use super::arguments::{Arguments, Syntax};
use super::reader::Command;
use super::reply::Reply;
use super::view::{Expunges, Listener, View};
use super::{
    Outcome, Refusal, append, authenticate, copy, done, enable, expunge, fetch, list, mailboxes,
    namespace, quota, search, select, status, store,
};
use crate::Quirks;
use crate::connections::Presence;
use crate::host::Shared;
use crate::mailbox::{ConnectionId, Mailbox};
use crate::user::User;

pub(crate) struct Session {
    pub shared: Arc<Shared>,
    pub id: ConnectionId,
    pub user: Option<Arc<User>>,
    pub view: Option<View>,
    pub reply: Reply,
    /// The tag of the command under way, for ESEARCH.
    pub tag: String,
    /// After LOGOUT.
    pub over: bool,
    /// Mod-sequences are told (RFC 7162).
    pub condstore: bool,
    /// VANISHED is told (RFC 7162).
    pub qresync: bool,
    /// ID has been sent.
    pub introduced: bool,
    /// COMPRESS was accepted: what follows is deflated.
    pub compressing: bool,
    /// As they were when the command under way began.
    pub quirks: Quirks,
    presence: Option<Presence>,
}

/// What a command needs before it may run.
#[derive(PartialEq, Eq)]
enum Needs {
    Nothing,
    NoUser,
    User,
    Mailbox,
}

impl Session {
    pub fn new(shared: Arc<Shared>) -> Self {
        let id = shared.connection_id();
        Self {
            shared,
            id,
            user: None,
            view: None,
            reply: Reply::default(),
            tag: String::new(),
            over: false,
            condstore: false,
            qresync: false,
            introduced: false,
            compressing: false,
            quirks: Quirks::default(),
            presence: None,
        }
    }

    /// Runs a command and writes its whole answer.
    pub fn execute(&mut self, command: &Command) {
        self.tag.clone_from(&command.tag);
        self.quirks = self.shared.quirks();
        let on = self.shared.capabilities;
        let syntax = Syntax { on, descending_bad: self.quirks.descending_bad };
        let mut arguments = Arguments::new(&command.rest, syntax);
        let outcome = self.admit(command).and_then(|()| self.run(&command.name, &mut arguments));
        let expunges = match command.name.as_str() {
            "FETCH" | "STORE" | "SEARCH" | "SORT" | "THREAD" => Expunges::Withheld,
            _ => Expunges::Sent,
        };
        self.report(expunges);
        match outcome {
            Ok(text) => self.reply.tagged(&command.tag, &format!("OK {text}")),
            Err(Refusal::No(text)) => self.reply.tagged(&command.tag, &format!("NO {text}")),
            Err(Refusal::Bad(text)) => self.reply.tagged(&command.tag, &format!("BAD {text}")),
        }
    }

    /// Tells what changed in the selected mailbox.
    pub fn report(&mut self, expunges: Expunges) {
        let listener = self.listener();
        let (Some(user), Some(view)) = (&self.user, &mut self.view) else { return };
        if let Some(mailbox) = user.mailboxes().by_id(view.mailbox) {
            view.report(mailbox, listener, expunges, &mut self.reply);
        }
    }

    /// How this connection wants to be told of changes.
    pub fn listener(&self) -> Listener {
        Listener {
            id: self.id,
            condstore: self.condstore,
            qresync: self.qresync,
            flags_untold: self.quirks.flags_untold,
        }
    }

    /// Whether the selected mailbox is no longer what this connection counts in.
    pub fn is_evicted(&self) -> bool {
        let (Some(user), Some(view)) = (&self.user, &self.view) else { return false };
        let mut mailboxes = user.mailboxes();
        let deleted = self.shared.quirks().bye_on_delete && mailboxes.by_id(view.mailbox).is_none();
        deleted || mailboxes.renumbered.contains(&view.mailbox)
    }

    /// The user signed in.
    pub fn user(&self) -> Result<Arc<User>, Refusal> {
        self.user.clone().ok_or_else(|| Refusal::bad("Sign in first"))
    }

    /// The selected mailbox's view, with the reply to write to.
    pub fn selected(&mut self) -> Result<(Arc<User>, &mut View, &mut Reply), Refusal> {
        let user = self.user()?;
        let view = self.view.as_mut().ok_or_else(|| Refusal::bad("Select a mailbox first"))?;
        Ok((user, view, &mut self.reply))
    }

    pub fn signed_in(&mut self, user: Arc<User>) {
        self.presence = Some(self.shared.connections.enter(&user.login));
        self.user = Some(user);
    }

    /// Ends the count of this connection, which no longer answers.
    pub fn leave(&mut self) {
        self.presence = None;
    }

    fn admit(&self, command: &Command) -> Result<(), Refusal> {
        let on = self.shared.capabilities;
        let offered = match command.name.as_str() {
            "ID" => on.id,
            "IDLE" => on.idle,
            "MOVE" | "UID MOVE" => on.moves,
            "UNSELECT" => on.unselect,
            "UID EXPUNGE" => on.uidplus,
            "ENABLE" => on.enable,
            "NAMESPACE" => on.namespace,
            "GETQUOTA" | "GETQUOTAROOT" => on.quota,
            "SORT" | "UID SORT" => on.sort,
            "THREAD" | "UID THREAD" => on.thread,
            "COMPRESS" => on.compress,
            "AUTHENTICATE" => on.auth_plain,
            _ => true,
        };
        let literals = on.literal_plus || (on.literal_minus && !command.long_literal_plus);
        match needs(&command.name) {
            _ if !offered => Err(Refusal::bad("Unknown command")),
            None => Err(Refusal::bad("Unknown command")),
            _ if command.literal_plus && !literals => {
                Err(Refusal::bad("Non-synchronizing literals are not offered"))
            }
            Some(Needs::NoUser) if self.user.is_some() => Err(Refusal::bad("Already signed in")),
            Some(Needs::User | Needs::Mailbox) if self.user.is_none() => {
                Err(Refusal::bad("Sign in first"))
            }
            Some(Needs::Mailbox) if self.view.is_none() => {
                Err(Refusal::bad("Select a mailbox first"))
            }
            Some(_) => Ok(()),
        }
    }

    fn run(&mut self, name: &str, arguments: &mut Arguments<'_>) -> Outcome {
        match name {
            "CAPABILITY" => authenticate::capability(self, arguments),
            "ID" => authenticate::id(self, arguments),
            "NOOP" | "CHECK" => arguments.end().and_then(|()| done("Done")),
            "LOGOUT" => authenticate::logout(self, arguments),
            "LOGIN" => authenticate::login(self, arguments),
            "AUTHENTICATE" => authenticate::authenticate(self, arguments),
            "LIST" => list::list(self, arguments),
            "LSUB" => list::lsub(self, arguments),
            "SUBSCRIBE" => mailboxes::subscribe(self, arguments),
            "UNSUBSCRIBE" => mailboxes::unsubscribe(self, arguments),
            "CREATE" => mailboxes::create(self, arguments),
            "DELETE" => mailboxes::delete(self, arguments),
            "RENAME" => mailboxes::rename(self, arguments),
            "STATUS" => status::status(self, arguments),
            "SELECT" => select::select(self, arguments, false),
            "EXAMINE" => select::select(self, arguments, true),
            "CLOSE" => select::close(self, arguments),
            "UNSELECT" => select::unselect(self, arguments),
            "EXPUNGE" => expunge::expunge(self, arguments),
            "UID EXPUNGE" => expunge::uid_expunge(self, arguments),
            "APPEND" => append::append(self, arguments),
            "FETCH" => fetch::fetch(self, arguments, false),
            "UID FETCH" => fetch::fetch(self, arguments, true),
            "STORE" => store::store(self, arguments, false),
            "UID STORE" => store::store(self, arguments, true),
            "SEARCH" => search::search(self, arguments, false),
            "UID SEARCH" => search::search(self, arguments, true),
            "SORT" => search::sort(self, arguments, false),
            "UID SORT" => search::sort(self, arguments, true),
            "THREAD" => search::thread(self, arguments, false),
            "UID THREAD" => search::thread(self, arguments, true),
            "COPY" => copy::copy(self, arguments, false),
            "UID COPY" => copy::copy(self, arguments, true),
            "MOVE" => copy::relocate(self, arguments, false),
            "UID MOVE" => copy::relocate(self, arguments, true),
            _ => self.run_rarer(name, arguments),
        }
    }

    fn run_rarer(&mut self, name: &str, arguments: &mut Arguments<'_>) -> Outcome {
        match name {
            "ENABLE" => enable::enable(self, arguments),
            "COMPRESS" => enable::compress(self, arguments),
            "NAMESPACE" => namespace::namespace(self, arguments),
            "GETQUOTA" => quota::get_quota(self, arguments),
            "GETQUOTAROOT" => quota::get_quota_root(self, arguments),
            _ => Err(Refusal::bad("Unknown command")),
        }
    }
}

fn needs(name: &str) -> Option<Needs> {
    Some(match name {
        "CAPABILITY" | "NOOP" | "LOGOUT" | "ID" => Needs::Nothing,
        "LOGIN" | "AUTHENTICATE" => Needs::NoUser,
        "LIST" | "LSUB" | "SUBSCRIBE" | "UNSUBSCRIBE" | "CREATE" | "DELETE" | "RENAME"
        | "STATUS" | "SELECT" | "EXAMINE" | "APPEND" | "IDLE" | "ENABLE" | "NAMESPACE"
        | "GETQUOTA" | "GETQUOTAROOT" | "COMPRESS" => Needs::User,
        "CHECK" | "CLOSE" | "UNSELECT" | "EXPUNGE" | "UID EXPUNGE" | "FETCH" | "UID FETCH"
        | "STORE" | "UID STORE" | "SEARCH" | "UID SEARCH" | "COPY" | "UID COPY" | "MOVE"
        | "UID MOVE" | "SORT" | "UID SORT" | "THREAD" | "UID THREAD" => Needs::Mailbox,
        _ => return None,
    })
}

/// The selected mailbox may have been deleted over another connection.
pub(crate) fn present(mailbox: Option<&mut Mailbox>) -> Result<&mut Mailbox, Refusal> {
    mailbox.ok_or_else(|| Refusal::no("[NONEXISTENT] The selected mailbox is gone"))
}
