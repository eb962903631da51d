//! `bench-fidelity [FOLDER] [WORD…]`: how mail looks here beside how Chromium shows it unchanged.
//!
//! FOLDER holds HTML (`*.html`) at any depth; without it the `html-mail` of `POSTERN_CORPORA`, or of the
//! collection beside the repository. With words, only files whose path has one of them. What each
//! file became is written beside it for `compare.mjs`, which looks at both under node.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use postern::mime::document::{Theme, content_security_policy, document};
use postern::mime::html::{Remote, sanitise};

fn main() -> Result<()> {
    let mut given: Vec<String> = std::env::args().skip(1).collect();
    let first = given.first().map(PathBuf::from).filter(|first| first.is_dir());
    if first.is_some() {
        given.remove(0);
    }
    let folder = first.unwrap_or_else(|| collection().join("html-mail"));
    let out = std::env::current_exe()?.with_file_name("fidelity");
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    let mut paths = Vec::new();
    files(&folder, &mut paths).with_context(|| format!("reading {}", folder.display()))?;
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(&folder)?.with_extension("");
        let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "+");
        if given.is_empty() || given.iter().any(|word| name.contains(word)) {
            write(&path, &out, &name)?;
        }
    }
    std::fs::write(out.join("policy"), content_security_policy("https: http:"))?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/fidelity/compare.mjs");
    let status = Command::new("node").arg(script).arg(&out).status();
    let status = status.context("node is missing; `cargo xtask bench fidelity` installs it")?;
    ensure!(status.success(), "the comparison failed");
    Ok(())
}

fn collection() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    std::env::var_os("POSTERN_CORPORA").map_or_else(beside, PathBuf::from)
}

/// Writes a file as it is and as it is shown, pictures and all.
fn write(path: &Path, out: &Path, name: &str) -> Result<()> {
    let source = absolute(&String::from_utf8_lossy(&std::fs::read(path)?));
    let shown = sanitise(&source, |_| None);
    let picture = |remote: &Remote| Some(remote.url.clone());
    std::fs::write(
        out.join(format!("{name}.shown.html")),
        document(&shown, Theme::Light, &picture),
    )?;
    std::fs::write(out.join(format!("{name}.raw.html")), source)?;
    Ok(())
}

/// Whoever sends a template gives its pictures and links addresses that lead somewhere; so does this.
fn absolute(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 1024);
    let mut rest = source;
    while let Some(at) = next_source(rest) {
        let (before, address) = rest.split_at(at);
        out.push_str(before);
        let scheme = address.split([':', '/', '?', '#', '"', '\'', '>', ' ']).next();
        let has_scheme = scheme.is_some_and(|scheme| {
            let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
            letters && address[scheme.len()..].starts_with(':')
        });
        let relative = !has_scheme && !address.starts_with("//");
        if relative && !address.starts_with(['"', '\'', '#']) {
            out.push_str("https://sender.test/");
        }
        rest = address;
    }
    out + rest
}

/// Where the address in the next `src="…"`, `background="…"` or `href="…"` begins.
fn next_source(text: &str) -> Option<usize> {
    let starts = [" src=\"", " src='", " background=\"", " background='", " href=\"", " href='"];
    starts.iter().filter_map(|start| Some(text.find(start)? + start.len())).min()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            found.push(path);
        }
    }
    Ok(())
}
