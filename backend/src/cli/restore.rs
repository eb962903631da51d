//! `postern restore FILE`: brings a backup back into a `data_dir` that holds nothing.
//!
//! All of it is read and compared with its checksums in `data_dir/restore.tmp` before anything takes
//! its place. As long as that folder is there no bridge starts; the same command begins anew.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use postern::bundle::tar;
use postern::config::Config;
use postern::db::{Lock, RESTORING};
use sha2::{Digest, Sha256};

use super::End;

/// The names of what lies in `data_dir`.
pub const DATABASE: &str = "postern.db";
pub const KEY: &str = "secret.key";
/// The checksums of all files, the last one of a backup.
pub const SUMS: &str = "SHA256SUMS";
/// Largest list of checksums that is read, in bytes.
const MOST_SUMS: u64 = 256 << 20;
/// What is restored, the database last: with it the rest is of use.
const PARTS: [&str; 4] = [KEY, "blobs", "mail", DATABASE];

/// Restores a backup.
pub fn restore(config: &Config, from: &Path) -> Result<(), End> {
    let data_dir = &config.data_dir;
    let file = File::open(from).with_context(|| from.display().to_string())?;
    // Nobody else, and no bridge, as long as this is held.
    let lock = Lock::take(data_dir)?;
    let aside = data_dir.join(RESTORING);
    clear(data_dir, &aside)?;
    let unpacked = unpack(&mut BufReader::with_capacity(1 << 20, file), &aside);
    if let Err(error) = unpacked {
        fs::remove_dir_all(&aside)?;
        return Err(error.context(from.display().to_string()).into());
    }
    for part in PARTS.iter().filter(|part| aside.join(part).exists()) {
        fs::rename(aside.join(part), data_dir.join(part))?;
        sync(data_dir)?;
    }
    fs::remove_dir_all(&aside)?;
    sync(data_dir)?;
    drop(lock);
    Ok(())
}

/// Refuses a folder that holds anything but what an earlier try left behind, and takes that away.
fn clear(data_dir: &Path, aside: &Path) -> anyhow::Result<()> {
    let again = aside.exists();
    for entry in fs::read_dir(data_dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let own = again && (PARTS.contains(&name.as_str()) || name == RESTORING);
        ensure!(name == "postern.lock" || own, "{} is not empty: {name}", data_dir.display());
    }
    if again {
        for part in PARTS {
            let path = data_dir.join(part);
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else if path.exists() {
                fs::remove_file(path)?;
            }
        }
        fs::remove_dir_all(aside)?;
    }
    fs::create_dir(aside)?;
    Ok(sync(data_dir)?)
}

/// Unpacks everything and compares it.
fn unpack(source: &mut impl Read, aside: &Path) -> anyhow::Result<()> {
    let mut found = BTreeMap::new();
    let mut told = None;
    while let Some((name, size)) = tar::next(source)? {
        ensure!(told.is_none(), "something follows the checksums");
        if name == SUMS {
            ensure!(size <= MOST_SUMS, "the list of checksums is too long");
            let mut text = String::new();
            source.take(size).read_to_string(&mut text)?;
            told = Some(text);
        } else {
            ensure!(is_ours(&name), "no backup holds {name}");
            let sum = keep(source, size, &aside.join(&name))?;
            ensure!(found.insert(name, sum).is_none(), "a file is there twice");
        }
        tar::skip(source, size)?;
    }
    let told = told.context("the checksums are missing")?;
    let told: Option<BTreeMap<String, String>> = told
        .lines()
        .map(|line| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned())))
        .collect();
    ensure!(told.as_ref() == Some(&found), "it is not what was backed up");
    ensure!(found.contains_key(DATABASE), "it holds no {DATABASE}");
    Ok(())
}

/// Only names that a backup has: nothing leads out of `data_dir`.
fn is_ours(name: &str) -> bool {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match name.split('/').collect::<Vec<_>>()[..] {
        [DATABASE | KEY] => true,
        ["mail", file] => file.strip_suffix(".mail").is_some_and(plain),
        ["blobs", owner, id] => plain(owner) && plain(id),
        _ => false,
    }
}

/// Keeps a file, durable on return; gives its checksum.
fn keep(source: &mut impl Read, size: u64, path: &Path) -> anyhow::Result<String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = create(path)?;
    let (mut sum, mut left, mut buffer) = (Sha256::new(), size, vec![0; 1 << 18]);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = source.read(&mut buffer[..most])?;
        if count == 0 {
            bail!("it ends too early");
        }
        sum.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
        left -= count as u64;
    }
    file.sync_all()?;
    Ok(sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
