//! Who is here, and for how long.

use postern_shared::account::Protocol;

use super::*;
use crate::db;
use crate::net::{Provider, Providers};
use crate::seal::Keys;
use crate::secret::Secret;
use crate::store::index::Settings;

const ANN: UserId = UserId([1; 16]);
const SETTINGS: &str = "name = \"Test\"\ndomains = [\"*\"]\nimap = \"imaps://127.0.0.1:1\"";

async fn users(place: &tempfile::TempDir) -> Users {
    let db = Db::open(place.path()).await.unwrap();
    let blobs = Blobs::open(place.path()).unwrap();
    let indexes = Indexes::new(Settings { directory: None, most_bytes: 1 << 30 });
    let (limits, access) = (Limits::default(), Access::default());
    let keys = Keys::parse(&Secret::new("key".into())).unwrap();
    let providers = Providers::new(&[toml::from_str(SETTINGS).unwrap()]).unwrap();
    let standing = Arc::new(Standing::new(db.clone(), Clock::system(), keys, providers));
    let stores = Stores::new(place.path(), blobs.clone(), Clock::system(), 0);
    let ground = (db, blobs, Web::public().unwrap());
    Users::new(ground, (indexes, stores), standing, limits, &access)
}

fn entrant(password: &str) -> Entrant {
    Entrant {
        user: ANN,
        address: "ann@a.test".into(),
        provider: Arc::new(Provider::new(toml::from_str(SETTINGS).unwrap()).unwrap()),
        protocol: Protocol::Imap,
        credentials: imap::Credentials {
            login: "ann".into(),
            secret: Secret::new(password.into()),
        },
        connection: None,
    }
}

#[tokio::test]
async fn sessions_with_different_passwords_do_not_end_each_other() {
    let place = tempfile::tempdir().unwrap();
    let users = users(&place).await;
    let (old, new) = (users.enter(entrant("old")), users.enter(entrant("new")));
    assert!(!Arc::ptr_eq(&old, &new));
    assert!(Arc::ptr_eq(&old, &users.enter(entrant("old"))));
    assert!(Arc::ptr_eq(&new, &users.enter(entrant("new"))));
    assert_eq!(users.count(), 2);
    users.shutdown().await;
}

#[tokio::test]
async fn whoever_is_on_the_way_in_keeps_the_user_here() {
    let place = tempfile::tempdir().unwrap();
    let users = users(&place).await;
    let entering = users.enter(entrant("x"));
    users.leave(ANN).await;
    assert!(Arc::ptr_eq(&entering, &users.enter(entrant("x"))));
    drop(entering);
    users.leave(ANN).await;
    assert_eq!(users.count(), 0);
    users.shutdown().await;
}

#[tokio::test]
async fn what_is_kept_lets_its_user_in_until_it_is_erased() {
    let place = tempfile::tempdir().unwrap();
    let users = users(&place).await;
    let standing = &users.0.standing;
    let account = users.enter(entrant("secret")).roster.all()[0].clone();
    let id = account.facts().id.clone();
    assert!(standing.entrant(ANN, &id).await.unwrap().is_none());
    standing.keep(ANN, &account).await.unwrap();
    let kept = standing.entrant(ANN, &id).await.unwrap().unwrap();
    assert_eq!(kept.credentials.secret.expose(), "secret");
    assert_eq!((kept.address.as_str(), kept.credentials.login.as_str()), ("ann@a.test", "ann"));
    assert!(standing.entrant(UserId([2; 16]), &id).await.unwrap().is_none());
    let row = db::standing::find(&users.0.db, &(ANN, id.0.clone())).await.unwrap().unwrap();
    assert!(!row.1.windows(6).any(|window| window == b"secret"));
    standing.erase(ANN, &id).await.unwrap();
    assert!(standing.entrant(ANN, &id).await.unwrap().is_none());
    users.shutdown().await;
}
