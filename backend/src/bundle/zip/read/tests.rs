//! Archives of our own, of others, and of those who mean harm.

use std::io::Cursor;

use flate2::Compression;
use proptest::prelude::*;

use super::super::Archive;
use super::*;

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = Archive::new(1_700_000_000);
    let mut out = Vec::new();
    for (name, bytes) in files {
        out.extend(archive.begin(name.clone(), Compression::fast()).unwrap());
        out.extend(archive.bytes(bytes).unwrap());
        out.extend(archive.end().unwrap());
    }
    out.extend(archive.finish().unwrap());
    out
}

fn read(zip: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut reader = Reader::open(Cursor::new(zip))?;
    let mut all = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut bytes = Vec::new();
        reader.read(&entry)?.take(1 << 24).read_to_end(&mut bytes)?;
        all.push((entry.name, bytes));
    }
    Ok(all)
}

proptest! {
    #[test]
    fn what_is_packed_is_unpacked(
        files in proptest::collection::vec((".{0,20}", proptest::collection::vec(any::<u8>(), 0..500)), 0..6),
    ) {
        prop_assert_eq!(read(&archive(&files)).unwrap(), files);
    }

    #[test]
    fn damage_is_noticed_and_never_a_panic(
        place in 0_usize..400,
        octet in any::<u8>(),
        cut in 0_usize..400,
    ) {
        let files = [("a".into(), b"the same again ".repeat(20)), ("b".into(), b"x".to_vec())];
        let mut zip = archive(&files);
        if let Some(old) = zip.get_mut(place) {
            *old = octet;
        }
        let _ = read(&zip);
        let _ = read(&zip[..cut.min(zip.len())]);
        let _ = read(&zip[cut.min(zip.len())..]);
    }
}

#[test]
fn a_bomb_gives_what_it_is_asked_for() {
    let zip = archive(&[("zeros".into(), vec![0; 5 << 20])]);
    assert!(zip.len() < 1 << 20);
    let mut reader = Reader::open(Cursor::new(&zip)).unwrap();
    let entry = reader.next_entry().unwrap().unwrap();
    let mut bytes = Vec::new();
    reader.read(&entry).unwrap().take(1000).read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len(), 1000);
    // One that says that it is small.
    let mut lying = zip.clone();
    let list = lying.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    lying[list + 24..list + 28].copy_from_slice(&1000_u32.to_le_bytes());
    assert!(matches!(read(&lying), Err(Error::Io(_))));
}

#[test]
fn what_is_encrypted_or_packed_otherwise_is_refused() {
    let zip = archive(&[("a".into(), b"x".to_vec())]);
    let list = zip.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let with = |place: usize, octet: u8| {
        let mut zip = zip.clone();
        zip[list + place] = octet;
        read(&zip)
    };
    assert!(matches!(with(8, 9), Err(Error::Encrypted)));
    assert!(matches!(with(10, 14), Err(Error::Method(14))));
    assert!(matches!(with(16, 0), Err(Error::Io(_))), "another checksum");
    assert!(matches!(read(b"no archive"), Err(Error::Damaged(_))));
    assert!(matches!(read(b""), Err(Error::Damaged(_))));
}
