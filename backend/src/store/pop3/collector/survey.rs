//! What is in a maildrop: every message with its size, and what it is known by.

use std::collections::{BTreeMap, HashMap};

use postern_shared::collecting::KnownBy;

use super::digest;
use super::plan::Listed;
use crate::store::Error;
use crate::store::pop3::Pop3Connection;

/// Messages in a row of which a server says no uidl when asked, before it is not asked any more.
const REFUSALS: usize = 3;
/// Headers that are refused before a server is taken for one without TOP.
const NO_TOP: usize = 2;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The digest that its message is known by.
    pub digest: Vec<u8>,
    /// When the message arrived, in seconds since 1970 UTC.
    pub arrived_at: Option<i64>,
    /// Its Message-ID without brackets; empty where it has none.
    pub message_id: String,
}

impl Head {
    pub fn of(message: &[u8]) -> Self {
        let header = digest::header(message);
        let (arrived_at, message_id) = digest::fields(header);
        Self { digest: digest::of(header), arrived_at, message_id }
    }
}

/// A maildrop as it is listed. A message whose uidl is empty is known only once it is there.
pub(super) async fn survey(
    connection: &mut Pop3Connection,
) -> Result<(Vec<Listed>, KnownBy), Error> {
    let sizes: BTreeMap<u32, u64> =
        connection.list().await?.into_iter().map(|one| (one.number, one.octets)).collect();
    let told = connection.uidl().await?;
    let known_by = if told.is_some() { KnownBy::Uidl } else { KnownBy::Hash };
    let mut uidls: HashMap<u32, String> = told.unwrap_or_default().into_iter().collect();
    if known_by == KnownBy::Uidl {
        ask_for_the_rest(connection, (&sizes, &mut uidls)).await?;
    }
    let without: Vec<u32> =
        sizes.keys().copied().filter(|number| !uidls.contains_key(number)).collect();
    for (number, head) in heads(connection, &without).await? {
        uidls.insert(number, digest::stand_in(&head.digest));
    }
    let listed = sizes.into_iter().map(|(number, octets)| {
        let uidl = uidls.remove(&number).unwrap_or_default();
        Listed { number, uidl, octets }
    });
    Ok((listed.collect(), known_by))
}

/// Asks for uidls that the listing left out, as some servers do of large maildrops.
async fn ask_for_the_rest(
    connection: &mut Pop3Connection,
    (sizes, uidls): (&BTreeMap<u32, u64>, &mut HashMap<u32, String>),
) -> Result<(), Error> {
    let mut refusals = 0;
    for number in sizes.keys() {
        if refusals == REFUSALS {
            return Ok(());
        }
        if uidls.contains_key(number) {
            continue;
        }
        match connection.uidl_of(*number).await? {
            Some(uidl) => {
                refusals = 0;
                uidls.insert(*number, uidl);
            }
            None => refusals += 1,
        }
    }
    Ok(())
}

/// What the headers of these messages say; nothing of those that the server refuses, and of none
/// where it has no TOP.
pub(super) async fn heads(
    connection: &mut Pop3Connection,
    numbers: &[u32],
) -> Result<HashMap<u32, Head>, Error> {
    let mut found = HashMap::new();
    if connection.capabilities().lacks("TOP") {
        return Ok(found);
    }
    let (first, rest) = numbers.split_at(numbers.len().min(NO_TOP));
    for some in [first, rest] {
        connection.ask_headers(some.iter().copied()).await?;
        while let Some((number, body)) = connection.message().await? {
            let Ok(mut body) = body else { continue };
            let mut header = Vec::new();
            while let Some(octets) = body.next().await? {
                let room = digest::MOST - header.len();
                header.extend_from_slice(&octets[..octets.len().min(room)]);
            }
            found.insert(number, Head::of(&header));
        }
        if found.is_empty() {
            break;
        }
    }
    Ok(found)
}
