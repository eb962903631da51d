//! One bridge per `data_dir`: a locked file that the system frees when the process ends.

use super::Error;
use std::fs::{File, TryLockError};
use std::path::Path;

/// A `data_dir` that is this process's alone, as long as this is held.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder where it is missing, and locks it.
    ///
    /// # Errors
    /// `InUse` while another process has it.
    pub fn take(data_dir: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Place { path: data_dir.to_path_buf(), source };
        make_private(data_dir).map_err(failed)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data_dir.join("postern.lock"))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(data_dir.to_path_buf())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
