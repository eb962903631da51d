//! What a query means in the index.
//!
//! A text is found wherever it stands in a header, as servers find it (RFC 9051 §6.4.4), whatever
//! case and diacritics, and whatever stands between words; of fewer than three letters only at the
//! beginnings of words. Bodies are not here. What only a server can tell comes in as `found`: uids that it named, by message.

use std::collections::HashMap;

use postern_shared::flag::Flag;
use sqlx::{QueryBuilder, Sqlite};

use super::entry::bit;
use super::fold::sought;
use super::write::json;
use crate::store::clause;
use crate::store::query::{Query, Term};

/// Which mailboxes the names after `in:` mean.
pub type Places = HashMap<String, Vec<super::Place>>;

/// What a search wants, and what a server has found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What to look for.
    pub query: Query,
    /// What `in:` means.
    pub places: Places,
    /// Messages that a server says match.
    pub found: Vec<u32>,
}

/// Whether the index alone can answer a query: it asks for no body.
#[must_use]
pub fn is_answered_by_headers(query: &Query) -> bool {
    !query.any(&mut |term| is_of_body(term))
}

fn is_of_body(term: &Term) -> bool {
    matches!(term, Term::Text(_) | Term::Body(_))
}

/// The part of a query that headers alone can confirm: what says too little is taken for no match.
fn certain(query: &Query) -> Query {
    match query {
        Query::And(all) => Query::And(all.iter().map(certain).collect()),
        Query::Or(all) => Query::Or(all.iter().map(certain).collect()),
        // That no header has a word does not say that the body has none.
        Query::Not(inside) if inside.any(&mut |term| is_of_body(term)) => Query::nothing(),
        Query::Not(_) => query.clone(),
        Query::Term(Term::Body(_)) => Query::nothing(),
        Query::Term(_) => query.clone(),
    }
}

/// What headers alone cannot refute of a query: what they do not say is taken for a match.
#[must_use]
pub fn possible(query: &Query) -> Query {
    match query {
        Query::And(all) => Query::And(all.iter().map(possible).collect()),
        Query::Or(all) => Query::Or(all.iter().map(possible).collect()),
        Query::Not(inside) if inside.any(&mut |term| is_of_body(term)) => Query::all(),
        Query::Term(term) if is_of_body(term) => Query::all(),
        Query::Not(_) | Query::Term(_) => query.clone(),
    }
}

/// Adds the condition to a statement over `message AS m`; `boxes` are the numbers of mailboxes.
pub(super) fn condition(
    sql: &mut QueryBuilder<Sqlite>,
    wanted: &Wanted,
    boxes: &HashMap<super::Place, i64>,
) {
    sql.push("(");
    if !wanted.found.is_empty() {
        sql.push("m.id IN (SELECT value FROM json_each(").push_bind(json(&wanted.found));
        sql.push(")) OR ");
    }
    let numbers = |name: &str| -> Vec<i64> {
        let places = wanted.places.get(name).into_iter().flatten();
        places.filter_map(|place| boxes.get(place).copied()).collect()
    };
    clause::condition(sql, &certain(&wanted.query), &|sql, term| one(sql, term, &numbers));
    sql.push(")");
}

fn one(sql: &mut QueryBuilder<Sqlite>, term: &Term, boxes: &impl Fn(&str) -> Vec<i64>) {
    match term {
        Term::Text(text) => lookup(sql, "sender recipients cc bcc subject", text),
        Term::From(text) => lookup(sql, "sender", text),
        Term::To(text) => lookup(sql, "recipients", text),
        Term::Cc(text) => lookup(sql, "cc", text),
        Term::Bcc(text) => lookup(sql, "bcc", text),
        Term::Subject(text) => lookup(sql, "subject", text),
        Term::Filename(text) => lookup(sql, "files", text),
        Term::List(text) => lookup(sql, "list", text),
        Term::Body(_) => {
            sql.push("0");
        }
        Term::In(name) => {
            sql.push("m.box IN (SELECT value FROM json_each(").push_bind(json(&boxes(name)));
            sql.push("))");
        }
        Term::Flag(flag) => match (flag, bit(flag)) {
            (_, Some(bit)) => {
                sql.push("m.flags & ").push_bind(bit).push(" <> 0");
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
            sql.push("m.attachment <> 0");
        }
        Term::Before(day) => {
            sql.push("m.received_at < ").push_bind(day.seconds());
        }
        Term::Since(day) => {
            sql.push("m.received_at >= ").push_bind(day.seconds());
        }
        Term::Larger(size) => {
            sql.push("m.size > ").push_bind(*size);
        }
        Term::Smaller(size) => {
            sql.push("m.size < ").push_bind(*size);
        }
    }
}

/// Words that a text may lie inside of; there are hardly ever as many.
const MOST_WORDS: u32 = 5_000;

fn lookup(sql: &mut QueryBuilder<Sqlite>, columns: &str, text: &str) {
    let Some(sought) = sought(text) else {
        // Nothing but signs: no word of a header is that.
        sql.push("0");
        return;
    };
    sql.push("m.id IN (SELECT rowid FROM words WHERE words MATCH ");
    let begin = format!("{{{columns}}} : ({}", sought.phrase());
    let (Some((first, rest)), true) = (sought.words.split_first(), sought.inside) else {
        sql.push_bind(format!("{begin})")).push(")");
        return;
    };
    // The same phrase with every longer word in the place of the first one.
    let (end, test) = if rest.is_empty() {
        ("\"".to_owned(), "instr(word, ")
    } else {
        (format!(" {}\"*", rest.join(" ")), "instr(word || ' ', ")
    };
    let part = if rest.is_empty() { first.clone() } else { format!("{first} ") };
    sql.push("(SELECT ").push_bind(begin);
    sql.push(" || coalesce(group_concat(' OR \"' || word || ").push_bind(end);
    sql.push(", ''), '') || ')' FROM (SELECT word FROM vocabulary WHERE ").push(test);
    sql.push_bind(part).push(") > 1 LIMIT ").push_bind(MOST_WORDS).push(")))");
}
