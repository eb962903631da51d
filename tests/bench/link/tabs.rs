//! Idle signed-in tabs: memory of the bridge for each, and all of them true after a burst of changes.

use anyhow::{Context, Result};
use postern_shared::mailbox::Role;
use postern_tests::bridge::Home;
use postern_tests::program::Program;
use postern_tests::visitor::{OpenList, Tab, Visitor};
use postern_tests::world::World;
use postern_tests::{Person, message, wait};

use crate::{burst, kilobytes, report};

/// Links that one session may open.
const LINKS_OF_A_SESSION: usize = 16;
/// Messages in every inbox before the burst.
const MESSAGES: usize = 200;

/// An open tab and the list that it shows.
pub struct Watched {
    /// Whose.
    pub person: Person,
    /// The tab.
    pub tab: Tab,
    /// The list.
    pub open: OpenList,
}

/// Opens `tabs` tabs over `accounts` accounts and reports.
pub async fn run(tabs: usize, accounts: usize) -> Result<()> {
    let people: Vec<Person> =
        (0..accounts).map(|number| Person::named(&format!("user{number}"))).collect();
    let world = World::in_memory_with(people.clone()).await?;
    for person in &people {
        message::fill(&mut world.session(person).await?, "INBOX", person, MESSAGES).await?;
    }
    let bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let empty = bridge.resident()?;
    let started = wait::now();
    // One tab for every account first: what an account costs, with its first tab.
    let (mut watched, mut browsers) = (Vec::new(), Vec::new());
    for person in &people {
        let browser = Visitor::sign_in(&bridge.home, person).await?;
        watched.push(open(&browser, person).await?);
        browsers.push((browser, 1));
    }
    let with_accounts = bridge.resident()?;
    while watched.len() < tabs {
        let person = &people[watched.len() % accounts];
        let (browser, links) = &mut browsers[watched.len() % accounts];
        if *links == LINKS_OF_A_SESSION {
            (*browser, *links) = (Visitor::sign_in(&bridge.home, person).await?, 0);
        }
        watched.push(open(browser, person).await?);
        *links += 1;
    }
    let full = bridge.resident()?;
    report(&format!("{tabs} tabs over {accounts} accounts, open after {:?}", started.elapsed()))?;
    report(&format!("  bridge, nobody signed in: {}", kilobytes(empty)))?;
    let each = with_accounts.saturating_sub(empty) / accounts as u64;
    report(&format!("  per account, its first tab included: {}", kilobytes(each)))?;
    if let Some(more) = tabs.checked_sub(accounts).filter(|more| *more > 0) {
        let each = full.saturating_sub(with_accounts) / more as u64;
        report(&format!("  per further tab: {} (bar 100 kB)", kilobytes(each)))?;
    }
    burst::run(&world, watched).await?;
    report(&format!("  bridge after the burst: {}", kilobytes(bridge.resident()?)))
}

async fn open(visitor: &Visitor, person: &Person) -> Result<Watched> {
    let mut tab = visitor.tab().await.with_context(|| format!("a tab of {}", person.address))?;
    let open = tab.open(Role::Inbox).await?;
    Ok(Watched { person: person.clone(), tab, open })
}
