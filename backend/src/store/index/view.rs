//! Orders: the messages of a view, as ids from the first to the last.

use std::collections::HashMap;

use postern_shared::window::{Filter, Grouping, Sort, SortKey};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::entry::{FLAGGED, SEEN};
use super::read::read_numbers;
use super::search::{self, Wanted};
use super::write::json;
use super::{Error, Index, Place};

/// What a view looks at and how.
#[derive(Debug, Clone)]
pub struct Look {
    /// The mailboxes.
    pub places: Vec<Place>,
    /// The order.
    pub sort: Sort,
    /// The selection.
    pub filter: Filter,
    /// What a row stands for.
    pub grouping: Grouping,
    /// What is looked for, in a search.
    pub wanted: Option<Wanted>,
}

impl Index {
    /// The order of a view. `held` are messages that it shows already: what a filter selected
    /// stays until the view is opened anew.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn order(&self, look: &Look, held: &[u32]) -> Result<Vec<u32>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let boxes = boxes(&mut connection).await?;
            let numbers: Vec<i64> =
                look.places.iter().filter_map(|place| boxes.get(place).copied()).collect();
            let mut sql = statement(look, held, (&numbers, &boxes));
            let row = sql.build().persistent(false).fetch_one(&mut *connection).await?;
            let list: Option<String> = row.try_get(0)?;
            read_numbers(&list.unwrap_or_default())
        };
        self.judged(found.await).await
    }
}

/// The numbers of all mailboxes.
pub(super) async fn boxes(connection: &mut SqliteConnection) -> Result<HashMap<Place, i64>, Error> {
    let rows =
        sqlx::query("SELECT id, account, mailbox FROM mailbox").fetch_all(connection).await?;
    let mut boxes = HashMap::new();
    for row in rows {
        let account = postern_shared::account::AccountId(row.try_get("account")?);
        let mailbox = postern_shared::mailbox::MailboxId(row.try_get("mailbox")?);
        boxes.insert(Place { account, mailbox }, row.try_get("id")?);
    }
    Ok(boxes)
}

/// One text of all ids: a row for each would cost more than finding them.
fn statement(
    look: &Look,
    held: &[u32],
    (numbers, boxes): (&[i64], &HashMap<Place, i64>),
) -> QueryBuilder<Sqlite> {
    // Within one mailbox the order of arrival is that of uids (RFC 9051 §2.3.1.1).
    let arrival = if numbers.len() == 1 { "m.uid" } else { "m.received_at" };
    let key = match look.sort.by {
        SortKey::ReceivedAt => arrival,
        SortKey::SentAt => "m.sent_at",
        SortKey::From => "m.by_from",
        SortKey::Subject => "m.by_subject",
        SortKey::Size => "m.size",
        SortKey::Flagged => "m.flags >> 1 & 1",
    };
    let direction = if look.sort.descending { "DESC" } else { "ASC" };
    // What is equal stands newest first; only the order of arrival itself turns round whole.
    let rest = if look.sort.by == SortKey::ReceivedAt { direction } else { "DESC" };
    let mut sql = QueryBuilder::<Sqlite>::new(format!(
        "SELECT group_concat(id, ',' ORDER BY k {direction}, a {rest}, id {rest}) FROM (SELECT "
    ));
    // The other columns of a maximum's row are those of the row that has it.
    match look.grouping {
        Grouping::Messages => sql.push(format!("m.id AS id, {key} AS k, {arrival} AS a")),
        Grouping::Threads => sql.push(format!("m.id AS id, {key} AS k, max({arrival}) AS a")),
    };
    sql.push(" FROM message AS m WHERE ");
    match numbers {
        [one] => sql.push("m.box = ").push_bind(*one),
        many => sql.push("m.box IN (SELECT value FROM json_each(").push_bind(json(many)).push("))"),
    };
    if let Some(selects) = selection(look.filter) {
        sql.push(" AND (").push(selects);
        if !held.is_empty() {
            sql.push(" OR m.id IN (SELECT value FROM json_each(").push_bind(json(held));
            sql.push("))");
        }
        sql.push(")");
    }
    if let Some(wanted) = &look.wanted {
        sql.push(" AND ");
        search::condition(&mut sql, wanted, boxes);
    }
    if look.grouping == Grouping::Threads {
        sql.push(" GROUP BY m.thread");
    }
    sql.push(")");
    sql
}

fn selection(filter: Filter) -> Option<String> {
    match filter {
        Filter::All => None,
        Filter::Unseen => Some(format!("m.flags & {SEEN} = 0")),
        Filter::Flagged => Some(format!("m.flags & {FLAGGED} <> 0")),
        Filter::WithAttachment => Some("m.attachment <> 0".to_owned()),
        Filter::FromKnown => Some("m.sender IN (SELECT hash FROM person)".to_owned()),
    }
}
