//! Who may use whom inside the bridge and inside the page.

use crate::rust;
use crate::tree::{File, Finding, Tree, report, repository};

/// One side's modules, from the top down; a module may use those in lower rows, and itself.
struct Side {
    prefix: &'static str,
    /// These wire everything together.
    roots: &'static [&'static str],
    rows: &'static [&'static [&'static str]],
    /// Modules that only the named ones may use.
    guarded: &'static [(&'static str, &'static [&'static str])],
}

const BRIDGE: Side = Side {
    prefix: "backend/src/",
    roots: &["lib", "main", "cli", "bridge"],
    rows: &[
        &["routes"],
        &["link", "middleware"],
        &["error"],
        &["session"],
        &["user"],
        &["account"],
        &["store", "submission"],
        &["net", "db", "blob"],
        &["bundle", "mime"],
        &["config"],
        &["seal", "sasl"],
        &["clock", "secret", "readers", "corpora"],
    ],
    guarded: &[
        (
            "db",
            &["session", "user", "account", "store::local", "store::pop3", "submission", "error"],
        ),
        (
            "blob",
            &["session", "user", "account", "store::local", "store::pop3", "submission", "error"],
        ),
        ("readers", &["account", "store"]),
        ("clock", &NOT_MIME),
        ("secret", &NOT_MIME),
        ("config", &NOT_MIME),
    ],
};

/// `mime` is pure: it knows no time, no secret and no setting.
const NOT_MIME: [&str; 15] = [
    "routes",
    "link",
    "middleware",
    "session",
    "user",
    "account",
    "error",
    "store",
    "submission",
    "net",
    "db",
    "blob",
    "config",
    "seal",
    "sasl",
];

const PAGE: Side = Side {
    prefix: "frontend/src/",
    roots: &["main", "app"],
    rows: &[&["views"], &["state"], &["link", "routes"], &["browser"], &["ui"], &["i18n"]],
    guarded: &[
        ("ui", &["views"]),
        ("link", &["state"]),
        ("browser", &["state", "link", "routes"]),
        ("i18n", &["views", "state"]),
    ],
};

fn check(tree: &Tree) -> Vec<Finding> {
    let side = |side: &'static Side| {
        tree.below(side.prefix, ".rs").flat_map(|file| side.check(file)).collect::<Vec<_>>()
    };
    [side(&BRIDGE), side(&PAGE)].concat()
}

impl Side {
    fn check(&self, file: &File) -> Vec<Finding> {
        let own = module(&file.path[self.prefix.len()..]);
        let Some(from) = own.first().filter(|name| !self.roots.contains(&name.as_str())) else {
            return Vec::new();
        };
        let code = rust::code(&file.text);
        let mut findings = Vec::new();
        for (at, to) in uses(&code.text, &own) {
            if !self.allows(&own, &to) {
                let advice = format!(
                    "`{from}` must not use `{to}`: move what both need further down, or pass it in"
                );
                findings.push(file.finding(at, advice));
            }
        }
        findings
    }

    fn allows(&self, own: &[String], to: &str) -> bool {
        let row = |name: &str| self.rows.iter().position(|row| row.contains(&name));
        let from = own[0].as_str();
        let Some(target) = row(to) else { return true };
        // A module that no row names is new: it has to take a place in the table first.
        let Some(source) = row(from) else { return false };
        let guard = self.guarded.iter().find(|(name, _)| *name == to);
        let path = own.join("::");
        from == to
            || source < target
                && guard.is_none_or(|(_, friends)| friends.iter().any(|f| path.starts_with(f)))
    }
}

/// `store/imap/mod.rs` is `store::imap`.
fn module(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// The top-level modules that a file names, by `crate::` or by enough `super::`.
fn uses(code: &str, own: &[String]) -> Vec<(usize, String)> {
    let to_root = "super::".repeat(own.len());
    let mut uses = Vec::new();
    for start in ["crate::", &to_root] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].bytes().next_back();
            if !before.is_some_and(|byte| rust::is_word(byte) || byte == b':') {
                let path = &code[at + start.len()..];
                uses.extend(heads(path).into_iter().map(|name| (at, name.to_owned())));
            }
        }
    }
    uses
}

/// The first name of a path, or of each path in `{…}`.
fn heads(path: &str) -> Vec<&str> {
    if !path.starts_with('{') {
        return rust::names(path).first().map(|(_, name)| *name).into_iter().collect();
    }
    let group = &path[rust::inside(path, 0)];
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, byte) in group.bytes().chain([b',']).enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                heads.extend(rust::names(&group[start..at]).first().map(|(_, name)| *name));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn the_repository_points_downwards() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn refused(path: &str, text: &str) -> bool {
        !check(&Tree::sample(&[(path, text)])).is_empty()
    }

    #[test]
    fn arrows_that_run_upwards_are_found() {
        assert!(refused("backend/src/store/imap/mod.rs", "use crate::account::Account;"));
        assert!(refused("backend/src/net/tls.rs", "use crate::{clock::Clock, session};"));
        assert!(refused("backend/src/mime/parse.rs", "fn f() { crate::config::load() }"));
        assert!(refused("backend/src/mime/parse.rs", "use crate::readers::Pace;"));
        assert!(refused("backend/src/user/mod.rs", "use super::link::Link;"));
        assert!(refused("backend/src/store/imap/pool.rs", "use crate::db::Rows;"));
        assert!(refused("backend/src/novelty.rs", "use crate::net::connect;"));
        assert!(refused("frontend/src/ui/button/mod.rs", "use crate::state::Mailboxes;"));
        assert!(refused("frontend/src/views/login/mod.rs", "use crate::link::Link;"));
        assert!(refused("frontend/src/ui/button/mod.rs", "use crate::i18n::Key;"));
    }

    #[test]
    fn arrows_that_run_downwards_pass() {
        assert!(!refused("backend/src/link/dispatch.rs", "use crate::account::Account;"));
        assert!(!refused("backend/src/store/local/mod.rs", "use crate::db::Rows;"));
        assert!(!refused("backend/src/lib.rs", "use crate::routes;"));
        assert!(!refused("backend/src/store/imap/pool.rs", "// crate::account\nuse super::wire;"));
        assert!(!refused("frontend/src/views/login/mod.rs", "use crate::ui::{button::Button};"));
        assert!(!refused("frontend/src/state/mailboxes.rs", "use postern_shared::link::Frame;"));
    }
}
