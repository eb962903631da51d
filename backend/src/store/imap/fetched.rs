//! One untagged FETCH, its items by name (RFC 9051 §7.5.2).

use bytes::Bytes;
use postern_shared::flag::Flag;

use super::convert;
use super::ext::token::{Tokens, Value};
use super::wire::{Name, Response};

/// The items of a FETCH, in the server's order.
#[derive(Debug)]
pub(super) struct Fetched<'a> {
    pub(super) seq: u32,
    items: Vec<(&'a [u8], Value<'a>)>,
    bytes: &'a Bytes,
}

impl<'a> Fetched<'a> {
    /// Reads a response; none if it is no FETCH or cannot be read.
    pub(super) fn read(response: &'a Response) -> Option<Self> {
        let (seq, content) = response.untagged(Name::Fetch)?;
        let Value::List(values) = Tokens::new(content).next().ok()?? else { return None };
        let mut items = Vec::with_capacity(values.len() / 2);
        let mut values = values.into_iter();
        while let Some(name) = values.next() {
            // An empty list too many, as Domino writes, names nothing.
            let Value::Atom(name) = name else { continue };
            let Some(value) = values.next() else { break };
            items.push((name, value));
        }
        Some(Self { seq: seq?, items, bytes: &response.bytes })
    }

    /// Whether a response is a FETCH that cannot be read: what it told is missed.
    pub(super) fn is_missed(response: &Response) -> bool {
        response.untagged(Name::Fetch).is_some() && Fetched::read(response).is_none()
    }

    /// An item by its name.
    pub(super) fn get(&self, wanted: &str) -> Option<&Value<'a>> {
        let is_it = |name: &[u8]| name.eq_ignore_ascii_case(wanted.as_bytes());
        self.items.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value)
    }

    pub(super) fn uid(&self) -> Option<u32> {
        self.get("UID")?.number().filter(|uid| *uid != 0)
    }

    /// The flags, if they are among the items.
    pub(super) fn flags(&self) -> Option<Vec<Flag>> {
        self.get("FLAGS").map(convert::flags)
    }

    /// Whether it holds more than a change of flags does.
    pub(super) fn is_answer(&self) -> bool {
        let is_of_change = |name: &[u8]| {
            let of_change = ["UID", "FLAGS", "MODSEQ"];
            of_change.iter().any(|item| name.eq_ignore_ascii_case(item.as_bytes()))
        };
        self.items.iter().any(|(name, _)| !is_of_change(name))
    }

    /// The octets of a `BODY[…]` whose section begins with `prefix`, and whether they begin at
    /// an origin (`<n>`), as asked. NIL is empty.
    pub(super) fn body(&self, prefix: &str) -> Option<(&[u8], bool)> {
        let start = format!("BODY[{prefix}");
        let (name, value) = self.items.iter().find(|(name, _)| {
            let head = name.get(..start.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
        })?;
        Some((value.bytes().unwrap_or_default(), name.ends_with(b">")))
    }

    /// An item that may have an origin behind its name (`BODY[1]<0>`), and whether it has.
    pub(super) fn item(&self, wanted: &str) -> Option<(&Value<'a>, bool)> {
        self.items.iter().find_map(|(name, value)| {
            let (head, origin) = name.split_at_checked(wanted.len())?;
            let is_it = head.eq_ignore_ascii_case(wanted.as_bytes());
            (is_it && matches!(origin.first(), None | Some(b'<')))
                .then_some((value, !origin.is_empty()))
        })
    }

    /// The same octets without a copy where they lie in the response as they are.
    pub(super) fn slice_of(&self, octets: &[u8]) -> Bytes {
        let (whole, part) = (self.bytes.as_ptr_range(), octets.as_ptr_range());
        if !octets.is_empty() && whole.contains(&part.start) && part.end <= whole.end {
            return self.bytes.slice_ref(octets);
        }
        Bytes::copy_from_slice(octets)
    }
}
