//! A person's browser at a bridge: signs in over HTTP, keeps the cookie, opens links.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use postern_shared::account::{Account, AccountId, AccountState};
use postern_shared::action::ActionId;
use postern_shared::api::accounts::{ListAccounts, RetryAccount};
use postern_shared::api::mailboxes::ListMailboxes;
use postern_shared::api::windows::OpenWindow;
use postern_shared::error::CallError;
use postern_shared::event::Event;
use postern_shared::mailbox::{Mailbox, Role};
use postern_shared::session::SignIn;
use postern_shared::window::{Anchor, View, WindowId};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::header::SET_COOKIE;

use crate::bridge::Home;
use crate::http::{self, Request, Response};
use crate::link::{Handshake, Link};
use crate::list::List;
use crate::{Person, wait};

/// How long a person waits before pressing "Try again" once more.
const BREATHER: Duration = Duration::from_millis(600);

/// A signed-in browser.
#[derive(Debug, Clone)]
pub struct Visitor {
    port: u16,
    base_path: String,
    origin: String,
    /// `name=value` of the session cookie.
    pub cookie: String,
}

/// Sends the sign-in form; the answer is whatever it is.
pub async fn post_session(home: &Home, person: &Person) -> Result<Response> {
    let sign_in =
        SignIn { address: person.address.clone(), password: person.password.clone(), keep: false };
    http::fetch(
        home.port,
        &Request {
            method: "POST",
            path: home.below("api/session"),
            headers: vec![
                ("Origin", home.origin()),
                ("Content-Type", "application/json".to_owned()),
            ],
            body: serde_json::to_vec(&sign_in)?,
        },
    )
    .await
}

/// Posts JSON to a path below the base path, as nobody in particular.
pub async fn post(home: &Home, path: &str, json: &serde_json::Value) -> Result<Response> {
    let headers = vec![("Origin", home.origin()), ("Content-Type", "application/json".to_owned())];
    let body = serde_json::to_vec(json)?;
    http::fetch(home.port, &Request { method: "POST", path: home.below(path), headers, body }).await
}

/// Sends a sign-in that must fail; returns the status and the error.
pub async fn refused_sign_in(home: &Home, person: &Person) -> Result<(u16, CallError)> {
    let response = post_session(home, person).await?;
    ensure!(response.status >= 400, "signed in: {}", response.text());
    ensure!(response.header("set-cookie").is_empty(), "a refused sign-in set a cookie");
    let error = serde_json::from_slice(&response.body).with_context(|| response.text())?;
    Ok((response.status, error))
}

impl Visitor {
    /// Signs in.
    pub async fn sign_in(home: &Home, person: &Person) -> Result<Self> {
        Self::of(home, &post_session(home, person).await?)
    }

    /// Whoever was signed in by this answer.
    pub fn of(home: &Home, response: &Response) -> Result<Self> {
        ensure!(response.status < 300, "sign-in: {} {}", response.status, response.text());
        let cookie = response.header(SET_COOKIE.as_str());
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        ensure!(!cookie.is_empty(), "the sign-in set no cookie");
        Ok(Self {
            port: home.port,
            base_path: home.base_path.clone(),
            origin: home.origin(),
            cookie,
        })
    }

    /// The bridge's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A GET with the cookie, below the base path.
    pub fn get(&self, path: &str) -> Request {
        Request {
            path: format!("{}{}", self.base_path, path.trim_start_matches('/')),
            headers: vec![("Cookie", self.cookie.clone())],
            ..Request::default()
        }
    }

    /// Fetches a path below the base path.
    pub async fn fetch(&self, path: &str) -> Result<Response> {
        http::fetch(self.port, &self.get(path)).await
    }

    /// Posts JSON to a path below the base path.
    pub async fn post(&self, path: &str, json: &serde_json::Value) -> Result<Response> {
        let mut request = self.get(path);
        request.method = "POST";
        request.headers.push(("Origin", self.origin.clone()));
        request.headers.push(("Content-Type", "application/json".to_owned()));
        request.body = serde_json::to_vec(json)?;
        http::fetch(self.port, &request).await
    }

    /// Signs out.
    pub async fn sign_out(&self) -> Result<Response> {
        let mut request = self.get("api/session");
        request.method = "DELETE";
        request.headers.push(("Origin", self.origin.clone()));
        http::fetch(self.port, &request).await
    }

    /// What this browser says when it opens a link.
    pub fn handshake(&self) -> Handshake {
        Handshake {
            port: self.port,
            path: format!("{}ws", self.base_path),
            origin: self.origin.clone(),
            cookie: self.cookie.clone(),
        }
    }

    /// Opens a link, however the account is.
    pub async fn look(&self) -> Result<Tab> {
        let mut link = Link::open(&self.handshake()).await?;
        let accounts = link.call(ListAccounts).await?;
        let account = accounts.into_iter().next().context("no account")?;
        Ok(Tab { link, account, windows: 0 })
    }

    /// Opens a link and waits until the account is online.
    pub async fn tab(&self) -> Result<Tab> {
        let mut tab = self.look().await?;
        if tab.account.state != AccountState::Online {
            tab.online().await?;
        }
        Ok(tab)
    }
}

/// One open tab: a link, and the account that was signed in with.
pub struct Tab {
    /// The link.
    pub link: Link,
    /// The account.
    pub account: Account,
    windows: u32,
}

impl Tab {
    /// Waits until the account is online.
    pub async fn online(&mut self) -> Result<()> {
        let state = |event| match event {
            Event::AccountChanged(account) if account.state == AccountState::Online => {
                Some(account)
            }
            _ => None,
        };
        self.account = self.link.event("the account to be online", state).await?;
        Ok(())
    }

    /// Waits until the account works again after a fault; at once where it never stopped.
    pub async fn recovered(&mut self) -> Result<()> {
        let account = self.id();
        wait::within("the account to work again", async {
            loop {
                // Refused within a moment of the last failure, after which the account might wait
                // longer than this test: as a person would, ask again.
                let _ = self.link.call(RetryAccount { account: account.clone() }).await;
                let accounts = self.link.call(ListAccounts).await?;
                let Some(account) = accounts.into_iter().next() else { bail!("no account") };
                if account.state == AccountState::Online {
                    return Ok(());
                }
                if let Ok(event) = timeout(BREATHER, self.link.next_event()).await {
                    event.context("the link is closed")?;
                }
            }
        })
        .await
    }

    /// The account's id.
    pub fn id(&self) -> AccountId {
        self.account.id.clone()
    }

    /// All mailboxes.
    pub async fn mailboxes(&mut self) -> Result<Vec<Mailbox>> {
        let account = self.id();
        self.link.call(ListMailboxes { account }).await
    }

    /// The mailbox with a role, if the list has one.
    pub async fn find(&mut self, role: Role) -> Result<Option<Mailbox>> {
        let mailboxes = self.mailboxes().await?;
        Ok(mailboxes.into_iter().find(|mailbox| mailbox.role == Some(role)))
    }

    /// The mailbox with a role.
    pub async fn mailbox(&mut self, role: Role) -> Result<Mailbox> {
        self.find(role).await?.with_context(|| format!("no mailbox is {role:?}"))
    }

    /// The call that opens a fresh window on a role's mailbox.
    pub async fn window(&mut self, role: Role, anchor: Anchor, count: u32) -> Result<OpenWindow> {
        let mailbox = self.mailbox(role).await?;
        Ok(self.window_of(mailbox, anchor, count))
    }

    /// The call that opens a fresh window on a mailbox.
    pub fn window_of(&mut self, mailbox: Mailbox, anchor: Anchor, count: u32) -> OpenWindow {
        self.windows += 1;
        let view = View::of_mailbox(self.id(), mailbox.id);
        OpenWindow { window: WindowId(self.windows), view, anchor, count }
    }

    /// Opens a window on the first rows of a role's mailbox.
    pub async fn open(&mut self, role: Role) -> Result<OpenList> {
        let call = self.window(role, Anchor::Offset(0), 50).await?;
        let window = self.link.call(call.clone()).await?;
        Ok(OpenList { call, list: List::of(window)? })
    }

    /// Opens a fresh window on the first rows of a view.
    pub async fn open_view(&mut self, view: View) -> Result<OpenList> {
        self.open_rows(view, 50).await
    }

    /// The same on so many rows.
    pub async fn open_rows(&mut self, view: View, count: u32) -> Result<OpenList> {
        self.windows += 1;
        let (window, anchor) = (WindowId(self.windows), Anchor::Offset(0));
        let call = OpenWindow { window, view, anchor, count };
        let window = self.link.call(call.clone()).await?;
        Ok(OpenList { call, list: List::of(window)? })
    }

    /// Applies this window's deltas until the list satisfies `done`; a stale window is opened again.
    pub async fn follow(
        &mut self,
        open: &mut OpenList,
        what: &str,
        done: impl Fn(&List) -> bool,
    ) -> Result<()> {
        while !done(&open.list) {
            let id = open.call.window;
            let news = self.link.event(what, |event| match event {
                Event::WindowDelta(window, delta) if window == id => Some(Some(delta)),
                Event::WindowStale(window) if window == id => Some(None),
                _ => None,
            });
            match news.await? {
                Some(delta) => open.list.apply(delta)?,
                None => open.list = List::of(self.link.call(open.call.clone()).await?)?,
            }
        }
        Ok(())
    }
}

/// A window that a tab follows.
#[derive(Debug, Clone)]
pub struct OpenList {
    /// What opened it.
    pub call: OpenWindow,
    /// What it shows.
    pub list: List,
}

/// A fresh action.
pub fn action() -> ActionId {
    ActionId(postern::clock::random())
}
