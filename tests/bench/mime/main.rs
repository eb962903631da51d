//! `bench-mime [FOLDER]`: what reading mail costs, in one thread: parsing, opening, what reaches the page.
//!
//! FOLDER holds messages (`*.eml`) and HTML (`*.html`), at any depth; without it those of
//! `POSTERN_CORPORA`, or of the collection beside the repository: its `mime` and its `html-mail`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use postern::mime::document::{Theme, document};
use postern::mime::{self, Limits, body, insight, preview, trust::Reader};
use postern_tests::wait;

const MEGABYTE: usize = 1_000_000;
/// Times that a figure is taken; the best counts, for everything else is the machine's.
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = |name: &str| given.clone().unwrap_or_else(|| collection().join(name));
    parsing()?;
    sanitising(&folder("html-mail"))?;
    large()?;
    opening(&folder("mime"))
}

fn collection() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    std::env::var_os("POSTERN_CORPORA").map_or_else(beside, PathBuf::from)
}

/// Makes newsletters and templates safe, style sheets included. On the machine that the bar was
/// set on, plain ammonia does 22 MB/s of the same, and half of that is asked for.
fn sanitising(folder: &Path) -> Result<()> {
    let mut paths = Vec::new();
    files(folder, "html", &mut paths).with_context(|| format!("reading {}", folder.display()))?;
    let read = |path: &PathBuf| Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned());
    let all = paths.iter().map(read).collect::<Result<Vec<String>>>()?;
    let bytes: usize = all.iter().map(String::len).sum();
    let sanitise = |html: &String| mime::html::sanitise(html, |_| None).html.len();
    let whole = best(|| all.iter().map(sanitise).sum::<usize>());
    report(&format!(
        "sanitise {} files, {:.1} MB: {:.1} MB/s",
        all.len(),
        bytes as f64 / 1e6,
        bytes as f64 / 1e6 / whole.as_secs_f64()
    ))
}

/// Parses mail that is mostly attachments: structure, names, sizes, types, no decoding of files.
fn parsing() -> Result<()> {
    let raw = with_attachments(3, 5 * MEGABYTE);
    let bytes = raw.len() as f64;
    let best = best(|| mime::parse(raw.clone(), &Limits::default()).parts.len());
    report(&format!(
        "parse {:.0} MB with 3 attachments: {:.0} MB/s",
        bytes / 1e6,
        bytes / 1e6 / best.as_secs_f64()
    ))
}

/// Opens messages of 20 MB: the time, and what of it reaches the page.
fn large() -> Result<()> {
    let text = "A line of a very long text, as a log file has them.\r\n".repeat(20 * MEGABYTE / 53);
    let html =
        format!("<p>{}</p>", "<b>bold</b> and <i>slanted</i> words ".repeat(20 * MEGABYTE / 38));
    let head = |kind: &str| format!("Subject: large\r\nContent-Type: text/{kind}\r\n\r\n");
    let cases: [(&str, bytes::Bytes); 3] = [
        ("attachments", with_attachments(4, 5 * MEGABYTE)),
        ("plain text", (head("plain") + &text).into()),
        ("html", (head("html") + &html).into()),
    ];
    for (name, raw) in cases {
        let started = wait::now();
        let shown = open(raw.clone());
        let lasted = started.elapsed();
        report(&format!(
            "open {:.0} MB of {name}: {:.0} ms, {:.2} MB reach the page",
            raw.len() as f64 / 1e6,
            millis(lasted),
            shown as f64 / 1e6
        ))?;
    }
    Ok(())
}

/// Opens every message of a folder and says how long most of them and the slowest took.
fn opening(folder: &Path) -> Result<()> {
    let mut paths = Vec::new();
    files(folder, "eml", &mut paths).with_context(|| format!("reading {}", folder.display()))?;
    let mut times: Vec<(Duration, PathBuf)> = Vec::new();
    for path in paths {
        let raw = bytes::Bytes::from(std::fs::read(&path)?);
        times.push((best(|| open(raw.clone())), path));
    }
    times.sort();
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize);
    let (Some(half), Some(most), Some(slowest)) = (at(0.5), at(0.99), times.last()) else {
        return report("no messages there");
    };
    report(&format!(
        "open {} messages: median {:.2} ms, p99 {:.1} ms, slowest {:.0} ms ({})",
        times.len(),
        millis(half.0),
        millis(most.0),
        millis(slowest.0),
        slowest.1.file_name().unwrap_or_default().to_string_lossy()
    ))
}

/// All that opening a message takes, and the bytes of the document that it makes.
fn open(raw: bytes::Bytes) -> usize {
    let parsed = mime::parse(raw, &Limits::default());
    let body = body::render(&parsed, |_| None);
    let insight = insight::of_message(&parsed, &Reader::default()).encode();
    document(&body, Theme::Light, &|_| None).len() + insight.len() + preview::preview(&parsed).len()
}

/// The shortest of several runs.
fn best<T>(run: impl Fn() -> T) -> Duration {
    let once = |_| {
        let started: Instant = wait::now();
        std::hint::black_box(run());
        started.elapsed()
    };
    (0..ROUNDS).map(once).min().unwrap_or_default()
}

fn with_attachments(count: usize, size: usize) -> bytes::Bytes {
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let mut raw = String::from(
        "Subject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"==b==\"\r\n\r\n\
         --==b==\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n",
    );
    for number in 0..count {
        raw += &format!(
            "--==b==\r\nContent-Type: application/octet-stream; name=\"{number}.bin\"\r\n\
             Content-Disposition: attachment; filename=\"{number}.bin\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}",
            line.repeat(size / line.len())
        );
    }
    (raw + "--==b==--\r\n").into()
}

fn files(folder: &Path, kind: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, kind, found)?;
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Prints one line of the report.
fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
