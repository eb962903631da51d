//! The files that the rules read, and what they find in them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What is built, downloaded or kept by a tool is nobody's text.
const SKIPPED: [&str; 7] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "test-results",
    "playwright-report",
    "package-lock.json",
];

/// The text files of the repository, sorted by path.
pub struct Tree {
    pub files: Vec<File>,
}

/// A text file.
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    /// Counted from 1; 0 for the file as a whole.
    pub line: usize,
    pub advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The repository, read once.
pub fn repository() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| {
        let mut files = Vec::new();
        read(&root(), "", &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { files }
    });
    &TREE
}

fn read(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if SKIPPED.contains(&name.as_str()) {
        } else if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}

impl Tree {
    /// A tree for a rule's own test.
    pub fn sample(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File { path: path.into(), text: text.into() };
        Self { files: files.iter().map(file).collect() }
    }

    /// The files below `prefix` whose names end in `suffix`.
    pub fn below<'a>(
        &'a self,
        prefix: &'a str,
        suffix: &'a str,
    ) -> impl Iterator<Item = &'a File> + 'a {
        let wanted =
            move |file: &&File| file.path.starts_with(prefix) && file.path.ends_with(suffix);
        self.files.iter().filter(wanted)
    }
}

impl File {
    /// A finding at a byte of this file.
    pub fn finding(&self, at: usize, advice: impl Into<String>) -> Finding {
        let line = self.text[..at].matches('\n').count() + 1;
        Finding { path: self.path.clone(), line, advice: advice.into() }
    }
}

/// Fails with every finding, one a line.
#[track_caller]
pub fn report(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn the_tree_holds_this_file_and_nothing_built() {
    let paths: Vec<&str> = repository().files.iter().map(|file| &*file.path).collect();
    assert!(paths.contains(&"tests/tidy/tree.rs"));
    assert!(!paths.iter().any(|path| path.contains("node_modules") || path.starts_with("dist/")));
}
