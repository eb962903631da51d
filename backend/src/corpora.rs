//! Where tests find the collections of other people's mail that lie beside the repository.

use std::path::{Path, PathBuf};

/// A collection by its path below `POSTERN_CORPORA`; none where it is absent, which is said.
#[expect(clippy::disallowed_methods, reason = "a test's own setting")]
#[expect(clippy::print_stderr, reason = "a skipped collection must be seen in the test output")]
pub fn find(below: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let found =
        std::env::var("POSTERN_CORPORA").map_or_else(|_| beside(), PathBuf::from).join(below);
    if !found.exists() {
        eprintln!("skipped 1 corpus: {} is not there", found.display());
        return None;
    }
    Some(found)
}
