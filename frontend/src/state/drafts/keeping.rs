//! Keeping the open drafts: on this device at every pause, in the store within seconds.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::action::ActionId;
use postern_shared::api::drafts::{DiscardDraft, KeptDraft, SaveDraft, Saved};
use postern_shared::draft::{Draft, Source};

use super::record::{self, Record};
use super::standing::{Said, Standing};
use super::{Composing, DraftSignal, Drafts};
use crate::browser::timer::{Timer, now};
use crate::browser::vault::{self, Vault};
use crate::browser::{page, random};
use crate::i18n::error_text;

/// Milliseconds after which a draft whose quotation is still on its way is looked at again.
const LOADING_MS: u32 = 500;

/// What is known of how the drafts of this page are kept.
#[derive(Default)]
pub(super) struct Keeping {
    vault: Option<Vault>,
    /// What the vault held is known, or that there is none: earlier saves are told apart from
    /// others' from here on.
    opened: bool,
    user: String,
    /// The name of this page among the tabs.
    tab: String,
    standings: Vec<(u32, ArcRwSignal<Standing>)>,
    timer: Option<Timer>,
}

impl Drafts {
    /// What is said of how a draft is kept.
    #[must_use]
    pub fn said(self, id: u32) -> Signal<Said> {
        let standing = self.standing(id);
        Signal::derive(move || standing.with(Standing::said))
    }

    /// Opens what this device keeps of a user, and brings back what no tab has open.
    pub(super) fn open_vault(self, user: &str) {
        let (user, tab) = (user.to_owned(), record::hex(&ActionId(random::bytes())));
        let known = self.keeping.with_value(|it| it.user == user);
        if known {
            return;
        }
        vault::hold_lock(&tab);
        self.keeping.update_value(|it| {
            (it.user, it.tab) = (user.clone(), tab);
            (it.vault, it.opened) = (None, false);
        });
        spawn_local(async move {
            let vault = Vault::open(&user).await.ok();
            let records = match &vault {
                Some(vault) => vault.all().await.unwrap_or_default(),
                None => Vec::new(),
            };
            let living = vault::held_locks().await.unwrap_or_default();
            if self.keeping.with_value(|it| it.user != user) {
                return;
            }
            self.keeping.update_value(|it| (it.vault, it.opened) = (vault, true));
            let records = records.iter().filter_map(|(_, text)| record::read(&user, text));
            for found in records {
                // What this tab had before it was loaded anew is its own, whoever seems to hold it.
                if self.beside(&found.draft).is_some() || !living.contains(&found.tab) {
                    self.adopt(found);
                }
            }
            self.keep();
            self.arm();
        });
    }

    /// The open draft that is the same as this one.
    pub(super) fn beside(self, draft: &Composing) -> Option<u32> {
        let own = &draft.options.message_id;
        let same = |open: &Composing| !own.is_empty() && open.options.message_id == *own;
        let open = self.open.get_untracked();
        open.iter().find(|(_, draft)| draft.with_untracked(same)).map(|(id, _)| *id)
    }

    /// Opens a draft that is nowhere but here.
    pub(super) fn put_changed(self, draft: Composing) {
        let id = draft.id;
        self.put(Composing { touched: true, ..draft });
        if let Some(draft) = untrack(|| self.get(id)) {
            self.changed(id, &draft);
        }
        self.keep_soon();
    }

    /// Opens a draft again that was handed in or discarded: its copy may be gone, and that is no
    /// other device's doing.
    pub(super) fn put_again(self, mut draft: Composing) {
        draft.options.stored = None;
        self.put_changed(draft);
    }

    /// A draft that this device has and no living tab: it is open again.
    fn adopt(self, found: Record) {
        let known = self.beside(&found.draft);
        let id = known.unwrap_or_else(|| {
            let id = self.fresh_id();
            self.put(Composing { id, touched: true, ..found.draft.clone() });
            id
        });
        self.standing(id).set(Standing::found(found.mine, now()));
        self.arm();
    }

    /// The user changed something in a draft.
    pub(super) fn changed(self, id: u32, draft: &DraftSignal) {
        if draft.with_untracked(|draft| draft.options.message_id.is_empty()) {
            draft.update_untracked(|draft| draft.options.message_id = fresh_id(draft));
        }
        self.standing(id).update(|it| it.changed(now()));
        self.arm();
    }

    /// How a draft stands.
    pub(super) fn standing(self, id: u32) -> ArcRwSignal<Standing> {
        let known = self.keeping.try_update_value(|it| {
            if let Some((_, known)) = it.standings.iter().find(|(known, _)| *known == id) {
                return known.clone();
            }
            let fresh = ArcRwSignal::new(Standing::default());
            it.standings.push((id, fresh.clone()));
            fresh
        });
        known.unwrap_or_default()
    }

    /// Writes to this device what it does not have yet.
    pub(super) fn keep_on_device(self) {
        for (id, draft) in self.open.get_untracked() {
            let standing = self.standing(id);
            if draft.with_untracked(|draft| draft.touched)
                && !standing.with_untracked(Standing::is_on_device)
            {
                spawn_local(async move { self.put_on_device(id, &draft).await });
            }
        }
    }

    async fn put_on_device(self, id: u32, draft: &DraftSignal) {
        let standing = self.standing(id);
        let (version, mine) = standing.with_untracked(|it| (it.version(), it.mine.clone()));
        let kept = self.keeping.with_value(|it| {
            let draft = draft.get_untracked();
            let name = draft.options.message_id.clone();
            let record = Record { tab: it.tab.clone(), mine, draft };
            it.vault.clone().map(|vault| (vault, name, record::write(&it.user, &record)))
        });
        let Some((vault, name, text)) = kept.filter(|(_, name, _)| !name.is_empty()) else {
            return;
        };
        if vault.put(&name, &text).await.is_ok() {
            standing.update(|it| it.on_device(version));
        }
        self.guard();
        // Sent or discarded while it was written.
        if !self.is_open(id) && !self.is_handed(id) {
            // What stays is found again and can be discarded then.
            let _ = vault.remove(&name).await;
        }
    }

    /// The user is asked before leaving only where something would be lost.
    pub(super) fn guard(self) {
        let open = self.open.get_untracked();
        let safe = |(id, draft): &(u32, DraftSignal)| {
            let standing = self.standing(*id);
            !draft.with_untracked(|draft| draft.touched)
                || standing.with_untracked(|it| it.is_on_device() || it.is_in_store())
        };
        let handed = self.parked.with_value(|parked| !parked.handed.is_empty());
        page::guard_unload(handed || !open.iter().all(safe));
    }

    /// Wakes up when the next draft is to be saved.
    pub(super) fn arm(self) {
        let at = now();
        let wait = self.keeping.with_value(|it| {
            let waits =
                it.standings.iter().filter_map(|(_, it)| it.with_untracked(|it| it.wait(at)));
            waits.reduce(f64::min)
        });
        // A number of milliseconds that a timer takes.
        let timer = wait.map(|wait| Timer::after(wait as u32 + 1, move || self.tick()));
        self.keeping.update_value(|it| it.timer = timer);
    }

    /// Saves whatever is due.
    fn tick(self) {
        if !self.keeping.with_value(|it| it.opened) {
            return;
        }
        let mut loading = false;
        for (id, draft) in self.open.get_untracked() {
            if draft.with_untracked(|draft| draft.loading) {
                loading = true;
                continue;
            }
            let (standing, action) = (self.standing(id), ActionId(random::bytes()));
            if standing.with_untracked(|it| it.wait(now()) == Some(0.0))
                && standing.try_update(|it| it.begin(now(), action)) == Some(true)
            {
                spawn_local(async move { self.save(id, draft, action).await });
            }
        }
        match loading {
            true => {
                let timer = Timer::after(LOADING_MS, move || self.tick());
                self.keeping.update_value(|it| it.timer = Some(timer));
            }
            false => self.arm(),
        }
    }

    /// What is due is saved at once: the link is open again.
    pub fn hurry(self) {
        let standings = self.keeping.with_value(|it| it.standings.clone());
        standings.iter().for_each(|(_, standing)| standing.update(|it| it.hurry(now())));
        self.arm();
    }

    async fn save(self, id: u32, signal: DraftSignal, action: ActionId) {
        // This device knows of the attempt before it is made.
        self.put_on_device(id, &signal).await;
        let standing = self.standing(id);
        let draft = signal.with_untracked(Composing::draft);
        let mine = standing.with_untracked(|it| {
            it.mine.iter().copied().filter(|known| *known != action).collect()
        });
        let call = SaveDraft { action, draft: draft.clone(), mine };
        let outcome = self.link.call(call).await;
        if !self.is_open(id) {
            return self.after_closing(draft, outcome.ok());
        }
        match outcome {
            Ok(Saved::Kept(kept)) => {
                signal.update(|open| take_in(open, &draft, kept));
                standing.update(|it| it.kept(now()));
                if self.is_hidden(id) {
                    self.shut(id);
                }
            }
            Ok(Saved::Changed(theirs)) => {
                self.show(id);
                standing.update(|it| it.stopped(Said::Changed(theirs)));
            }
            Ok(Saved::Gone) => {
                self.show(id);
                standing.update(|it| it.stopped(Said::Gone));
            }
            Err(error) => standing.update(|it| it.failed(now(), error_text(&error))),
        }
        self.guard();
        self.keep();
        self.arm();
    }

    /// A save came to its end after its draft was sent or discarded: its copy goes.
    fn after_closing(self, mut draft: Draft, saved: Option<Saved>) {
        if let Some(Saved::Kept(kept)) = saved {
            draft.options.stored = Some(kept.key);
            self.remove_stored(&draft);
        }
    }

    /// Removes a draft from the store, where it may be.
    pub(super) fn remove_stored(self, draft: &Draft) {
        let (message_id, stored) = (draft.options.message_id.clone(), draft.options.stored.clone());
        if message_id.is_empty() && stored.is_none() {
            return;
        }
        let action = ActionId(random::bytes());
        let account = draft.account.clone();
        self.link.tell(DiscardDraft { action, account, message_id, stored });
    }

    /// This device forgets a draft.
    pub(super) fn forget_on_device(self, draft: &Composing) {
        let vault = self.keeping.with_value(|it| it.vault.clone());
        let name = draft.options.message_id.clone();
        if let Some(vault) = vault.filter(|_| !name.is_empty()) {
            // What stays is found again and can be discarded then.
            spawn_local(async move { drop(vault.remove(&name).await) });
        }
    }

    /// Empties the vault whenever everything is to be forgotten.
    pub fn follow_sweeps(self) {
        Effect::new(move |before: Option<u32>| {
            let count = self.swept.get();
            if before.is_some_and(|before| before != count) {
                self.empty_vault();
            }
            count
        });
    }

    fn empty_vault(self) {
        let vault = self.keeping.with_value(|it| it.vault.clone());
        self.keeping.set_value(Keeping::default());
        if let Some(vault) = vault {
            spawn_local(async move { drop(vault.empty().await) });
        }
    }

    fn is_open(self, id: u32) -> bool {
        self.open.with_untracked(|open| open.iter().any(|(known, _)| *known == id))
    }

    fn is_handed(self, id: u32) -> bool {
        self.parked.with_value(|parked| parked.handed.iter().any(|draft| draft.id == id))
    }

    pub(super) fn is_hidden(self, id: u32) -> bool {
        self.hidden.with_untracked(|hidden| hidden.contains(&id))
    }
}

/// A save's answer goes into the draft, which may have been changed meanwhile: where it is now, and
/// its files with it, for the copy before is gone.
fn take_in(open: &mut Composing, sent: &Draft, kept: KeptDraft) {
    for (before, after) in sent.attachments.iter().zip(kept.attachments) {
        let of_copy = matches!(&before.source, Source::Part(key, _)
            if sent.options.stored.as_ref() == Some(key));
        for file in open.attachments.iter_mut().filter(|file| file.source == before.source) {
            if of_copy {
                file.source = after.source.clone();
            }
        }
    }
    open.options.message_id = kept.message_id;
    open.options.stored = Some(kept.key);
}

/// A Message-ID of its own, fixed from here on.
pub(super) fn fresh_id(draft: &Composing) -> String {
    let domain = draft.from.email.rsplit('@').next().unwrap_or_default();
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    let domain = if domain.bytes().all(legal) { domain } else { "mail.invalid" };
    ["<", &record::hex(&ActionId(random::bytes())), "@", domain, ">"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::{composing, key};
    use postern_shared::draft::Enclosed;

    #[test]
    fn files_of_the_copy_before_are_those_of_the_new_one() {
        let file = |source| Enclosed {
            name: "a".into(),
            content_type: String::new(),
            size: 1,
            source,
            content_id: None,
        };
        let part = |uid, section: &str| file(Source::Part(key(uid), section.into()));
        let mut open = composing("text");
        open.options.stored = Some(key(3));
        open.attachments = vec![part(3, "2"), part(8, "2"), part(3, "3")];
        let sent = open.draft();
        // One was taken out while it was saved.
        open.attachments.remove(0);
        let attachments = vec![part(4, "2"), part(4, "3"), part(4, "4")];
        let kept = KeptDraft { key: key(4), message_id: "<m@x>".into(), attachments };
        take_in(&mut open, &sent, kept);
        assert_eq!(open.attachments, [part(8, "2"), part(4, "4")]);
        assert_eq!(open.options.stored, Some(key(4)));
    }
}
