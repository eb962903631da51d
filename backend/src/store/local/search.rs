//! Searching: by flags, by Message-ID, and by a query, whose texts are words of `store::index::fold`
//! in headers and bodies.
//!
//! A text is found at the beginning of words, and inside of words from three letters on, whatever
//! its case and diacritics. A text of signs alone has no word and is in no message.

use std::collections::{BTreeSet, HashMap};

use postern_shared::flag::Flag;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use super::Error;
use super::connection::LocalConnection;
use crate::store::index::entry::bit;
use crate::store::index::fold::sought;
use crate::store::query::{Query, Term};
use crate::store::{Criteria, Found, SortBy, clause};

/// Words that a text lies inside of; there are hardly ever as many.
const MOST_WORDS: i64 = 2_000;

/// What each text means to FTS5, without its columns.
type Phrases = HashMap<String, String>;

impl LocalConnection {
    /// Every uid of the selected mailbox, ascending.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn uids(&mut self) -> Result<Vec<u32>, Error> {
        self.search(Criteria::All).await
    }

    /// The uids that match, ascending.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn search(&mut self, criteria: Criteria) -> Result<Vec<u32>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let statement = match criteria {
            Criteria::All => "SELECT uid FROM messages WHERE mailbox = $1 ORDER BY uid",
            Criteria::Unseen => {
                "SELECT uid FROM messages WHERE mailbox = $1 AND (flags & 1) = 0 ORDER BY uid"
            }
            Criteria::Flagged => {
                "SELECT uid FROM messages WHERE mailbox = $1 AND (flags & 2) <> 0 ORDER BY uid"
            }
        };
        Ok(sqlx::query_scalar(statement).bind(mailbox).fetch_all(&mut *reading).await?)
    }

    /// No orders but that of arrival: the header index gives them.
    ///
    /// # Errors
    /// Always `Unsupported`.
    pub async fn sort(
        &mut self,
        _by: SortBy,
        _descending: bool,
        _criteria: Criteria,
    ) -> Result<Vec<u32>, Error> {
        Err(Error::Unsupported("SORT"))
    }

    /// No threads: the header index ties them.
    ///
    /// # Errors
    /// Always `Unsupported`.
    pub async fn threads(&mut self, _criteria: Criteria) -> Result<Vec<Vec<u32>>, Error> {
        Err(Error::Unsupported("THREAD"))
    }

    /// The uids of messages with this Message-ID, ascending.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn with_message_id(&mut self, message_id: &str) -> Result<Vec<u32>, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let statement = "SELECT m.uid FROM messages AS m JOIN contents AS c ON c.id = m.content
            WHERE c.message_id = $2 AND m.mailbox = $1 ORDER BY m.uid";
        let uids = sqlx::query_scalar(statement).bind(mailbox).bind(message_id.trim());
        Ok(uids.fetch_all(&mut *reading).await?)
    }

    /// The uids of the selected mailbox that match a query, ascending. `in:` is not for a mailbox
    /// to answer: it is every message here, and the answer says that it is not exact.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn search_query(&mut self, query: &Query) -> Result<Found, Error> {
        let (mut reading, mailbox) = self.look_in().await?;
        let elsewhere = |term: &Term| matches!(term, Term::In(_));
        let exact = !query.any(&mut |term| elsewhere(term));
        let query = widened(query);
        let phrases = phrases(&mut reading, &query).await?;
        let mut sql =
            QueryBuilder::<Sqlite>::new("SELECT m.uid FROM messages AS m WHERE m.mailbox = ");
        sql.push_bind(mailbox).push(" AND ");
        clause::condition(&mut sql, &query, &|sql, term| one(sql, term, &phrases));
        sql.push(" ORDER BY m.uid");
        let uids = sql.build_query_scalar().persistent(false).fetch_all(&mut *reading).await?;
        Ok(Found { uids, exact })
    }
}

/// The query without what only the caller can tell: more, never less.
fn widened(query: &Query) -> Query {
    let is_elsewhere = |query: &Query| query.any(&mut |term| matches!(term, Term::In(_)));
    match query {
        Query::And(all) => Query::And(all.iter().map(widened).collect()),
        Query::Or(all) => Query::Or(all.iter().map(widened).collect()),
        Query::Not(inside) if is_elsewhere(inside) => Query::all(),
        Query::Term(Term::In(_)) => Query::all(),
        Query::Not(_) | Query::Term(_) => query.clone(),
    }
}

/// The text that a term looks for, and in which columns.
fn text_of(term: &Term) -> Option<(&'static str, &str)> {
    Some(match term {
        Term::Text(text) => ("sender recipients cc bcc subject body", text),
        Term::From(text) => ("sender", text),
        Term::To(text) => ("recipients", text),
        Term::Cc(text) => ("cc", text),
        Term::Bcc(text) => ("bcc", text),
        Term::Subject(text) => ("subject", text),
        Term::Body(text) => ("body", text),
        Term::Filename(text) => ("files", text),
        Term::List(text) => ("list", text),
        _ => return None,
    })
}

/// Looks every text of a query up among the words that are known.
async fn phrases(reading: &mut SqliteConnection, query: &Query) -> Result<Phrases, Error> {
    let mut texts = BTreeSet::new();
    query.any(&mut |term| {
        texts.extend(text_of(term).map(|(_, text)| text.to_owned()));
        false
    });
    let mut phrases = HashMap::with_capacity(texts.len());
    for text in texts {
        let Some(sought) = sought(&text) else { continue };
        let mut all = vec![sought.phrase()];
        if let (Some((first, rest)), true) = (sought.words.split_first(), sought.inside) {
            let ends = !rest.is_empty();
            for word in words_around(reading, first, ends).await? {
                // The same phrase with a longer word in the place of the first one.
                let phrase = std::iter::once(&word).chain(rest).cloned().collect::<Vec<_>>();
                let more = if ends { "*" } else { "" };
                all.push(format!("\"{}\"{more}", phrase.join(" ")));
            }
        }
        phrases.insert(text, all.join(" OR "));
    }
    Ok(phrases)
}

/// Words that a text lies inside of, not at their beginning; or, with `ends`, at their end.
async fn words_around(
    reading: &mut SqliteConnection,
    text: &str,
    ends: bool,
) -> Result<Vec<String>, Error> {
    let place = if ends { "instr(word || ' ', $2 || ' ') > 1" } else { "instr(word, $2) > 1" };
    let statement = format!(
        "SELECT word FROM vocabulary WHERE id IN (SELECT rowid FROM inside WHERE inside MATCH $1)
         AND {place} LIMIT $3"
    );
    let words = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(format!("\"{text}\""))
        .bind(text)
        .bind(MOST_WORDS);
    Ok(words.fetch_all(reading).await?)
}

fn one(sql: &mut QueryBuilder<Sqlite>, term: &Term, phrases: &Phrases) {
    if let Some((columns, text)) = text_of(term) {
        match phrases.get(text) {
            Some(phrase) => {
                sql.push("m.content IN (SELECT rowid FROM words WHERE words MATCH ");
                sql.push_bind(format!("{{{columns}}} : ({phrase})")).push(")");
            }
            // Nothing but signs: no word is that.
            None => {
                sql.push("0");
            }
        }
        return;
    }
    match term {
        Term::Flag(flag) => match (flag, bit(flag)) {
            (_, Some(bit)) => {
                sql.push("(m.flags & ").push_bind(bit).push(") <> 0");
            }
            (Flag::Keyword(keyword), None) => {
                sql.push("instr(lower(m.keywords), lower(").push_bind(format!(" {keyword} "));
                sql.push(")) > 0");
            }
            (_, None) => {
                sql.push("0");
            }
        },
        Term::HasAttachment => {
            of_content(sql, "attachment");
        }
        Term::Before(day) => {
            sql.push("m.received_at < ").push_bind(day.seconds());
        }
        Term::Since(day) => {
            sql.push("m.received_at >= ").push_bind(day.seconds());
        }
        Term::Larger(size) => {
            of_content(sql, "octets").push(" > ").push_bind(*size);
        }
        Term::Smaller(size) => {
            of_content(sql, "octets").push(" < ").push_bind(*size);
        }
        // `widened` left none, and the others are texts.
        _ => {
            sql.push("1");
        }
    }
}

/// Something that only the content knows.
fn of_content<'a>(sql: &'a mut QueryBuilder<Sqlite>, column: &str) -> &'a mut QueryBuilder<Sqlite> {
    sql.push("(SELECT c.").push(column).push(" FROM contents AS c WHERE c.id = m.content)")
}
