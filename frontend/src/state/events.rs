//! From sign-in to sign-out: what is asked when a link opens, and where each event goes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, AccountId};
use postern_shared::api::accounts::{ListAccounts, RetryAccount};
use postern_shared::api::mailboxes::ListMailboxes;
use postern_shared::error::ErrorCode;
use postern_shared::event::Event;
use postern_shared::mailbox::Role;
use postern_shared::session::SignIn;
use postern_shared::window::{Filter, Grouping, Scope, Sort, View, Within};

use super::Stores;
use super::session::SessionState;
use super::toasts::Offer;
use crate::browser::{history, notices, page};
use crate::i18n::{Key, error_text, text};
use crate::link::{Hooks, LinkState};
use crate::routes::Route;

/// Kept so that a refused version leads to one reload, never to a loop.
const RELOADED: &str = "reloaded-for-version";

impl Stores {
    /// Starts the page: follows the address bar and the session.
    pub fn start(self) {
        self.preferences.load();
        self.location.follow();
        page::watch_unload();
        notices::on_new_version(move || self.newer.set(true));
        self.link.listen(Hooks {
            resume: Box::new(move || self.resume()),
            greeted: Box::new(move |build, limits| {
                self.limits.set(Some(limits));
                crate::browser::storage::remove_tab(RELOADED);
                let own = history::build();
                self.newer.set(!own.is_empty() && !build.is_empty() && own != build);
            }),
            event: Box::new(move |event| self.hear(event)),
            doubted: Box::new(move || spawn_local(self.session.check())),
        });
        if self.session.expected() {
            self.link.start();
        }
        spawn_local(self.session.check());
        self.follow_session();
        self.follow_link();
        self.follow_location();
        Effect::new(move |_| page::set_title(&self.title()));
    }

    /// Signs in; an error as a sentence.
    ///
    /// # Errors
    /// Why it did not work, in the user's language.
    pub async fn sign_in(self, with: SignIn) -> Result<(), String> {
        let outcome = self.session.sign_in(&with).await;
        if outcome.is_ok() {
            // Before the shell is drawn: the bridge answers meanwhile.
            self.link.start();
        }
        outcome.map_err(|error| match error.code {
            // Without any answer the network is to blame.
            ErrorCode::NotSignedIn => text(Key::ErrorOffline),
            _ => error_text(&error),
        })
    }

    /// Signs out, and forgets what this device kept.
    pub fn sign_out(self) {
        self.clear(true);
        spawn_local(self.session.sign_out());
    }

    /// Tries again whatever is down: the link, or the accounts' servers.
    pub fn retry(self) {
        self.link.nudge();
        for Account { id: account, .. } in self.accounts.all().get_untracked() {
            self.link.tell(RetryAccount { account });
        }
        self.windows.refresh();
    }

    fn follow_session(self) {
        let state = self.session.state();
        Effect::new(move |before: Option<SessionState>| {
            let now = state.get();
            match &now {
                SessionState::SignedIn(_) => {
                    self.link.start();
                    if untrack(|| self.location.route()) == Route::Login {
                        self.location.replace(Route::Home);
                    }
                }
                SessionState::SignedOut => {
                    // The drafts of an expired session wait for the same user.
                    self.clear(false);
                    if before.is_some_and(|before| before != SessionState::Unknown) {
                        self.location.replace(Route::Login);
                    }
                }
                SessionState::Unknown => {}
            }
            now
        });
    }

    fn follow_link(self) {
        let state = self.link.state();
        Effect::new(move |_| match state.get() {
            LinkState::SignedOut => self.session.leave(),
            LinkState::VersionMismatch => {
                if crate::browser::storage::get_tab(RELOADED).is_none() {
                    crate::browser::storage::set_tab(RELOADED, "1");
                    page::reload();
                } else {
                    let said = text(Key::ErrorVersionMismatch);
                    self.toasts.keep(said, Some(Offer::Reload), Some("version".to_owned()));
                }
            }
            _ => {}
        });
    }

    /// Shows the list that the route names; an empty route leads to the first inbox.
    fn follow_location(self) {
        Effect::new(move |_| self.arrive());
    }

    fn arrive(self) {
        if matches!(self.location.route(), Route::Home | Route::Unknown | Route::Login) {
            let signed_in = matches!(self.session.state().get(), SessionState::SignedIn(_));
            let first = self.accounts.all().with(|all| all.first().cloned());
            let inbox = first.and_then(|first| self.mailboxes.by_role(&first.id, Role::Inbox));
            let Some(inbox) = inbox.filter(|_| signed_in) else { return };
            self.location.replace(Route::Mailbox(inbox.account, inbox.id));
        }
        if let Some(list) = self.location.list() {
            let around = match self.location.route() {
                Route::Message(key) => Some(key),
                _ => None,
            };
            self.show(&list, around);
        }
    }

    fn show(self, list: &Route, around: Option<postern_shared::message::MessageKey>) {
        let scope = match list {
            Route::Mailbox(account, mailbox) => Scope::Mailbox(account.clone(), mailbox.clone()),
            Route::All => Scope::Role(Role::Inbox),
            Route::Search(query) => Scope::Search { query: query.clone(), within: Within::All },
            _ => return,
        };
        // A search finds messages, not what was said around them.
        let threads = !matches!(list, Route::Search(_)) && untrack(|| self.conversing());
        let grouping = if threads { Grouping::Threads } else { Grouping::Messages };
        let view = View { scope, sort: Sort::NEWEST_FIRST, filter: Filter::All, grouping };
        // Sorting and filtering keep to the list they were chosen for.
        let known = untrack(|| self.windows.view());
        if known.is_none_or(|known| known.scope != view.scope) {
            self.selection.clear();
            self.selection.stand(0, around.clone());
            self.windows.show(view, around);
        }
    }

    fn title(self) -> String {
        let unseen = self.mailboxes.unseen();
        let name = text(Key::ShellName);
        match unseen {
            0 => name,
            _ => format!("({unseen}) {name}"),
        }
    }

    /// A socket is open: takes the lists up again and asks what may have changed meanwhile.
    fn resume(self) {
        self.windows.resume();
        let accounts = self.link.call(ListAccounts);
        for account in self.accounts.all().get_untracked() {
            self.load_mailboxes(account.id);
        }
        spawn_local(async move {
            if let Ok(accounts) = accounts.await {
                self.take_accounts(accounts);
            }
        });
    }

    /// These are all accounts now; mailboxes of new ones are asked for.
    fn take_accounts(self, accounts: Vec<Account>) {
        for account in &accounts {
            if untrack(|| self.accounts.get(&account.id)).is_none() {
                self.load_mailboxes(account.id.clone());
            }
        }
        self.accounts.replace(accounts);
    }

    /// Asks for an account's mailboxes.
    pub fn load_mailboxes(self, account: AccountId) {
        self.mailboxes.load(&account);
        spawn_local(async move {
            match self.link.call(ListMailboxes { account: account.clone() }).await {
                Ok(mailboxes) => {
                    self.mailboxes.replace(account, mailboxes);
                    // The first list is asked for before the tree is drawn.
                    untrack(|| self.arrive());
                }
                Err(error) => self.mailboxes.fail(&account, error),
            }
        });
    }

    fn hear(self, event: Event) {
        match event {
            Event::AccountChanged(account) => {
                let id = account.id.clone();
                if self.accounts.change(account) {
                    self.load_mailboxes(id);
                    self.windows.refresh();
                    self.retry_message();
                }
            }
            Event::AccountsChanged(accounts) => self.take_accounts(accounts),
            Event::MailboxesChanged(account, mailboxes) => {
                self.mailboxes.replace(account, mailboxes);
            }
            Event::CountsChanged(account, counts) => self.mailboxes.recount(&account, &counts),
            Event::WindowDelta(window, delta) => {
                self.threads.doubt();
                self.windows.apply(window, delta);
            }
            Event::WindowStale(window) => self.windows.stale(window),
            Event::MailArrived(_) => {
                self.threads.doubt();
                self.hear_later(event);
            }
            Event::ServerAlert(..) | Event::Aside(_) => self.hear_later(event),
            // The link ends by these itself.
            Event::SessionEnded | Event::BridgeStopping => {}
        }
    }

    /// The server answers again: a message that could not be opened is asked for anew.
    fn retry_message(self) {
        if let Route::Message(key) = untrack(|| self.location.route()) {
            self.messages.open(&key);
        }
    }
}
