//! The database: what is written is read again, by its owner only.

use super::*;
use sessions::SessionRow;
use submissions::{State, SubmissionRow};

const ANN: UserId = UserId([1; 16]);
const BOB: UserId = UserId([2; 16]);

async fn open() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&folder.path().join("new/place")).await.unwrap();
    (folder, db)
}

fn session(id: u8, user: UserId, keep: bool, seen_at: i64) -> SessionRow {
    SessionRow { id: [id; 32], user, key_id: [7; 8], sealed: vec![9], keep, created_at: 5, seen_at }
}

fn submission(id: &str, user: UserId) -> SubmissionRow {
    SubmissionRow {
        id: id.into(),
        user,
        account: "a".into(),
        state: State::Held,
        subject: "Grüße".into(),
        smtp_envelope: vec![1, 2],
        blob_key: "k".into(),
        detail: vec![],
        due_at: 10,
        created_at: 1,
        updated_at: 1,
        attempts: 0,
        last_error: String::new(),
    }
}

#[tokio::test]
async fn a_folder_has_one_owner_and_its_content_outlives_it() {
    let (folder, db) = open().await;
    let place = folder.path().join("new/place");
    assert!(matches!(Db::open(&place).await, Err(Error::InUse(_))));
    sessions::insert(&db, &session(1, ANN, true, 5)).await.unwrap();
    db.close().await;
    drop(db);
    let db = Db::open(&place).await.unwrap();
    assert_eq!(sessions::find(&db, &[1; 32]).await.unwrap(), Some(session(1, ANN, true, 5)));
}

#[tokio::test]
async fn a_later_versions_database_is_refused() {
    let (folder, db) = open().await;
    sqlx::raw_sql("PRAGMA user_version = 999").execute(db.writer()).await.unwrap();
    db.close().await;
    drop(db);
    let again = Db::open(&folder.path().join("new/place")).await;
    assert!(matches!(again, Err(Error::TooNew(999))));
}

#[tokio::test]
async fn sessions_expire_by_their_own_rule() {
    let (_folder, db) = open().await;
    for row in [session(1, ANN, true, 50), session(2, ANN, false, 50), session(3, BOB, false, 500)]
    {
        sessions::insert(&db, &row).await.unwrap();
    }
    sessions::touch(&db, &[3; 32], 400).await.unwrap();
    assert_eq!(sessions::remove_expired(&db, 10, 100).await.unwrap(), 1);
    assert!(sessions::find(&db, &[2; 32]).await.unwrap().is_none());
    assert_eq!(
        sessions::find(&db, &[3; 32]).await.unwrap().unwrap().seen_at,
        500,
        "never backwards"
    );
    sessions::remove_all(&db, ANN).await.unwrap();
    assert!(sessions::find(&db, &[1; 32]).await.unwrap().is_none());
    assert!(sessions::find(&db, &[3; 32]).await.unwrap().is_some());
}

#[tokio::test]
async fn the_first_reply_to_an_action_stays_for_seven_days() {
    let (_folder, db) = open().await;
    actions::remember(&db, ANN, [1; 16], b"one", 1_000).await.unwrap();
    actions::remember(&db, ANN, [1; 16], b"two", 2_000).await.unwrap();
    assert_eq!(actions::find(&db, ANN, [1; 16]).await.unwrap().as_deref(), Some(b"one".as_slice()));
    assert_eq!(actions::find(&db, BOB, [1; 16]).await.unwrap(), None);
    assert_eq!(actions::forget_old(&db, 1_000 + actions::KEPT_MS).await.unwrap(), 0);
    assert_eq!(actions::forget_old(&db, 1_001 + actions::KEPT_MS).await.unwrap(), 1);
}

#[tokio::test]
async fn a_submission_advances_only_from_the_state_it_is_in() {
    let (_folder, db) = open().await;
    let mut row = submission("s1", ANN);
    submissions::insert(&db, &row, Some(b"draft")).await.unwrap();
    submissions::insert(&db, &submission("s2", BOB), None).await.unwrap();
    row.state = State::Sending;
    row.attempts = 1;
    assert!(submissions::advance(&db, &row, State::Held).await.unwrap());
    assert!(!submissions::advance(&db, &row, State::Held).await.unwrap(), "somebody else took it");
    assert_eq!(submissions::find(&db, ANN, "s1").await.unwrap(), Some(row.clone()));
    assert_eq!(submissions::find(&db, BOB, "s1").await.unwrap(), None);
    assert_eq!(submissions::draft(&db, "s1").await.unwrap().as_deref(), Some(b"draft".as_slice()));
    assert_eq!(submissions::draft(&db, "s2").await.unwrap(), None);
    assert_eq!(submissions::in_state(&db, State::Sending).await.unwrap(), vec![row.clone()]);
    assert_eq!(submissions::of_user(&db, ANN).await.unwrap(), vec![row]);
    assert_eq!(submissions::count_since(&db, ANN, 1).await.unwrap(), 1);
    submissions::remove(&db, BOB, "s1").await.unwrap();
    assert!(submissions::find(&db, ANN, "s1").await.unwrap().is_some());
    submissions::remove(&db, ANN, "s1").await.unwrap();
    assert_eq!(submissions::of_user(&db, ANN).await.unwrap(), vec![]);
    assert_eq!(submissions::draft(&db, "s1").await.unwrap(), None, "it goes with its submission");
}

#[tokio::test]
async fn standing_credentials_are_kept_once_an_account_and_erased() {
    let (_folder, db) = open().await;
    let owner = (ANN, "a1".to_owned());
    use standing::Until;
    let keep = async |sealed: &[u8], until| {
        let sealed = ([2; 8], sealed.to_vec());
        standing::keep(&db, &owner, &sealed, until, 1).await.unwrap();
    };
    keep(b"old", Until::Sent).await;
    keep(b"new", Until::Sent).await;
    assert_eq!(standing::find(&db, &owner).await.unwrap(), Some(([2; 8], b"new".to_vec())));
    assert_eq!(standing::find(&db, &(BOB, "a1".into())).await.unwrap(), None);
    assert_eq!(standing::owners(&db).await.unwrap(), std::slice::from_ref(&owner));
    standing::erase(&db, &owner).await.unwrap();
    assert_eq!(standing::owners(&db).await.unwrap(), []);
    keep(b"good", Until::Removed).await;
    keep(b"of another session", Until::Sent).await;
    standing::erase(&db, &owner).await.unwrap();
    assert_eq!(standing::find(&db, &owner).await.unwrap(), Some(([2; 8], b"good".to_vec())));
    assert_eq!(standing::lasting(&db).await.unwrap(), std::slice::from_ref(&owner));
    keep(b"better", Until::Removed).await;
    accounts::remove(&db, ANN, &owner.1).await.unwrap();
    assert_eq!(standing::find(&db, &owner).await.unwrap(), None);
}

/// SQLite ends a transaction by itself when the disk is full.
#[tokio::test]
async fn after_a_full_disk_what_is_written_is_durable_again() {
    let (folder, db) = open().await;
    let limit = async |pages: u32| {
        let statement = format!("PRAGMA max_page_count = {pages}");
        sqlx::query(AssertSqlSafe(statement)).execute(db.writer()).await.unwrap();
    };
    limit(1).await;
    let refused = submissions::insert(&db, &submission("s1", ANN), Some(&[7; 1 << 20])).await;
    assert!(matches!(refused, Err(Error::Sqlite(_))), "{refused:?}");
    limit(1_000_000).await;
    // Given up on the way, as where a request ends early.
    drop(db.begin().await.unwrap());
    submissions::insert(&db, &submission("s2", ANN), Some(b"draft")).await.unwrap();
    actions::remember(&db, ANN, [1; 16], b"one", 1_000).await.unwrap();
    // What another process sees of it is what a crash would leave.
    let from = SqliteConnectOptions::new().filename(folder.path().join("new/place/postern.db"));
    let seen = SqlitePool::connect_with(from.read_only(true)).await.unwrap();
    let count = |table: &str| format!("SELECT count(*) FROM {table}");
    for table in ["submissions", "actions"] {
        let row = sqlx::query(AssertSqlSafe(count(table))).fetch_one(&seen).await.unwrap();
        assert_eq!(row.try_get::<i64, _>(0).unwrap(), 1, "{table}");
    }
}
