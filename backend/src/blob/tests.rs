//! Blobs come back as they went in, whole or not at all.

use super::*;
use std::io;

fn open() -> (tempfile::TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    (folder, blobs)
}

#[tokio::test]
async fn what_is_put_is_got_whole_and_in_ranges() {
    let (_folder, blobs) = open();
    let bytes: Vec<u8> = (0..CHUNK + 1_000).map(|index| index.to_le_bytes()[0]).collect();
    let (key, size) = blobs.put("aa", bytes.as_slice()).await.unwrap();
    assert_eq!((size, blobs.bytes(&key).await.unwrap().len()), (bytes.len() as u64, bytes.len()));
    assert_eq!(blobs.bytes(&key).await.unwrap(), bytes);
    let part = blobs.get(&key, Some(10..20)).await.unwrap();
    assert_eq!(part.size, bytes.len() as u64);
    let part: Vec<Bytes> = part.stream.try_collect().await.unwrap();
    assert_eq!(part.concat(), bytes[10..20]);
    blobs.delete(&key).await.unwrap();
    blobs.delete(&key).await.unwrap();
    assert!(matches!(blobs.bytes(&key).await, Err(Error::NonExistent)));
}

#[tokio::test]
async fn a_source_that_breaks_leaves_nothing() {
    let (folder, blobs) = open();
    let broken = tokio_util::io::StreamReader::new(futures_util::stream::iter([
        Ok(Bytes::from_static(b"half")),
        Err(io::Error::other("gone")),
    ]));
    assert!(matches!(blobs.put("aa", broken).await, Err(Error::Source(_))));
    let left = |name: &str| std::fs::read_dir(folder.path().join(name)).unwrap().count();
    assert_eq!((left("blobs"), left("tmp")), (0, 0));
}

#[tokio::test]
async fn half_written_files_are_cleared_at_the_start() {
    let (folder, blobs) = open();
    let (key, _) = blobs.put("aa", b"kept".as_slice()).await.unwrap();
    std::fs::write(folder.path().join("tmp/left"), b"x").unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    assert!(!folder.path().join("tmp/left").exists());
    assert_eq!(blobs.bytes(&key).await.unwrap(), b"kept".as_slice());
}

#[test]
fn a_key_is_read_again_only_for_its_owner() {
    let key = BlobKey::random("aa");
    assert_eq!(BlobKey::parse("aa", key.as_str()), Some(key.clone()));
    for (owner, text) in
        [("a", key.as_str()), ("bb", key.as_str()), ("aa", "aa/../bb"), ("aa", "aa/12")]
    {
        assert_eq!(BlobKey::parse(owner, text), None);
    }
}
