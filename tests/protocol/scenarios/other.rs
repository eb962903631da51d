//! Another mail program: a raw IMAP session, or for local mailboxes a second connection that
//! understands as many of its words as the scenarios speak.

use anyhow::{Context, Result, bail, ensure};
use postern::store::MailboxName;
use postern::store::local::LocalConnection;
use postern_shared::flag::Flag;
use postern_tests::imap::RawImap;

/// The other mail program of a scenario.
pub enum Other {
    Raw(Box<RawImap>),
    Local(Box<LocalConnection>),
}

impl Other {
    /// Runs a command that must succeed; gives the untagged responses.
    pub async fn ok(&mut self, text: &str) -> Result<Vec<String>> {
        match self {
            Self::Raw(session) => Ok(session.ok(text).await?.untagged),
            Self::Local(connection) => obey(connection, text).await.context(text.to_owned()),
        }
    }

    /// How many messages SELECT finds in the mailbox.
    pub async fn count(&mut self, mailbox: &str) -> Result<usize> {
        match self {
            Self::Raw(session) => session.count(mailbox).await,
            Self::Local(connection) => {
                let name = MailboxName::from_server(mailbox.as_bytes());
                Ok(connection.select(&name).await?.exists as usize)
            }
        }
    }

    /// The uids that match a search in the selected mailbox.
    pub async fn search(&mut self, criteria: &str) -> Result<Vec<u32>> {
        let connection = match self {
            Self::Raw(session) => return session.search(criteria).await,
            Self::Local(connection) => connection,
        };
        let mut found = connection.all_flags().await?;
        let mut words = criteria.split(' ');
        while let Some(word) = words.next() {
            let (flag, is_set) = match word {
                "ALL" => continue,
                "UNSEEN" => (Flag::Seen, false),
                "FLAGGED" => (Flag::Flagged, true),
                "DELETED" => (Flag::Deleted, true),
                "KEYWORD" => (Flag::Keyword(words.next().context("a keyword")?.into()), true),
                other => bail!("nobody here understands {other}"),
            };
            found.retain(|of| of.flags.contains(&flag) == is_set);
        }
        Ok(found.into_iter().map(|of| of.uid).collect())
    }
}

async fn obey(connection: &mut LocalConnection, text: &str) -> Result<Vec<String>> {
    let by_uid = text.starts_with("UID ");
    let text = text.trim_start_matches("UID ");
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    match verb {
        "NOOP" => connection.noop().await?,
        "SELECT" => drop(connection.select(&name(rest)).await?),
        "CREATE" => connection.create(&name(rest)).await?,
        "DELETE" => connection.delete(&name(rest)).await?,
        "SUBSCRIBE" => connection.subscribe(&name(rest)).await?,
        "EXPUNGE" => connection.expunge_marked().await?,
        "STORE" => {
            let (set, flags) = rest.split_once(" +FLAGS ").context("+FLAGS")?;
            let numbers: Vec<u32> = set.split(',').map(str::parse).collect::<Result<_, _>>()?;
            let all = connection.uids().await?;
            let at = |seq: &u32| all.get(*seq as usize - 1).copied().context("no such message");
            let uids = match by_uid {
                true => numbers,
                false => numbers.iter().map(at).collect::<Result<_>>()?,
            };
            let flags = flags.trim_matches(['(', ')']).split(' ').filter_map(Flag::parse);
            connection.store_flags(&uids, &flags.collect::<Vec<_>>(), &[]).await?;
        }
        "FETCH" => {
            ensure!(rest == "1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]", "only subjects");
            let rows = connection.rows_after(0).await?;
            return Ok(rows
                .iter()
                .map(|row| format!("Subject: {}", row.envelope.subject))
                .collect());
        }
        other => bail!("nobody here understands {other}"),
    }
    Ok(Vec::new())
}

/// A name, as it is or in quotes.
fn name(text: &str) -> MailboxName {
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let name = bare.map(|text| text.replace("\\\"", "\"").replace("\\\\", "\\"));
    MailboxName::from_server(name.as_deref().unwrap_or(text).as_bytes())
}
