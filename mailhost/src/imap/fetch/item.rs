//! What a FETCH asks for (RFC 3501 §9, `fetch-att`).

use super::section::{Section, Text};
use crate::imap::Refusal;
use crate::imap::arguments::Arguments;
use crate::imap::stretch::Stretch;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Envelope,
    Modseq,
    EmailId,
    ThreadId,
    Preview,
    /// BODYSTRUCTURE, or BODY without extension fields.
    Structure {
        extended: bool,
    },
    /// BODY[…] and the RFC822 items.
    Section {
        /// As the answer repeats it.
        name: String,
        section: Section,
        /// Origin and count, in bytes.
        partial: Option<(u32, u32)>,
        peek: bool,
    },
}

impl Item {
    pub fn sets_seen(&self) -> bool {
        matches!(self, Self::Section { peek: false, .. })
    }
}

/// One item, a list of items or a macro.
pub(crate) fn parse(arguments: &mut Arguments<'_>) -> Result<Vec<Item>, Refusal> {
    let fast = [Item::Flags, Item::InternalDate, Item::Size];
    if arguments.peek() == Some(b'(') {
        return arguments.list(item);
    }
    if arguments.take_keyword("FAST") {
        return Ok(fast.to_vec());
    }
    let all = [fast.as_slice(), &[Item::Envelope]].concat();
    if arguments.take_keyword("ALL") {
        return Ok(all);
    }
    if arguments.take_keyword("FULL") {
        return Ok([all.as_slice(), &[Item::Structure { extended: false }]].concat());
    }
    item(arguments).map(|item| vec![item])
}

fn item(arguments: &mut Arguments<'_>) -> Result<Item, Refusal> {
    let on = arguments.syntax.on;
    let word = arguments.word(|byte| byte.is_ascii_alphanumeric() || byte == b'.')?;
    Ok(match word.to_ascii_uppercase().as_str() {
        "UID" => Item::Uid,
        "FLAGS" => Item::Flags,
        "INTERNALDATE" => Item::InternalDate,
        "ENVELOPE" => Item::Envelope,
        "MODSEQ" if on.condstore => Item::Modseq,
        "EMAILID" if on.object_id => Item::EmailId,
        "THREADID" if on.object_id => Item::ThreadId,
        "PREVIEW" if on.preview => preview(arguments)?,
        "BODYSTRUCTURE" => Item::Structure { extended: true },
        "RFC822.SIZE" => Item::Size,
        "RFC822" => whole("RFC822", None, false),
        "RFC822.HEADER" => whole("RFC822.HEADER", Some(Text::Header), true),
        "RFC822.TEXT" => whole("RFC822.TEXT", Some(Text::Body), false),
        "BODY" if arguments.peek() == Some(b'[') => section(arguments, false)?,
        "BODY" => Item::Structure { extended: false },
        "BODY.PEEK" => section(arguments, true)?,
        _ => return Err(Refusal::bad("Unknown fetch item")),
    })
}

/// `PREVIEW`, with or without ` (LAZY)`: here it is always ready (RFC 8970).
fn preview(arguments: &mut Arguments<'_>) -> Result<Item, Refusal> {
    if arguments.take_keyword(" (LAZY") {
        arguments.expect(b')')?;
    }
    Ok(Item::Preview)
}

/// What narrows a FETCH (RFC 7162 §3.1.4, §3.2.6, RFC 9394).
#[derive(Debug, Default)]
pub(crate) struct Modifiers {
    pub changed_since: Option<u64>,
    pub vanished: bool,
    pub partial: Option<Stretch>,
}

impl Modifiers {
    /// ` (CHANGEDSINCE 12 VANISHED)`, if it stands there.
    pub fn parse(arguments: &mut Arguments<'_>) -> Result<Self, Refusal> {
        let (on, mut modifiers) = (arguments.syntax.on, Self::default());
        if !arguments.take(b' ') {
            return Ok(modifiers);
        }
        arguments.list(|arguments| {
            match arguments.keyword()?.as_str() {
                "CHANGEDSINCE" if on.condstore => {
                    arguments.space()?;
                    modifiers.changed_since = Some(arguments.large_number()?);
                }
                "VANISHED" if on.qresync => modifiers.vanished = true,
                "PARTIAL" if on.partial => {
                    arguments.space()?;
                    modifiers.partial = Some(Stretch::parse(arguments)?);
                }
                _ => return Err(Refusal::bad("Unknown fetch modifier")),
            }
            Ok(())
        })?;
        Ok(modifiers)
    }
}

fn whole(name: &str, text: Option<Text>, peek: bool) -> Item {
    let section = Section { path: Vec::new(), text };
    Item::Section { name: name.to_owned(), section, partial: None, peek }
}

fn section(arguments: &mut Arguments<'_>, peek: bool) -> Result<Item, Refusal> {
    arguments.expect(b'[')?;
    let section = Section::parse(arguments)?;
    arguments.expect(b']')?;
    let partial = match arguments.take(b'<') {
        true => {
            let origin = arguments.number()?;
            arguments.expect(b'.')?;
            let count = arguments.number()?;
            arguments.expect(b'>')?;
            Some((origin, count))
        }
        false => None,
    };
    Ok(Item::Section { name: format!("BODY[{section}]"), section, partial, peek })
}
