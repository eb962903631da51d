//! The same mail behind a bridge, as an account of POP3: what a page waits for.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern::db::UserId;
use postern_mailhost::{Host, MailHost};
use postern_shared::api::windows::CloseWindow;
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Scope, Total, View, Within};
use postern_tests::bridge::{Home, Provider};
use postern_tests::program::Program;
use postern_tests::visitor::{Tab, Visitor};
use postern_tests::{Person, wait};

use crate::{ROUNDS, figure, report};

/// Rows in a window.
const ROWS: u32 = 50;

/// A bridge that stands still, whose one user has an empty maildrop and a mailbox to be filled.
pub struct Ground {
    /// Keeps the maildrop there.
    _host: Host,
    program: Program,
    visitor: Visitor,
    /// The user's account.
    pub account: String,
    /// The user.
    pub user: UserId,
}

impl Ground {
    /// Has somebody sign in, so that there is an account, and stops the bridge.
    pub async fn prepare() -> Result<Self> {
        let person = Person::named("anna");
        let host = MailHost::builder().user(&person.address, person.local(), &person.password);
        let host = host.start().await?;
        let provider = Provider::plain_pop3(host.pop3_addr().port(), host.smtp_addr().port());
        let mut program = Program::start(Home::new(&provider, "/", "")?).await?;
        let visitor = Visitor::sign_in(&program.home, &person).await?;
        let mut tab = visitor.tab().await?;
        tab.mailbox(Role::Inbox).await?;
        let account = tab.id().0;
        drop(tab);
        program.stop()?;
        let user = only_user(&data_dir(&program))?;
        Ok(Self { _host: host, program, visitor, account, user })
    }

    /// The bridge's data folder.
    pub fn data_dir(&self) -> PathBuf {
        data_dir(&self.program)
    }

    /// First windows of a bridge that has just started; then searches, once its index is whole.
    pub async fn measure(&mut self, count: usize, queries: &[&str]) -> Result<()> {
        let mut taken = Vec::new();
        for _ in 0..ROUNDS {
            self.program.launch().await?;
            let mut tab = self.visitor.tab().await?;
            taken.push(first(&mut tab, u32::try_from(count)?).await?);
            drop(tab);
            self.program.stop()?;
        }
        figure("at the bridge: first window", taken)?;
        self.program.launch().await?;
        let mut tab = self.visitor.tab().await?;
        let begun = wait::now();
        tab.indexed().await?;
        report(&format!("at the bridge: index whole after {:.1?}", begun.elapsed()))?;
        for query in queries {
            self.search(&mut tab, query).await?;
        }
        report(&format!("at the bridge: {} MB resident", self.program.resident()? >> 20))?;
        self.program.stop()
    }

    async fn search(&self, tab: &mut Tab, query: &str) -> Result<()> {
        let scope = Scope::Search { query: (*query).to_owned(), within: Within::Account(tab.id()) };
        let view = View { scope, ..tab.inbox().await? };
        let (mut taken, mut found) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let (took, open) = tab.whole(view.clone()).await?;
            found = open.list.rows.len();
            taken.push(took);
            tab.link.call(CloseWindow { window: open.call.window }).await?;
        }
        figure(&format!("at the bridge: search {query}: {found} found"), taken)
    }
}

fn data_dir(program: &Program) -> PathBuf {
    program.home.path().join("data")
}

/// Whose local mail it is: the name of the one file there.
fn only_user(data: &std::path::Path) -> Result<UserId> {
    for entry in std::fs::read_dir(data.join("mail"))? {
        let name = entry?.file_name().into_string().ok().context("a name in UTF-8")?;
        let Some(hex) = name.strip_suffix(".mail") else { continue };
        ensure!(hex.len() == 32, "{name} is no user's");
        let mut id = [0; 16];
        for (at, octet) in id.iter_mut().enumerate() {
            *octet = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16)?;
        }
        return Ok(UserId(id));
    }
    anyhow::bail!("nobody has local mail")
}

async fn first(tab: &mut Tab, messages: u32) -> Result<Duration> {
    let call = tab.window(Role::Inbox, Anchor::Offset(0), ROWS).await?;
    let begun = wait::now();
    let window = tab.link.call(call).await?;
    let took = begun.elapsed();
    let (Total::Exact(total) | Total::AtLeast(total)) = window.total else {
        anyhow::bail!("a window without a total")
    };
    ensure!(total == messages, "{total} messages are not {messages}");
    ensure!(window.rows.iter().flatten().count() == ROWS.min(total) as usize, "rows are missing");
    Ok(took)
}
