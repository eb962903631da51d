//! A draft as this device keeps it: the tab that writes it, its saves, and the draft itself.

use postern_shared::action::ActionId;

use super::{Composing, kept};

/// What is kept of one draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The tab that it is open in.
    pub tab: String,
    /// Its saves, those whose answers never came among them.
    pub mine: Vec<ActionId>,
    /// The draft.
    pub draft: Composing,
}

/// Writes a record of a user.
pub fn write(user: &str, record: &Record) -> String {
    let mine: Vec<String> = record.mine.iter().map(hex).collect();
    let draft = kept::write(user, std::slice::from_ref(&record.draft));
    [record.tab.as_str(), &mine.join(" "), &draft].join("\n")
}

/// Reads a record of a user; none where it is another's or of another version.
pub fn read(user: &str, text: &str) -> Option<Record> {
    let (tab, rest) = text.split_once('\n')?;
    let (mine, draft) = rest.split_once('\n')?;
    let draft = kept::read(user, draft).into_iter().next()?;
    let mine = mine.split(' ').filter_map(action).collect();
    Some(Record { tab: tab.to_owned(), mine, draft })
}

/// Bytes as letters.
pub fn hex(action: &ActionId) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four: u8| char::from(DIGITS[usize::from(four)]);
    action.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn action(hex: &str) -> Option<ActionId> {
    let mut bytes = [0; 16];
    if hex.len() != 32 || !hex.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let four = |digit: u8| char::from(digit).to_digit(16);
        *byte = (four(pair[0])? * 16 + four(pair[1])?) as u8;
    }
    Some(ActionId(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::composing;

    #[test]
    fn a_record_comes_back_with_its_saves() {
        let mine = vec![ActionId([0xab; 16]), ActionId([7; 16])];
        let record = Record { tab: "t1".into(), mine, draft: composing("line\n\nline") };
        assert_eq!(read("me", &write("me", &record)), Some(record.clone()));
        assert_eq!(read("you", &write("me", &record)), None);
        assert_eq!(read("me", ""), None);
        let none = Record { mine: vec![], ..record };
        assert_eq!(read("me", &write("me", &none)), Some(none));
    }
}
