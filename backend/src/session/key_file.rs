//! Where the server keys come from, and the check that they are the database's own.

use crate::config::Config;
use crate::db::{self, Db, server_keys};
use crate::seal::Keys;
use crate::secret::Secret;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Why there is no usable server key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key file cannot be read or made.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// `data_dir/secret.key`.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The key file holds no key.
    #[error("{path} is empty", path = .0.display())]
    Empty(PathBuf),
    /// The database was used with another key.
    #[error(
        "the server key is not the one this data_dir was used with; put the old one on a second line to change it"
    )]
    WrongKey,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// The configured keys, or those of `data_dir/secret.key`, which is made where it is missing.
///
/// # Errors
/// A key that cannot be read, or is not the one that the database knows.
pub async fn load(config: &Config, db: &Db, now: i64) -> Result<Keys, Error> {
    let path = config.data_dir.join("secret.key");
    let keys = match Keys::parse(&config.secret_key) {
        Some(keys) => keys,
        None => Keys::parse(&read_or_make(&path)?).ok_or(Error::Empty(path))?,
    };
    let known = server_keys::known(db).await?;
    let is_known = |id: [u8; 8]| known.iter().any(|known| known.as_slice() == id.as_slice());
    if !known.is_empty() && !keys.ids().any(is_known) {
        return Err(Error::WrongKey);
    }
    for id in keys.ids() {
        server_keys::add(db, &id, now).await?;
    }
    Ok(keys)
}

fn read_or_make(path: &Path) -> Result<Secret, Error> {
    let failed = |source| Error::File { path: path.to_path_buf(), source };
    match std::fs::read_to_string(path) {
        Ok(text) => return Ok(Secret::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let key: String =
        crate::clock::random::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let key = Secret::new(key);
    let mut file = create_private(path).map_err(failed)?;
    writeln!(file, "{}", key.expose()).and_then(|()| file.sync_all()).map_err(failed)?;
    tracing::warn!(
        path = %path.display(),
        "made a server key; sessions are lost without it, so keep it with your backups, or set secret_key"
    );
    Ok(key)
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<File> {
    File::create_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_key_is_refused_and_a_rotated_one_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().into(), ..Config::default() };
        let db = Db::open(folder.path()).await.unwrap();
        let made = load(&config, &db, 1).await.unwrap();
        let again = load(&config, &db, 2).await.unwrap();
        assert!(made.ids().eq(again.ids()), "the file is read again");
        let file = std::fs::read_to_string(folder.path().join("secret.key")).unwrap();
        config.secret_key = Secret::new("another-key-of-at-least-thirty-two-characters".into());
        assert!(matches!(load(&config, &db, 3).await, Err(Error::WrongKey)));
        config.secret_key = Secret::new(format!("{}\n{file}", config.secret_key.expose()));
        assert_eq!(load(&config, &db, 4).await.unwrap().ids().count(), 2);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_key_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), ..Config::default() };
        let db = Db::open(folder.path()).await.unwrap();
        load(&config, &db, 1).await.unwrap();
        let mode =
            std::fs::metadata(folder.path().join("secret.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
