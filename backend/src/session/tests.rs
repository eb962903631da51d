//! Sessions over a real database, a fake mail server's word, and a clock that the test moves.

use super::*;
use crate::config;
use futures_util::FutureExt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, UNIX_EPOCH};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HOUR: Duration = Duration::from_secs(3_600);

struct Bench {
    files: tempfile::TempDir,
    clock: Clock,
    sessions: Sessions,
}

async fn open(files: tempfile::TempDir, clock: Clock, key: &str) -> Bench {
    let text = r#"[[provider]]
        name = "Example"
        domains = ["example.test"]
        imap = "imaps://mail.example.test"
        login = "{local}"
        [[provider]]
        name = "Both"
        domains = ["both.test"]
        imap = "imaps://mail.both.test"
        pop3 = "pop3s://mail.both.test"
        [[provider]]
        name = "POP3 alone"
        domains = ["pop3.test"]
        pop3 = "pop3s://mail.pop3.test""#;
    let config: Config = toml::from_str(text).unwrap();
    let db = Db::open(files.path()).await.unwrap();
    let keys = Keys::parse(&Secret::new(key.into())).unwrap();
    let providers = Providers::new(&config.provider).unwrap();
    let standing = Standing::new(db.clone(), clock.clone(), keys.clone(), providers.clone());
    let ground = Ground {
        clock: clock.clone(),
        db,
        keys,
        providers,
        verifier: Arc::new(FakeVerifier),
        discovery: None,
        standing: Arc::new(standing),
    };
    Bench { files, clock, sessions: Sessions::new(&config, ground) }
}

async fn bench() -> Bench {
    let clock = Clock::fake(UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    open(tempfile::tempdir().unwrap(), clock, "one").await
}

impl Bench {
    async fn try_sign_in(
        &self,
        address: &str,
        password: &str,
        keep: bool,
    ) -> Result<(Session, Token), SignInError> {
        let (address, password) = (address.to_owned(), Secret::new(password.into()));
        let typed = SignIn { address, password, keep, wanted: Wanted::default() };
        let SignedIn { session, token, .. } = self.sessions.sign_in(typed, CLIENT).await?;
        Ok((session, token))
    }

    async fn sign_in(&self, keep: bool) -> (Session, Token) {
        self.try_sign_in(" ann@Example.test", "right", keep).await.unwrap()
    }

    async fn knows(&self, token: &Token) -> bool {
        self.sessions.authenticate(token).await.unwrap().is_some()
    }

    /// The same folder in a new process.
    async fn restart(self, key: &str) -> Bench {
        self.sessions.sweep().await.unwrap();
        let Bench { files, clock, sessions } = self;
        sessions.0.db.close().await;
        drop(sessions);
        open(files, clock, key).await
    }
}

#[tokio::test]
async fn a_session_knows_its_account() {
    let bench = bench().await;
    let (session, token) = bench.sign_in(false).await;
    assert_eq!(
        (session.account().address.as_str(), session.account().login.as_str()),
        ("ann@example.test", "ann")
    );
    let found = bench.sessions.authenticate(&token).await.unwrap().unwrap();
    assert_eq!((found.id(), found.user()), (session.id(), session.user()));
    assert!(!bench.knows(&Token::random()).await);
    let (again, _) = bench.sign_in(true).await;
    assert_eq!(again.user(), session.user());
    assert_ne!(again.id(), session.id());
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let bench = bench().await;
    let check = async |address: &str, password: &str, expect: &str| {
        let error = bench.try_sign_in(address, password, false).await.err().expect("refused");
        assert!(format!("{error:?}").starts_with(expect), "{error:?}");
    };
    check("ann@example.test", "wrong", "Verify(Refused").await;
    check("ann@example.test", "down", "Verify(Unavailable").await;
    check("ann@other.test", "right", "UnknownProvider").await;
    check("ann", "right", "Invalid").await;
    check("ann@example.test", "", "Invalid").await;
    for _ in 0..4 {
        check("ann@example.test", "wrong", "Verify(Refused").await;
    }
    check("ann@example.test", "right", "Limited").await;
}

#[tokio::test]
async fn a_session_outlives_the_process_and_a_changed_key() {
    let bench = bench().await;
    let (session, token) = bench.sign_in(true).await;
    let bench = bench.restart("one").await;
    let found = bench.sessions.authenticate(&token).await.unwrap().unwrap();
    let Credentials::Password(password) = found.credentials();
    assert_eq!((found.user(), password.expose()), (session.user(), "right"));
    let bench = bench.restart("two\none").await;
    assert!(bench.knows(&token).await);
    let bench = bench.restart("two").await;
    assert!(bench.knows(&token).await, "sealed again under the new key");
    let bench = bench.restart("three").await;
    assert!(!bench.knows(&token).await);
}

#[tokio::test]
async fn nothing_readable_is_kept() {
    let bench = bench().await;
    let (session, token) = bench.sign_in(true).await;
    let row = sessions::find(&bench.sessions.0.db, session.id()).await.unwrap().unwrap();
    let holds = |needle: &[u8]| row.sealed.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(b"right") && !holds(b"ann") && row.id != token.as_bytes());
}

#[tokio::test]
async fn sign_out_ends_the_session_everywhere() {
    let bench = bench().await;
    let (session, token) = bench.sign_in(true).await;
    let (other, other_token) = bench.sign_in(true).await;
    let ended = tokio::spawn(session.ended());
    bench.sessions.end(session.id()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(1), ended).await.expect("within a second").unwrap();
    assert!(session.is_over() && !session.touch() && !bench.knows(&token).await);
    assert!(bench.knows(&other_token).await);
    bench.sessions.end_all(other.user()).await.unwrap();
    assert!(other.is_over() && !bench.knows(&other_token).await);
    let bench = bench.restart("one").await;
    assert!(!bench.knows(&token).await && !bench.knows(&other_token).await);
}

#[tokio::test]
async fn an_unused_session_expires_and_a_used_one_slides() {
    let bench = bench().await;
    let (idle, idle_token) = bench.sign_in(false).await;
    let (_, kept_token) = bench.sign_in(true).await;
    bench.clock.advance(11 * HOUR);
    assert!(bench.knows(&idle_token).await);
    bench.clock.advance(11 * HOUR);
    assert!(!idle.is_over(), "used eleven hours ago");
    let mut ended = Box::pin(idle.ended());
    assert!((&mut ended).now_or_never().is_none());
    bench.clock.advance(HOUR);
    assert!((&mut ended).now_or_never().is_some());
    assert!(!bench.knows(&idle_token).await);
    bench.clock.advance(29 * 24 * HOUR);
    assert!(bench.knows(&kept_token).await);
    let bench = bench.restart("one").await;
    bench.clock.advance(29 * 24 * HOUR);
    assert!(bench.knows(&kept_token).await, "the use was written down");
    bench.clock.advance(31 * 24 * HOUR);
    bench.sessions.sweep().await.unwrap();
    assert!(!bench.knows(&kept_token).await);
    assert_eq!(bench.sessions.count(), 0);
}

#[test]
fn two_logins_are_two_users() {
    let user = |server: &str, login: &str| {
        let text = format!("name = \"\"\ndomains = []\n{server}");
        let provider = Provider::new(toml::from_str::<config::Provider>(&text).unwrap()).unwrap();
        let protocol = provider.best();
        let (address, login, provider) = (String::new(), login.into(), Arc::new(provider));
        sign_in::user_id(&Account { address, login, provider, protocol })
    };
    let imap = |url: &str, login: &str| user(&format!("imap = \"{url}\""), login);
    let pop3 = |url: &str, login: &str| user(&format!("pop3 = \"{url}\""), login);
    assert_eq!(imap("imaps://A.test", "ann"), imap("imap+starttls://a.test:993", "ann"));
    assert_ne!(imap("imaps://a.test", "ann"), imap("imaps://a.test", "Ann"));
    assert_ne!(imap("imaps://a.test", "ann"), imap("imaps://b.test", "ann"));
    assert_eq!(pop3("pop3s://a.test", "ann"), pop3("pop3://a.test:995", "ann"));
    assert_ne!(pop3("pop3s://a.test", "ann"), pop3("pop3s://b.test", "ann"));
    assert_ne!(pop3("pop3s://a.test:993", "ann"), imap("imaps://a.test", "ann"));
    // As it was before there was anything but IMAP: whoever has signed in once stays the same.
    let known = imap("imaps://mail.example.test", "ann@example.test").to_string();
    assert_eq!(known, "1d9e04fc9bf633afcdd51cedd783fa4b");
}

#[tokio::test]
async fn a_session_of_a_maildrop_is_the_same_after_a_restart() {
    let bench = bench().await;
    let both = async |protocol: Option<Protocol>| {
        let (address, password) = ("bob@both.test".into(), Secret::new("right".into()));
        let wanted = Wanted::new(protocol, None);
        let typed = SignIn { address, password, keep: true, wanted };
        bench.sessions.sign_in(typed, CLIENT).await.unwrap()
    };
    let (imap, pop3) = (both(None).await, both(Some(Protocol::Pop3)).await);
    assert_eq!(imap.session.account().protocol, Protocol::Imap, "the best that there is");
    assert_ne!(imap.session.user(), pop3.session.user());
    let (alone, token) = bench.try_sign_in("cy@pop3.test", "right", true).await.unwrap();
    assert_eq!(alone.account().protocol, Protocol::Pop3);
    let bench = bench.restart("one").await;
    let found = bench.sessions.authenticate(&token).await.unwrap().unwrap();
    assert_eq!((found.user(), found.account().protocol), (alone.user(), Protocol::Pop3));
    let found = bench.sessions.authenticate(&pop3.token).await.unwrap().unwrap();
    assert_eq!(found.account().protocol, Protocol::Pop3);
}

#[tokio::test]
async fn servers_are_not_typed_in_where_the_administrator_has_not_allowed_it() {
    let bench = bench().await;
    let text = r#"{"protocol": "Imap", "user_name": "", "outgoing_login": null,
        "incoming": {"host": "a.test", "port": 993, "security": "Tls"},
        "outgoing": {"host": "a.test", "port": 465, "security": "Tls"}}"#;
    let wanted = Wanted::At(serde_json::from_str(text).unwrap());
    let (address, password) = ("ann@example.test".into(), Secret::new("right".into()));
    let typed = SignIn { address, password, keep: false, wanted };
    let refused = bench.sessions.sign_in(typed, CLIENT).await.err();
    assert!(matches!(refused, Some(SignInError::NoPermission)));
}

#[tokio::test]
async fn a_vault_opens_by_the_password_and_for_a_new_one_through_a_session_that_is_open() {
    let bench = bench().await;
    let (first, _) = bench.sign_in(false).await;
    assert!(bench.sessions.vault(&first).await.unwrap().is_none(), "nothing is made unasked");
    let vault = bench.sessions.vault_to_fill(&first).await.unwrap();
    let (again, _) = bench.sign_in(false).await;
    assert_eq!(bench.sessions.vault(&again).await.unwrap().unwrap().id(), vault.id());
    let other = async |bench: &Bench| {
        bench.try_sign_in("ann@example.test", "right too", false).await.unwrap().0
    };
    let changed = other(&bench).await;
    assert_eq!(bench.sessions.vault(&changed).await.unwrap().unwrap().id(), vault.id());
    // By now the new password opens it alone, also after the server key was changed.
    let bench = bench.restart("two\none").await;
    let alone = other(&bench).await;
    assert_eq!(bench.sessions.vault(&alone).await.unwrap().unwrap().id(), vault.id());
    let bench = bench.restart("two").await;
    let later = other(&bench).await;
    assert_eq!(bench.sessions.vault(&later).await.unwrap().unwrap().id(), vault.id());
}

#[tokio::test]
async fn a_vault_stays_closed_to_a_password_that_nobody_vouches_for() {
    let bench = bench().await;
    let (first, _) = bench.sign_in(false).await;
    let vault = bench.sessions.vault_to_fill(&first).await.unwrap();
    let bench = bench.restart("one").await;
    let (stranger, _) = bench.try_sign_in("ann@example.test", "right too", false).await.unwrap();
    assert!(bench.sessions.vault(&stranger).await.unwrap().is_none());
    let new = bench.sessions.vault_to_fill(&stranger).await.unwrap();
    assert_ne!(new.id(), vault.id());
}
