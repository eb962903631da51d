//! A user of the host: a login, and mailboxes behind one lock, so that every command is atomic.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::mailbox::{ConnectionId, Content, Mailbox, Message, Role};
use crate::stamp::Stamp;
use crate::{Flags, Quota};

/// The hierarchy delimiter of mailbox names.
pub(crate) const DELIMITER: char = '/';

/// Below it lie the mailboxes that NAMESPACE calls shared.
pub(crate) const SHARED: &str = "Shared";

/// The mailboxes that every user starts with.
const STANDARD: [(&str, Option<Role>); 6] = [
    ("INBOX", None),
    ("Drafts", Some(Role::Drafts)),
    ("Sent", Some(Role::Sent)),
    ("Archive", Some(Role::Archive)),
    ("Junk", Some(Role::Junk)),
    ("Trash", Some(Role::Trash)),
];

pub(crate) struct User {
    pub login: String,
    pub name: String,
    pub password: String,
    /// Made for one program each.
    further_passwords: Mutex<Vec<String>>,
    mailboxes: Mutex<Mailboxes>,
    maildrop: Arc<Mutex<Lock>>,
}

/// Who has a maildrop, and since when it may be asked again.
#[derive(Debug, Default)]
struct Lock {
    taken: bool,
    asked: Option<SystemTime>,
}

/// A maildrop that nobody else has; dropping it gives it back.
pub(crate) struct Maildrop(Arc<Mutex<Lock>>);

impl Drop for Maildrop {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).taken = false;
    }
}

impl User {
    pub fn new(login: &str, name: &str, password: &str, validity: u32) -> Arc<Self> {
        let mut mailboxes = Mailboxes {
            list: Vec::new(),
            subscribed: BTreeSet::new(),
            renumbered: BTreeSet::new(),
            quota: None,
            validity,
        };
        for (name, role) in STANDARD {
            mailboxes.create(name, role);
            mailboxes.subscribed.insert(name.to_owned());
        }
        Arc::new(Self {
            login: login.to_owned(),
            name: name.to_owned(),
            password: password.to_owned(),
            further_passwords: Mutex::default(),
            mailboxes: Mutex::new(mailboxes),
            maildrop: Arc::default(),
        })
    }

    pub fn signs_in_with(&self, password: &str) -> bool {
        self.password == password || self.further().iter().any(|known| known == password)
    }

    pub fn add_password(&self, password: &str) {
        self.further().push(password.to_owned());
    }

    fn further(&self) -> MutexGuard<'_, Vec<String>> {
        self.further_passwords.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn mailboxes(&self) -> MutexGuard<'_, Mailboxes> {
        self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the maildrop for one POP3 session; none while another has it.
    pub fn lock_maildrop(&self) -> Option<Maildrop> {
        let mut lock = self.maildrop.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut lock.taken, true) {
            return None;
        }
        Some(Maildrop(Arc::clone(&self.maildrop)))
    }

    /// How long to stay away yet; a visit that is not too early counts as the last one.
    pub fn too_early(&self, now: SystemTime, delay: Option<Duration>) -> Option<Duration> {
        let mut lock = self.maildrop.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = lock.asked.and_then(|asked| now.duration_since(asked).ok());
        let left = delay.zip(passed).and_then(|(delay, passed)| delay.checked_sub(passed));
        if left.is_none() {
            lock.asked = Some(now);
        }
        left
    }

    /// Puts a new message into the inbox.
    pub fn deliver(&self, raw: &[u8], received_at: Stamp) -> u32 {
        let mut mailboxes = self.mailboxes();
        let inbox = mailboxes.get_or_create("INBOX");
        inbox.add(Content::new(raw), Flags::default(), received_at, 0)
    }
}

/// A user's mailboxes and subscriptions.
pub(crate) struct Mailboxes {
    pub list: Vec<Mailbox>,
    pub subscribed: BTreeSet<String>,
    /// Ids under which mailboxes were known before their messages got other numbers.
    pub renumbered: BTreeSet<u64>,
    pub quota: Option<Quota>,
    validity: u32,
}

/// More mail does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OverQuota;

impl Mailboxes {
    pub fn get(&self, name: &str) -> Option<&Mailbox> {
        let name = canonical(name);
        self.list.iter().find(|mailbox| mailbox.name == name)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Mailbox> {
        let name = canonical(name);
        self.list.iter_mut().find(|mailbox| mailbox.name == name)
    }

    pub fn by_id(&mut self, id: u64) -> Option<&mut Mailbox> {
        self.list.iter_mut().find(|mailbox| mailbox.id == id)
    }

    pub fn get_or_create(&mut self, name: &str) -> &mut Mailbox {
        let name = canonical(name);
        let index = self.list.iter().position(|mailbox| mailbox.name == name);
        let index = index.unwrap_or_else(|| {
            self.create(&name, None);
            self.list.len() - 1
        });
        &mut self.list[index]
    }

    /// Adds a mailbox, after those above it where they are missing; a UIDVALIDITY is never used twice.
    pub fn create(&mut self, name: &str, role: Option<Role>) {
        let name = canonical(name);
        if let Some((parent, _)) = name.rsplit_once(DELIMITER)
            && self.get(parent).is_none()
        {
            self.create(parent, None);
        }
        self.validity += 1;
        self.list.push(Mailbox::new(u64::from(self.validity), &name, role, self.validity));
    }

    /// Gives a mailbox a new UIDVALIDITY, or with `kept` the old one, and its messages other UIDs.
    pub fn renumber(&mut self, name: &str, kept: bool) -> Option<u32> {
        self.validity += 1;
        let validity = self.validity;
        let mailbox = self.get_mut(name)?;
        let (was, next) = (mailbox.id, mailbox.uid_next);
        if !kept {
            mailbox.uid_validity = validity;
        }
        mailbox.renumber(u64::from(validity), if kept { next } else { 1 });
        let validity = mailbox.uid_validity;
        self.renumbered.insert(was);
        Some(validity)
    }

    /// Whether so much more fits under the quota.
    pub fn admit(&self, octets: u64, messages: u64) -> Result<(), OverQuota> {
        match self.quota {
            Some(quota) if !quota.has_room(self, octets, messages) => Err(OverQuota),
            _ => Ok(()),
        }
    }

    pub fn has_children(&self, name: &str) -> bool {
        self.list.iter().any(|mailbox| is_below(&mailbox.name, name))
    }

    /// Copies messages to another mailbox, returning each old UID with its new one.
    pub fn copy(&mut self, from: u64, uids: &[u32], to: &str, by: ConnectionId) -> Vec<(u32, u32)> {
        let Some(source) = self.by_id(from) else { return Vec::new() };
        let messages: Vec<_> =
            uids.iter().filter_map(|uid| source.message(*uid).cloned()).collect();
        let Some(target) = self.get_mut(to) else { return Vec::new() };
        let copy = |message: Message| {
            (message.uid, target.add(message.content, message.flags, message.received_at, by))
        };
        messages.into_iter().map(copy).collect()
    }
}

/// Whether one name lies below another in the hierarchy.
pub(crate) fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent).is_some_and(|rest| rest.starts_with(DELIMITER))
}

/// INBOX in any case is one mailbox (RFC 3501 §5.1); all other names are taken as they are.
pub(crate) fn canonical(name: &str) -> String {
    match name.split_once(DELIMITER) {
        None if name.eq_ignore_ascii_case("INBOX") => "INBOX".to_owned(),
        Some((first, rest)) if first.eq_ignore_ascii_case("INBOX") => format!("INBOX/{rest}"),
        _ => name.to_owned(),
    }
}
