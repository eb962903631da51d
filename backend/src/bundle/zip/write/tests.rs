//! Archives as other programs read them.

use flate2::read::DeflateDecoder;
use std::io::Read as _;

use super::*;
use crate::bundle::zip::Reader;

/// 2026-11-02T10:00:06Z.
const TIME: i64 = 1_793_613_606;

fn archive(files: &[(&str, &[u8], Compression)]) -> Vec<u8> {
    let mut archive = Archive::new(TIME);
    let mut out = Vec::new();
    for (name, bytes, level) in files {
        out.extend(archive.begin((*name).to_owned(), *level).unwrap());
        for slice in bytes.chunks(100_000) {
            out.extend(archive.bytes(slice).unwrap());
        }
        out.extend(archive.end().unwrap());
    }
    out.extend(archive.finish().unwrap());
    out
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Name and content of every file, by the directory at the end, every field checked on the way.
fn read(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let (count, mut at) = (number(zip, end + 10, 2), number(zip, end + 16, 4));
    assert_eq!(at + number(zip, end + 12, 4), end);
    let mut found = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let (flags, offset) = (number(zip, at + 8, 2), number(zip, at + 42, 4));
        assert_eq!((flags, number(zip, at + 10, 2)), (0x808, 8));
        let (crc, packed) = (number(zip, at + 16, 4), number(zip, at + 20, 4));
        let (size, length) = (number(zip, at + 24, 4), number(zip, at + 28, 2));
        let name = String::from_utf8(zip[at + 46..at + 46 + length].to_vec()).unwrap();
        at += 46 + length;
        assert_eq!(&zip[offset..offset + 4], b"PK\x03\x04");
        let begin = offset + 30 + number(zip, offset + 26, 2);
        assert_eq!(&zip[offset + 30..begin], name.as_bytes());
        let mut bytes = Vec::new();
        DeflateDecoder::new(&zip[begin..begin + packed]).read_to_end(&mut bytes).unwrap();
        let mut sum = Crc::new();
        sum.update(&bytes);
        assert_eq!((sum.sum() as usize, bytes.len()), (crc, size), "{name}");
        let behind = begin + packed;
        assert_eq!(&zip[behind..behind + 4], b"PK\x07\x08");
        assert_eq!(number(zip, behind + 4, 4), crc);
        found.push((name, bytes));
    }
    found
}

#[test]
fn files_come_out_as_they_went_in() {
    let noise: Vec<u8> =
        (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    let text = "the same again ".repeat(9000).into_bytes();
    let zip = archive(&[
        ("报告 żółć.bin", &noise, Compression::none()),
        ("تقرير.txt", &text, Compression::fast()),
        ("empty", b"", Compression::none()),
    ]);
    let found = read(&zip);
    assert_eq!(found[0], ("报告 żółć.bin".to_owned(), noise.clone()));
    assert_eq!(found[1], ("تقرير.txt".to_owned(), text));
    assert_eq!(found[2], ("empty".to_owned(), Vec::new()));
    assert!(zip.len() < noise.len() + 10_000, "text becomes smaller, noise hardly larger");
    assert!(read(&archive(&[])).is_empty());
}

#[test]
fn times_are_those_of_the_message() {
    let zip = archive(&[("a", b"", Compression::none())]);
    assert_eq!(number(&zip, 12, 2), 46 << 9 | 11 << 5 | 2);
    assert_eq!(number(&zip, 10, 2), 10 << 11 | 3);
    assert_eq!(dos_time(0), [1 << 5 | 1, 0]);
    assert_eq!(dos_time(i64::MAX), [1 << 5 | 1, 0]);
}

#[test]
fn names_are_told_apart() {
    let names = ["a.txt", "A.TXT", "a.txt", "a (2).txt", "none", "none", ".x", ".x"];
    let found = distinct(names.into_iter().map(str::to_owned));
    let expect =
        ["a.txt", "A (2).TXT", "a (3).txt", "a (2) (2).txt", "none", "none (2)", ".x", ".x (2)"];
    assert_eq!(found, expect);
}

#[test]
fn only_what_shrinks_is_compressed() {
    assert_eq!(level("text/csv"), Compression::fast());
    assert_eq!(level("image/jpeg"), Compression::none());
    assert_eq!(level("application/zip"), Compression::none());
}

#[test]
fn more_files_than_fit_into_a_short_are_listed() {
    let mut archive = Archive::new(TIME);
    let time = archive.time;
    let far = |number: u64| if number == 69_999 { 5 << 32 } else { 0 };
    archive.done.extend((0..70_000).map(|number| {
        let (name, offset) = (number.to_string(), far(number));
        Entry { name, time, offset, crc: 0, packed: 0, size: 0 }
    }));
    let zip = archive.finish().unwrap();
    let mut reader = Reader::open(io::Cursor::new(&zip)).unwrap();
    for number in 0..70_000 {
        let entry = reader.next_entry().unwrap().unwrap();
        assert_eq!((entry.name.clone(), entry.offset()), (number.to_string(), far(number)));
    }
    assert_eq!(reader.next_entry().unwrap(), None);
}
