//! A search as a condition in SQL: and, or and not; what a term says is the table's own.

use sqlx::{QueryBuilder, Sqlite};

use super::query::{Query, Term};

/// Adds the condition, each term of it by `term`.
pub(super) fn condition(
    sql: &mut QueryBuilder<Sqlite>,
    query: &Query,
    term: &impl Fn(&mut QueryBuilder<Sqlite>, &Term),
) {
    let many = |sql: &mut QueryBuilder<Sqlite>, all: &[Query], (none, between): (&str, &str)| {
        if all.is_empty() {
            sql.push(none);
            return;
        }
        for (at, query) in all.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { between });
            condition(sql, query, term);
        }
        sql.push(")");
    };
    match query {
        Query::And(all) => many(sql, all, ("1", " AND ")),
        Query::Or(all) => many(sql, all, ("0", " OR ")),
        Query::Not(inside) => {
            sql.push("NOT (");
            condition(sql, inside, term);
            sql.push(")");
        }
        Query::Term(one) => term(sql, one),
    }
}
