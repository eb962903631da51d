//! Whole orders and searches over a full index, beside SORT, THREAD and SEARCH.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_shared::api::windows::CloseWindow;
use postern_shared::window::{Filter, Grouping, Scope, Sort, SortKey, View, Within};
use postern_tests::imap::RawImap;
use postern_tests::visitor::Tab;

use crate::ground::{Ground, middle, rows_of};
use crate::letters::{RARE_BODY, RARE_SUBJECT};
use crate::report;

/// How often the search of all bodies is taken: the server reads every letter for it.
const BODY_ROUNDS: usize = 3;

/// Measures sort by sender, threads, and both searches.
pub async fn run(ground: &Ground) -> Result<()> {
    let (_bridge, visitor) = ground.warm_bridge().await?;
    let mut tab = visitor.tab().await?;
    let mut raw = ground.dovecot.session(&ground.anna()).await?;
    raw.ok("SELECT INBOX").await?;
    let plain = tab.inbox().await?;
    let by_sender = Sort { by: SortKey::From, descending: false };
    let sorted = View { sort: by_sender, ..plain.clone() };
    let threads = View { grouping: Grouping::Threads, ..plain.clone() };
    let subject = search(&tab, &plain, &format!("subject:{RARE_SUBJECT}"));
    let body = search(&tab, &plain, &format!("body:{RARE_BODY}"));
    let rounds = ground.rounds;
    for (what, view, command, rounds) in [
        ("sort by sender", sorted, "UID SORT (FROM) UTF-8 ALL".to_owned(), rounds),
        ("threads of all", threads, "UID THREAD REFS UTF-8 ALL".to_owned(), rounds),
        ("header search", subject, format!("UID SEARCH SUBJECT {RARE_SUBJECT}"), rounds),
        ("body search", body, format!("UID SEARCH BODY {RARE_BODY}"), BODY_ROUNDS.min(rounds)),
    ] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut found = (0, 0);
        for _ in 0..rounds {
            let (took, rows, count) = raw_order(&mut raw, &command).await?;
            theirs.push(took + rows);
            found.0 = count;
            let (took, open) = tab.whole(view.clone()).await?;
            ours.push(took);
            found.1 = open.list.rows.len();
            let window = open.call.window;
            tab.link.call(CloseWindow { window }).await?;
        }
        let (theirs, ours) = (middle(theirs), middle(ours));
        report(&format!("{what}: bridge {ours}, {} rows", found.1))?;
        report(&format!("  raw {command} + rows {theirs}, {} found", found.0))?;
        ensure!(found.1 > 0 && found.0 == found.1, "{what}: one found more than the other");
    }
    Ok(())
}

fn search(tab: &Tab, plain: &View, query: &str) -> View {
    let Scope::Mailbox(_, mailbox) = plain.scope.clone() else { unreachable!("a mailbox's view") };
    let within = Within::Mailbox(tab.id(), mailbox);
    let scope = Scope::Search { query: query.to_owned(), within };
    View { scope, filter: Filter::All, ..plain.clone() }
}

/// An order or a search, the rows of its beginning, and how many it named.
async fn raw_order(raw: &mut RawImap, command: &str) -> Result<(Duration, Duration, usize)> {
    let answer = raw.ok(command).await?;
    let line = answer
        .untagged
        .iter()
        .find(|line| ["* SORT", "* SEARCH", "* THREAD"].iter().any(|it| line.starts_with(it)))
        .context("no answer to an order")?;
    let threads = line.starts_with("* THREAD").then(|| outermost(line));
    let numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
    let uids: Vec<u32> = numbers.map(str::parse).collect::<Result<_, _>>()?;
    let took = answer.took;
    let rows = rows_of(raw, &uids).await?;
    Ok((took, rows, threads.unwrap_or(uids.len())))
}

/// How many parentheses of a line stand in no other one.
fn outermost(line: &str) -> usize {
    let mut depth = 0_usize;
    let mut count = 0;
    for c in line.chars() {
        match c {
            '(' => {
                count += usize::from(depth == 0);
                depth += 1;
            }
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    count
}
