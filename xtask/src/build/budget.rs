//! What the first load costs, and the limit that it must keep.

use anyhow::{Result, ensure};

use super::bundle::Packed;

/// Brotli bytes of everything between an empty cache and sign-in and inbox. What helps to keep it:
/// docs/decisions/0007-later-parts.md.
const BYTES: usize = 200_000;
const REQUESTS: usize = 10;

/// Prints one line per file; those of the first load are marked.
pub fn print(files: &[Packed]) {
    println!("{:<40} {:>9} {:>9} {:>9}", "dist/", "bytes", "gzip", "brotli");
    for file in files {
        let mark = if file.first_load { "*" } else { "" };
        let gzip = file.gzip.as_ref().map_or(file.bytes.len(), Vec::len);
        println!("{:<40} {:>9} {gzip:>9} {:>9} {mark}", file.path, file.bytes.len(), file.sent());
    }
    let (bytes, requests) = first_load(files);
    println!("{:<40} {:>9} {:>9} {bytes:>9} in {requests} requests", "* first load", "", "");
}

/// Fails past the budget.
pub fn check(files: &[Packed]) -> Result<()> {
    let (bytes, requests) = first_load(files);
    ensure!(
        bytes <= BYTES && requests <= REQUESTS,
        "the first load takes {bytes} bytes in {requests} requests; the budget is {BYTES} bytes \
         in {REQUESTS}: see the table above for what grew"
    );
    Ok(())
}

fn first_load(files: &[Packed]) -> (usize, usize) {
    let first = || files.iter().filter(|file| file.first_load);
    (first().map(Packed::sent).sum(), first().count())
}

#[cfg(test)]
mod tests {
    use super::{BYTES, Packed, check};

    fn file(bytes: usize, first_load: bool) -> Packed {
        Packed { bytes: vec![0; bytes], first_load, ..Packed::default() }
    }

    #[test]
    fn only_the_first_load_counts() {
        assert!(check(&[file(BYTES, true), file(BYTES, false)]).is_ok());
        assert!(check(&[file(BYTES, true), file(1, true)]).is_err());
    }

    #[test]
    fn too_many_requests_fail() {
        let files: Vec<Packed> = (0..11).map(|_| file(1, true)).collect();
        assert!(check(&files).is_err());
        assert!(check(&files[1..]).is_ok());
    }
}
