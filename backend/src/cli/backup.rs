//! `postern backup FILE`: a copy of `data_dir` as of now, while the bridge runs.
//!
//! Blobs are linked aside first, so that none that a row names can go while the databases are
//! copied; those that came meanwhile follow. Only then is the file written, at leisure.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use postern::bundle::tar;
use postern::config::Config;
use postern::db::copy::{blobs_named, copy};
use sha2::{Digest, Sha256};

use super::End;
use super::restore::{DATABASE, KEY, SUMS};

/// Where what is copied lies meanwhile, in `data_dir`.
const ASIDE: &str = "backup.tmp";
/// How often a database is copied of which a blob went before it could be linked.
const TRIES: u32 = 5;

/// What goes into the file: names there, and where the bytes are.
type Files = Vec<(String, PathBuf)>;

/// Writes a backup into a file that is not there yet.
pub async fn backup(config: Config, into: &Path) -> Result<(), End> {
    let data_dir = &config.data_dir;
    if !data_dir.join(DATABASE).is_file() {
        return Err(anyhow::anyhow!("there is no {DATABASE} in {}", data_dir.display()).into());
    }
    if into.exists() {
        return Err(anyhow::anyhow!("{} is there already", into.display()).into());
    }
    let lock = File::options().create(true).append(true).open(data_dir.join("backup.lock"))?;
    lock.try_lock().context("another backup is under way")?;
    let aside = data_dir.join(ASIDE);
    // What one that was cut off left behind.
    clear(&aside)?;
    let written = gather(data_dir, &aside).await.and_then(|files| write(&files, into));
    clear(&aside)?;
    Ok(written?)
}

fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts everything aside that belongs together.
async fn gather(data_dir: &Path, aside: &Path) -> anyhow::Result<Files> {
    fs::create_dir_all(aside.join("mail"))?;
    let blobs = data_dir.join("blobs");
    for owner in entries(&blobs)? {
        for blob in entries(&owner)? {
            let key = blob.strip_prefix(&blobs)?.to_string_lossy().into_owned();
            link(data_dir, aside, &key)?;
        }
    }
    let mut files = Files::new();
    let mut named = BTreeSet::new();
    named.extend(of_database(data_dir, aside, DATABASE).await?);
    files.push((DATABASE.to_owned(), aside.join(DATABASE)));
    for mail in entries(&data_dir.join("mail"))? {
        let name = mail.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".mail") {
            let name = format!("mail/{name}");
            named.extend(of_database(data_dir, aside, &name).await?);
            files.push((name.clone(), aside.join(name)));
        }
    }
    let key = data_dir.join(KEY);
    if key.is_file() {
        files.push((KEY.to_owned(), key));
    }
    let blob = |key: String| (format!("blobs/{key}"), aside.join("blobs").join(key));
    files.extend(named.into_iter().map(blob));
    Ok(files)
}

/// Copies a database; gives the keys of its blobs, all of which are put aside.
async fn of_database(data_dir: &Path, aside: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let into = aside.join(name);
    for _ in 0..TRIES {
        copy(&data_dir.join(name), &into).await.with_context(|| format!("copying {name}"))?;
        let keys = blobs_named(&into).await?;
        let mut missing = false;
        for key in &keys {
            missing |= !link(data_dir, aside, key)?;
        }
        if !missing {
            return Ok(keys);
        }
        // What it belonged to is over by now, most likely: the next copy does not name it.
        fs::remove_file(&into)?;
    }
    anyhow::bail!("a blob that {name} names is not there")
}

/// Puts a blob aside, unless it is; whether it is there now.
fn link(data_dir: &Path, aside: &Path, key: &str) -> io::Result<bool> {
    let (from, to) = (data_dir.join("blobs").join(key), aside.join("blobs").join(key));
    if to.exists() {
        return Ok(true);
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let done = match fs::hard_link(&from, &to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => fs::copy(&from, &to).map(drop),
        done => done,
    };
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What lies in a folder, in order; nothing where there is none.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?,
    };
    all.sort();
    Ok(all)
}

/// Writes the file, whole or not at all.
fn write(files: &Files, into: &Path) -> anyhow::Result<()> {
    let folder = into.parent().filter(|it| !it.as_os_str().is_empty());
    let part = tempfile::Builder::new()
        .prefix(".postern-backup")
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let mut sink = BufWriter::with_capacity(1 << 20, part.as_file());
    let mut sums = String::new();
    for (name, path) in files {
        let sum = add(&mut sink, name, path).with_context(|| path.display().to_string())?;
        sums.push_str(&format!("{sum}  {name}\n"));
    }
    tar::head(&mut sink, SUMS, (sums.len() as u64, 0o600))?;
    sink.write_all(sums.as_bytes())?;
    tar::pad(&mut sink, sums.len() as u64)?;
    tar::end(&mut sink)?;
    sink.flush()?;
    drop(sink);
    part.as_file().sync_all()?;
    part.persist_noclobber(into)?;
    Ok(())
}

/// Adds a file; gives its checksum.
fn add(sink: &mut impl Write, name: &str, path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    tar::head(sink, name, (size, 0o600))?;
    let (mut sum, mut left, mut buffer) = (Sha256::new(), size, vec![0; 1 << 18]);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = file.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        sum.update(&buffer[..count]);
        sink.write_all(&buffer[..count])?;
        left -= count as u64;
    }
    tar::pad(sink, size)?;
    Ok(sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
