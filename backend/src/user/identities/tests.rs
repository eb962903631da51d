//! Identities as they are read: what stands by itself, what was proven, and what waits.

use std::sync::Arc;

use postern_shared::account::AccountId;

use super::*;
use crate::account::{Identities, Look};
use crate::config;
use crate::net::Provider;
use crate::secret::Secret;
use crate::store::imap::Credentials;

fn facts(login: &str, domains: &[&str], any_from: bool) -> Facts {
    let domains = domains.iter().map(|&domain| domain.to_owned()).collect();
    let named = config::Provider::named("Tests", domains);
    let settings = config::Provider { login: login.to_owned(), any_from, ..named };
    let login = settings.login_of("ann@x.test");
    Facts {
        id: AccountId("a".into()),
        address: "ann@x.test".into(),
        provider: Arc::new(Provider::new(settings).unwrap()),
        credentials: Credentials { login, secret: Secret::new("p".into()) },
        identities: Identities::default(),
        look: Look::default(),
        local: None,
    }
}

fn row(id: &str, place: i64, email: &str, confirmed: bool) -> IdentityRow {
    let from = Address { name: "N".into(), email: "another@x.test".into() };
    let identity = Identity { from, ..Identity::default() };
    IdentityRow {
        id: id.into(),
        place,
        email: email.into(),
        form: serde_json::to_string(&identity).unwrap(),
        confirmed,
        proof: Proof::default(),
    }
}

#[test]
fn the_own_address_is_always_there_and_stays_what_it_is() {
    let check = |rows, any_from, expect: &[(&str, Standing)]| {
        let all = shown(&facts("{address}", &["x.test"], any_from), rows);
        let found: Vec<_> = all.iter().map(|one| (one.from.email.as_str(), one.standing)).collect();
        assert_eq!(found, expect);
    };
    let own = ("ann@x.test", Standing::SignIn);
    check(vec![], false, &[own]);
    let rows = vec![row("1", -1, "a@x.test", true), row("2", 1, "b@x.test", false)];
    let (a, b) = (("a@x.test", Standing::Confirmed), ("b@x.test", Standing::Waiting));
    check(rows.clone(), false, &[a, own, b]);
    check(rows, true, &[a, own, ("b@x.test", Standing::Confirmed)]);
    check(vec![row(SIGN_IN, 0, "evil@x.test", true)], false, &[own]);
    let broken = IdentityRow { form: "{".into(), ..row("1", 0, "a@x.test", true) };
    check(vec![broken], false, &[own]);
    check(
        vec![row("1", 1, "Ann@X.test", false)],
        false,
        &[own, ("Ann@X.test", Standing::Confirmed)],
    );
}

#[test]
fn what_signs_in_as_the_same_user_needs_no_code() {
    let check = |login, domains: &[&str], email, expect| {
        let facts = facts(login, domains, false);
        assert_eq!(stands_by_itself(&facts, email), expect, "{login} {domains:?} {email}");
    };
    check("{local}", &["x.test", "y.test"], "Ann@y.test", true);
    check("{local}", &["x.test", "y.test"], "eve@y.test", false);
    check("{local}", &["x.test", "*"], "ann@bank.test", false);
    check("{local}", &["x.test"], "\u{212a}ann@x.test", false);
    check("{local}", &["x.test", "y.test"], "ann@y.te\u{17f}t", false);
    check("{address}", &["x.test", "y.test"], "ann@y.test", false);
    check("{address}", &["*"], "ann@x.test", true);
}

#[test]
fn an_identity_that_is_made_the_first_stands_before_all() {
    let rows = [row("1", -1, "a@x.test", true), row("2", 4, "b@x.test", true)];
    let id = |id: &str| IdentityId(id.into());
    assert_eq!(place(&rows, Some(&rows[1]), &id("2"), true), -2);
    assert_eq!(place(&rows, Some(&rows[1]), &id("2"), false), 4);
    assert_eq!(place(&rows, None, &id("3"), false), 5);
    assert_eq!(place(&[], None, &id(SIGN_IN), false), 0);
}

#[test]
fn letters_hold_the_code_in_their_text_alone() {
    for language in ["en", "zh-Hans", "", "zz"] {
        let own = (AccountId("a".into()), "ann@x.test");
        let draft = letter::letter(own, "eve@y.test", "01234567", language);
        assert!(draft.text.contains("\n\n01234567\n\n") && draft.text.contains("ann@x.test"));
        assert!(!draft.text.contains(['{', '}']), "{}", draft.text);
        assert!(!draft.subject.contains("01234567"));
        assert_eq!(draft.options.reply_to, draft.to, "an answer brings nothing to the sender");
    }
}
