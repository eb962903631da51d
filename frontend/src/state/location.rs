//! Where the user is: the route, and the list beside an opened message.

use leptos::prelude::*;

use crate::browser::history;
use crate::routes::Route;

/// A route and the list that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    route: Route,
    /// The list that was in sight last: a message opened from all inboxes stays beside them.
    list: Option<Route>,
}

impl Place {
    /// The place after going to `route`; `carried` names the list where the route does not.
    fn after(&self, route: Route, carried: &str) -> Self {
        let list = match &route {
            Route::Mailbox(..) | Route::All | Route::Search(_) => Some(route.clone()),
            Route::Message(_) if !carried.is_empty() => Some(Route::parse(carried)),
            Route::Message(key) => Some(Route::Mailbox(key.account.clone(), key.mailbox.clone())),
            _ => self.list.clone(),
        };
        Self { route, list }
    }
}

/// The place, as views know it.
#[derive(Clone, Copy)]
pub struct Location {
    place: RwSignal<Place>,
}

impl Location {
    /// Where the address bar says.
    #[must_use]
    pub fn new() -> Self {
        Self { place: RwSignal::new(Place { route: Route::Home, list: None }) }
    }

    /// Follows the address bar from now on.
    pub fn follow(self) {
        let read = move || {
            let place = self.place.get_untracked();
            self.set(place.after(Route::parse(&history::path()), &history::carried()));
        };
        read();
        history::on_moved(read);
    }

    /// What is selected.
    #[must_use]
    pub fn route(self) -> Route {
        self.place.with(|place| place.route.clone())
    }

    /// The list in sight, or last in sight.
    #[must_use]
    pub fn list(self) -> Option<Route> {
        self.place.with(|place| place.list.clone())
    }

    /// Goes there; going back leads here again.
    pub fn go(self, route: Route) {
        if self.place.with_untracked(|place| place.route == route) {
            return;
        }
        let carried = self.carried(&route);
        history::push(&route.path(), &carried);
        self.arrive(route, &carried);
    }

    /// Goes there in the place of where the user is.
    pub fn replace(self, route: Route) {
        let carried = self.carried(&route);
        history::replace(&route.path(), &carried);
        self.arrive(route, &carried);
    }

    /// Closes an opened message: shows its list.
    pub fn close_message(self) {
        if let Some(list) = self.place.with_untracked(|place| place.list.clone()) {
            self.go(list);
        }
    }

    /// Leaves a screen of its own: back to the mail.
    pub fn go_to_list(self) {
        self.go(self.place.with_untracked(|place| place.list.clone()).unwrap_or(Route::Home));
    }

    /// Forgets which list was in sight.
    pub fn clear(self) {
        self.place.update(|place| place.list = None);
    }

    fn arrive(self, route: Route, carried: &str) {
        let place = self.place.get_untracked();
        self.set(place.after(route, carried));
    }

    fn set(self, place: Place) {
        if self.place.with_untracked(|known| *known != place) {
            self.place.set(place);
        }
    }

    /// What the history entry of a message carries: its list, unless that is its own mailbox.
    fn carried(self, route: &Route) -> String {
        let Route::Message(key) = route else { return String::new() };
        let own = Route::Mailbox(key.account.clone(), key.mailbox.clone());
        let list = self.place.with_untracked(|place| place.list.clone());
        let other =
            list.filter(|list| matches!(list, Route::All | Route::Search(_)) && *list != own);
        other.map(|list| list.path()).unwrap_or_default()
    }
}

impl Default for Location {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list_after(path: &str, carried: &str) -> Option<String> {
        let start = Place { route: Route::Home, list: Some(Route::All) };
        start.after(Route::parse(path), carried).list.map(|route| route.path())
    }

    #[test]
    fn a_message_lies_beside_its_mailbox_unless_it_was_opened_from_elsewhere() {
        let check = |path, carried, expect: &str| {
            assert_eq!(list_after(path, carried).as_deref(), Some(expect));
        };
        check("mail/a/b/1-2", "", "mail/a/b");
        check("mail/a/b/1-2", "all", "all");
        check("mail/a/b", "", "mail/a/b");
        check("settings/general", "", "all");
    }
}
