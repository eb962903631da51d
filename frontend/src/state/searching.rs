//! Searches: begun, ended, and shown where they cannot be read.

use leptos::prelude::*;
use postern_shared::error::CallError;

use super::Stores;
use super::list::Phase;
use crate::browser::page;
use crate::routes::Route;

/// The searchbox.
const FIELD: &str = "[type=search]";

impl Stores {
    /// Searches everywhere; nothing to search for ends a search.
    pub fn search(self, query: &str) {
        if !query.is_empty() {
            self.location.go(Route::Search(query.to_owned()));
        } else if matches!(untrack(|| self.location.list()), Some(Route::Search(_))) {
            self.location.go(Route::Home);
        }
    }

    /// From where on a query could not be read, in UTF-16 units as fields count, and what stands
    /// there; none where an error is about something else.
    #[must_use]
    pub fn unreadable_query(self, error: &CallError) -> Option<(u32, String)> {
        let position = error.position? as usize;
        match self.location.list() {
            Some(Route::Search(query)) => Some(cut(&query, position)),
            _ => None,
        }
    }

    /// Selects in the searchbox what of a query could not be read.
    pub(super) fn follow_searches(self) {
        Effect::new(move |_| {
            let wrong = match self.windows.phase() {
                Phase::Failed(error) => self.unreadable_query(&error),
                _ => None,
            };
            page::mark_wrong(FIELD, wrong.map(|(from, _)| from));
        });
    }
}

fn cut(query: &str, position: usize) -> (u32, String) {
    let before: String = query.chars().take(position).collect();
    let rest: String = query.chars().skip(position).collect();
    // An end that is missing something is shown as the whole.
    let shown = if rest.trim().is_empty() { query.to_owned() } else { rest };
    (before.encode_utf16().count() as u32, shown)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_place_in_a_query_is_counted_as_fields_count() {
        let check = |query, position, from, rest: &str| {
            assert_eq!(cut(query, position), (from, rest.to_owned()));
        };
        check("a before:x", 2, 2, "before:x");
        check("𝒳 (b", 2, 3, "(b");
        check("(a", 2, 2, "(a");
    }
}
